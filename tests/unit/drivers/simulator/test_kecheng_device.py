"""The simulated Kecheng board, against the published frames and not against the codec."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from drivers.simulator.kecheng import meaning
from tests.unit.drivers.simulator import simulated
from tests.unit.drivers.simulator.simulated import answered

device = partial(simulated.device, "kecheng")


def test_published_requests_get_their_published_answers() -> None:
    made = device()
    assert answered(made, "8A 01 01 33 B9") == "8A 01 01 11 9B"
    assert answered(made, "80 01 00 33 B2", 10.01) == "80 01 FF FF FF 33 4D"
    assert answered(device(shorted_means_shut=False), "8A 01 04 33 BC") == "8A 01 04 00 8F"


def test_older_firmware_opens_by_11_and_by_nothing_else() -> None:
    old, new = device(own={"unlock": "11"}), device()
    for made, request, pulses in (
        (old, "8A 01 01 11 9B", 1),
        (old, "8A 01 01 33 B9", 0),
        (new, "8A 01 01 33 B9", 1),
        (new, "8A 01 01 11 9B", 0),
    ):
        before = made.cabinet.door(1, 1).pulses
        made.feed(bytes.fromhex(request), 10.0)
        assert made.cabinet.door(1, 1).pulses - before == pulses


def test_open_all_fires_in_turn_and_answers_9e_at_the_end() -> None:
    made = device(shorted_means_shut=False)
    [(at_s, frame)] = made.feed(bytes.fromhex("9D010133AE"), 10.0)
    assert frame.hex(" ").upper() == "9E 01 00 00 00 9F"
    assert at_s > 10 + 24
    assert [door.pulses for door in made.cabinet.doors] == [1] * 24


@pytest.mark.parametrize("request_", ["7C0101037F", "7A01013349", "7F0101116E"])
def test_the_other_ways_to_open_open(request_: str) -> None:
    made = device()
    assert answered(made, request_).replace(" ", "") == request_
    assert made.cabinet.door(1, 1).pulses == 1


def test_the_unlock_time_is_kept_and_acknowledged_or_not() -> None:
    for word, answer in (("yes", "7E 01 01 05 7B"), ("no", "")):
        made = device(own={"acknowledge": word})
        assert answered(made, "7E 01 01 05 7B") == answer
        made.feed(bytes.fromhex("8A010133B9"), 11.0)
        assert made.cabinet.door(1, 1).energised_s == pytest.approx(5.0)


def test_settings_and_firmware_move_nothing() -> None:
    made = device()
    for request in ("8D0101018C", "8D0101008D", "82010022A1", "82010044C7", "80010133B3"):
        assert answered(made, request)
    assert answered(made, "82 01 00 22 A1", 11.0) == "82 01 00 AB 28"
    assert not any(door.pulses for door in made.cabinet.doors)


def test_a_lock_without_feedback_reads_one() -> None:
    made = device(channels=8)
    made.cabinet.open_by_hand(made.cabinet.door(1, 1), 1.0)
    assert answered(made, "80 01 00 33 B2") == "80 01 FF FF FE 33 4C"


@pytest.mark.parametrize(
    ("settings", "packed"),
    [
        ({}, "FF FF FB"),
        ({"first_byte_is_locks_1_to_8": True}, "FB FF FF"),
        ({"shorted_means_shut": False}, "00 00 04"),
        ({"shorted_means_shut": False, "bit_set_means_shorted": False}, "FF FF FB"),
    ],
)
def test_the_packed_doors_follow_the_wiring(settings: dict[str, Any], packed: str) -> None:
    made = device(**settings)
    made.cabinet.open_by_hand(made.cabinet.door(1, 3), 1.0)
    assert answered(made, "80 01 00 33 B2")[6:14] == packed


def test_the_trace_says_what_frames_mean() -> None:
    assert meaning(bytes.fromhex("8A010133B9"), from_host=True) == "pulse 1:1"
    assert meaning(bytes.fromhex("80010033B2"), from_host=True) == "read all doors of board 1"
    told = meaning(bytes.fromhex("8001FFFFFF334D"), from_host=False)
    assert told == "all doors of board 1: FF FF FF"
    told = meaning(bytes.fromhex("9E010000009F"), from_host=False)
    assert told == "all doors of board 1: 00 00 00"
    assert meaning(b"\x01", from_host=True) == "no whole frame"
