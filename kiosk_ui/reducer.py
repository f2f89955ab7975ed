"""How messages, touches and time change what the glass shows. Pure.

`reduce(state, message, now=…)` gives the next state and the calls to make; `now` is monotonic
seconds, handed in.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kiosk_ui.page_choice import FOUR_DROPS, PHONE_USES, Page, four_page, page_of
from kiosk_ui.timing import expire, leaving, seen
from kiosk_ui.touch import (
    WORK_PLACES,
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
    More,
    Noted,
    Pick,
    Place,
    RefusalSeen,
    SelectBox,
    StaffAsk,
    StaffLeave,
    Stay,
    Summon,
    TakeOut,
    TickOff,
    Touch,
    Wake,
    WalkIn,
)  # fmt: skip
from kiosk_ui.view_state import (
    CALL_KEPT_S,
    CODE_DIGITS,
    FOUR_DIGITS,
    NEVER_IN,
    PHONE_DIGITS,
    PIN_DIGITS,
    SUMMON_AGAIN_S,
    Call,
    CallFailed,
    LinkChanged,
    Message,
    SliceCame,
    SnapshotCame,
    Step,
    Tick,
    ViewState,
    VoiceChanged,
)  # fmt: skip
from locker.contract.kiosk import SLICES, Offer, Snapshot, Staff, Visit
from locker.contract.vocabulary import AskState, Choice, PhoneUse, VisitPhase


def reduce(state: ViewState, message: Message, *, now: float) -> Step:
    """Give the state after `message`, and what to ask the daemon."""
    state = replace(state, now=now)
    match message:
        case LinkChanged(link=link):
            changed = link is not state.link
            return Step(replace(state, link=link, link_at=now, waiting=False) if changed else state)
        case SnapshotCame(snapshot=snapshot):
            for name in SLICES:
                state = _with_slice(state, snapshot, name)
            return Step(replace(state, snapshot=snapshot))
        case SliceCame(name=name, value=value):
            if state.snapshot is None:
                return Step(state)
            snapshot = state.snapshot.model_copy(update={name: value})
            return Step(replace(_with_slice(state, snapshot, name), snapshot=snapshot))
        case CallFailed():
            return Step(replace(state, waiting=False, call_failed=True))
        case VoiceChanged(silent=silent):
            return Step(replace(state, silent=silent))
        case Tick(minute_of_day=minute, day=day):
            return expire(replace(state, minute_of_day=minute, day=day))
        case _:
            return _touched(state, message)


def _with_slice(state: ViewState, snapshot: Snapshot, name: str) -> ViewState:
    """Take over what a slice means for the glass's own fields."""
    now = state.now
    if name == "visit":
        return _with_visit(state, snapshot.visit)
    if name == "keypad":
        until = now + snapshot.keypad.pause_s
        state = replace(state, keypad_until=until, waiting=False)
        return _with_four(state, four_page(snapshot.keypad))
    if name == "offer" and (snapshot.offer is None) != (_offer_of(state) is None):
        return replace(state, touched_at=now, waiting=False, place=Place.HOME, ticked=frozenset())
    if name == "refusal" and snapshot.refusal is not None:
        if snapshot.refusal.n == state.seen_refusal:
            return state
        return replace(
            _without_help(state), refusal_at=now, touched_at=now, digits="", waiting=False,
            call_failed=False,
        )  # fmt: skip
    if name == "asked" and snapshot.asked.n != _asked_n(state):
        state = replace(state, waiting=False)
    if name == "asked" and snapshot.asked.state is AskState.TAKEN:
        # The number has arrived: it is on the glass no longer.
        if state.sent_after is None:
            return state
        left = state.number_left or state.calling_back
        return replace(state, digits="", touched_at=now, number_left=left)
    if name == "help" and snapshot.help.answer is not None:
        return replace(state, touched_at=now, answered_at=now)
    if name == "staff":
        return _with_staff(state, snapshot.staff)
    return state


def _with_four(state: ViewState, asked: Page | None) -> ViewState:
    """Whoever shows what four digits are asked to is at the glass for that, whatever it showed."""
    before = None if state.snapshot is None else four_page(state.snapshot.keypad)
    if asked is before:
        return state
    state = replace(state, digits="", touched_at=state.now, place=Place.HOME)
    if asked is None:
        return state
    return replace(
        state, help_open=False, calling_back=False, call_failed=False, sent_after=None, matter="",
        ticked=frozenset(),
    )  # fmt: skip


def _asked_n(state: ViewState) -> int:
    return state.snapshot.asked.n if state.snapshot else 0


def _with_staff(state: ViewState, staff: Staff) -> ViewState:
    before = state.snapshot.staff if state.snapshot else Staff()
    if (staff.stage, staff.scan) == (before.stage, before.scan):
        return replace(state, waiting=False)
    by_colleague = "pin" in {before.second, staff.second}
    place = state.place if by_colleague else Place.HOME
    # Whoever comes with a badge is not made to wait until the last person was thanked.
    ended = _ended(state) if staff.stage == "pin" else state.ended_visit
    left = _without_help(state) if staff.stage != "none" else state
    return replace(
        left, digits="", waiting=False, touched_at=state.now, list_page=0, place=place, box=None,
        ended_visit=ended,
    )  # fmt: skip


def _without_help(state: ViewState) -> ViewState:
    """Close help for what was shown meanwhile: the steward who comes has a badge in the hand."""
    return replace(state, help_open=False, calling_back=False)


def _ended(state: ViewState) -> str:
    """Give the visit whose last page need not be shown any longer."""
    over = state.visit is not None and state.visit.phase is VisitPhase.DONE
    return state.visit.visit if state.visit and over else state.ended_visit


def _offer_of(state: ViewState) -> Offer | None:
    return state.snapshot.offer if state.snapshot else None


def _with_visit(state: ViewState, visit: Visit | None) -> ViewState:
    if visit is None:
        return replace(state, hurry_until=None, rest_until=0.0, waiting=False, open_at=None)
    before = state.snapshot.visit if state.snapshot else None
    now = state.now
    state = replace(
        state,
        hurry_until=None if visit.hurry_s is None else now + visit.hurry_s,
        rest_until=now + visit.rest_s,
        open_at=now - visit.open_for_s if visit.phase is VisitPhase.OPEN else None,
        waiting=False,
    )
    if before is not None and (before.visit, before.phase) == (visit.visit, visit.phase):
        return state
    if visit.phase is VisitPhase.DONE and state.snapshot and state.snapshot.refusal:
        # Said over the visit already; now nobody is in the way any more.
        state = replace(state, seen_refusal=state.snapshot.refusal.n)
    # A new turn of the visit: whoever came for it is at the door, whatever the glass showed.
    place = state.place if state.place in WORK_PLACES else Place.HOME
    return replace(
        state, touched_at=now, digits="", place=place, help_open=False, call_failed=False,
        prolonged=False, stayed_at=None,
        picked=None if _is_another(before, visit) else state.picked,
    )  # fmt: skip


def _is_another(before: Visit | None, visit: Visit) -> bool:
    return before is None or before.visit != visit.visit


def _touched(state: ViewState, touch: Touch) -> Step:
    was_waiting = state.waiting
    state = replace(state, touched_at=state.now, call_failed=False, prolonged=False)
    match touch:
        case Back():
            return _back(state)
        case Digit() | Erase() | Enter():
            return _typed(state, touch)
        case Stay():
            return _alive(replace(state, stayed_at=state.now))
        case ChooseMatter(key=key):
            return Step(
                replace(
                    state, matter=key, place=Place.WALK_IN, ticked=frozenset(),
                    missing=frozenset(), list_page=0,
                )
            )  # fmt: skip
        case Summon():
            return _summoned(state)
        case CallBack():
            return Step(replace(state, calling_back=state.help_open, digits="", sent_after=None))
        case Pick() | WalkIn() | Noted() | RefusalSeen() | TakeOut() | StaffAsk() | StaffLeave():
            return Step(state) if was_waiting else _decided(state, touch)
        case _:
            return _looked(state, touch)


def _looked(
    state: ViewState,
    touch: Go | Language | Elder | Help | TickOff | Lack | Wake | More | SelectBox,
) -> Step:
    """Change what the glass shows of itself; the daemon is asked for nothing."""
    match touch:
        case Go(place=Place.MATTERS) if not state.matters:
            return Step(replace(state, place=Place.WALK_IN, matter="", ticked=frozenset()))
        case Go(place=place):
            return Step(
                replace(
                    state, place=place, digits="", help_open=False, ticked=frozenset(),
                    list_page=0, matter="", box=None, sent_after=None,
                )
            )  # fmt: skip
        case Language():
            other = "en" if state.language == "zh_CN" else "zh_CN"
            return _alive(replace(state, language=other))
        case Elder():
            return _alive(replace(state, elder=not state.elder))
        case Help(page=page, why=why):
            return Step(
                replace(
                    state,
                    help_open=True,
                    help_page=page,
                    help_why=why,
                    summoned_at=None if why else _call_made(state),
                    calling_back=False,
                )
            )
        case TickOff(line=line):
            return _ticked(state, line)
        case Lack(paper=key):
            return Step(replace(state, missing=state.missing ^ {key}))
        case Wake():
            return Step(state)
        case More(step=step):
            return Step(replace(state, list_page=max(0, state.list_page + step)))
        case SelectBox(compartment=number):
            return Step(replace(state, box=number))


def _call_made(state: ViewState) -> float | None:
    """Give when somebody was called, if they may still be on their way."""
    at = state.summoned_at
    return at if at is not None and state.now - at < CALL_KEPT_S else None


def _ticked(state: ViewState, line: int) -> Step:
    """Tick a line of what must not go in; after the last the papers are looked through."""
    ticked = state.ticked ^ {line}
    matter = state.chosen_matter
    goes_on = len(ticked) == len(NEVER_IN) and matter is not None and matter.papers
    place = Place.PAPERS if goes_on else state.place
    return Step(replace(state, ticked=ticked, place=place))


def _decided(
    state: ViewState,
    touch: Pick | WalkIn | Noted | RefusalSeen | TakeOut | StaffAsk | StaffLeave,
) -> Step:
    """Ask the daemon what the person decided; one thing at a time."""
    match touch:
        case Pick(choice=choice):
            return _picked(state, choice)
        case WalkIn(low_door=low):
            return _ask(state, _walk_in(state, low_door=low))
        case Noted():
            return _noted(state)
        case RefusalSeen():
            return seen(state)
        case TakeOut(compartment=number):
            return _ask(state, Call("staff.take_out", {"compartment": number}))
        case StaffAsk(method=method, params=params):
            return _ask(state, Call(method, dict(params)))
        case StaffLeave():
            return _ask(replace(state, place=Place.HOME, digits=""), Call("staff.leave"))


def _walk_in(state: ViewState, *, low_door: bool) -> Call:
    params = {"low_door": low_door, "matter": state.matter, "missing": sorted(state.missing)}
    return Call("walk_in.open", params)


def _ask(state: ViewState, call: Call) -> Step:
    return Step(replace(state, waiting=True), (call,))


def _summoned(state: ViewState) -> Step:
    """Call whoever is on duty, once a minute at most from one page."""
    if state.summoned_at is not None and state.now - state.summoned_at < SUMMON_AGAIN_S:
        return Step(state)
    page = ":".join(filter(None, (state.help_page, state.help_why)))
    return Step(
        replace(state, summoned_at=state.now, answered_at=None, number_left=False),
        (Call("help.call", {"page": page}),),
    )


def _back(state: ViewState) -> Step:
    if state.help_open and state.calling_back:
        return Step(replace(state, calling_back=False, digits="", sent_after=None))
    if state.help_open:
        return Step(replace(state, help_open=False))
    if state.snapshot and state.snapshot.staff.stage == "pin":
        return _ask(replace(state, digits=""), Call("staff.leave"))
    if state.snapshot and state.snapshot.offer is not None:
        return _ask(state, Call("walk_in.drop"))
    if (page := page_of(state)) in FOUR_DROPS:
        return _ask(replace(state, digits=""), Call(FOUR_DROPS[page]))
    if state.box is not None:
        return Step(replace(state, box=None))
    if state.place is Place.PAPERS:
        return Step(replace(state, place=Place.WALK_IN, ticked=frozenset(), list_page=0))
    if state.place is Place.WALK_IN and state.matters:
        return Step(replace(state, place=Place.MATTERS, list_page=0))
    if state.place in {Place.WALK_IN, Place.MATTERS, Place.TELL_FREE}:
        return Step(replace(state, place=Place.DROP_OFF, digits="", sent_after=None))
    if state.place is Place.LOST_CODE:
        return Step(replace(state, place=Place.CODE))
    if state.place is Place.NEW_CODE:
        return Step(replace(state, place=Place.LOST_CODE, digits="", sent_after=None))
    return Step(replace(state, place=Place.HOME, digits="", ended_visit=_ended(state)))


def _alive(state: ViewState) -> Step:
    visit = state.visit
    if visit is None or visit.phase is VisitPhase.DONE:
        return Step(state)
    return Step(
        replace(state, hurry_until=None), (Call("visit.alive", {"visit": visit.visit}),)
    )  # fmt: skip


def _typed(state: ViewState, touch: Digit | Erase | Enter) -> Step:
    page = page_of(state)
    if page in PHONE_USES:
        return _typed_phone(state, touch)
    staff = state.snapshot is not None and state.snapshot.staff.stage == "pin"
    if state.waiting or (not staff and state.pause_s):
        return Step(state)
    match touch:
        case Digit(digit=digit):
            ask, most = _TYPED_ON.get(page, ("", PIN_DIGITS[1]))
            digits = (state.digits + digit)[:most]
            state = replace(state, digits=digits, digit_at=state.now)
            if ask and len(digits) == most:
                return _ask(state, Call(ask, {"digits": digits}))
            return Step(state)
        case Erase():
            return Step(replace(state, digits=state.digits[:-1], digit_at=0.0))
        case Enter():
            if not staff or len(state.digits) < PIN_DIGITS[0]:
                return Step(state)
            return _ask(replace(state, digits=""), Call("staff.pin", {"pin": state.digits}))


_TYPED_ON = {
    Page.CODE: ("code.submit", CODE_DIGITS),
    Page.CARD: ("card.submit", FOUR_DIGITS),
    Page.LAST_FOUR: ("last_four.submit", FOUR_DIGITS),
}
"""Pages whose last digit sends them: the call, and how many digits there are."""


def _typed_phone(state: ViewState, touch: Digit | Erase | Enter) -> Step:
    """Type a telephone number; it goes to the centre at [发送] and not before."""
    if state.waiting or state.asked in {AskState.SENDING, AskState.TAKEN}:
        return Step(state)
    match touch:
        case Digit(digit=digit):
            return Step(replace(state, digits=(state.digits + digit)[:PHONE_DIGITS]))
        case Erase():
            return Step(replace(state, digits=state.digits[:-1]))
        case Enter():
            use = PHONE_USES[page_of(state)]
            if not is_phone(state.digits, use):
                return Step(state)
            params = {"use": use.value, "phone": state.digits}
            sent = replace(state, sent_after=_asked_n(state))
            return _ask(sent, Call("phone.ask", params))


def is_phone(digits: str, use: PhoneUse) -> bool:
    """Tell whether digits can be a number of the mainland: a mobile, or a landline with its area.

    The centre judges by the same rule (`normal.phone`). Only a mobile can be told by a message.
    """
    landline = "" if use is PhoneUse.TELL_FREE else r"|0[1-9]\d{8,10}"
    return re.fullmatch(rf"1[3-9]\d{{9}}{landline}", digits) is not None


def _picked(state: ViewState, choice: Choice) -> Step:
    visit = state.visit
    if visit is None:
        return Step(state)
    call = Call("visit.choose", {"visit": visit.visit, "choice": choice.value})
    if visit.phase is VisitPhase.DONE and choice is Choice.LEAVE:
        return Step(replace(state, ended_visit=visit.visit), leaving(visit))
    if visit.phase is VisitPhase.DONE and choice in visit.choices:
        return Step(replace(state, ended_visit=visit.visit), (call,))
    if choice not in visit.choices or (choice is Choice.REOPEN and state.rest_s):
        return Step(state)
    return _ask(replace(state, picked=choice), call)


def _noted(state: ViewState) -> Step:
    if state.snapshot is None or state.snapshot.offer is None:
        return Step(state)
    return _ask(state, Call("walk_in.noted"))
