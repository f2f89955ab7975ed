"""Tests of the drivers, with no port, no clock and no process."""
