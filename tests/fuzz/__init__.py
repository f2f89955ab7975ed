"""Fuzzing of what strangers can send: the targets, a kept corpus, and a longer run by hand."""
