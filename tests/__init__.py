"""Tests: `unit/` mirrors the packages, `integration/` joins two real parts, `end2end/` runs processes."""
