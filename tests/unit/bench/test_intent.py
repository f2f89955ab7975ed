"""The witness of the kills: it finds every kind of pulse that must not be, and no other."""

from __future__ import annotations

from drivers.simulator.control import TraceLine
from locker.contract.chain import GENESIS, Stamp, seal
from tests.bench.intent import Intent, Pulse, broken_promises, intents_of, pulses_of

INTENTS = [Intent("a1", 10.0, 3), Intent("a2", 20.0, 3), Intent("a3", 30.0, 4)]


def test_a_pulse_soon_after_its_intent_is_explained() -> None:
    assert broken_promises([Pulse(10.01, 3), Pulse(30.2, 4)], INTENTS, [15.0, 25.0, 35.0]) == []


def test_an_intent_that_was_never_pulsed_breaks_nothing() -> None:
    assert broken_promises([], INTENTS, [15.0]) == []


def test_a_pulse_without_an_intent_for_its_lock_is_found() -> None:
    assert len(broken_promises([Pulse(10.01, 9)], INTENTS, [15.0])) == 1


def test_a_pulse_before_its_intent_is_found() -> None:
    assert len(broken_promises([Pulse(9.9, 3)], INTENTS, [15.0])) == 1


def test_a_second_pulse_of_one_intent_is_found() -> None:
    assert len(broken_promises([Pulse(10.01, 3), Pulse(10.5, 3)], INTENTS, [15.0])) == 1


def test_a_pulse_that_a_restart_fired_is_found() -> None:
    """The daemon died at 10.1; what it had written by then may be read a little later."""
    assert broken_promises([Pulse(10.2, 3)], INTENTS, [10.1, 25.0]) == []
    assert len(broken_promises([Pulse(10.9, 3)], INTENTS, [10.1, 25.0])) == 1


def test_pulses_are_read_from_the_wire_and_intents_from_the_journal() -> None:
    pulse = TraceLine(1, 5.0, 5.01, "in", "8a0107119d", "")
    query = TraceLine(2, 6.0, 6.01, "in", "80010033b2", "")
    assert pulses_of([pulse, query]) == [Pulse(5.0, 7)]
    body = {"attempt": "a9", "visit": "v", "compartment": 7, "number": 1}
    entry = seal(
        journal="j", sequence=1, kind="attempt.committed", body=body,
        stamp=Stamp("b", 4990, 0.0, trusted=True), previous=GENESIS,
    )  # fmt: skip
    assert intents_of([entry]) == [Intent("a9", 4.99, 7)]
