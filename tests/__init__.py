"""Tests: `unit/` mirrors the packages, `integration/` joins two parts, `end2end/` runs all."""
