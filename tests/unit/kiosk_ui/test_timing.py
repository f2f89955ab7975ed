"""Every page goes home by itself, says so before, and stays by one touch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk_ui.page_choice import Page, page_of
from kiosk_ui.reducer import reduce
from kiosk_ui.samples import NOW, Sample, samples, snapshot, state, visit
from kiosk_ui.timing import (
    DONE_S,
    FIRST_WORD_S,
    STAY_S,
    WARN_S,
    deadline,
    warning_s,
    words_of_open_door,
)
from kiosk_ui.touch import Place, Stay, Wake
from kiosk_ui.view_state import INVITE_S, Call, SliceCame, Tick
from locker.contract.kiosk import Refusal, Staff
from locker.contract.vocabulary import Choice, VisitOutcome, VisitPhase

TICK = Tick(726)
ASKED = visit(VisitPhase.ASK, Choice.CONFIRM, Choice.LEAVE, hurry_s=40.0)
STAYS = {
    Page.HOME, Page.STARTING, Page.OUT_OF_SERVICE, Page.OPENING, Page.OPEN, Page.WALK_IN_NUMBER,
    Page.INVITE,
}  # fmt: skip


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_a_page_has_an_end_unless_it_waits_for_a_door_or_a_pencil(sample: Sample) -> None:
    assert (deadline(sample.state) is None) == (sample.page in STAYS)


@pytest.mark.parametrize("place", [Place.CODE, Place.DROP_OFF, Place.WALK_IN, Place.STAFF])
def test_a_place_goes_home_after_its_time_and_keeps_no_digits(place: Place) -> None:
    begin = state(place=place, digits="123")
    before = reduce(begin, TICK, now=NOW + STAY_S - 1).state
    assert page_of(before) is page_of(begin)
    after = reduce(before, TICK, now=NOW + STAY_S).state
    assert (page_of(after), after.digits) == (Page.HOME, "")


def test_a_minute_alone_invites_and_a_touch_only_wakes() -> None:
    begin = state()
    assert page_of(reduce(begin, TICK, now=NOW + INVITE_S - 1).state) is Page.HOME
    alone = reduce(begin, TICK, now=NOW + INVITE_S).state
    assert page_of(alone) is Page.INVITE
    woken = reduce(alone, Wake(), now=NOW + INVITE_S + 9)
    assert (page_of(woken.state), woken.calls) == (Page.HOME, ())


def test_a_visits_end_is_put_off_once_for_large_type() -> None:
    begin = state(elder=True, snapshot=snapshot(visit=ASKED), hurry_until=NOW + 21)
    assert reduce(begin, TICK, now=NOW).calls == ()
    late = reduce(begin, TICK, now=NOW + 1)
    assert [call.method for call in late.calls] == ["visit.alive"]
    again = replace(late.state, hurry_until=NOW + 60)
    assert reduce(again, TICK, now=NOW + 45).calls == ()
    plain = replace(begin, elder=False)
    assert reduce(plain, TICK, now=NOW + 1).calls == ()


@pytest.mark.parametrize(
    ("open_s", "elder", "words"),
    [
        (29, False, 0), (30, False, 1), (89, False, 1), (90, False, 2), (270, False, 5),
        (900, False, 5), (59, True, 0), (60, True, 1), (120, True, 2),
    ],
)  # fmt: skip
def test_an_open_door_has_a_calm_word_each_minute_and_five_at_most(
    *, open_s: float, elder: bool, words: int
) -> None:
    door = visit(VisitPhase.OPEN, Choice.LEAVE, door_open=True, open_for_s=open_s)
    begin = state(elder=elder, snapshot=snapshot())
    seen = reduce(begin, SliceCame("visit", door), now=NOW).state
    assert words_of_open_door(seen) == words


def test_who_asks_for_more_time_is_left_in_silence_anew() -> None:
    begin = state(snapshot=snapshot(visit=visit(VisitPhase.OPEN)), open_at=NOW - 300)
    stayed = reduce(begin, Stay(), now=NOW).state
    assert words_of_open_door(begin) > words_of_open_door(stayed) == 0
    assert words_of_open_door(replace(stayed, now=NOW + FIRST_WORD_S)) == 1


def test_a_door_that_is_shut_has_no_words_to_come() -> None:
    begin = state(snapshot=snapshot(visit=visit(VisitPhase.OPEN)), open_at=NOW - 300)
    shut = reduce(begin, SliceCame("visit", ASKED), now=NOW).state
    assert words_of_open_door(shut) == 0


def test_staff_go_on_with_their_round_after_a_door_and_are_signed_out_when_they_left() -> None:
    staff = Staff(stage="menu", staff="s1")
    done = visit(VisitPhase.DONE, Choice.LEAVE, outcome=VisitOutcome.CONFIRMED)
    begin = state(place=Place.RECALL, snapshot=snapshot(staff=staff))
    after = reduce(begin, SliceCame("visit", done), now=NOW).state
    assert page_of(after) is Page.RECALL
    left = reduce(after, TICK, now=NOW + 121)
    assert "staff.leave" in [call.method for call in left.calls]


def test_large_type_has_twice_the_time() -> None:
    begin = state(place=Place.CODE, elder=True)
    assert page_of(reduce(begin, TICK, now=NOW + 2 * STAY_S - 1).state) is Page.CODE


def test_the_last_twenty_seconds_are_announced_and_one_touch_stays() -> None:
    begin = state(place=Place.CODE)
    early = reduce(begin, TICK, now=NOW + STAY_S - WARN_S - 1).state
    assert warning_s(early) is None
    late = reduce(early, TICK, now=NOW + STAY_S - 5).state
    assert warning_s(late) == 5
    stayed = reduce(late, Stay(), now=NOW + STAY_S - 5).state
    assert warning_s(stayed) is None


def test_a_visit_ends_when_the_daemon_says_so_and_the_glass_shows_it_coming() -> None:
    begin = reduce(state(), SliceCame("visit", ASKED), now=NOW).state
    near = reduce(begin, TICK, now=NOW + 30)
    assert warning_s(near.state) == 10
    over = reduce(near.state, TICK, now=NOW + 41)
    assert over.calls == ()
    assert page_of(over.state) is Page.ASK


def test_a_visit_without_an_end_of_its_own_is_left_by_the_glass() -> None:
    endless = ASKED.model_copy(update={"hurry_s": None})
    begin = reduce(state(), SliceCame("visit", endless), now=NOW).state
    step = reduce(begin, TICK, now=NOW + STAY_S)
    assert step.calls == (Call("visit.choose", {"visit": "v1", "choice": "leave"}),)


def test_done_goes_home_soon_and_does_not_come_back() -> None:
    done = visit(VisitPhase.DONE, outcome=VisitOutcome.CONFIRMED)
    begin = reduce(state(), SliceCame("visit", done), now=NOW).state
    assert page_of(begin) is Page.DONE
    after = reduce(begin, TICK, now=NOW + DONE_S).state
    assert page_of(after) is Page.HOME
    again = reduce(after, SliceCame("visit", done), now=NOW + DONE_S + 1).state
    assert page_of(again) is Page.HOME


def test_a_refusal_nobody_reads_is_put_away() -> None:
    begin = state(snapshot=snapshot(refusal=Refusal(n=3, failure="BBG-107")))
    step = reduce(begin, TICK, now=NOW + STAY_S)
    assert step.calls == (Call("notice.seen"),)
    assert page_of(step.state) is Page.HOME


def test_a_refusal_over_a_running_visit_goes_after_a_while() -> None:
    begin = state(snapshot=snapshot(visit=visit(VisitPhase.OPEN)))
    refused = reduce(begin, SliceCame("refusal", Refusal(n=3, failure="BBG-203")), now=NOW).state
    assert page_of(refused) is Page.OPEN
    assert reduce(refused, TICK, now=NOW + 11).calls == (Call("notice.seen"),)


def test_staff_who_walk_away_are_signed_out() -> None:
    begin = state(snapshot=snapshot(staff=Staff(stage="menu")))
    assert reduce(begin, TICK, now=NOW + 121).calls == (Call("staff.leave"),)


def test_help_returns_to_the_page_that_asked() -> None:
    begin = state(help_open=True, place=Place.CODE)
    assert page_of(reduce(begin, TICK, now=NOW + STAY_S).state) is Page.CODE


def test_home_forgets_the_last_persons_language_and_type() -> None:
    begin = replace(state(), language="en", elder=True)
    after = reduce(begin, TICK, now=NOW + 31).state
    assert (after.language, after.elder) == ("zh_CN", False)


def test_who_was_told_to_wait_is_not_told_again_when_nobody_is_in_the_way_any_more() -> None:
    begin = state(snapshot=snapshot(visit=visit(VisitPhase.OPEN, door_open=True)))
    busy = reduce(begin, SliceCame("refusal", Refusal(n=3, failure="BBG-203")), now=NOW).state
    over = visit(VisitPhase.DONE, Choice.LEAVE, outcome=VisitOutcome.CONFIRMED)
    done = reduce(busy, SliceCame("visit", over), now=NOW + 5).state
    assert page_of(done) is Page.DONE
    again = reduce(done, SliceCame("refusal", Refusal(n=4, failure="BBG-101")), now=NOW + 6).state
    assert page_of(again) is Page.REFUSED
