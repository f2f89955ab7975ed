"""Work the glass from another process, over the rehearsal socket. Standard library only."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

PATIENCE_S: Final = 60.0
"""How long is waited for what comes within a second on a machine that has time for it."""


class RehearsalRefusedError(RuntimeError):
    """The glass would not do it; the reason is the message."""


class PageNeverCameError(TimeoutError):
    """The page did not come up in time; the message says which one is there and what it shows."""


@dataclass(frozen=True, slots=True)
class GlassText:
    """A text on the glass; `rect` is x, y, width, height in pixels of the window."""

    name: str
    text: str
    rect: tuple[int, int, int, int]
    enabled: bool


@dataclass(frozen=True, slots=True)
class GlassState:
    """Which page is on the glass, and how it is shown."""

    page: str
    language: str
    elder: bool
    link: str


@dataclass(frozen=True, slots=True)
class Painted:
    """How often the window was painted, when last, and the kiosk's clock now (both monotonic)."""

    count: int
    at: float
    now: float


class RehearsalClient:
    """One connection to a kiosk that was started with a rehearsal socket."""

    def __init__(self, path: Path | str, *, timeout_s: float = PATIENCE_S) -> None:
        """Connect; waits up to `timeout_s` for the kiosk to make its socket."""
        self._socket = _connect(str(path), timeout_s)
        self._file = self._socket.makefile("rwb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self._socket.close()

    def grab(self, path: Path | str) -> Path:
        """Save a PNG of the glass; gives the path."""
        self._ask({"do": "grab", "path": str(path)})
        return Path(path)

    def press(self, name: str, *, hold_ms: int = 80) -> None:
        """Press the widget of this name as a finger does.

        Raises:
            RehearsalRefusedError: it is not there, hidden, disabled or covered.
        """
        if self.state().page == "invite":
            self._ask({"do": "press", "name": "invite-title"})  # a first touch only wakes it
        self._ask({"do": "press", "name": name, "hold_ms": hold_ms})

    def press_when_ready(self, name: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Press it as soon as a finger could. Raises RehearsalRefusedError if it never can."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                self.press(name)
            except RehearsalRefusedError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return

    def pass_time(self, seconds: float) -> None:
        """Let the glass's own clock be so much later; the daemon's stays as it is."""
        self._ask({"do": "pass", "seconds": seconds})

    def type_digits(self, digits: str) -> None:
        """Press one key after another."""
        for digit in digits:
            self.press(f"key-{digit}", hold_ms=20)

    def texts(self) -> list[GlassText]:
        """List all texts on the glass, from the top down."""
        rows = self._ask({"do": "texts"})["texts"]
        return [
            GlassText(row["name"], row["text"], tuple(row["rect"]), row["enabled"]) for row in rows
        ]

    def text_of(self, name: str) -> str | None:
        """Give the text of one widget, or None where it is not on the glass."""
        return next((row.text for row in self.texts() if row.name == name), None)

    def state(self) -> GlassState:
        """Give page, language and type size."""
        body = self._ask({"do": "state"})
        return GlassState(body["page"], body["language"], body["elder"], body["link"])

    def painted(self) -> Painted:
        """Give how often, and when last, the window was painted."""
        body = self._ask({"do": "painted"})
        return Painted(body["count"], body["at"], body["now"])

    def wait_for_page(self, *names: str, timeout_s: float = PATIENCE_S) -> str:
        """Wait until one of these pages is on the glass; gives its name.

        Raises:
            PageNeverCameError: none came up in time.
        """
        seen = ""

        def is_there() -> bool:
            nonlocal seen
            seen = self.state().page
            return seen in names

        self.wait_until(is_there, timeout_s=timeout_s, what=str(names))
        return seen

    def wait_until(
        self, holds: Callable[[], bool], *, what: str, timeout_s: float = PATIENCE_S
    ) -> None:
        """Wait until something holds. Raises PageNeverCameError, saying what is on the glass."""
        until = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > until:
                shown = " | ".join(row.text for row in self.texts())
                raise PageNeverCameError(f"{what}: there is {self.state().page}: {shown}")
            time.sleep(0.03)

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        self._file.write(json.dumps(order).encode() + b"\n")
        self._file.flush()
        line = self._file.readline()
        if not line:
            raise ConnectionError("the kiosk closed the rehearsal socket")
        body: dict[str, Any] = json.loads(line)
        if not body.get("ok"):
            raise RehearsalRefusedError(str(body.get("reason", "refused")))
        return body


def _connect(path: str, timeout_s: float) -> socket.socket:
    until = time.monotonic() + timeout_s
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(max(timeout_s, 15.0))
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.03)
        else:
            return connection
