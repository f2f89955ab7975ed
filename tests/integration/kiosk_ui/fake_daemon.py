"""A small daemon for the glass: a real Unix socket, real lines, and a temper of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from typing import Any

from locker.contract.jsonrpc import (
    Fault,
    LineBuffer,
    Notice,
    Request,
    Result,
    RpcCode,
    RpcMessage,
    decode,
    encode,
)  # fmt: skip
from locker.contract.kiosk import Accepted, Snapshot


class FakeDaemon:
    """Answers like a daemon; `temper` says how it misbehaves."""

    def __init__(self, path: Path, snapshot: Snapshot, *, temper: str = "well") -> None:
        """Listen. `temper`: well, silent, garbage, wrong_protocol, old_protocol, deaf, refusing."""
        self.temper = temper
        self.snapshot = snapshot
        self.asked: list[Request] = []
        self.connections = 0
        self._path = path
        self._lock = threading.Lock()
        self._peers: list[socket.socket] = []
        path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def push(self, name: str, value: object, *, skip: int = 0) -> None:
        """Send a slice; `skip` leaves a gap in the numbers. `value` is plain JSON or a model."""
        plain = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
        with self._lock:
            seq = self.snapshot.seq + 1 + skip
            raw = self.snapshot.model_dump() | {name: value, "seq": seq}
            self.snapshot = Snapshot.model_validate(raw)
        self.send(Notice("slice", {"seq": seq, "name": name, "value": plain}))

    def send(self, message: RpcMessage) -> None:
        """Send a message to every kiosk."""
        self.send_raw(encode(message))

    def send_raw(self, data: bytes) -> None:
        """Send bytes to every kiosk."""
        for peer in list(self._peers):
            try:
                peer.sendall(data)
            except OSError:
                self._peers.remove(peer)

    def methods(self) -> list[str]:
        """Give the methods asked so far."""
        return [request.method for request in self.asked]

    def params_of(self, method: str) -> list[dict[str, Any]]:
        """Give the params of every call of a method."""
        return [request.params for request in self.asked if request.method == method]

    def hang_up(self) -> None:
        """Close every connection; go on listening."""
        peers, self._peers = self._peers, []
        for peer in peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Go away, as a daemon that was stopped."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(2)

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            self._peers.append(peer)
            thread = threading.Thread(target=self._serve, args=(peer,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: socket.socket) -> None:
        lines = LineBuffer()
        with peer:
            while True:
                try:
                    data = peer.recv(4096)
                except OSError:
                    return
                if not data:
                    return
                for line in lines.feed(data):
                    self._answer(peer, decode(line))

    def _answer(self, peer: socket.socket, message: RpcMessage) -> None:
        assert isinstance(message, Request)
        self.asked.append(message)
        if (reply := self._reply(message)) is not None:
            with contextlib.suppress(OSError):
                peer.sendall(reply)

    def _reply(self, request: Request) -> bytes | None:
        first = request.method in {"hello", "snapshot"}
        match self.temper:
            case "silent":
                return None
            case "deaf" if not first:
                return None
            case "garbage":
                return b"\xff\xfe what\n"
            case "wrong_protocol":
                return encode(Fault(request.id, int(RpcCode.WRONG_PROTOCOL), "speak 2"))
            case "refusing" if not first:
                return encode(Fault(request.id, int(RpcCode.BUSY), "later"))
            case _:
                pass
        with self._lock:
            body = self.snapshot.model_dump(mode="json")
        if self.temper == "old_protocol":
            body["protocol"] = 0
        accepted = Accepted().model_dump()
        return encode(Result(request.id, body if first else accepted))
