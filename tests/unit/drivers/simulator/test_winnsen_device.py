"""The simulated board of family D, against the published frames and not against the codec."""

from __future__ import annotations

from functools import partial

import pytest

from drivers.simulator.winnsen import meaning
from tests.unit.drivers.simulator import simulated
from tests.unit.drivers.simulator.simulated import answered, open_all

device = partial(simulated.device, "winnsen")


def test_published_requests_get_their_published_answers() -> None:
    made = device()
    assert answered(made, "90 06 05 01 05 03") == "90 07 85 01 05 01 03"
    assert answered(device(), "90 07 02 01 FF FF 03") == "90 07 82 01 00 00 03"
    made = device()
    made.cabinet.open_by_hand(made.cabinet.door(1, 1), 1.0)
    assert answered(made, "90 07 02 01 FF FF 03") == "90 07 82 01 01 00 03"
    open_all(made)
    assert answered(made, "90 07 02 01 FF FF 03") == "90 07 82 01 FF FF 03"


def test_a_jam_that_is_told_is_the_published_failure() -> None:
    made = device("jammed:lock=3", own={"jam": "told"})
    assert answered(made, "90 06 05 01 03 03") == "90 07 85 01 03 00 03"
    assert not made.cabinet.door(1, 3).open


def test_locks_outside_the_mask_read_zero() -> None:
    made = device(boards=(2,))
    open_all(made)
    assert answered(made, "90 07 02 02 FF 0F 03") == "90 07 82 02 FF 0F 03"
    assert answered(made, "90 07 02 02 01 80 03") == "90 07 82 02 01 80 03"


def test_the_other_project_answers_single_readings_only() -> None:
    made = device(boards=(0,), own={"reads": "single"})
    assert answered(made, "90 06 12 00 05 03") == "90 07 92 00 05 00 03"
    made.cabinet.open_by_hand(made.cabinet.door(0, 5), 1.0)
    assert answered(made, "90 06 12 00 05 03") == "90 07 92 00 05 01 03"
    assert answered(made, "90 07 02 00 FF FF 03") == ""
    assert answered(device(), "90 06 12 01 05 03") == ""


def test_some_boards_add_a0() -> None:
    made = device(own={"reply-offset": "A0", "reads": "both"})
    assert answered(made, "90 06 05 01 05 03") == "90 07 A5 01 05 01 03"
    assert answered(made, "90 07 02 01 FF FF 03") == "90 07 A2 01 00 00 03"


def test_the_other_kind_of_contact_tells_the_reverse() -> None:
    made = device(own={"contact": "short-when-locked"})
    assert answered(made, "90 07 02 01 FF FF 03") == "90 07 82 01 FF FF 03"


def test_a_request_in_pieces_and_behind_noise_is_served() -> None:
    made = device(boards=(3,))
    assert answered(made, "99 90 07 02", 10.0) == ""
    assert answered(made, "03 03 03 03", 10.01) == "90 07 82 03 00 00 03"


def test_without_unlock_replies_the_door_opens_all_the_same() -> None:
    made = device(answers_unlock=False)
    assert answered(made, "90 06 05 01 05 03") == ""
    made.cabinet.advance(11.0)
    assert made.cabinet.door(1, 5).open


@pytest.mark.parametrize(
    ("hex_", "from_host", "told"),
    [
        ("90 06 05 01 05 03", True, "pulse 1:5"),
        ("90 07 02 02 FF 0F 03", True, "read doors of station 2, mask 0FFF"),
        ("90 06 12 01 05 03", True, "read door 1:5"),
        ("90 07 85 01 05 01 03", False, "pulse answer 1:5: 01"),
        ("90 07 A2 01 01 00 03", False, "doors of station 1: bits 0001"),
        ("90 07 92 01 05 00 03", False, "door 1:5: 00"),
        ("90 07 85 01", False, "no whole frame"),
    ],
)
def test_the_trace_says_what_frames_mean(hex_: str, from_host: bool, told: str) -> None:  # noqa: FBT001
    assert meaning(bytes.fromhex(hex_), from_host=from_host) == told
