"""The simulated board of family A, against the published frames and not against the codec."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from drivers.simulator.cabinet import Cabinet
from drivers.simulator.device import Device
from drivers.simulator.fault import FaultError
from drivers.simulator.shuoming import meaning, with_checksum
from tests.unit.drivers.simulator import simulated

device = partial(simulated.device, "shuoming")

PULSE_1 = bytes.fromhex("8A0101119B")
QUERY_ALL = bytes.fromhex("80010033B2")
ALL_SHUT = bytes.fromhex("8001FFFFFF334D")


def answered(made: Device, request: str | bytes, now_s: float = 10.0) -> bytes:
    data = bytes.fromhex(request) if isinstance(request, str) else request
    return b"".join(frame for _, frame in made.feed(data, now_s))


def test_published_requests_get_their_published_answers() -> None:
    made = device(shorted_means_shut=False)
    assert answered(made, "80 01 01 33 B3") == bytes.fromhex("8001010080")
    assert answered(made, "80 01 00 33 B2") == bytes.fromhex("800100000033B2")
    assert answered(made, "8A 01 01 11 9B") == bytes.fromhex("8A0101008A")
    assert answered(made, "8A 01 0C 11 96") == bytes.fromhex("8A010C0087")
    assert answered(made, "80 01 00 99 18") == bytes.fromhex("8001019919")


def test_where_the_contact_is_short_when_locked_the_answer_is_the_request() -> None:
    assert answered(device(), PULSE_1) == PULSE_1


def test_a_door_opens_some_time_after_its_pulse() -> None:
    made = device()
    made.feed(PULSE_1, 10.0)
    assert not made.cabinet.door(1, 1).open
    made.cabinet.advance(10.2)
    assert made.cabinet.door(1, 1).open
    assert answered(made, QUERY_ALL, 10.2) == with_checksum(bytes.fromhex("8001FFFFFE33"))


def test_the_answer_begins_after_the_reply_delay() -> None:
    [(at_s, _)] = device(reply_delay_s=0.2).feed(QUERY_ALL, 10.0)
    assert at_s == pytest.approx(10.2)


def test_an_eight_channel_board_answers_with_three_bytes() -> None:
    assert answered(device(channels=8, shorted_means_shut=False), QUERY_ALL) == bytes.fromhex(
        "800100000033B2"
    )


@pytest.mark.parametrize(
    ("settings", "hex_"),
    [
        ({}, "80 01 FF FF FB 33"),
        ({"first_byte_is_locks_1_to_8": True}, "80 01 FB FF FF 33"),
        ({"shorted_means_shut": False}, "80 01 00 00 04 33"),
        ({"bit_set_means_shorted": False}, "80 01 00 00 04 33"),
        ({"own": {"status-bytes": "4"}}, "80 01 00 FF FF FB 33"),
    ],
)
def test_the_packed_doors_follow_the_wiring(settings: dict[str, Any], hex_: str) -> None:
    made = device(**settings)
    made.cabinet.open_by_hand(made.cabinet.door(1, 3), 1.0)
    assert answered(made, QUERY_ALL) == with_checksum(bytes.fromhex(hex_))


def test_a_request_in_pieces_and_behind_noise_is_served() -> None:
    made = device()
    assert answered(made, b"\x80\x99" + QUERY_ALL[:2], 10.0) == b""
    assert answered(made, QUERY_ALL[2:], 10.01) == ALL_SHUT


def test_half_a_request_is_forgotten_after_a_pause() -> None:
    made = device()
    made.feed(QUERY_ALL[:3], 10.0)
    assert answered(made, QUERY_ALL[3:], 11.0) == b""
    assert answered(made, QUERY_ALL, 12.0) == ALL_SHUT


def test_open_all_fires_the_locks_in_turn_and_answers_at_the_end() -> None:
    made = device()
    [(at_s, frame)] = made.feed(bytes.fromhex("8A0100119A"), 10.0)
    assert frame == bytes.fromhex("8A0100119A")
    assert at_s > 10 + 24 * 0.3
    springs = [door.springs_at_s for door in made.cabinet.doors]
    assert springs == sorted(springs, key=lambda s: s or 0)


def test_open_for_seconds_energises_for_seconds() -> None:
    made = device()
    made.feed(bytes.fromhex("8A010111059E"), 10.0)
    assert made.cabinet.door(1, 1).energised_s == pytest.approx(5.0)


def test_boards_on_one_bus_answer_for_themselves() -> None:
    made = device(boards=(1, 2))
    made.feed(bytes.fromhex("8A020C1195"), 10.0)
    assert [(d.board, d.lock) for d in made.cabinet.doors if d.pulses] == [(2, 12)]


def test_a_silent_board_neither_acts_nor_answers() -> None:
    made = device("silent")
    assert answered(made, PULSE_1) == b""
    assert made.cabinet.door(1, 1).pulses == 0


@pytest.mark.parametrize("fault", ["reply-lost", "no-unlock-reply"])
def test_a_lost_reply_does_not_stop_the_door(fault: str) -> None:
    made = device(fault)
    assert answered(made, PULSE_1) == b""
    made.cabinet.advance(11.0)
    assert made.cabinet.door(1, 1).open


def test_without_unlock_replies_queries_are_still_answered() -> None:
    made = device(answers_unlock=False)
    assert answered(made, PULSE_1) == b""
    assert answered(made, QUERY_ALL, 10.01) == ALL_SHUT


def test_a_jammed_door_answers_and_stays_shut() -> None:
    made = device("jammed:lock=1")
    assert answered(made, PULSE_1) == PULSE_1
    made.cabinet.advance(20.0)
    assert not made.cabinet.door(1, 1).open
    assert made.cabinet.door(1, 1).energised_s > 0


def test_a_stuck_contact_tells_the_same_for_ever() -> None:
    made = device("stuck-shut:lock=1", "stuck-open:lock=2")
    made.cabinet.open_by_hand(made.cabinet.door(1, 1), 1.0)
    assert answered(made, QUERY_ALL) == with_checksum(bytes.fromhex("8001FFFFFD33"))


def test_a_flickering_contact_changes() -> None:
    made = device("flicker:lock=1,period_ms=50")
    told = {answered(made, "80 01 01 33 B3", 10 + n * 0.05) for n in range(4)}
    assert len(told) == 2


def test_garbage_comes_before_the_answer_and_a_glued_report_too() -> None:
    assert answered(device("garbage"), QUERY_ALL) == bytes.fromhex("FAFD9999") + ALL_SHUT
    assert answered(device("glued"), QUERY_ALL) == bytes.fromhex("8101011190") + ALL_SHUT


def test_a_split_answer_pauses_inside() -> None:
    (first_s, first), (second_s, second) = device("split:at=3,pause_ms=40").feed(QUERY_ALL, 10.0)
    assert first + second == ALL_SHUT
    assert second_s - first_s == pytest.approx(3 * 10 / 9600 + 0.040)


def test_a_late_answer_stays_in_order_before_the_next() -> None:
    made = device("late:delay_ms=500,count=1")
    [(late_s, _)] = made.feed(QUERY_ALL, 10.0)
    [(next_s, _)] = made.feed(QUERY_ALL, 10.1)
    assert late_s == pytest.approx(10.52)
    assert next_s >= late_s + 7 * 10 / 9600


def test_an_echo_comes_before_the_answer() -> None:
    assert answered(device("echo"), QUERY_ALL) == QUERY_ALL + ALL_SHUT


def test_a_corrupt_answer_has_a_wrong_checksum() -> None:
    frame = answered(device("corrupt"), QUERY_ALL)
    assert frame[:-1] == ALL_SHUT[:-1]
    assert frame != ALL_SHUT


def test_door_changes_are_reported_where_the_board_does_so() -> None:
    door = Cabinet({1: 24}, seed=1).door(1, 4)
    assert device().report(door, 10.0) == []
    [(_, frame)] = device(own={"report-head": "82"}, shorted_means_shut=False).report(door, 10.0)
    assert frame == with_checksum(bytes.fromhex("82010400"))
    [(_, frame)] = device("auto-report:head=0x81", shorted_means_shut=False).report(door, 10.0)
    assert frame == bytes.fromhex("8101040084")


def test_the_trace_says_what_frames_mean() -> None:
    assert meaning(PULSE_1, from_host=True) == "pulse 1:1"
    assert meaning(QUERY_ALL, from_host=True) == "read all doors of board 1"
    assert meaning(ALL_SHUT, from_host=False) == "all doors of board 1: FF FF FF"
    assert meaning(bytes.fromhex("8101011190"), from_host=False) == "report 1:1: contact shorted"
    assert meaning(b"\x01\x02", from_host=True) == "no whole frame"


def test_a_board_without_words_for_no_cannot_refuse() -> None:
    with pytest.raises(FaultError, match="no fault 'refused'"):
        device("refused")
