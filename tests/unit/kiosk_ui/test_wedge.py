"""A typing scanner is told from fingers by its speed; its code goes nowhere but to us."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QLabel

from kiosk_ui.samples import Sample, samples
from kiosk_ui.view_state import Call
from kiosk_ui.wedge import GAP_S, LEAST, WedgeDetector
from locker.contract.kiosk import MAX_WEDGE
from tests.unit.kiosk_ui.conftest import Glass

pytestmark = pytest.mark.sweep

CODE = "BBG:L:c-12"


def typed(text: str, *, gap_s: float, detector: WedgeDetector | None = None) -> list[str]:
    detector = detector or WedgeDetector()
    given_out = [detector.type(each, 10 + n * gap_s) for n, each in enumerate(text)]
    return [code for code in given_out if code is not None]


@pytest.mark.parametrize("end", ["\r", "\n", "\t"])
def test_fast_characters_and_an_end_are_a_code(end: str) -> None:
    assert typed(CODE + end, gap_s=0.01) == [CODE]


def test_fast_characters_and_a_silence_are_a_code() -> None:
    detector = WedgeDetector()
    assert typed(CODE, gap_s=GAP_S - 0.001, detector=detector) == []
    assert detector.receive_silence() == CODE
    assert detector.receive_silence() is None


def test_slow_characters_are_nothing() -> None:
    assert typed(CODE + "\r", gap_s=GAP_S + 0.005) == []


def test_few_characters_are_nothing() -> None:
    assert typed("x" * (LEAST - 1) + "\r", gap_s=0.001) == []
    assert typed("x" * LEAST + "\r", gap_s=0.001) == ["x" * LEAST]


def test_a_finger_before_a_code_is_no_part_of_it() -> None:
    detector = WedgeDetector()
    detector.type("7", 9.0)
    assert typed(CODE + "\r", gap_s=0.01, detector=detector) == [CODE]


def test_a_clock_that_goes_back_ends_what_was_begun() -> None:
    detector = WedgeDetector()
    detector.type("1234567", 10.0)
    assert detector.type("\r", 9.0) is None


def test_a_code_of_any_length_holds_a_bounded_number_of_characters() -> None:
    detector = WedgeDetector()
    assert typed("x" * 5000 + "\r", gap_s=0.0, detector=detector) == ["x" * MAX_WEDGE]


@given(keys=st.lists(st.tuples(st.text(max_size=3), st.floats(0.036, 5)), max_size=40))
def test_no_slow_typing_is_ever_a_code(keys: list[tuple[str, float]]) -> None:
    detector, now_s = WedgeDetector(), 0.0
    for text, gap_s in keys:
        now_s += gap_s
        assert detector.type(text, now_s) is None


# --- in the window ----------------------------------------------------------------------------


def press(glass: Glass, text: str, *, gap_s: float, repeated: bool = False) -> None:
    """Press keys at the window as the windowing system gives them to it."""
    names = {"\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}
    for character in text:
        key = names.get(character, Qt.Key.Key_A)
        glass.now[0] += gap_s
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, character, repeated)
            QApplication.sendEvent(glass.window.windowHandle(), event)


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_a_code_is_passed_on_from_every_page(glass: Glass, sample: Sample) -> None:
    glass.show(sample.state)
    press(glass, CODE + "\r", gap_s=0.01)
    assert glass.asked == [Call("scan.wedge", {"text": CODE})]


def test_keys_of_the_toolkit_itself_are_a_code(glass: Glass) -> None:
    # Such keys carry no time of their own, so the window's clock counts, and that stands still.
    window = glass.window.windowHandle()
    for character in "12345678":
        glass.qtbot.keyClick(window, character)  # type: ignore[no-untyped-call]
    glass.qtbot.keyClick(window, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert glass.asked == [Call("scan.wedge", {"text": "12345678"})]


def test_a_code_without_enter_is_ended_by_silence(glass: Glass) -> None:
    press(glass, CODE, gap_s=0.01)
    assert glass.asked == []
    glass.qtbot.waitUntil(lambda: bool(glass.asked), timeout=10_000)
    assert glass.asked == [Call("scan.wedge", {"text": CODE})]


def test_slow_keys_and_a_key_held_down_do_nothing(glass: Glass) -> None:
    before = glass.window.state
    press(glass, CODE + "\r", gap_s=0.2)
    press(glass, "8" * 30 + "\r", gap_s=0.03, repeated=True)
    assert glass.asked == []
    assert glass.window.state == before


def test_what_was_typed_is_neither_shown_nor_logged(
    glass: Glass, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        press(glass, CODE + "\r", gap_s=0.01)
    assert CODE not in caplog.text
    assert all(CODE not in label.text() for label in glass.window.findChildren(QLabel))
    assert CODE not in repr(glass.window.state)
