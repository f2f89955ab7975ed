"""A person's own card collects with four digits; found or copied it opens and tells nothing."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.credential import DIGIT_TRIES
from locker.contract.vocabulary import CredentialKind, GrantState, Purpose, VisitPhase
from locker.core import input as i
from locker.core.card import DIGITS_S
from locker.core.state import Draft
from tests.unit.locker.core.bench_cabinet import YEAR_S, BenchCabinet

CARD, RIGHT = "c" * 64, "d" * 64
DAY_S = 86_400.0


@pytest.fixture
def cabinet() -> BenchCabinet:
    bench = BenchCabinet()
    bench.deposit("g1", "c1")
    put(bench, "g2", "c1")
    return bench


def put(cabinet: BenchCabinet, grant: str, consignment: str) -> None:
    """Let the centre say, or say anew, that this card collects."""
    now = cabinet.clock.wall
    cabinet.news(
        e.GrantPut(
            grant, Purpose.COLLECT, consignment, now, now + YEAR_S, "news", "m", "R1",
            card_lookup=CARD, card_digest=RIGHT,
        )
    )  # fmt: skip


def show(cabinet: BenchCabinet, digest: str = RIGHT, card: str = CARD) -> str | None:
    """Tap a card, type its digits and give the refusal."""
    cabinet.tell(i.CardShown())
    cabinet.tell(i.CardTyped(card, digest))
    return cabinet.refusal()


def digits_wrong(cabinet: BenchCabinet) -> dict[str, int]:
    return dict(Draft(cabinet.engine.state).ledger.digits_wrong)


def five_wrong(cabinet: BenchCabinet, card: str = CARD) -> None:
    for _ in range(DIGIT_TRIES):
        show(cabinet, "wrong", card)
        cabinet.wait(60.0, step_s=1.0)


def test_card_and_digits_open_the_door_of_whose_they_are(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.CardShown())
    assert cabinet.engine.memory.card_until_s > cabinet.clock.mono_s
    cabinet.ask(i.CardTyped(CARD, RIGHT))
    assert cabinet.phase() is VisitPhase.OPEN
    assert cabinet.visit.credential == CredentialKind.CARD
    assert cabinet.engine.memory.card_until_s == 0.0
    assert cabinet.grant_state("g2") is GrantState.USED


def test_two_envelopes_come_one_after_the_other_the_oldest_first(cabinet: BenchCabinet) -> None:
    cabinet.wait(1.0)
    cabinet.deposit("g3", "c3")
    put(cabinet, "g0", "c3")
    for grant in ("g2", "g0"):
        assert show(cabinet) is None
        assert cabinet.visit.grant == grant
        cabinet.wait(0.3)
        cabinet.take_all()
        cabinet.wait(2.0)
    assert cabinet.grant_state("g0") is GrantState.USED


@pytest.mark.parametrize(
    ("card", "digest"), [(CARD, "wrong"), ("e" * 64, "wrong"), ("e" * 64, RIGHT)]
)
def test_unknown_card_and_wrong_digits_look_the_same(
    cabinet: BenchCabinet, card: str, digest: str
) -> None:
    assert show(cabinet, digest, card) == "CARD_WRONG"
    assert Draft(cabinet.engine.state).ledger.wrong_codes == 1
    assert digits_wrong(cabinet) == {card[:16]: 1}


def test_right_digits_with_nothing_to_collect_tell_a_finder_nothing(cabinet: BenchCabinet) -> None:
    cabinet.news(e.GrantRevoked("g2", "moved"))
    assert show(cabinet) == "CARD_WRONG"


def test_what_was_recalled_is_said_to_who_knows_the_digits(cabinet: BenchCabinet) -> None:
    cabinet.news(e.GrantRevoked("g2", e.RECALLED))
    assert show(cabinet) == "RECALLED"


def test_after_five_wrong_the_card_rests_and_right_digits_do_not_help(
    cabinet: BenchCabinet,
) -> None:
    five_wrong(cabinet)
    assert cabinet.events(e.DigitsCounted)[-1].wrong == DIGIT_TRIES
    assert cabinet.events(e.DigitsCounted)[-1].grant == "g2"
    assert show(cabinet) == "CARD_RESTS"
    cabinet.plug()
    cabinet.wait(60.0, step_s=1.0)
    assert show(cabinet) == "CARD_RESTS"


def test_another_card_does_not_rest_with_it(cabinet: BenchCabinet) -> None:
    five_wrong(cabinet, "e" * 64)
    assert show(cabinet) is None


def test_a_card_rests_until_tomorrow(cabinet: BenchCabinet) -> None:
    five_wrong(cabinet)
    cabinet.clock.pass_s(DAY_S)
    cabinet.read()
    assert show(cabinet) is None


def test_a_clock_that_nobody_believes_ends_no_rest(cabinet: BenchCabinet) -> None:
    five_wrong(cabinet)
    cabinet.clock.trusted = False
    cabinet.clock.wall += DAY_S
    cabinet.read()
    assert show(cabinet) == "CARD_RESTS"


def test_the_centre_frees_a_card_by_issuing_its_grant_anew(cabinet: BenchCabinet) -> None:
    five_wrong(cabinet)
    cabinet.deposit("g5", "c5")
    put(cabinet, "g6", "c5")  # another envelope of the same person frees nothing
    assert show(cabinet) == "CARD_RESTS"
    put(cabinet, "g2", "c1")
    assert digits_wrong(cabinet) == {}
    assert show(cabinet) is None


def test_right_digits_begin_the_count_anew(cabinet: BenchCabinet) -> None:
    show(cabinet, "wrong")
    assert show(cabinet) is None
    assert digits_wrong(cabinet) == {}
    assert Draft(cabinet.engine.state).ledger.wrong_codes == 0


def test_while_the_keypad_pauses_no_digits_are_asked_for(cabinet: BenchCabinet) -> None:
    for _ in range(5):
        cabinet.tell(i.CodeTyped("wrong"))
    assert show(cabinet) == "KEYPAD_PAUSED"
    assert digits_wrong(cabinet) == {}


def test_digits_are_awaited_for_a_while_and_no_longer(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.CardShown())
    cabinet.wait(DIGITS_S, step_s=1.0)
    assert cabinet.engine.memory.card_until_s == 0.0


@pytest.mark.parametrize("after", [i.CardLeft(), i.CodeTyped("wrong"), i.BadgeShown("b")])
def test_a_card_is_forgotten_when_its_owner_leaves_or_something_else_is_shown(
    cabinet: BenchCabinet, after: i.CredentialInput
) -> None:
    cabinet.tell(i.CardShown())
    cabinet.tell(after)
    assert cabinet.engine.memory.card_until_s == 0.0


def test_nobody_is_asked_for_digits_over_anothers_door_or_at_the_staffs_work(
    cabinet: BenchCabinet,
) -> None:
    assert show(cabinet) is None
    cabinet.wait(0.3)
    cabinet.tell(i.CardShown())
    assert (cabinet.refusal(), cabinet.engine.memory.card_until_s) == ("BUSY", 0.0)
    cabinet.take_all()
    cabinet.sign_in()
    cabinet.tell(i.CardShown())
    assert (cabinet.refusal(), cabinet.engine.memory.card_until_s) == ("NOT_OURS", 0.0)


def test_digits_without_a_card_that_is_awaited_are_judged_for_nobody(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.CardShown())
    cabinet.tell(i.CardLeft())
    cabinet.tell(i.CardTyped(CARD, RIGHT))
    assert (cabinet.refusal(), digits_wrong(cabinet)) == ("CARD_WRONG", {})
    assert cabinet.grant_state("g2") is GrantState.LIVE


def test_a_card_bound_anew_is_known_by_its_new_digits_only(cabinet: BenchCabinet) -> None:
    now = cabinet.clock.wall
    cabinet.news(
        e.GrantPut(
            "g2", Purpose.COLLECT, "c1", now, now + YEAR_S, "news", "m", "R1",
            card_lookup=CARD, card_digest="n" * 64,
        )
    )  # fmt: skip
    assert show(cabinet) == "CARD_WRONG"
    assert show(cabinet, "n" * 64) is None
