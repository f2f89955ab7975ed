"""What people find at an open door: something in it, out of reach, too small, not theirs."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import (
    Choice,
    Condition,
    GrantState,
    Purpose,
    VisitOutcome,
    VisitPhase,
)
from locker.core import input as i
from tests.unit.locker.core.bench_cabinet import BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    return BenchCabinet()


def at_an_open_box(cabinet: BenchCabinet) -> int:
    cabinet.put_grant("g1", Purpose.DEPOSIT, "c1")
    cabinet.command("g1")
    cabinet.wait(0.3)
    assert cabinet.phase() is VisitPhase.OPEN
    return cabinet.visit.compartment


def test_something_in_the_box_gives_another_one_once_the_door_is_shut(
    cabinet: BenchCabinet,
) -> None:
    first = at_an_open_box(cabinet)
    cabinet.choose(Choice.OTHER_BOX)
    assert cabinet.visit.compartment == first  # its door stands open
    cabinet.shut()
    cabinet.wait(0.3)
    assert cabinet.visit.compartment != first
    assert cabinet.phase() is VisitPhase.OPEN
    assert cabinet.condition(first) is Condition.WITHHELD
    assert cabinet.events(e.HelpCalled)[-1].page == "other_box"
    cabinet.doors[cabinet.visit.compartment].content = "c1"
    cabinet.shut(then=Choice.CONFIRM)
    assert cabinet.condition(cabinet.visit.compartment) is Condition.OCCUPIED
    assert cabinet.grant_state("g1") is GrantState.USED


def test_a_wish_after_the_door_was_shut_is_carried_out_at_once(cabinet: BenchCabinet) -> None:
    first = at_an_open_box(cabinet)
    cabinet.shut(then=Choice.LOWER)
    cabinet.wait(0.3)
    assert cabinet.visit.compartment != first
    low = {place.number for place in cabinet.engine.places if place.low}
    assert cabinet.visit.compartment in low


def test_without_another_box_the_permission_is_still_good(cabinet: BenchCabinet) -> None:
    at_an_open_box(cabinet)
    for place in cabinet.engine.places:
        if cabinet.condition(place.number) is Condition.FREE:
            cabinet.doors[place.number].open = True
    cabinet.wait(0.5)
    cabinet.choose(Choice.OTHER_BOX)
    cabinet.shut()
    assert cabinet.refusal() == "CABINET_FULL"
    assert cabinet.grant_state("g1") is GrantState.LIVE


def test_what_is_not_mine_is_withheld_and_a_steward_called(cabinet: BenchCabinet) -> None:
    box = cabinet.deposit("g1", "c1")
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    cabinet.ask(i.CodeTyped("d2"))
    cabinet.choose(Choice.NOT_MINE)
    cabinet.shut()
    assert cabinet.visit.outcome is VisitOutcome.NOTHING
    assert cabinet.condition(box) is Condition.WITHHELD
    assert cabinet.events(e.HelpCalled)[-1].page == "not_mine"
    cabinet.wait(2.0)
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "NOT_READY"  # somebody else's papers lie there
    cabinet.sign_in()
    cabinet.ask(i.StaffDoorAsked(box))
    cabinet.shut(then=Choice.NOTHING)
    cabinet.wait(2.0)
    cabinet.ask(i.CodeTyped("d2"))
    assert cabinet.visit.grant == "g2"


def test_staff_get_a_larger_box_and_the_small_one_stays_free(cabinet: BenchCabinet) -> None:
    cabinet.sign_in()
    cabinet.put_grant("g1", Purpose.LOAD, "c1")
    cabinet.ask(i.LabelShown("c1"))
    small = cabinet.visit.compartment
    cabinet.choose(Choice.LARGER)  # not while its door is open
    cabinet.shut()
    assert cabinet.visit.compartment == small
    cabinet.choose(Choice.LARGER)
    cabinet.wait(0.3)
    size = {place.number: place.size for place in cabinet.engine.places}
    order = cabinet.engine.settings.sizes
    assert order.index(size[cabinet.visit.compartment]) > order.index(size[small])
    assert cabinet.condition(small) is Condition.FREE


def test_a_confirmed_visit_can_be_rated_once_by_one_touch(cabinet: BenchCabinet) -> None:
    cabinet.deposit("g1", "c1")
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    cabinet.ask(i.CodeTyped("d2"))
    visit = cabinet.visit.visit
    cabinet.choose(Choice.SATISFIED)  # the visit is not over
    cabinet.take_all()
    for choice in (Choice.SATISFIED, Choice.DISSATISFIED):
        cabinet.tell(i.Chosen(visit, choice))
    said = [event.choice for event in cabinet.events(e.PersonAnswered)]
    assert said[-2:] == [Choice.CONFIRM, Choice.SATISFIED]
    assert cabinet.engine.memory.visit is None


def test_who_takes_out_by_a_command_of_the_centre_rates_nothing(cabinet: BenchCabinet) -> None:
    cabinet.deposit("g1", "c1")
    cabinet.put_grant("g2", Purpose.TAKE_OUT, "c1")
    cabinet.ask(i.OpenCommanded("k9", "g2", 20.0, by="s1", reason="called for help"))
    visit = cabinet.visit.visit
    cabinet.take_all()
    cabinet.tell(i.Chosen(visit, Choice.SATISFIED))
    assert cabinet.events(e.PersonAnswered)[-1].choice is Choice.CONFIRM
