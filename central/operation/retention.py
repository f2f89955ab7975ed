"""Timers: when each kind of personal data goes, whether or not anybody asks.

One literal table says how long; `run` lets go of what is over and counts it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from central.key import KeyRing
from central.ledger import Ledger
from central.operation import card, consent, erasure, grant, help_call, resident
from central.operation.matter_state import ENDED, MatterState
from central.record.cabinet import CabinetSession, LoginNonce
from central.record.case import Consignment, Grant, Matter
from central.record.people import Audit, Notice, Resident, StaffSession, Tries
from central.record.privacy import Card, PersonalValue, PhoneProof, Photo, Retention, SealedItem
from central.record.team import HandOver
from locker.contract.vocabulary import GrantState

DAY_S = 86400.0
KEPT_S: Mapping[str, float] = MappingProxyType(
    {
        "code": 1 * DAY_S,  # a collection code, after its papers left the compartment
        "card": 365 * DAY_S,  # a person's own card, after it was bound or last used
        "id_number": 30 * DAY_S,  # after the last matter ended
        "text": 180 * DAY_S,  # a free text, after it was written
        "photo": 90 * DAY_S,  # a photo of a paper, or of what was done
        "notice": 180 * DAY_S,  # what a resident was told, word for word
        "unused": 90 * DAY_S,  # somebody who was bound and handed nothing in, since the last draft
        "person": 2 * 365 * DAY_S,  # everything, after the last matter ended
        "withdrawn": 30 * DAY_S,  # everything, after the consent was taken back
        "call_back": 1 * DAY_S,  # a number left with a call for help that nobody has closed
        "address": 1 * DAY_S,  # network addresses that tried to sign in
        "audit": 3 * 365 * DAY_S,  # who looked; PIPL 56 asks for three years
    }
)
MONTH_S = 30 * DAY_S
BATCH = 50
"""So many people are erased in one transaction: meanwhile nobody else can write on SQLite."""
TABLES = (
    "person_key",
    "personal_value",
    "blind_index",
    "card",
    "sealed_item",
    "photo",
    "phone_proof",
    "subscription",
    "access_grant",
    "tries",
    "hand_over",
    "task",
    "room_wish",
)
"""Where deleted rows must leave the files too (`Database.scrub`)."""


@dataclass(frozen=True, slots=True)
class Done:
    """How much went, by kind; `failed`: what was raised by people's rows, and kept only theirs."""

    counts: Mapping[str, int]
    failed: Sequence[Exception]


def run(session: Session, *, keys: KeyRing, ledger: Ledger, now: float) -> Done:
    """Let go of what is over and give how much of each kind; of people at most a `BATCH`."""
    each = _Each(session, [])
    counts = {
        "code": _forget_codes(session, now),
        "card": _forget_cards(each, keys, now),
        "id_number": _forget_id_numbers(session, now),
        "item": _count(session, delete(SealedItem).where(col(SealedItem.keep_until) < now)),
        "photo": _count(session, delete(Photo).where(col(Photo.keep_until) < now)),
        "notice": _count(
            session,
            update(Notice)
            .where(col(Notice.at) < now - KEPT_S["notice"], col(Notice.text) != "")
            .values(text=""),
        ),
        "hand_over": _count(
            session,
            update(HandOver)
            .where(col(HandOver.at) < now - KEPT_S["text"], col(HandOver.text) != "")
            .values(text=""),
        ),
        "audit": _count(session, delete(Audit).where(col(Audit.at) < now - KEPT_S["audit"])),
        "address": _count(session, delete(Tries).where(col(Tries.began_at) < now - DAY_S)),
        "call_back": help_call.forget_numbers(session, before=now - KEPT_S["call_back"]),
        "person": _erase_people(each, keys=keys, ledger=ledger, now=now),
    }
    _end_sessions(session, now)
    for kind, count in counts.items():
        if count:
            session.add(Retention(at=now, kind=kind, count=count))
    return Done(counts, each.failed)


@dataclass(frozen=True, slots=True)
class _Each:
    """One person after the other: what fails for one is undone, and holds up nobody else."""

    session: Session
    failed: list[Exception]

    def do(
        self, let_go: Callable[[str], int], people: Iterable[str], *, most: float = math.inf
    ) -> int:
        """Give how many were let go of; what the disk or the database refuses is raised."""
        done = 0
        for person in people:
            if done == most:
                break
            try:
                with self.session.begin_nested():
                    done += let_go(person)
            except (OperationalError, OSError):
                raise
            except Exception as error:  # noqa: BLE001  (a broken row can raise anything)
                error.add_note(f"resident {person}")
                self.failed.append(error)
        return done


def erased_lately(session: Session, *, now: float) -> Mapping[str, int]:
    """Give what went in the last thirty days, by kind, for everybody to read."""
    rows = session.exec(
        select(Retention.kind, func.sum(Retention.count))
        .where(Retention.at > now - MONTH_S)
        .group_by(Retention.kind)
    )
    return {kind: int(count) for kind, count in rows}


def _forget_codes(session: Session, now: float) -> int:
    over = (
        select(Grant.id)
        .join(Consignment, col(Consignment.id) == col(Grant.consignment))
        .where(
            (Grant.code != "") | (Grant.card_digest != ""),
            Grant.state != GrantState.LIVE.value,
            col(Consignment.moved_at) < now - KEPT_S["code"],
        )
    )
    return _count(session, update(Grant).where(col(Grant.id).in_(over)).values(**grant.NO_CODE))


def _forget_cards(each: _Each, keys: KeyRing, now: float) -> int:
    long_ago = func.coalesce(Card.used_at, Card.bound_at) < now - KEPT_S["card"]
    over = each.session.exec(select(Card.resident).where(long_ago)).all()
    return each.do(
        lambda who: card.forget(each.session, who, keys=keys, now=now, act="card_expired"), over
    )


_UNBEGUN = frozenset({MatterState.DRAFT.value, MatterState.WAITING_FOR_PAPERS.value})


def _forget_id_numbers(session: Session, now: float) -> int:
    over = session.exec(
        select(PersonalValue.resident).where(
            PersonalValue.field == "id_number",
            PersonalValue.at < now - KEPT_S["id_number"],
            col(PersonalValue.resident).not_in(_with_matters_since(now - KEPT_S["id_number"])),
        )
    ).all()
    for person in over:
        resident.forget(session, person, "id_kind")
    return sum(resident.forget(session, person, "id_number") for person in over)


def _erase_people(each: _Each, *, keys: KeyRing, ledger: Ledger, now: float) -> int:
    rules: tuple[tuple[Callable[[Session, float], Sequence[str]], erasure.Reason], ...] = (
        (_withdrew, erasure.Reason.CONSENT_WITHDRAWN),
        (_gone_quiet, erasure.Reason.TIME_OVER),
        (_asked, erasure.Reason.ASKED),
    )
    done = 0
    for over, reason in rules:
        erase = partial(_erase, each.session, reason=reason, keys=keys, ledger=ledger, now=now)
        done += each.do(erase, over(each.session, now), most=BATCH - done)
    return done


def _erase(
    session: Session, person: str, *, reason: erasure.Reason, keys: KeyRing, ledger: Ledger,
    now: float,
) -> int:  # fmt: skip
    seen = erasure.outlook(session, person)
    # What was said is under way without a paper: only who asks for it ends it.
    unbegun = all(row.state in _UNBEGUN for row in seen.ends)
    if seen.holds or not (unbegun or reason is erasure.Reason.ASKED):
        return 0
    erasure.ask(session, person, reason=reason, keys=keys, ledger=ledger, now=now)
    return 1


def _asked(session: Session, _now: float) -> Sequence[str]:
    """List those who asked for it and still wait: papers of theirs were with us."""
    return session.exec(
        select(Resident.id).where(
            col(Resident.erase_asked_at).is_not(None), col(Resident.erased_at).is_(None)
        )
    ).all()


def _withdrew(session: Session, now: float) -> list[str]:
    """List those who took their consent back long enough ago and have not given it again."""
    people = session.exec(
        select(Resident.id).where(
            col(Resident.erased_at).is_(None), col(Resident.id).in_(consent.ever_withdrew())
        )
    ).all()
    last = {person: consent.latest(session, person) for person in people}
    return [
        person
        for person, row in last.items()
        if row is not None and row.act == "withdrawn" and row.at < now - KEPT_S["withdrawn"]
    ]


def _gone_quiet(session: Session, now: float) -> list[str]:
    lately = _with_matters_since(now - KEPT_S["person"], waits=MatterState.WAITING_FOR_PAPERS)
    ever = select(Matter.resident).where(Matter.state != MatterState.DRAFT.value)
    looked = _with_matters_since(now - KEPT_S["unused"])
    quiet = (col(Resident.created_at) < now - KEPT_S["person"]) & col(Resident.id).not_in(lately)
    unused = col(Resident.created_at) < now - KEPT_S["unused"]
    unused &= col(Resident.id).not_in(ever) & col(Resident.id).not_in(looked)
    rows = session.exec(
        select(Resident.id).where(col(Resident.erased_at).is_(None), quiet | unused)
    )
    return list(rows)


def _with_matters_since(at: float, *, waits: MatterState = MatterState.DRAFT) -> Any:
    """Select the residents with a matter that runs, or that moved after `at`.

    A draft does not run: nothing came of it, and it has no end that would let its person go.
    `waits`: nor does this; whose first papers are with us is held by them (`erasure.outlook`).
    """
    ended = [state.value for state in (MatterState.DRAFT, waits, *ENDED)]
    return select(Matter.resident).where(
        (col(Matter.state_since) > at) | col(Matter.state).not_in(ended)
    )


def _end_sessions(session: Session, now: float) -> None:
    session.execute(delete(StaffSession).where(col(StaffSession.created_at) < now - DAY_S))
    session.execute(delete(CabinetSession).where(col(CabinetSession.expires_at) < now))
    session.execute(delete(PhoneProof).where(col(PhoneProof.at) < now - 3600.0))
    session.execute(delete(LoginNonce).where(col(LoginNonce.expires_at) < now))


def _count(session: Session, statement: Any) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
