"""Tests of what docs copy from the code."""
