"""Tests that run real processes; one file a story or a person."""
