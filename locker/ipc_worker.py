"""The thread of the two Unix sockets: tells the glass every change, passes on what it asks.

kiosk.sock is for the glass, tech.sock for technicians; the socket decides what may be called, the
peer's uid is only logged. A client that does not read is dropped; nothing here waits for one, and
one that asks too much is served slower, not the others. Holds the last value of each slice, and no
other truth.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import shutil
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

from locker.contract.centre import GlassAsk
from locker.contract.jsonrpc import (
    Fault,
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
from locker.hash_worker import Job
from locker.inbox import InboxFullError
from locker.ipc_client import CALLS_A_TURN, OUT_LIMIT, Client, Door, Seldom
from locker.kiosk_server import KIOSK_METHODS, Action, read_action, read_hello
from locker.scan_gate import WedgeScan
from locker.view import Shown
from locker.wake import Wake

log = logging.getLogger(__name__)

CLIENTS = 16
"""Connections of one socket at a time."""
SHARE = 8
"""Of those, how many may be one account's."""
BACKLOG = 128
"""Connections that may wait to be accepted; beyond it the kernel turns them away."""
IDLE_S = 0.5
SOCKET_MODE = 0o660


@dataclass(frozen=True, slots=True)
class Sockets:
    """Where the sockets are, and the group that may connect to each; empty: the daemon's own."""

    folder: Path
    kiosk_group: str = ""
    tech_group: str = ""

    def listen(self, door: Door) -> socket.socket:
        """Begin to listen. Raises OSError, with a word that helps where the group is at fault."""
        path = self.folder / door.value
        group = self.kiosk_group if door is Door.KIOSK else self.tech_group
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        listener.bind(str(path))
        if group:
            try:
                shutil.chown(path, group=group)
            except (LookupError, PermissionError) as error:
                listener.close()
                text = f"{path}: its group cannot be {group!r} ({error}); see the settings' groups"
                raise OSError(text) from error
        path.chmod(SOCKET_MODE)  # before listen(): nobody can have connected yet
        listener.listen(BACKLOG)
        return listener


class IpcWorker:
    """Owner of the sockets. `tell` passes an input to the core, `submit` a job to be hashed.

    `ask` hands a telephone number to the centre's thread.
    `scanned` takes a code that was typed by a scanner, as the scanner's own worker would.
    `tech` answers a technician's call of this uid, or raises RpcLineError.
    """

    def __init__(
        self,
        sockets: Sockets,
        *,
        clock: Callable[[], float],
        tell: Callable[[Input], None],
        submit: Callable[[Job], bool],
        ask: Callable[[GlassAsk], bool],
        scanned: Callable[[WedgeScan], None],
        tech: Callable[[Request, int], Any],
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._submit = submit
        self._ask = ask
        self._scanned = scanned
        self._tech = tech
        self._shown: dict[str, Shown] = {}
        self._seq = 0
        self._published: deque[Mapping[str, Shown]] = deque()
        self._wake = Wake()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake.fd, selectors.EVENT_READ, None)
        self._clients: dict[Client, None] = {}
        self._refused, self._unread = Seldom(), Seldom()
        self._listeners = [sockets.listen(door) for door in Door]
        for door, listener in zip(Door, self._listeners, strict=True):
            self._selector.register(listener, selectors.EVENT_READ, door)

    def publish(self, changed: Mapping[str, Shown]) -> None:
        """Take changed slices; from any thread."""
        self._published.append(changed)
        self._wake.set()

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Serve until stopped."""
        while not stop.is_set():
            life.beat()
            self.turn(timeout_s=IDLE_S)
        self.close()

    def turn(self, *, timeout_s: float) -> None:
        """Wait for something to do, and do it."""
        ready = self._selector.select(self._wait_s(timeout_s))
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
        for client in list(self._clients):
            self._serve(client)

    def _wait_s(self, timeout_s: float) -> float:
        """Give how long there is nothing to do by itself."""
        now_s = self._clock()
        waits = [client.wait_s(now_s) for client in self._clients]
        return min([timeout_s, *(wait_s for wait_s in waits if wait_s is not None)])

    def _select(self, what: socket.socket, events: int, data: Client) -> None:
        known = what in self._selector.get_map()
        if not events and known:
            self._selector.unregister(what)
        elif events and not known:
            self._selector.register(what, events, data)
        elif events:
            self._selector.modify(what, events, data)

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
            if count := self._unread.count(self._clock()):
                log.warning("%s: %d client(s) that do not read; dropped", client.door.value, count)
            self._drop(client)
            return
        client.out += line
        self._flush(client)

    def _flush(self, client: Client) -> None:
        if client.flush():
            self._hear(client)
        else:
            self._drop(client)

    def _hear(self, client: Client) -> None:
        events = selectors.EVENT_READ if client.listening else 0
        events |= selectors.EVENT_WRITE if client.out else 0
        self._select(client.connection, events, client)

    # --- clients --------------------------------------------------------------------------

    def _accept(self, listener: socket.socket, door: Door) -> None:
        for _ in range(CLIENTS):
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                self._refuse(door, error)
                return
            client = Client.accepted(connection, door)
            if not self._has_room(client):
                self._refuse(door, "too many clients")
                connection.close()
                continue
            self._clients[client] = None
            self._hear(client)

    def _has_room(self, newcomer: Client) -> bool:
        """Make room where there is none: the oldest that never called anything goes."""
        here = [client for client in self._clients if client.door is newcomer.door]
        own = [client for client in here if client.uid == newcomer.uid]
        rivals = own if len(own) >= SHARE else here if len(here) >= CLIENTS else None
        if rivals is None:
            return True
        silent = next((client for client in rivals if not client.spoke), None)
        if silent is not None:
            self._drop(silent)
        return silent is not None

    def _refuse(self, door: Door, why: object) -> None:
        if count := self._refused.count(self._clock()):
            log.warning("%s: %d connection(s) refused: %s", door.value, count, why)

    def _drop(self, client: Client) -> None:
        self._clients.pop(client, None)
        self._select(client.connection, 0, client)
        client.connection.close()

    def _receive(self, client: Client) -> None:
        try:
            alive = client.receive()
        except LineTooLongError:
            text = "a line of more than 64 KiB; closing"
            self._send(client, encode(Fault(None, RpcCode.INVALID_REQUEST, text)))
            alive = False
        if not alive:
            self._drop(client)

    def _serve(self, client: Client) -> None:
        """Answer a few of the lines that wait; the rest has its turn after the other clients."""
        for _ in range(CALLS_A_TURN):
            line = client.next_line(self._clock())
            if line is None or client not in self._clients:
                break
            answer = self._answer(client, line)
            if answer is not None:
                self._send(client, encode(answer))
        if client in self._clients:
            self._hear(client)

    # --- calls ----------------------------------------------------------------------------

    def _answer(self, client: Client, line: bytes) -> RpcMessage | None:
        try:
            message = decode(line)
            if not isinstance(message, Request):
                return None
        except RpcLineError as error:
            return error.fault
        try:
            result = self._call(client, message)
        except RpcLineError as error:
            return error.fault
        except InboxFullError:
            return Fault(message.id, RpcCode.BUSY, "the core does not keep up")
        except Exception:
            # A mistake of ours in one call must not end the cabinet's service.
            log.exception("%s: %.40r failed", client.door.value, message.method)
            return Fault(message.id, RpcCode.INTERNAL, "this call failed; see the daemon's log")
        if not client.spoke:
            log.info("%s: client of uid %d", client.door.value, client.uid)
        client.spoke = True
        return Result(message.id, result)

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
        if isinstance(action, Job):
            if not self._submit(action):
                raise RpcLineError(RpcCode.BUSY, "too much is being checked", id=request.id)
        elif isinstance(action, GlassAsk):
            if not self._ask(action):
                raise RpcLineError(RpcCode.BUSY, "another number is under way", id=request.id)
        elif isinstance(action, WedgeScan):
            self._scanned(action)
        else:
            self._tell(action)
