"""`python -m tests.bench.glass_probe N [bare]`: what the glass takes, as JSON on stdout.

A process of its own, so that its memory is the glass's alone. N touches, and twenty times as many
page changes, on an off-screen window of 1080x1920 with real mouse events, real time and real paint.
`bare`: the same touches on a window of two plain buttons, which is the floor.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from kiosk_ui.rehearsal import find_widget
from kiosk_ui.samples import ADDRESS, samples, snapshot, state
from kiosk_ui.theme import load_font
from kiosk_ui.touch import Place
from kiosk_ui.view_state import SliceCame, Tick
from kiosk_ui.window import KioskWindow
from locker.contract.kiosk import Invitation
from tests.bench.library import memory_of

CHANGES_A_TOUCH = 20
WARM = 0.1
"""The part of the page changes after which memory counts as warm."""


def main(words: list[str]) -> int:
    """Measure, and print one JSON object of lists and numbers."""
    count = int(words[0])
    application = QApplication(["glass-probe"])
    if words[1:] == ["bare"]:
        print(json.dumps({"touch_ms": _bare_touches(application, count)}))
        return 0
    load_font()
    window = KioskWindow(ask=lambda _: None, monotonic=_Forward(), tick=lambda _ahead_s: Tick(726))
    window.show()
    found = {
        "touch_ms": _touches(application, window, count),
        "qr_lag_ms": _qr_lag(application, window),
        **_changes(application, window, count * CHANGES_A_TOUCH),
        "idle_percent": _idle(application, window),
    }
    window.stop()
    print(json.dumps(found))
    return 0


class _Forward:
    """A clock that is half a second later at each look: no press belongs to a double press."""

    def __init__(self) -> None:
        self._now = time.monotonic()

    def __call__(self) -> float:
        self._now += 0.5
        return self._now


def _press(application: QApplication, target: QWidget) -> float:
    """Press and lift; give the milliseconds until everything that changed was painted."""
    at = QPointF(target.rect().center())
    begun_s = time.perf_counter()
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        event = QMouseEvent(
            kind, at, target.mapToGlobal(at), Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        application.sendEvent(target, event)
        application.processEvents()
    return (time.perf_counter() - begun_s) * 1000


def _touches(application: QApplication, window: KioskWindow, count: int) -> list[float]:
    """Type a digit and take it back, each on the keypad."""
    window.show_state(state(place=Place.CODE))
    application.processEvents()
    took = []
    for n in range(count):
        key = find_widget(window, f"key-{n // 2 % 10}" if n % 2 == 0 else "key-erase")
        assert key is not None
        took.append(_press(application, key))
    assert len(window.state.digits) == count % 2
    return took


def _changes(
    application: QApplication, window: KioskWindow, count: int
) -> dict[str, list[float] | float]:
    """Show one page after another, and watch time and memory."""
    pages = [sample.state for sample in samples()]
    took: list[float] = []
    warm_mb = 0.0
    for n in range(count):
        begun_s = time.perf_counter()
        window.show_state(pages[n % len(pages)])
        application.processEvents()
        took.append((time.perf_counter() - begun_s) * 1000)
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        if n == int(count * WARM):
            warm_mb = _resident_mb()
    return {"change_ms": took, "warm_mb": warm_mb, "memory_mb": _resident_mb()}


def _qr_lag(application: QApplication, window: KioskWindow) -> float:
    """Let a QR be made; give the longest that the event loop stood still meanwhile."""
    window.show_state(state(snapshot=snapshot()))
    _until_made(application, window)
    window.take(SliceCame("invitation", Invitation(qr=ADDRESS + "2")))
    return _until_made(application, window) * 1000


def _until_made(application: QApplication, window: KioskWindow) -> float:
    """Turn the event loop until the QR is there; give its longest turn in seconds."""
    longest_s = 0.0
    while window.is_making_qr:
        begun_s = time.perf_counter()
        application.processEvents()
        longest_s = max(longest_s, time.perf_counter() - begun_s)
    return longest_s


def _idle(application: QApplication, window: KioskWindow, *, seconds: float = 5.0) -> float:
    """Leave the home page alone; give the share of a core that it takes, in percent."""
    window.show_state(state())
    window.start()
    begun_s, cpu_s = time.perf_counter(), time.process_time()
    while time.perf_counter() - begun_s < seconds:
        application.processEvents()
        time.sleep(0.02)
    return (time.process_time() - cpu_s) / (time.perf_counter() - begun_s) * 100


def _bare_touches(application: QApplication, count: int) -> list[float]:
    window = QWidget()
    window.resize(1080, 1920)
    column = QVBoxLayout(window)
    buttons = [QPushButton(word, window) for word in ("1", "2")]
    labels = [QPushButton("", window)]
    for widget in (*buttons, *labels):
        column.addWidget(widget)
    for n, button in enumerate(buttons):
        button.clicked.connect(_saying(labels[0], str(n)))
    window.show()
    application.processEvents()
    return [_press(application, buttons[n % 2]) for n in range(count)]


def _saying(label: QPushButton, word: str) -> Callable[[], None]:
    return lambda: label.setText(word)


def _resident_mb() -> float:
    return memory_of(int(Path("/proc/self").readlink().name)).rss_mb


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
