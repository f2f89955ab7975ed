"""A technician at the command line: one door at a time, recorded, under the rule of two people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from locker.contract import event as e
from locker.contract.credential import CLAIMS_VERSION, PASS_LIFE_S, GrantClaims
from locker.contract.failure import Failure
from locker.contract.vocabulary import Capability, Condition, Purpose, VisitPhase
from locker.core import input as i
from tests.unit.locker.core.bench_cabinet import BenchCabinet


def ask(cabinet: BenchCabinet, door: int, by: str = "lin") -> e.TechnicianAsked:
    cabinet.tell(i.TechnicianAsked(f"t{door}", door, by, "hinge"))
    return cabinet.events(e.TechnicianAsked)[-1]


def fill(cabinet: BenchCabinet, count: int) -> list[int]:
    return [cabinet.deposit(f"g{n}", f"c{n}") for n in range(count)]


def open_and_shut(cabinet: BenchCabinet, door: int) -> e.TechnicianAsked:
    told = ask(cabinet, door)
    cabinet.wait(0.3)
    if not told.failure:
        cabinet.shut(door)
    return told


def test_an_opening_is_one_pulse_with_reason_login_and_evidence() -> None:
    cabinet = BenchCabinet()
    told = ask(cabinet, 7)
    cabinet.wait(0.3)
    assert (told.by, told.reason, told.failure) == ("lin", "hinge", "")
    opened = cabinet.events(e.VisitOpened)[-1]
    assert (opened.visit, opened.staff, opened.purpose) == (
        told.visit, "tech:lin", Purpose.MAINTAIN,
    )  # fmt: skip
    assert len(cabinet.events(e.AttemptCommitted)) == len(cabinet.events(e.AttemptOpened)) == 1


def test_a_free_box_that_was_looked_into_is_free_again() -> None:
    cabinet = BenchCabinet()
    ask(cabinet, 7)
    cabinet.wait(0.3)
    cabinet.tell(i.TechnicianSawEmpty(7, "lin"))
    assert cabinet.condition(7) is Condition.RESERVED, "the door is still open"
    cabinet.shut(7)
    cabinet.tell(i.TechnicianSawEmpty(7, "somebody else"))
    assert cabinet.condition(7) is Condition.RESERVED
    cabinet.tell(i.TechnicianSawEmpty(7, "lin"))
    assert cabinet.condition(7) is Condition.FREE
    assert cabinet.events(e.PersonAnswered)[-1].source == "person"


def test_a_box_that_nobody_spoke_for_is_withheld() -> None:
    cabinet = BenchCabinet()
    open_and_shut(cabinet, 7)
    cabinet.wait(61.0)
    assert cabinet.condition(7) is Condition.WITHHELD


def test_a_word_that_it_is_empty_does_not_empty_a_filled_box() -> None:
    cabinet = BenchCabinet()
    (box,) = fill(cabinet, 1)
    open_and_shut(cabinet, box)
    cabinet.tell(i.TechnicianSawEmpty(box, "lin"))
    assert not cabinet.events(e.ConsignmentMoved)[1:]
    cabinet.wait(61.0)
    assert cabinet.condition(box) is Condition.WITHHELD
    assert cabinet.box(box).consignment == "c0"


def test_the_fourth_filled_box_needs_a_second_person() -> None:
    cabinet = BenchCabinet()
    *three, fourth = fill(cabinet, 4)
    for box in three:
        assert not open_and_shut(cabinet, box).failure
        cabinet.wait(2.0)
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    assert cabinet.refusal() is None, "the glass is not the technician's"
    cabinet.plug()
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    cabinet.wait(70.0)
    cabinet.sign_in((Capability.LOAD,))
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    cabinet.sign_in((Capability.MAINTAIN,))
    cabinet.wait(61.0)
    assert open_and_shut(cabinet, fourth).failure == Failure.NEEDS_SECOND_PERSON
    cabinet.tell(i.StaffLeft())
    cabinet.sign_in((Capability.MAINTAIN,))
    told = open_and_shut(cabinet, fourth)
    assert (told.failure, told.second) == ("", "s1")


def test_free_boxes_are_not_counted() -> None:
    cabinet = BenchCabinet()
    for door in range(1, 9):
        told = open_and_shut(cabinet, door)
        assert not told.failure
        cabinet.tell(i.TechnicianSawEmpty(door, "lin"))


def test_somebody_at_the_glass_is_not_disturbed() -> None:
    cabinet = BenchCabinet()
    cabinet.put_grant("g", Purpose.DEPOSIT, "c")
    cabinet.command("g")
    cabinet.wait(0.3)
    mine = cabinet.visit.compartment
    assert ask(cabinet, 20).failure == Failure.BUSY
    cabinet.shut(mine)
    assert ask(cabinet, 20).failure == Failure.BUSY
    assert cabinet.visit.compartment == mine


def test_one_technician_goes_on_with_a_door_left_open() -> None:
    cabinet = BenchCabinet()
    assert not ask(cabinet, 1).failure
    cabinet.wait(0.3)
    assert not ask(cabinet, 2).failure
    cabinet.wait(0.3)
    assert len(cabinet.events(e.AttemptOpened)) == 2


def test_an_unknown_door_and_a_silent_board_are_refused() -> None:
    cabinet = BenchCabinet()
    assert ask(cabinet, 99).failure == Failure.NOT_FOUND
    cabinet.bus_silent = True
    cabinet.wait(2.5)
    assert ask(cabinet, 1).failure == Failure.BOARD_SILENT
    assert not cabinet.events(e.AttemptCommitted)


def a_pass(cabinet: BenchCabinet, name: str = "p1") -> GrantClaims:
    now = int(cabinet.clock.wall)
    return GrantClaims(
        v=CLAIMS_VERSION, grant=name, cabinet="cab", purpose=Purpose.MAINTAIN,
        consignment="technician", matter="", reference="", iat=now, exp=now + PASS_LIFE_S,
        staff="s-7",
    )  # fmt: skip


def let_in(cabinet: BenchCabinet) -> bool:
    session = cabinet.engine.memory.staff
    return session is not None and session.technician and session.signed_in


def test_a_pass_lets_its_technician_in_once_and_a_lock_is_pulsed_once_with_person_and_reason() -> (
    None
):
    cabinet = BenchCabinet()
    shown = a_pass(cabinet)
    cabinet.tell(i.QrShown(shown))
    assert let_in(cabinet)
    cabinet.tell(i.TechnicianDoorAsked(7, "repaired"))
    cabinet.wait(0.3)
    told = cabinet.events(e.TechnicianAsked)[-1]
    assert (told.ticket, told.compartment, told.by, told.reason) == ("glass", 7, "s-7", "repaired")
    assert cabinet.phase() is VisitPhase.OPEN
    assert len(cabinet.events(e.AttemptCommitted)) == 1
    cabinet.shut()
    cabinet.tell(i.StaffLeft())
    cabinet.tell(i.QrShown(shown))
    assert cabinet.refusal() == "CREDENTIAL_USED"
    assert not let_in(cabinet)


def test_a_pass_that_was_shown_is_used_after_a_restart_and_after_the_centres_snapshot() -> None:
    cabinet = BenchCabinet()
    shown = a_pass(cabinet)
    cabinet.tell(i.QrShown(shown))
    cabinet.plug()
    assert cabinet.engine.memory.staff is None
    cabinet.news(snapshot=True)
    cabinet.tell(i.QrShown(shown))
    assert cabinet.refusal() == "CREDENTIAL_USED"


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ({"staff": ""}, "NOT_ALLOWED"),
        ({"exp": 4_000_000_000}, "NOT_ALLOWED"),
        ({"iat": 1_700_000_000, "exp": 1_700_000_300}, "CREDENTIAL_EXPIRED"),
    ],
)
def test_a_pass_for_nobody_for_too_long_or_of_yesterday_lets_nobody_in(
    change: dict[str, str | int], failure: str
) -> None:
    cabinet = BenchCabinet()
    cabinet.tell(i.QrShown(replace(a_pass(cabinet), **change)))  # type: ignore[arg-type]
    assert cabinet.refusal() == failure
    assert not let_in(cabinet)


def test_a_technician_loads_takes_out_and_audits_nothing(cabinet_at_work: BenchCabinet) -> None:
    cabinet = cabinet_at_work
    for asked in (
        i.LabelShown("e1"), i.StaffDoorAsked(1), i.RecallAsked(1), i.AuditAsked(),
        i.ServiceAsked(1, in_service=False),
    ):  # fmt: skip
        cabinet.tell(asked)
        assert cabinet.refusal() == "NOT_ALLOWED"
    assert let_in(cabinet)


def test_only_who_came_by_a_pass_pulses_locks() -> None:
    cabinet = BenchCabinet()
    cabinet.sign_in()
    cabinet.tell(i.TechnicianDoorAsked(7, "test"))
    assert cabinet.refusal() == "STAFF_ONLY"
    assert not cabinet.events(e.VisitOpened)


def test_who_made_the_glass_start_anew_is_journaled_and_only_a_technician_may() -> None:
    cabinet = BenchCabinet()
    cabinet.tell(i.GlassRestarted())
    assert cabinet.events(e.GlassRestarted) == []
    cabinet.tell(i.QrShown(a_pass(cabinet)))
    cabinet.tell(i.GlassRestarted())
    assert cabinet.events(e.GlassRestarted) == [e.GlassRestarted("s-7")]
    assert let_in(cabinet)


def test_at_the_glass_too_the_fourth_box_needs_a_second_person_who_opens_it_by_their_pin() -> None:
    cabinet = BenchCabinet()
    doors = fill(cabinet, 4)
    cabinet.news(
        e.StaffPut("s1", "badge", "right", (Capability.MAINTAIN,), cabinet.clock.wall + 9_000)
    )
    cabinet.tell(i.QrShown(a_pass(cabinet)))
    for door in doors[:3]:
        cabinet.tell(i.TechnicianDoorAsked(door, "test"))
        cabinet.wait(0.3)
        cabinet.shut()
    cabinet.tell(i.TechnicianDoorAsked(doors[3], "stuck"))
    assert cabinet.refusal() == "NEEDS_SECOND_PERSON"
    cabinet.tell(i.BadgeShown("badge"))
    cabinet.tell(i.PinTyped("badge", "right"))
    cabinet.wait(0.3)
    told = cabinet.events(e.TechnicianAsked)[-1]
    assert (told.compartment, told.reason, told.second) == (doors[3], "stuck", "s1")
    assert cabinet.phase() is VisitPhase.OPEN


def test_a_technician_who_reads_is_signed_out_after_ten_minutes(
    cabinet_at_work: BenchCabinet,
) -> None:
    cabinet_at_work.wait(599.0, step_s=1.0)
    assert let_in(cabinet_at_work)
    cabinet_at_work.wait(1.0)
    assert not let_in(cabinet_at_work)


@pytest.fixture
def cabinet_at_work() -> BenchCabinet:
    """A cabinet at whose glass a technician was let in."""
    cabinet = BenchCabinet()
    cabinet.tell(i.QrShown(a_pass(cabinet)))
    return cabinet
