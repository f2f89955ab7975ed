"""The centre joined with a real database, a real browser or real processes."""
