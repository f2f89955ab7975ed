"""The client of a running simulator: doors worked by hand, faults, the true state, the wire trace.

One JSON object a line over a Unix socket. A request `{"id": 1, "do": "shut", "board": 1,
"lock": 7}` is answered by `{"id": 1, "ok": true, "result": …}` or
`{"id": 1, "ok": false, "code": …, "error": …}`; after `watch` come `{"change": {…}}` lines.

Standard library only; imports nothing of ours, so that the cabinet's window can use it alone.
All times are CLOCK_MONOTONIC in seconds (`time.monotonic()`), the same in every process.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ANSWER_TIMEOUT_S = 10.0


class SimulatorError(Exception):
    """The simulator refused or is not there. `code` is stable, the text is for people.

    Codes: `not-running`, `gone`, `bad-request`, `no-such-door`, `door-shut`, `not-in-box`,
    `bad-fault`, `no-scanner`, `no-card_reader`, `unplugged`.
    """

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text}")


@dataclass(frozen=True, slots=True)
class DoorTruth:
    """What is really so at one door, whatever the contact or the wire says."""

    board: int
    lock: int
    open: bool
    contents: tuple[str, ...]
    energised_ms: int
    pulses: int


@dataclass(frozen=True, slots=True)
class SimulatorState:
    """All doors, in order of board and lock, and how many pulses locks got altogether."""

    doors: tuple[DoorTruth, ...]
    pulses: int

    def door(self, board: int, lock: int) -> DoorTruth:
        """Return one door; `KeyError` if there is none."""
        for door in self.doors:
            if (door.board, door.lock) == (board, lock):
                return door
        raise KeyError((board, lock))


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Bytes on a simulated line: `direction` is in (to the board), out (from it) or scan.

    `first_at` is when the first byte began: for "in" the moment the host's bytes arrived. `last_at`
    is when the last byte was over at the line's baud rate; an "out" or "scan" byte is handed to the
    host when it is over.
    """

    n: int
    first_at: float
    last_at: float
    direction: str
    hex: str
    meaning: str

    @property
    def at_monotonic_s(self) -> float:
        """The time of the first byte."""
        return self.first_at


@dataclass(frozen=True, slots=True)
class DoorChange:
    """A door opened or shut."""

    board: int
    lock: int
    open: bool
    at_monotonic_s: float


class SimulatorClient:
    """A connection to a simulator's control socket. Not for several threads at once.

    Every method raises `SimulatorError`.
    """

    def __init__(self, path: str | Path, *, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._path = str(path)
        self._timeout_s = timeout_s
        self._line = _Line(self._path, timeout_s)
        self._last_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. The simulator goes on."""
        self._line.close()

    def state(self) -> SimulatorState:
        """Return the truth about all doors."""
        result = self._ask("state")
        doors = tuple(
            DoorTruth(
                board=door["board"],
                lock=door["lock"],
                open=door["open"],
                contents=tuple(door["contents"]),
                energised_ms=door["energised_ms"],
                pulses=door["pulses"],
            )
            for door in result["doors"]
        )
        return SimulatorState(doors, result["pulses"])

    def open_by_hand(self, board: int, lock: int) -> None:
        """Open a door without its lock, as with the mechanical key."""
        self._ask("open_by_hand", {"board": board, "lock": lock})

    def shut(self, board: int, lock: int) -> None:
        """Push a door shut."""
        self._ask("shut", {"board": board, "lock": lock})

    def put(self, board: int, lock: int, thing: str) -> None:
        """Put a thing into an open box; refused while it is shut."""
        self._ask("put", {"board": board, "lock": lock, "thing": thing})

    def take(self, board: int, lock: int, thing: str) -> None:
        """Take a thing out of an open box; refused while it is shut or not in it."""
        self._ask("take", {"board": board, "lock": lock, "thing": thing})

    def fault(
        self,
        kind: str,
        *,
        board: int | None = None,
        lock: int | None = None,
        count: int | None = None,
        on: str = "any",
        **fields: object,
    ) -> None:
        """Make a fault happen, for the next `count` exchanges or until cleared.

        Kinds and their fields: see `drivers.simulator.fault`. `on`: any, pulse or query.
        """
        given = {"kind": kind, "board": board, "lock": lock, "count": count, "on": on, **fields}
        self._ask("fault", given)

    def clear_faults(self) -> None:
        """End all faults."""
        self._ask("clear_faults")

    def trace(self, since: int = 0) -> list[TraceLine]:
        """Return what went over the lines, from entry number `since` on (the first is 0).

        The simulator keeps the latest 200,000 entries.
        """
        lines: list[TraceLine] = []
        while True:
            result = self._ask("trace", {"since": since})
            lines += [TraceLine(**entry) for entry in result["entries"]]
            if not result["more"]:
                return lines
            since = lines[-1].n + 1

    def scan(self, data: bytes, which: str = "scanner") -> TraceLine:
        """Send bytes on a reader's port, byte for byte; return when the last one is out."""
        # At 1200 baud, the slowest there is, a byte takes 8.4 ms.
        extra_s = len(data) * 0.01
        result = self._ask("scan", {"hex": data.hex(), "which": which}, extra_s=extra_s)
        return TraceLine(**result["entry"])

    def unplug(self, which: str = "board") -> None:
        """Pull a cable, `board` or a reader's: the host's port dies and its path is gone."""
        self._ask("unplug", {"which": which})

    def replug(self, which: str = "board") -> None:
        """Put a cable back; the path is there again."""
        self._ask("replug", {"which": which})

    def watch(self) -> DoorWatch:
        """Return the door changes from now on, over a connection of its own."""
        return DoorWatch(_Line(self._path, self._timeout_s))

    def _ask(
        self, do: str, fields: Mapping[str, object] | None = None, *, extra_s: float = 0.0
    ) -> dict[str, Any]:
        self._last_id += 1
        given = {key: value for key, value in (fields or {}).items() if value is not None}
        self._line.send({"id": self._last_id, "do": do, **given})
        return _result_of(self._line.receive(timeout_s=self._timeout_s + extra_s))


class DoorWatch:
    """An endless iterator over door changes; `close`, from any thread, ends it.

    Iterating raises `SimulatorError` (`gone`) when the simulator ends.
    """

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._closed = False
        self._reading = threading.Lock()
        line.send({"id": 0, "do": "watch"})
        _result_of(line.receive())
        line.wait_for_ever()

    def __iter__(self) -> Iterator[DoorChange]:
        return self

    def __next__(self) -> DoorChange:
        with self._reading:
            try:
                return DoorChange(**self._line.receive()["change"])
            except SimulatorError:
                self._line.close()
                if self._closed:
                    raise StopIteration from None
                raise

    def close(self) -> None:
        """End the watch; whoever waits for the next change gets none."""
        self._closed = True
        self._line.hang_up()
        # Hung up, whoever reads lets go at once; only then may the descriptor be given back.
        with self._reading:
            self._line.close()


def _result_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    if not answer.get("ok"):
        raise SimulatorError(
            str(answer.get("code", "bad-request")), str(answer.get("error", "refused"))
        )
    result = answer.get("result")
    return dict(result) if isinstance(result, Mapping) else {}


class _Line:
    """JSON lines over one socket."""

    def __init__(self, path: str, timeout_s: float) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        self._unread = b""
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise SimulatorError(
                "not-running", f"no simulator answers at {path}: {error}"
            ) from error

    def close(self) -> None:
        self._socket.close()

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def wait_for_ever(self) -> None:
        self._socket.settimeout(None)

    def send(self, message: Mapping[str, object]) -> None:
        try:
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise self._gone(error) from error

    def receive(self, *, timeout_s: float | None = None) -> dict[str, Any]:
        if timeout_s is not None:
            self._socket.settimeout(timeout_s)
        while b"\n" not in self._unread:
            try:
                data = self._socket.recv(65536)
            except OSError as error:
                raise self._gone(error) from error
            if not data:
                raise self._gone("it closed the connection")
            self._unread += data
        line, self._unread = self._unread.split(b"\n", 1)
        answer = json.loads(line)
        return answer if isinstance(answer, dict) else {}

    def _gone(self, why: object) -> SimulatorError:
        return SimulatorError("gone", f"the simulator at {self._path} went away: {why}")
