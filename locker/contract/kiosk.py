"""What the daemon tells the glass, and what the glass may ask. Protocol 1, over `jsonrpc`.

The daemon holds the truth in slices. `hello` answers with all of them (`Snapshot`); after that each
change comes as a notice `slice` with a running number (`SliceNotice`), always whole. A gap
in the numbers: ask `snapshot`. The glass renders; it never decides, and repeats no call alone.

Methods of kiosk.sock, with their params (`*Ask` below); all answer `Accepted` at once, and what
comes of it arrives as slices:

  hello         Hello            -> Snapshot
  snapshot      {}               -> Snapshot
  code.submit   CodeAsk          a typed collection code
  card.submit   FourAsk          the four digits to the card that was just shown
  card.drop     {}               rather not: the card is forgotten
  last_four.submit FourAsk       four digits to the code or QR that was shown, where they are asked
  last_four.drop {}              rather not: nothing is asked any more
  walk_in.open  WalkInAsk        drop off with no phone: a number is made, and printed
  visit.choose  ChoiceAsk        one of the choices that the visit slice offers
  visit.alive   VisitAsk         the person is still there ([还要用]); puts the visit's end off
  staff.pin     PinAsk           PIN to the badge that was just scanned
  staff.take_out StaffDoorAsk    open this compartment of the take-out list, or to look into it
  staff.recall  StaffDoorAsk     take back what lies in this compartment of the recall list
  staff.service ServiceAsk       take a compartment out of service, or put it back
  staff.leave   {}               sign out; from the second person's PIN: back
  audit.start   AuditAsk         compare boxes with the books
  audit.open    {}               open the box that the audit is at
  audit.skip    {}               leave that box as it is
  audit.stop    {}               end the audit; or its report was read
  technician.pulse PulseAsk      the technician signed in by a pass: pulse this lock once
  technician.restart {}          the technician ends this glass; whoever watches starts it anew
  notice.seen   {}               the refusal on the glass was read
  walk_in.noted {}               [小票拿好了], [我记下了]: now the door is opened
  walk_in.drop  {}               rather not: the number is forgotten
  help.call     HelpAsk
  phone.ask     PhoneAsk         a telephone number, for the centre; what became of it: slice asked
  scan.wedge    ScanAsk          a code that a scanner typed as a keyboard does

Unknown fields are refused on both sides: the two are always of one release.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field

from locker.contract.bulletin import KEY, MOST_PAPERS, Bulletin
from locker.contract.layout import Layout
from locker.contract.vocabulary import (
    AskState,
    Capability,
    Choice,
    Condition,
    Contact,
    DoorState,
    Health,
    HelpAnswer,
    LastFour,
    PhoneUse,
    PulseReason,
    Purpose,
    SlipState,
    VisitOutcome,
    VisitPhase,
)

KIOSK_PROTOCOL = 1
MAX_WEDGE = 1025
"""Characters of a typed code that are passed on: one more than any code of ours may have."""


class Message(BaseModel):
    """Base of every message of this border: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DutyHours(Message):
    """When somebody is there to help: weekdays (0 is Monday), minutes of the day."""

    who: str
    days: tuple[int, ...]
    begins: int
    ends: int


class Face(Message):
    """Who and where this cabinet is. `short` is the number people tell on the telephone.

    `notice`: today's theme or the next activity, in the community's own words.
    """

    cabinet: str
    short: str
    community: str
    site: str
    telephone: str
    layout: Layout
    demo: bool = False
    duty: tuple[DutyHours, ...] = ()
    notice: str = ""


class Service(Message):
    """What works. Times are Unix seconds; None where it never was otherwise in this boot."""

    board: Health = Health.STARTING
    scanner: Health = Health.STARTING
    centre: Health = Health.STARTING
    recording: bool = True
    board_since: float | None = None
    centre_since: float | None = None
    free: int = 0
    out_of_order: int = 0
    silent: tuple[int, ...] = ()
    """Compartments whose board does not answer though another does."""
    walk_in: bool = False
    """Whether a drop-off with no phone would be taken now."""
    full: bool = False
    """Whether it would not for want of room."""
    reads_cards: bool = False
    """Whether a reader of people's own cards is fitted."""
    ahead_s: float = 0.0
    """By how much the clock of a demo was put forward; never of another cabinet."""


class Invitation(Message):
    """What the home page shows to phones.

    `qr`: the address to show as a QR, made anew every 30 s; None while the centre cannot be
    reached. `word`: key of the shared word after a phone scanned the glass, None after 60 s.
    """

    qr: str | None = None
    word: str | None = None


class Visit(Message):
    """The visit that the glass is for; None between visits.

    `rest_s`: seconds until the coil may be pulsed again, when `reopen` is offered but must wait.
    `hurry_s`: seconds until the visit ends by itself if nobody touches the glass, None while the
    door is open. `open_for_s`: seconds for which the door has read open. `failure`: the code of
    what is wrong with the door (did not open, board silent, contact doubtful, jammed), empty where
    nothing is.
    """

    visit: str
    purpose: Purpose
    phase: VisitPhase
    compartment: int
    choices: tuple[Choice, ...] = ()
    attempt: int = 1
    door_open: bool = False
    reference: str = ""
    outcome: VisitOutcome | None = None
    wish: Choice | None = None
    """What the person found at the open door; it is seen to once the door is shut."""
    rest_s: float = 0.0
    hurry_s: float | None = None
    open_for_s: float = 0.0
    failure: str = ""


class Offer(Message):
    """The number and code of somebody with no phone, before their door is opened."""

    number: str
    code: str
    slip: SlipState = SlipState.NONE


class Keypad(Message):
    """Wrong codes in a row, and for how long the keypad still pauses (seconds).

    `card`: a person's own card was shown, and its digits are awaited.
    `last_four`: of what the last four digits are asked now, to a code that was right.
    """

    wrong_in_a_row: int = 0
    pause_s: float = 0.0
    checking: bool = False
    card: bool = False
    last_four: LastFour | None = None


class TakeOutRow(Message):
    """One compartment that waits to be emptied, in walking order."""

    compartment: int
    consignment: str
    reference: str
    confirmed: bool


class RecallRow(Message):
    """One compartment whose keeping time is over, in walking order; `days` past its end."""

    compartment: int
    consignment: str
    reference: str
    days: int


class DoorRow(Message):
    """What the books say of one compartment, how its door reads, and what its contact is worth.

    `confirmed`: nobody needs to look whether it holds what the books say.
    """

    compartment: int
    condition: Condition
    state: DoorState
    reason: str = ""
    reference: str = ""
    confirmed: bool = True
    contact: Contact = Contact.TRUSTED


class Audit(Message):
    """The audit: `at` is its box, None when it is over and this is its report.

    `said`: what the books say of that box. `missing`: said to hold something, and empty;
    `unexpected`: the reverse; `left`: not looked into.
    """

    at: int | None
    said: Condition | None = None
    reference: str = ""
    total: int
    checked: int = 0
    missing: int = 0
    unexpected: int = 0
    left: int = 0


class LineFigures(Message):
    """One serial line since the daemon's start; None: cannot be measured."""

    bus: int
    port: str
    asked: int
    time_outs: int
    bad_checksums: int | None
    median_ms: float | None


class PartFigures(Message):
    """A part that people use: whether its line is there, or its last slip was printed; and when.

    `used_at`: Unix second of what it read or printed last since the daemon's start.
    """

    what: Literal["scanner", "card_reader", "printer"]
    works: bool
    used_at: float | None = None


class Workings(Message):
    """What only a technician sees of the daemon. `waiting`: events that the centre has not yet.

    `heard_at`: Unix second of the centre's last answer in this boot.
    """

    version: str
    boot: str
    clock_trusted: bool = False
    waiting: int = 0
    heard_at: float | None = None
    lines: tuple[LineFigures, ...] = ()
    parts: tuple[PartFigures, ...] = ()


class Staff(Message):
    """The staff page. `stage`: pin (a badge was scanned), menu (signed in), none, or technician.

    A technician came by a pass of the centre; they have `doors` and `workings` and nothing else.

    `capabilities`: what this badge may do. `second`: a second person is wanted (badge), or their
    badge was scanned (pin; then `stage` is pin, too). `doors`: all compartments in walking order,
    for who may maintain. `scan`: tells two scans of a badge apart while its PIN is asked for.
    """

    stage: Literal["none", "pin", "menu", "technician"] = "none"
    staff: str = ""
    scan: int = 0
    capabilities: tuple[Capability, ...] = ()
    take_out: tuple[TakeOutRow, ...] = ()
    to_load: int = 0
    free: int = 0
    look_at: tuple[int, ...] = ()
    """Compartments that are withheld: somebody must look."""
    recall: tuple[RecallRow, ...] = ()
    doors: tuple[DoorRow, ...] = ()
    audit: Audit | None = None
    workings: Workings | None = None
    second: Literal["none", "badge", "pin"] = "none"


class Refusal(Message):
    """Why nothing opened: a code of `failure` and values for its text. `n` tells two apart."""

    n: int
    failure: str
    values: dict[str, str | int | float] = Field(default_factory=dict)


class Asked(Message):
    """What became of the number that was typed last. `n` tells two apart."""

    n: int = 0
    state: AskState = AskState.NONE


class HelpCall(Message):
    """What was answered to the last call for help, if anything."""

    answer: HelpAnswer | None = None


class Snapshot(Message):
    """All slices at once; `seq` is the number of the last notice that they include."""

    protocol: int = KIOSK_PROTOCOL
    seq: int
    face: Face
    service: Service = Service()
    invitation: Invitation = Invitation()
    visit: Visit | None = None
    offer: Offer | None = None
    keypad: Keypad = Keypad()
    staff: Staff = Staff()
    refusal: Refusal | None = None
    asked: Asked = Asked()
    help: HelpCall = HelpCall()
    bulletin: Bulletin = Bulletin()
    open_doors: tuple[int, ...] = ()
    """Doors that stand open outside the visit on the glass."""


SliceName: TypeAlias = Literal[
    "face",
    "service",
    "invitation",
    "visit",
    "offer",
    "keypad",
    "staff",
    "refusal",
    "asked",
    "help",
    "bulletin",
    "open_doors",
]
SLICES: tuple[str, ...] = get_args(SliceName)


class SliceNotice(Message):
    """Notice `slice`: one slice of the snapshot, whole. `value` has the shape of that field."""

    seq: int
    name: SliceName
    value: Any


class Hello(Message):
    """The first call. A differing protocol number is refused with WRONG_PROTOCOL."""

    protocol: int = KIOSK_PROTOCOL
    client: str = Field(max_length=60)


class CodeAsk(Message):
    """Eight digits."""

    digits: str = Field(pattern=r"^\d{8}$", repr=False)


class FourAsk(Message):
    """Four digits: of a person's own to their card, or asked to a code."""

    digits: str = Field(pattern=r"^\d{4}$", repr=False)


class WalkInAsk(Message):
    """Drop off with no phone; `low_door` for who asks for a door within reach.

    `matter`: the key of what the papers are for, empty for who does not know. `missing`: keys of
    its papers that the person said they had not with them.
    """

    low_door: bool = False
    matter: str = Field(default="", pattern=f"^$|{KEY}")
    missing: tuple[Annotated[str, Field(pattern=KEY)], ...] = Field(
        default=(), max_length=MOST_PAPERS
    )


class ChoiceAsk(Message):
    """A choice of the visit on the glass."""

    visit: str
    choice: Choice


class VisitAsk(Message):
    """The visit on the glass."""

    visit: str


class PinAsk(Message):
    """The PIN to the badge that was scanned; four to eight digits."""

    pin: str = Field(pattern=r"^\d{4,8}$")


class StaffDoorAsk(Message):
    """A compartment of the take-out list."""

    compartment: int


class PulseAsk(Message):
    """Pulse the lock of a compartment once, for this reason."""

    compartment: int
    reason: PulseReason


class ServiceAsk(Message):
    """Take a compartment out of service, or put it back."""

    compartment: int
    in_service: bool


class AuditAsk(Message):
    """Begin an audit: of all boxes, or only of those that nobody is certain of."""

    everything: bool = False


class HelpAsk(Message):
    """Help was pressed on this page."""

    page: str = Field(max_length=40)


class PhoneAsk(Message):
    """A telephone number, and what for; digits only."""

    use: PhoneUse
    phone: str = Field(pattern=r"^\d{10,12}$", repr=False)


class ScanAsk(Message):
    """What a keyboard-wedge scanner typed, its end not included. May be a credential."""

    text: str = Field(min_length=1, max_length=MAX_WEDGE, repr=False)


class Accepted(Message):
    """The call was well formed and is being seen to."""

    ok: Literal[True] = True
