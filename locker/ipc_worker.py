"""The thread of the two Unix sockets: tells the glass every change, passes on what it asks.

kiosk.sock is for the glass, tech.sock for technicians; the socket decides what may be called, the
peer's uid is only logged. A client that does not read is dropped; nothing here waits for one.
Holds the last value of each slice, and no other truth.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import os
import selectors
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, assert_never

from locker.contract.jsonrpc import (
    Fault,
    LineBuffer,
    LineTooLongError,
    Notice,
    Request,
    Result,
    RpcCode,
    RpcLineError,
    RpcMessage,
    decode,
    encode,
)
from locker.contract.kiosk import KIOSK_PROTOCOL
from locker.contract.tech import TECH_METHODS
from locker.core.input import Input
from locker.crew import SignOfLife
from locker.hash_worker import CodeJob, Job, PinJob, WalkInJob
from locker.kiosk_server import KIOSK_METHODS, Action, read_action, read_hello
from locker.scan_gate import WedgeScan
from locker.view import Shown
from locker.wake import Wake

log = logging.getLogger(__name__)

CLIENTS = 16
OUT_LIMIT = 1024 * 1024
CHUNK = 64 * 1024
SOCKET_MODE = 0o660
_PEER = struct.Struct("3i")


class Door(enum.Enum):
    """Which socket a client came through."""

    KIOSK = "kiosk.sock"
    TECH = "tech.sock"


@dataclass(slots=True, eq=False)
class Client:
    """One connection and what waits in both directions."""

    socket: socket.socket
    door: Door
    uid: int
    lines: LineBuffer = field(default_factory=LineBuffer)
    out: bytearray = field(default_factory=bytearray)
    greeted: bool = False


class IpcWorker:
    """Owner of the sockets. `tell` passes an input to the core, `submit` a job to be hashed.

    `scanned` takes a code that was typed by a scanner, as the scanner's own worker would.
    `tech` answers a technician's call of this uid, or raises RpcLineError.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], float],
        tell: Callable[[Input], None],
        submit: Callable[[Job], bool],
        scanned: Callable[[WedgeScan], None],
        tech: Callable[[Request, int], Any],
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._submit = submit
        self._scanned = scanned
        self._tech = tech
        self._shown: dict[str, Shown] = {}
        self._seq = 0
        self._published: deque[Mapping[str, Shown]] = deque()
        self._wake = Wake()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake.fd, selectors.EVENT_READ, None)
        self._clients: set[Client] = set()
        self._listeners = [_listen(folder / door.value) for door in Door]
        for door, listener in zip(Door, self._listeners, strict=True):
            self._selector.register(listener, selectors.EVENT_READ, door)

    def publish(self, changed: Mapping[str, Shown]) -> None:
        """Take changed slices; from the core's thread."""
        self._published.append(changed)
        self._wake.set()

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Serve until stopped."""
        while not stop.is_set():
            life.beat()
            self.turn(timeout_s=0.5)
        self.close()

    def turn(self, *, timeout_s: float) -> None:
        """Wait for something to do, and do it."""
        ready = self._selector.select(timeout_s)
        self._wake.clear()
        self._tell_changes()
        for key, events in ready:
            match key.data:
                case Door() as door:
                    self._accept(key.fileobj, door)  # type: ignore[arg-type] # our listener
                case Client() as client if client in self._clients:
                    if events & selectors.EVENT_WRITE:
                        self._flush(client)
                    if events & selectors.EVENT_READ and client in self._clients:
                        self._receive(client)

    def close(self) -> None:
        """Hang up on all and remove the sockets."""
        for client in list(self._clients):
            self._drop(client)
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                Path(listener.getsockname()).unlink()
            listener.close()
        self._selector.close()

    # --- telling --------------------------------------------------------------------------

    def _tell_changes(self) -> None:
        while self._published:
            for name, shown in self._published.popleft().items():
                self._shown[name] = shown
                self._seq += 1
                params = {"seq": self._seq, "name": name, "value": shown.at(self._clock())}
                line = encode(Notice("slice", params))
                for client in [c for c in self._clients if c.greeted]:
                    self._send(client, line)

    def _snapshot(self) -> dict[str, Any]:
        now_s = self._clock()
        values = {name: shown.at(now_s) for name, shown in self._shown.items()}
        return {"protocol": KIOSK_PROTOCOL, "seq": self._seq, **values}

    def _send(self, client: Client, line: bytes) -> None:
        if client not in self._clients:
            return
        if len(client.out) + len(line) > OUT_LIMIT:
            log.warning("%s: a client does not read; dropped", client.door.value)
            self._drop(client)
            return
        client.out += line
        self._flush(client)

    def _flush(self, client: Client) -> None:
        try:
            sent = client.socket.send(client.out)
            del client.out[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(client)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.out else 0)
        self._selector.modify(client.socket, wanted, client)

    # --- clients --------------------------------------------------------------------------

    def _accept(self, listener: socket.socket, door: Door) -> None:
        try:
            connection, _ = listener.accept()
        except OSError as error:
            log.warning("%s: %s", door.value, error)
            return
        if len(self._clients) >= CLIENTS:
            log.warning("%s: more than %d clients; refused", door.value, CLIENTS)
            connection.close()
            return
        connection.setblocking(False)
        pid, uid, _ = _PEER.unpack(
            connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        )
        log.info("%s: client of uid %d, pid %d", door.value, uid, pid)
        client = Client(connection, door, uid)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _drop(self, client: Client) -> None:
        self._clients.discard(client)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(client.socket)
        client.socket.close()

    def _receive(self, client: Client) -> None:
        try:
            data = client.socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(client)
            return
        try:
            lines = client.lines.feed(data)
        except LineTooLongError:
            text = "a line of more than 64 KiB; closing"
            self._send(client, encode(Fault(None, RpcCode.INVALID_REQUEST, text)))
            self._drop(client)
            return
        for line in lines:
            answer = self._answer(client, line)
            if answer is not None:
                self._send(client, encode(answer))

    # --- calls ----------------------------------------------------------------------------

    def _answer(self, client: Client, line: bytes) -> RpcMessage | None:
        try:
            message = decode(line)
            if not isinstance(message, Request):
                return None
            return Result(message.id, self._call(client, message))
        except RpcLineError as error:
            return error.fault

    def _call(self, client: Client, request: Request) -> Any:
        match client.door:
            case Door.KIOSK:
                return self._call_kiosk(client, request)
            case Door.TECH:
                return self._call_tech(client, request)
            case _:
                assert_never(client.door)

    def _call_tech(self, client: Client, request: Request) -> Any:
        if request.method in TECH_METHODS:
            return self._tech(request, client.uid)
        known = request.method in KIOSK_METHODS
        code = RpcCode.NOT_ON_THIS_SOCKET if known else RpcCode.NO_SUCH_METHOD
        raise RpcLineError(code, "no such method here", id=request.id)

    def _call_kiosk(self, client: Client, request: Request) -> Any:
        if request.method == "hello":
            hello = read_hello(request)
            log.info("kiosk.sock: hello from %.60r", hello.client)
            client.greeted = True
            return self._snapshot()
        if request.method == "snapshot":
            return self._snapshot()
        action = read_action(request)
        if not client.greeted:
            raise RpcLineError(RpcCode.INVALID_REQUEST, "say hello first", id=request.id)
        self._carry_out(action, request)
        return {"ok": True}

    def _carry_out(self, action: Action, request: Request) -> None:
        if isinstance(action, CodeJob | PinJob | WalkInJob):
            if not self._submit(action):
                raise RpcLineError(RpcCode.BUSY, "too much is being checked", id=request.id)
        elif isinstance(action, WedgeScan):
            self._scanned(action)
        else:
            self._tell(action)


def _listen(path: Path) -> socket.socket:
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listener.bind(str(path))
    os.chmod(path, SOCKET_MODE)  # noqa: PTH101 - before listen(): nobody can have connected yet
    listener.listen(CLIENTS)
    return listener
