"""The centre's tables. All times are Unix seconds of the centre's clock; ids are short tokens."""

from __future__ import annotations

from central.record import cabinet, case, people, privacy, team, told

__all__ = ["cabinet", "case", "people", "privacy", "team", "told"]
