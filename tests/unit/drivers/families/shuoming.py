"""Family A for the shared suite."""

from __future__ import annotations

from collections.abc import Container

from tests.unit.drivers.sample import ANY, FamilySample, MovingFrame, one, xor_is_zero

HOLDS = (0x10, 0x11, 0x33)
BOARD = range(1, 100)
"""No switch sets 0 or more than 99."""


def moving(name: str, *places: Container[int] | int) -> MovingFrame:
    """Return a form of frame for a board that can be."""
    made = tuple(one(place) if isinstance(place, int) else place for place in places)
    return MovingFrame(name=name, places=made, whole=xor_is_zero)


PULSE_OF_ANY_BOARD = MovingFrame(
    name="open one, or all",
    places=(one(0x8A), ANY, ANY, one(0x11), ANY),
    whole=xor_is_zero,
    exists=lambda frame: frame[1] in BOARD,
)

OPEN_SEVERAL_OF_24 = MovingFrame(
    name="open several of 24",
    places=(one(0x90), BOARD, *[ANY] * 4),
    whole=xor_is_zero,
    # `30 03 C5` at the end of a read of KERONG board 9 looks like one for board 48. All sources but
    # half a sentence of one end at 31 or 32.
    exists=lambda frame: frame[1] <= 32,
)
OPEN_SEVERAL_OF_50 = MovingFrame(
    name="open several of 50",
    places=(one(0x90), BOARD, *[ANY] * 8),
    whole=xor_is_zero,
    loose=True,
)

SAMPLE = FamilySample(
    name="shuoming",
    ends_by_length=False,
    moving=(
        PULSE_OF_ANY_BOARD,
        *(moving(f"open for {s} s", 0x8A, BOARD, ANY, 0x11, s, ANY) for s in range(1, 10)),
        OPEN_SEVERAL_OF_24,
        OPEN_SEVERAL_OF_50,
        *(moving(f"keep on, {word:02X}", 0x9A, BOARD, ANY, word, ANY) for word in HOLDS),
        *(moving(f"stop, {word:02X}", 0x9B, BOARD, ANY, word, ANY) for word in HOLDS),
    ),
)
