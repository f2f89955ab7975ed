"""The view: what the core knows, in the shapes that the glass understands."""

from __future__ import annotations

from dataclasses import replace

from locker.contract.kiosk import Face, Invitation, Keypad, Refusal, Service, Staff, Visit
from locker.contract.vocabulary import Choice, Health, Purpose, VisitPhase
from locker.core import input as i
from locker.staff_view import staff_slice
from locker.view import Around, Shown, slices
from tests.unit.locker.core.bench_cabinet import BenchCabinet

AROUND = Around(qr="https://bbg.test/s/c?t=1.x")


def view(cabinet: BenchCabinet) -> dict[str, Shown]:
    docket = cabinet.engine.docket(cabinet.clock.moment())
    return {**slices(docket, AROUND), "staff": staff_slice(docket, AROUND)}


def now(cabinet: BenchCabinet, name: str) -> object:
    return view(cabinet)[name].at(cabinet.clock.mono_s)


def visit(cabinet: BenchCabinet) -> Visit:
    return Visit.model_validate(now(cabinet, "visit"))


def opened() -> BenchCabinet:
    cabinet = BenchCabinet()
    cabinet.put_grant("g-1", Purpose.DEPOSIT, "c-1")
    cabinet.command("g-1")
    cabinet.wait(0.5)
    return cabinet


def test_every_slice_has_the_shape_of_the_contract() -> None:
    cabinet = opened()
    for name, model in (
        ("service", Service), ("invitation", Invitation), ("visit", Visit),
        ("keypad", Keypad), ("staff", Staff),
    ):  # fmt: skip
        model.model_validate(now(cabinet, name))
    assert now(cabinet, "open_doors") == []
    assert Face.model_fields


def test_cards_are_offered_while_the_readers_line_is_there() -> None:
    cabinet, around = BenchCabinet(), replace(AROUND, reads_cards=True)

    def offered() -> object:
        docket = cabinet.engine.docket(cabinet.clock.moment())
        service = Service.model_validate(slices(docket, around)["service"].at(0.0))
        return service.reads_cards

    assert offered()  # typed as on a keyboard, or nothing is known yet
    cabinet.tell(i.PartChanged("card_reader", ok=False, detail="lost"))
    assert not offered()
    cabinet.tell(i.PartChanged("card_reader", ok=True))
    assert offered()


def test_open_door_is_told_as_open_with_nothing_to_hurry() -> None:
    shown = visit(opened())
    assert (shown.phase, shown.door_open, shown.hurry_s) == (VisitPhase.OPEN, True, None)


def test_shut_door_asks_with_the_ways_on_and_a_countdown() -> None:
    cabinet = opened()
    cabinet.shut()
    cabinet.wait(0.3)
    shown = visit(cabinet)
    assert shown.phase is VisitPhase.ASK
    assert set(shown.choices) >= {Choice.CONFIRM, Choice.NOTHING}
    assert shown.hurry_s is not None
    assert shown.hurry_s > 0


def test_time_that_passes_alone_changes_no_slice() -> None:
    cabinet = opened()
    cabinet.shut()
    cabinet.wait(3)
    before = view(cabinet)
    cabinet.wait(1)
    assert view(cabinet) == before
    assert now(cabinet, "visit") != before["visit"].at(cabinet.clock.mono_s - 1)


def test_door_that_stays_shut_is_never_told_as_open() -> None:
    cabinet = BenchCabinet()
    for door in cabinet.doors.values():
        door.jammed = True
    cabinet.put_grant("g-1", Purpose.DEPOSIT, "c-1")
    cabinet.command("g-1")
    phases = set()
    for _ in range(50):
        cabinet.wait(0.1)
        phases.add(visit(cabinet).phase)
    assert phases == {VisitPhase.OPENING, VisitPhase.NOT_OPENED}
    assert Choice.REOPEN in visit(cabinet).choices


def test_refusal_carries_its_stable_code() -> None:
    cabinet = BenchCabinet()
    cabinet.tell(i.LabelShown("c-1"))
    shown = Refusal.model_validate(now(cabinet, "refusal"))
    assert shown.failure == "BBG-404"


def test_silent_board_is_down_and_takes_no_walk_in() -> None:
    cabinet = BenchCabinet()
    cabinet.wait(1)
    assert Service.model_validate(now(cabinet, "service")).walk_in
    cabinet.bus_silent = True
    cabinet.wait(3)
    service = Service.model_validate(now(cabinet, "service"))
    assert (service.board, service.walk_in, service.free) == (Health.DOWN, False, 0)


def test_cabinet_without_a_scanner_says_not_fitted() -> None:
    cabinet = BenchCabinet()
    docket = cabinet.engine.docket(cabinet.clock.moment())
    shown = slices(docket, Around(scanner_fitted=False))["service"]
    assert shown.value["scanner"] == "not_fitted"


def test_staff_see_what_waits_to_be_taken_out() -> None:
    cabinet = BenchCabinet()
    cabinet.wait(1)
    door = cabinet.deposit("g-1", "c-1")
    cabinet.sign_in()
    staff = Staff.model_validate(now(cabinet, "staff"))
    assert staff.stage == "menu"
    assert [(row.compartment, row.reference) for row in staff.take_out] == [(door, "R1")]


def test_a_badge_that_is_shown_again_asks_for_its_pin_anew() -> None:
    cabinet = BenchCabinet()
    cabinet.sign_in()
    cabinet.tell(i.StaffLeft())
    scans = []
    for _ in range(2):
        cabinet.tell(i.BadgeShown("badge"))
        scans.append(Staff.model_validate(now(cabinet, "staff")))
        cabinet.wait(2.0)
        assert (
            Staff.model_validate(now(cabinet, "staff")) == scans[-1]
        )  # time alone changes nothing
    assert scans[0].model_copy(update={"scan": scans[1].scan}) == scans[1] != scans[0]


def test_walk_in_shows_number_and_code_until_they_are_noted() -> None:
    cabinet = BenchCabinet()
    cabinet.wait(1)
    cabinet.tell(i.WalkInAsked("gd", "gr", "c-w", "W000001", "12345678", "ab" * 32))
    shown = {"number": "W000001", "code": "12345678", "slip": "none"}
    assert now(cabinet, "offer") == shown
    cabinet.tell(i.WalkInNoted())
    assert now(cabinet, "offer") is None
    assert visit(cabinet).reference == "W000001"


def test_one_silent_board_of_two_is_told_by_its_doors_and_the_board_is_well() -> None:
    cabinet = BenchCabinet()
    cabinet.silent = set(range(13, 25))
    cabinet.wait(6.0)
    shown = Service.model_validate(now(cabinet, "service"))
    assert (shown.board, shown.silent) == (Health.OK, tuple(range(13, 25)))
    assert (shown.free, shown.walk_in) == (12, True)
