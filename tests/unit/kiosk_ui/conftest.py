"""A window whose clock stands still, with the real font."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk_ui.gallery import show
from kiosk_ui.rehearsal import find_widget, refusal
from kiosk_ui.theme import Shape, load_font
from kiosk_ui.view_state import Call, Tick, ViewState
from kiosk_ui.window import KioskWindow


@dataclass
class Glass:
    """The window, worked as a finger works it; `asked` holds the calls it made."""

    window: KioskWindow
    qtbot: QtBot
    application: QApplication
    asked: list[Call]
    now: list[float] = field(default_factory=lambda: [1_000.0])

    def show(self, state: ViewState, *, shape: Shape = Shape.PORTRAIT) -> None:
        """Put a state on the glass and wait for its QR."""
        show(self.window, state, application=self.application, shape=shape)

    def press(self, name: str) -> None:
        """Press a widget that a finger could press, a second after the last one."""
        self.now[0] += 1.0
        self.application.processEvents()
        widget = find_widget(self.window, name)
        assert widget is not None, f"{name} is not on the glass"
        assert not refusal(self.window, widget)
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[no-untyped-call]


@pytest.fixture
def glass(qtbot: QtBot, qapp: QApplication) -> Iterator[Glass]:
    """A shown window with no daemon behind it."""
    load_font()
    asked: list[Call] = []
    now = [1_000.0]
    window = KioskWindow(
        ask=asked.append, monotonic=lambda: now[0], tick=lambda _ahead_s: Tick(726)
    )
    qtbot.addWidget(window)
    window.show()
    yield Glass(window, qtbot, qapp, asked, now)
    window.stop()
