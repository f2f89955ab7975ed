"""Tests of the technician's command, without hardware."""
