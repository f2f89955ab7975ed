"""The glass joined with a daemon, and with a simulator."""
