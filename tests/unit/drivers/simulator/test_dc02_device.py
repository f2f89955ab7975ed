"""The simulated board of family F, against the published frames and not against the codec."""

from __future__ import annotations

from functools import partial

import pytest

from drivers.simulator.dc02 import meaning, summed
from tests.unit.drivers.simulator import simulated
from tests.unit.drivers.simulator.simulated import answered

device = partial(simulated.device, "dc02")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("DC 02 01 10 01 01 13", "DC FE 01 10 02 01 01 15"),
        ("DC 02 01 15 02 00 07 1F", "DC FE 01 15 02 00 07 1F"),
        ("DC 02 01 16 02 01 01 1B", "DC FE 01 16 01 01 19"),
        ("DC 02 01 18 02 00 07 22", "DC FE 01 18 02 00 07 22"),
        ("DC 02 01 1A 02 00 07 24", "DC FE 01 1A 01 01 1D"),
    ],
)
def test_published_requests_get_their_published_answers(request_: str, answer: str) -> None:
    assert answered(device(), request_) == answer


def test_the_published_readings_follow_the_wiring() -> None:
    made = device()
    assert answered(made, "DC 02 01 11 01 01 14") == "DC FE 01 11 02 01 01 16"
    assert answered(made, "DC 02 01 12 00 13") == "DC FE 01 12 02 0F FF 23"
    assert answered(device(shorted_means_shut=False), "DC 02 01 12 00 13") == (
        "DC FE 01 12 02 00 00 15"
    )
    inverted = device(bit_set_means_shorted=False)
    assert answered(inverted, "DC 02 01 11 01 01 14") == "DC FE 01 11 02 01 01 16"
    assert answered(inverted, "DC 02 01 12 00 13") == "DC FE 01 12 02 00 00 15"
    inverted.cabinet.open_by_hand(inverted.cabinet.door(1, 12), 1.0)
    assert answered(inverted, "DC 02 01 12 00 13") == "DC FE 01 12 02 08 00 1D"


def test_the_version_and_open_all_are_answered() -> None:
    assert answered(device(), "DC 02 01 01 00 02") == "DC FE 01 01 02 10 00 14"
    [(at_s, frame)] = device().feed(bytes.fromhex("DC 02 01 14 00 15"), 10.0)
    assert frame == summed(0xFE, bytes([1, 0x14, 0x0F, 0xFF]))
    assert at_s > 10 + 12 * 0.3


def test_several_open_in_turn_or_at_once() -> None:
    made = device()
    made.feed(bytes.fromhex("DC 02 01 15 02 00 07 1F"), 10.0)
    made.cabinet.advance(10.2)
    assert [door.lock for door in made.cabinet.doors if door.open] == [1]
    made = device()
    made.feed(bytes.fromhex("DC 02 01 18 02 00 07 22"), 10.0)
    made.cabinet.advance(10.2)
    assert [door.lock for door in made.cabinet.doors if door.open] == [1, 2, 3]


def test_outputs_stay_on_until_they_are_put_off() -> None:
    made = device()
    made.feed(bytes.fromhex("DC 02 01 16 02 01 01 1B"), 10.0)
    assert made.cabinet.door(1, 1).energised_for_s(110.0) == pytest.approx(100.0)
    made.feed(bytes.fromhex("DC 02 01 1A 02 00 02 1F"), 110.0)
    assert made.cabinet.door(1, 1).energised_for_s(999.0) == pytest.approx(100.0)
    assert made.cabinet.door(1, 2).energised_for_s(210.0) == pytest.approx(100.0)


def test_a_jam_may_be_told() -> None:
    told = device("jammed:lock=1", own={"jam": "told"})
    assert answered(told, "DC 02 01 10 01 01 13") == "DC FE 01 10 02 01 00 14"
    assert answered(device("jammed:lock=1"), "DC 02 01 10 01 01 13") == "DC FE 01 10 02 01 01 15"


def test_a_request_in_pieces_and_behind_noise_is_served() -> None:
    made = device()
    assert answered(made, "99 DC DC 02 01", 10.0) == ""
    assert answered(made, "12 00 13", 10.01) == "DC FE 01 12 02 0F FF 23"


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        (0x02, "01 10 01", "pulse 1:1"),
        (0x02, "0F 12", "read all doors of board 15"),
        (0x02, "01 16 01 01", "output 1:1: 01"),
        (0x02, "01 77", "unknown request"),
        (0xFE, "01 12 08 01", "all doors of board 1: 08 01"),
        (0xFE, "01 11 05 00", "door 1:5: 00"),
        (0xFE, "01 16 01", "answer 01"),
    ],
)
def test_the_trace_says_what_frames_mean(head: int, body: str, told: str) -> None:
    frame = summed(head, bytes.fromhex(body))
    assert meaning(frame, from_host=head == 0x02) == told
    assert meaning(frame[:-1], from_host=head == 0x02) == "no whole frame"


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("DC 02 01 10 01 01 13", "DC FE 01 10 02 01 00 14"),
        ("DC 02 01 14 00 15", "DC FE 01 14 02 00 00 17"),
        ("DC 02 01 16 02 01 01 1B", "DC FE 01 16 01 00 18"),
    ],
)
def test_what_is_refused_moves_nothing(request_: str, answer: str) -> None:
    made = device("refused")
    assert answered(made, request_) == answer
    assert not any(door.pulses for door in made.cabinet.doors)
