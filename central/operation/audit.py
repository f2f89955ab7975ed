"""Who looked at or changed what of whom, and why: pseudonyms and field names, never values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from central.record.people import Audit, Staff

REASONS = ("handle", "check_identity", "call_back", "asked_by_resident", "complaint")
"""Why staff may open a person's details: chosen from a list, for a typed reason may name people."""

OPERATOR = "operator"
"""Who did it on the centre's command line: nobody of the staff is known there."""


@dataclass(frozen=True, slots=True)
class Look:
    """One row as the resident may read it. `staff`: the name on the badge, empty for themselves."""

    at: float
    act: str
    fields: tuple[str, ...]
    reason: str
    staff: str


def note(
    session: Session, act: str, *, resident: str, now: float, staff: str = "",
    fields: Sequence[str] = (), reason: str = "",
) -> None:  # fmt: skip
    """Write one row. An empty `staff` is the resident."""
    session.add(
        Audit(at=now, staff=staff, resident=resident, act=act, fields=list(fields), reason=reason)
    )


def looks(session: Session, resident: str, *, limit: int = 200) -> list[Look]:
    """Give who looked at or changed a resident's data, newest first."""
    rows = session.exec(
        select(Audit, Staff.name)
        .outerjoin(Staff, col(Staff.id) == col(Audit.staff))
        .where(Audit.resident == resident)
        .order_by(col(Audit.id).desc())
        .limit(limit)
    )
    return [Look(row.at, row.act, tuple(row.fields), row.reason, name or "") for row, name in rows]
