"""The simulated board of family E, against the published frames and not against the codec."""

from __future__ import annotations

from functools import partial

import pytest

from drivers.simulator.wkly import finished, meaning
from tests.unit.drivers.simulator import simulated
from tests.unit.drivers.simulator.simulated import answered, open_all

device = partial(simulated.device, "wkly")

W = "57 4B 4C 59 "


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (W + "09 00 82 01 83", W + "0B 00 82 00 01 00 81"),
        (W + "09 00 83 01 82", W + "0B 00 83 00 01 00 80"),
        (W + "08 00 84 85", W + "22 00 84 00 18 " + "00 " * 24 + "B7"),
        (W + "08 00 86 87", W + "09 00 86 00 86"),
        (W + "0C 00 80 03 01 02 03 86", W + "09 00 80 00 80"),
        (W + "0C 00 87 03 01 02 03 81", W + "09 00 87 00 87"),
        (W + "09 00 81 01 80", W + "0A 00 81 00 01 83"),
    ],
)
def test_published_requests_get_their_published_answers(request_: str, answer: str) -> None:
    made = device()
    open_all(made)
    assert answered(made, request_) == answer


def test_the_published_report_is_of_a_door_that_was_shut() -> None:
    made = device()
    [(_, frame)] = made.report(made.cabinet.door(0, 1), 10.0)
    assert frame == bytes.fromhex(W + "0A 00 85 01 01 86")
    assert device(own={"reports": "off"}).report(made.cabinet.door(0, 1), 10.0) == []
    assert device("auto-report", own={"reports": "off"}).report(made.cabinet.door(0, 1), 10.0)


def test_several_open_at_once_or_in_turn() -> None:
    made = device()
    answered(made, W + "0C 00 80 03 01 02 03 86")
    made.cabinet.advance(10.2)
    assert [door.lock for door in made.cabinet.doors if door.open] == [1, 2, 3]
    made = device()
    [(at_s, _)] = made.feed(bytes.fromhex(W + "0C 00 87 03 01 02 03 81"), 10.0)
    assert at_s > 10.9
    made.cabinet.advance(10.2)
    assert [door.lock for door in made.cabinet.doors if door.open] == [1]


def test_a_lock_that_is_kept_on_stays_on_until_it_is_let_go() -> None:
    made = device()
    answered(made, W + "09 00 88 01 89")
    door = made.cabinet.door(0, 1)
    made.cabinet.advance(11.0)
    made.cabinet.shut(door, 3600.0)
    made.cabinet.advance(3601.0)
    assert door.open
    answered(made, W + "09 00 89 01 88", 3700.0)
    assert door.energised_for_s(9999.0) == pytest.approx(3690.0)


def test_the_answer_may_come_after_the_spring() -> None:
    made = device(own={"answer": "after-spring"})
    [(at_s, frame)] = made.feed(bytes.fromhex(W + "09 00 82 01 83"), 10.0)
    assert frame == bytes.fromhex(W + "0B 00 82 00 01 00 81")
    assert at_s == pytest.approx(10.32)
    [(_, frame)] = device().feed(bytes.fromhex(W + "09 00 82 01 83"), 10.0)
    assert frame == bytes.fromhex(W + "0B 00 82 00 01 01 80")


def test_a_jam_is_a_failure_or_a_door_still_shut() -> None:
    request = W + "09 00 82 01 83"
    assert (
        answered(device("jammed:lock=1", own={"jam": "told"}), request)
        == W + "0B 00 82 FF 01 FF 81"
    )
    assert answered(device("jammed:lock=1", own={"answer": "after-spring"}), request) == (
        W + "0B 00 82 00 01 01 80"
    )


def test_a_stuck_contact_tells_shut_after_the_spring_too() -> None:
    made = device("stuck-shut:lock=1", own={"answer": "after-spring"})
    assert answered(made, W + "09 00 82 01 83") == W + "0B 00 82 00 01 01 80"


def test_the_other_kind_of_contact_tells_the_reverse() -> None:
    made = device(shorted_means_shut=False)
    assert answered(made, W + "09 00 83 01 82") == W + "0B 00 83 00 01 00 80"


def test_a_head_that_begins_twice_and_a_request_in_pieces_are_served() -> None:
    made = device()
    open_all(made)
    assert answered(made, "57 57 4B 4C", 10.0) == ""
    assert answered(made, "59 09 00 83 01 82", 10.01) == W + "0B 00 83 00 01 00 80"


def test_reports_come_before_the_answer_where_a_fault_says_so() -> None:
    report = bytes.fromhex(W + "0A 00 85 01 01 86")
    answer = bytes.fromhex(W + "0B 00 83 00 01 01 81")
    [(_, frame)] = device("glued").feed(bytes.fromhex(W + "09 00 83 01 82"), 10.0)
    assert frame == report + answer


@pytest.mark.parametrize(
    ("body", "from_host", "told"),
    [
        ("00 82 01", True, "pulse 0:1"),
        ("03 84", True, "read all doors of board 3"),
        ("00 86", True, "pulse all of board 0"),
        ("00 88 02", True, "hold 0:2"),
        ("00 92 02", True, "unknown request"),
        ("00 84 00 02 00 01", False, "all doors of board 0: 00 01"),
        ("00 85 01 01", False, "report 0:1: 01"),
        ("00 82 FF 01 FF", False, "pulse answer of board 0: FF 01 FF"),
    ],
)
def test_the_trace_says_what_frames_mean(body: str, from_host: bool, told: str) -> None:  # noqa: FBT001
    assert meaning(finished(bytes.fromhex(body)), from_host=from_host) == told
    assert meaning(finished(bytes.fromhex(body))[:-1], from_host=from_host) == "no whole frame"


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("00 82 01", "00 82 FF 01 FF"),
        ("00 83 01", "00 83 FF 01 FF"),
        ("00 81 01", "00 81 FF 01"),
        ("00 86", "00 86 FF"),
        ("00 84", "00 84 FF 18" + " FF" * 24),
    ],
)
def test_a_refusal_is_ff_in_the_form_of_a_success(request_: str, answer: str) -> None:
    made = device("refused")
    [(_, frame)] = made.feed(finished(bytes.fromhex(request_)), 10.0)
    assert frame == finished(bytes.fromhex(answer))
    assert not any(door.pulses for door in made.cabinet.doors)
