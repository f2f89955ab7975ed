"""The rehearsal socket: lets a test or the story work the glass as a finger would.

Only there when asked for on the command line. JSON lines, one answer a line:

  {"do":"state"}                       -> page, language, elder
  {"do":"texts"}                       -> texts: [{name, text, rect, enabled}]
  {"do":"press","name":N,"hold_ms":80} -> pressed with the mouse at the widget's centre
  {"do":"grab","path":P}               -> a PNG of the window
  {"do":"pass","seconds":46}           -> the glass's own clock is that much later
  {"do":"painted"}                     -> count, at (monotonic seconds of the last paint)

A press is refused, with a reason, when no finger could do it: hidden, disabled or covered.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import QObject, QPoint, QSocketNotifier, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QLabel, QWidget

from kiosk_ui.widgets.button import Button
from kiosk_ui.window import GUARD_S, KEY_GUARD_S, KioskWindow
from locker.contract.jsonrpc import LineBuffer

Answer = Callable[[dict[str, Any]], None]
MOST_HOLD_MS = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """A widget whose text is on the glass; `rect` is x, y, width, height in the window."""

    name: str
    text: str
    rect: tuple[int, int, int, int]
    enabled: bool


class Rehearsal(QObject):
    """Serves the socket for one window. Raises OSError where the socket cannot be made."""

    def __init__(self, window: KioskWindow, path: str) -> None:
        super().__init__(window)
        self._window = window
        self._pressed = ("", 0.0)
        Path(path).unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(path)
        Path(path).chmod(0o600)
        self._server.listen()
        # Held here: nothing else holds these, and the collector would take their slots too.
        self._notifiers: dict[int, tuple[socket.socket, QSocketNotifier]] = {}
        self._watch(self._server, self._accept)

    def close(self) -> None:
        """Stop listening, and leave who is connected."""
        for fd in list(self._notifiers):
            self._drop(fd)

    def _watch(self, each: socket.socket, read: Callable[[], None]) -> None:
        fd = sip.voidptr(each.fileno())  # what the stub asks for
        notifier = QSocketNotifier(fd, QSocketNotifier.Type.Read, self)
        notifier.activated.connect(read)
        self._notifiers[each.fileno()] = (each, notifier)

    def _drop(self, fd: int) -> None:
        each, notifier = self._notifiers.pop(fd)
        notifier.setEnabled(False)
        notifier.deleteLater()
        each.close()

    def _accept(self) -> None:
        peer, _ = self._server.accept()
        fd, lines = peer.fileno(), LineBuffer()

        def answer(body: dict[str, Any]) -> None:
            with contextlib.suppress(OSError):
                peer.sendall(json.dumps(body, ensure_ascii=False).encode() + b"\n")

        def read() -> None:
            if not (data := _received(peer)):
                self._drop(fd)
                return
            for line in lines.feed(data):
                try:
                    self._do(json.loads(line), answer)
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    answer({"ok": False, "reason": f"not an order: {error!r}"})

        self._watch(peer, read)

    def _do(self, order: dict[str, Any], answer: Answer) -> None:
        window = self._window
        match order["do"]:
            case "state":
                state = window.state
                answer({
                    "ok": True, "page": window.page.value, "language": state.language,
                    "elder": state.elder, "link": state.link.value,
                })  # fmt: skip
            case "texts":
                answer({"ok": True, "texts": [_row(seen) for seen in seen_texts(window)]})
            case "press":
                hold_ms = min(int(order.get("hold_ms", 80)), MOST_HOLD_MS)
                self._press(str(order["name"]), hold_ms, answer)
            case "grab":
                saved = window.grab().save(str(order["path"]), "PNG")
                answer({"ok": saved, "reason": "" if saved else "the file cannot be written"})
            case "pass":
                window.pass_time(float(order["seconds"]))
                answer({"ok": True})
            case "painted":
                answer({
                    "ok": True, "count": window.painted_count, "at": window.painted_at,
                    "now": time.monotonic(),
                })  # fmt: skip
            case other:
                answer({"ok": False, "reason": f"no such order: {other}"})

    def _press(self, name: str, hold_ms: int, answer: Answer) -> None:
        if (wait_s := self._guard_left_s(name)) > 0:
            # A finger that means this page comes later than a double press would.
            wait_ms = int(wait_s * 1000) + 1
            QTimer.singleShot(wait_ms, lambda: self._press(name, hold_ms, answer))
            return
        target = find_widget(self._window, name)
        if target is None or (reason := refusal(self._window, target)):
            reason = "not on the glass" if target is None else reason
            answer({"ok": False, "reason": f"{name}: {reason}", "page": self._window.page.value})
            return
        centre = target.mapTo(self._window, target.rect().center())
        receiver, at = _under(self._window, centre)
        # PyQt's stub takes these static functions for methods.
        QTest.mousePress(receiver, Qt.MouseButton.LeftButton, pos=at)  # type: ignore[call-overload]

        def lift() -> None:
            self._pressed = (name, time.monotonic())
            # What is under a finger when it lifts is what it pressed, if that still exists.
            if receiver is find_widget(self._window, name):
                QTest.mouseRelease(receiver, Qt.MouseButton.LeftButton, pos=at)  # type: ignore[call-overload]
            answer({"ok": True, "page": self._window.page.value})

        QTimer.singleShot(hold_ms, lift)

    def _guard_left_s(self, name: str) -> float:
        last, at = self._pressed
        again_s = KEY_GUARD_S if name.startswith("key-") else GUARD_S
        again_left_s = at + again_s - time.monotonic() if last == name else 0.0
        return max(self._window.guard_left_s, again_left_s)


def find_widget(window: QWidget, name: str) -> QWidget | None:
    """Find a visible widget by its name; a page that is on its way out is not looked at."""
    named = window.findChildren(QWidget, name)
    return next((widget for widget in named if widget.isVisible()), None)


def refusal(window: QWidget, target: QWidget) -> str:
    """Say why a finger could not press this, or nothing."""
    if not target.isEnabled():
        return "disabled"
    centre = target.mapTo(window, target.rect().center())
    if not window.rect().contains(centre):
        return "outside the window"
    top = window.childAt(centre)
    if top is not target and not (top is not None and target.isAncestorOf(top)):
        return f"covered by {top.objectName() if top else 'nothing'}"
    return ""


def seen_texts(window: QWidget) -> list[Seen]:
    """List every text on the glass, from the top down."""
    found = []
    for widget in window.findChildren(QWidget):
        text = _text(widget)
        if text and widget.isVisible():
            at = widget.mapTo(window, QPoint(0, 0))
            rect = (at.x(), at.y(), widget.width(), widget.height())
            found.append(Seen(widget.objectName(), text, rect, widget.isEnabled()))
    return sorted(found, key=lambda seen: (seen.rect[1], seen.rect[0]))


def _text(widget: QWidget) -> str:
    if isinstance(widget, Button):
        return "\n".join(filter(None, (widget.text(), widget.second))) or widget.objectName()
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return widget.accessibleName()


def _row(seen: Seen) -> dict[str, Any]:
    return {"name": seen.name, "text": seen.text, "rect": seen.rect, "enabled": seen.enabled}


def _under(window: QWidget, centre: QPoint) -> tuple[QWidget, QPoint]:
    receiver = window.childAt(centre) or window
    return receiver, receiver.mapFrom(window, centre)


def _received(peer: socket.socket) -> bytes:
    try:
        return peer.recv(65_536)
    except OSError:
        return b""
