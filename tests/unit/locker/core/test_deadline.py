"""Keeping time, recall, and clocks that jump, stop or are not believed."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import Capability, Choice, Condition, GrantState, Purpose
from locker.core import input as i
from locker.core.deadline import DAY_S
from locker.core.staff_round import recall_boxes
from locker.core.state import Draft
from tests.unit.locker.core.bench_cabinet import BenchCabinet
from tests.unit.locker.core.test_judge import claims

KEEP_S = 30 * DAY_S


def loaded(count: int = 1, *, settings: i.Settings | None = None) -> tuple[BenchCabinet, list[int]]:
    """Give a cabinet with envelopes that residents may fetch."""
    cabinet = BenchCabinet(settings=settings)
    cabinet.sign_in()
    boxes = []
    for n in range(count):
        boxes.append(cabinet.load(f"l{n}", f"e{n}"))
        cabinet.put_grant(f"col{n}", Purpose.COLLECT, f"e{n}", code=f"d{n}", life_s=KEEP_S)
    return cabinet, boxes


def later(cabinet: BenchCabinet, seconds: float) -> None:
    """Let the time pass at once, as the cabinet itself sees it."""
    cabinet.clock.pass_s(seconds)
    cabinet.read()
    cabinet.wait(0.1)


def overdue(cabinet: BenchCabinet) -> list[int]:
    return [box.number for box in recall_boxes(cabinet.engine.docket(cabinet.clock.moment()))]


def recall(cabinet: BenchCabinet, box: int, choice: Choice = Choice.CONFIRM) -> None:
    cabinet.tell(i.RecallAsked(box))
    if cabinet.refusal() is not None:
        return
    cabinet.wait(0.3)
    if choice is Choice.CONFIRM:
        cabinet.doors[box].content = None
    cabinet.shut(then=choice)
    cabinet.wait(2.1)


def test_what_was_kept_long_enough_is_taken_back_and_its_code_says_so() -> None:
    cabinet, (box,) = loaded()
    later(cabinet, KEEP_S - 60)
    assert not overdue(cabinet)
    later(cabinet, 61)
    assert overdue(cabinet) == [box]
    cabinet.sign_in()
    recall(cabinet, box)
    opened = cabinet.events(e.VisitOpened)[-1]
    assert (opened.purpose, opened.staff, opened.counted) == (Purpose.RECALL, "s1", False)
    moved = cabinet.events(e.ConsignmentMoved)[-1]
    assert (moved.how, moved.confirmed, moved.consignment) == ("taken_out", True, "e0")
    assert cabinet.condition(box) is Condition.FREE
    assert cabinet.grant_state("col0") is GrantState.REVOKED
    cabinet.tell(i.CodeTyped("d0"))
    assert cabinet.refusal() == "RECALLED"
    # A longer life that was under way meanwhile comes too late, and hides no reason.
    cabinet.put_grant("col0", Purpose.COLLECT, "e0", code="d0", life_s=2 * KEEP_S)
    cabinet.tell(i.RefusalSeen())
    cabinet.tell(i.CodeTyped("d0"))
    assert cabinet.refusal() == "RECALLED"


def test_nothing_is_taken_back_while_a_code_for_it_is_good() -> None:
    cabinet, (box,) = loaded()
    later(cabinet, KEEP_S + 1)
    assert overdue(cabinet) == [box]
    cabinet.put_grant("new", Purpose.COLLECT, "e0", code="n0", life_s=2 * KEEP_S)
    assert not overdue(cabinet)
    later(cabinet, 2 * KEEP_S - 1)
    assert not overdue(cabinet)
    later(cabinet, 2)
    assert overdue(cabinet) == [box]


def test_what_no_code_opens_any_more_may_be_taken_back() -> None:
    cabinet, (box,) = loaded()
    cabinet.put_grant("other", Purpose.COLLECT, "e0", code="o0", life_s=KEEP_S)
    cabinet.news(e.GrantRevoked("other", "withdrawn"))
    assert not overdue(cabinet)
    cabinet.news(e.GrantRevoked("col0", "withdrawn"))
    assert overdue(cabinet) == [box]
    recall(cabinet, box)
    cabinet.tell(i.CodeTyped("d0"))
    assert cabinet.refusal() == "CREDENTIAL_REVOKED", "withdrawn, and not for lying there too long"


def test_more_than_three_are_taken_back_by_one_person_in_walking_order() -> None:
    cabinet, boxes = loaded(5)
    later(cabinet, KEEP_S + 1)
    cabinet.sign_in()
    order = [place.number for place in sorted(cabinet.places, key=lambda place: place.order)]
    assert overdue(cabinet) == [n for n in order if n in boxes]
    for box in overdue(cabinet):
        recall(cabinet, box)
    assert not overdue(cabinet)


def test_what_is_not_overdue_is_not_taken_back_and_not_by_everybody() -> None:
    cabinet, (box,) = loaded()
    recall(cabinet, box)
    assert cabinet.refusal() == "NOT_FOUND"
    later(cabinet, KEEP_S + 1)
    cabinet.sign_in((Capability.TAKE_OUT,))
    recall(cabinet, box)
    assert cabinet.refusal() == "NOT_ALLOWED"
    assert cabinet.condition(box) is Condition.OCCUPIED


def test_nothing_taken_back_leaves_everything_as_it_was() -> None:
    cabinet, (box,) = loaded()
    later(cabinet, KEEP_S + 1)
    cabinet.sign_in()
    recall(cabinet, box, Choice.NOTHING)
    assert overdue(cabinet) == [box]
    assert cabinet.grant_state("col0") is GrantState.LIVE


def test_papers_that_residents_dropped_off_are_never_recalled() -> None:
    cabinet = BenchCabinet()
    cabinet.deposit("g", "c")
    later(cabinet, 10 * KEEP_S)
    assert not overdue(cabinet)


@pytest.mark.parametrize("outage", ["power", "board", "this box", "another box"])
def test_the_keeping_time_stands_still_while_nobody_could_open_the_door(outage: str) -> None:
    cabinet, (box,) = loaded()
    day_s = DAY_S
    match outage:
        case "power":
            cabinet.plug(off_s=day_s)
        case "board":
            cabinet.bus_silent = True
            cabinet.wait(3.0)
            later(cabinet, day_s)
            cabinet.bus_silent = False
        case _:
            target = box if outage == "this box" else box % 24 + 1
            cabinet.tell(i.ServiceAsked(target, in_service=False))
            later(cabinet, day_s)
            cabinet.sign_in()
            cabinet.tell(i.ServiceAsked(target, in_service=True))
    cabinet.wait(0.3)
    later(cabinet, KEEP_S - day_s / 2)
    assert overdue(cabinet) == ([box] if outage == "another box" else [])
    later(cabinet, day_s / 2 + 60)
    assert overdue(cabinet) == [box]


@pytest.mark.parametrize("off_s", [None, 40.0])
@pytest.mark.parametrize(("past_s", "refused"), [(-0.5, None), (1.0, "CREDENTIAL_EXPIRED")])
def test_a_qr_is_good_to_its_last_second_and_as_much_longer_as_the_power_was_off(
    off_s: float | None, past_s: float, refused: str | None
) -> None:
    cabinet, _ = loaded()
    begun = cabinet.clock.wall
    ends = float(int(begun) + 300)
    shown = claims(cabinet, consignment="e0", iat=int(begun), exp=int(ends))
    if off_s is not None:
        cabinet.plug(off_s=off_s)
        cabinet.wait(3.0)
        (outage,) = Draft(cabinet.engine.state).ledger.outages
        assert outage.ended is not None
        ends += outage.ended - outage.began
    cabinet.clock.pass_s(ends + past_s - cabinet.clock.wall)
    cabinet.read()
    cabinet.tell(i.QrShown(shown))
    assert cabinet.refusal() == refused


def test_a_grant_stands_still_with_its_own_box() -> None:
    cabinet, (box,) = loaded()
    cabinet.put_grant("short", Purpose.COLLECT, "e0", code="s", life_s=3600.0)
    cabinet.tell(i.ServiceAsked(box, in_service=False))
    later(cabinet, 7200.0)
    cabinet.sign_in()
    cabinet.tell(i.ServiceAsked(box, in_service=True))
    cabinet.wait(0.3)
    cabinet.ask(i.CodeTyped("s"))
    assert cabinet.visit.compartment == box
    cabinet.shut(then=Choice.NOTHING)
    later(cabinet, 3700.0)
    cabinet.tell(i.CodeTyped("s"))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"


def test_nothing_is_recalled_on_a_clock_that_is_not_believed() -> None:
    cabinet, (box,) = loaded()
    later(cabinet, KEEP_S + 1)
    cabinet.clock.trusted = False
    assert not overdue(cabinet)
    cabinet.clock.trusted = True
    assert overdue(cabinet) == [box]


def test_a_forward_jump_hurries_nothing_for_an_hour() -> None:
    cabinet, (box,) = loaded()
    cabinet.put_grant("short", Purpose.COLLECT, "e0", code="s", life_s=3600.0)
    cabinet.clock.wall += KEEP_S + 100
    cabinet.read()
    (jump,) = cabinet.events(e.ClockJumped)
    assert jump.forward_s == pytest.approx(KEEP_S + 100)
    cabinet.plug()
    later(cabinet, 3000.0)
    assert not overdue(cabinet)
    cabinet.tell(i.CodeTyped("s"))
    assert cabinet.refusal() is None, "it has not lasted an hour yet by any honest clock"
    cabinet.wait(0.3)
    cabinet.shut(then=Choice.NOTHING)
    later(cabinet, 700.0)
    assert overdue(cabinet) == [box]
    cabinet.tell(i.CodeTyped("s"))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"


def test_a_jump_that_is_meant_is_written_down_and_counts_at_once() -> None:
    cabinet, (box,) = loaded(settings=i.Settings(jumps_are_meant=True))
    cabinet.clock.wall += KEEP_S + 100
    cabinet.read()
    assert [jump.forward_s for jump in cabinet.events(e.ClockJumped)] == [KEEP_S + 100]
    assert overdue(cabinet) == [box]


def test_the_first_second_that_is_ever_believed_is_no_jump() -> None:
    cabinet = BenchCabinet()
    cabinet.clock.trusted, cabinet.clock.floor = False, 0.0
    cabinet.plug()  # a new cabinet: nothing in its journal was ever believed
    cabinet.clock.trusted = True
    cabinet.read()
    assert not cabinet.events(e.ClockJumped)


def test_a_clock_that_is_believed_for_the_first_time_has_not_jumped() -> None:
    cabinet, _ = loaded()
    cabinet.put_grant("short", Purpose.COLLECT, "e0", code="s", life_s=60.0)
    cabinet.clock.trusted, cabinet.clock.floor = False, 0.0  # a new cabinet: nothing is certain
    later(cabinet, 100.0)
    cabinet.tell(i.CodeTyped("s"))
    assert cabinet.refusal() is None
    cabinet.wait(0.3)
    cabinet.shut(then=Choice.NOTHING)
    cabinet.wait(3.0)
    cabinet.clock.trusted = True
    cabinet.tell(i.CodeTyped("s"))
    assert not cabinet.events(e.ClockJumped)
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"


def test_what_was_over_before_a_jump_stays_over() -> None:
    cabinet, _ = loaded()
    cabinet.put_grant("short", Purpose.COLLECT, "e0", code="s", life_s=60.0)
    later(cabinet, 100.0)
    cabinet.clock.wall += 7200.0
    cabinet.read()
    cabinet.tell(i.CodeTyped("s"))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"


def test_power_off_is_measured_when_the_clock_is_believed_later() -> None:
    cabinet, _ = loaded()
    cabinet.clock.trusted = False
    cabinet.plug(off_s=600.0)
    assert not cabinet.events(e.ServiceChanged)
    cabinet.wait(5.0)
    cabinet.clock.trusted = True
    cabinet.wait(0.1)
    (power,) = cabinet.events(e.ServiceChanged)
    assert power.off_s == pytest.approx(600.0, abs=0.2)
    assert power.at == pytest.approx(cabinet.clock.wall - 5.1, abs=0.2)


def test_an_outage_on_a_clock_that_is_not_believed_is_reckoned_from_what_is_certain() -> None:
    cabinet, (box,) = loaded()
    cabinet.clock.trusted = False
    cabinet.clock.wall = 1000.0  # a machine without a clock chip
    cabinet.tell(i.ServiceAsked(box, in_service=False))
    later(cabinet, DAY_S)
    cabinet.sign_in()
    cabinet.tell(i.ServiceAsked(box, in_service=True))
    (outage,) = cabinet.box(box).outages
    assert (outage.ended or 0) - outage.began == pytest.approx(DAY_S, abs=10)
