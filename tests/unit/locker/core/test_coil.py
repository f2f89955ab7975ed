"""A coil is never fed too often: its rest, and the limit within a window, across restarts."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import Choice, Purpose
from locker.core import input as i
from locker.core.input import Settings
from tests.unit.locker.core.bench_cabinet import BenchCabinet

FEW = Settings(coil_pulses=2, coil_window_s=60.0)


def prepared(settings: Settings = FEW) -> tuple[BenchCabinet, int]:
    """Give a cabinet whose box 1 was opened by a collection that took nothing, twice allowed."""
    cabinet = BenchCabinet(settings=settings)
    box = cabinet.deposit("g1", "c1")
    cabinet.wait(60.0, step_s=1.0)
    cabinet.put_grant("g", Purpose.COLLECT, "c1", code="d")
    return cabinet, box


def open_and_take_nothing(cabinet: BenchCabinet) -> None:
    cabinet.ask(i.CodeTyped("d"))
    cabinet.shut(then=Choice.NOTHING)
    cabinet.wait(3.0)


def test_over_the_limit_it_is_a_refusal_and_never_a_pulse() -> None:
    cabinet, box = prepared()
    open_and_take_nothing(cabinet)
    open_and_take_nothing(cabinet)
    committed = len(cabinet.events(e.AttemptCommitted))
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "COOLING"
    assert cabinet.events(e.CredentialRefused)[-1].failure == Failure.COOLING
    assert not cabinet.wire
    cabinet.wait(50.0, step_s=1.0)
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "COOLING"
    cabinet.wait(12.0, step_s=1.0)
    cabinet.tell(i.CodeTyped("d"))
    assert len(cabinet.events(e.AttemptCommitted)) == committed + 1
    assert cabinet.visit.compartment == box


@pytest.mark.parametrize("trusted", [True, False])
def test_a_restart_forgets_no_pulse(*, trusted: bool) -> None:
    cabinet, _ = prepared()
    open_and_take_nothing(cabinet)
    open_and_take_nothing(cabinet)
    cabinet.clock.trusted = trusted
    cabinet.plug(off_s=10.0)
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "COOLING"


def test_a_clock_that_stands_before_the_pulses_counts_them_as_just_now() -> None:
    cabinet, _ = prepared()
    open_and_take_nothing(cabinet)
    open_and_take_nothing(cabinet)
    cabinet.clock.trusted = False
    cabinet.clock.wall -= 86_400.0
    cabinet.plug(off_s=600.0)
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "COOLING"


def test_a_start_long_after_with_a_clock_that_nobody_believes_keeps_no_lock_shut() -> None:
    cabinet, box = prepared()
    open_and_take_nothing(cabinet)
    open_and_take_nothing(cabinet)
    cabinet.clock.trusted = False
    cabinet.plug(off_s=600.0)
    cabinet.wait(4.0)
    cabinet.ask(i.CodeTyped("d"))
    assert cabinet.visit.compartment == box
    assert cabinet.phase().value == "open"


def test_a_pulse_that_was_not_sent_warms_nothing() -> None:
    cabinet, box = prepared()
    cabinet.reply = i.PulseResult.NOT_SENT
    for _ in range(3):
        before = cabinet.box(box).pulses, cabinet.box(box).pulsed_at
        cabinet.tell(i.CodeTyped("d"))
        cabinet.wait(2.1)
        cabinet.choose(Choice.LEAVE)
        assert (cabinet.box(box).pulses, cabinet.box(box).pulsed_at) == before
    cabinet.reply = i.PulseResult.ACKNOWLEDGED
    cabinet.ask(i.CodeTyped("d"))
    assert cabinet.phase().value == "open"


def test_in_a_visit_a_hot_lock_is_refused_and_does_not_spring_open_later() -> None:
    cabinet, box = prepared()
    cabinet.doors[box].jammed = True
    cabinet.tell(i.CodeTyped("d"))
    cabinet.wait(3.2)
    cabinet.choose(Choice.REOPEN)
    cabinet.wait(3.2)
    committed = len(cabinet.events(e.AttemptCommitted))
    cabinet.choose(Choice.REOPEN)
    assert cabinet.refusal() == "COOLING"
    cabinet.wait(40.0, step_s=1.0)
    assert len(cabinet.events(e.AttemptCommitted)) == committed


def test_every_pulse_of_a_lock_is_counted_for_ever() -> None:
    cabinet, box = prepared(Settings())
    before = cabinet.box(box).pulses
    for _ in range(3):
        open_and_take_nothing(cabinet)
    cabinet.plug()
    assert cabinet.box(box).pulses == before + 3


def test_a_hot_lock_is_given_to_nobody_who_brings_papers() -> None:
    cabinet = BenchCabinet(count=1, settings=Settings(coil_pulses=1, keep_for_drop_off=0))
    cabinet.deposit("g1", "c1")
    cabinet.put_grant("out", Purpose.TAKE_OUT, "c1")
    cabinet.wait(60.0, step_s=1.0)
    cabinet.sign_in()
    cabinet.ask(i.StaffDoorAsked(1))
    cabinet.take_all()
    cabinet.wait(9.0, step_s=1.0)
    cabinet.put_grant("g2", Purpose.DEPOSIT, "c2")
    cabinet.command("g2")
    assert cabinet.refusal() == "CABINET_FULL"
