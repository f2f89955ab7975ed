"""What the cabinet's journal says happened: one frozen value a kind of event.

These are the only facts that the journal stores, the core folds and the centre receives. Standard
library only. A body holds tokens, numbers and words from `vocabulary`; never a name, a telephone
number, an ID number, a code or a scanned text.

Adding a field: give it a default. Removing or changing the meaning of one: a new kind.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from locker.contract.vocabulary import (
    Capability,
    Condition,
    Contact,
    CredentialKind,
    DoorState,
    Found,
    LastFour,
    Purpose,
    VisitOutcome,
)

MINTED = "cabinet"
"""Source of a grant that the cabinet made itself."""
RECALLED = "recalled"
"""Why a collection's grant was revoked: its keeping time was over, and staff took it back."""
AGAIN = "again"
"""Source of a grant that the cabinet puts live once more: staff said nothing was done with it."""

UNTOLD = frozenset({
    "code_digest", "last_four_digest", "card_digest", "card_lookup", "digest", "lookup",
    "tried", "digits_wrong",
})  # fmt: skip
"""Fields of events and records that say something of a code, PIN, card or badge: for no eyes."""


@dataclass(frozen=True, slots=True)
class JournalStarted:
    """The first event of a journal; names the journal before it where there was one."""

    kind: ClassVar[str] = "journal.started"
    journal: str
    reason: str
    previous_journal: str | None = None
    previous_head: str | None = None


@dataclass(frozen=True, slots=True)
class BootStarted:
    """The daemon came up; nothing has been moved."""

    kind: ClassVar[str] = "boot.started"
    boot: str
    version: str


@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """A part that serving depends on went away or came back (`what`: board, scanner, clock, …).

    `board`: no door can be read. `doors`: some cannot, though others can; `detail` says which.

    `off_s` is how long the part was away, where that is known; for `power` it is the time between
    the last sign of life and this boot. Offline alone is not a service change. `at`: see
    `happened_at`; for `power` the end of the outage, where the clock was believed only later.
    """

    kind: ClassVar[str] = "service.changed"
    what: str
    ok: bool
    off_s: float | None = None
    detail: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class GrantPut:
    """A permission became known to the cabinet, or was replaced by a newer issue.

    `issued_at`, `expires_at`: Unix seconds of the centre's clock. `code_digest`: hex of the
    typed code's scrypt digest under the cabinet's salt; `last_four_digest`: the same of the code
    with the four digits that `last_four` asks for, never of these alone. `source`: news, token,
    cabinet (minted by it) or again (see `AGAIN`; where the grant came from stays as it was).
    `card_lookup`, `card_digest`: the card of whose it is, as `digest.card_at` of this cabinet.
    """

    kind: ClassVar[str] = "grant.put"
    grant: str
    purpose: Purpose
    consignment: str
    issued_at: float
    expires_at: float
    source: str
    matter: str = ""
    reference: str = ""
    code_digest: str | None = None
    low_door: bool = False
    size: str = ""
    card_lookup: str | None = None
    card_digest: str | None = None
    last_four: LastFour | None = None
    last_four_digest: str | None = None


@dataclass(frozen=True, slots=True)
class GrantReserved:
    """A visit holds the grant."""

    kind: ClassVar[str] = "grant.reserved"
    grant: str
    visit: str


@dataclass(frozen=True, slots=True)
class GrantReleased:
    """The visit gave the grant back: it is live again."""

    kind: ClassVar[str] = "grant.released"
    grant: str
    visit: str


@dataclass(frozen=True, slots=True)
class GrantUsed:
    """The door was seen open for this grant."""

    kind: ClassVar[str] = "grant.used"
    grant: str
    visit: str


@dataclass(frozen=True, slots=True)
class GrantRevoked:
    """The grant was withdrawn. `already_used`: the door had been opened with it before."""

    kind: ClassVar[str] = "grant.revoked"
    grant: str
    reason: str
    already_used: bool = False


@dataclass(frozen=True, slots=True)
class VisitOpened:
    """One person began to use one grant at one compartment.

    `counted`: a box that may hold something was opened without a grant of its own; over three in
    ten minutes `second` names who vouched for it. `at`: see `happened_at`.
    """

    kind: ClassVar[str] = "visit.opened"
    visit: str
    grant: str
    purpose: Purpose
    consignment: str
    compartment: int
    credential: CredentialKind
    staff: str | None = None
    command: str | None = None
    counted: bool = False
    second: str | None = None
    at: float | None = None


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """The visit is over; its reservation, if it still held one, was released before."""

    kind: ClassVar[str] = "visit.ended"
    visit: str
    outcome: VisitOutcome


@dataclass(frozen=True, slots=True)
class AttemptCommitted:
    """The intent to pulse one lock once; on disk before a byte is on the wire."""

    kind: ClassVar[str] = "attempt.committed"
    attempt: str
    visit: str
    compartment: int
    number: int
    door_before: DoorState
    reopening: bool = False


@dataclass(frozen=True, slots=True)
class AttemptNotSent:
    """The worker proved that no byte was written."""

    kind: ClassVar[str] = "attempt.not_sent"
    attempt: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptAcknowledged:
    """The board replied; whatever it claims, this says nothing of the door."""

    kind: ClassVar[str] = "attempt.acknowledged"
    attempt: str


@dataclass(frozen=True, slots=True)
class AttemptInDoubt:
    """The expected reply is missing, the write broke off, or the daemon restarted."""

    kind: ClassVar[str] = "attempt.in_doubt"
    attempt: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptOpened:
    """An edge: read shut before the pulse, read open after it. What moved the door it cannot say.

    `after_ms`: from the pulse to the first reading that showed it open, an upper bound of the
    time to open; None when the pulse's moment is not known (restart). `late`: after the
    attempt had been given up.
    """

    kind: ClassVar[str] = "attempt.opened"
    attempt: str
    after_ms: int | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """Valid readings without a gap from pulse to deadline, all shut."""

    kind: ClassVar[str] = "attempt.failed"
    attempt: str


@dataclass(frozen=True, slots=True)
class AttemptUnresolved:
    """Nobody can tell from the readings whether the door opened."""

    kind: ClassVar[str] = "attempt.unresolved"
    attempt: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptCompleted:
    """The door that this attempt opened was seen shut again."""

    kind: ClassVar[str] = "attempt.completed"
    attempt: str
    found_shut_at_start: bool = False


@dataclass(frozen=True, slots=True)
class DoorSeen:
    """A door contact changed. `visit`: the visit that the movement belongs to, if any."""

    kind: ClassVar[str] = "door.seen"
    compartment: int
    state: DoorState
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class DoorOpenedUnasked:
    """A door opened outside any visit: an alarm."""

    kind: ClassVar[str] = "door.opened_unasked"
    compartment: int


@dataclass(frozen=True, slots=True)
class DoorLeftOpen:
    """Staff are to be told: a door stood open for five minutes, or was not seen shut 60 s after."""

    kind: ClassVar[str] = "door.left_open"
    compartment: int
    visit: str


@dataclass(frozen=True, slots=True)
class BooksEntered:
    """What the books now say of one compartment, and why. `at`: see `happened_at`."""

    kind: ClassVar[str] = "books.entered"
    compartment: int
    condition: Condition
    consignment: str | None
    reason: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class PersonAnswered:
    """What a person at the glass said; `source` is always the person, never the sensor."""

    kind: ClassVar[str] = "person.answered"
    visit: str
    choice: str
    source: str = "person"


@dataclass(frozen=True, slots=True)
class ConsignmentMoved:
    """A consignment went in or came out, as far as is known.

    `how`: deposited, loaded, collected or taken_out. `confirmed`: a person said so; otherwise
    it is presumed from a door that was seen open and shut. `shut_in_visit`: the door was
    seen shut within the visit that moved it; a notice may go out only then. `at`: see
    `happened_at`.
    """

    kind: ClassVar[str] = "consignment.moved"
    consignment: str
    compartment: int
    how: str
    visit: str
    confirmed: bool
    shut_in_visit: bool
    staff: str | None = None
    at: float | None = None


@dataclass(frozen=True, slots=True)
class WalkInAccepted:
    """The cabinet minted a deposit itself for a person with no phone; staff bind it later."""

    kind: ClassVar[str] = "walk_in.accepted"
    consignment: str
    grant: str
    number: str
    matter: str = ""
    """The key of the matter that the person chose at the glass, if they knew it."""
    missing: tuple[str, ...] = ()
    """Keys of that matter's papers that they said they had not with them."""


@dataclass(frozen=True, slots=True)
class StaffPut:
    """A badge became known. `lookup`: keyed digest of the badge; `digest`: scrypt(badge ‖ PIN)."""

    kind: ClassVar[str] = "staff.put"
    staff: str
    lookup: str
    digest: str
    capabilities: tuple[Capability, ...]
    expires_at: float


@dataclass(frozen=True, slots=True)
class StaffRemoved:
    """A badge is no longer good."""

    kind: ClassVar[str] = "staff.removed"
    staff: str


@dataclass(frozen=True, slots=True)
class StaffSignedIn:
    """Badge and PIN were both right."""

    kind: ClassVar[str] = "staff.signed_in"
    staff: str


@dataclass(frozen=True, slots=True)
class StaffSignedOut:
    """The staff session ended. `reason`: left, idle, removed or restart."""

    kind: ClassVar[str] = "staff.signed_out"
    staff: str
    reason: str


@dataclass(frozen=True, slots=True)
class StaffVouched:
    """A second member of staff showed badge and PIN for what `staff` wants to open."""

    kind: ClassVar[str] = "staff.vouched"
    staff: str
    second: str


@dataclass(frozen=True, slots=True)
class CredentialRefused:
    """Something shown or typed opened nothing. `failure`: a stable code of `failure`."""

    kind: ClassVar[str] = "credential.refused"
    failure: str
    credential: str
    counted: bool = False
    grant: str | None = None


@dataclass(frozen=True, slots=True)
class KeypadCounted:
    """Wrong codes in a row so far, and until when the keypad pauses (seconds from now)."""

    kind: ClassVar[str] = "keypad.counted"
    wrong_in_a_row: int
    pause_s: int


@dataclass(frozen=True, slots=True)
class DigitsCounted:
    """Wrong digits on one day for a card, or for a code that asks for more; 0: it is good again.

    `tried`: the beginning of the card's look-up at this cabinet, or the grant of the code.
    `day`: the ordinal of the local date. `grant`: what would have opened, where it is known here.
    """

    kind: ClassVar[str] = "digits.counted"
    tried: str
    wrong: int
    day: int
    grant: str | None = None


@dataclass(frozen=True, slots=True)
class CommandTaken:
    """A command of the centre was judged. `failure`: empty when it was carried out."""

    kind: ClassVar[str] = "command.taken"
    command: str
    failure: str = ""
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class NewsApplied:
    """News up to `n` of the centre's counter for this cabinet is in the books."""

    kind: ClassVar[str] = "news.applied"
    n: int


@dataclass(frozen=True, slots=True)
class KeyPut:
    """A public key of the centre for signed QR codes. `key`: base64url of 32 raw bytes."""

    kind: ClassVar[str] = "key.put"
    kid: str
    key: str


@dataclass(frozen=True, slots=True)
class KeyRemoved:
    """A public key of the centre is no longer good: what it signed is refused."""

    kind: ClassVar[str] = "key.removed"
    kid: str


@dataclass(frozen=True, slots=True)
class HelpCalled:
    """Somebody pressed help at the glass."""

    kind: ClassVar[str] = "help.called"
    page: str
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many of a kind within a minute or more were not written one by one.

    `what`: refusals, help or touches. A glass in good hands never comes near the limits.
    """

    kind: ClassVar[str] = "journal.left_out"
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class TechnicianAsked:
    """A technician asked for an opening, with a reason: by the command or, `ticket` glass, there.

    `by`: the login on the kiosk PC, or whom the centre's pass was for.
    `failure`: empty when a visit was opened. `second`: the member
    of staff who vouched at the glass, where the rule of two people wanted one.
    """

    kind: ClassVar[str] = "technician.asked"
    ticket: str
    compartment: int
    by: str
    reason: str
    visit: str | None = None
    failure: str = ""
    second: str | None = None


@dataclass(frozen=True, slots=True)
class GlassRestarted:
    """A technician at the glass made it start anew. `by`: whom the centre's pass was for."""

    kind: ClassVar[str] = "glass.restarted"
    by: str


@dataclass(frozen=True, slots=True)
class ContactDoubted:
    """What a door contact said does not go with what else is known. `why`: a word of `contact`."""

    kind: ClassVar[str] = "contact.doubted"
    compartment: int
    why: str


@dataclass(frozen=True, slots=True)
class ContactJudged:
    """From its history: whether a door contact is believed, and what seems wrong with it."""

    kind: ClassVar[str] = "contact.judged"
    compartment: int
    contact: Contact
    why: str = ""


@dataclass(frozen=True, slots=True)
class ServiceOrdered:
    """A member of staff took a compartment out of service, or put it back."""

    kind: ClassVar[str] = "service.ordered"
    compartment: int
    in_service: bool
    staff: str


@dataclass(frozen=True, slots=True)
class AuditStarted:
    """Somebody begins to compare boxes with the books; in this order."""

    kind: ClassVar[str] = "audit.started"
    audit: str
    staff: str
    compartments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AuditFound:
    """What was found in one box. `condition`, `consignment`: what the books said before.

    `label`: of an envelope that was scanned there. `agrees`: whether the books were right.
    """

    kind: ClassVar[str] = "audit.found"
    audit: str
    compartment: int
    found: Found
    condition: Condition
    consignment: str | None
    agrees: bool
    staff: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEnded:
    """The audit is over. `missing`: said to hold something, and empty; `unexpected`: the reverse.

    `left`: boxes that nobody looked into, skipped ones included.
    """

    kind: ClassVar[str] = "audit.ended"
    audit: str
    staff: str
    checked: int
    missing: int
    unexpected: int
    left: int


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """The wall clock went forward by more than the time that passed."""

    kind: ClassVar[str] = "clock.jumped"
    forward_s: float


Event = (
    JournalStarted
    | BootStarted
    | ServiceChanged
    | GrantPut
    | GrantReserved
    | GrantReleased
    | GrantUsed
    | GrantRevoked
    | VisitOpened
    | VisitEnded
    | AttemptCommitted
    | AttemptNotSent
    | AttemptAcknowledged
    | AttemptInDoubt
    | AttemptOpened
    | AttemptFailed
    | AttemptUnresolved
    | AttemptCompleted
    | DoorSeen
    | DoorOpenedUnasked
    | DoorLeftOpen
    | BooksEntered
    | PersonAnswered
    | ConsignmentMoved
    | WalkInAccepted
    | StaffPut
    | StaffRemoved
    | StaffSignedIn
    | StaffSignedOut
    | CredentialRefused
    | KeypadCounted
    | DigitsCounted
    | CommandTaken
    | NewsApplied
    | KeyPut
    | KeyRemoved
    | HelpCalled
    | TechnicianAsked
    | GlassRestarted
    | StaffVouched
    | ContactDoubted
    | ContactJudged
    | ServiceOrdered
    | AuditStarted
    | AuditFound
    | AuditEnded
    | ClockJumped
    | LeftOut
)

EVENT_TYPES: types.MappingProxyType[str, type[Event]] = types.MappingProxyType(
    {event_type.kind: event_type for event_type in typing.get_args(Event)}
)


RECKONED = (ServiceChanged, BooksEntered, ConsignmentMoved, VisitOpened)
"""Events with an `at` of their own."""


def happened_at(event: Event, wall: float) -> float:
    """Give the Unix second that is reckoned with: the stamp's, or the event's own `at`.

    `at` is set where the wall clock was not believed: the second that was certainly reached.
    """
    at = getattr(event, "at", None)
    return wall if at is None else float(at)


class EventBodyError(ValueError):
    """A body that is not of its kind's shape; the centre stores it raw and flags it."""


def to_body(event: Event) -> dict[str, Any]:
    """Turn an event into the JSON object that is stored, hashed and sent; `kind` is not in it."""
    return {field.name: _plain(getattr(event, field.name)) for field in dataclasses.fields(event)}


def from_body(kind: str, body: dict[str, Any]) -> Event:
    """Make the event again from its kind and body.

    Raises EventBodyError for an unknown kind, a missing field or a value outside its words.
    Unknown fields are ignored: they come from a newer cabinet.
    """
    event_type = EVENT_TYPES.get(kind)
    if event_type is None:
        raise EventBodyError(f"unknown event kind {kind!r}")
    readers = _READERS[kind]
    try:
        return event_type(
            **{name: read(body[name]) for name, read in readers.items() if name in body}
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise EventBodyError(f"{kind}: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _reader(annotation: Any) -> Any:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        (inner,) = (arg for arg in typing.get_args(annotation) if arg is not type(None))
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if typing.get_origin(annotation) is tuple:
        read = _reader(typing.get_args(annotation)[0])
        return lambda value: tuple(read(item) for item in value)
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    return _exactly(annotation)


def _exactly(expected: type) -> Any:
    def read(value: object) -> object:
        if expected is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise ValueError(f"{value!r} is not {expected.__name__}")
        return value

    return read


_READERS = types.MappingProxyType(
    {
        kind: {
            name: _reader(annotation)
            for name, annotation in typing.get_type_hints(event_type).items()
            if name != "kind"
        }
        for kind, event_type in EVENT_TYPES.items()
    }
)
