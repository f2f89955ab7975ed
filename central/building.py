"""Which building and which unit (楼栋, 单元) an address names, as far as it can be read. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HOUSE = re.compile(r"(\d+)\s*(?:号楼|栋|幢|座)|building\s*(\d+)|(\d+)\s*-\s*\d+", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)\s*(?:号(?!\s*院)|楼)")
"""Less sure: an estate may have a number too (润园1号院 3号楼)."""
_UNIT = re.compile(r"(\d+)\s*单元|unit\s*(\d+)|\d+\s*-\s*(\d+)\s*-", re.IGNORECASE)
_NAMED = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,3}))?")

HOUSE, UNIT = "house", "house_unit"
"""Names of the keyed hashes by which a team's residents are found."""


def places(address: str) -> Mapping[str, str]:
    """Give what an address names: `house` as 3, `house_unit` as 3-2; nothing that is not there."""
    house = _first(_HOUSE, address) or _first(_NUMBER, address)
    unit = _first(_UNIT, address)
    if not house:
        return {}
    return {HOUSE: house} | ({UNIT: f"{house}-{unit}"} if unit else {})


def named(text: str) -> tuple[str, str] | None:
    """Read one place of a team, 3 or 3-2, as the kind of its hash and its normal spelling."""
    found = _NAMED.fullmatch(text.strip())
    if found is None:
        return None
    house = str(int(found[1]))
    return (HOUSE, house) if found[2] is None else (UNIT, f"{house}-{int(found[2])}")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return "" if found is None else str(int(next(group for group in found.groups() if group)))
