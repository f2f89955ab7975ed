"""The glass alone."""
