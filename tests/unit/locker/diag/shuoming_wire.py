"""What a board of family A answers when wired as a profile says; written from the facts (§2)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import reduce

from drivers.family import BoardProfile
from drivers.wiring import ByteOrder, Contact, PackedSense


def _frame(*body: int) -> bytes:
    return bytes([*body, reduce(lambda a, b: a ^ b, body)])


def _shorted(real: BoardProfile, lock: int, open_contacts: AbstractSet[int]) -> bool:
    return (lock not in open_contacts) == (real.contact is Contact.SHORT_WHEN_LOCKED)


def door_frame(real: BoardProfile, lock: int, open_contacts: AbstractSet[int]) -> bytes:
    """Give the answer to "query one"."""
    return _frame(0x80, 1, lock, 0x11 if _shorted(real, lock, open_contacts) else 0x00)


def doors_frame(real: BoardProfile, open_contacts: AbstractSet[int]) -> bytes:
    """Give the answer to "query all" of a board with 24 channels."""
    same = real.packed is PackedSense.SAME
    shorted = {n: _shorted(real, n, open_contacts) for n in range(1, 25)}
    bits = sum((s == same) << (n - 1) for n, s in shorted.items())
    last_first = real.byte_order is ByteOrder.LAST_IS_FIRST_CHANNELS
    return _frame(0x80, 1, *bits.to_bytes(3, "big" if last_first else "little"), 0x33)
