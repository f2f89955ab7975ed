"""Real fingers: they press long, slip, press twice, and wake what sleeps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QWidget

from kiosk_ui.page_choice import Page
from kiosk_ui.rehearsal import find_widget
from kiosk_ui.samples import NOW, snapshot, state, visit
from kiosk_ui.theme import PX_PER_MM, SLIP_MM, Shape
from kiosk_ui.touch import Place
from kiosk_ui.view_state import DIGIT_SHOWN_S, Call, Tick
from kiosk_ui.window import KioskWindow, Manner
from locker.contract.vocabulary import Choice, VisitPhase
from tests.unit.kiosk_ui.conftest import Glass
from tests.unit.kiosk_ui.geometry import faults

ASK = visit(VisitPhase.ASK, Choice.CONFIRM, Choice.NOTHING)


def finger(widget: QWidget, kind: QEvent.Type, at: QPoint) -> None:
    """Send what a finger at this place of the widget makes."""
    held = kind is not QEvent.Type.MouseButtonRelease
    button = Qt.MouseButton.LeftButton
    place, on_screen = QPointF(at), QPointF(widget.mapToGlobal(at))
    still = button if held else Qt.MouseButton.NoButton
    event = QMouseEvent(kind, place, on_screen, button, still, Qt.KeyboardModifier.NoModifier)
    widget.event(event)


def slip(glass: Glass, name: str, *, off_px: int) -> None:
    """Press a widget at its right edge, slip beyond it, and lift there."""
    glass.now[0] += 1.0
    widget = find_widget(glass.window, name)
    assert widget is not None
    edge = QPoint(widget.width() - 2, widget.height() // 2)
    finger(widget, QEvent.Type.MouseButtonPress, edge)
    away = edge + QPoint(off_px, 0)
    finger(widget, QEvent.Type.MouseMove, away)
    finger(widget, QEvent.Type.MouseButtonRelease, away)


def test_a_finger_that_slips_15_mm_has_pressed(glass: Glass) -> None:
    glass.show(state(snapshot=snapshot(visit=ASK)))
    slip(glass, "choice-confirm", off_px=int(SLIP_MM * PX_PER_MM))
    assert [call.method for call in glass.asked] == ["visit.choose"]


def test_a_finger_that_is_drawn_away_has_thought_better_of_it(glass: Glass) -> None:
    glass.show(state(snapshot=snapshot(visit=ASK)))
    slip(glass, "choice-confirm", off_px=int(SLIP_MM * PX_PER_MM) + 10)
    assert glass.asked == []


def test_a_press_of_two_seconds_is_one_press(glass: Glass) -> None:
    glass.show(state(place=Place.CODE))
    glass.now[0] += 1.0
    key = find_widget(glass.window, "key-4")
    assert key is not None
    finger(key, QEvent.Type.MouseButtonPress, key.rect().center())
    glass.now[0] += 2.0
    glass.qtbot.wait(450)  # longer than any repetition of a key waits before it begins
    finger(key, QEvent.Type.MouseButtonRelease, key.rect().center())
    assert glass.window.state.digits == "4"


def test_a_double_press_within_half_a_second_is_one(glass: Glass) -> None:
    glass.show(state(snapshot=snapshot()))
    glass.press("elder")
    glass.now[0] -= 0.6
    glass.press("elder")  # 0.4 s after the first
    assert glass.window.state.elder
    glass.press("elder")
    assert not glass.window.state.elder


def test_the_same_digit_twice_is_typed_as_fast_as_people_type(glass: Glass) -> None:
    glass.show(state(place=Place.CODE))
    glass.press("key-5")
    glass.now[0] -= 0.75
    glass.press("key-5")  # a quarter of a second later
    assert glass.window.state.digits == "55"
    glass.now[0] -= 0.9
    glass.press("key-5")  # a tremor
    assert glass.window.state.digits == "55"


@pytest.mark.parametrize("at", [(540, 900), (20, 20), (300, 1850)])
def test_a_touch_anywhere_on_a_sleeping_glass_only_wakes_it(
    glass: Glass, at: tuple[int, int]
) -> None:
    glass.show(state(touched_at=NOW - 61))
    asleep = glass.window.page
    assert asleep is Page.INVITE
    glass.qtbot.mouseClick(  # type: ignore[no-untyped-call]
        glass.window.childAt(*at) or glass.window, Qt.MouseButton.LeftButton
    )
    assert glass.window.page.value == "home"
    assert glass.asked == []


def test_the_last_digit_can_be_read_for_a_second(glass: Glass) -> None:
    glass.show(state(place=Place.CODE))
    glass.press("key-4")
    digits, typed = find_widget(glass.window, "code-digits"), glass.window.state
    assert digits is not None
    assert digits.accessibleName() == "4"
    glass.window.show_state(replace(typed, now=typed.digit_at + DIGIT_SHOWN_S))
    assert digits.accessibleName() == "•"


def test_switching_the_language_keeps_the_page_and_what_was_typed(glass: Glass) -> None:
    glass.show(state(place=Place.CODE))
    glass.press("key-4")
    glass.press("language")
    assert (glass.window.page, glass.window.state.digits) == (Page.CODE, "4")


@pytest.mark.parametrize("shape", Shape)
def test_on_a_fine_screen_targets_grow_to_nine_millimetres(glass: Glass, shape: Shape) -> None:
    window = KioskWindow(
        ask=glass.asked.append, monotonic=lambda: NOW, tick=lambda _ahead_s: Tick(726),
        manner=Manner(shape=shape, px_per_mm=17.0),
    )  # fmt: skip
    glass.qtbot.addWidget(window)
    window.show()
    for place in (Place.HOME, Place.WALK_IN):
        window.show_state(state(place=place))
        assert faults(window, least_press=9 * 17) == []
    window.stop()


def test_asked_by_a_slip_is_what_the_button_asks(glass: Glass) -> None:
    glass.show(state(snapshot=snapshot(visit=ASK)))
    slip(glass, "choice-nothing", off_px=5)
    assert glass.asked == [Call("visit.choose", {"visit": "v1", "choice": "nothing"})]
