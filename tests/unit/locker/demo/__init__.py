"""Tests of the demo's command, without a demo."""
