"""Notices: what residents are told, at most one accepted message an event, through one interface.

    due ─▶ sending ─▶ sent         the provider accepted it
     ▲        │
     │        ├─▶ unknown ─▶ sent  the receipt says so
     │        │      └─────▶ due   there is none, twice: it is sent once more (may be double)
     └────────┘                    refused, or later: the next way is tried; what said "later" is
                                   tried again after its pause, where no other took it, for a day
                └─▶ desk           no way is left: telling the person is a task with a clock
                    dropped        erased, the consent was taken back, or it was collected meanwhile

A notice is written only when something truly lies behind a door that was shut in the loader's own
visit (`movement`); it waits while that door cannot be opened (not for a scanner or a card reader:
the code can be typed, and the time to collect runs on), until the cabinet has told what happened
while it was away, while somebody stands at that door, and in quiet hours.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from central.database import Database, DatabaseAwayError
from central.key import KeyRing
from central.notice_settings import NoticeSettings
from central.operation import (
    alarm,
    consent,
    grant,
    outage,
    resident,
    standing,
    subscription,
    turn,
)
from central.operation.matter_state import MatterState
from central.operation.quiet import after_quiet, call_by
from central.provider.answer import Answer, Channel, Message, Outcome
from central.record.cabinet import Cabinet, DoorVisit
from central.record.case import Consignment, Grant, Matter, Task
from central.record.people import Notice, Resident
from central.record.told import NoticeTry
from locker.contract.text import Catalogue
from locker.contract.vocabulary import GrantState

_LOG = logging.getLogger(__name__)

AT_THE_DOOR = "slip"
"""The way of who wants no message: a printed slip is enough."""
VOICE = "voice"
"""The way of who wants to be called: always a task of staff."""
DOOR = "door"
"""The way of who wants somebody to come by."""
FAMILY = "family"
"""The way of who wants a relative to be called, whose name and number they gave."""
BY_HAND: Mapping[str, str] = MappingProxyType(
    {
        AT_THE_DOOR: alarm.HAND_SLIP,
        VOICE: alarm.TELL,
        DOOR: alarm.TELL_AT_DOOR,
        FAMILY: alarm.TELL_FAMILY,
    }
)
"""The ways that are always a task of staff, and which."""
_ON_A_SLIP = frozenset({"ready", "return_ready"})
"""What a printed slip says: there is a code to collect with."""
ASK_AFTER_S = 60.0
BELIEVE_AFTER_S = 16 * 60.0
"""No receipt before then means nothing: how soon a message is listed is said nowhere, and an SMS is
signed for 15 minutes, so a call that was held up on its way may still be taken in them.
"""
GIVE_UP_AFTER_S = 24 * 3600.0
"""After its first try a person tells it: no way could for so long, or no receipt was to be had."""
CRASHED_AFTER_S = 120.0
TOLD_S = 45.0
"""A cabinet posts every 30 s at least; what it told longer ago may be over."""


@dataclass(frozen=True, slots=True)
class Post:
    """What delivering needs, the same for every notice of a round."""

    database: Database
    settings: NoticeSettings
    keys: KeyRing
    clock: Callable[[], float]
    ending: threading.Event = field(default_factory=threading.Event)
    """Set when the centre stops: no try is begun after the one in hand."""

    @property
    def now(self) -> float:
        """The Unix second now: a round of slow providers takes minutes."""
        return self.clock()


@dataclass(frozen=True, slots=True)
class _Job:
    """One try that was claimed. `asks`: a receipt is asked for instead of sending."""

    notice: str
    row: int
    channel: Channel
    message: Message
    asks: bool
    sent_at: float


@dataclass(frozen=True, slots=True)
class PrintingChannel:
    """The demo's channel: prints on standard output."""

    name: str = "demo"

    def can(self, message: Message) -> bool:  # noqa: ARG002
        """Everything can be printed."""
        return True

    def send(self, message: Message, *, now: float) -> Answer:  # noqa: ARG002
        """Print the message, without the telephone number."""
        print(f"notice {message.notice}: {message.text}", flush=True)  # noqa: T201
        return Answer(Outcome.ACCEPTED)

    def ask(self, message: Message, *, sent_at: float, now: float) -> Answer | None:  # noqa: ARG002
        """Nobody can be asked."""
        return None


def deliver(post: Post) -> int:
    """Bring every notice that is due one step or more forward; give how many were looked at.

    What one raises, for its rows are broken, is raised when every other had its turn.
    """
    with post.database.reading() as session:
        waiting = session.exec(
            select(Notice.id)
            .where(
                col(Notice.state).in_(("due", "sending", "unknown")),
                Notice.not_before <= post.now,
            )
            .order_by(col(Notice.at))
            .limit(200)
        ).all()
    failed = []
    for notice in waiting:
        try:
            while not post.ending.is_set() and (job := _claim(post, notice)) is not None:
                _settle(post, job, _do(post, job))
        except (DatabaseAwayError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001  (a broken row can raise anything)
            error.add_note(f"notice {notice}")
            failed.append(error)
    if failed:
        raise ExceptionGroup("notices not told", failed)
    return len(waiting)


def newest(session: Session, *, limit: int = 50) -> Sequence[Notice]:
    """Give the newest notices."""
    return session.exec(select(Notice).order_by(col(Notice.at).desc()).limit(limit)).all()


def _claim(post: Post, notice: str) -> _Job | None:
    with post.database.writing() as session:
        row = session.get(Notice, notice, with_for_update=True)
        if row is None or row.not_before > post.now:
            return None
        if row.state == "sending":  # whoever sent it died in between: nobody can say
            row.state = "unknown"
        if row.state not in {"due", "unknown"}:
            return None
        person = session.get_one(Resident, row.resident)
        details = resident.of(session, person.id, keys=post.keys)
        if details is None or not consent.stands(session, person.id):
            row.state = "dropped"
            return None
        tries = _tries(session, row.id)
        if row.state == "due" and _is_over(session, row):
            row.state = "dropped"
            return None
        if row.state == "due" and _waits(session, row, post):
            return None
        message = _message(session, row, person, phone=details.phone, keys=post.keys)
        row.text = _kept_text(message)
        if row.state == "unknown":
            return _ask_again(session, row, tries, message, post)
        ways = _ways(person, tries, message, post)
        if not ways:
            _to_the_desk(session, row, post)
            return None
        rests = {tried.channel: tried.rests_until for tried in tries}
        channel = next((way for way in ways if rests.get(way.name, 0.0) <= post.now), None)
        if channel is None:
            person_tells_at = tries[0].at + GIVE_UP_AFTER_S
            if post.now >= person_tells_at:
                _to_the_desk(session, row, post)
            else:
                row.not_before = min(person_tells_at, *(rests[way.name] for way in ways))
            return None
        return _begin(session, row, channel, message, post)


def _is_over(session: Session, row: Notice) -> bool:
    """Tell whether what the notice says is in the cabinet has been taken out of it."""
    about = row.details.get("about", "")
    if row.kind == grant.NEW_CODE:
        return session.get_one(Grant, about).state != GrantState.LIVE.value
    papers = _papers(session, row)
    return papers is not None and papers.state == "out"


def _papers(session: Session, row: Notice) -> Consignment | None:
    """Give what the notice tells of; None for a notice of no papers."""
    about = row.details.get("about", "")
    if row.kind == grant.NEW_CODE:
        about = session.get_one(Grant, about).consignment
    return session.get(Consignment, about)


def _waits(session: Session, row: Notice, post: Post) -> bool:
    """Put a notice off while its door cannot be opened or staff must look, or people sleep."""
    matter = session.get_one(Matter, row.matter)
    inside = matter.state == MatterState.IN_CABINET.value
    if inside and (
        _is_down(session, matter.cabinet, row, now=post.now)
        or _is_doubtful(session, row, now=post.now)
    ):
        row.not_before = post.now + ASK_AFTER_S
        return True
    # Who asks for a new code stands at the cabinet, whatever the hour.
    quiet = None if row.kind == grant.NEW_CODE else post.settings.quiet
    row.not_before = after_quiet(post.now, quiet)
    return row.not_before > post.now


def _is_doubtful(session: Session, row: Notice, *, now: float) -> bool:
    """Tell whether what the notice tells of may lie there no more.

    Staff must look first, or somebody stands at its open door: it may just be taken back. A visit
    whose end never came, for its disk was lost, holds nobody's notice for longer than a visit.
    """
    about = row.details.get("about")
    look = select(Task.id).where(
        col(Task.kind).in_(alarm.LOOKS),
        Task.consignment == about,
        col(Task.done_at).is_(None),
    )
    at_the_door = select(DoorVisit.visit).where(
        DoorVisit.consignment == about,
        DoorVisit.outcome == "",
        DoorVisit.opened_at > now - turn.VISIT_LIMIT_S,
    )
    return any(session.exec(one).first() is not None for one in (look, at_the_door))


def _is_down(session: Session, cabinet: str, row: Notice, *, now: float) -> bool:
    """Tell whether the door cannot be opened now, as the reckoning of its deadline sees it."""
    here, papers = session.get_one(Cabinet, cabinet), _papers(session, row)
    door = papers.compartment if papers else None
    return (
        here.revoked_at is not None
        or now - (here.posted_at or 0.0) > TOLD_S
        or outage.is_on(session, cabinet, door)
        or door in standing.silent_doors(session, here)
    )


def _message(
    session: Session, row: Notice, person: Resident, *, phone: str, keys: KeyRing
) -> Message:
    matter = session.get_one(Matter, row.matter)
    texts = Catalogue.load("central", "phone", person.language)
    agreed = subscription.unused(session, matter.id, keys=keys)
    code = ""
    if row.kind == grant.NEW_CODE:
        agreed = None  # it goes to the number that was typed, and to no other device
        given = session.get_one(Grant, row.details["about"])
        code = grant.code_of(session, given, keys=keys)
    return Message(
        notice=row.id,
        kind=row.kind,
        number=matter.reference,
        phone=phone,
        # No name of the matter and no place: a message may be read by others.
        text=texts(f"notice.{row.kind}", reference=matter.reference, code=code),
        code=code,
        language=person.language,
        openid="" if agreed is None else agreed.openid,
        scene=0 if agreed is None else agreed.scene,
    )


def _kept_text(message: Message) -> str:
    """Give what is kept of a message: no code."""
    return message.text.replace(message.code, "********") if message.code else message.text


def _ways(
    person: Resident, tries: Sequence[NoticeTry], message: Message, post: Post
) -> list[Channel]:
    """Give what may send it: the resident's own way first, then in the operator's order.

    Who asks for a new code asks for a message to the number that they typed, whatever else holds.
    """
    if person.told_by in BY_HAND and message.kind != grant.NEW_CODE:
        return []
    closed = {row.channel for row in tries if row.outcome == Outcome.REFUSED.value}
    ways = sorted(post.settings.channels, key=lambda way: way.name != person.told_by)
    return [way for way in ways if way.name not in closed and way.can(message)]


def _ask_again(
    session: Session, row: Notice, tries: Sequence[NoticeTry], message: Message, post: Post
) -> _Job | None:
    last = tries[-1] if tries else None
    channel = next(
        (way for way in post.settings.channels if last and way.name == last.channel), None
    )
    if last is None or channel is None or post.now - last.at > GIVE_UP_AFTER_S:
        _to_the_desk(session, row, post)
        return None
    last.outcome = Outcome.UNKNOWN.value
    row.state = "sending"
    row.not_before = post.now + CRASHED_AFTER_S
    return _Job(row.id, last.id or 0, channel, message, asks=True, sent_at=last.at)


def _begin(session: Session, row: Notice, channel: Channel, message: Message, post: Post) -> _Job:
    row.state, row.channel = "sending", channel.name
    row.not_before = post.now + CRASHED_AFTER_S
    tried = NoticeTry(notice=row.id, channel=channel.name, at=post.now)
    session.add(tried)
    session.flush()
    return _Job(row.id, tried.id or 0, channel, message, asks=False, sent_at=tried.at)


def _do(post: Post, job: _Job) -> Answer | None:
    try:
        if job.asks:
            return job.channel.ask(job.message, sent_at=job.sent_at, now=post.now)
        return job.channel.send(job.message, now=post.now)
    except Exception:  # noqa: BLE001  (what a client did not foresee says nothing of the message)
        _LOG.exception("notice %s by %s", job.notice, job.channel.name)
        return Answer(Outcome.UNKNOWN, code="our fault")


def _settle(post: Post, job: _Job, answer: Answer | None) -> None:
    with post.database.writing() as session:
        row = session.get_one(Notice, job.notice, with_for_update=True)
        tried = session.get_one(NoticeTry, job.row)
        if answer is None:
            _no_receipt(session, row, tried, post)
            return
        tried.code, tried.ticket = answer.code[:60], answer.ticket[:60]
        tried.outcome = answer.outcome.value
        if _uses_consent(tried):
            subscription.use(session, row.matter, now=post.now)
        match answer.outcome:
            case Outcome.ACCEPTED:
                _is_sent(session, row, post)
            case Outcome.REFUSED if _was_double(session, row, tried):
                # The one consent is used up: the first message did arrive.
                _is_sent(session, row, post)
            case Outcome.REFUSED:
                row.state, row.not_before = "due", post.now
            case Outcome.LATER:  # surely not sent: the next way at once, this one after its pause
                tried.rests_until = post.now + max(answer.pause_s, 5.0)
                row.state, row.not_before = "due", post.now
            case Outcome.UNKNOWN:
                row.state, row.not_before = "unknown", post.now + ASK_AFTER_S


def _is_sent(session: Session, row: Notice, post: Post) -> None:
    row.state, row.sent_at = "sent", post.now
    if row.kind == grant.NEW_CODE:
        grant.replace_others(session, row.details["about"], now=post.now)


def _no_receipt(session: Session, row: Notice, tried: NoticeTry, post: Post) -> None:
    """Nobody knows of it: once more later, and written down; after a second time a person tells."""
    believed_at = tried.at + BELIEVE_AFTER_S
    if post.now < believed_at:
        row.state, row.not_before = "unknown", believed_at
    elif row.may_be_double:
        _to_the_desk(session, row, post)
    else:
        row.may_be_double = True
        row.state, row.not_before = "due", post.now


def _was_double(session: Session, row: Notice, tried: NoticeTry) -> bool:
    before = [one for one in _tries(session, row.id) if one.id != tried.id]
    unknown = any(
        one.channel == tried.channel and one.outcome == Outcome.UNKNOWN.value for one in before
    )
    return unknown and _uses_consent(tried)


def _uses_consent(tried: NoticeTry) -> bool:
    """Tell whether the one consent is gone: by this message, or WeChat says that there is none."""
    said = tried.outcome == Outcome.ACCEPTED.value or tried.code == "43101"
    return tried.channel == "wechat" and said


def _to_the_desk(session: Session, row: Notice, post: Post) -> None:
    row.state = "desk"
    matter = session.get_one(Matter, row.matter)
    person = session.get_one(Resident, row.resident)
    kind = BY_HAND.get(person.told_by, BY_HAND[VOICE])
    if kind == alarm.HAND_SLIP and row.kind not in _ON_A_SLIP:
        kind = alarm.TELL_AT_DOOR
    alarm.set_task(
        session, kind, cabinet=matter.cabinet, matter=matter.id, now=post.now, about=row.kind,
        due_at=call_by(post.now, post.settings.quiet),
    )  # fmt: skip


def _tries(session: Session, notice: str) -> Sequence[NoticeTry]:
    rows = select(NoticeTry).where(NoticeTry.notice == notice)
    return session.exec(rows.order_by(col(NoticeTry.id))).all()
