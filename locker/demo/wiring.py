"""The demo's cabinet on the boards of any family: as many of them as its doors need.

Door after door takes the next lock; when a board is full the next address begins. A technician's
`commission` finds the same on site by opening each lock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from drivers.profile import load_profile
from locker.diag.wiring_map import layout_toml, load_layout


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where each door hangs: `doors` gives board and lock by the printed number.

    `pulse_ms`: for how long the family's boards give a lock current.
    """

    family: str
    channels: int
    boards: tuple[int, ...]
    doors: Mapping[int, tuple[int, int]]
    pulse_ms: int
    layout_file: Path
    profile_file: Path


def wire(family: str, *, layout: str, folder: Path) -> Wiring:
    """Wire a layout to a family's boards, and write layout and profile into the folder."""
    profile, front = load_profile(family), load_layout(layout)
    first, per_board = profile.boards[0], profile.channels
    cells = tuple(
        cell.model_copy(update={"board": first + at // per_board, "channel": at % per_board + 1})
        for at, cell in enumerate(front.cells)
    )
    boards = tuple(sorted({cell.board for cell in cells}))
    wiring = Wiring(
        family=family,
        channels=per_board,
        boards=boards,
        doors={cell.number: (cell.board, cell.channel) for cell in cells},
        pulse_ms=profile.pulse_ms,
        layout_file=folder / "layout.toml",
        profile_file=folder / "board.toml",
    )
    wiring.layout_file.write_text(layout_toml(front.model_copy(update={"cells": cells})), "utf-8")
    wiring.profile_file.write_text(_profile_text(family, boards), "utf-8")
    return wiring


def _profile_text(family: str, boards: tuple[int, ...]) -> str:
    """Give the family's own profile, with these addresses."""
    text = (files("config") / "boards" / f"{family}.toml").read_text("utf-8")
    return re.sub(r"(?m)^boards = .*$", f"boards = {list(boards)}", text)
