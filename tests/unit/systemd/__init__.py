"""Tests of the systemd units."""
