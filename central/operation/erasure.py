"""Erasing a person: the wrapped key, blind indexes, sealed values, photos and codes go, with proof.

Whoever's papers are still with us is erased when the last of them is back (`ask`, `retention`).
What stays: the matters' numbers, times and doors, by pseudonym, and the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, SQLModel, col, select

from central.key import KeyRing
from central.ledger import Ledger
from central.operation import alarm, audit, grant, matter
from central.record.case import Grant, Matter
from central.record.people import Binding, Notice, Resident
from central.record.privacy import (
    BlindIndex,
    Card,
    Erasure,
    PersonalValue,
    PersonKey,
    PhoneProof,
    Photo,
    SealedItem,
)
from central.record.told import Subscription

_DESTROYED: tuple[type[SQLModel], ...] = (
    PersonKey,
    BlindIndex,
    PersonalValue,
    Card,
    SealedItem,
    Photo,
    PhoneProof,
    Subscription,
)


class Reason(StrEnum):
    """Why somebody was erased."""

    ASKED = "asked"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    TIME_OVER = "time_over"
    """Nothing was asked of us for so long that the timer of `retention` ran out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who of the staff wrote a resident's wish down, and how it reached them (`assistance.Way`)."""

    staff: str
    way: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What erasing a resident now would mean for each matter that is not over.

    `ends`: nothing of it is with us, so it simply ends; `holds`: papers are with us or in a
    cabinet, and erasing waits until they are back.
    """

    ends: Sequence[Matter]
    holds: Sequence[Matter]


def outlook(session: Session, resident: str) -> Outlook:
    """Say what erasing would mean."""
    running = [row for row in matter.of_resident(session, resident) if matter.is_running(row)]
    ends = [row for row in running if matter.holds_nothing(session, row)]
    return Outlook(ends, [row for row in running if row not in ends])


def ask(
    session: Session, resident: str, *, reason: Reason, keys: KeyRing, ledger: Ledger, now: float,
    by: Asked | None = None,
) -> str | None:  # fmt: skip
    """Erase at once where nothing holds it and give the proof; otherwise note the wish: None.

    Staff get a task for each matter that holds it up. `by`: where the resident did not press it.
    """
    staff, way = (by.staff, by.way) if by else ("", "")
    person = session.get_one(Resident, resident, with_for_update=True)
    if person.erased_at is not None:
        return session.get_one(Erasure, resident).proof
    if person.erase_asked_at is None:
        person.erase_asked_at = now
        audit.note(session, "erase_asked", resident=resident, staff=staff, reason=way, now=now)
    seen = outlook(session, resident)
    for row in seen.ends:
        matter.end(session, row, by="resident", now=now)
    if not seen.holds:
        return erase(session, resident, reason=reason, keys=keys, ledger=ledger, now=now, by=staff)
    for row in seen.holds:
        alarm.set_task(session, alarm.GIVE_BACK, cabinet=row.cabinet, matter=row.id, now=now)
    return None


def proof_of(session: Session, resident: str) -> str | None:
    """Give the proof that somebody was erased; None where nobody of that id was."""
    found = session.get(Erasure, resident)
    return None if found is None else found.proof


def take_back(session: Session, resident: str, *, now: float, staff: str = "") -> bool:
    """Take the wish back while it waits. False where there is none. `staff`: at the desk."""
    person = session.get_one(Resident, resident, with_for_update=True)
    if person.erased_at is not None or person.erase_asked_at is None:
        return False
    person.erase_asked_at = None
    audit.note(session, "erase_taken_back", resident=resident, staff=staff, now=now)
    return True


def erase(
    session: Session, resident: str, *, reason: Reason, keys: KeyRing, ledger: Ledger, now: float,
    by: str = "",
) -> str:  # fmt: skip
    """Destroy what is personal and give the signed proof. `by`: staff, or nothing."""
    person = session.get_one(Resident, resident, with_for_update=True)
    destroyed = _count(session, resident)
    proof = keys.sign_erasure(
        {
            "resident": resident,
            "at": now,
            "reason": reason.value,
            "by": by,
            "destroyed": destroyed,
        }
    )
    destroy(session, [resident])
    person.erased_at = now
    session.add(
        Erasure(
            resident=resident, at=now, reason=reason.value, by=by, destroyed=destroyed, proof=proof
        )
    )
    audit.note(session, "erased", resident=resident, staff=by, reason=reason.value, now=now)
    session.flush()
    # Last, but before the commit: a crash in between may erase again, never not at all.
    ledger.add(proof)
    return proof


def destroy(session: Session, residents: Sequence[str]) -> None:
    """Destroy what is personal of these people, wherever it is."""
    for table in _DESTROYED:
        column = col(table.resident)  # type: ignore[attr-defined]
        session.execute(delete(table).where(column.in_(residents)))
    matters = select(Matter.id).where(col(Matter.resident).in_(residents))
    session.execute(update(Grant).where(col(Grant.matter).in_(matters)).values(**grant.NO_CODE))
    session.execute(update(Notice).where(col(Notice.resident).in_(residents)).values(text=""))
    session.execute(delete(Binding).where(col(Binding.resident).in_(residents)))


def _count(session: Session, resident: str) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    for table in _DESTROYED:
        column = col(table.resident)  # type: ignore[attr-defined]
        counts[str(table.__tablename__)] = session.scalar(
            select(func.count()).select_from(table).where(column == resident)
        )
    codes = (
        select(func.count())
        .select_from(Grant)
        .join(Matter, col(Matter.id) == col(Grant.matter))
        .where(Matter.resident == resident, Grant.code != "")
    )
    counts["code"] = session.scalar(codes)
    return counts
