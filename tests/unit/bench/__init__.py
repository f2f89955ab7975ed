"""Tests of the bench's arithmetic; that it runs is tested in tests/end2end/test_bench.py."""
