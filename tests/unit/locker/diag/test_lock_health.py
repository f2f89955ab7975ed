"""The verdict on a lock: what is said, and when there is not enough to say anything."""

from __future__ import annotations

from locker.diag.lock_health import LockVerdict, Try, TryOutcome, Why, judge_lock

FAILED = Try(TryOutcome.FAILED)


def _openings(*times_ms: int) -> list[Try]:
    return [Try(TryOutcome.OPENED, ms) for ms in times_ms]


def test_a_lock_that_takes_twice_as_long_as_it_did_is_to_be_replaced_soon() -> None:
    health = judge_lock(_openings(*[80] * 20, *[170] * 20))
    assert (health.verdict, health.why) == (LockVerdict.REPLACE_SOON, Why.SLOWER)
    assert (health.then_ms, health.now_ms) == (80, 170)


def test_a_change_smaller_than_the_grain_of_the_readings_is_no_trend() -> None:
    health = judge_lock(_openings(*[40] * 20, *[75] * 20))
    assert health.verdict is LockVerdict.GOOD


def test_a_steady_lock_is_good() -> None:
    health = judge_lock(_openings(*[90] * 40))
    assert (health.verdict, health.why) == (LockVerdict.GOOD, Why.STEADY)


def test_few_openings_are_not_enough_data() -> None:
    health = judge_lock(_openings(80, 90, 70))
    assert (health.verdict, health.why) == (LockVerdict.NOT_ENOUGH_DATA, Why.FEW)
    assert health.then_ms is None
    assert health.now_ms is None


def test_without_two_separate_windows_there_is_no_trend_and_no_good() -> None:
    health = judge_lock(_openings(*[80] * 12))
    assert (health.verdict, health.why) == (LockVerdict.NOT_ENOUGH_DATA, Why.NO_TREND)
    assert health.now_ms == 80


def test_three_failures_in_a_row_are_a_jam_even_with_little_data() -> None:
    health = judge_lock([*_openings(80), FAILED, FAILED, FAILED])
    assert (health.verdict, health.why) == (LockVerdict.REPLACE_SOON, Why.JAMMED)


def test_three_failures_among_the_last_twenty_are_no_accident() -> None:
    tries = _openings(*[80] * 30)
    for place in (12, 18, 25):
        tries[place] = FAILED
    assert judge_lock(tries).why is Why.FAILURES


def test_old_failures_are_forgiven() -> None:
    health = judge_lock([FAILED, FAILED, FAILED, *_openings(*[80] * 30)])
    assert health.verdict is LockVerdict.GOOD
    assert health.failures == 3


def test_one_recent_failure_is_watched() -> None:
    health = judge_lock([*_openings(*[80] * 30), FAILED, *_openings(80)])
    assert (health.verdict, health.why) == (LockVerdict.WATCH, Why.SOME_FAILURES)


def test_a_pulse_that_was_never_sent_says_nothing_of_the_lock() -> None:
    health = judge_lock([Try(TryOutcome.NOT_SENT)] * 5)
    assert health.attempts == 0
    assert health.verdict is LockVerdict.NOT_ENOUGH_DATA


def test_a_late_opening_counts_as_a_failure_of_the_lock() -> None:
    assert judge_lock([*_openings(*[80] * 12), Try(TryOutcome.LATE)]).failures == 1
