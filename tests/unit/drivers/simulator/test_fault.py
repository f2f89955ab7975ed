"""Faults as they are asked for, and how long they last."""

from __future__ import annotations

import pytest

from drivers.simulator.fault import FaultBook, FaultError, FaultKind, FaultOn, fault_from_text


def used(book: FaultBook, on: FaultOn = FaultOn.QUERY, lock: int | None = None) -> set[FaultKind]:
    return set(book.use(1, lock, on))


def test_a_fault_lasts_for_its_count() -> None:
    book = FaultBook()
    book.add(fault_from_text("late:count=2"))
    assert [used(book), used(book), used(book)] == [{FaultKind.LATE}, {FaultKind.LATE}, set()]


def test_a_fault_without_a_count_lasts_until_cleared() -> None:
    book = FaultBook()
    book.add(fault_from_text("silent"))
    assert all(used(book) for _ in range(10))
    book.clear()
    assert not used(book)


def test_a_fault_on_pulses_leaves_queries_alone_and_is_not_used_up_by_them() -> None:
    book = FaultBook()
    book.add(fault_from_text("reply-lost:on=pulse,count=1"))
    assert not used(book, FaultOn.QUERY)
    assert used(book, FaultOn.PULSE, 3)


def test_a_fault_of_one_lock_leaves_others_alone() -> None:
    book = FaultBook()
    book.add(fault_from_text("jammed:lock=3,count=1"))
    assert not used(book, FaultOn.PULSE, 4)
    assert not used(book, FaultOn.QUERY, 3)
    assert used(book, FaultOn.PULSE, 3)


def test_fields_have_defaults_and_can_be_given() -> None:
    assert fault_from_text("split").number("at") == 2
    assert fault_from_text("split:at=4,pause_ms=30").number("pause_ms") == 30
    assert fault_from_text("glued:head=0x82").number("head") == 0x82


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("broken", "there are: silent"),
        ("late:delay=5", "it has: delay_ms"),
        ("late:delay_ms=soon", "a whole number"),
        ("late:delay_ms=-1", "allowed: 0 to"),
        ("silent:on=sunday", "any, pulse, query"),
        ("silent:at=3", "none of its own"),
        ("jammed", "needs a lock"),
        ("stuck-open:lock=1,count=2", "until cleared"),
        ("garbage:hex=xyz", "hexadecimal"),
        ("late:5", "kind:name=value"),
    ],
)
def test_a_wrong_fault_is_refused_with_what_is_allowed(text: str, told: str) -> None:
    with pytest.raises(FaultError, match=told):
        fault_from_text(text)
