"""Both sockets of a real daemon under hostile clients, with the wire as the witness.

One daemon for all of them: what one attack left behind would be the next one's to find.
"""

from __future__ import annotations

import contextlib
import errno
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from locker.contract.credential import GrantClaims
from locker.contract.vocabulary import Purpose
from tests.integration.locker.cabinet_process import CabinetProcess, Glass, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre

SOCKETS = ("kiosk.sock", "tech.sock")
GROWTH_KIB = 24 * 1024
"""Thirty-two clients may each hold a chunk, a line and their answers: some 10 MiB at most."""

LINES: dict[str, tuple[bytes, int]] = {
    "half a line of JSON": (b'{"jsonrpc":"2.0","id":1,"meth', -32700),
    "invalid UTF-8": (b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}', -32700),
    "a raw NUL": (b'{"jsonrpc":"2.0","id":1,"method":"hello\x00"}', -32700),
    "half a character": (b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', -32700),
    "nested without end": (b"[" * 60_000, -32700),
    "a number of 5,000 digits": (b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b"}", -32700),
    "a batch": (b'[{"jsonrpc":"2.0","id":1,"method":"hello"}]', -32600),
    "an id that is a list": (b'{"jsonrpc":"2.0","id":[],"method":"hello"}', -32600),
    "a method that is a number": (b'{"jsonrpc":"2.0","id":1,"method":1}', -32600),
    "an unknown method": (b'{"jsonrpc":"2.0","id":1,"method":"__init__"}', -32601),
    "an escaped NUL": (b'{"jsonrpc":"2.0","id":1,"method":"hello\\u0000"}', -32601),
    "params that are a list": (b'{"jsonrpc":"2.0","id":1,"method":"hello","params":[1]}', -32602),
    "a field of the wrong type": (
        b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"client":{}}}', -32602,
    ),
    "an unknown field": (
        b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"client":"x","root":1}}', -32602,
    ),
    "another protocol": (
        b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":99}}', -32001,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def centre() -> FakeCentre:
    return FakeCentre()


@pytest.fixture(scope="module")
def cabinet(centre: FakeCentre) -> Iterator[CabinetProcess]:
    with whole_cabinet(centre) as made:
        made.start()
        made.ready_glass().close()
        yield made
        assert made.stop() == 0
        assert "Traceback" not in made.log()


@pytest.fixture
def crowd(cabinet: CabinetProcess) -> Iterator[Callable[[str], socket.socket]]:
    """Connect as a stranger would; all are hung up at the end."""
    made: list[socket.socket] = []

    def connect(name: str) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(20)
        made.append(client)
        # The kernel turns a connection away while as many wait as it keeps.
        while client.connect_ex(str(cabinet.folder / "run" / name)) == errno.EAGAIN:
            time.sleep(0.001)
        return client

    yield connect
    for client in made:
        client.close()


def status_of(cabinet: CabinetProcess, name: str) -> int:
    assert cabinet.process is not None
    text = Path(f"/proc/{cabinet.process.pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    assert found
    return int(found[1])


def descriptors(cabinet: CabinetProcess) -> int:
    assert cabinet.process is not None
    return len(list(Path(f"/proc/{cabinet.process.pid}/fd").iterdir()))


def a_door_opens(cabinet: CabinetProcess, centre: FakeCentre, glass: Glass) -> None:
    """Scan a fresh code; exactly one pulse goes over the wire, and the glass says so."""
    before = cabinet.board.state().pulses
    now = int(time.time())
    grant = f"g-{time.monotonic_ns()}"
    cabinet.board.scan(
        centre.token(
            GrantClaims(1, grant, "cab-1", Purpose.DEPOSIT, f"c-{grant}", "m", "R", now, now + 600)
        ).encode()
        + b"\r"
    )
    visit = glass.phase("open")
    assert cabinet.board.state().pulses == before + 1
    time.sleep(0.4)  # the coil is still pulled
    cabinet.board.shut(1, int(visit["compartment"]))
    glass.phase("ask")
    glass.call("visit.choose", visit=visit["visit"], choice="confirm")
    glass.phase("done")


def answers(client: socket.socket) -> Iterator[dict[str, object]]:
    with client.makefile("rb") as lines:
        for line in lines:
            yield json.loads(line)


@pytest.mark.parametrize("name", SOCKETS)
def test_a_hostile_line_is_answered_with_its_code_and_the_next_call_is_served(
    cabinet: CabinetProcess, name: str
) -> None:
    client = cabinet.client(name)
    for what, (line, code) in LINES.items():
        client.send(line + b"\n")
        answer = client.read()
        assert answer["error"]["code"] == code, what
        assert "result" in client.call("hello", client="after"), what
    client.close()


@pytest.mark.parametrize("name", SOCKETS)
def test_a_line_of_more_than_64_kib_is_refused_and_hung_up(
    cabinet: CabinetProcess, crowd: Callable[[str], socket.socket], name: str
) -> None:
    client = crowd(name)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for _ in range(1000):
            client.sendall(b"x" * 65_536)
    with contextlib.suppress(ConnectionResetError):
        for answer in answers(client):
            assert answer["error"]["code"] == -32600  # type: ignore[index]
    assert "result" in cabinet.client(name).call("hello", client="after")


def test_a_thousand_connections_keep_nobody_from_the_glass(
    cabinet: CabinetProcess, centre: FakeCentre, crowd: Callable[[str], socket.socket]
) -> None:
    glass = cabinet.ready_glass()
    before = descriptors(cabinet)
    for number in range(1000):
        client = crowd(SOCKETS[number % 2])
        if number % 3 == 0:
            client.sendall(b'{"jsonrpc"')  # and never another byte
    late = cabinet.ready_glass()
    a_door_opens(cabinet, centre, late)
    assert glass.call("snapshot")["result"]["protocol"] == 1
    assert descriptors(cabinet) <= before + 32
    glass.close()
    late.close()


def test_floods_on_both_sockets_are_slowed_and_a_door_still_opens(
    cabinet: CabinetProcess, centre: FakeCentre, crowd: Callable[[str], socket.socket]
) -> None:
    glass = cabinet.ready_glass()
    memory = status_of(cabinet, "VmRSS")
    stop = threading.Event()
    calls = (
        b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"client":"flood"}}\n'
        + b'{"jsonrpc":"2.0","id":2,"method":"snapshot"}\n' * 200
        + b'{"jsonrpc":"2.0","id":3,"method":"help.call","params":{"page":"home"}}\n' * 200
        + b'{"jsonrpc":"2.0","id":4,"method":"journal","params":{}}\n' * 200
        + b"0\n" * 5000
    )

    def pour(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not stop.is_set():
                client.send(calls)

    clients = [crowd(name) for name in SOCKETS for _ in range(4)]
    pourers = [threading.Thread(target=pour, args=(client,)) for client in clients]
    for pourer in pourers:
        pourer.start()
    try:
        a_door_opens(cabinet, centre, glass)
        a_door_opens(cabinet, centre, glass)
    finally:
        stop.set()
        for client in clients:
            client.shutdown(socket.SHUT_RDWR)
        for pourer in pourers:
            pourer.join()
    assert status_of(cabinet, "VmRSS") - memory < GROWTH_KIB
    glass.close()


def test_a_client_that_never_reads_holds_up_nobody_and_costs_little(
    cabinet: CabinetProcess, centre: FakeCentre, crowd: Callable[[str], socket.socket]
) -> None:
    glass = cabinet.ready_glass()
    memory = status_of(cabinet, "VmRSS")
    for _ in range(4):
        deaf = crowd("kiosk.sock")
        deaf.sendall(b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"client":"deaf"}}\n')
        deaf.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                deaf.send(b'{"jsonrpc":"2.0","id":2,"method":"snapshot"}\n')
    for _ in range(3):
        a_door_opens(cabinet, centre, glass)
    assert status_of(cabinet, "VmRSS") - memory < GROWTH_KIB
    glass.close()
