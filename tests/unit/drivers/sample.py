"""What the shared suite must be told of a board family that neither profile nor vectors tell."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

ANY = range(256)
"""A place in a frame where every byte may stand."""


def one(byte: int) -> Container[int]:
    """Return a place in a frame where only this byte may stand."""
    return (byte,)


def always(_: bytes) -> bool:
    """Take every frame."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingFrame:
    """A form of frame that moves a lock, from the facts and not from the codec.

    `places` say what each byte may be, `whole` judges the checksum. `exists` tells whether a board
    that would take the frame can be there: what cannot be kept from looking like a frame may only
    be one for an address that no switch sets. `loose`: so little of it is fixed that several reads
    of another family, glued, may look like it; the family's own reads may not.
    """

    name: str
    places: tuple[Container[int], ...]
    whole: Callable[[bytes], bool]
    exists: Callable[[bytes], bool] = always
    loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilySample:
    """One family. `boards` are two addresses that can be on one bus.

    `simulated_with` are settings of its simulated board that are not the first of their words.
    """

    name: str
    moving: tuple[MovingFrame, ...]
    boards: tuple[int, int] = (1, 2)
    reads_one_door: bool = True
    reads_outputs: bool = False
    has_checksum: bool = True
    ends_by_length: bool = True
    simulated_with: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = (
        "late",
        "reply-lost",
        "garbage",
        "split",
        "glued",
        "report",
        "echo",
        "corrupt",
    )


def xor_is_zero(frame: bytes) -> bool:
    """Judge a checksum that makes the XOR of all bytes zero."""
    total = 0
    for byte in frame:
        total ^= byte
    return total == 0


def sum_fits(frame: bytes) -> bool:
    """Judge a checksum that is the low byte of the sum of all bytes before it."""
    return frame[-1] == sum(frame[:-1]) % 256
