"""Messages, touches and time: what each makes of the state, and what it asks of the daemon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk_ui.page_choice import Page, help_band, page_of
from kiosk_ui.reducer import reduce
from kiosk_ui.samples import BULLETIN, NOW, OK, Sample, samples, snapshot, state, visit
from kiosk_ui.timing import STAY_S
from kiosk_ui.touch import (
    Back,
    CallBack,
    ChooseMatter,
    Digit,
    Elder,
    Enter,
    Erase,
    Go,
    Help,
    Lack,
    Language,
    Noted,
    Pick,
    Place,
    RefusalSeen,
    Stay,
    Summon,
    TakeOut,
    TickOff,
    Touch,
    WalkIn,
)  # fmt: skip
from kiosk_ui.view_state import (
    ANSWER_SHOWN_S,
    CALL_KEPT_S,
    UNANSWERED_S,
    Call,
    CallFailed,
    Link,
    LinkChanged,
    Message,
    SliceCame,
    SnapshotCame,
    Tick,
    ViewState,
)  # fmt: skip
from locker.contract.kiosk import Asked, HelpCall, Keypad, Offer, Refusal, Staff
from locker.contract.vocabulary import (
    RATINGS,
    AskState,
    Choice,
    Health,
    HelpAnswer,
    LastFour,
    Purpose,
    VisitOutcome,
    VisitPhase,
)

TICK = Tick(726)
ASKED = visit(VisitPhase.ASK, Choice.CONFIRM, Choice.REOPEN, Choice.NOTHING)


def run(begin: ViewState, *messages: Message, now: float = NOW) -> tuple[ViewState, list[Call]]:
    """Feed messages at one moment; give the last state and all calls."""
    calls: list[Call] = []
    for message in messages:
        step = reduce(begin, message, now=now)
        begin = step.state
        calls += step.calls
    return begin, calls


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_each_sample_shows_its_page(sample: Sample) -> None:
    assert page_of(sample.state) is sample.page


def test_the_eighth_digit_sends_the_code_and_locks_the_keys() -> None:
    digits = [Digit(each) for each in "123456789"]
    after, calls = run(state(place=Place.CODE), *digits)
    assert calls == [Call("code.submit", {"digits": "12345678"})]
    assert after.waiting


def test_the_eraser_takes_the_last_digit_back() -> None:
    after, _ = run(state(place=Place.CODE), Digit("1"), Digit("2"), Erase())
    assert after.digits == "1"


def test_no_digit_is_taken_while_the_keypad_pauses() -> None:
    paused, _ = run(state(place=Place.CODE), SliceCame("keypad", Keypad(pause_s=10.0)))
    assert paused.pause_s == 10
    after, _ = run(paused, Digit("1"))
    assert not after.digits
    later, _ = run(paused, Digit("1"), now=NOW + 10)
    assert later.digits == "1"


def test_a_refused_code_is_forgotten_and_read_then_back_to_the_keypad() -> None:
    typed, _ = run(state(place=Place.CODE), *[Digit("1")] * 8)
    refused, _ = run(typed, SliceCame("refusal", Refusal(n=1, failure="BBG-101")))
    assert page_of(refused) is Page.REFUSED
    assert not refused.digits
    after, calls = run(refused, RefusalSeen())
    assert calls == [Call("notice.seen")]
    assert page_of(after) is Page.CODE


def test_the_same_refusal_again_is_shown_and_another_snapshot_does_not_repeat_it() -> None:
    seen, _ = run(state(), SliceCame("refusal", Refusal(n=1, failure="BBG-101")), RefusalSeen())
    still = snapshot(refusal=Refusal(n=1, failure="BBG-101"))
    assert page_of(run(seen, SnapshotCame(still))[0]) is Page.HOME
    again, _ = run(seen, SliceCame("refusal", Refusal(n=2, failure="BBG-101")))
    assert page_of(again) is Page.REFUSED


def test_a_visit_takes_the_glass_wherever_the_person_was() -> None:
    for begin in (state(place=Place.CODE, digits="12"), state(place=Place.WALK_IN)):
        after, _ = run(begin, SliceCame("visit", visit(VisitPhase.OPENING)))
        assert page_of(after) is Page.OPENING
        assert not after.digits


def test_opened_is_said_only_in_the_phase_open() -> None:
    for phase in VisitPhase:
        shown = page_of(state(snapshot=snapshot(visit=visit(phase))))
        assert (shown is Page.OPEN) == (phase is VisitPhase.OPEN)


def test_a_choice_is_asked_once_and_only_if_it_is_offered() -> None:
    begin = state(snapshot=snapshot(visit=ASKED))
    after, calls = run(begin, Pick(Choice.CONFIRM), Pick(Choice.CONFIRM))
    assert calls == [Call("visit.choose", {"visit": "v1", "choice": "confirm"})]
    assert after.waiting
    assert run(begin, Pick(Choice.SAW_OPEN))[1] == []


def test_reopening_waits_for_the_coil_to_rest() -> None:
    shut = visit(VisitPhase.NOT_OPENED, Choice.REOPEN, rest_s=2.0)
    begin, _ = run(state(), SliceCame("visit", shut))
    assert run(begin, Pick(Choice.REOPEN))[1] == []
    assert run(begin, Pick(Choice.REOPEN), now=NOW + 2)[1] != []


@pytest.mark.parametrize("touch", [Language(), Elder(), Stay()])
def test_a_touch_during_a_visit_tells_the_daemon_that_somebody_is_there(touch: Touch) -> None:
    begin = replace(state(snapshot=snapshot(visit=ASKED)), hurry_until=NOW + 5)
    after, calls = run(begin, touch)
    assert calls == [Call("visit.alive", {"visit": "v1"})]
    assert page_of(after) is Page.ASK


def test_language_and_large_type_keep_the_page() -> None:
    after, calls = run(state(place=Place.DROP_OFF), Language(), Elder())
    assert (after.language, after.elder, page_of(after)) == ("en", True, Page.DROP_OFF)
    assert calls == []


def test_help_is_read_first_and_calls_somebody_when_asked_to() -> None:
    begin = state(snapshot=snapshot(visit=ASKED))
    helped, calls = run(begin, Help("ask"))
    assert page_of(helped) is Page.HELP
    assert calls == []
    called, calls = run(helped, Summon(), Summon())
    assert calls == [Call("help.call", {"page": "ask"})]
    assert page_of(run(called, Back())[0]) is Page.ASK


def test_help_at_the_door_says_what_is_wrong_there() -> None:
    begin = state(snapshot=snapshot(visit=visit(VisitPhase.OPEN)))
    _, calls = run(begin, Help("open", "not_open"), Summon())
    assert calls == [Call("help.call", {"page": "open:not_open"})]


def test_a_rating_is_one_touch_and_the_page_is_gone() -> None:
    done = visit(VisitPhase.DONE, Choice.LEAVE, *RATINGS, outcome=VisitOutcome.CONFIRMED)
    after, calls = run(state(snapshot=snapshot(visit=done)), Pick(Choice.FAIR), Pick(Choice.FAIR))
    assert calls == [Call("visit.choose", {"visit": "v1", "choice": "fair"})]
    assert page_of(after) is Page.HOME


def test_a_rating_of_the_last_person_is_not_the_next_ones() -> None:
    asked = visit(VisitPhase.ASK, Choice.NOT_MINE)
    picked, _ = run(state(snapshot=snapshot(visit=asked)), Pick(Choice.NOT_MINE))
    assert picked.picked is Choice.NOT_MINE
    other = asked.model_copy(update={"visit": "v2"})
    after, _ = run(picked, SliceCame("visit", other))
    assert after.picked is None


def test_a_new_turn_of_the_visit_closes_help() -> None:
    begin, _ = run(state(snapshot=snapshot(visit=visit(VisitPhase.OPEN))), Help("open"))
    after, _ = run(begin, SliceCame("visit", ASKED))
    assert page_of(after) is Page.ASK


def test_a_badge_and_a_refused_code_close_help() -> None:
    helped, _ = run(state(), Help("home"))
    assert page_of(helped) is Page.HELP
    badge, _ = run(helped, SliceCame("staff", Staff(stage="pin")))
    refused, _ = run(helped, SliceCame("refusal", Refusal(n=1, failure="BBG-101")))
    assert (page_of(badge), page_of(refused)) == (Page.PIN, Page.REFUSED)


def test_walk_in_asks_for_a_door_once() -> None:
    _, calls = run(state(place=Place.WALK_IN), WalkIn(low_door=True), WalkIn(low_door=True))
    assert calls == [Call("walk_in.open", {"low_door": True, "matter": "", "missing": []})]


def test_the_walk_in_number_stays_until_it_is_noted_and_then_the_door_is_asked_for() -> None:
    offer = Offer(number="W-1", code="12345678")
    begin = state(snapshot=snapshot(offer=offer))
    late, calls = run(begin, TICK, now=NOW + 3_600)
    assert page_of(late) is Page.WALK_IN_NUMBER
    assert calls == []
    _, calls = run(late, Noted(), Noted())
    assert calls == [Call("walk_in.noted")]


def test_who_would_rather_not_gives_the_number_back() -> None:
    begin = state(snapshot=snapshot(offer=Offer(number="W-1", code="12345678")))
    dropped, calls = run(begin, Back())
    assert calls == [Call("walk_in.drop")]
    after, _ = run(dropped, SliceCame("offer", None))
    assert page_of(after) is Page.HOME


def test_ticks_are_gone_with_the_person_who_made_them() -> None:
    ticked, _ = run(state(place=Place.WALK_IN), TickOff(0), TickOff(1), TickOff(1))
    assert ticked.ticked == {0}
    assert run(ticked, Go(Place.WALK_IN))[0].ticked == frozenset()


def test_the_pin_is_sent_by_ok_and_never_kept() -> None:
    begin = state(snapshot=snapshot(staff=Staff(stage="pin")))
    short, calls = run(begin, Digit("1"), Digit("2"), Digit("3"), Enter())
    assert calls == []
    after, calls = run(short, Digit("4"), Enter())
    assert calls == [Call("staff.pin", {"pin": "1234"})]
    assert not after.digits


def test_a_badge_that_is_scanned_again_begins_its_pin_anew() -> None:
    begin = state(snapshot=snapshot(staff=Staff(stage="pin", scan=1)), digits="12")
    again, _ = run(begin, SliceCame("staff", Staff(stage="pin", scan=1)))
    assert again.digits == "12"
    again, _ = run(begin, SliceCame("staff", Staff(stage="pin", scan=2)))
    assert again.digits == ""


def test_back_from_the_pin_signs_out() -> None:
    begin = state(snapshot=snapshot(staff=Staff(stage="pin")), digits="12")
    after, calls = run(begin, Back())
    assert calls == [Call("staff.leave")]
    assert not after.digits


def test_a_row_of_the_take_out_list_opens_its_door() -> None:
    begin = state(snapshot=snapshot(staff=Staff(stage="menu")))
    assert run(begin, TakeOut(9))[1] == [Call("staff.take_out", {"compartment": 9})]


def test_a_press_that_came_to_nothing_is_said_and_can_be_repeated() -> None:
    begin = state(snapshot=snapshot(visit=ASKED))
    failed, _ = run(begin, Pick(Choice.CONFIRM), CallFailed("visit.choose"))
    assert failed.call_failed
    assert not failed.waiting
    again, calls = run(failed, Pick(Choice.CONFIRM))
    assert not again.call_failed
    assert len(calls) == 1


def test_nothing_is_believed_once_the_daemon_is_gone() -> None:
    begin = state(snapshot=snapshot(visit=visit(VisitPhase.OPEN)))
    gone, _ = run(begin, LinkChanged(Link.DOWN))
    assert page_of(gone) is Page.OPEN
    later, _ = run(gone, TICK, now=NOW + 2)
    assert page_of(later) is Page.OUT_OF_SERVICE
    back, _ = run(later, SnapshotCame(snapshot()), LinkChanged(Link.UP), now=NOW + 3)
    assert page_of(back) is Page.HOME


def test_a_silent_board_is_out_of_service_and_one_that_starts_is_starting() -> None:
    for health, page in ((Health.DOWN, Page.OUT_OF_SERVICE), (Health.STARTING, Page.STARTING)):
        service = OK.model_copy(update={"board": health})
        after, _ = run(state(place=Place.CODE), SliceCame("service", service))
        assert page_of(after) is page


def test_a_slice_before_the_first_snapshot_changes_nothing() -> None:
    after, _ = run(ViewState(), SliceCame("visit", ASKED))
    assert page_of(after) is Page.STARTING


def test_going_home_by_back() -> None:
    after, _ = run(state(), Go(Place.DROP_OFF), Go(Place.WALK_IN), Back(), Back())
    assert page_of(after) is Page.HOME


def typed(digits: str) -> list[Message]:
    return [Digit(digit) for digit in digits]


def test_a_telephone_number_is_sent_by_its_key_and_leaves_the_glass_when_it_arrived() -> None:
    begin = state(place=Place.NEW_CODE, snapshot=snapshot(asked=Asked(n=4, state=AskState.TAKEN)))
    then, calls = run(begin, *typed("1380013800"), Enter())
    assert (calls, then.asked) == ([], AskState.NONE)  # ten digits are no number
    then, calls = run(then, Digit("0"), Enter(), Enter())
    assert calls == [Call("phone.ask", {"use": "new_code", "phone": "13800138000"})]
    then, _ = run(then, SliceCame("asked", Asked(n=5, state=AskState.SENDING)), Digit("1"))
    assert (then.digits, then.asked) == ("13800138000", AskState.SENDING)
    then, _ = run(then, SliceCame("asked", Asked(n=5, state=AskState.TAKEN)))
    assert (then.digits, then.asked) == ("", AskState.TAKEN)


def test_a_number_that_did_not_arrive_can_be_mended_and_sent_again() -> None:
    begin = state(place=Place.NEW_CODE, digits="03115550142")
    then, _ = run(begin, Enter(), SliceCame("asked", Asked(n=1, state=AskState.CUT)))
    assert (then.digits, then.asked) == ("03115550142", AskState.CUT)
    then, calls = run(then, Erase(), Digit("3"), Enter())
    assert calls == [Call("phone.ask", {"use": "new_code", "phone": "03115550143"})]


@pytest.mark.parametrize("way", [Back(), Go(Place.HOME), None])
def test_nothing_of_a_number_stays_for_the_next_person(way: Touch | None) -> None:
    begin = state(place=Place.NEW_CODE, digits="13800138000", sent_after=0)
    cut = replace(begin, snapshot=snapshot(asked=Asked(n=1, state=AskState.CUT)))
    then, _ = run(cut, TICK if way is None else way, now=NOW + (61 if way is None else 0))
    again, _ = run(then, Go(Place.NEW_CODE))
    assert (then.digits, again.digits, again.asked) == ("", "", AskState.NONE)


def test_a_paused_keypad_does_not_keep_anybody_from_a_new_code() -> None:
    begin = state(place=Place.NEW_CODE, keypad_until=NOW + 20)
    assert run(begin, *typed("138"))[0].digits == "138"


def test_who_is_not_answered_may_leave_a_number_once_and_comes_back_to_nothing_of_it() -> None:
    called, _ = run(state(place=Place.CODE), Help("code"), Summon())
    late = replace(called, now=NOW + 50)
    begun, _ = run(late, CallBack(), *typed("13800138000"), now=NOW + 50)
    assert page_of(begun) is Page.CALL_BACK
    sent, calls = run(begun, Enter(), now=NOW + 52)
    assert calls == [Call("phone.ask", {"use": "call_back", "phone": "13800138000"})]
    noted, _ = run(sent, SliceCame("asked", Asked(n=1, state=AskState.TAKEN)), now=NOW + 53)
    assert help_band(replace(noted, help_open=False)) == ""  # it was seen to
    gone, _ = run(noted, TICK, now=NOW + 114)
    assert (page_of(gone), gone.digits, gone.calling_back) == (Page.HOME, "", False)
    back, _ = run(begun, Back(), now=NOW + 52)
    assert (page_of(back), back.digits) == (Page.HELP, "")


FOUR_ASKED = pytest.mark.parametrize(
    ("keypad", "page", "what"),
    [
        (Keypad(card=True), Page.CARD, "card"),
        (Keypad(last_four=LastFour.PHONE), Page.LAST_FOUR, "last_four"),
        (Keypad(last_four=LastFour.ID_NUMBER), Page.LAST_FOUR, "last_four"),
    ],
)


@FOUR_ASKED
def test_four_digits_are_asked_wherever_the_person_was_and_the_fourth_sends_them(
    keypad: Keypad, page: Page, what: str
) -> None:
    done = visit(VisitPhase.DONE, Choice.LEAVE, outcome=VisitOutcome.CONFIRMED)
    for begin in (
        state(place=Place.CODE, digits="12345678", waiting=True), state(help_open=True),
        state(place=Place.WALK_IN), state(snapshot=snapshot(visit=done)),
    ):  # fmt: skip
        shown, _ = run(begin, SliceCame("keypad", keypad))
        assert (page_of(shown), shown.digits) == (page, "")
        after, calls = run(shown, *typed("47119"))
        assert calls == [Call(f"{what}.submit", {"digits": "4711"})]
        assert after.waiting


@FOUR_ASKED
def test_the_question_for_four_digits_is_put_away_by_going_back_and_by_time(
    keypad: Keypad, page: Page, what: str
) -> None:
    shown, _ = run(state(), SliceCame("keypad", keypad))
    assert page_of(shown) is page
    assert run(shown, Back())[1] == [Call(f"{what}.drop")]
    assert run(shown, TICK, now=NOW + STAY_S)[1] == [Call(f"{what}.drop")]
    gone, _ = run(shown, Digit("4"), SliceCame("keypad", Keypad()))
    assert (page_of(gone), gone.digits) == (Page.HOME, "")


def test_what_became_of_a_call_is_seen_on_whatever_page() -> None:
    called, _ = run(state(), Help("home"), Summon(), Back(), Go(Place.CODE))
    assert help_band(called) == ""
    late, _ = run(called, TICK, now=NOW + UNANSWERED_S)
    assert help_band(late) == "band.unanswered"
    assert help_band(run(late, Help("code"), now=NOW + UNANSWERED_S)[0]) == ""  # it says so itself
    answer = SliceCame("help", HelpCall(answer=HelpAnswer.COMING))
    answered, _ = run(late, answer, now=NOW + 60)
    assert (page_of(answered), help_band(answered)) == (Page.CODE, "band.answered_coming")
    assert help_band(replace(answered, now=NOW + 60 + ANSWER_SHOWN_S)) == ""
    # who has called nobody is told nothing, be there an old answer
    assert help_band(run(state(), answer)[0]) == ""


def test_help_that_is_opened_again_shows_the_call_that_was_made() -> None:
    called, _ = run(state(), Help("home"), Summon(), Back())
    assert run(called, Help("home"), now=NOW + 20)[0].summoned_at == NOW
    assert run(called, Help("home"), now=NOW + CALL_KEPT_S)[0].summoned_at is None
    # at a door that did not open another call is another matter
    assert run(called, Help("open", "not_open"), now=NOW + 20)[0].summoned_at is None


def test_the_help_page_waits_for_the_answer_and_long_enough_to_read_it() -> None:
    called, _ = run(state(), Help("home"), Summon())
    assert page_of(run(called, TICK, now=NOW + 100)[0]) is Page.HELP
    answer = SliceCame("help", HelpCall(answer=HelpAnswer.COMING))
    answered, _ = run(called, answer, now=NOW + 100)
    assert page_of(run(answered, TICK, now=NOW + 150)[0]) is Page.HELP
    assert page_of(run(answered, TICK, now=NOW + 161)[0]) is Page.HOME


def test_what_the_papers_are_for_and_which_are_missing_goes_along_with_the_number() -> None:
    begin = state(place=Place.DROP_OFF, snapshot=snapshot(bulletin=BULLETIN))
    at_list, _ = run(begin, Go(Place.MATTERS))
    assert page_of(at_list) is Page.MATTERS
    ticking, _ = run(at_list, ChooseMatter("proof1"), TickOff(0), TickOff(1))
    assert page_of(ticking) is Page.WALK_IN
    looking, _ = run(ticking, TickOff(2))  # the last one goes on by itself
    assert page_of(looking) is Page.PAPERS
    lacks = [Lack("photo"), Lack("id_copy"), Lack("photo")]
    chosen, calls = run(looking, *lacks, WalkIn(low_door=False))
    asked = {"low_door": False, "matter": "proof1", "missing": ["id_copy"]}
    assert calls == [Call("walk_in.open", asked)]
    back, _ = run(replace(chosen, waiting=False), Back())
    assert (page_of(back), back.ticked, back.missing) == (
        Page.WALK_IN, frozenset(), frozenset({"id_copy"}),
    )  # fmt: skip
    other, _ = run(back, Back(), ChooseMatter())
    assert (page_of(other), other.matter, other.missing) == (Page.WALK_IN, "", frozenset())


def test_with_no_list_from_the_centre_the_papers_are_other_papers() -> None:
    at_once, _ = run(state(place=Place.DROP_OFF), Go(Place.MATTERS))
    assert page_of(at_once) is Page.WALK_IN
    assert page_of(run(at_once, Back())[0]) is Page.DROP_OFF


def test_a_landline_is_not_promised_a_message() -> None:
    at = state(place=Place.TELL_FREE)
    assert run(at, *typed("03115550142"), Enter())[1] == []
    asked = {"use": "tell_free", "phone": "13700137009"}
    assert run(at, *typed("13700137009"), Enter())[1] == [Call("phone.ask", asked)]


def test_a_badge_scanned_while_the_last_door_is_thanked_for_asks_for_its_pin_at_once() -> None:
    done = visit(VisitPhase.DONE, Choice.LEAVE, outcome=VisitOutcome.CONFIRMED)
    shown = state(snapshot=snapshot(visit=done))
    after, _ = run(shown, SliceCame("staff", Staff(stage="pin")))
    assert page_of(after) is Page.PIN
    before = state(snapshot=snapshot(visit=ASKED))
    after, _ = run(before, SliceCame("staff", Staff(stage="pin")), SliceCame("visit", done))
    assert page_of(after) is Page.DONE, "who was at the door first is thanked first"


TAKEN_OUT = visit(
    VisitPhase.DONE, Choice.LEAVE, purpose=Purpose.TAKE_OUT, outcome=VisitOutcome.CONFIRMED
)


@pytest.mark.parametrize(
    ("outcome", "page"),
    [(VisitOutcome.CONFIRMED, Page.STAFF), (VisitOutcome.LEFT_OPEN, Page.DONE)],
)
def test_after_papers_were_taken_out_the_list_is_there_for_the_next_door(
    outcome: VisitOutcome, page: Page
) -> None:
    over = TAKEN_OUT.model_copy(update={"outcome": outcome})
    assert page_of(state(snapshot=snapshot(visit=over, staff=Staff(stage="menu")))) is page


def test_who_goes_back_from_a_round_is_not_shown_the_end_of_the_last_door_again() -> None:
    looked = TAKEN_OUT.model_copy(update={"purpose": Purpose.MAINTAIN})
    shown = snapshot(visit=looked, staff=Staff(stage="menu"))
    after, _ = run(state(place=Place.BOXES, snapshot=shown), Back())
    assert page_of(after) is Page.STAFF
