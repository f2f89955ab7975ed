"""What commissioning has found so far: which channel moves which printed door.

Kept in one file that is rewritten whole after each door, so that a walk can be stopped at any
moment and gone on with later, on another bus too. Knows no port and no person.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from drivers.boards.registry import FACTS_OF
from drivers.codec import DoorState, QueryDoor, QueryDoors
from drivers.family import COMMON_SETTINGS, BoardProfile
from drivers.wiring import UnlockReply
from locker.contract.layout import Cell, Layout
from locker.diag.bench import Channel
from locker.diag.reading_rule import Answer, DoorCycle, Look
from locker.diag.trouble import ExitCode, TroubleError


class _Saved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SavedAnswer(_Saved):
    """One reading: `asked` is door or doors, `hex` the bytes that came."""

    asked: Literal["door", "doors"]
    hex: str


class SavedLook(_Saved):
    """What was answered while the door was `truth`."""

    truth: Literal["open", "closed"]
    answers: tuple[SavedAnswer, ...]


class SavedDoor(_Saved):
    """One channel that was tried. `number`: the printed door that moved; None: no door moved."""

    bus: int
    board: int
    channel: int
    number: int | None
    time_to_open_ms: int | None = None
    looks: tuple[SavedLook, ...] = ()

    @property
    def place(self) -> Channel:
        """The channel as the maker counts it."""
        return Channel(self.bus, self.board, self.channel)

    @property
    def cycle(self) -> DoorCycle:
        """The looks as the reading rule takes them."""
        looks = tuple(
            Look(DoorState(look.truth), tuple(self._answer(one) for one in look.answers))
            for look in self.looks
        )
        return DoorCycle(self.board, self.channel, looks)

    def _answer(self, saved: SavedAnswer) -> Answer:
        one = saved.asked == "door"
        request = QueryDoor(self.board, self.channel) if one else QueryDoors(self.board)
        return Answer(request, bytes.fromhex(saved.hex))


class WiringMap(_Saved):
    """Every channel tried so far, in order."""

    version: Literal[1] = 1
    template: str
    tried: tuple[SavedDoor, ...] = ()

    @property
    def found(self) -> tuple[SavedDoor, ...]:
        """The channels that moved a door."""
        return tuple(door for door in self.tried if door.number is not None)

    def has(self, channel: Channel) -> bool:
        """Whether the channel was tried."""
        return any(door.place == channel for door in self.tried)

    def channel_of(self, number: int) -> Channel | None:
        """Give the channel that was found to move this door."""
        return next((door.place for door in self.tried if door.number == number), None)

    def missing(self, layout: Layout) -> tuple[int, ...]:
        """Give the printed doors that no channel has moved yet."""
        numbers = {door.number for door in self.found}
        return tuple(cell.number for cell in layout.cells if cell.number not in numbers)

    def with_door(self, door: SavedDoor) -> WiringMap:
        """Add a channel that was tried."""
        return self.model_copy(update={"tried": (*self.tried, door)})

    def without(self, channels: Iterable[Channel]) -> WiringMap:
        """Forget channels, so that they are tried again."""
        gone = set(channels)
        kept = tuple(door for door in self.tried if door.place not in gone)
        return self.model_copy(update={"tried": kept})


@dataclass(frozen=True, slots=True)
class MapFile:
    """The file that a wiring map is kept in."""

    path: Path

    def load(self, *, template: str) -> WiringMap:
        """Read the map, or begin one. Raises TroubleError for one of another cabinet."""
        if not self.path.exists():
            return WiringMap(template=template)
        try:
            found = WiringMap.model_validate_json(self.path.read_bytes())
        except (OSError, ValidationError) as error:
            raise _unusable(self.path, str(error).splitlines()[0]) from error
        if found.template != template:
            raise _unusable(self.path, f"it was begun for the layout {found.template!r}")
        return found

    def save(self, wiring: WiringMap) -> None:
        """Write the map so that a power cut leaves the old one or the new one."""
        write_whole(self.path, wiring.model_dump_json(indent=1))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a power cut leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load_layout(name: str) -> Layout:
    """Read a layout by its name in `config/cabinets` or by its path. Raises TroubleError."""
    folder = files("config") / "cabinets"
    source = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    try:
        return Layout.model_validate(tomllib.loads(source.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        known = ", ".join(sorted(e.name.removesuffix(".toml") for e in folder.iterdir()))
        raise TroubleError(
            "no_layout",
            name=name,
            detail=str(error).splitlines()[0],
            known=known,
            code=ExitCode.USAGE,
        ) from error


def wired_layout(layout: Layout, wiring: WiringMap) -> Layout:
    """Put the channels found into the layout; every door must have been found."""
    places = {cell.number: wiring.channel_of(cell.number) for cell in layout.cells}
    cells = [_wired(cell, places[cell.number]) for cell in layout.cells]
    return Layout.model_validate({**layout.model_dump(), "cells": cells})


def _wired(cell: Cell, place: Channel | None) -> dict[str, object]:
    if place is None:
        raise KeyError(cell.number)
    found = {"bus": place.bus, "board": place.board, "channel": place.number}
    return {**cell.model_dump(), **found}


def layout_toml(layout: Layout) -> str:
    """Write a layout as the file that the settings name."""
    parts = [
        "# Written by `bangbangui diag commission`: each door's lock as it was found.",
        f'name = "{layout.name}"',
        f"width = {layout.width}",
        f"height = {layout.height}",
        "",
        "[console]",
        *_lines(layout.console),
    ]
    for cell in layout.cells:
        parts += ["", "[[cells]]", *_lines(cell)]
    return "\n".join(parts) + "\n"


def profile_toml(profile: BoardProfile, *, why: str) -> str:
    """Write a whole board profile as the file that the settings name; `why` heads it."""
    keys = (*COMMON_SETTINGS, *FACTS_OF[profile.family].settings)
    lines = [f"{key} = {_toml(getattr(profile, key))}" for key in keys]
    return "\n".join([f"# {why}", *lines]) + "\n"


def _lines(box: BaseModel) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in box.model_dump().items()]


def _toml(value: object) -> str:
    match value:
        case UnlockReply.ALWAYS | UnlockReply.NEVER:
            return str(value.value)
        case bool():
            return str(value).lower()
        case frozenset():
            return "[" + ", ".join(f"0x{head:02X}" for head in sorted(value)) + "]"
        case tuple():
            return "[" + ", ".join(map(str, value)) + "]"
        case int():
            return str(value)
        case str():
            return f'"{value}"'
        case _:
            return f'"{value.value}"'  # type: ignore[attr-defined]  # an enum of words


def _unusable(path: Path, seen: str) -> TroubleError:
    return TroubleError("wrong_map", file=path, detail=seen, code=ExitCode.USAGE)
