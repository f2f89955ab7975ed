"""The simulated board of family G, against the published frames and not against the codec."""

from __future__ import annotations

from functools import partial

import pytest

from drivers.simulator.modbus_relay import finished, meaning
from tests.unit.drivers.simulator import simulated
from tests.unit.drivers.simulator.simulated import answered

device = partial(simulated.device, "modbus-relay")


@pytest.mark.parametrize(
    "frame",
    [
        "01 05 00 00 FF 00 8C 3A",
        "01 05 00 00 00 00 CD CA",
        "01 05 00 01 FF 00 DD FA",
        "01 05 00 03 00 00 3D CA",
        "01 05 00 FF FF 00 BC 0A",
        "01 05 00 FF 00 00 FD FA",
        "01 05 00 FF 55 00 C2 AA",
        "01 05 02 00 00 07 8D B0",
        "01 05 02 00 00 04 CD B1",
    ],
)
def test_published_writes_are_answered_by_their_own_bytes(frame: str) -> None:
    assert answered(device(), frame) == frame


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("01 01 00 00 00 08 3D CC", "01 01 01 00 51 88"),
        ("01 02 00 00 00 08 79 CC", "01 02 01 00 A1 88"),
        ("00 03 40 00 00 01 90 1B", "01 03 02 00 01 79 84"),
    ],
)
def test_published_readings_get_their_published_answers(request_: str, answer: str) -> None:
    assert answered(device(shorted_means_shut=False), request_) == answer


def test_thirty_two_relays_are_told_as_published() -> None:
    made = device(channels=32)
    made.feed(bytes.fromhex("01 05 00 18 FF 00") + finished(bytes.fromhex("010500 18FF00"))[6:], 5)
    read = finished(bytes.fromhex("01 01 00 00 00 20")).hex()
    assert answered(made, read) == "01 01 04 00 00 00 01 3A 11"
    made.feed(finished(bytes.fromhex("01 05 00 1E FF 00")), 15.0)
    assert answered(made, read, 16.0) == "01 01 04 00 00 00 41 3B E1"


def test_a_flash_ends_by_the_boards_own_clock() -> None:
    made = device()
    made.feed(bytes.fromhex("01 05 02 00 00 07 8D B0"), 10.0)
    assert made.cabinet.door(1, 1).energised_s == pytest.approx(0.7)
    assert answered(made, "01 01 00 00 00 08 3D CC", 10.5) == "01 01 01 01 90 48"
    assert answered(made, "01 01 00 00 00 08 3D CC", 10.8) == "01 01 01 00 51 88"


def test_a_relay_that_was_put_on_stays_on_when_the_host_is_gone() -> None:
    made = device()
    made.feed(bytes.fromhex("01 05 00 00 FF 00 8C 3A"), 10.0)
    door = made.cabinet.door(1, 1)
    assert door.energised_for_s(3610.0) == pytest.approx(3600.0)
    made.cabinet.advance(11.0)
    made.cabinet.shut(door, 3000.0)
    made.cabinet.advance(3001.0)
    assert door.open
    made.feed(bytes.fromhex("01 05 00 FF 00 00 FD FA"), 3610.0)
    assert door.energised_for_s(9999.0) == pytest.approx(3600.0)
    made.cabinet.shut(door, 9999.0)
    assert made.cabinet.next_move_s() is None


def test_all_relays_go_on_by_0f_and_may_be_toggled() -> None:
    made = device()
    assert answered(made, "01 0F 00 00 00 08 01 FF BE D5") == "01 0F 00 00 00 08 54 0D"
    assert answered(made, "01 01 00 00 00 08 3D CC", 10.1) == "01 01 01 FF 11 C8"
    made.feed(bytes.fromhex("01 05 00 FF 55 00 C2 AA"), 10.2)
    assert answered(made, "01 01 00 00 00 08 3D CC", 10.3) == "01 01 01 00 51 88"


def test_a_flash_off_fires_at_its_end() -> None:
    made = device()
    made.feed(finished(bytes.fromhex("01 05 04 02 00 05")), 10.0)
    made.cabinet.advance(10.4)
    assert not made.cabinet.door(1, 3).open
    made.cabinet.advance(10.7)
    assert made.cabinet.door(1, 3).open


def test_a_flash_that_is_put_off_ends_at_once() -> None:
    made = device()
    made.feed(bytes.fromhex("01 05 02 00 00 07 8D B0"), 10.0)
    made.feed(bytes.fromhex("01 05 00 FF 00 00 FD FA"), 10.2)
    assert made.cabinet.door(1, 1).energised_s == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ("01 04 00 00 00 08", 1),
        ("01 06 40 00 00 01", 1),
        ("01 02 00 00 00 09", 2),
        ("01 01 00 08 00 01", 2),
        ("01 05 02 08 00 02", 2),
        ("01 05 03 00 00 02", 2),
        ("01 03 12 34 00 01", 2),
        ("01 02 00 00 00 00", 3),
        ("01 05 00 01 01 00", 3),
        ("01 0F 00 00 00 10 01 FF", 2),
        ("01 0F 00 00 00 08 02 FF", 3),
    ],
)
def test_what_it_cannot_do_is_answered_with_an_exception(request_: str, code: int) -> None:
    made = device()
    body = bytes.fromhex(request_)
    expected = finished(bytes([1, body[1] + 0x80, code]))
    assert answered(made, finished(body).hex()) == expected.hex(" ").upper()
    assert not any(door.pulses for door in made.cabinet.doors)


def test_a_broadcast_is_obeyed_in_silence() -> None:
    made = device(boards=(1, 2))
    assert answered(made, finished(bytes.fromhex("00 05 02 02 00 02")).hex()) == ""
    assert [(d.board, d.lock) for d in made.cabinet.doors if d.pulses] == [(1, 3), (2, 3)]


def test_stray_bytes_before_a_request_or_a_pause_inside_it_and_it_is_silent() -> None:
    assert answered(device(), "99 01 02 00 00 00 08 79 CC") == ""
    made = device(shorted_means_shut=False)
    assert answered(made, "01 02 00 00", 10.0) == ""
    assert answered(made, "00 08 79 CC", 10.010) == ""
    assert answered(made, "01 02 00 00 00 08 79 CC", 10.1) == "01 02 01 00 A1 88"


def test_a_request_in_pieces_without_a_pause_is_served() -> None:
    made = device(shorted_means_shut=False)
    assert answered(made, "01 02 00 00", 10.0) == ""
    assert answered(made, "00 08 79 CC", 10.0 + 4 * 10 / 9600) == "01 02 01 00 A1 88"


def test_babble_is_bounded_and_forgotten_after_a_pause() -> None:
    made = device(shorted_means_shut=False)
    for n in range(50):
        assert made.feed(b"\x99" * 100, 10.0 + n * 100 * 10 / 9600) == []
    assert answered(made, "01 02 00 00 00 08 79 CC", 20.0) == "01 02 01 00 A1 88"


def test_boards_on_one_bus_answer_for_themselves() -> None:
    made = device(boards=(1, 2))
    made.feed(finished(bytes.fromhex("02 05 02 07 00 02")), 10.0)
    assert [(d.board, d.lock) for d in made.cabinet.doors if d.pulses] == [(2, 8)]
    assert answered(made, finished(bytes.fromhex("03 02 00 00 00 08")).hex(), 11.0) == ""


def test_a_relay_may_have_been_left_on() -> None:
    made = device(own={"left-on": "1"})
    assert answered(made, "01 01 00 00 00 08 3D CC") == "01 01 01 01 90 48"


@pytest.mark.parametrize(
    ("body", "from_host", "told"),
    [
        ("01 05 02 00 00 07", True, "pulse 1:1 for 700 ms"),
        ("01 05 02 00 00 07", False, "pulse 1:1 for 700 ms done"),
        ("01 05 00 FF 00 00", True, "all relays of board 1 off"),
        ("01 05 00 FF 55 00", True, "all relays of board 1 toggled"),
        ("01 05 00 03 FF 00", True, "relay 1:4: 00 03 FF 00"),
        ("02 02 00 00 00 08", True, "read inputs of board 2"),
        ("02 0F 00 00 00 08 01 FF", True, "unknown request"),
        ("02 02 01 81", False, "inputs of board 2: 81"),
        ("02 82 02", False, "board 2 refuses 02: exception 2"),
        ("01 0F 00 00 00 08", False, "answer"),
    ],
)
def test_the_trace_says_what_frames_mean(body: str, from_host: bool, told: str) -> None:  # noqa: FBT001
    assert meaning(finished(bytes.fromhex(body)), from_host=from_host) == told
    assert meaning(bytes.fromhex(body), from_host=from_host) == "no whole frame"
