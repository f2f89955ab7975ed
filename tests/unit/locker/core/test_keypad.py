"""Wrong codes slow the keypad down, and lock nobody out."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import Purpose
from locker.core import input as i
from locker.core.keypad import pause_after
from locker.core.state import Draft
from tests.unit.locker.core.bench_cabinet import BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    bench = BenchCabinet()
    bench.deposit("g1", "c1")
    bench.put_grant("g2", Purpose.COLLECT, "c1", code="good")
    return bench


def wrong_codes(cabinet: BenchCabinet) -> int:
    return Draft(cabinet.engine.state).ledger.wrong_codes


def test_the_pause_grows_by_ten_seconds_to_a_minute() -> None:
    assert [pause_after(n) for n in range(12)] == [0, 0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 60]


def test_four_wrong_codes_pause_nothing(cabinet: BenchCabinet) -> None:
    for _ in range(4):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() is None
    assert wrong_codes(cabinet) == 0


def test_while_the_keypad_pauses_even_a_good_code_waits(cabinet: BenchCabinet) -> None:
    for _ in range(5):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.wait(9.9)
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() == "KEYPAD_PAUSED"
    assert cabinet.engine.memory.refused is not None
    assert cabinet.engine.memory.refused.values == {"seconds": 1}
    assert wrong_codes(cabinet) == 5
    cabinet.wait(0.1)
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() is None


def test_count_and_pause_outlive_a_restart(cabinet: BenchCabinet) -> None:
    for _ in range(5):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.plug()
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() == "KEYPAD_PAUSED"
    cabinet.wait(10.0)
    cabinet.tell(i.CodeTyped("wrong"))
    assert cabinet.events(e.KeypadCounted)[-1] == e.KeypadCounted(6, 20)


def test_a_code_that_opens_nothing_does_not_start_the_count_anew(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g3", Purpose.COLLECT, "not-there", code="mine")
    for _ in range(4):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.tell(i.CodeTyped("mine"))
    assert cabinet.refusal() == "NOT_READY"
    assert wrong_codes(cabinet) == 4


def test_twenty_wrong_codes_are_all_journaled(cabinet: BenchCabinet) -> None:
    for _ in range(20):
        cabinet.tell(i.CodeTyped("wrong"))
        cabinet.wait(60.0, step_s=1.0)
    assert cabinet.events(e.KeypadCounted)[-1] == e.KeypadCounted(20, 60)
