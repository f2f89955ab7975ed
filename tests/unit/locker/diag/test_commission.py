"""The walk along the locks: what it writes down, what it refuses, and that it can be stopped."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.profile import load_profile, profile_path
from drivers.wiring import Contact, PackedSense
from locker.contract.layout import Layout
from locker.contract.text import Catalogue
from locker.diag.bench import Channel, Way
from locker.diag.commission import Ended, Walk, WalkPlan, WalkReport, judge_walk
from locker.diag.trouble import TroubleError
from locker.diag.wiring_map import MapFile, layout_toml, load_layout, profile_toml, wired_layout
from tests.unit.locker.diag.fake_bench import FakeBench, FakePerson

TEXTS = Catalogue.load("locker.diag", "technician", "en")
SHUT = re.compile(r"Shut door (\d+)")


def _small(doors: int = 3) -> Layout:
    cells = [
        {
            "number": n, "size": "S", "x": 200, "y": 100 * n, "width": 100, "height": 100,
            "handle_mm": 100 * n, "board": 9, "channel": n,
        }
        for n in range(1, doors + 1)
    ]  # fmt: skip
    console = {"x": 0, "y": 0, "width": 100, "height": 100}
    table = {"name": "small", "width": 500, "height": 2000, "console": console, "cells": cells}
    return Layout.model_validate(table)


def _hands(bench: FakeBench, *which: str) -> FakePerson:
    """Name the doors that moved as `which` says, and shut what must be shut."""
    named = list(which)

    def answer(question: str) -> str:
        if question.startswith("Which door"):
            return named.pop(0) if named else "q"
        if SHUT.search(question):
            bench.open_locks.clear()
        return "y" if question.startswith("Is box") else ""

    return FakePerson(answer=answer)


def _walk(bench: FakeBench, person: FakePerson, path: Path, *, doors: int = 3) -> Walk:
    plan = WalkPlan(layout=_small(doors), bus=1, by="tester")
    return Walk(bench, person, TEXTS, plan=plan, file=MapFile(path))


def _report(walk: Walk, bench: FakeBench, ended: Ended) -> WalkReport:
    return judge_walk(walk.wiring, layout=_small(), bus=1, profile=bench.profile, ended=ended)


def test_a_walk_writes_which_lock_moves_which_door(tmp_path: Path) -> None:
    bench = FakeBench()
    walk = _walk(bench, _hands(bench, "2", "3", "1"), tmp_path / "map.json")
    report = _report(walk, bench, walk.run())
    assert report.good
    wired = wired_layout(_small(), walk.wiring)
    places = {cell.number: (cell.bus, cell.board, cell.channel) for cell in wired.cells}
    assert places == {2: (1, 1, 1), 3: (1, 1, 2), 1: (1, 1, 3)}
    assert bench.pulses == [(n, "commission", "tester") for n in (1, 2, 3)]


def test_the_layout_written_is_the_layout_read(tmp_path: Path) -> None:
    layout = load_layout("runyuan-24")
    path = tmp_path / "layout.toml"
    path.write_text(layout_toml(layout), encoding="utf-8")
    assert load_layout(str(path)) == layout


@pytest.mark.parametrize("name", sorted(p.stem for p in profile_path("x").parent.glob("*.toml")))
def test_the_profile_written_is_the_profile_read(tmp_path: Path, name: str) -> None:
    profile = load_profile(name)
    path = tmp_path / "board.toml"
    path.write_text(profile_toml(profile, why="a test"), encoding="utf-8")
    assert load_profile(path) == profile


def test_a_door_named_twice_is_refused_and_asked_again(tmp_path: Path) -> None:
    bench = FakeBench()
    person = _hands(bench, "2", "2", "3", "1")
    walk = _walk(bench, person, tmp_path / "map.json")
    assert walk.run() is Ended.DONE
    assert walk.wiring.channel_of(3) == Channel(1, 1, 2)
    assert any("already written down for lock 1:1" in text for text in person.heard)


def test_a_number_that_the_cabinet_has_not_is_refused(tmp_path: Path) -> None:
    bench = FakeBench()
    person = _hands(bench, "77", "1", "2", "3")
    walk = _walk(bench, person, tmp_path / "map.json")
    assert walk.run() is Ended.DONE
    assert any("It has: 1-3" in text for text in person.heard)


def test_a_stopped_walk_goes_on_where_it_was(tmp_path: Path) -> None:
    path, bench = tmp_path / "map.json", FakeBench()
    first = _walk(bench, _hands(bench, "1", "q"), path)
    assert first.run() is Ended.STOPPED
    bench.open_locks.clear()
    bench.pulses.clear()
    second = _walk(bench, _hands(bench, "2", "3"), path)
    assert second.run() is Ended.DONE
    assert [lock for lock, _, _ in bench.pulses] == [2, 3]
    assert _report(second, bench, Ended.DONE).complete


def test_an_inverted_contact_is_found_on_the_way(tmp_path: Path) -> None:
    real = replace(
        load_profile("shuoming"), contact=Contact.SHORT_WHEN_OPEN, packed=PackedSense.INVERTED
    )
    bench = FakeBench(real=real)
    walk = _walk(bench, _hands(bench, "1", "2", "3"), tmp_path / "map.json")
    report = _report(walk, bench, walk.run())
    assert report.finding.profile.contact is Contact.SHORT_WHEN_OPEN
    assert report.finding.profile.packed is PackedSense.INVERTED
    assert report.good


def test_a_lock_that_moves_nothing_leaves_its_door_missing(tmp_path: Path) -> None:
    bench = FakeBench()
    walk = _walk(bench, _hands(bench, "1", "0", "3"), tmp_path / "map.json")
    report = _report(walk, bench, walk.run())
    assert report.missing == (2,)
    assert not report.good
    assert report.as_json()["no_door"] == ["1:2"]


def test_once_more_is_a_pulse_of_its_own(tmp_path: Path) -> None:
    bench = FakeBench()
    walk = _walk(bench, _hands(bench, "r", "1", "2", "3"), tmp_path / "map.json")
    assert walk.run() is Ended.DONE
    assert [lock for lock, _, _ in bench.pulses] == [1, 1, 2, 3]


def test_on_a_cabinet_with_books_each_box_is_said_to_be_empty(tmp_path: Path) -> None:
    bench = FakeBench()
    bench.way = Way.CABINET
    walk = _walk(bench, _hands(bench, "1", "2", "3"), tmp_path / "map.json")
    walk.run()
    assert bench.said_empty == list(bench.channels())


def test_the_map_of_another_cabinet_is_refused(tmp_path: Path) -> None:
    path, bench = tmp_path / "map.json", FakeBench()
    path.write_text('{"version": 1, "template": "other", "tried": []}', encoding="utf-8")
    with pytest.raises(TroubleError, match="begun for the layout"):
        _walk(bench, _hands(bench), path)


def test_a_damaged_map_is_refused(tmp_path: Path) -> None:
    path, bench = tmp_path / "map.json", FakeBench()
    path.write_text("{", encoding="utf-8")
    with pytest.raises(TroubleError):
        _walk(bench, _hands(bench), path)
