"""What passes over tech.sock: the technician's calls and their answers.

JSON-RPC lines as on kiosk.sock, in pages so that no line is over 64 KiB. Unknown fields and another
protocol number are refused on both sides: the two are always of one release. Nothing is pushed:
the caller asks again from a number.

Openings are asked for and followed: `open` gives a ticket at once, `opening` tells what has become
of it. What was asked for is judged by the core and journaled, refused or not.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from locker.contract.kiosk import Message
from locker.contract.vocabulary import AttemptState, Contact, DoorState

TECH_PROTOCOL = 2
MAX_REASON = 200
PAGE_BYTES = 48 * 1024
"""A page of entries stays under this, so that its line stays under 64 KiB."""


class TechHello(Message):
    """The first call. A differing protocol number is refused with WRONG_PROTOCOL."""

    protocol: int = TECH_PROTOCOL
    client: str = Field(max_length=60)


class BusAbout(Message):
    """One serial line. `profile`: the keys of its board profile."""

    number: int
    port: str
    profile: dict[str, Any]


class Welcome(Message):
    """The answer to hello. `login`: under which name what is asked will be recorded."""

    protocol: int = TECH_PROTOCOL
    cabinet: str
    version: str
    boot: str
    login: str
    buses: tuple[BusAbout, ...]


class TechDoor(Message):
    """One door of the layout. `read_at`: Unix seconds of the last valid reading of this boot.

    `contact`: whether the reading is believed, by the contact's history.
    """

    bus: int
    board: int
    number: int
    compartment: int
    state: DoorState
    read_at: float | None = None
    contact: Contact = Contact.TRUSTED


class Doors(Message):
    """All doors of the layout."""

    doors: tuple[TechDoor, ...]


class OpenAsk(Message):
    """Open one door once. `by`: who a caller with the right to speak for others speaks for."""

    bus: int = 1
    board: int
    number: int
    reason: str = Field(min_length=1, max_length=MAX_REASON)
    by: str = Field(default="", max_length=40)


class Ticket(Message):
    """The number of one opening in this boot."""

    ticket: str


class Opening(Message):
    """What has become of an opening.

    `failure`: the code of a refusal. `state`: of its attempt, None until it is committed.
    `pulsed`: whether a byte may have been written. `shut`: seen shut again. `looked`: its box was
    said to be empty.
    """

    ticket: str
    failure: str = ""
    visit: str | None = None
    state: AttemptState | None = None
    after_ms: int | None = None
    reason: str = ""
    pulsed: bool = False
    shut: bool = False
    looked: bool = False


class EmptyWord(Message):
    """The box of this opening was looked into, found empty and shut."""

    ticket: str


class Spread(Message):
    """Times of `count` measurements in milliseconds."""

    count: int
    least_ms: float
    median_ms: float
    p95_ms: float
    most_ms: float


class LineNow(Message):
    """What one bus has been like since `since` (Unix seconds); None: cannot be measured.

    `time_outs`: expected replies that did not come. `bad_checksums`: stray runs that would be a
    valid frame but for its check byte. `round_trip`: first byte out to last byte in, the latest
    thousand.
    """

    bus: int
    since: float
    asked: int
    replies: int
    time_outs: int
    not_sent: int
    stray_bytes: int
    bad_checksums: int | None
    round_trip: Spread | None


class Lines(Message):
    """All buses."""

    lines: tuple[LineNow, ...]


class TraceAsk(Message):
    """What came after entry `after`; -1: only from now on."""

    after: int = -1


class WireSeen(Message):
    """One thing seen on a bus: bytes out or in, or a note on what they mean."""

    n: int
    bus: int
    at: float
    direction: Literal["out", "in", "note"]
    hex: str
    meaning: str


class TracePage(Message):
    """Entries in order, and the number to ask from next. `lost`: entries that were forgotten."""

    entries: tuple[WireSeen, ...]
    next: int
    lost: int = 0


class JournalAsk(Message):
    """Entries behind row `after`; with `after` -1 the last `limit` ones."""

    after: int = -1
    limit: int = Field(default=100, ge=1, le=500)


class JournalPage(Message):
    """Entries as they are chained, and the row to ask from next. `acked`: the centre has to here.

    An entry's keys are those of `locker.contract.chain.Entry`, its row beside them. `checkpoint`:
    what a thinned journal begins after, with the keys of `locker.contract.chain.Checkpoint`.
    """

    entries: tuple[dict[str, Any], ...]
    next: int
    acked: int
    last: int
    checkpoint: dict[str, Any] | None = None


class PageAsk(Message):
    """A page of records from a place in their order."""

    start: int = Field(default=0, ge=0)


class RecordPage(Message):
    """Records as the journal keeps them, without digests. `next`: None when these were the last."""

    records: tuple[dict[str, Any], ...]
    next: int | None = None


TECH_METHODS = frozenset(
    {
        "hello",
        "status",
        "doors",
        "open",
        "opening",
        "confirm_empty",
        "line",
        "trace",
        "journal",
        "attempts",
        "grants",
    }
)
