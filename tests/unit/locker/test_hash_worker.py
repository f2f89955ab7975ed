"""Typed digits become digests, and the badge's secret is held no longer than a minute."""

from __future__ import annotations

from locker.contract.credential import LAST_FOUR_S
from locker.contract.digest import (
    badge_digest,
    badge_lookup,
    card_at,
    card_digest,
    card_lookup,
    code_digest,
)
from locker.contract.failure import Failure
from locker.core.input import (
    CardLeft,
    CardTyped,
    CodeTyped,
    Input,
    LastFourLeft,
    LastFourTyped,
    PinTyped,
    ShownRefused,
    WalkInAsked,
)
from locker.hash_worker import (
    CARD_HELD_S,
    WAITING,
    CardJob,
    CodeJob,
    HashWorker,
    Job,
    LastFourJob,
    PinJob,
    WalkInJob,
)
from tests.unit.locker.fake_clock import FakeClock

SALT, BADGE_KEY, SECRET = b"s" * 16, b"k" * 32, "A" * 26


class Bench:
    """A hash worker and what it told."""

    def __init__(self) -> None:
        self.told: list[Input] = []
        self.clock = FakeClock()
        self.worker = HashWorker(
            code_salt=SALT, badge_key=BADGE_KEY, clock=self.clock, tell=self.told.append
        )

    def do(self, job: Job) -> Input:
        assert self.worker.submit(job)
        self.worker.turn(timeout_s=0)
        return self.told.pop()


def test_code_becomes_the_digest_that_the_centre_made() -> None:
    assert Bench().do(CodeJob("12345678")) == CodeTyped(code_digest("12345678", salt=SALT))


def test_four_digits_are_hashed_with_the_code_shown_before_and_only_once() -> None:
    bench = Bench()
    bench.do(CodeJob("12345678"))
    both = LastFourTyped(code_digest("123456784711", salt=SALT))
    assert bench.do(LastFourJob("4711")) == both
    assert bench.do(LastFourJob("4711")) == LastFourTyped("")
    bench.worker.hold_code("12345678")  # as of a signed QR
    assert bench.do(LastFourJob("4711")) == both
    bench.worker.hold_code("12345678")
    bench.clock.push(LAST_FOUR_S + 0.5)
    assert bench.do(LastFourJob("4711")) == LastFourTyped("")


def test_who_goes_back_leaves_neither_code_nor_card() -> None:
    bench = Bench()
    bench.worker.hold_code("12345678")
    bench.worker.hold_card("04A1B2C3")
    assert [bench.do(job) for job in (LastFourLeft(), CardLeft())] == [LastFourLeft(), CardLeft()]
    assert bench.do(LastFourJob("4711")) == LastFourTyped("")
    assert isinstance(bench.do(CardJob("4711")), ShownRefused)


def test_pin_is_hashed_with_the_badge_shown_before() -> None:
    bench = Bench()
    bench.worker.hold(SECRET)
    lookup = badge_lookup(SECRET, badge_key=BADGE_KEY)
    assert bench.do(PinJob("4711")) == PinTyped(
        lookup, badge_digest(SECRET, "4711", badge_key=BADGE_KEY)
    )


def test_pin_without_a_badge_is_refused() -> None:
    found = Bench().do(PinJob("4711"))
    assert isinstance(found, ShownRefused)
    assert found.failure is Failure.BADGE_OR_PIN_WRONG


def test_badge_is_forgotten_after_a_minute() -> None:
    bench = Bench()
    bench.worker.hold(SECRET)
    bench.clock.push(60.5)
    bench.worker.turn(timeout_s=0)
    assert isinstance(bench.do(PinJob("4711")), ShownRefused)


def test_a_card_is_hashed_with_its_digits_as_the_centre_does_and_then_forgotten() -> None:
    bench = Bench()
    bench.worker.hold_card("04A1B2C3")
    slow = card_lookup("04A1B2C3"), card_digest("04A1B2C3", "4711")
    here = [card_at(one, badge_key=BADGE_KEY) for one in slow]
    assert bench.do(CardJob("4711")) == CardTyped(*here)
    assert isinstance(bench.do(CardJob("4711")), ShownRefused)


def test_a_card_is_forgotten_when_its_digits_do_not_come() -> None:
    bench = Bench()
    bench.worker.hold_card("04A1B2C3")
    bench.clock.push(CARD_HELD_S + 0.5)
    bench.worker.turn(timeout_s=0)
    assert isinstance(bench.do(CardJob("4711")), ShownRefused)


def test_walk_in_gets_a_code_whose_digest_is_right() -> None:
    found = Bench().do(WalkInJob(low_door=True, matter="m", missing=("photo",)))
    assert isinstance(found, WalkInAsked)
    assert len(found.code) == 8
    assert found.code_digest == code_digest(found.code, salt=SALT)
    assert (found.low_door, found.matter, found.missing) == (True, "m", ("photo",))


def test_keypad_says_that_a_code_is_being_checked_until_it_is() -> None:
    bench = Bench()
    bench.worker.submit(CodeJob("12345678"))
    assert bench.worker.checking
    bench.worker.turn(timeout_s=0)
    assert not bench.worker.checking


def test_too_many_jobs_are_refused() -> None:
    bench = Bench()
    taken = [bench.worker.submit(PinJob("4711")) for _ in range(WAITING + 2)]
    assert taken == [True] * WAITING + [False, False]


def test_digits_are_in_no_repr() -> None:
    assert "1234" not in repr(CodeJob("12345678")) + repr(PinJob("1234")) + repr(
        LastFourJob("1234")
    )
