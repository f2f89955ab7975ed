"""The buildings of the community (小区, 楼栋, 单元), as administrators write them.

The one list: residents choose theirs, or write one that is not there; teams look after what is
listed. What is kept of a resident is the address as a sealed text, and `named` says which of the
list it can mean.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col, select

from central.key import new_id
from central.record.people import Building
from central.record.team import TeamPlace
from locker.contract.failure import Failure

UNITS = 30
"""The most units that one building may be given at a time."""
OTHER = "other"
"""What a resident chooses whose building is not listed."""

_HOUSE = re.compile(r"(\d+)(?:号楼|栋|幢|座)|building(\d+)|(\d+)-\d+")
_NUMBER = re.compile(r"(\d+)(?:号(?!院)|楼)")
"""Less sure: an estate may have a number too (润园1号院 3号楼)."""
_UNIT = re.compile(r"(\d+)单元|unit(\d+)|\d+-(\d+)-")
_ANY_ESTATE = re.compile(r"小区|社区")


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


def remove(session: Session, chosen: Collection[str]) -> None:
    """Take buildings off the list; residents keep their address."""
    session.execute(delete(TeamPlace).where(col(TeamPlace.building).in_(chosen)))
    session.execute(delete(Building).where(col(Building.id).in_(chosen)))


def by_estate(session: Session) -> Mapping[str, Sequence[Building]]:
    """List the buildings by estate, 2 before 10."""
    rows = itertools.groupby(listed(session), lambda row: row.estate)
    return {name: list(group) for name, group in rows}


def listed(session: Session) -> Sequence[Building]:
    """List every building, 2 before 10."""
    return sorted(_all(session), key=lambda row: (row.estate, _order(row.house), _order(row.unit)))


def in_words(rows: Iterable[Building], chosen: Collection[str]) -> list[str]:
    """Say which of all `rows` are chosen: a house by its name where every unit of it is."""
    words = []
    for (estate, house), group in itertools.groupby(rows, lambda row: (row.estate, row.house)):
        units = list(group)
        mine = [row.unit for row in units if row.id in chosen]
        whole = len(mine) == len(units) > 1
        words += [f"{estate} {house} {unit}".strip() for unit in ([""] if whole else mine)]
    return words


def named(rows: Sequence[Building], address: str) -> list[Building]:
    """Give the listed buildings that an address can mean: all units of a house where it names none.

    None, where it names another estate, or none and two have such a house. Pure.
    """
    text = _key(address)
    estates = {row.estate for row in rows if _key(row.estate) in text}
    estate = max(estates, key=len, default="")
    rest = text.replace(_key(estate), "", 1) if estate else text
    if not estate and not (_HOUSE.match(rest) or _NUMBER.match(rest)):
        return []
    here = [row for row in rows if row.estate == estate or not estate]
    found = _with(here, rest, "house", _first(_HOUSE, rest) or _first(_NUMBER, rest))
    unit = _first(_UNIT, rest)
    one_estate = len({row.estate for row in found}) == 1
    return (_with(found, rest, "unit", unit) if unit else found) if one_estate else []


def _with(rows: Sequence[Building], text: str, part: str, number: int) -> list[Building]:
    """Give the rows whose house or unit stands in the text as it is, else those of its number."""
    spelled = {row.id: _key(getattr(row, part)) for row in rows}
    literal = [
        row for row in rows
        if spelled[row.id] and re.search(rf"(?<!\d){re.escape(spelled[row.id])}", text)
    ]  # fmt: skip
    by_number = [row for row in rows if number and _order(getattr(row, part))[0] == number]
    return literal or by_number or [row for row in rows if not getattr(row, part)]


def _key(text: str) -> str:
    """Spell for comparing: no blanks, no commas, small letters, 润园 for 润园小区."""
    return _ANY_ESTATE.sub("", re.sub(r"[\s,，、]+", "", text).casefold())


def _first(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return 0 if found is None else int(next(group for group in found.groups() if group))


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
