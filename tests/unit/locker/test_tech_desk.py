"""What a technician may ask of the daemon: pages under 64 KiB, the peer's login, nothing secret."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drivers.profile import load_profile
from locker.contract import event as e
from locker.contract.chain import Stamp
from locker.contract.jsonrpc import MAX_LINE, Request, RpcCode, RpcLineError
from locker.contract.layout import Cell
from locker.contract.tech import TECH_METHODS, TECH_PROTOCOL
from locker.contract.vocabulary import Choice, Contact, DoorState, Purpose
from locker.core.input import Input, TechnicianAsked, TechnicianSawEmpty
from locker.core.state import ContactRecord, GrantRecord, Record, Table
from locker.journal.journal import Journal
from locker.line_record import LineRecord
from locker.opening_book import OpeningBook
from locker.tech_desk import DeskAbout, DeskBus, DeskSources, TechDesk, caller, login_of

NOBODY = 64_999
PROFILE = load_profile("shuoming")


def cell(number: int) -> Cell:
    return Cell(
        number=number, size="S", x=0, y=100 * number, width=100, height=100, handle_mm=900,
        board=1, channel=number,
    )  # fmt: skip


@dataclass
class DeskBench:
    """A desk whose core only takes notes."""

    folder: Path
    told: list[Input] = field(default_factory=list)
    records: dict[Table, Sequence[Record]] = field(default_factory=dict)
    acked: int = 0

    def __post_init__(self) -> None:
        self.book = OpeningBook("b-123456789")
        record = LineRecord(1, PROFILE, numbers=itertools.count(), mono=float, wall=float)
        sources = DeskSources(
            about=DeskAbout("cab-1", "0.1", "b-123456789"),
            cells=[cell(1), cell(2)],
            buses=[DeskBus(1, "/dev/ttyUSB0", PROFILE, record)],
            status=lambda: {"ready": True},
            readings=lambda: {1: (DoorState.OPEN, 5.0)},
            records=lambda table: self.records.get(table, ()),
            acked=lambda: self.acked,
            tell=self.told.append,
            journal=self.folder / "journal.db",
        )
        self.desk = TechDesk(sources, self.book)

    def call(self, method: str, /, uid: int = NOBODY, **params: Any) -> Any:
        answer = self.desk.call(Request(1, method, params), uid)
        assert len(json.dumps(answer, ensure_ascii=False).encode()) < MAX_LINE
        return answer

    def refused(self, method: str, /, **params: Any) -> int:
        with pytest.raises(RpcLineError) as caught:
            self.call(method, **params)
        return caught.value.fault.code


@pytest.fixture
def desk(tmp_path: Path) -> DeskBench:
    return DeskBench(tmp_path)


def test_hello_names_cabinet_login_and_profiles(desk: DeskBench) -> None:
    welcome = desk.call("hello", protocol=TECH_PROTOCOL, client="diag")
    assert (welcome["cabinet"], welcome["login"]) == ("cab-1", f"uid-{NOBODY}")
    assert welcome["buses"][0]["profile"]["family"] == "shuoming"
    assert desk.refused("hello", protocol=99, client="x") == RpcCode.WRONG_PROTOCOL


def test_every_method_that_is_promised_is_there(desk: DeskBench) -> None:
    needing_params = {"open", "opening", "confirm_empty"}
    for method in TECH_METHODS - needing_params - {"journal", "hello"}:
        assert desk.call(method) is not None
    for method in needing_params:
        assert desk.refused(method) == RpcCode.INVALID_PARAMS
    assert desk.refused("reboot") == RpcCode.NO_SUCH_METHOD


def test_unread_doors_are_unknown(desk: DeskBench) -> None:
    first, second = desk.call("doors")["doors"]
    assert (first["state"], first["read_at"]) == ("open", 5.0)
    assert (second["state"], second["read_at"]) == ("unknown", None)


def test_a_contact_that_the_books_do_not_believe_is_told_with_its_door(desk: DeskBench) -> None:
    desk.records[Table.CONTACT] = [ContactRecord(1, Contact.FLICKERING)]
    assert [door["contact"] for door in desk.call("doors")["doors"]] == ["flickering", "trusted"]


def test_an_opening_is_asked_of_the_core_under_the_peers_login(desk: DeskBench) -> None:
    ticket = desk.call("open", board=1, number=2, reason="hinge", by="somebody else")["ticket"]
    assert desk.told == [TechnicianAsked(ticket, 2, f"uid-{NOBODY}", "hinge")]
    assert desk.call("opening", ticket=ticket)["state"] is None
    assert desk.refused("open", board=1, number=3, reason="x") == RpcCode.INVALID_PARAMS
    assert desk.refused("open", board=1, number=1, reason="") == RpcCode.INVALID_PARAMS
    assert desk.refused("open", board=1, number=1, reason="x", force=1) == RpcCode.INVALID_PARAMS
    assert desk.refused("opening", ticket="t99") == RpcCode.INVALID_PARAMS


def test_only_root_speaks_for_another() -> None:
    assert caller(0, "lin") == "lin"
    assert caller(NOBODY, "lin") == f"uid-{NOBODY}"
    assert caller(os.getuid(), "") == login_of(os.getuid())


def test_an_opening_is_followed_through_its_events(desk: DeskBench) -> None:
    ticket = desk.call("open", board=1, number=2, reason="hinge")["ticket"]
    committed = e.AttemptCommitted("a1", "v1", 2, 1, DoorState.CLOSED)
    desk.book.saw([committed, e.TechnicianAsked(ticket, 2, "lin", "hinge", "v1")])
    assert desk.call("opening", ticket=ticket)["state"] == "committed"
    desk.book.saw([e.AttemptAcknowledged("a1")])
    desk.book.saw([e.AttemptOpened("other", 5), e.AttemptOpened("a1", 83)])
    told = desk.call("opening", ticket=ticket)
    assert (told["state"], told["after_ms"], told["pulsed"], told["shut"]) == (
        "opened", 83, True, False,
    )  # fmt: skip
    desk.book.saw([e.AttemptCompleted("a1")])
    desk.call("confirm_empty", ticket=ticket, uid=NOBODY)
    assert desk.told[-1] == TechnicianSawEmpty(2, f"uid-{NOBODY}")
    desk.book.saw([e.PersonAnswered("v1", Choice.CONFIRM)])
    told = desk.call("opening", ticket=ticket)
    assert told["shut"]
    assert told["looked"]


def test_a_word_for_somebody_elses_opening_is_not_passed_on(desk: DeskBench) -> None:
    ticket = desk.call("open", board=1, number=2, reason="hinge")["ticket"]
    desk.call("confirm_empty", uid=NOBODY + 1, ticket=ticket)
    assert len(desk.told) == 1


def test_a_refused_opening_says_why(desk: DeskBench) -> None:
    ticket = desk.call("open", board=1, number=2, reason="hinge")["ticket"]
    desk.book.saw([e.TechnicianAsked(ticket, 2, "lin", "hinge", None, "BBG-406")])
    assert desk.call("opening", ticket=ticket)["failure"] == "BBG-406"


def test_many_grants_come_in_pages_without_digests(desk: DeskBench) -> None:
    desk.records[Table.GRANT] = [
        GrantRecord(
            f"g{n:05}", Purpose.COLLECT, f"c{n}", 1.0, 2.0, "news", reference="R" * 40,
            code_digest="ab" * 32,
        )
        for n in range(800)
    ]  # fmt: skip
    found: list[dict[str, Any]] = []
    start: int | None = 0
    while start is not None:
        page = desk.call("grants", start=start)
        found += page["records"]
        start = page["next"]
    assert len({grant["grant"] for grant in found}) == 800
    assert not any("code_digest" in grant for grant in found)


def test_a_journal_that_cannot_be_read_is_said_and_not_died_of(desk: DeskBench) -> None:
    assert desk.refused("journal") == RpcCode.INTERNAL


def test_the_journal_comes_in_pages(desk: DeskBench) -> None:
    stamp = Stamp("b-1", 1, 1.0, trusted=True)
    journal = Journal.open(desk.folder / "journal.db", stamp=stamp)
    journal.append([e.HelpCalled("p" * 300) for _ in range(400)], {}, stamp)
    desk.acked = 100
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = desk.call("journal", after=after, limit=500)
        if not page["entries"]:
            break
        found += page["entries"]
        after = page["next"]
    journal.close()
    assert [entry["sequence"] for entry in found] == list(range(1, 402))
    assert (page["acked"], page["last"]) == (100, 401)
    assert len(desk.call("journal", limit=7)["entries"]) == 7
