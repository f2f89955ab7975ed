"""The service manager's end of NOTIFY_SOCKET: a real datagram socket, and what came to it."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from pathlib import Path


class NotifySocket:
    """Takes what a program tells, as sd_notify(3) says it is told."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self.environment: Mapping[str, str] = {"NOTIFY_SOCKET": str(path)}

    def next(self, *, timeout_s: float) -> str | None:
        """Give what is told next; None when nothing is told for so long."""
        self._socket.settimeout(timeout_s)
        try:
            return self._socket.recv(4096).decode()
        except TimeoutError:
            return None

    def wait_for(self, line: str, *, timeout_s: float = 30.0) -> None:
        """Take what is told until it is this line."""
        until_s = time.monotonic() + timeout_s
        while (told := self.next(timeout_s=timeout_s)) != line:
            assert told is not None and time.monotonic() < until_s, f"{line} was not told"  # noqa: PT018

    def forget(self) -> None:
        """Throw away what was told so far."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(4096)
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()
