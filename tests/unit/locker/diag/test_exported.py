"""The chain of an exported journal: whole, changed, cut, joined, and from its middle."""

from __future__ import annotations

import json

import pytest

from locker.contract.chain import GENESIS, Entry, Stamp, seal
from locker.diag.exported import BadLineError, check_chain, entry_json, read_export


def chain(journal: str = "j-1", count: int = 5) -> list[Entry]:
    entries: list[Entry] = []
    previous = GENESIS
    for n in range(1, count + 1):
        stamp = Stamp("b-1", n, float(n), trusted=True)
        entry = seal(
            journal=journal, sequence=n, kind="help.called", body={"page": f"p{n}"}, stamp=stamp,
            previous=previous,
        )  # fmt: skip
        previous = entry.hash
        entries.append(entry)
    return entries


def lines(entries: list[Entry]) -> list[str]:
    return [json.dumps(entry_json(entry)) for entry in entries]


def test_a_whole_export_is_intact_and_two_journals_too() -> None:
    found = check_chain(read_export([*lines(chain()), "", *lines(chain("j-2"))]))
    assert (found.events, found.journals, found.broken) == (10, ("j-1", "j-2"), None)
    assert found.intact


def test_a_changed_a_missing_and_a_moved_entry_are_found() -> None:
    told = lines(chain())
    changed = [line.replace('"p3"', '"p9"') for line in told]
    assert check_chain(read_export(changed)).broken == "j-1 3"
    assert check_chain(read_export(told[:2] + told[3:])).broken == "j-1 4"
    assert check_chain(read_export([told[0], told[2], told[1]])).broken == "j-1 3"


def test_an_export_may_begin_in_the_middle() -> None:
    assert check_chain(chain()[2:]).intact


def test_a_line_that_is_no_entry_is_named() -> None:
    with pytest.raises(BadLineError) as caught:
        list(read_export([*lines(chain(count=1)), '{"journal": 1}']))
    assert caught.value.number == 2
