"""Fixtures: a private PostgreSQL, a phone in Chromium, off-screen Qt, logs that fail a test."""
