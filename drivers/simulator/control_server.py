"""The simulator's control socket: JSON lines in and out, for tests, story, prompt and window.

The messages are drawn in `drivers.simulator.control`. Never blocks: a client that does not read
is dropped when too much waits for it.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from drivers.simulator.cabinet import CabinetError, Door, DoorMoved
from drivers.simulator.fault import FaultError, fault_from_fields
from drivers.simulator.paced_pty import PacedPty
from drivers.simulator.pty_board import PtyBoard, TraceEntry

MAX_LINE = 65_536
MAX_WAITING = 4_000_000
TRACE_PORTION = 1000
READERS = ("scanner", "card_reader")

_Answer = Callable[[Mapping[str, object]], None]


class _RefusedError(Exception):
    """A request is refused, with a stable code."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def _object(line: bytes) -> dict[str, Any]:
    request = json.loads(line)
    if not isinstance(request, dict):
        raise _RefusedError("bad-request", "a request is one JSON object a line")
    return request


class _Client:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.fd = connection.fileno()
        self.watches = False
        self.closed = False
        self._unread = b""
        self._unsent = b""

    @property
    def waits(self) -> bool:
        """Tell whether bytes wait to be sent."""
        return bool(self._unsent)

    def lines(self) -> list[bytes]:
        """Return the whole lines that came."""
        try:
            data = self.connection.recv(65_536)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data or len(self._unread) > MAX_LINE:
            self.closed = True
            return []
        *whole, self._unread = (self._unread + data).split(b"\n")
        return whole

    def send(self, message: Mapping[str, object]) -> None:
        """Send a message now, or as soon as the client reads."""
        self._unsent += json.dumps(message, ensure_ascii=False).encode() + b"\n"
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as it goes."""
        try:
            while self._unsent and not self.closed:
                self._unsent = self._unsent[self.connection.send(self._unsent) :]
        except BlockingIOError:
            self.closed = len(self._unsent) > MAX_WAITING
        except OSError:
            self.closed = True


class ControlServer:
    """Listens at `path` and works `simulator` (a `drivers.simulator.pty_board.Side`)."""

    def __init__(self, path: Path, simulator: PtyBoard) -> None:
        self._path = path
        self._simulator = simulator
        self._clients: dict[int, _Client] = {}
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if path.is_socket():
            path.unlink()
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.setblocking(False)
        self._doing: dict[str, Callable[[Mapping[str, Any]], Mapping[str, object]]] = {
            "state": self._state,
            "open_by_hand": self._open_by_hand,
            "shut": self._shut,
            "put": self._put,
            "take": self._take,
            "fault": self._fault,
            "clear_faults": self._clear_faults,
            "trace": self._trace,
            "unplug": self._unplug,
            "replug": self._replug,
        }

    def close(self) -> None:
        """Close all connections and take the socket away."""
        for client in self._clients.values():
            client.connection.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def readable(self) -> Iterable[int]:
        """Return the descriptors to wait on for reading."""
        return [self._listener.fileno(), *self._clients]

    def writable(self) -> Iterable[int]:
        """Return the descriptors that wait to be written."""
        return [fd for fd, client in self._clients.items() if client.waits]

    def turn(self, ready: frozenset[int]) -> None:
        """Accept, read, serve, write."""
        if self._listener.fileno() in ready:
            self._accept()
        for client in [c for fd, c in self._clients.items() if fd in ready]:
            client.flush()
            for line in client.lines():
                self._serve(client, line)
        self._drop_closed()

    def _accept(self) -> None:
        try:
            client = _Client(self._listener.accept()[0])
        except OSError:
            return  # the stranger went away again
        self._clients[client.fd] = client

    def moved(self, moves: list[DoorMoved]) -> None:
        """Tell the watching clients of doors that moved."""
        for client in self._clients.values():
            for move in moves if client.watches else ():
                change = {
                    "board": move.board,
                    "lock": move.lock,
                    "open": move.open,
                    "at_monotonic_s": move.at_s,
                }
                client.send({"change": change})
        self._drop_closed()

    def _drop_closed(self) -> None:
        for client in [c for c in self._clients.values() if c.closed]:
            del self._clients[client.fd]
            client.connection.close()

    def _serve(self, client: _Client, line: bytes) -> None:
        number: object = None

        def answer(result: Mapping[str, object]) -> None:
            client.send({"id": number, "ok": True, "result": result})

        try:
            request = _object(line)
            number = request.pop("id", None)
            self._do(client, str(request.pop("do", "")), request, answer)
        except (_RefusedError, CabinetError) as error:
            client.send({"id": number, "ok": False, "code": error.code, "error": str(error)})
        except FaultError as error:
            client.send({"id": number, "ok": False, "code": "bad-fault", "error": str(error)})
        except (KeyError, TypeError, ValueError) as error:
            text = f"{type(error).__name__}: {error}"
            client.send({"id": number, "ok": False, "code": "bad-request", "error": text})

    def _do(self, client: _Client, do: str, fields: Mapping[str, Any], answer: _Answer) -> None:
        if do == "watch":
            client.watches = True
            answer({})
        elif do == "scan":
            self._scan(fields, client, answer)
        elif do in self._doing:
            answer(self._doing[do](fields))
        else:
            known = ", ".join([*self._doing, "scan", "watch"])
            raise _RefusedError("bad-request", f"cannot do {do!r}; can do: {known}")

    # --- doors ------------------------------------------------------------------------------

    def _door(self, fields: Mapping[str, Any]) -> Door:
        return self._simulator.device.cabinet.door(fields["board"], fields["lock"])

    def _state(self, _: Mapping[str, Any]) -> Mapping[str, object]:
        doors, now_s = self._simulator.device.cabinet.doors, self._simulator.now_s()
        told = [
            {
                "board": door.board,
                "lock": door.lock,
                "open": door.open,
                "contents": list(door.contents),
                "energised_ms": round(door.energised_for_s(now_s) * 1000),
                "pulses": door.pulses,
            }
            for door in doors
        ]
        return {"doors": told, "pulses": sum(door.pulses for door in doors)}

    def _open_by_hand(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        self._simulator.device.cabinet.open_by_hand(self._door(fields), self._simulator.now_s())
        return {}

    def _shut(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        self._simulator.device.cabinet.shut(self._door(fields), self._simulator.now_s())
        return {}

    def _put(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        self._simulator.device.cabinet.put(self._door(fields), str(fields["thing"]))
        return {}

    def _take(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        self._simulator.device.cabinet.take(self._door(fields), str(fields["thing"]))
        return {}

    # --- faults and lines -------------------------------------------------------------------

    def _fault(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        self._simulator.device.faults.add(fault_from_fields(fields))
        return {}

    def _clear_faults(self, _: Mapping[str, Any]) -> Mapping[str, object]:
        self._simulator.device.faults.clear()
        return {}

    def _trace(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        found, more = self._simulator.trace.since(int(fields["since"]), limit=TRACE_PORTION)
        return {"entries": [asdict(entry) for entry in found], "more": more}

    def _scan(self, fields: Mapping[str, Any], client: _Client, answer: _Answer) -> None:
        which = fields["which"]
        if self._reader(which).readable is None:
            raise _RefusedError("unplugged", f"the cable of the {which} is out")

        def done(entry: TraceEntry | None) -> None:
            if entry is None:
                text = f"the cable of the {which} was pulled"
                client.send({"ok": False, "code": "unplugged", "error": text})
            else:
                answer({"entry": asdict(entry)})

        self._simulator.scan(which, bytes.fromhex(fields["hex"]), done)

    def _unplug(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        self._cable(fields).unplug()
        if fields["which"] == "scanner" and self._simulator.scanner_device is not None:
            self._simulator.scanner_device.power_cycle()  # its power comes over the same cable
        return {}

    def _replug(self, fields: Mapping[str, Any]) -> Mapping[str, object]:
        self._cable(fields).plug()
        return {}

    def _cable(self, fields: Mapping[str, Any]) -> PacedPty:
        which = fields["which"]
        return self._simulator.board if which == "board" else self._reader(which)

    def _reader(self, which: str) -> PacedPty:
        if which in self._simulator.readers:
            return self._simulator.readers[which]
        if which in READERS:
            raise _RefusedError(f"no-{which}", f"this simulator was started without a {which}")
        raise _RefusedError("bad-request", f"no cable {which!r}; board, {' or '.join(READERS)}")
