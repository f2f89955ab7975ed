"""Tests that join two real parts."""
