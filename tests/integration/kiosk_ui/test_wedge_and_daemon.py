"""A typing scanner at the real window opens a door of the real daemon."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk_ui.client import DaemonClient
from kiosk_ui.page_choice import Page
from kiosk_ui.theme import load_font
from kiosk_ui.window import KioskWindow
from locker.contract.credential import GrantClaims
from locker.contract.vocabulary import Purpose
from tests.integration.locker.cabinet_process import CabinetProcess, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre


@pytest.fixture
def centre() -> FakeCentre:
    return FakeCentre()


@pytest.fixture
def cabinet(centre: FakeCentre) -> Iterator[CabinetProcess]:
    with whole_cabinet(centre) as made:
        made.start()
        yield made


@pytest.fixture
def window(cabinet: CabinetProcess, qtbot: QtBot, qapp: QApplication) -> Iterator[KioskWindow]:
    load_font()
    window = KioskWindow(
        ask=lambda call: client.call(call),  # noqa: PLW0108 - the client is made after the window
        monotonic=time.monotonic,
        minute_of_day=lambda: 720,
    )
    client = DaemonClient(str(cabinet.folder / "run" / "kiosk.sock"), window.take)
    qtbot.addWidget(window)
    window.show()
    client.start()
    qtbot.waitUntil(lambda: window.page is Page.HOME, timeout=20_000)
    yield window
    client.stop()
    window.stop()


def type_fast(window: KioskWindow, qtbot: QtBot, text: str) -> None:
    """Press all keys at once, in one turn of the event loop, as a scanner nearly does."""
    handle = window.windowHandle()
    for character in text:
        qtbot.keyClick(handle, character)  # type: ignore[no-untyped-call]
    qtbot.keyClick(handle, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]


def test_a_typed_code_opens_one_door_and_counts_once_with_the_same_over_the_cable(
    cabinet: CabinetProcess, centre: FakeCentre, window: KioskWindow, qtbot: QtBot
) -> None:
    now = int(time.time())
    token = centre.token(
        GrantClaims(1, "g-1", "cab-1", Purpose.DEPOSIT, "c-1", "m-1", "R-1", now, now + 3600)
    )
    type_fast(window, qtbot, token)
    cabinet.board.scan(token.encode() + b"\r")
    qtbot.waitUntil(lambda: window.page is Page.OPEN, timeout=20_000)
    assert cabinet.board.state().pulses == 1
    assert token not in cabinet.log()


def test_a_typed_configuration_code_and_one_too_long_are_refused_by_their_codes(
    cabinet: CabinetProcess, window: KioskWindow, qtbot: QtBot
) -> None:
    glass = cabinet.ready_glass()
    type_fast(window, qtbot, "_SET_CODE_ON")
    assert glass.refusal(1) == "BBG-107"
    type_fast(window, qtbot, "x" * 2000)
    assert glass.refusal(2) == "BBG-108"
    assert "_SET_CODE_ON" not in cabinet.log()
