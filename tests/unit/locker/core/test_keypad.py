"""Wrong codes slow the keypad down, and lock nobody out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from locker.contract import event as e
from locker.contract.credential import DIGIT_TRIES, LAST_FOUR_S, GrantClaims
from locker.contract.failure import Failure
from locker.contract.vocabulary import GrantState, LastFour, Purpose, VisitPhase
from locker.core import input as i
from locker.core.keypad import FREE_TRIES, pause_after
from locker.core.state import Draft
from tests.unit.locker.core.bench_cabinet import BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    bench = BenchCabinet()
    bench.deposit("g1", "c1")
    bench.put_grant("g2", Purpose.COLLECT, "c1", code="good")
    return bench


def wrong_codes(cabinet: BenchCabinet) -> int:
    return Draft(cabinet.engine.state).ledger.wrong_codes


def test_the_pause_grows_by_ten_seconds_to_a_minute() -> None:
    assert [pause_after(n) for n in range(12)] == [0, 0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 60]


def test_four_wrong_codes_pause_nothing(cabinet: BenchCabinet) -> None:
    for _ in range(4):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() is None
    assert wrong_codes(cabinet) == 0


def test_while_the_keypad_pauses_even_a_good_code_waits(cabinet: BenchCabinet) -> None:
    for _ in range(5):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.wait(9.9)
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() == "KEYPAD_PAUSED"
    assert cabinet.engine.memory.refused is not None
    assert cabinet.engine.memory.refused.values == {"seconds": 1}
    assert wrong_codes(cabinet) == 5
    cabinet.wait(0.1)
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() is None


def test_count_and_pause_outlive_a_restart(cabinet: BenchCabinet) -> None:
    for _ in range(5):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.plug()
    cabinet.tell(i.CodeTyped("good"))
    assert cabinet.refusal() == "KEYPAD_PAUSED"
    cabinet.wait(10.0)
    cabinet.tell(i.CodeTyped("wrong"))
    assert cabinet.events(e.KeypadCounted)[-1] == e.KeypadCounted(6, 20)


def test_a_code_that_opens_nothing_does_not_start_the_count_anew(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g3", Purpose.COLLECT, "not-there", code="mine")
    for _ in range(4):
        cabinet.tell(i.CodeTyped("wrong"))
    cabinet.tell(i.CodeTyped("mine"))
    assert cabinet.refusal() == "NOT_READY"
    assert wrong_codes(cabinet) == 4


def test_twenty_wrong_codes_are_all_journaled(cabinet: BenchCabinet) -> None:
    for _ in range(20):
        cabinet.tell(i.CodeTyped("wrong"))
        cabinet.wait(60.0, step_s=1.0)
    assert cabinet.events(e.KeypadCounted)[-1] == e.KeypadCounted(20, 60)


@pytest.fixture
def asking(cabinet: BenchCabinet) -> BenchCabinet:
    """A cabinet at which a grant asks for four digits more, and a grant that asks nothing."""
    cabinet.deposit("g3", "c3")
    cabinet.put_grant("g4", Purpose.COLLECT, "c3", code="half", last_four="whole")
    return cabinet


def wrong_all_day(cabinet: BenchCabinet) -> None:
    """Let somebody with the code try others' digits, slowly, until it rests."""
    for n in range(DIGIT_TRIES):
        cabinet.wait(60.0, step_s=1.0)
        cabinet.tell(i.CodeTyped("half"))
        cabinet.tell(i.LastFourTyped(f"wrong {n}"))


def asked(cabinet: BenchCabinet) -> LastFour | None:
    found = cabinet.engine.memory.last_four
    return None if found is None else found.grant.last_four


def test_the_last_four_are_asked_once_the_code_is_right_and_then_the_door_opens(
    asking: BenchCabinet,
) -> None:
    asking.tell(i.CodeTyped("half"))
    assert (asked(asking), asking.refusal()) == (LastFour.PHONE, None)
    assert asking.grant_state("g4") is GrantState.LIVE
    asking.tell(i.LastFourTyped("whole"))
    assert asked(asking) is None
    assert asking.visit.grant == "g4"


def test_a_wrong_last_four_counts_as_a_wrong_code_and_the_code_must_be_shown_again(
    asking: BenchCabinet,
) -> None:
    for n in range(4):
        asking.tell(i.CodeTyped("half"))  # right again and again: it starts no count anew
        asking.tell(i.LastFourTyped(f"wrong {n}"))
        assert asking.refusal() == "LAST_FOUR_WRONG"
    asking.tell(i.CodeTyped("wrong"))
    assert asking.events(e.KeypadCounted)[-1] == e.KeypadCounted(5, 10)
    assert asking.grant_state("g4") is GrantState.LIVE
    asking.plug()
    asking.tell(i.CodeTyped("half"))
    assert (asked(asking), asking.refusal()) == (None, "KEYPAD_PAUSED")
    asking.wait(10.0)
    asking.tell(i.LastFourTyped("whole"))
    assert asking.refusal() == "LAST_FOUR_WRONG", "nothing was asked"
    asking.tell(i.CodeTyped("half"))
    asking.tell(i.LastFourTyped("whole"))
    assert (asking.visit.grant, wrong_codes(asking)) == ("g4", 0)
    assert not Draft(asking.engine.state).ledger.digits_wrong


def test_after_five_wrong_last_four_the_code_rests_and_no_other(asking: BenchCabinet) -> None:
    wrong_all_day(asking)
    assert asking.refusal() == "LAST_FOUR_RESTS"
    assert asking.events(e.DigitsCounted)[-1] == e.DigitsCounted(
        "g4", DIGIT_TRIES, asking.events(e.DigitsCounted)[0].day, "g4"
    )
    asking.plug()
    asking.wait(60.0, step_s=1.0)
    asking.tell(i.CodeTyped("half"))
    assert (asked(asking), asking.refusal()) == (None, "LAST_FOUR_RESTS")
    asking.clock.trusted, asking.clock.wall = False, asking.clock.wall + 86_400.0
    asking.tell(i.CodeTyped("half"))
    assert (asked(asking), asking.refusal()) == (None, "LAST_FOUR_RESTS"), "no clock believed"
    asking.tell(i.CodeTyped("good"))
    assert asking.visit.grant == "g2"


def test_a_code_that_rests_is_good_tomorrow_or_when_the_centre_issues_it_anew(
    asking: BenchCabinet,
) -> None:
    wrong_all_day(asking)
    asking.clock.pass_s(86_400.0)
    asking.read()
    asking.tell(i.CodeTyped("half"))
    assert asked(asking) is LastFour.PHONE
    asking.tell(i.LastFourLeft())
    wrong_all_day(asking)
    asking.wait(60.0, step_s=1.0)
    asking.put_grant("g4", Purpose.COLLECT, "c3", code="half", last_four="whole")
    asking.tell(i.CodeTyped("half"))
    asking.tell(i.LastFourTyped("whole"))
    assert asking.visit.grant == "g4"
    assert not Draft(asking.engine.state).ledger.digits_wrong


def test_wrong_digits_of_yesterday_count_against_nobody_today(asking: BenchCabinet) -> None:
    asking.put_grant("g5", Purpose.COLLECT, "c3", code="half5", last_four="whole5")
    for code in ("half", "half5"):
        asking.tell(i.CodeTyped(code))
        asking.tell(i.LastFourTyped("wrong"))
        asking.clock.pass_s(86_400.0)
        asking.read()
    assert Draft(asking.engine.state).ledger.digits_wrong == {"g5": 1}


def test_the_question_goes_with_time_by_going_back_and_by_whatever_is_shown_next(
    asking: BenchCabinet,
) -> None:
    def ask() -> None:
        asking.tell(i.CodeTyped("half"))
        assert asked(asking) is LastFour.PHONE

    ask()
    due_s = asking.engine.next_due_s(readings=False)
    assert due_s is not None
    assert due_s <= asking.clock.mono_s + LAST_FOUR_S
    asking.wait(LAST_FOUR_S, step_s=1.0)
    assert asked(asking) is None
    ask()
    asking.tell(i.LastFourLeft())
    assert asked(asking) is None
    ask()
    asking.tell(i.CodeTyped("good"))
    assert (asked(asking), asking.visit.grant) == (None, "g2")


def test_whoever_left_at_the_last_question_keeps_nobody_from_theirs(asking: BenchCabinet) -> None:
    asking.tell(i.CodeTyped("good"))
    asking.wait(0.5)
    asking.shut()
    asking.wait(0.5)
    assert asking.phase() is VisitPhase.ASK
    asking.tell(i.CodeTyped("half"))
    assert (asked(asking), asking.engine.docket_for_reading().visit) == (LastFour.PHONE, None)
    asking.put_grant("g9", Purpose.DEPOSIT, "c9")
    asking.command("g9")
    assert asked(asking) is None, "somebody else's door opens"


def test_while_the_keypad_pauses_the_last_four_to_a_code_that_was_shown_wait_too(
    asking: BenchCabinet,
) -> None:
    for n in range(FREE_TRIES):
        asking.tell(i.CodeTyped(f"wrong{n}"))
    now = int(asking.clock.wall)
    asking.tell(
        i.QrShown(GrantClaims(1, "g4", "cab", Purpose.COLLECT, "c3", "m", "R1", now, now + 999))
    )
    assert asked(asking) is LastFour.PHONE
    asking.tell(i.LastFourTyped("whole"))
    assert (asking.refusal(), asking.grant_state("g4")) == ("KEYPAD_PAUSED", GrantState.LIVE)


def test_what_would_not_open_is_refused_before_anything_is_asked(asking: BenchCabinet) -> None:
    asking.news(e.GrantRevoked("g4", "replaced"))
    asking.tell(i.CodeTyped("half"))
    assert (asked(asking), asking.refusal()) == (None, "CREDENTIAL_REVOKED")


def test_a_grant_withdrawn_while_four_digits_are_typed_opens_nothing(
    asking: BenchCabinet,
) -> None:
    asking.tell(i.CodeTyped("half"))
    asking.news(e.GrantRevoked("g4", "delegate_revoked"))
    asking.tell(i.LastFourTyped("whole"))
    assert asking.refusal() == "CREDENTIAL_REVOKED"


def test_a_signed_qr_is_asked_alike_and_no_phone_opens_that_door(asking: BenchCabinet) -> None:
    now = int(asking.clock.wall)
    claims = GrantClaims(
        1, "g4", "cab", Purpose.COLLECT, "c3", "m", "R1", now, now + 999,
        last_four=LastFour.PHONE,
    )  # fmt: skip
    asking.command("g4")
    assert asking.events(e.CommandTaken)[-1].failure == Failure.NOT_ALLOWED
    asking.tell(i.QrShown(replace(claims, grant="g5")))
    assert (asked(asking), asking.refusal()) == (None, "LAST_FOUR_UNKNOWN")
    asking.tell(i.QrShown(claims))
    assert (asked(asking), asking.refusal()) == (LastFour.PHONE, None)
    asking.tell(i.LastFourTyped("whole"))
    assert asking.visit.grant == "g4"
