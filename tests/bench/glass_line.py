"""A client of kiosk.sock for measuring: notes when each thing was told."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from locker.contract.jsonrpc import Fault, LineBuffer, Notice, Request, Result, decode, encode
from locker.contract.kiosk import KIOSK_PROTOCOL

Slices = dict[str, Any]


class NotToldError(TimeoutError):
    """The daemon did not say in time what was waited for; the text has what it said last."""


class GlassLine:
    """One connection to a daemon. `slices` is what it told last."""

    def __init__(self, path: Path, *, timeout_s: float = 30.0) -> None:
        """Connect and say hello; waits for the socket to be there."""
        self._socket = _connect(path, timeout_s)
        self._lines = LineBuffer()
        self._last_id = 0
        self.slices: Slices = {}
        self.call("hello", {"protocol": KIOSK_PROTOCOL, "client": "bench"})
        self.wait_for(lambda told: "seq" in told, what="a snapshot", timeout_s=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def call(self, method: str, params: dict[str, Any]) -> float:
        """Send a call and do not wait for its answer; give the moment before it was sent."""
        self._last_id += 1
        line = encode(Request(self._last_id, method, params))
        sent_s = time.monotonic()
        self._socket.sendall(line)
        return sent_s

    def wait_for(
        self, holds: Callable[[Slices], bool], *, what: str, timeout_s: float = 60.0
    ) -> float:
        """Give when the message was received with which it holds. Raises NotToldError."""
        until_s = time.monotonic() + timeout_s
        told_s = time.monotonic()
        while not holds(self.slices):
            self._socket.settimeout(max(until_s - time.monotonic(), 0.001))
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                told = {k: v for k, v in self.slices.items() if k != "face"}
                raise NotToldError(f"waited {timeout_s:.0f} s for {what}; told: {told}") from None
            told_s = time.monotonic()
            if not data:
                raise NotToldError(f"the daemon hung up while {what} was waited for")
            for line in self._lines.feed(data):
                self._take(line)
        return told_s

    def _take(self, line: bytes) -> None:
        match decode(line):
            case Notice(method="slice", params=params):
                self.slices[params["name"]] = params["value"]
            case Result(result=dict(result)) if "seq" in result:
                self.slices = dict(result)
            case Fault(code=code, message=text):
                raise NotToldError(f"the daemon refused a call: {code} {text}")
            case _:
                pass


def _connect(path: Path, timeout_s: float) -> socket.socket:
    until_s = time.monotonic() + timeout_s
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            if time.monotonic() > until_s:
                raise NotToldError(f"nobody listens at {path}") from None
            time.sleep(0.002)
        else:
            return connection
