"""Tests of `locker.journal`."""
