"""A monkey at the glass: touches at random, while the daemon misbehaves over a real socket.

No crash, no page without a way on, no word about an open door that the daemon did not say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kiosk_ui.client import DaemonClient, Patience
from kiosk_ui.page_choice import Page
from kiosk_ui.rehearsal import seen_texts
from kiosk_ui.samples import samples
from kiosk_ui.theme import Shape, load_font
from kiosk_ui.view_state import Tick
from kiosk_ui.window import KioskWindow, Manner
from locker.contract.vocabulary import VisitPhase
from tests.integration.kiosk_ui.fake_daemon import FakeDaemon

TOUCHES = 10_000
SEED = 20_261_125
TEMPERS = ("well", "well", "well", "silent", "garbage", "refusing", "deaf")
STATES = [sample.state for sample in samples() if sample.state.snapshot is not None]
WAYS = {"help", "help-back", "back", "stay", "done-home", "refused-seen", "staff-leave"}


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeDaemon]:
    """A daemon on a real socket."""
    first = STATES[0].snapshot
    assert first is not None
    made = FakeDaemon(tmp_path / "kiosk.sock", first)
    yield made
    made.close()


def finger(window: QWidget, at: QPoint) -> None:
    """Touch the window where it is touched, whatever is there."""
    target = window.childAt(at) or window
    place = QPointF(target.mapFrom(window, at))
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        event = QMouseEvent(
            kind, place, target.mapToGlobal(place), Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(target, event)
        if window.childAt(at) is not target:
            return  # the page went under the finger


def wrong_words(window: KioskWindow) -> str:
    """Say what the glass says of a door that the daemon did not say, or that there is no way on."""
    page, snapshot = window.page, window.state.snapshot
    visit = snapshot.visit if snapshot else None
    if page is Page.OPEN and (visit is None or visit.phase is not VisitPhase.OPEN):
        return "a door is called open"
    names = {seen.name for seen in seen_texts(window) if seen.enabled}
    if page in {Page.STARTING, Page.OUT_OF_SERVICE, Page.INVITE} or names & WAYS:
        return ""
    return f"{page.value}: no way on among {sorted(names)}" if page is not Page.HOME else ""


@pytest.mark.logs_may_warn("")
@pytest.mark.untraced
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shape", Shape)
def test_a_monkey_breaks_nothing(
    qtbot: QtBot, qapp: QApplication, daemon: FakeDaemon, tmp_path: Path, shape: Shape
) -> None:
    load_font()
    dice, now = random.Random(SEED), [1_000.0]
    window = KioskWindow(
        ask=lambda call: client.call(call),  # noqa: PLW0108 - the client is made after the window
        monotonic=lambda: now[0], tick=lambda _ahead_s: Tick(726), manner=Manner(shape=shape),
    )  # fmt: skip
    patience = Patience(retry_ms=5, retry_most_ms=20, odd_retry_ms=20, answer_ms=60, silence_ms=200)
    client = DaemonClient(str(tmp_path / "kiosk.sock"), window.take, patience=patience)
    qtbot.addWidget(window)
    window.show()
    window.start()
    client.start()
    for n in range(TOUCHES // len(Shape)):
        now[0] += dice.choice([0.05, 0.3, 0.7, 5.0, 30.0])
        finger(window, QPoint(dice.randrange(window.width()), dice.randrange(window.height())))
        if n % 4 == 0:
            _misbehave(daemon, dice)
        qapp.processEvents()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert wrong_words(window) == "", f"touch {n}"
    client.stop()
    window.stop()
    assert daemon.asked


def _misbehave(daemon: FakeDaemon, dice: random.Random) -> None:
    """Tell anything that a daemon may tell, out of order; hang up, fall silent, talk nonsense."""
    daemon.temper = dice.choice(TEMPERS)
    match dice.randrange(5):
        case 0:
            daemon.hang_up()
        case 1:
            daemon.send_raw(dice.randbytes(40) + b"\n")
        case _:
            told = dice.choice(STATES).snapshot
            assert told is not None
            name = dice.choice(["visit", "offer", "service", "staff", "refusal", "invitation"])
            daemon.push(name, getattr(told, name), skip=dice.choice([0, 0, 0, 2]))
