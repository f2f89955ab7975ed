"""Remake the pictures of every page: `python -m kiosk_ui.gallery OUT [NAME...]`.

Each sample in Chinese, English, large type and at night, as <name>.<variant>.png at 1080x1920.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PyQt6.QtCore import QDeadlineTimer, QEventLoop
from PyQt6.QtWidgets import QApplication

from kiosk_ui.samples import NOW, Sample, samples
from kiosk_ui.theme import load_font
from kiosk_ui.view_state import ViewState
from kiosk_ui.window import KioskWindow


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of showing a page."""

    name: str
    language: str = "zh_CN"
    elder: bool = False
    night: bool = False

    def of(self, state: ViewState) -> ViewState:
        """Show a state this way."""
        minute = 21 * 60 + 30 if self.night else state.minute_of_day
        return replace(state, language=self.language, elder=self.elder, minute_of_day=minute)


VARIANTS = (
    Variant("zh"),
    Variant("en", language="en"),
    Variant("zh-elder", elder=True),
    Variant("en-elder", language="en", elder=True),
    Variant("night", night=True),
)


def still_window() -> KioskWindow:
    """Make a window whose clock stands still and whose calls go nowhere."""
    return KioskWindow(ask=lambda _: None, monotonic=lambda: NOW, minute_of_day=lambda: 0)


def show(window: KioskWindow, state: ViewState, *, application: QApplication) -> None:
    """Put a state on the glass, and wait until its QR is there."""
    window.show_state(state)
    deadline = QDeadlineTimer(3_000)
    while window.is_making_qr and not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    for _ in range(3):
        application.processEvents()


def main(arguments: list[str]) -> int:
    """Write the pictures; gives the exit code."""
    if not arguments:
        sys.stderr.write("usage: python -m kiosk_ui.gallery OUT [NAME...]\n")
        return 2
    out, *names = arguments
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(["gallery"])
    load_font()
    window = still_window()
    window.show()
    for sample, variant in _wanted(names):
        show(window, variant.of(sample.state), application=application)
        window.grab().save(str(folder / f"{sample.name}.{variant.name}.png"), "PNG")
    window.stop()
    return 0


def _wanted(names: list[str]) -> Iterator[tuple[Sample, Variant]]:
    for sample in samples():
        if not names or sample.name in names:
            for variant in VARIANTS:
                yield sample, variant


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
