"""Events of cabinets as they arrive: stored once, the chain verified, forks kept and flagged.

Every well-framed event of an enrolled cabinet is stored and acknowledged, whatever it says, so
that nothing can block the line. `CabinetEvent.flag` says what is wrong with one:

  unknown      a kind of a newer cabinet           invalid    a body that is not of its kind
  hash         its own hash is wrong               gap        events before it are missing
  chain        its predecessor is not the one here late       fills a gap from before
  unprojected  our books could not follow it (our bug, logged)
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

from sqlmodel import Session, select

from central.key import KeyRing, is_signed
from central.operation import alarm, grant
from central.operation.enrolment import begin_journal
from central.operation.projection import Source, project, visit_of
from central.record.cabinet import Cabinet, CabinetEvent, Door, HeadSignature, Journal
from locker.contract.centre import EventsAck, EventsPost, WireEntry
from locker.contract.chain import is_intact
from locker.contract.credential import head_message
from locker.contract.event import Event, EventBodyError, JournalStarted, from_body

_LOG = logging.getLogger(__name__)
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


def take(
    session: Session, cabinet: str, post: EventsPost, *, keys: KeyRing, now: float
) -> EventsAck:
    """Store a post in the caller's one transaction and acknowledge it."""
    row = session.get_one(Cabinet, cabinet, with_for_update=True)
    known = session.get(Journal, (cabinet, post.journal))
    journal = known or begin_journal(session, row, post.journal, now=now)
    line = _Line(session, row, journal, keys, now)
    if known is None and journal.number > 1:
        grant.issue_anew(session, row, keys=keys, now=now)
    for wire in post.events:
        _take_one(line, wire)
    if not post.events and 0 < post.head_sequence < journal.head_sequence:
        line.fork = True
        alarm.ring(session, cabinet, "journal.fork", subject=post.journal, now=now)
    if post.head_signature:
        _anchor(line, post)
    _see_doors(line, post)
    row.posted_at = now
    if math.isfinite(post.wall) and post.wall > 0:
        row.wall_offset = post.wall - now
    journal.forked = journal.forked or line.fork
    return EventsAck(
        journal=post.journal,
        sequence=journal.head_sequence,
        centre_time=now,
        fork=journal.forked,
    )


def _take_one(line: _Line, wire: WireEntry) -> None:
    same_place = line.session.exec(
        select(CabinetEvent.hash).where(
            CabinetEvent.cabinet == line.cabinet.id,
            CabinetEvent.journal == line.journal.journal,
            CabinetEvent.sequence == wire.sequence,
        )
    ).all()
    if wire.hash in same_place:
        return
    if same_place:
        line.fork = True
        alarm.ring(
            line.session, line.cabinet.id, "journal.fork", subject=line.journal.journal,
            now=line.now, sequence=wire.sequence,
        )  # fmt: skip
    event, flag = _judge(line, wire)
    row = _store(line, wire, flag=flag, fork=bool(same_place))
    if wire.sequence > line.journal.head_sequence:
        line.journal.head_sequence, line.journal.head_hash = wire.sequence, wire.hash
    if isinstance(event, Event):
        _follow(line, row, event)


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


def _store(line: _Line, wire: WireEntry, *, flag: str, fork: bool) -> CabinetEvent:
    row = CabinetEvent(
        cabinet=line.cabinet.id,
        journal=line.journal.journal,
        journal_number=line.journal.number,
        sequence=wire.sequence,
        kind=_plain(wire.kind),
        body=wire.body if flag != "hash" else _storable(wire.body),
        boot=_plain(wire.stamp.boot),
        mono_ms=max(-BIGGEST_SEQUENCE, min(wire.stamp.mono_ms, BIGGEST_SEQUENCE)),
        wall=wire.stamp.wall if math.isfinite(wire.stamp.wall) else 0.0,
        trusted=wire.stamp.trusted,
        previous=wire.previous,
        hash=wire.hash,
        arrived_at=line.now,
        flag=flag,
        fork=fork,
    )
    line.session.add(row)
    line.session.flush()
    return row


def _follow(line: _Line, row: CabinetEvent, event: Event) -> None:
    if isinstance(event, JournalStarted):
        return
    source = Source(
        cabinet=line.cabinet.id, event=row.id or 0, wall=row.wall, now=line.now, keys=line.keys
    )
    try:
        with line.session.begin_nested():
            project(line.session, event, source)
            row.visit = visit_of(line.session, event, line.cabinet.id)
    except Exception:  # noqa: BLE001  (what our books cannot follow must not block the line)
        _LOG.exception("event %s %s not projected", row.journal, row.sequence)
        row.flag = "unprojected"


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
