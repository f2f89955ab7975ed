"""Doors as they really are: springs, latches, coils, and what lies in the boxes.

Pure: time is handed in. Knows no frames and no faults.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

SPRING_S = (0.040, 0.120)
"""A door needs this long from the pulse until its contact tells open (least, most)."""


class CabinetError(ValueError):
    """Something was asked of a door that it does not allow; `code` as in `control`."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class DoorMoved:
    """A door opened or shut."""

    board: int
    lock: int
    open: bool
    at_s: float


@dataclass(slots=True)
class Door:
    """One door: what is true, not what its contact tells."""

    board: int
    lock: int
    open: bool = False
    contents: list[str] = field(default_factory=list)
    pulses: int = 0
    energised_s: float = 0.0
    energised_until_s: float = float("-inf")
    springs_at_s: float | None = None
    held_since_s: float | None = None

    def energised_for_s(self, now_s: float) -> float:
        """Return how long the coil was energised in all, a hold that still lasts included."""
        held_s = 0.0 if self.held_since_s is None else max(0.0, now_s - self.held_since_s)
        return self.energised_s + held_s


class Cabinet:
    """All doors of all boards. `boards` says how many locks each board address has."""

    def __init__(self, boards: Mapping[int, int], *, seed: int) -> None:
        self._doors = {
            (board, lock): Door(board, lock)
            for board, locks in sorted(boards.items())
            for lock in range(1, locks + 1)
        }
        self._random = random.Random(seed)  # noqa: S311  # physics, not secrecy
        self._moved: list[DoorMoved] = []

    @property
    def doors(self) -> tuple[Door, ...]:
        """All doors in order of board and lock."""
        return tuple(self._doors.values())

    def door(self, board: int, lock: int) -> Door:
        """Return one door."""
        try:
            return self._doors[board, lock]
        except KeyError:
            raise CabinetError("no-such-door", f"there is no door {board}:{lock}") from None

    def pulse(self, door: Door, *, at_s: float, for_s: float, jammed: bool) -> None:
        """Energise a lock from `at_s` on; unless jammed, a shut door springs open soon after."""
        door.pulses += 1
        begins_s = max(at_s, door.energised_until_s)
        door.energised_s += max(0.0, at_s + for_s - begins_s)
        door.energised_until_s = max(door.energised_until_s, at_s + for_s)
        if not jammed and not door.open and door.springs_at_s is None:
            door.springs_at_s = at_s + self._random.uniform(*SPRING_S)

    def hold(self, door: Door, *, at_s: float, jammed: bool) -> None:
        """Energise a lock from `at_s` on until it is released; the door springs as on a pulse."""
        if door.held_since_s is not None:
            return
        self.pulse(door, at_s=at_s, for_s=0.0, jammed=jammed)
        door.held_since_s = max(at_s, door.energised_until_s)
        door.energised_until_s = float("inf")

    def release(self, door: Door, now_s: float) -> None:
        """Cut the current of a lock, held or in a pulse, at once."""
        if door.held_since_s is not None:
            door.energised_s += max(0.0, now_s - door.held_since_s)
            door.held_since_s = None
        elif door.energised_until_s > now_s:
            door.energised_s -= door.energised_until_s - now_s
        door.energised_until_s = min(door.energised_until_s, now_s)

    def open_by_hand(self, door: Door, now_s: float) -> None:
        """Open a door without its lock, as with the mechanical key."""
        self._move(door, now_s, is_open=True)

    def shut(self, door: Door, now_s: float) -> None:
        """Push a door shut. While its coil is energised the latch does not hold it."""
        self._move(door, now_s, is_open=False)
        if door.energised_until_s > now_s:
            door.springs_at_s = now_s + self._random.uniform(*SPRING_S)

    def put(self, door: Door, thing: str) -> None:
        """Put a thing into an open box."""
        self._must_be_open(door)
        door.contents.append(thing)

    def take(self, door: Door, thing: str) -> None:
        """Take a thing out of an open box."""
        self._must_be_open(door)
        if thing not in door.contents:
            held = ", ".join(door.contents) or "nothing"
            text = f"{thing!r} is not in box {door.board}:{door.lock}, which holds: {held}"
            raise CabinetError("not-in-box", text)
        door.contents.remove(thing)

    def advance(self, now_s: float) -> list[DoorMoved]:
        """Let springs that are due open their doors; return all moves since the last call."""
        for door in self._doors.values():
            if door.springs_at_s is not None and door.springs_at_s <= now_s:
                at_s = door.springs_at_s
                door.springs_at_s = None
                self._move(door, at_s, is_open=True)
        moved, self._moved = self._moved, []
        return moved

    def next_move_s(self) -> float | None:
        """Return when the next door springs open, if one does."""
        due = [d.springs_at_s for d in self._doors.values() if d.springs_at_s is not None]
        return min(due, default=None)

    def _move(self, door: Door, at_s: float, *, is_open: bool) -> None:
        door.springs_at_s = None
        if door.open != is_open:
            door.open = is_open
            self._moved.append(DoorMoved(door.board, door.lock, is_open, at_s))

    @staticmethod
    def _must_be_open(door: Door) -> None:
        if not door.open:
            raise CabinetError("door-shut", f"the door {door.board}:{door.lock} is shut")
