"""The simulated KERONG boards, against the published frames and not against the codecs."""

from __future__ import annotations

from functools import partial

import pytest

from drivers.simulator import kerong_cu16, kerong_cu48
from tests.unit.drivers.simulator import simulated
from tests.unit.drivers.simulator.simulated import answered, open_all

cu16 = partial(simulated.device, "kerong-cu16")
cu48 = partial(simulated.device, "kerong-cu48")


def test_an_open_cu16_tells_the_published_status() -> None:
    made = cu16()
    open_all(made)
    assert answered(made, "02 00 30 03 35") == "02 00 35 00 00 00 00 03 3A"


def test_a_cu16_opens_the_lock_of_the_low_nibble() -> None:
    for request, lock in (("0200310336", 1), ("0201310337", 2), ("0203310339", 4)):
        made = cu16()
        assert answered(made, request) == "02 00 35 FF FF 00 00 03 38"
        assert [door.lock for door in made.cabinet.doors if door.pulses] == [lock]


def test_a_cu16_may_name_the_lock_in_its_answer_or_say_nothing() -> None:
    named = cu16(own={"unlock-answer": "names-lock"})
    assert answered(named, "02 02 31 03 38").startswith("02 02 35")
    assert answered(cu16(answers_unlock=False), "02 02 31 03 38") == ""


def test_a_cu16_sees_things_in_its_second_bank() -> None:
    made = cu16()
    open_all(made)
    made.cabinet.put(made.cabinet.door(0, 9), "papers")
    assert answered(made, "02 00 30 03 35") == "02 00 35 00 00 00 01 03 3B"


def test_a_cu16_takes_times_and_opens_all_without_an_answer() -> None:
    made = cu16()
    assert answered(made, "02 00 37 00 32 03 6E") == ""
    assert answered(made, "02 00 33 03 38", 10.01) == ""
    assert [door.energised_s for door in made.cabinet.doors] == pytest.approx([0.5] * 16)


def test_a_cu16_opens_later() -> None:
    made = cu16()
    assert answered(made, "02 00 39 02 03 40") == ""
    assert made.cabinet.advance(11.9) == []
    assert [move.lock for move in made.cabinet.advance(12.2)] == [1]


def test_boards_on_one_bus_answer_for_themselves() -> None:
    made = cu16(boards=(0, 1))
    assert answered(made, "02 10 30 03 45").startswith("02 10 35")
    assert answered(made, "02 00 30 03 35", 10.1).startswith("02 00 35")


def test_an_open_cu48_tells_the_captured_status() -> None:
    made = cu48()
    open_all(made)
    assert answered(made, "02 00 00 60 03 65") == "02 00 00 75" + " 00" * 12 + " 03 7A"
    made.cabinet.shut(made.cabinet.door(0, 14), 2.0)
    assert answered(made, "02 00 00 60 03 65", 10.1) == (
        "02 00 00 75 00 20" + " 00" * 10 + " 03 9A"
    )
    made.cabinet.open_by_hand(made.cabinet.door(0, 14), 3.0)
    made.cabinet.put(made.cabinet.door(0, 1), "papers")
    assert answered(made, "02 00 00 60 03 65", 10.2) == (
        "02 00 00 75" + " 00" * 6 + " 01" + " 00" * 5 + " 03 7B"
    )


def test_a_cu48_opens_and_answers_with_77_or_not_at_all() -> None:
    for request, lock in (("020000610366", 1), ("020001610367", 2), ("020003610369", 4)):
        made = cu48()
        assert answered(made, request).startswith(f"02 00 0{lock - 1} 77 FF")
        assert [door.lock for door in made.cabinet.doors if door.pulses] == [lock]
    silent = cu48(answers_unlock=False)
    assert answered(silent, "02 00 00 61 03 66") == ""
    assert silent.cabinet.door(0, 1).pulses == 1


def test_the_trace_says_what_frames_mean() -> None:
    told = kerong_cu16.meaning
    assert told(bytes.fromhex("0201310337"), from_host=True) == "pulse 0:2"
    assert told(bytes.fromhex("0210300345"), from_host=True) == "read all doors of board 1"
    answer = bytes.fromhex("02003500000000033A")
    assert told(answer, from_host=False) == "all doors of board 0: 00 00"
    assert told(b"\x02", from_host=True) == "no whole frame"
    told = kerong_cu48.meaning
    assert told(bytes.fromhex("020001610367"), from_host=True) == "pulse 0:2"
    assert told(bytes.fromhex("020000600365"), from_host=True) == "read all doors of board 0"
    assert told(b"\x02" * 6, from_host=True) == "no whole frame"
