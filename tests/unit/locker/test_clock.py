"""The clocks: what is believed, and what is certainly past."""

from __future__ import annotations

from locker.clock import CentreTime, Clock
from tests.unit.locker.fake_clock import FakeClock

WALL = 1_700_000_000.0


def clock(
    mono: FakeClock, wall: FakeClock, *, synchronised: bool = False, known_past: float = 0.0
) -> Clock:
    return Clock(mono=mono, wall=wall, synchronised=lambda: synchronised, known_past=known_past)


def test_wall_clock_that_nobody_confirms_is_not_trusted() -> None:
    assert not clock(FakeClock(), FakeClock(WALL)).moment().trusted


def test_wall_clock_synchronised_by_the_network_is_trusted() -> None:
    assert clock(FakeClock(), FakeClock(WALL), synchronised=True).moment().trusted


def test_wall_clock_near_the_centres_time_is_trusted() -> None:
    mono, wall = FakeClock(), FakeClock(WALL)
    ours = clock(mono, wall)
    ours.centre.heard(WALL + 4.5, sent_s=100.0, received_s=100.0)
    assert ours.moment().trusted
    wall.push(-1.0)
    assert not ours.moment().trusted


def test_centre_that_disagrees_outweighs_the_networks_word() -> None:
    ours = clock(FakeClock(), FakeClock(WALL), synchronised=True)
    ours.centre.heard(WALL + 3600, sent_s=100.0, received_s=100.0)
    assert not ours.moment().trusted


def test_a_demo_put_forward_is_so_at_the_centre_too_and_is_believed() -> None:
    ahead = [0.0]
    ours = Clock(
        mono=FakeClock(), wall=FakeClock(WALL), synchronised=lambda: False, ahead=lambda: ahead[0]
    )
    ours.centre.heard(WALL, sent_s=100.0, received_s=100.0)
    ahead[0] = 259_200.0
    moment = ours.moment()
    assert (moment.wall, moment.trusted, moment.mono_s) == (WALL + 259_200.0, True, 100.0)
    assert ours.centre.at(100.0) == WALL + 259_200.0
    ours.centre.heard(WALL + 259_201.0, sent_s=101.0, received_s=101.0)
    assert ours.centre.at(101.0) == WALL + 259_201.0


def test_a_clock_is_settled_when_it_is_believed_and_has_gone_evenly_for_an_hour() -> None:
    for believed in (True, False):
        mono, wall = FakeClock(), FakeClock(WALL)
        ours = clock(mono, wall, synchronised=believed)
        for forward_s in (0.0, 61.0):
            wall.push(forward_s)
            assert not ours.settled(ours.moment()), "a start counts as a jump"
            mono.push(3600.0)
            wall.push(3600.0)
            assert ours.settled(ours.moment()) is believed


def test_floor_rises_with_the_monotonic_clock_whatever_the_wall_does() -> None:
    mono, wall = FakeClock(), FakeClock(WALL - 86_400)
    ours = clock(mono, wall, known_past=WALL)
    mono.push(30)
    wall.push(-500)
    moment = ours.moment()
    assert (moment.floor, moment.surely) == (WALL + 30, WALL + 30)


def test_trusted_moment_becomes_the_floor() -> None:
    mono, wall = FakeClock(), FakeClock(WALL)
    ours = clock(mono, wall, synchronised=True)
    assert ours.moment().floor == WALL


def test_floor_is_never_lowered_by_what_is_known_later() -> None:
    ours = clock(FakeClock(), FakeClock(WALL), known_past=WALL)
    ours.know_past(WALL - 10)
    assert ours.moment().floor == WALL
    ours.know_past(WALL + 10)
    assert ours.moment().floor == WALL + 10


def test_centre_time_is_taken_from_the_middle_of_the_round_trip() -> None:
    centre = CentreTime()
    assert centre.at(0.0) is None
    centre.heard(1000.0, sent_s=10.0, received_s=12.0)
    assert centre.at(21.0) == 1010.0


def test_answer_that_took_too_long_is_not_used() -> None:
    centre = CentreTime()
    centre.heard(1000.0, sent_s=10.0, received_s=20.5)
    assert centre.at(30.0) is None


def test_slow_answer_does_not_replace_a_good_one() -> None:
    centre = CentreTime()
    centre.heard(1000.0, sent_s=10.0, received_s=10.0)
    centre.heard(1025.0, sent_s=20.0, received_s=28.0)
    assert centre.at(30.0) == 1020.0


def test_stamp_holds_boot_milliseconds_and_trust() -> None:
    ours = clock(FakeClock(12.3456), FakeClock(WALL), synchronised=True)
    stamp = ours.stamp(ours.moment())
    assert (stamp.boot, stamp.mono_ms, stamp.wall, stamp.trusted) == (ours.boot, 12345, WALL, True)
