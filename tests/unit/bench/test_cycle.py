"""What a cycle took, and what it needed: traces written by hand."""

from __future__ import annotations

import pytest

from drivers.simulator.control import TraceLine
from tests.bench.cycle import LineFacts, cycles

FACTS = LineFacts(byte_s=0.001, gap_s=0.005, reply_delay_s=0.020)
QUERY, REPLY, PULSE = "80 01 00 33 B2", "80 01 00 00 00 33 B2", "8A 01 07 11 9D"


def line(at: float, direction: str, text: str, meaning: str = "") -> TraceLine:
    return TraceLine(0, at, at + 0.005, direction, text, meaning)


def test_a_cycle_needs_its_bytes_the_boards_delay_and_the_gap() -> None:
    trace = [line(0.0, "in", QUERY), line(0.025, "out", REPLY), line(0.040, "in", QUERY)]
    (cycle,) = cycles(trace, FACTS)
    assert cycle.took_s == pytest.approx(0.040)
    assert cycle.needed_s == pytest.approx(12 * 0.001 + 0.020 + 0.005)


def test_pulses_unanswered_questions_and_the_last_one_are_no_cycles() -> None:
    trace = [
        line(0.0, "in", PULSE, "pulse 1:7"), line(0.025, "out", PULSE),
        line(0.100, "in", QUERY), line(0.400, "in", QUERY), line(0.425, "out", REPLY),
    ]  # fmt: skip
    assert cycles(trace, FACTS) == []


def test_an_answer_in_two_pieces_is_one_cycle() -> None:
    trace = [
        line(0.0, "in", QUERY), line(0.025, "out", "80 01"), line(0.035, "out", "00 00 00 33 B2"),
        line(0.050, "in", QUERY),
    ]  # fmt: skip
    (cycle,) = cycles(trace, FACTS)
    assert (cycle.took_s, cycle.needed_s) == pytest.approx((0.050, 0.037))
