"""Events of cabinets as they arrive: stored once, the chain verified, forks kept and flagged.

Every well-framed event of an enrolled cabinet is stored and acknowledged, whatever it says, so
that nothing can block the line. `CabinetEvent.flag` says what is wrong with one:

  unknown      a kind of a newer cabinet           invalid    a body that is not of its kind
  hash         its own hash is wrong               gap        events before it are missing
  chain        its predecessor is not the one here late       fills a gap from before
  unprojected  our books could not follow it (our bug, logged)
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event as event_of
from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from central.clock import Clock
from central.database import Database
from central.key import KeyRing, is_signed
from central.operation import alarm, grant, news
from central.operation.enrolment import begin_journal
from central.operation.projection import project, visit_of
from central.operation.source import Source
from central.record.cabinet import Cabinet, CabinetEvent, Door, HeadSignature, Journal
from locker.contract.centre import EventsAck, EventsPost, WireEntry
from locker.contract.chain import is_intact
from locker.contract.credential import head_message
from locker.contract.event import UNTOLD, Event, EventBodyError, JournalStarted, from_body

_LOG = logging.getLogger(__name__)
PORTION = 20
"""So many events are stored in one transaction: others' turns come between two of them."""
BIGGEST_SEQUENCE = 2**53
"""A sequence beyond this is not well framed."""


@dataclass(slots=True)
class _Line:
    """One post on its way into one journal."""

    session: Session
    cabinet: Cabinet
    journal: Journal
    keys: KeyRing
    now: float
    fork: bool = False


@dataclass(frozen=True, slots=True)
class _Stored:
    """An event that has its row; `wall` as it is kept there."""

    id: int
    wall: float
    event: Event


def take_portions(
    database: Database, cabinet: str, post: EventsPost, *, keys: KeyRing, clock: Clock
) -> EventsAck:
    """Store a post, a portion a transaction, and acknowledge what the last one left."""
    *others, last = portions(post)
    for portion in others:
        with database.writing() as session:
            take(session, cabinet, portion, keys=keys, now=clock.now())
    with database.writing() as session:
        return take(session, cabinet, last, keys=keys, now=clock.now())


def take(
    session: Session, cabinet: str, post: EventsPost, *, keys: KeyRing, now: float
) -> EventsAck:
    """Store a post in the caller's one transaction and acknowledge it."""
    row = session.get_one(Cabinet, cabinet, with_for_update=True)
    known = session.get(Journal, (cabinet, post.journal))
    journal = known or begin_journal(session, row, post.journal, now=now)
    line = _Line(session, row, journal, keys, now)
    if known is None and journal.number > 1:
        news.start_over(session, cabinet)
        grant.issue_anew(session, row, keys=keys, now=now)
    _take_events(line, post.events)
    if not post.events and _is_another_head(line, post):
        _mark_fork(line, post.head_sequence)
    if post.head_signature:
        _anchor(line, post)
    _see_doors(line, post)
    if not post.more and (row.journal, journal.head_sequence) == (post.journal, post.head_sequence):
        row.posted_at = now
    row.reads_cards = post.reads_cards
    if math.isfinite(post.wall) and post.wall > 0:
        row.wall_offset = post.wall - now
    journal.forked = journal.forked or line.fork
    return EventsAck(
        journal=post.journal,
        sequence=journal.head_sequence,
        centre_time=now,
        fork=journal.forked,
    )


def _take_events(line: _Line, wires: Sequence[WireEntry]) -> None:
    """Store what is new, all at once, and let the books follow it in its order."""
    known = _hashes_here(line, wires)
    rows: list[dict[str, Any]] = []
    events: list[Event | None] = []
    for wire in wires:
        same_place = known.setdefault(wire.sequence, set())
        if wire.hash in same_place:
            continue
        if same_place:
            _mark_fork(line, wire.sequence)
        event, flag = _judge(line, wire)
        rows.append(_row(line, wire, flag=flag, fork=bool(same_place)))
        events.append(event)
        same_place.add(wire.hash)
        if wire.sequence > line.journal.head_sequence:
            line.journal.head_sequence, line.journal.head_hash = wire.sequence, wire.hash
    if rows:
        _follow(line, _store(line, rows, events))


def _hashes_here(line: _Line, wires: Sequence[WireEntry]) -> dict[int, set[str]]:
    """Give what is known at the places of these events."""
    places = {wire.sequence for wire in wires}
    known: dict[int, set[str]] = {}
    if places:
        same_places = select(CabinetEvent.sequence, CabinetEvent.hash).where(
            CabinetEvent.cabinet == line.cabinet.id,
            CabinetEvent.journal == line.journal.journal,
            col(CabinetEvent.sequence).in_(places),
        )
        for sequence, digest in line.session.exec(same_places):
            known.setdefault(sequence, set()).add(digest)
    return known


def portions(post: EventsPost) -> Iterator[EventsPost]:
    """Cut a post into parts that are each soon done; the head belongs to the last."""
    starts = range(0, len(post.events), PORTION) or range(1)
    for start in starts:
        part = post.model_copy(update={"events": post.events[start : start + PORTION]})
        last = start + PORTION >= len(post.events)
        behind = {"head_signature": "", "doors": (), "more": True}
        yield part if last else part.model_copy(update=behind)


def _is_another_head(line: _Line, post: EventsPost) -> bool:
    """Whether the cabinet's head, at a place that is known here, is not what is known.

    A head that is merely behind may be a post that came late; the cabinet sees by the answer that
    it is behind, and says so by a new journal.
    """
    place = select(CabinetEvent.hash).where(
        CabinetEvent.cabinet == line.cabinet.id,
        CabinetEvent.journal == line.journal.journal,
        CabinetEvent.sequence == max(0, min(post.head_sequence, BIGGEST_SEQUENCE)),
    )
    known = line.session.exec(place).all()
    return bool(known) and post.head not in known


def _mark_fork(line: _Line, sequence: int) -> None:
    line.fork = True
    alarm.ring(
        line.session, line.cabinet.id, "journal.fork", subject=line.journal.journal,
        now=line.now, sequence=sequence,
    )  # fmt: skip


def _confess(line: _Line, started: JournalStarted) -> None:
    """A journal began because the one before is not what the cabinet's disk has."""
    if started.reason != "fork" or started.previous_journal is None:
        return
    before = line.session.get(Journal, (line.cabinet.id, started.previous_journal))
    if before is not None:
        before.forked = True
    alarm.ring(
        line.session, line.cabinet.id, "journal.fork", subject=started.previous_journal[:64],
        now=line.now,
    )  # fmt: skip


def _judge(line: _Line, wire: WireEntry) -> tuple[Event | None, str]:
    chain = _chain_flag(line, wire)
    if chain in {"hash", "chain", "gap"}:
        alarm.ring(
            line.session, line.cabinet.id, f"journal.{chain}", subject=line.journal.journal,
            now=line.now, sequence=wire.sequence,
        )  # fmt: skip
    if chain == "hash":
        return None, chain  # what was changed on the way moves no books
    try:
        event = from_body(wire.kind, wire.body)
    except EventBodyError as error:
        return None, "unknown" if "unknown event kind" in str(error) else "invalid"
    return event, chain


def _chain_flag(line: _Line, wire: WireEntry) -> str:
    try:
        intact = is_intact(wire.entry(line.journal.journal))
    except ValueError:  # NaN or half a surrogate pair in the body
        intact = False
    if not intact:
        return "hash"
    head = line.journal
    if wire.sequence <= head.head_sequence:
        return "late"
    if wire.sequence > head.head_sequence + 1:
        return "gap"
    return "" if wire.previous == head.head_hash else "chain"


def _row(line: _Line, wire: WireEntry, *, flag: str, fork: bool) -> dict[str, Any]:
    return {
        "cabinet": line.cabinet.id,
        "journal": line.journal.journal,
        "journal_number": line.journal.number,
        "sequence": wire.sequence,
        "kind": _plain(wire.kind),
        "body": _without_digests(wire.body if flag != "hash" else _storable(wire.body)),
        "boot": _plain(wire.stamp.boot),
        "mono_ms": max(-BIGGEST_SEQUENCE, min(wire.stamp.mono_ms, BIGGEST_SEQUENCE)),
        "wall": wire.stamp.wall if math.isfinite(wire.stamp.wall) else 0.0,
        "trusted": wire.stamp.trusted,
        "previous": wire.previous,
        "hash": wire.hash,
        "arrived_at": line.now,
        "flag": flag,
        "fork": fork,
        "visit": "",
    }


def _without_digests(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out what digests of codes, cards and badges are in an event: its hash was checked.

    They would lie here for ever, when their person was long erased.
    """
    return {name: value for name, value in body.items() if name not in UNTOLD}


def _store(
    line: _Line, rows: Sequence[dict[str, Any]], events: Sequence[Event | None]
) -> list[_Stored]:
    """Insert the rows; give what the books can follow of them, in order."""
    numbered = insert(CabinetEvent).returning(col(CabinetEvent.id), sort_by_parameter_order=True)
    ids = line.session.execute(numbered, rows).scalars().all()
    return [
        _Stored(number, row["wall"], event)
        for number, row, event in zip(ids, rows, events, strict=True)
        if event is not None
    ]


def _follow(line: _Line, stored: Sequence[_Stored]) -> None:
    """Let the books follow all events in one step; one by one, where one of them is too much."""
    try:
        _follow_together(line, stored)
    except Exception:  # noqa: BLE001  (found out below, which one it is)
        for one in stored:
            try:
                _follow_together(line, [one])
            except Exception:  # noqa: BLE001  (what our books cannot follow must not block the line)
                _LOG.exception("event %s %s not projected", one.event.kind, one.id)
                _note(line, [{"id": one.id, "flag": "unprojected"}])


def _follow_together(line: _Line, stored: Sequence[_Stored]) -> None:
    with _kept(line.session), line.session.begin_nested():
        visits = []
        for one in stored:
            if isinstance(one.event, JournalStarted):
                _confess(line, one.event)
                continue
            source = Source(line.cabinet.id, one.id, one.wall, line.now, line.keys)
            project(line.session, one.event, source)
            if visit := visit_of(line.session, one.event, line.cabinet.id):
                visits.append({"id": one.id, "visit": visit})
        _note(line, visits)


@contextlib.contextmanager
def _kept(session: Session) -> Iterator[None]:
    """Hold what is loaded meanwhile: a session forgets what nobody holds, and reads it again."""
    held: list[object] = []

    def hold(_session: object, row: object) -> None:
        held.append(row)

    names = ("loaded_as_persistent", "pending_to_persistent")
    for name in names:
        event_of.listen(session, name, hold)
    try:
        yield
    finally:
        for name in names:
            event_of.remove(session, name, hold)


def _note(line: _Line, changes: Sequence[dict[str, Any]]) -> None:
    """Change stored events, each named by its `id`."""
    if changes:
        line.session.execute(update(CabinetEvent), changes)


def _anchor(line: _Line, post: EventsPost) -> None:
    same = select(HeadSignature.id).where(
        HeadSignature.cabinet == line.cabinet.id,
        HeadSignature.journal == post.journal,
        HeadSignature.sequence == post.head_sequence,
        HeadSignature.signature == post.head_signature,
    )
    if 0 <= post.head_sequence <= BIGGEST_SEQUENCE and line.session.exec(same).first():
        return
    message = head_message(line.cabinet.id, post.journal, post.head_sequence, post.head)
    valid = len(post.head_signature) <= 100 and is_signed(
        line.cabinet.head_key, signature=post.head_signature, message=message
    )
    if not valid:
        alarm.ring(
            line.session, line.cabinet.id, "head.unsigned", subject=post.journal, now=line.now
        )
    line.session.add(
        HeadSignature(
            cabinet=line.cabinet.id,
            journal=post.journal,
            sequence=max(0, min(post.head_sequence, BIGGEST_SEQUENCE)),
            head=_plain(post.head)[:64],
            signature=_plain(post.head_signature)[:100],
            key=line.cabinet.head_key,
            valid=valid,
            at=line.now,
        )
    )


def _see_doors(line: _Line, post: EventsPost) -> None:
    for seen in post.doors:
        if not 0 < seen.compartment < 1000:
            continue
        door = line.session.get(Door, (line.cabinet.id, seen.compartment)) or Door(
            cabinet=line.cabinet.id,
            compartment=seen.compartment,
            state="unknown",
            condition="",
            at=line.now,
        )
        door.state, door.condition, door.at = seen.state, _plain(seen.condition)[:20], line.now
        line.session.add(door)


def _plain(text: str) -> str:
    """Give a text that every database takes: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode()


def _storable(body: dict[str, object]) -> dict[str, object]:
    """Keep a body that is no proper JSON as the text it was read as."""
    text = repr(body)
    return {"raw": text if len(text) <= 20_000 else text[:20_000]}
