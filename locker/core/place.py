"""A compartment as the core knows it: number, size and height, without wires."""

from __future__ import annotations

from dataclasses import dataclass

EASY_REACH_MM = range(700, 1221)
LOW_DOOR_MM = range(380, 1001)
"""Handles that can be reached sitting, and without stretching."""


@dataclass(frozen=True, slots=True)
class Place:
    """One compartment of the cabinet's layout. `order`: its place in a walk along the front."""

    number: int
    size: str
    handle_mm: int
    order: int
    top_row: bool = False

    @property
    def low(self) -> bool:
        """Whether it may be given to who asks for a low door."""
        return self.handle_mm in LOW_DOOR_MM and not self.top_row

    @property
    def easy(self) -> bool:
        """Whether its handle is within everybody's reach."""
        return self.handle_mm in EASY_REACH_MM
