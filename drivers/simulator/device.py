"""What a simulated board is to the running simulator, and how one is built. Knows no frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.fault import FaultBook

Emission = tuple[float, bytes]
"""When to begin sending, and what."""


class Device(Protocol):
    """The board side of any family."""

    @property
    def cabinet(self) -> Cabinet:
        """The doors."""
        ...

    @property
    def faults(self) -> FaultBook:
        """The faults at work."""
        ...

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        ...

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return what the board sends unasked when a door moved."""
        ...


class Meaning(Protocol):
    """Says in words what bytes on the wire mean."""

    def __call__(self, data: bytes, *, from_host: bool) -> str:
        """Return a few words."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardBuild:
    """How a simulated board was built and wired, where boards differ.

    A family has only some of these (`SimulatedFamily.flags`); `own` are the settings that it has
    alone, by name, each with one of the family's words.
    """

    channels: int = 24
    reply_delay_s: float = 0.020
    byte_s: float = 10 / 9600
    shorted_means_shut: bool = True
    bit_set_means_shorted: bool = True
    first_byte_is_locks_1_to_8: bool = False
    answers_unlock: bool = True
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFamily:
    """How `simulate --board` makes the boards of one family.

    `flags` are the command's wiring options that the family has, as typed without the dashes.
    `own` are further settings (`--with NAME=WORD`): the words of each, its default first.
    """

    device: Callable[[Cabinet, BoardBuild], Device]
    meaning: Meaning
    baud: int = 9600
    first_address: int = 1
    channels: int = 24
    max_channels: int = 50
    flags: frozenset[str] = frozenset()
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
