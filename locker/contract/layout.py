"""The cabinet as it stands: every door's box and handle in millimetres, and the console.

Read from `config/cabinets/<name>.toml` by the daemon, handed to the kiosk and the centre in
messages. Origin: the front's lower left corner on the floor; x to the right, y up.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Millimetre = Annotated[int, Field(ge=0, le=10_000)]


class Cell(BaseModel):
    """One compartment: what is printed on it, where it is and which lock holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=999)
    size: str = Field(pattern="^[SML]$")
    x: Millimetre
    y: Millimetre
    width: Annotated[int, Field(gt=0, le=10_000)]
    height: Annotated[int, Field(gt=0, le=10_000)]
    handle_mm: Millimetre
    """Height of the handle above the floor."""
    board: int = Field(ge=0, le=255)
    channel: int = Field(ge=1, le=64)
    bus: int = Field(default=1, ge=1, le=8)


class Console(BaseModel):
    """Where the screen, scanner and printer sit: a cell without a door."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x: Millimetre
    y: Millimetre
    width: Annotated[int, Field(gt=0, le=10_000)]
    height: Annotated[int, Field(gt=0, le=10_000)]


class Layout(BaseModel):
    """A whole front. Numbers and (bus, board, channel) are unique; boxes do not overlap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    width: Annotated[int, Field(gt=0, le=20_000)]
    height: Annotated[int, Field(gt=0, le=4_000)]
    console: Console
    cells: tuple[Cell, ...] = Field(min_length=1, max_length=256)

    @model_validator(mode="after")
    def _is_a_front(self) -> Self:
        _refuse_twice("number", [str(cell.number) for cell in self.cells])
        locks = [f"{cell.bus}/{cell.board}/{cell.channel}" for cell in self.cells]
        _refuse_twice("bus/board/channel", locks)
        boxes: list[Cell | Console] = [self.console, *self.cells]
        for at, box in enumerate(boxes):
            if box.x + box.width > self.width or box.y + box.height > self.height:
                raise ValueError(f"{box!r} reaches beyond the front")
            for other in boxes[at + 1 :]:
                if _overlap(box, other):
                    raise ValueError(f"{box!r} and {other!r} overlap")
        return self


def _refuse_twice(what: str, values: list[str]) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"two cells have the same {what}: {', '.join(twice)}")


def _overlap(a: Cell | Console, b: Cell | Console) -> bool:
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )
