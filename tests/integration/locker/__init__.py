"""The daemon joined with a simulated board and a small centre."""
