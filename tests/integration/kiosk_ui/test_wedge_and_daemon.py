"""A typing scanner at the real window opens a door of the real daemon."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk_ui.client import DaemonClient
from kiosk_ui.page_choice import Page
from kiosk_ui.theme import load_font
from kiosk_ui.view_state import Tick
from kiosk_ui.window import KioskWindow
from locker.contract.credential import GrantClaims
from locker.contract.failure import Failure
from locker.contract.vocabulary import Purpose
from tests.integration.locker.cabinet_process import CabinetProcess, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre


class HeldClock:
    """The machine's clock, unless it is held."""

    def __init__(self) -> None:
        self.held_s: float | None = None

    def __call__(self) -> float:
        return time.monotonic() if self.held_s is None else self.held_s


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def centre() -> FakeCentre:
    return FakeCentre()


@pytest.fixture
def cabinet(centre: FakeCentre) -> Iterator[CabinetProcess]:
    with whole_cabinet(centre) as made:
        made.start()
        yield made


@pytest.fixture
def window(
    cabinet: CabinetProcess, clock: HeldClock, qtbot: QtBot, qapp: QApplication
) -> Iterator[KioskWindow]:
    load_font()
    window = KioskWindow(
        ask=lambda call: client.call(call),  # noqa: PLW0108 - the client is made after the window
        monotonic=clock,
        tick=lambda _ahead_s: Tick(720),
    )
    client = DaemonClient(str(cabinet.folder / "run" / "kiosk.sock"), window.take)
    qtbot.addWidget(window)
    window.show()
    client.start()
    qtbot.waitUntil(lambda: window.page is Page.HOME, timeout=20_000)
    yield window
    client.stop()
    window.stop()


def type_fast(window: KioskWindow, clock: HeldClock, text: str) -> None:
    """Press keys while the window's clock stands: no stall of this machine makes them slow."""
    clock.held_s = time.monotonic()
    for character in f"{text}\r":
        event = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, character
        )
        QApplication.sendEvent(window.windowHandle(), event)
    clock.held_s = None


def refusal_comes(window: KioskWindow, qtbot: QtBot, failure: Failure) -> None:
    """Wait until the glass has been told of this refusal."""

    def told() -> bool:
        refusal = window.state.snapshot.refusal if window.state.snapshot else None
        return refusal is not None and refusal.failure == failure

    qtbot.waitUntil(told, timeout=20_000)


def test_a_typed_code_opens_one_door_and_counts_once_with_the_same_over_the_cable(
    cabinet: CabinetProcess,
    centre: FakeCentre,
    window: KioskWindow,
    clock: HeldClock,
    qtbot: QtBot,
) -> None:
    now = int(time.time())
    token = centre.token(
        GrantClaims(1, "g-1", "cab-1", Purpose.DEPOSIT, "c-1", "m-1", "R-1", now, now + 3600)
    )
    type_fast(window, clock, token)
    cabinet.board.scan(token.encode() + b"\r")
    qtbot.waitUntil(lambda: window.page is Page.OPEN, timeout=20_000)
    assert cabinet.board.state().pulses == 1
    assert token not in cabinet.log()


def test_a_typed_configuration_code_and_one_too_long_are_refused_by_their_codes(
    cabinet: CabinetProcess, window: KioskWindow, clock: HeldClock, qtbot: QtBot
) -> None:
    type_fast(window, clock, "_SET_CODE_ON")
    refusal_comes(window, qtbot, Failure.NOT_OURS)
    type_fast(window, clock, "x" * 2000)
    refusal_comes(window, qtbot, Failure.UNREADABLE)
    assert "_SET_CODE_ON" not in cabinet.log()
