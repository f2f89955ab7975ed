"""Tests of `locker.contract`."""
