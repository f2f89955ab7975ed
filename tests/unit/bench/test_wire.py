"""What is taken off an unlock, and what is not: traces written by hand."""

from __future__ import annotations

import pytest

from drivers.simulator.control import TraceLine
from tests.bench.wire import NoPulseError, exchanges, overlap, unlock

GAP_S = 0.005
QUERY, REPLY, PULSE = "80 01 00 33 B2", "80 01 00 00 00 33 B2", "8A 01 07 11 9D"


def line(first_at: float, last_at: float, direction: str, text: str) -> TraceLine:
    return TraceLine(0, first_at, last_at, direction, text, "")


def query(at: float) -> list[TraceLine]:
    """5 bytes, 20 ms, 7 bytes, roughly: on the wire for 32 ms."""
    return [line(at, at + 0.005, "in", QUERY), line(at + 0.025, at + 0.032, "out", REPLY)]


def pulse(at: float) -> list[TraceLine]:
    return [line(at, at + 0.005, "in", PULSE), line(at + 0.025, at + 0.030, "out", PULSE)]


def test_a_free_bus_takes_nothing_off() -> None:
    seen = unlock([*query(0.0), *pulse(0.103)], code_ended=0.100, gap_s=GAP_S)
    assert seen.unlock_s == seen.raw_s == pytest.approx(0.003)
    assert seen.begun_before_pulse == 0


def test_a_frame_on_the_wire_is_taken_off_with_its_gap() -> None:
    # On the wire from 0.090 to 0.122, and no frame may begin before 0.127.
    seen = unlock([*query(0.090), *pulse(0.128)], code_ended=0.100, gap_s=GAP_S)
    assert seen.raw_s == pytest.approx(0.028)
    assert seen.bus_wait_s == pytest.approx(0.027)
    assert seen.unlock_s == pytest.approx(0.001)


def test_a_frame_that_ends_while_we_are_still_thinking_takes_off_only_its_own_time() -> None:
    seen = unlock([*query(0.064), *pulse(0.110)], code_ended=0.100, gap_s=GAP_S)
    assert seen.bus_wait_s == pytest.approx(0.001)
    assert seen.unlock_s == pytest.approx(0.009)


def test_a_frame_begun_after_the_code_ended_is_ours_and_counted() -> None:
    seen = unlock([*query(0.101), *pulse(0.139)], code_ended=0.100, gap_s=GAP_S)
    assert seen.bus_wait_s == 0
    assert seen.unlock_s == pytest.approx(0.039)
    assert seen.begun_before_pulse == 1


def test_a_pulse_that_came_before_the_code_ended_is_not_the_one_looked_for() -> None:
    seen = unlock([*pulse(0.050), *pulse(0.150)], code_ended=0.100, gap_s=GAP_S)
    assert seen.raw_s == pytest.approx(0.050)


def test_the_reply_to_an_earlier_pulse_still_takes_the_bus() -> None:
    seen = unlock([*pulse(0.090), *pulse(0.130)], code_ended=0.100, gap_s=GAP_S)
    assert seen.bus_wait_s == pytest.approx(0.025)


def test_without_a_pulse_there_is_nothing_to_measure() -> None:
    with pytest.raises(NoPulseError, match="no pulse"):
        unlock(query(0.110), code_ended=0.100, gap_s=GAP_S)


def test_a_request_without_a_reply_holds_the_bus_for_its_own_bytes_and_the_gap() -> None:
    (lonely,) = exchanges([line(0.0, 0.005, "in", QUERY)], gap_s=GAP_S)
    assert not lonely.answered
    assert lonely.taken_until == pytest.approx(0.010)


def test_lines_are_paired_in_order_of_time_whatever_their_order_in_the_trace() -> None:
    scanned = line(0.0, 0.3, "scan", "00")
    first, second = exchanges([*reversed(query(0.2)), scanned, *query(0.1)], gap_s=GAP_S)
    assert (first.first_at, second.first_at) == (0.1, 0.2)
    assert first.wire_s == pytest.approx(0.032)


def test_spans_that_only_touch_do_not_overlap() -> None:
    assert overlap((0.0, 1.0), (1.0, 2.0)) == 0.0
    assert overlap((0.0, 3.0), (1.0, 2.0)) == 1.0
