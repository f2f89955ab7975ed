"""Tests of `locker.core`."""
