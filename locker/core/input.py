"""Everything that can happen to the core: one frozen value a kind of input.

The workers and the edge make these; nothing here has been journaled yet. `at_s` is always the
monotonic second at which the worker saw it, which may lie a little before the core is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from locker.contract.credential import GrantClaims
from locker.contract.event import (
    GrantPut,
    GrantRevoked,
    KeyPut,
    KeyRemoved,
    StaffPut,
    StaffRemoved,
)
from locker.contract.failure import Failure
from locker.contract.vocabulary import Choice, DoorState, HelpAnswer, SlipState


@dataclass(frozen=True, slots=True)
class Started:
    """The daemon came up. Nothing serves before this and the first door readings.

    `last_alive`: Unix seconds of the last sign of life before this boot, if there was one.
    """

    boot: str
    version: str
    last_alive: float | None = None


@dataclass(frozen=True, slots=True)
class DoorsRead:
    """A board answered: the state of these compartments at `at_s`."""

    doors: Mapping[int, DoorState]
    at_s: float


@dataclass(frozen=True, slots=True)
class BoardSilent:
    """A board did not answer, or its port is gone: these compartments could not be read."""

    compartments: frozenset[int]
    at_s: float
    reason: str


class PulseResult(StrEnum):
    """What became of the one frame of an attempt."""

    NOT_SENT = "not_sent"
    """Proven: no byte was written."""
    ACKNOWLEDGED = "acknowledged"
    SILENT = "silent"
    """Written whole; an expected reply did not come."""
    UNANSWERED = "unanswered"
    """Written whole to a board whose profile says that it never replies."""
    BROKEN = "broken"
    """The write failed after its first byte may have left."""


@dataclass(frozen=True, slots=True)
class PulseDone:
    """The board worker is done with an attempt's pulse. `at_s`: when its first byte left."""

    attempt: str
    result: PulseResult
    at_s: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QrShown:
    """A signed QR whose signature, cabinet and form are right; time and use are not judged yet."""

    claims: GrantClaims


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """The digest (hex, scrypt under the cabinet's salt) of eight typed digits."""

    digest: str


@dataclass(frozen=True, slots=True)
class LastFourTyped:
    """The digest (hex) of the code that was shown last ‖ four digits; empty: none was shown."""

    digest: str


@dataclass(frozen=True, slots=True)
class LastFourLeft:
    """Whoever was asked for four digits went back, or away."""


@dataclass(frozen=True, slots=True)
class CardShown:
    """A person's own card was read; its four digits must follow."""


@dataclass(frozen=True, slots=True)
class CardTyped:
    """The card that was shown last, and with its digits, as `digest.card_at` of this cabinet."""

    lookup: str
    digest: str


@dataclass(frozen=True, slots=True)
class CardLeft:
    """Whoever showed a card went back."""


@dataclass(frozen=True, slots=True)
class ShownRefused:
    """What was scanned or typed is refused by its form alone (garbled, foreign, bad signature)."""

    failure: Failure
    credential: str


@dataclass(frozen=True, slots=True)
class BadgeShown:
    """A badge was scanned; `lookup` is its keyed digest. The PIN must follow."""

    lookup: str


@dataclass(frozen=True, slots=True)
class PinTyped:
    """The digest (hex) of badge ‖ PIN for the badge that was shown last."""

    lookup: str
    digest: str


@dataclass(frozen=True, slots=True)
class LabelShown:
    """The label of an envelope was scanned."""

    consignment: str


@dataclass(frozen=True, slots=True)
class StaffDoorAsked:
    """The signed-in member of staff wants to empty, or look into, this compartment."""

    compartment: int


@dataclass(frozen=True, slots=True)
class RecallAsked:
    """The signed-in member of staff takes back what lies here: its keeping time is over."""

    compartment: int


@dataclass(frozen=True, slots=True)
class ServiceAsked:
    """The signed-in member of staff takes a compartment out of service, or puts it back."""

    compartment: int
    in_service: bool


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """The signed-in member of staff begins to compare boxes with the books.

    `everything`: all boxes, not only those that nobody is certain of.
    """

    everything: bool = False


@dataclass(frozen=True, slots=True)
class AuditOpened:
    """Open the box that the audit is at."""


@dataclass(frozen=True, slots=True)
class AuditSkipped:
    """Leave the box that the audit is at as it is."""


@dataclass(frozen=True, slots=True)
class AuditStopped:
    """End the audit here; or put its report away."""


@dataclass(frozen=True, slots=True)
class StaffLeft:
    """The signed-in member of staff pressed leave."""


@dataclass(frozen=True, slots=True)
class WalkInAsked:
    """Somebody with no phone wants to drop papers off.

    The edge minted the ids, the printed `number`, and the eight-digit `code` with its digest;
    the code itself goes to the glass and the printer only.
    """

    deposit_grant: str
    return_grant: str
    consignment: str
    number: str
    code: str = field(repr=False)
    code_digest: str
    low_door: bool = False
    matter: str = ""
    """The key of what the papers are for; empty: the person did not know."""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WalkInNoted:
    """The person has their number, printed or written down: open the door."""


@dataclass(frozen=True, slots=True)
class WalkInDropped:
    """The person with the number would rather not."""


@dataclass(frozen=True, slots=True)
class SlipPrinted:
    """What became of the slip with this number."""

    number: str
    slip: SlipState


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice at the glass for this visit."""

    visit: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class PersonPresent:
    """Somebody touched the glass in this visit: its end is put off."""

    visit: str


@dataclass(frozen=True, slots=True)
class RefusalSeen:
    """The refusal on the glass was read."""


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """Help was pressed on this page."""

    page: str


@dataclass(frozen=True, slots=True)
class PhoneArrived:
    """A phone scanned the glass `age_s` ago (centre's time)."""

    word: str
    age_s: float


@dataclass(frozen=True, slots=True)
class HelpAnswered:
    """Whoever is on duty answered the call for help `age_s` ago (centre's time)."""

    answer: HelpAnswer
    age_s: float


@dataclass(frozen=True, slots=True)
class JournalForked:
    """The centre knows another history of this journal: this disk is not what was here last.

    `journal`: the id of the journal that begins now.
    """

    journal: str
    previous_journal: str
    previous_head: str


@dataclass(frozen=True, slots=True)
class OpenCommanded:
    """The centre wants this grant's door opened now.

    `left_s`: seconds of life left in the centre's time kept on the monotonic clock; None where
    that time is not known well enough, which counts as stale. `second`: the second session at the
    centre, where two people asked.
    """

    command: str
    grant: str
    left_s: float | None
    by: str = "resident"
    reason: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class TechnicianAsked:
    """A technician wants this door opened once. `by`: the caller's login; `ticket`: the call."""

    ticket: str
    compartment: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TechnicianDoorAsked:
    """The technician at the glass wants this lock pulsed once. `reason`: a `PulseReason`."""

    compartment: int
    reason: str


@dataclass(frozen=True, slots=True)
class GlassRestarted:
    """The technician at the glass ends its process; whoever watches over it starts it anew."""


@dataclass(frozen=True, slots=True)
class TechnicianSawEmpty:
    """The technician looked into the box that they opened, found it empty and shut it."""

    compartment: int
    by: str


NewsValue = (
    GrantPut
    | GrantRevoked
    | StaffPut
    | StaffRemoved
    | KeyPut
    | KeyRemoved
    | PhoneArrived
    | HelpAnswered
    | OpenCommanded
)


@dataclass(frozen=True, slots=True)
class NewsCame:
    """News of the centre up to its counter `n`; a snapshot replaces all grants and badges."""

    n: int
    items: tuple[NewsValue, ...] = ()
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class CentreHeard:
    """The centre answered, or could not be reached."""

    ok: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class PartChanged:
    """A part that is not the board came or went: `what` is scanner or clock."""

    what: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """The journal can, or cannot, take records. While it cannot, no door is opened.

    `off_s`: how long it could not, told when it can again.
    """

    ok: bool
    off_s: float | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; due things happen."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Figures of the core that `config/settings.toml` may change; seconds unless named."""

    board_fresh_s: float = 2.0
    pulse_life_s: float = 5.0
    """A pulse that the worker has not begun by then is refused by it."""
    watch_s: float = 3.0
    max_gap_s: float = 0.5
    late_s: float = 60.0
    coil_rest_s: float = 2.0
    coil_pulses: int = 10
    coil_window_s: float = 60.0
    """At most so many pulses of one lock within so many seconds; derived from the profile."""
    attempts: int = 3
    reopenings: int = 2
    reopen_within_s: float = 300.0
    ask_s: float = 60.0
    open_untouched_s: float = 120.0
    long_open_s: float = 30.0
    """A door that reads open for so long may be said to be shut."""
    open_told_s: float = 300.0
    """Staff are told of a door that stands open for so long in a visit."""
    left_open_told_s: float = 60.0
    """And for so long after the visit ended."""
    done_s: float = 8.0
    refusal_s: float = 20.0
    staff_idle_s: float = 120.0
    technician_idle_s: float = 600.0
    """A technician reads lists; the glass signs them out when nobody touches it for two minutes."""
    pin_s: float = 60.0
    walk_in_every_s: float = 120.0
    walk_in_keep_free: int = 4
    walk_in_days: int = 14
    prints_slips: bool = False
    """Whether a slip printer is fitted."""
    keep_for_drop_off: int = 4
    """Free compartments that loading leaves for drop-offs."""
    ungranted_openings: int = 3
    ungranted_within_s: float = 600.0
    second_s: float = 60.0
    """How long a second person's badge and PIN vouch, from the last opening they vouched for."""
    jumps_are_meant: bool = False
    """In a demo: whoever puts its clock forward wants to see what the time does."""
    sizes: tuple[str, ...] = field(default=("S", "M", "L"))


HardwareInput = (
    DoorsRead
    | BoardSilent
    | PulseDone
    | PartChanged
    | SlipPrinted
    | RecordingChanged
    | CentreHeard
    | Tick
)
CredentialInput = (
    QrShown
    | CodeTyped
    | CardShown
    | CardTyped
    | CardLeft
    | LastFourTyped
    | LastFourLeft
    | ShownRefused
    | BadgeShown
    | PinTyped
    | LabelShown
)
AuditInput = AuditAsked | AuditOpened | AuditSkipped | AuditStopped
PersonInput = (
    StaffDoorAsked
    | RecallAsked
    | ServiceAsked
    | AuditInput
    | TechnicianDoorAsked
    | GlassRestarted
    | StaffLeft
    | WalkInAsked
    | WalkInNoted
    | WalkInDropped
    | Chosen
    | PersonPresent
    | RefusalSeen
    | HelpAsked
)
CentreInput = NewsCame | PhoneArrived | HelpAnswered | OpenCommanded | JournalForked
TechnicianInput = TechnicianAsked | TechnicianSawEmpty

Input = Started | HardwareInput | CredentialInput | PersonInput | CentreInput | TechnicianInput
