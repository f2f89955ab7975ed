"""The glass's client against a daemon that restarts, stalls, sends garbage or another protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk_ui.client import DaemonClient, Patience
from kiosk_ui.samples import snapshot, visit
from kiosk_ui.view_state import (
    Call,
    CallFailed,
    Link,
    LinkChanged,
    Message,
    SliceCame,
    SnapshotCame,
)  # fmt: skip
from locker.contract.jsonrpc import MAX_LINE, Notice
from locker.contract.kiosk import Keypad
from locker.contract.vocabulary import VisitPhase
from tests.integration.kiosk_ui.fake_daemon import FakeDaemon

CALM = Patience(retry_ms=20, retry_most_ms=50, odd_retry_ms=50)
"""Tries again soon, and waits as long as the glass does: a stall here is no dead daemon."""
HASTY = replace(CALM, answer_ms=300, silence_ms=200)
"""For a daemon that is dumb on purpose."""


@dataclass
class Table:
    """A client and its daemon, and what the client delivered."""

    path: Path
    qtbot: QtBot
    came: list[Message] = field(default_factory=list)
    daemons: list[FakeDaemon] = field(default_factory=list)
    client: DaemonClient | None = None

    def daemon(self, temper: str = "well") -> FakeDaemon:
        """Start a daemon at the socket."""
        self.daemons.append(FakeDaemon(self.path, snapshot(), temper=temper))
        return self.daemons[-1]

    def start(self, patience: Patience = CALM) -> DaemonClient:
        """Start the client."""
        self.client = DaemonClient(str(self.path), self.came.append, patience=patience)
        self.client.start()
        return self.client

    def until(self, holds: Callable[[], bool]) -> None:
        """Let Qt run until something holds."""
        self.qtbot.waitUntil(holds, timeout=10_000)

    def links(self) -> list[Link]:
        """Give the links told, in order, without repetitions."""
        told = [each.link for each in self.came if isinstance(each, LinkChanged)]
        return [link for at, link in enumerate(told) if at == 0 or told[at - 1] is not link]

    def last_link(self) -> Link | None:
        """Give the last link told."""
        return self.links()[-1] if self.links() else None


@pytest.fixture
def table(tmp_path: Path, qtbot: QtBot) -> Iterator[Table]:
    """Set a table for a client and its daemons."""
    table = Table(tmp_path / "kiosk.sock", qtbot)
    yield table
    if table.client is not None:
        table.client.stop()
    for daemon in table.daemons:
        daemon.close()


def test_it_says_hello_takes_the_snapshot_and_then_slices(table: Table) -> None:
    daemon = table.daemon()
    table.start()
    table.until(lambda: table.last_link() is Link.UP)
    assert isinstance(table.came[0], SnapshotCame)
    daemon.push("visit", visit(VisitPhase.OPENING))
    daemon.push("open_doors", [3])
    table.until(lambda: SliceCame("open_doors", (3,)) in table.came)
    assert SliceCame("visit", visit(VisitPhase.OPENING)) in table.came
    assert daemon.methods()[0] == "hello"


def test_a_call_reaches_the_daemon_once(table: Table) -> None:
    daemon = table.daemon()
    client = table.start()
    table.until(lambda: table.last_link() is Link.UP)
    client.call(Call("code.submit", {"digits": "12345678"}))
    table.until(lambda: "code.submit" in daemon.methods())
    assert daemon.params_of("code.submit") == [{"digits": "12345678"}]


def test_a_gap_in_the_numbers_asks_for_a_snapshot(table: Table) -> None:
    daemon = table.daemon()
    table.start()
    table.until(lambda: table.last_link() is Link.UP)
    daemon.push("keypad", Keypad(wrong_in_a_row=3), skip=4)
    table.until(lambda: len([m for m in table.came if isinstance(m, SnapshotCame)]) > 1)
    last = [m for m in table.came if isinstance(m, SnapshotCame)][-1]
    assert last.snapshot.keypad.wrong_in_a_row == 3
    assert not [m for m in table.came if isinstance(m, SliceCame)]


def test_an_old_notice_is_left_out(table: Table) -> None:
    daemon = table.daemon()
    table.start()
    table.until(lambda: table.last_link() is Link.UP)
    daemon.send(Notice("slice", {"seq": 1, "name": "open_doors", "value": [9]}))
    daemon.push("open_doors", [3])
    table.until(lambda: SliceCame("open_doors", (3,)) in table.came)
    assert SliceCame("open_doors", (9,)) not in table.came


def test_it_waits_for_a_daemon_that_is_not_there_yet(table: Table) -> None:
    table.start()
    table.until(lambda: table.last_link() is Link.DOWN)
    table.daemon()
    table.until(lambda: table.last_link() is Link.UP)


def test_it_comes_back_after_the_daemon_restarts(table: Table) -> None:
    first = table.daemon()
    table.start()
    table.until(lambda: table.last_link() is Link.UP)
    first.close()
    table.until(lambda: table.last_link() is Link.DOWN)
    table.daemon()
    table.until(lambda: table.last_link() is Link.UP)
    assert table.links() == [Link.UP, Link.DOWN, Link.UP]


def test_a_daemon_that_never_answers_hello_is_down(table: Table) -> None:
    daemon = table.daemon("silent")
    table.start(HASTY)
    table.until(lambda: daemon.connections > 1)
    assert Link.UP not in table.links()


def test_a_daemon_that_stalls_is_noticed_and_its_calls_are_given_back(table: Table) -> None:
    daemon = table.daemon("deaf")
    client = table.start(HASTY)
    table.until(lambda: table.last_link() is Link.UP)
    client.call(Call("code.submit", {"digits": "12345678"}))
    table.until(lambda: CallFailed("code.submit") in table.came)
    assert Link.DOWN in table.links()
    assert daemon.methods().count("code.submit") == 1


def test_a_daemon_that_falls_silent_is_asked_for_a_snapshot_and_then_left(table: Table) -> None:
    daemon = table.daemon()
    table.start(HASTY)
    table.until(lambda: table.last_link() is Link.UP)
    table.until(lambda: "snapshot" in daemon.methods())
    daemon.temper = "silent"
    table.until(lambda: table.last_link() is Link.DOWN)


@pytest.mark.parametrize("temper", ["wrong_protocol", "old_protocol"])
def test_another_protocol_is_said_and_a_mended_daemon_is_found(table: Table, temper: str) -> None:
    daemon = table.daemon(temper)
    table.start()
    table.until(lambda: table.last_link() is Link.WRONG_PROTOCOL)
    daemon.temper = "well"
    table.until(lambda: table.last_link() is Link.UP)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe\n",
        b"{}\n",
        b'{"jsonrpc":"2.0","method":"slice","params":{"seq":2}}\n',
        b'{"jsonrpc":"2.0","method":"slice","params":{"seq":2,"name":"visit","value":{"a":1}}}\n',
        b'{"jsonrpc":"2.0","method":"other","params":{}}\n',
        b'{"jsonrpc":"2.0","id":77,"result":{}}\n',
        b"x" * (MAX_LINE + 2),
    ],
)
def test_garbage_is_not_believed_and_the_line_is_made_anew(table: Table, garbage: bytes) -> None:
    daemon = table.daemon()
    table.start()
    table.until(lambda: table.last_link() is Link.UP)
    daemon.send_raw(garbage)
    table.until(lambda: Link.GARBAGE in table.links() and table.last_link() is Link.UP)
    assert not [m for m in table.came if isinstance(m, SliceCame)]


def test_a_refused_call_is_told_and_the_line_stays(table: Table) -> None:
    table.daemon("refusing")
    client = table.start()
    table.until(lambda: table.last_link() is Link.UP)
    client.call(Call("help.call", {"page": "home"}))
    table.until(lambda: CallFailed("help.call") in table.came)
    assert table.links() == [Link.UP]


def test_a_call_while_the_daemon_is_away_fails_at_once_and_is_not_sent_later(table: Table) -> None:
    client = table.start()
    client.call(Call("visit.choose", {"visit": "v", "choice": "reopen"}))
    assert CallFailed("visit.choose") in table.came
    daemon = table.daemon()
    table.until(lambda: table.last_link() is Link.UP)
    assert "visit.choose" not in daemon.methods()
