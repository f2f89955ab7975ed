"""Dropping off with no phone: what is printed, what it opens, and how often it is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import (
    Choice,
    Condition,
    GrantState,
    Purpose,
    SlipState,
    VisitPhase,
)
from locker.core import input as i
from locker.core.effect import PrintSlip
from locker.core.engine import Turn
from locker.core.memory import WalkInOffer
from tests.unit.locker.core.bench_cabinet import BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    return BenchCabinet()


def walk_in(cabinet: BenchCabinet, n: int = 1, *, low_door: bool = False) -> None:
    ask = i.WalkInAsked(f"w{n}", f"r{n}", f"cw{n}", f"{n}", "12345678", f"d{n}", low_door)
    cabinet.tell(ask)
    cabinet.tell(i.WalkInNoted())


def offer(cabinet: BenchCabinet) -> WalkInOffer | None:
    return cabinet.engine.memory.offer


def ask_for_a_number(cabinet: BenchCabinet, *, printer: bool = False) -> Turn:
    cabinet.engine.settings = replace(cabinet.engine.settings, prints_slips=printer)
    return cabinet.tell(i.WalkInAsked("w1", "r1", "cw1", "1", "12345678", "d1"))


def drop_off(cabinet: BenchCabinet, n: int = 1) -> int:
    walk_in(cabinet, n)
    cabinet.wait(0.3)
    box = cabinet.visit.compartment
    cabinet.doors[box].content = f"cw{n}"
    cabinet.shut(then=Choice.CONFIRM)
    return box


def test_the_code_takes_the_papers_back_until_staff_take_them_out(cabinet: BenchCabinet) -> None:
    box = drop_off(cabinet)
    cabinet.wait(3.0)
    cabinet.ask(i.CodeTyped("d1"))
    assert cabinet.visit.compartment == box
    cabinet.take_all()
    assert cabinet.condition(box) is Condition.FREE
    assert cabinet.events(e.WalkInAccepted) == [e.WalkInAccepted("cw1", "r1", "1")]


def test_the_code_is_never_journaled(cabinet: BenchCabinet) -> None:
    drop_off(cabinet)
    assert "12345678" not in repr(cabinet.journal.events)


def test_one_every_two_minutes(cabinet: BenchCabinet) -> None:
    drop_off(cabinet)
    cabinet.wait(100.0)
    walk_in(cabinet, 2)
    assert cabinet.refusal() == "WALK_IN_PAUSED"
    cabinet.wait(20.0)
    walk_in(cabinet, 2)
    assert cabinet.refusal() is None


def test_never_the_last_four_free_boxes(cabinet: BenchCabinet) -> None:
    for n in range(20):
        cabinet.deposit(f"x{n}", f"cx{n}")
    walk_in(cabinet)
    assert cabinet.refusal() == "WALK_IN_PAUSED"


def test_a_silent_board_is_named_as_the_cause(cabinet: BenchCabinet) -> None:
    cabinet.bus_silent = True
    cabinet.wait(3.0)
    walk_in(cabinet)
    assert cabinet.refusal() == "BOARD_SILENT"


def test_somebody_s_open_door_is_named_as_the_cause(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    walk_in(cabinet)
    assert cabinet.refusal() == "BUSY"
    assert not cabinet.events(e.WalkInAccepted)


def test_no_door_opens_before_the_number_was_taken(cabinet: BenchCabinet) -> None:
    ask_for_a_number(cabinet)
    cabinet.wait(60.0)
    assert not cabinet.events(e.AttemptCommitted)
    assert not cabinet.events(e.WalkInAccepted)
    cabinet.tell(i.WalkInNoted())
    assert offer(cabinet) is None
    cabinet.wait(0.3)
    assert cabinet.phase() is VisitPhase.OPEN


def test_a_number_that_nobody_takes_is_forgotten_and_good_for_nothing(
    cabinet: BenchCabinet,
) -> None:
    ask_for_a_number(cabinet)
    cabinet.wait(119.0)
    assert offer(cabinet) is not None
    cabinet.wait(1.5)
    assert offer(cabinet) is None
    cabinet.tell(i.WalkInNoted())
    assert cabinet.engine.memory.visit is None
    cabinet.tell(i.CodeTyped("d1"))
    assert cabinet.engine.memory.visit is None


def test_who_would_rather_not_leaves_nothing_behind(cabinet: BenchCabinet) -> None:
    ask_for_a_number(cabinet)
    cabinet.tell(i.WalkInDropped())
    assert offer(cabinet) is None
    walk_in(cabinet, 2)  # nobody waits two minutes for a number that was not used
    assert cabinet.refusal() is None


def test_the_slip_is_printed_before_the_door_and_a_lost_one_is_said(cabinet: BenchCabinet) -> None:
    turn = ask_for_a_number(cabinet, printer=True)
    assert [effect for effect in turn.effects if isinstance(effect, PrintSlip)] == [
        PrintSlip("1", "12345678")
    ]
    found = offer(cabinet)
    assert found is not None
    assert found.slip is SlipState.PRINTING
    cabinet.tell(i.SlipPrinted("another", SlipState.PRINTED))
    cabinet.tell(i.SlipPrinted("1", SlipState.NO_PAPER))
    found = offer(cabinet)
    assert found is not None
    assert found.slip is SlipState.NO_PAPER


def test_the_next_person_does_not_read_the_number_before(cabinet: BenchCabinet) -> None:
    ask_for_a_number(cabinet)
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    assert offer(cabinet) is None


@pytest.mark.parametrize("wall", [0.0, 1_900_000_000.0])
def test_it_works_on_a_clock_that_nobody_believes(cabinet: BenchCabinet, wall: float) -> None:
    cabinet.clock.trusted, cabinet.clock.wall = False, wall
    drop_off(cabinet)
    cabinet.clock.trusted, cabinet.clock.wall = True, cabinet.clock.floor
    cabinet.wait(3.0)
    cabinet.ask(i.CodeTyped("d1"))
    assert cabinet.grant_state("r1") is GrantState.USED


def test_who_asks_for_a_low_door_gets_one(cabinet: BenchCabinet) -> None:
    walk_in(cabinet, low_door=True)
    assert cabinet.places[cabinet.visit.compartment - 1].low
