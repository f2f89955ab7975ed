"""Tests of `locker`."""
