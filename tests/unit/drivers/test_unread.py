"""The bound on unread bytes."""

from __future__ import annotations

from drivers.unread import MAX_UNREAD, UnreadBytes


def test_bytes_are_taken_in_order() -> None:
    unread = UnreadBytes()
    unread.append(b"abc")
    unread.append(b"de")
    assert unread.from_offset(1) == b"bcde"
    assert unread.take(2) == b"ab"
    assert len(unread) == 3


def test_beyond_the_bound_the_oldest_are_dropped_and_counted() -> None:
    unread = UnreadBytes()
    unread.append(b"a" * MAX_UNREAD)
    unread.append(b"bcd")
    assert len(unread) == MAX_UNREAD
    assert unread.overflowed == 3
    assert unread.from_offset(0).endswith(b"abcd")
