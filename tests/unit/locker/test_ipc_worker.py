"""The sockets: every change is told, hostile lines are answered, nobody is waited for."""

from __future__ import annotations

import grp
import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from locker.contract.centre import GlassAsk
from locker.contract.jsonrpc import Request
from locker.contract.vocabulary import Choice, PhoneUse
from locker.core.input import Chosen, HelpAsked, Input, StaffLeft
from locker.hash_worker import CodeJob, Job
from locker.inbox import InboxFullError
from locker.ipc_client import CALLS_A_TURN, OUT_LIMIT, UNREAD_LIMIT, Door
from locker.ipc_worker import SHARE, IpcWorker, Sockets
from locker.scan_gate import WedgeScan
from locker.view import Shown
from tests.unit.locker.fake_clock import FakeClock


class Bench:
    """A worker whose turns are taken by the test, and what it passed on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.told: list[Input] = []
        self.jobs: list[Job] = []
        self.asks: list[GlassAsk] = []
        self.typed: list[WedgeScan] = []
        self.busy = self.full = False
        self.worker = IpcWorker(
            Sockets(folder), clock=self.clock, tell=self.tell, submit=self.submit, ask=self.ask,
            scanned=self.typed.append, tech=self.answer,
        )  # fmt: skip
        self.worker.publish({"keypad": Shown({"pause_s": 0.0}), "visit": Shown(None)})
        self.clients: list[socket.socket] = []

    def tell(self, happened: Input) -> None:
        if self.full:
            raise InboxFullError
        self.told.append(happened)

    def answer(self, request: Request, uid: int) -> dict[str, bool]:
        if request.method == "trace":
            raise KeyError(request.method)
        return {"ready": True}

    def submit(self, job: Job) -> bool:
        self.jobs.append(job)
        return not self.busy

    def ask(self, ask: GlassAsk) -> bool:
        self.asks.append(ask)
        return not self.busy

    def turns(self, count: int = 4) -> None:
        for _ in range(count):
            self.worker.turn(timeout_s=0.01)

    def connect(self, name: str = "kiosk.sock") -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.connect(str(self.folder / name))
        client.settimeout(2)
        self.clients.append(client)
        self.turns()
        return client

    def send(self, client: socket.socket, line: bytes) -> list[dict[str, Any]]:
        client.sendall(line)
        self.turns()
        return received(client)

    def call(self, client: socket.socket, method: str, /, **params: Any) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self.send(client, json.dumps(body).encode() + b"\n")[-1]

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.worker.close()


def received(client: socket.socket) -> list[dict[str, Any]]:
    client.setblocking(False)
    data = b""
    try:
        while chunk := client.recv(1 << 20):
            data += chunk
    except BlockingIOError:
        pass
    client.settimeout(2)
    return [json.loads(line) for line in data.splitlines()]


@pytest.fixture
def bench() -> Iterator[Bench]:
    # A socket's path may have 107 bytes: pytest's own folders can be longer.
    with tempfile.TemporaryDirectory(prefix="ipc") as folder:
        made = Bench(Path(folder))
        yield made
        made.close()


def test_hello_gets_everything_and_changes_follow_with_running_numbers(bench: Bench) -> None:
    client = bench.connect()
    result = bench.call(client, "hello", protocol=1, client="test")["result"]
    assert (result["seq"], result["keypad"], result["visit"]) == (2, {"pause_s": 0.0}, None)
    bench.worker.publish({"visit": Shown({"phase": "open"})})
    bench.worker.publish({"keypad": Shown({"pause_s": 0.0}, {"pause_s": 110.0})})
    bench.turns()
    notices = [message["params"] for message in received(client)]
    assert notices == [
        {"seq": 3, "name": "visit", "value": {"phase": "open"}},
        {"seq": 4, "name": "keypad", "value": {"pause_s": 10.0}},
    ]


def test_snapshot_counts_down_as_time_passes(bench: Bench) -> None:
    bench.worker.publish({"keypad": Shown({"pause_s": 0.0}, {"pause_s": 110.0})})
    bench.clock.push(4)
    client = bench.connect()
    assert bench.call(client, "snapshot")["result"]["keypad"] == {"pause_s": 6.0}


def test_calls_become_inputs_and_jobs(bench: Bench) -> None:
    client = bench.connect()
    bench.call(client, "hello", protocol=1, client="test")
    for method, params in (
        ("visit.choose", {"visit": "v-1", "choice": "confirm"}),
        ("staff.leave", {}),
        ("help.call", {"page": "home"}),
        ("code.submit", {"digits": "12345678"}),
    ):
        assert bench.call(client, method, **params)["result"] == {"ok": True}
    assert bench.told == [Chosen("v-1", Choice.CONFIRM), StaffLeft(), HelpAsked("home")]
    assert bench.jobs == [CodeJob("12345678")]


def test_a_code_that_a_scanner_typed_goes_to_the_edge_and_into_no_answer(bench: Bench) -> None:
    client = bench.connect()
    bench.call(client, "hello", protocol=1, client="test")
    assert bench.call(client, "scan.wedge", text="BBG:L:c-1")["result"] == {"ok": True}
    refused = bench.call(client, "scan.wedge", text="secret" * 200)
    assert refused["error"]["code"] == -32602
    assert "secret" not in json.dumps(refused)
    assert bench.typed == [WedgeScan("BBG:L:c-1")]
    assert "c-1" not in repr(bench.typed)


def test_a_telephone_number_goes_to_the_centre_and_into_no_answer(bench: Bench) -> None:
    client = bench.connect()
    bench.call(client, "hello", protocol=1, client="test")
    sent = {"use": "new_code", "phone": "13800138000"}
    assert bench.call(client, "phone.ask", **sent)["result"] == {"ok": True}
    assert bench.asks == [GlassAsk(use=PhoneUse.NEW_CODE, phone="13800138000")]
    assert "138" not in repr(bench.asks)
    odd = bench.call(client, "phone.ask", use="new_code", phone="138001380001234")
    assert (odd["error"]["code"], "138" in json.dumps(odd)) == (-32602, False)
    bench.busy = True
    assert bench.call(client, "phone.ask", **sent)["error"]["code"] == -32003


def test_call_before_hello_is_refused(bench: Bench) -> None:
    assert bench.call(bench.connect(), "staff.leave")["error"]["code"] == -32600


def test_other_protocol_is_refused_with_a_clear_message(bench: Bench) -> None:
    error = bench.call(bench.connect(), "hello", protocol=9, client="t", new=1)["error"]
    assert error["code"] == -32001
    assert "protocol 1" in error["message"]


def test_too_many_codes_at_once_are_refused(bench: Bench) -> None:
    client = bench.connect()
    bench.call(client, "hello", protocol=1, client="test")
    bench.busy = True
    assert bench.call(client, "code.submit", digits="12345678")["error"]["code"] == -32003


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe\x00", -32700),
        (b"[" * 60_000, -32700),
        (b"[]", -32600),
        (b"null", -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"hello"}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"hello"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"drop.tables"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"status"}', -32002),
        (b'{"jsonrpc":"2.0","id":1,"method":"hello","params":[]}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"client":"x","more":1}}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"code.submit","params":{"digits":"1 OR 1=1"}}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"staff.leave","params":{"x":1}}', -32602),
    ],
)
def test_hostile_line_gets_the_right_error_and_the_client_lives(
    bench: Bench, line: bytes, code: int
) -> None:
    client = bench.connect()
    (answer,) = bench.send(client, line + b"\n")
    assert answer["error"]["code"] == code
    assert "1 OR" not in answer["error"]["message"]
    assert "result" in bench.call(client, "hello", protocol=1, client="test")
    assert bench.told == []


def test_line_without_an_end_is_answered_and_hung_up(bench: Bench) -> None:
    client = bench.connect()
    client.setblocking(False)
    sent = 0
    while sent < 70_000:
        try:
            sent += client.send(b"x" * 4096)
        except BlockingIOError:
            bench.turns(1)
    bench.turns()
    client.settimeout(2)
    lines = b""
    while chunk := client.recv(65536):
        lines += chunk
    assert json.loads(lines)["error"]["code"] == -32600


def test_answers_and_notices_of_a_client_are_ignored(bench: Bench) -> None:
    client = bench.connect()
    assert bench.send(client, b'{"jsonrpc":"2.0","id":5,"result":1}\n') == []
    assert bench.send(client, b'{"jsonrpc":"2.0","method":"staff.leave"}\n') == []
    assert bench.told == []


def test_tech_socket_takes_status_and_nothing_of_the_glass(bench: Bench) -> None:
    client = bench.connect("tech.sock")
    assert bench.call(client, "status")["result"] == {"ready": True}
    assert bench.call(client, "walk_in.open")["error"]["code"] == -32002
    assert bench.call(client, "format")["error"]["code"] == -32601


@pytest.mark.logs_may_warn("do not read")
def test_client_that_does_not_read_is_dropped_and_others_are_told(bench: Bench) -> None:
    slow, good = bench.connect(), bench.connect()
    for client in (slow, good):
        bench.call(client, "hello", protocol=1, client="test")
    text = "x" * 50_000
    for number in range(OUT_LIMIT // 50_000 * 2):
        bench.worker.publish({"visit": Shown({"n": number, "text": text})})
        bench.turns(1)
        received(good)
    bench.worker.publish({"visit": Shown("last")})
    bench.turns()
    assert received(good)[-1]["params"]["value"] == "last"
    slow.setblocking(True)
    while slow.recv(1 << 20):
        pass


@pytest.mark.logs_may_warn("too many clients")
def test_one_account_holds_at_most_its_share_of_clients_that_call(bench: Bench) -> None:
    clients = [bench.connect() for _ in range(SHARE)]
    for client in clients:
        bench.call(client, "hello", protocol=1, client="test")
    assert bench.connect().recv(10) == b""
    assert "result" in bench.call(clients[0], "snapshot")
    assert "result" in bench.call(bench.connect("tech.sock"), "status")


def test_a_client_that_never_called_makes_room_for_a_newcomer(bench: Bench) -> None:
    silent = [bench.connect() for _ in range(SHARE)]
    newcomer = bench.connect()
    assert "result" in bench.call(newcomer, "hello", protocol=1, client="test")
    assert silent[0].recv(10) == b""
    bench.connect()
    assert silent[1].recv(10) == b""
    assert "result" in bench.call(newcomer, "snapshot")


def test_a_flood_is_served_by_and_by_and_others_in_between(bench: Bench) -> None:
    flood, other = bench.connect(), bench.connect()
    flood.sendall(b'{"jsonrpc":"2.0","id":1,"method":"snapshot"}\n' * 500)
    bench.turns(1)
    assert len(received(flood)) == CALLS_A_TURN
    assert "result" in bench.call(other, "snapshot")
    bench.turns(100)
    early = CALLS_A_TURN + len(received(flood))
    assert 200 <= early < 210  # what may come at once
    bench.turns(10)
    assert received(flood) == []
    bench.clock.push(10)
    bench.turns(100)
    assert len(received(flood)) == 200


def test_a_client_with_unread_answers_is_not_listened_to(bench: Bench) -> None:
    bench.worker.publish({"visit": Shown("x" * 50_000)})
    deaf = bench.connect()
    deaf.setblocking(False)
    sent = 0
    while sent < 10_000_000:
        try:
            sent += deaf.send(b'{"jsonrpc":"2.0","id":1,"method":"snapshot"}\n' * 100)
        except BlockingIOError:
            break
        bench.turns(2)
        bench.clock.push(1)
    assert sent < 10_000_000
    (client,) = bench.worker._clients
    assert len(client.out) < 2 * UNREAD_LIMIT


def test_a_core_that_does_not_keep_up_is_said_and_ends_nothing(bench: Bench) -> None:
    client = bench.connect()
    bench.call(client, "hello", protocol=1, client="test")
    bench.full = True
    assert bench.call(client, "help.call", page="home")["error"]["code"] == -32003
    bench.full = False
    assert "result" in bench.call(client, "help.call", page="home")


@pytest.mark.logs_may_warn("'trace' failed")
def test_a_mistake_of_ours_in_one_call_ends_neither_the_client_nor_the_daemon(
    bench: Bench,
) -> None:
    client = bench.connect("tech.sock")
    assert bench.call(client, "trace")["error"]["code"] == -32603
    assert "result" in bench.call(client, "status")


def test_sockets_are_closed_to_others_and_removed_at_the_end(bench: Bench) -> None:
    modes = [(bench.folder / n).stat().st_mode & 0o777 for n in ("kiosk.sock", "tech.sock")]
    assert modes == [0o660, 0o660]
    bench.close()
    assert list(bench.folder.iterdir()) == []


def test_each_socket_is_given_to_its_group() -> None:
    own = grp.getgrgid(os.getgid()).gr_name
    with tempfile.TemporaryDirectory(prefix="ipc") as folder:
        sockets = Sockets(Path(folder), kiosk_group=own, tech_group="no-such-group")
        sockets.listen(Door.KIOSK).close()
        assert (Path(folder) / "kiosk.sock").group() == own
        with pytest.raises(OSError, match="no-such-group"):
            sockets.listen(Door.TECH)


def test_publishing_from_another_thread_wakes_the_loop(bench: Bench) -> None:
    client = bench.connect()
    bench.call(client, "hello", protocol=1, client="test")
    threading.Timer(0.05, bench.worker.publish, [{"visit": Shown(1)}]).start()
    bench.worker.turn(timeout_s=5)
    assert received(client)[-1]["params"]["value"] == 1
