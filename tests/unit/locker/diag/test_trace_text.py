"""A trace: whole frames out of portions, live and from saved files."""

from __future__ import annotations

import json

import pytest

from drivers.profile import load_profile
from locker.diag.bench import Wire
from locker.diag.call import english
from locker.diag.trace_text import TraceReader, read_trace
from locker.diag.trouble import ExitCode, TroubleError

SHUOMING = load_profile("shuoming")


def test_portions_become_one_frame_with_its_meaning() -> None:
    reader = TraceReader({1: SHUOMING}, english())
    wires = [
        Wire(
            1,
            10.0,
            "out",
            bytes.fromhex("8001073 3B5".replace(" ", "")),
            "QueryDoor(board=1, lock=7)",
        ),
        Wire(1, 10.02, "in", b"\x80\x01", ""),
        Wire(1, 10.03, "in", b"\x07\x00\x86", ""),
        Wire(1, 10.03, "note", b"", "DoorReply(board=1, lock=7, door=…)"),
        Wire(1, 10.5, "note", b"", "fence: an earlier read got no answer"),
    ]
    out, came, note = reader.feed(wires)
    assert (out.direction, out.meaning) == ("out", "door 1:7?")
    assert (came.at, came.hex, came.meaning) == (10.02, "80 01 07 00 86", "door 1:7 open")
    assert note.meaning.startswith("fence")
    assert not list(reader.rest())


def test_what_is_held_at_the_end_is_told() -> None:
    reader = TraceReader({1: SHUOMING}, english())
    assert not list(reader.feed([Wire(1, 1.0, "in", b"\x80\x01\x07", "")]))
    (rest,) = reader.rest()
    assert rest.meaning == "stray: no valid frame"


def test_saved_traces_are_read_in_three_forms() -> None:
    ours = json.dumps({"bus": 1, "at": 5.0, "direction": "in", "hex": "80 01 07 00 86"})
    simulators = json.dumps({"n": 1, "first_at": 1.0, "direction": "out", "hex": "8001070086"})
    lines = [
        ours,
        simulators,
        "# a remark",
        "",
        "> 80 01 00 33 B2",
        "< 80 01 07 11 97",
        "8001070086",
    ]
    shown = list(read_trace(lines, SHUOMING, english()))
    assert [(one.direction, one.meaning) for one in shown] == [
        ("in", "door 1:7 open"),
        ("in", "door 1:7 open"),
        ("out", ""),
        ("in", "door 1:7 closed"),
        ("in", "door 1:7 open"),
    ]
    assert shown[0].clock
    assert not shown[1].clock


def test_another_kind_of_file_is_refused_by_line() -> None:
    with pytest.raises(TroubleError) as caught:
        list(read_trace(["< 80", "dear diary"], None, english()))
    assert "line 2" in caught.value.seen
    assert caught.value.code is ExitCode.USAGE
