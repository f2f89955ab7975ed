"""The words that every part of the product uses for states and purposes.

Standard library only: the core reads them, the border modules carry them over the wire as plain
strings. Knows nothing of how a state is reached.
"""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a grant permits, and nothing else."""

    DEPOSIT = "deposit"
    COLLECT = "collect"
    LOAD = "load"
    TAKE_OUT = "take_out"
    RECALL = "recall"
    MAINTAIN = "maintain"


STAFF_PURPOSES = frozenset({Purpose.LOAD, Purpose.TAKE_OUT, Purpose.RECALL, Purpose.MAINTAIN})
"""Purposes that only a signed-in member of staff carries out."""


class DoorState(StrEnum):
    """What the door contact says; unknown at start and whenever the bus is silent."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


class AttemptState(StrEnum):
    """The life of one pulse (docs: the table of `locker.core.attempt`)."""

    COMMITTED = "committed"
    NOT_SENT = "not_sent"
    ACKNOWLEDGED = "acknowledged"
    IN_DOUBT = "in_doubt"
    OPENED = "opened"
    FAILED = "failed"
    UNRESOLVED = "unresolved"
    COMPLETED = "completed"


class GrantState(StrEnum):
    """Where one permission stands: live → reserved → used, or revoked."""

    LIVE = "live"
    RESERVED = "reserved"
    USED = "used"
    REVOKED = "revoked"


class Condition(StrEnum):
    """What the books say of one compartment."""

    FREE = "free"
    RESERVED = "reserved"
    OCCUPIED = "occupied"
    WITHHELD = "withheld"
    JAMMED = "jammed"
    OUT_OF_SERVICE = "out_of_service"


class Contact(StrEnum):
    """Whether a door contact is believed, from its history."""

    TRUSTED = "trusted"
    STUCK_OPEN = "stuck_open"
    STUCK_SHUT = "stuck_shut"
    FLICKERING = "flickering"


class Found(StrEnum):
    """What a person found in a box during an audit."""

    EMPTY = "empty"
    HOLDS = "holds"
    SKIPPED = "skipped"


class CredentialKind(StrEnum):
    """What was shown to use a grant."""

    SIGNED_QR = "signed_qr"
    TYPED_CODE = "typed_code"
    STAFF = "staff"
    PHONE = "phone"
    WALK_IN = "walk_in"
    CARD = "card"
    """A card that the person carries anyway, with four digits of their own."""
    COMMAND = "command"


class LastFour(StrEnum):
    """Of what the last four digits are asked at the door, beside a code or a signed QR."""

    PHONE = "phone"
    ID_NUMBER = "id_number"


class Capability(StrEnum):
    """What a member of staff may do at the cabinet."""

    TAKE_OUT = "take_out"
    LOAD = "load"
    RECALL = "recall"
    MAINTAIN = "maintain"


class PulseReason(StrEnum):
    """Why a technician pulses a lock at the glass."""

    TEST = "test"
    REPAIRED = "repaired"
    STUCK = "stuck"


class Choice(StrEnum):
    """A way on that the glass may offer in a visit; the daemon says which are open."""

    CONFIRM = "confirm"
    """Everything is taken, or everything is put in (by the purpose of the visit)."""
    NOTHING = "nothing"
    """Nothing was put in (deposit, load), or nothing was taken (collect, take out).

    Of a box that is looked into (maintain): CONFIRM says that it is empty, NOTHING that it holds
    something."""
    REOPEN = "reopen"
    """Open the same door once more, as a new attempt."""
    SAW_OPEN = "saw_open"
    """The door is open, whatever its contact says. A person's word, never a sensor's."""
    SAW_SHUT = "saw_shut"
    """The door is shut, whatever its contact says."""
    LEAVE = "leave"
    """Not now: end the visit."""
    OTHER_BOX = "other_box"
    """Something lies in the box that was opened to put papers in: another one, please."""
    LOWER = "lower"
    """The door is out of reach: one that is lower, please."""
    LARGER = "larger"
    """Staff: the envelope does not fit; a larger box."""
    NOT_MINE = "not_mine"
    """What lies in the box is not the collecting person's."""
    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"
    """How it went, by one touch after the visit."""


RATINGS = (Choice.SATISFIED, Choice.FAIR, Choice.DISSATISFIED)


class PhoneUse(StrEnum):
    """For what somebody at the glass types a telephone number."""

    NEW_CODE = "new_code"
    """Their code is lost: a new one is sent to that number, if the centre knows it."""
    CALL_BACK = "call_back"
    """Nobody answered their call for help: whoever is on duty rings them up."""
    TELL_FREE = "tell_free"
    """The cabinet is full: they are told once when it has room."""


class HelpAnswer(StrEnum):
    """What whoever is on duty answered to a call for help."""

    COMING = "coming"
    CALLING = "calling"


class AskState(StrEnum):
    """What became of a number that was typed at the glass."""

    NONE = "none"
    SENDING = "sending"
    TAKEN = "taken"
    """The centre has it. Whether it knows that number is told to nobody."""
    TOO_MANY = "too_many"
    CUT = "cut"
    """It did not arrive; it is kept nowhere, and not sent again."""


class SlipState(StrEnum):
    """What became of the printed slip with a walk-in person's number."""

    NONE = "none"
    """No printer is fitted: the number is written down."""
    PRINTING = "printing"
    PRINTED = "printed"
    NO_PAPER = "no_paper"
    FAILED = "failed"
    """A jam, an open cover, a cable: the printer did not take it."""


class VisitPhase(StrEnum):
    """What the person in front of the door is living through."""

    OPENING = "opening"
    OPEN = "open"
    ASK = "ask"
    """Seen shut again: everything taken, or put in?"""
    NOT_OPENED = "not_opened"
    """Read shut throughout: the pulse did not open it; the grant is good."""
    LOOK = "look"
    """Nobody can tell whether it opened: the person is asked to look."""
    JAMMED = "jammed"
    """Three attempts failed; only staff may pulse it again."""
    DONE = "done"


class VisitOutcome(StrEnum):
    """How a visit ended."""

    CONFIRMED = "confirmed"
    PRESUMED = "presumed"
    """The door was opened and shut, and nobody answered the question."""
    LEFT_OPEN = "left_open"
    """The person went while the door stood open."""
    NOTHING = "nothing"
    """A person said that nothing was put in or taken."""
    NOT_OPENED = "not_opened"
    UNRESOLVED = "unresolved"
    JAMMED = "jammed"


class Health(StrEnum):
    """Whether a part that the cabinet depends on is there."""

    STARTING = "starting"
    OK = "ok"
    DOWN = "down"
    NOT_FITTED = "not_fitted"
