"""The buildings of the community (小区, 楼栋, 单元), as administrators write them.

Residents choose theirs, or write one that is not listed. What is kept of a resident is the address
as a sealed text; `central.building` reads house and unit from it, for the stewards' teams.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from central.key import new_id
from central.record.people import Building
from locker.contract.failure import Failure

UNITS = 30
"""The most units that one building may be given at a time."""
OTHER = "other"
"""What a resident chooses whose building is not listed."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A building as it was filled in; `units`: how many it has, 0 where it has none of its own."""

    estate: str
    house: str
    units: int


def add(session: Session, filled: Filled) -> Failure | None:
    """Add a building with its units; what is listed already stays as it is."""
    if not (filled.estate and filled.house and 0 <= filled.units <= UNITS):
        return Failure.FORM_INVALID
    known = {(row.estate, row.house, row.unit) for row in _all(session)}
    units = [f"{n} 单元" for n in range(1, filled.units + 1)] or [""]
    for unit in units:
        if (filled.estate, filled.house, unit) not in known:
            row = Building(id=new_id("h"), estate=filled.estate, house=filled.house, unit=unit)
            session.add(row)
    session.flush()
    return None


def remove(session: Session, building: str) -> bool:
    """Take a building off the list; residents keep their address. False where there is none."""
    row = session.get(Building, building)
    if row is None:
        return False
    session.delete(row)
    return True


def by_estate(session: Session) -> Mapping[str, Sequence[Building]]:
    """List the buildings by estate, 2 before 10."""
    rows = sorted(_all(session), key=lambda row: (row.estate, _order(row.house), _order(row.unit)))
    return {name: list(group) for name, group in itertools.groupby(rows, lambda row: row.estate)}


def address(session: Session, building: str, rest: str) -> str | None:
    """Write the address of who lives in a listed building; None where it is not listed."""
    row = session.get(Building, building)
    if row is None:
        return None
    return " ".join(part for part in (row.estate, row.house, row.unit, rest) if part)


def _all(session: Session) -> Sequence[Building]:
    return session.exec(select(Building)).all()


def _order(text: str) -> tuple[int, str]:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0, text
