"""What a technician may ask of the daemon, answered: each method of tech.sock.

Reads what the workers hold and hands openings to the core; decides nothing. Called in the thread
of the sockets, so nothing here waits.
"""

from __future__ import annotations

import json
import pwd
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from drivers.profile import BoardProfile, profile_table
from locker.contract import tech
from locker.contract.event import UNTOLD
from locker.contract.jsonrpc import Request, RpcCode, RpcLineError
from locker.contract.layout import Cell
from locker.contract.vocabulary import Contact, DoorState
from locker.core.input import Input, TechnicianAsked, TechnicianSawEmpty
from locker.core.state import Table
from locker.journal.error import JournalError
from locker.journal.outbox import Outbox
from locker.journal.record import encode_record
from locker.kiosk_server import Nothing, read_params
from locker.line_record import LineRecord, trace_page
from locker.opening_book import KEPT, OpeningBook

ROOT = 0


@dataclass(frozen=True, slots=True)
class DeskAbout:
    """Which daemon this is."""

    cabinet: str
    version: str
    boot: str


@dataclass(frozen=True, slots=True)
class DeskBus:
    """One bus as the desk knows it."""

    number: int
    port: str
    profile: BoardProfile
    record: LineRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSources:
    """Where answers come from; each call returns at once and may come from any thread.

    `readings`: state and Unix second of the last valid reading by compartment, fresh or unknown.
    `records`: all records of a table. `acked`: the row up to which the centre has everything.
    """

    about: DeskAbout
    cells: Sequence[Cell]
    buses: Sequence[DeskBus]
    status: Callable[[], dict[str, Any]]
    readings: Callable[[], Mapping[int, tuple[DoorState, float | None]]]
    records: Callable[[Table], Sequence[Any]]
    acked: Callable[[], int]
    tell: Callable[[Input], None]
    journal: Path


class TechDesk:
    """Answers the calls of one daemon. `book` is told by the core's thread."""

    def __init__(self, sources: DeskSources, book: OpeningBook) -> None:
        self._sources = sources
        self._book = book
        self._asked: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._outbox: Outbox | None = None

    def call(self, request: Request, uid: int) -> Any:
        """Answer one call. Raises RpcLineError with the answer to a wrong one."""
        match request.method:
            case "hello":
                return _plain(self._hello(request, uid))
            case "status":
                read_params(Nothing, request)
                return self._sources.status()
            case "doors":
                read_params(Nothing, request)
                return _plain(self._doors())
            case "open":
                return _plain(self._open(request, uid))
            case "opening":
                return _plain(self._opening(request))
            case "confirm_empty":
                return _plain(self._confirm_empty(request, uid))
            case "line":
                read_params(Nothing, request)
                lines = tuple(bus.record.now() for bus in self._sources.buses)
                return _plain(tech.Lines(lines=lines))
            case "trace":
                after = read_params(tech.TraceAsk, request).after
                return _plain(trace_page([bus.record for bus in self._sources.buses], after))
            case "journal":
                return _plain(self._read_journal(request))
            case "attempts":
                return _plain(self._records(Table.ATTEMPT, request))
            case "grants":
                return _plain(self._records(Table.GRANT, request))
        raise RpcLineError(RpcCode.NO_SUCH_METHOD, "no such method here", id=request.id)

    # --- who and what ---------------------------------------------------------------------

    def _hello(self, request: Request, uid: int) -> tech.Welcome:
        protocol = request.params.get("protocol", tech.TECH_PROTOCOL)
        if protocol != tech.TECH_PROTOCOL:
            text = f"this daemon speaks protocol {tech.TECH_PROTOCOL}; update both to one release"
            raise RpcLineError(RpcCode.WRONG_PROTOCOL, text, id=request.id)
        read_params(tech.TechHello, request)
        buses = tuple(
            tech.BusAbout(number=bus.number, port=bus.port, profile=profile_table(bus.profile))
            for bus in self._sources.buses
        )
        about = self._sources.about
        return tech.Welcome(
            cabinet=about.cabinet,
            version=about.version,
            boot=about.boot,
            login=login_of(uid),
            buses=buses,
        )

    def _doors(self) -> tech.Doors:
        readings = self._sources.readings()
        contacts = {found.number: found.contact for found in self._sources.records(Table.CONTACT)}
        unread = (DoorState.UNKNOWN, None)
        doors = []
        for cell in self._sources.cells:
            state, read_at = readings.get(cell.number, unread)
            doors.append(
                tech.TechDoor(
                    bus=cell.bus, board=cell.board, number=cell.channel, compartment=cell.number,
                    state=state, read_at=read_at,
                    contact=contacts.get(cell.number, Contact.TRUSTED),
                )
            )  # fmt: skip
        return tech.Doors(doors=tuple(doors))

    # --- openings -------------------------------------------------------------------------

    def _open(self, request: Request, uid: int) -> tech.Ticket:
        ask = read_params(tech.OpenAsk, request)
        wanted = (ask.bus, ask.board, ask.number)
        for cell in self._sources.cells:
            if (cell.bus, cell.board, cell.channel) == wanted:
                break
        else:
            text = "no door of the layout hangs on this lock"
            raise RpcLineError(RpcCode.INVALID_PARAMS, text, id=request.id)
        by = caller(uid, ask.by)
        ticket = self._book.new_ticket()
        self._asked[ticket] = (cell.number, by)
        while len(self._asked) > KEPT:
            self._asked.popitem(last=False)
        self._sources.tell(TechnicianAsked(ticket, cell.number, by, ask.reason))
        return tech.Ticket(ticket=ticket)

    def _opening(self, request: Request) -> tech.Opening:
        found = self._book.find(read_params(tech.Ticket, request).ticket)
        if found is None:
            raise RpcLineError(RpcCode.INVALID_PARAMS, "no such ticket", id=request.id)
        return found

    def _confirm_empty(self, request: Request, uid: int) -> tech.Opening:
        ticket = read_params(tech.EmptyWord, request).ticket
        compartment, by = self._asked.get(ticket, (0, ""))
        if by and login_of(uid) in {by, login_of(ROOT)}:
            self._sources.tell(TechnicianSawEmpty(compartment, by))
        return self._opening(request)

    # --- pages ----------------------------------------------------------------------------

    def _read_journal(self, request: Request) -> tech.JournalPage:
        try:
            return self._journal(read_params(tech.JournalAsk, request))
        except JournalError as error:
            raise RpcLineError(RpcCode.INTERNAL, str(error)[:300], id=request.id) from error

    def _journal(self, ask: tech.JournalAsk) -> tech.JournalPage:
        if self._outbox is None:
            self._outbox = Outbox(self._sources.journal)
        last = self._outbox.last_row()
        after = max(0, last - ask.limit) if ask.after < 0 else ask.after
        found: list[dict[str, Any]] = []
        at, size = after, 0
        for row, entry in self._outbox.rows_after(after, limit=ask.limit):
            line = {**asdict(entry), "row": row}
            size += len(json.dumps(line, ensure_ascii=False).encode())
            if found and size > tech.PAGE_BYTES:
                break
            found.append(line)
            at = row
        acked = self._sources.acked()
        begins = self._outbox.checkpoint()
        return tech.JournalPage(
            entries=tuple(found), next=at, acked=acked, last=last,
            checkpoint=None if begins is None else asdict(begins),
        )  # fmt: skip

    def _records(self, table: Table, request: Request) -> tech.RecordPage:
        start = read_params(tech.PageAsk, request).start
        records = sorted(self._sources.records(table), key=lambda record: record.key)
        told: list[dict[str, Any]] = []
        size = 0
        for record in records[start:]:
            shown = {k: v for k, v in json.loads(encode_record(record)).items() if k not in UNTOLD}
            size += len(json.dumps(shown, ensure_ascii=False).encode())
            if told and size > tech.PAGE_BYTES:
                return tech.RecordPage(records=tuple(told), next=start + len(told))
            told.append(shown)
        return tech.RecordPage(records=tuple(told))


def login_of(uid: int) -> str:
    """Name the account, or give its number where it has no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"


def caller(uid: int, claimed: str) -> str:
    """Name who asks: the socket's peer; root may speak for another (sudo), nobody else may."""
    return claimed if uid == ROOT and claimed else login_of(uid)


def _plain(answer: BaseModel) -> Any:
    return answer.model_dump(mode="json")
