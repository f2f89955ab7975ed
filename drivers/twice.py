"""Readings where frames carry no check: a door that has changed counts when it was read twice.

A damaged bit in such a frame is a wrong door that looks right. That two readings one after the
other are damaged in the same bit is as unlikely as a wrong checksum that fits. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.codec import DoorState


class ReadTwice:
    """The doors of one bus: what counts of them, and what was read once and not yet again."""

    def __init__(self) -> None:
        self._counted: dict[tuple[int, int], DoorState] = {}
        self._once: dict[tuple[int, int], DoorState] = {}

    def counted(self, board: int, doors: Mapping[int, DoorState]) -> dict[int, DoorState]:
        """Take one reading; return the doors of it that count.

        A door that is left out reads otherwise than before: it should be read again now.
        """
        sure: dict[int, DoorState] = {}
        for lock, state in doors.items():
            place = (board, lock)
            once = self._once.pop(place, None)
            if state in {self._counted.get(place), once}:
                self._counted[place] = sure[lock] = state
            else:
                self._once[place] = state
        return sure

    def doubts(self, board: int, doors: Mapping[int, DoorState]) -> bool:
        """Tell whether one of these doors reads otherwise than what counts of it."""
        return any(self._counted.get((board, lock)) is not state for lock, state in doors.items())

    def forget(self) -> None:
        """Count nothing as read before: the line was lost."""
        self._counted.clear()
        self._once.clear()
