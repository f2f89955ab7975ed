"""Doors as the technician reads them: the reading, when, and whether to believe it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from locker.contract.text import Catalogue
from locker.contract.vocabulary import Contact, DoorState
from locker.diag import clock_text
from locker.diag.bench import Channel, DoorReading
from locker.diag.door_text import HEADS, door_json, fill_table, side_by_side

DOUBTED = DoorReading(Channel(1, 1, 7), DoorState.OPEN, 57_599.96, 7, Contact.STUCK_OPEN)
BARE = DoorReading(Channel(1, 1, 8), DoorState.CLOSED, None)
BELIEVED = DoorReading(Channel(1, 1, 9), DoorState.CLOSED, 0.0, 9, Contact.TRUSTED)


@pytest.fixture
def texts() -> Catalogue:
    return Catalogue.load("locker.diag", "technician", "en")


def printed(thing: object) -> str:
    file = io.StringIO()
    Console(file=file, width=120).print(thing)
    return file.getvalue()


def test_a_doubted_contact_is_told_with_its_reading_and_a_believed_one_is_not_praised(
    texts: Catalogue,
) -> None:
    table = Table(*HEADS, box=None)
    fill_table(table, [DOUBTED, BARE, BELIEVED], texts)
    doubted, bare, believed = printed(table).splitlines()[1:]
    assert "open (contact not believed: it says open for ever)" in doubted
    assert "contact" not in bare + believed
    watched = printed(side_by_side([DOUBTED], texts, head="doors", foot=Text("")))
    assert "not believed" in watched
    assert [door_json(door)["contact"] for door in (DOUBTED, BARE, BELIEVED)] == [
        "stuck_open", None, "trusted",
    ]  # fmt: skip


def test_times_are_those_of_the_clock_on_the_communitys_wall(texts: Catalogue) -> None:
    table = Table(*HEADS, box=None)
    fill_table(table, [DOUBTED, BELIEVED], texts)
    assert "23:59:59.9" in printed(table), "cut, so that no reading is later than it was"
    assert "08:00:00.0" in printed(table)
    assert clock_text.full(0) == "1970-01-01 08:00:00"
    assert clock_text.short(0) == "01-01 08:00:00"
    assert clock_text.stamp(0) == "19700101-080000"
    assert clock_text.time_of_day(0.0425, digits=3) == "08:00:00.042"
