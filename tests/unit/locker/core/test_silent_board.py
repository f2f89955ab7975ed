"""One silent board of two: its doors cannot be opened, the others go on, and all are told which."""

from __future__ import annotations

from locker.contract import event as e
from locker.contract.vocabulary import Health, Purpose
from locker.core import input as i
from locker.core.allocation import free_places
from locker.core.docket import Docket
from tests.unit.locker.core.bench_cabinet import BenchCabinet

SECOND_BOARD = set(range(13, 25))
GONE = e.ServiceChanged("doors", ok=False, detail="13-24")
BACK = e.ServiceChanged("doors", ok=True)


def half_silent() -> BenchCabinet:
    cabinet = BenchCabinet()
    cabinet.silent = set(SECOND_BOARD)
    cabinet.wait(6.0)
    return cabinet


def docket(cabinet: BenchCabinet) -> Docket:
    return cabinet.engine.docket(cabinet.clock.moment())


def test_it_is_told_once_by_its_doors_and_the_cabinet_is_not_down() -> None:
    cabinet = half_silent()
    cabinet.wait(60.0)
    assert cabinet.events(e.ServiceChanged) == [GONE]
    assert cabinet.engine.memory.health["board"] is Health.OK
    assert cabinet.engine.memory.silent == SECOND_BOARD
    cabinet.silent = {20}
    cabinet.wait(1.0)
    assert cabinet.events(e.ServiceChanged)[1:] == [
        e.ServiceChanged("doors", ok=False, detail="20")
    ]
    cabinet.silent = set()
    cabinet.wait(1.0)
    assert cabinet.events(e.ServiceChanged)[2:] == [BACK]


def test_only_doors_that_answer_are_offered_and_what_lies_behind_the_others_waits() -> None:
    cabinet = BenchCabinet()
    cabinet.silent = set(range(1, 25)) - {13}
    cabinet.wait(6.0)
    assert cabinet.deposit("g1", "c1") == 13
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    cabinet.silent = set(SECOND_BOARD)
    cabinet.wait(6.0)
    assert {place.number for place in free_places(docket(cabinet))} <= set(range(1, 13))
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "BOARD_SILENT"
    assert cabinet.deposit("g3", "c3") not in SECOND_BOARD


def test_a_cable_that_takes_all_boards_is_one_outage_and_so_is_its_end() -> None:
    cabinet = BenchCabinet()
    cabinet.silent = set(SECOND_BOARD)
    cabinet.wait(0.5)
    cabinet.bus_silent = True
    cabinet.wait(20.0)
    cabinet.bus_silent = False
    cabinet.wait(0.5)
    cabinet.silent = set()
    cabinet.wait(10.0)
    assert [event.what for event in cabinet.events(e.ServiceChanged)] == ["board", "board"]


def test_a_board_that_is_back_after_a_restart_is_told() -> None:
    cabinet = half_silent()
    cabinet.silent = set()
    cabinet.plug()
    cabinet.wait(1.0)
    changes = [change for change in cabinet.events(e.ServiceChanged) if change.what == "doors"]
    assert [(change.ok, change.detail) for change in changes] == [(False, "13-24"), (True, "")]


def test_everybodys_deadlines_stand_still_meanwhile() -> None:
    cabinet = half_silent()
    ledger = docket(cabinet).draft.ledger
    assert set(ledger.down_since) == {"doors"}
    cabinet.silent = set()
    cabinet.wait(1.0)
    ledger = docket(cabinet).draft.ledger
    assert not ledger.down_since
    assert len(ledger.outages) == 1
