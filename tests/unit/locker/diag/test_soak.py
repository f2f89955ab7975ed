"""The soak: coils rest, doors are waited for, a jam ends it, only measured figures are shown."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from drivers.profile import load_profile
from locker.contract.text import Catalogue
from locker.diag.bench import Channel, Way
from locker.diag.care_verb import _told
from locker.diag.report_page import soak_page
from locker.diag.soak import (
    Ended,
    Pulsed,
    Resting,
    Soak,
    SoakPlan,
    SoakResult,
    Step,
    Stop,
    WaitsForShut,
    coil_pause_s,
    count_locks,
)
from locker.diag.trouble import TroubleError
from tests.unit.locker.diag.fake_bench import FakeBench, FakePace

TEXTS = Catalogue.load("locker.diag", "technician", "en")


def _plan(bench: FakeBench, *, rounds: int = 2) -> SoakPlan:
    return SoakPlan(
        channels=bench.channels(), rounds=rounds, coil_pause_s=4.0, between_s=1.0,
        shut_within_s=30.0, reason="acceptance", by="tester",
    )  # fmt: skip


def _run(bench: FakeBench, pace: FakePace, *, rounds: int = 2) -> list[Step]:
    return list(Soak(bench, _plan(bench, rounds=rounds), pace).steps())


def _with_hands(bench: FakeBench) -> FakePace:
    pace = FakePace()
    pace.on_sleep = bench.open_locks.clear
    return pace


def _result(bench: FakeBench, steps: list[Step]) -> SoakResult:
    ended = steps[-1]
    assert isinstance(ended, Ended)
    pulsed = [step for step in steps if isinstance(step, Pulsed)]
    plan = _plan(bench)
    return SoakResult(
        plan=plan, boards=("shuoming",), rest_s=2.0, began_s=0.0, ended_s=60.0, ended=ended,
        locks=count_locks(pulsed, channels=plan.channels, doors=bench.doors()),
    )  # fmt: skip


def test_every_lock_is_opened_in_every_round() -> None:
    bench = FakeBench()
    steps = _run(bench, _with_hands(bench))
    assert [lock for lock, _, _ in bench.pulses] == [1, 2, 3, 1, 2, 3]
    assert steps[-1] == Ended(Stop.DONE)
    assert {(reason, by) for _, reason, by in bench.pulses} == {("acceptance", "tester")}


def test_the_pause_of_a_coil_is_twice_what_the_profile_asks_for() -> None:
    profile = load_profile("shuoming")
    assert coil_pause_s([profile], at_least_s=1.0) == 4.0
    assert coil_pause_s([replace(profile, coil_rest_ms=10_000)], at_least_s=1.0) == 20.0
    assert coil_pause_s([profile], at_least_s=60.0) == 60.0


def test_a_coil_rests_before_its_next_pulse() -> None:
    bench = FakeBench(locks=1)
    pace = _with_hands(bench)
    steps = _run(bench, pace, rounds=3)
    times = [step.at_s for step in steps if isinstance(step, Pulsed)]
    assert all(later - earlier >= 4.0 for earlier, later in itertools.pairwise(times))
    assert any(isinstance(step, Resting) for step in steps)


def test_a_door_left_open_is_waited_for_and_then_ends_the_soak() -> None:
    bench = FakeBench()
    steps = _run(bench, FakePace())
    assert sum(isinstance(step, WaitsForShut) for step in steps) > 10
    assert steps[-1] == Ended(Stop.NOT_SHUT, Channel(1, 1, 1))
    assert len(bench.pulses) == 1


def test_three_pulses_that_open_nothing_are_a_jam_and_end_it() -> None:
    bench = FakeBench()
    bench.jammed = {2}
    steps = _run(bench, _with_hands(bench))
    assert [lock for lock, _, _ in bench.pulses] == [1, 2, 2, 2]
    assert steps[-1] == Ended(Stop.JAMMED, Channel(1, 1, 2))


def test_a_contact_that_cannot_be_read_ends_it_before_a_pulse() -> None:
    bench = FakeBench()
    bench.blind = {1}
    steps = _run(bench, FakePace())
    assert steps[-1] == Ended(Stop.UNKNOWN, Channel(1, 1, 1))
    assert bench.pulses == []


def test_a_board_that_does_not_answer_ends_it_within_seconds() -> None:
    bench, pace = FakeBench(), FakePace()
    bench.blind = {1, 2, 3}
    began_s = pace.mono_s()
    steps = _run(bench, pace)
    assert steps[-1] == Ended(Stop.SILENT, Channel(1, 1, 1))
    assert pace.mono_s() - began_s < 6
    assert bench.pulses == []


def test_a_door_that_can_be_read_again_in_time_is_waited_for() -> None:
    bench, pace = FakeBench(locks=1), FakePace()
    bench.blind = {1}

    def plug_in() -> None:
        if pace.mono_s() > 1003:
            bench.blind = set()
            bench.open_locks.clear()

    pace.on_sleep = plug_in
    assert _run(bench, pace, rounds=1)[-1] == Ended(Stop.DONE)


def test_on_a_cabinet_with_books_each_box_is_said_to_be_empty_after_it_was_shut() -> None:
    bench = FakeBench(locks=2)
    bench.way = Way.DAEMON
    _run(bench, _with_hands(bench), rounds=1)
    assert bench.said_empty == list(bench.channels())


def test_the_result_counts_what_was_measured_and_nothing_else() -> None:
    bench = FakeBench()
    bench.jammed = {2}
    result = _result(bench, _run(bench, _with_hands(bench)))
    locks = result.as_json()["locks"]
    assert [(lock["pulses"], lock["opened"]) for lock in locks] == [(1, 1), (3, 0), (0, 0)]
    assert locks[0]["median_ms"] == 81
    assert locks[1]["success"] == 0
    assert locks[2]["success"] is None
    assert locks[1]["least_ms"] is None


def test_the_page_has_the_table_the_plot_and_nothing_from_elsewhere() -> None:
    bench = FakeBench()
    page = soak_page(_result(bench, _run(bench, _with_hands(bench))), TEXTS)
    assert "<svg" in page
    assert "1:3" in page
    assert "<script" not in page
    assert "src=" not in page
    assert "@import" not in page


def test_a_soak_that_measured_no_time_has_no_plot() -> None:
    bench = FakeBench()
    bench.jammed = {1}
    page = soak_page(_result(bench, _run(bench, _with_hands(bench))), TEXTS)
    assert "<svg" not in page
    assert "no plot" in page


def test_a_refusal_on_the_way_ends_the_soak_and_keeps_its_figures() -> None:
    def steps() -> Iterator[Step]:
        yield from (step for step in _run(FakeBench(), FakePace())[:2])
        raise TroubleError("refused.needs_second_person", channel="1:4", failure="BBG-406")

    told = list(_told(steps(), TEXTS))
    assert len(told) == 3
    assert isinstance(told[-1], Ended)
    assert told[-1].stop is Stop.BROKEN_OFF
