"""Tests of the centre."""
