"""Door contacts as a technician reads them: one line a door, all beside each other, or as JSON.

A contact that the cabinet's books do not believe is told with its reading, never instead of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.columns import Columns
from rich.console import Group
from rich.table import Table
from rich.text import Text

from locker.contract.text import Catalogue
from locker.contract.vocabulary import DoorState
from locker.diag import clock_text
from locker.diag.bench import DoorReading

HEADS = ("channel", "door", "state", "read_at")
_STYLE = {DoorState.CLOSED: "green", DoorState.OPEN: "yellow", DoorState.UNKNOWN: "red"}


def door_json(door: DoorReading) -> dict[str, Any]:
    """Give what is known of one door; `contact` is null where no books were asked."""
    return {
        "channel": str(door.channel),
        "state": door.state.value,
        "read_at": door.read_at,
        "contact": None if door.contact is None else door.contact.value,
    }


def fill_table(table: Table, doors: Iterable[DoorReading], texts: Catalogue) -> None:
    """Put one line a door into a table with the columns `HEADS`."""
    for door in doors:
        number = "-" if door.compartment is None else str(door.compartment)
        never, at = texts("doors.never"), door.read_at
        read_at = never if at is None else clock_text.time_of_day(at, digits=1)
        table.add_row(str(door.channel), number, _state(door, texts), read_at)


def side_by_side(doors: Iterable[DoorReading], texts: Catalogue, *, head: str, foot: Text) -> Group:
    """The doors beside each other, so that a whole cabinet fits on a screen."""
    cells = []
    for door in doors:
        number = "" if door.compartment is None else f"{door.compartment:>3}"
        cells.append(Text(f"{door.channel!s:>6}{number} ") + _state(door, texts))
    return Group(Text(head, style="bold"), Columns(cells, padding=(0, 3)), foot)


def _state(door: DoorReading, texts: Catalogue) -> Text:
    state = Text(texts(f"doors.{door.state.value}"), style=_STYLE[door.state])
    if door.contact is None or not door.is_doubted:
        return state
    return state + Text(f" {texts(f'doors.{door.contact.value}')}", style="bold red")
