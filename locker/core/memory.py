"""What the core knows of this boot only: readings, clocks that run, who stands there now.

Nothing here survives a restart; what must is an event. Frozen: a turn carries a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from locker.contract.event import AuditEnded
from locker.contract.failure import Failure
from locker.contract.vocabulary import (
    Choice,
    CredentialKind,
    DoorState,
    Health,
    HelpAnswer,
    SlipState,
    VisitOutcome,
)
from locker.core.input import WalkInAsked
from locker.core.state import GrantRecord


@dataclass(frozen=True, slots=True)
class DoorReading:
    """The last reading of one door; `at_s` is monotonic."""

    state: DoorState
    at_s: float


@dataclass(frozen=True, slots=True)
class AttemptWatch:
    """How the readings after one pulse go. All times monotonic.

    `pulse_at_s`: None until the worker told. `last_read_s`: the last valid reading since the
    pulse. `gap`: whether two valid readings, or pulse and first one, were over 500 ms apart.
    `open_before`: the last reading between commit and pulse was open.
    """

    attempt: str
    compartment: int
    committed_at_s: float
    pulse_at_s: float | None = None
    last_read_s: float | None = None
    gap: bool = False
    open_before: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The last refusal, for the glass."""

    n: int
    failure: Failure
    at_s: float
    values: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A badge that was shown, or a member of staff who is signed in.

    `technician`: they came by a pass of the centre, and are in no book of the cabinet.
    """

    staff: str
    lookup: str
    signed_in: bool
    touched_at_s: float
    technician: bool = False


@dataclass(frozen=True, slots=True)
class LastFourAsked:
    """A grant that was shown and whose door would open, once four digits more are typed."""

    grant: GrantRecord
    credential: CredentialKind
    until_s: float


@dataclass(frozen=True, slots=True)
class Vouch:
    """A second member of staff who stands at the glass; `at_s` is monotonic."""

    staff: str
    at_s: float


@dataclass(frozen=True, slots=True)
class DoorWanted:
    """What staff wanted opened when a second person was asked for.

    `audit`: by the audit. `reason`: why a technician wanted it.
    """

    compartment: int
    at_s: float
    audit: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WalkInOffer:
    """What somebody with no phone asked for; their door opens when they have their number.

    The number and the code are kept for the glass and the printer only, and for `until_s`.
    """

    ask: WalkInAsked
    until_s: float
    slip: SlipState = SlipState.NONE


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person found at the open door of their visit; waits for the door to be shut."""

    visit: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Surplus:
    """How many of a stream were not written since this monotonic second; see `flood`."""

    count: int
    since_s: float


@dataclass(frozen=True, slots=True)
class Memory:
    """See the module. `visit`: the visit that the glass is for."""

    ready: bool = False
    started_at_s: float | None = None
    turned_at_s: float = 0.0
    recording: bool = True
    doors: Mapping[int, DoorReading] = field(default_factory=dict)
    silent: frozenset[int] = frozenset()
    """Compartments whose board is silent though another answers."""
    board_at_s: float = 0.0
    """Since when doors can be read."""
    health: Mapping[str, Health] = field(default_factory=dict)
    health_since: Mapping[str, float] = field(default_factory=dict)
    """Unix seconds at which board, scanner, centre last changed."""
    watches: Mapping[str, AttemptWatch] = field(default_factory=dict)
    pulsed_at_s: Mapping[int, float] = field(default_factory=dict)
    pulsed_before_start: frozenset[int] = frozenset()
    """Compartments whose pulse of the last run nobody saw the end of."""
    coil_at_s: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """By compartment: the latest pulses, oldest first, those of earlier runs included."""
    changes_at_s: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    """By compartment: when its contact changed of late."""
    unasked_at_s: Mapping[int, float] = field(default_factory=dict)
    """By compartment: when its door opened by itself, until that is settled."""
    open_since_s: Mapping[int, float] = field(default_factory=dict)
    """By compartment: since when its door reads open."""
    left_at_s: Mapping[str, float] = field(default_factory=dict)
    """By visit: when it ended, as far as this boot knows."""
    last_alive: float | None = None
    """The last sign of life before this boot, until the time without power is measured."""
    centre_heard: float | None = None
    """Unix second of the centre's last answer in this boot."""
    clock_seen: tuple[float, float] | None = None
    """Monotonic and wall second of the last turn."""
    visit: str | None = None
    visit_touched_s: float = 0.0
    visit_done_s: float | None = None
    last_outcome: VisitOutcome | None = None
    retry_wanted: str | None = None
    shut_at_s: Mapping[str, float] = field(default_factory=dict)
    """By grant: when the door that it opened was last seen shut."""
    offer: WalkInOffer | None = None
    wish: Wish | None = None
    walk_in_at_s: float | None = None
    keypad_until_s: float = 0.0
    card_until_s: float = 0.0
    """Until when the digits of the card that was shown are awaited; 0: of none."""
    last_four: LastFourAsked | None = None
    staff: StaffSession | None = None
    second: StaffSession | None = None
    """The badge of a second person, until its PIN was typed."""
    second_wanted: DoorWanted | None = None
    vouch: Vouch | None = None
    report: AuditEnded | None = None
    """The audit that has just ended, until it was read."""
    audit_visit: str | None = None
    """The last visit that the audit itself opened."""
    audit_label: str | None = None
    """The label that was scanned in the audit's open box."""
    wrong_pins: int = 0
    pin_until_s: float = 0.0
    ungranted_at_s: Mapping[int, float] = field(default_factory=dict)
    """By compartment: when staff last opened it without a grant of its own."""
    word: str | None = None
    word_until_s: float = 0.0
    help_answer: HelpAnswer | None = None
    """What was answered to the last call for help."""
    refused: Refused | None = None
    refusals: int = 0
    admitted_at_s: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """By stream of `flood`: when those of the last minute were written."""
    left_out: Mapping[str, Surplus] = field(default_factory=dict)
    watching: frozenset[int] = frozenset()
