"""Tests of the Debian package's own files."""
