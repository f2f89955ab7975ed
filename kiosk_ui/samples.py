"""States for the gallery and the tests: every page that a person can meet.

Each is as the daemon would make it come up. Nobody in here is real.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from kiosk_ui.page_choice import Page
from kiosk_ui.touch import Place
from kiosk_ui.view_state import Day, Link, ViewState
from locker.contract.bulletin import Bulletin, Neighbour, WalkInMatter, WalkInPaper, Words
from locker.contract.failure import Failure
from locker.contract.kiosk import (
    Asked,
    Audit,
    DoorRow,
    DutyHours,
    Face,
    HelpCall,
    Invitation,
    Keypad,
    LineFigures,
    Offer,
    PartFigures,
    RecallRow,
    Refusal,
    Service,
    Snapshot,
    Staff,
    TakeOutRow,
    Visit,
    Workings,
)  # fmt: skip
from locker.contract.layout import Layout
from locker.contract.vocabulary import (
    RATINGS,
    AskState,
    Capability,
    Choice,
    Condition,
    Contact,
    DoorState,
    Health,
    HelpAnswer,
    LastFour,
    Purpose,
    SlipState,
    VisitOutcome,
    VisitPhase,
)

NOW = 1_000.0
NOON = 12 * 60 + 6
ADDRESS = (
    "https://bbg.example.org/s/runyuan-1?t=59212345.kZ7fQ0m3c1Xv8Tq2LrJ5nYwA4uEo9DsHbG6iPxRtVg"
)
OK = Service(board=Health.OK, scanner=Health.OK, centre=Health.OK, free=9, walk_in=True)
CARDS = OK.model_copy(update={"reads_cards": True})
TYPED = OK.model_copy(update={"scanner": Health.DOWN})
OFFLINE = OK.model_copy(update={"centre": Health.DOWN, "centre_since": 1_795_562_400.0})


DUTY = (DutyHours(who="值班员", days=(0, 1, 2, 3, 4), begins=510, ends=1050),)


def _paper(key: str, zh: str, en: str) -> WalkInPaper:
    return WalkInPaper(key=key, zh=zh, en=en)


BULLETIN = Bulletin(
    matters=tuple(
        WalkInMatter(
            key=f"proof{n}",
            title=Words(zh=zh, en=en),
            papers=(
                _paper("application", "申请表", "Application form"),
                _paper("id_copy", "身份证件复印件", "Copy of your ID"),
                _paper("home_proof", "住房材料复印件", "Copy of a proof of your home"),
                _paper("photo", "一寸照片", "Photo of one inch"),
            ),
        )
        for n, (zh, en) in enumerate(
            (
                ("居住证明", "Letter of residence"),
                ("高龄津贴申请", "Old-age allowance"),
                ("居住证签注", "Endorsement of a residence permit"),
                ("医疗费报销", "Refund of medical costs"),
                ("生育登记", "Registration of a birth"),
                ("无犯罪记录证明代办", "Certificate of no criminal record"),
                ("就业失业登记", "Registration of employment"),
            )
        )
    ),
    theme="社区清洁日",
    activity="医保咨询，小广场",
    activity_at=1_795_658_400.0,
    clearing_at=1_795_654_800.0,
    tells=True,
    neighbours=(Neighbour(site="东门物业", short="RY02"),),
)
"""As a centre tells it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A named state and the page it must show."""

    name: str
    page: Page
    state: ViewState = field(repr=False)


@cache
def default_layout() -> Layout:
    """Read the first cabinet's layout, once."""
    path = files("config") / "cabinets" / "runyuan-24.toml"
    return Layout.model_validate(tomllib.loads(path.read_text("utf-8")))


def snapshot(**slices: Any) -> Snapshot:
    """Make a snapshot of a cabinet that works, with some slices replaced."""
    face = Face(
        cabinet="runyuan-1", short="RY01", community="润园社区", site="居委会门口",
        telephone="0311-5550 0142", layout=default_layout(), duty=DUTY,
        notice="本周三上午：社区医保咨询，小广场",
    )  # fmt: skip
    given = {"face": face, "service": OK, "invitation": Invitation(qr=ADDRESS)} | slices
    return Snapshot(seq=1, **given)


_FAILURES = {
    VisitPhase.NOT_OPENED: Failure.DOOR_NOT_OPENED,
    VisitPhase.LOOK: Failure.DOOR_UNKNOWN,
    VisitPhase.JAMMED: Failure.DOOR_JAMMED,
}


def visit(
    phase: VisitPhase, *choices: Choice, purpose: Purpose = Purpose.COLLECT, **more: Any
) -> Visit:
    """Make a visit at door 7."""
    given: dict[str, Any] = {
        "compartment": 7, "reference": "0412", "failure": _FAILURES.get(phase, ""),
    } | more  # fmt: skip
    return Visit(visit="v1", purpose=purpose, phase=phase, choices=choices, **given)


def state(**fields: Any) -> ViewState:
    """Make a state in which the daemon speaks."""
    given: dict[str, Any] = {
        "now": NOW, "touched_at": NOW, "link": Link.UP, "snapshot": snapshot(),
        "minute_of_day": NOON, "day": Day(11, 25, 2),
    } | fields  # fmt: skip
    return ViewState(**given)


def samples() -> Iterator[Sample]:
    """Give every page, and the faces of a page that differ."""
    yield from _waiting()
    yield from _code()
    yield from _doors()
    yield from _trouble()
    yield from _over()
    yield from _drop_off()
    yield from _staff()
    yield from _service()


def _in_visit(made: Visit, **slices: Any) -> ViewState:
    return state(snapshot=snapshot(visit=made, **slices))


def _waiting() -> Iterator[Sample]:
    yield Sample("home", Page.HOME, state())
    told = snapshot(bulletin=BULLETIN)
    yield Sample("home-told", Page.HOME, state(snapshot=told))
    scanned = Invitation(qr=ADDRESS, word="shiliu")
    yield Sample("home-scanned", Page.HOME, state(snapshot=snapshot(invitation=scanned)))
    cut = snapshot(service=OFFLINE, invitation=Invitation())
    yield Sample("home-offline", Page.HOME, state(snapshot=cut))
    part = OK.model_copy(update={"out_of_order": 2})
    doors = snapshot(service=part, open_doors=(3, 18))
    yield Sample("home-door-open", Page.HOME, state(snapshot=doors))
    alone = NOW - 70
    silent = OK.model_copy(update={"silent": tuple(range(13, 25)), "free": 4})
    yield Sample("home-part-silent", Page.HOME, state(snapshot=snapshot(service=silent)))
    yield Sample("invite", Page.INVITE, state(touched_at=alone))
    yield Sample("invite-offline", Page.INVITE, state(touched_at=alone, snapshot=cut))
    yield Sample("home-no-scanner", Page.HOME, state(snapshot=snapshot(service=TYPED)))
    begins = OK.model_copy(update={"centre": Health.STARTING})
    trial = snapshot().face.model_copy(update={"demo": True})
    asks = snapshot(service=begins, face=trial, invitation=Invitation())
    yield Sample("home-connecting", Page.HOME, state(snapshot=asks))
    yield Sample("home-cards", Page.HOME, state(snapshot=snapshot(service=CARDS)))
    yield Sample("home-call-failed", Page.HOME, state(call_failed=True))


def _code() -> Iterator[Sample]:
    at_code = state(place=Place.CODE)
    yield Sample("code", Page.CODE, at_code)
    cards = snapshot(service=CARDS)
    yield Sample("code-or-card", Page.CODE, replace(at_code, snapshot=cards))
    typed_only = snapshot(service=TYPED)
    yield Sample("code-no-scanner", Page.CODE, replace(at_code, snapshot=typed_only))
    carded = snapshot(keypad=Keypad(card=True))
    yield Sample("card", Page.CARD, state(snapshot=carded, digits="12"))
    of_phone = state(snapshot=snapshot(keypad=Keypad(last_four=LastFour.PHONE)), digits="12")
    yield Sample("last-four-phone", Page.LAST_FOUR, of_phone)
    of_id = state(snapshot=snapshot(keypad=Keypad(last_four=LastFour.ID_NUMBER)))
    yield Sample("last-four-id", Page.LAST_FOUR, of_id)
    rests = replace(of_phone, digits="", keypad_until=NOW + 17)
    yield Sample("last-four-paused", Page.LAST_FOUR, rests)
    typed = replace(at_code, digits="1234", digit_at=NOW)
    yield Sample("code-typed", Page.CODE, typed)
    checking = snapshot(keypad=Keypad(checking=True))
    yield Sample("code-checking", Page.CODE, replace(typed, digits="12345678", snapshot=checking))
    yield Sample("lost-code", Page.LOST_CODE, replace(at_code, place=Place.LOST_CODE))
    cut = snapshot(service=OFFLINE, invitation=Invitation())
    lost = replace(at_code, place=Place.LOST_CODE, snapshot=cut)
    yield Sample("lost-code-offline", Page.LOST_CODE, lost)
    yield from _phone(Place.NEW_CODE, "new-code", Page.NEW_CODE)
    rests = replace(at_code, snapshot=cards, keypad_until=NOW + 17)
    yield Sample("code-paused", Page.CODE, rests)
    yield Sample("code-warning", Page.CODE, replace(typed, touched_at=NOW - 52))


def _phone(place: Place, name: str, page: Page) -> Iterator[Sample]:
    typed = state(place=place, digits="13800138")
    yield Sample(name, page, typed)
    for asked in (AskState.CUT, AskState.TAKEN, AskState.TOO_MANY):
        sent = snapshot(asked=Asked(n=1, state=asked))
        digits = "" if asked is AskState.TAKEN else "13800138000"
        then = replace(typed, digits=digits, sent_after=0, snapshot=sent)
        yield Sample(f"{name}-{asked.value}", page, then)


_WISHES = {
    Purpose.COLLECT: (Choice.NOT_MINE,),
    Purpose.DEPOSIT: (Choice.OTHER_BOX, Choice.LOWER),
    Purpose.LOAD: (Choice.OTHER_BOX, Choice.LARGER),
    Purpose.TAKE_OUT: (),
    Purpose.RECALL: (),
    Purpose.MAINTAIN: (),
}


def _doors() -> Iterator[Sample]:
    phase = VisitPhase
    yield Sample("opening", Page.OPENING, _in_visit(visit(phase.OPENING)))
    again = visit(phase.OPENING, attempt=2, compartment=24)
    yield Sample("opening-again", Page.OPENING, _in_visit(again))
    for purpose, wishes in _WISHES.items():
        ways = (Choice.LEAVE, *(wish for wish in wishes if wish is not Choice.LARGER))
        made = visit(phase.OPEN, *ways, purpose=purpose, door_open=True, compartment=6)
        yield Sample(f"open-{purpose.value}", Page.OPEN, _in_visit(made))
    far = visit(phase.OPEN, Choice.LEAVE, door_open=True, compartment=20)
    silent = Refusal(n=4, failure="BBG-203")
    yield Sample("open-refusal", Page.OPEN, _in_visit(far, refusal=silent))
    wished = visit(
        phase.OPEN, Choice.LEAVE, Choice.OTHER_BOX, Choice.LOWER, purpose=Purpose.DEPOSIT,
        door_open=True, wish=Choice.OTHER_BOX,
    )  # fmt: skip
    yield Sample("open-wish", Page.OPEN, _in_visit(wished))
    wrong = visit(
        phase.OPEN, Choice.LEAVE, Choice.NOT_MINE, door_open=True, wish=Choice.NOT_MINE
    )  # fmt: skip
    yield Sample("open-not-mine", Page.OPEN, _in_visit(wrong))
    no_disk = OK.model_copy(update={"recording": False})
    unseen = visit(phase.OPEN, Choice.LEAVE, Choice.NOT_MINE, door_open=True)
    yield Sample("open-unrecorded", Page.OPEN, _in_visit(unseen, service=no_disk))
    long = visit(phase.OPEN, Choice.SAW_SHUT, Choice.LEAVE, door_open=True, open_for_s=45.0)
    stays = replace(_in_visit(long), open_at=NOW - 100)
    yield Sample("open-long", Page.OPEN, stays)
    yield Sample("open-stayed", Page.OPEN, replace(stays, stayed_at=NOW - 1))
    ask = (Choice.CONFIRM, Choice.NOTHING, Choice.REOPEN, Choice.NOT_MINE)
    yield Sample("ask-collect", Page.ASK, _in_visit(visit(phase.ASK, *ask)))
    put_in = (Choice.CONFIRM, Choice.NOTHING, Choice.REOPEN, Choice.OTHER_BOX, Choice.LOWER)
    put = visit(phase.ASK, *put_in, purpose=Purpose.DEPOSIT)
    yield Sample("ask-deposit", Page.ASK, _in_visit(put))
    late = replace(_in_visit(visit(phase.ASK, *ask)), hurry_until=NOW + 12)
    yield Sample("ask-warning", Page.ASK, late)
    for purpose in (Purpose.TAKE_OUT, Purpose.RECALL, Purpose.MAINTAIN):
        staff = visit(phase.ASK, *ask[:-1], purpose=purpose)
        yield Sample(f"ask-{purpose.value}", Page.ASK, _in_visit(staff))
    loads = (Choice.CONFIRM, Choice.REOPEN, Choice.NOTHING, Choice.OTHER_BOX, Choice.LARGER)
    load = visit(phase.ASK, *loads, purpose=Purpose.LOAD)
    yield Sample("ask-load", Page.ASK, _in_visit(load))


def _trouble() -> Iterator[Sample]:
    phase = VisitPhase
    shut = visit(phase.NOT_OPENED, Choice.REOPEN, Choice.LEAVE)
    yield Sample("not-opened", Page.NOT_OPENED, _in_visit(shut))
    after_all = visit(phase.NOT_OPENED, Choice.REOPEN, Choice.SAW_OPEN, Choice.LEAVE)
    yield Sample("not-opened-after-all", Page.NOT_OPENED, _in_visit(after_all))
    unsent = visit(phase.NOT_OPENED, Choice.REOPEN, Choice.LEAVE, failure=Failure.BOARD_SILENT)
    yield Sample("not-opened-silent", Page.NOT_OPENED, _in_visit(unsent))
    resting = replace(_in_visit(shut), rest_until=NOW + 2)
    yield Sample("not-opened-resting", Page.NOT_OPENED, resting)
    look = visit(phase.LOOK, Choice.SAW_OPEN, Choice.SAW_SHUT, Choice.REOPEN)
    yield Sample("look", Page.LOOK, _in_visit(look))
    doubtful = visit(phase.LOOK, Choice.SAW_OPEN, Choice.SAW_SHUT, failure=Failure.CONTACT_DOUBTFUL)
    yield Sample("look-contact", Page.LOOK, _in_visit(doubtful))
    stuck = visit(phase.JAMMED, Choice.LEAVE)
    yield Sample("jammed", Page.JAMMED, _in_visit(stuck))
    for code in ("BBG-101", "BBG-105", "BBG-106", "BBG-117", "BBG-120", "BBG-206", "BBG-999"):
        refused = snapshot(refusal=Refusal(n=1, failure=code))
        yield Sample(f"refused-{code[4:]}", Page.REFUSED, state(snapshot=refused))


def _over() -> Iterator[Sample]:
    phase = VisitPhase
    for outcome in VisitOutcome:
        done = visit(phase.DONE, Choice.LEAVE, outcome=outcome)
        yield Sample(f"done-{outcome.value}", Page.DONE, _in_visit(done))
    given = visit(phase.DONE, outcome=VisitOutcome.CONFIRMED, purpose=Purpose.DEPOSIT)
    yield Sample("done-deposit", Page.DONE, _in_visit(given))
    rated = visit(
        phase.DONE, Choice.LEAVE, *RATINGS, outcome=VisitOutcome.CONFIRMED,
    )  # fmt: skip
    yield Sample("done-rating", Page.DONE, _in_visit(rated))
    back = visit(
        phase.DONE, Choice.LEAVE, outcome=VisitOutcome.CONFIRMED, purpose=Purpose.RECALL
    )  # fmt: skip
    yield Sample("done-recall", Page.DONE, _in_visit(back))
    last = visit(phase.DONE, Choice.LEAVE, outcome=VisitOutcome.CONFIRMED, purpose=Purpose.LOAD)
    yield Sample("done-load", Page.DONE, _in_visit(last))
    not_mine = visit(phase.DONE, Choice.LEAVE, outcome=VisitOutcome.NOTHING)
    yield Sample(
        "done-not-mine", Page.DONE, replace(_in_visit(not_mine), picked=Choice.NOT_MINE)
    )  # fmt: skip


def _drop_off() -> Iterator[Sample]:
    yield Sample("drop-off", Page.DROP_OFF, state(place=Place.DROP_OFF))
    cut = snapshot(service=OFFLINE, invitation=Invitation())
    yield Sample("drop-off-offline", Page.DROP_OFF, state(place=Place.DROP_OFF, snapshot=cut))
    paused = snapshot(service=OK.model_copy(update={"walk_in": False}))
    yield Sample("drop-off-paused", Page.DROP_OFF, state(place=Place.DROP_OFF, snapshot=paused))
    no_room = OK.model_copy(update={"walk_in": False, "full": True})
    full = snapshot(service=no_room, bulletin=BULLETIN)
    yield Sample("drop-off-full", Page.DROP_OFF, state(place=Place.DROP_OFF, snapshot=full))
    lost = no_room.model_copy(update={"centre": Health.DOWN})
    cut_full = snapshot(service=lost, bulletin=BULLETIN, invitation=Invitation())
    there = state(place=Place.DROP_OFF, snapshot=cut_full)
    yield Sample("drop-off-full-offline", Page.DROP_OFF, there)
    yield from _phone(Place.TELL_FREE, "tell-free", Page.TELL_FREE)
    known = snapshot(bulletin=BULLETIN)
    yield Sample("matters", Page.MATTERS, state(place=Place.MATTERS, snapshot=known))
    chosen = state(place=Place.WALK_IN, matter="proof0", ticked=frozenset({0}), snapshot=known)
    yield Sample("walk-in-matter", Page.WALK_IN, chosen)
    papers = replace(chosen, place=Place.PAPERS, ticked=frozenset({0, 1, 2}))
    yield Sample("papers", Page.PAPERS, papers)
    less = replace(papers, missing=frozenset({"id_copy"}))
    yield Sample("papers-missing", Page.PAPERS, less)
    yield Sample("walk-in", Page.WALK_IN, state(place=Place.WALK_IN, ticked=frozenset({0})))
    ready = state(place=Place.WALK_IN, ticked=frozenset({0, 1, 2}))
    yield Sample("walk-in-ready", Page.WALK_IN, ready)
    for slip in SlipState:
        offer = Offer(number="W073112", code="48301957", slip=slip)
        yield Sample(
            f"walk-in-number-{slip.value}",
            Page.WALK_IN_NUMBER,
            state(snapshot=snapshot(offer=offer)),
        )


def _staff() -> Iterator[Sample]:
    yield Sample("badge", Page.BADGE, state(place=Place.STAFF))
    pin = snapshot(staff=Staff(stage="pin"))
    yield Sample("pin", Page.PIN, state(snapshot=pin, digits="12"))
    rows = tuple(
        TakeOutRow(compartment=n, consignment=f"c{n}", reference=f"04{n:02}", confirmed=n != 9)
        for n in (2, 9, 12, 13, 17, 21, 22)
    )
    busy = Staff(stage="menu", staff="s1", take_out=rows, to_load=20, free=13, look_at=(4, 15))
    yield Sample("staff", Page.STAFF, state(snapshot=snapshot(staff=busy)))
    yield from _rounds(busy)
    idle = Staff(stage="menu", staff="s1", free=24)
    yield Sample("staff-nothing", Page.STAFF, state(snapshot=snapshot(staff=idle)))


def _rounds(busy: Staff) -> Iterator[Sample]:
    overdue = tuple(
        RecallRow(compartment=n, consignment=f"e{n}", reference=f"03{n:02}", days=n // 5)
        for n in (1, 5, 6, 14, 23)
    )
    doors = tuple(
        DoorRow(
            compartment=n,
            condition=_CONDITIONS.get(n, Condition.FREE if n % 3 else Condition.OCCUPIED),
            reference="" if n % 3 else f"04{n:02}",
            confirmed=n != 9,
            contact=_CONTACTS.get(n, Contact.TRUSTED),
            state=DoorState.OPEN if n == 3 else DoorState.CLOSED,
        )
        for n in range(1, 25)
    )
    full = busy.model_copy(
        update={"capabilities": tuple(Capability), "recall": overdue, "doors": doors}
    )

    def at(place: Place, *, box: int | None = None, **update: Any) -> ViewState:
        staff = full.model_copy(update=update)
        return state(place=place, box=box, snapshot=snapshot(staff=staff))

    yield Sample("staff-all", Page.STAFF, at(Place.HOME))
    begun = Audit(at=12, said=Condition.OCCUPIED, reference="0412", total=24, checked=11, left=13)
    second = at(Place.HOME, second="badge", audit=begun, look_at=(4, 15, 16, 17, 18, 20, 23))
    yield Sample("staff-second", Page.STAFF, second)
    cut = snapshot(staff=full, service=OFFLINE)
    yield Sample("recall-cut", Page.RECALL, state(place=Place.RECALL, snapshot=cut))
    yield Sample("recall-none", Page.RECALL, at(Place.RECALL, recall=()))
    yield Sample("boxes", Page.BOXES, at(Place.BOXES))
    yield Sample("box-jammed", Page.BOXES, at(Place.BOXES, box=4))
    yield Sample("box-out", Page.BOXES, at(Place.BOXES, box=15))
    yield Sample("box-unclear", Page.BOXES, at(Place.BOXES, box=20))
    yield Sample("audit", Page.AUDIT, at(Place.AUDIT))
    yield Sample("audit-next", Page.AUDIT, at(Place.AUDIT, audit=begun))
    asked = visit(VisitPhase.ASK, Choice.CONFIRM, Choice.NOTHING, purpose=Purpose.MAINTAIN)
    in_audit = snapshot(staff=full, visit=asked)
    yield Sample("audit-ask", Page.ASK, state(place=Place.AUDIT, snapshot=in_audit))
    report = Audit(at=None, total=24, checked=21, missing=1, unexpected=2, left=3)
    yield Sample("audit-done", Page.AUDIT, at(Place.AUDIT, audit=report))
    yield from _technician(doors)


def _technician(doors: tuple[DoorRow, ...]) -> Iterator[Sample]:
    line = LineFigures(
        bus=1, port="/dev/bangbangui-board", asked=184_203, time_outs=3, bad_checksums=0,
        median_ms=17.3,
    )  # fmt: skip
    now = Workings(
        version=version("bangbangui"), boot="5f0c1e7a", clock_trusted=True, lines=(line,),
        heard_at=1_795_562_400.0,
        parts=(
            PartFigures(what="scanner", works=True, used_at=1_795_562_400.0),
            PartFigures(what="card_reader", works=True, used_at=1_795_562_400.0),
            PartFigures(what="printer", works=True),
        ),
    )  # fmt: skip
    staff = Staff(stage="technician", staff="tech:s1", workings=now, doors=doors)
    fine = OK.model_copy(update={"centre_since": 1_795_562_400.0})
    well = state(snapshot=snapshot(staff=staff, service=fine), silent=False)
    yield Sample("technician", Page.TECHNICIAN, well)
    lines = (line, line.model_copy(update={"bus": 2, "bad_checksums": None, "median_ms": None}))
    down = tuple(
        part.model_copy(update={"works": False, "used_at": 1_795_562_400.0}) for part in now.parts
    )
    changes = {"version": "0.0.9", "clock_trusted": False, "waiting": 1204}
    poor = now.model_copy(update={**changes, "lines": lines, "parts": down})
    ill = staff.model_copy(update={"workings": poor, "second": "badge"})
    silent = OFFLINE.model_copy(update={"board": Health.DOWN, "board_since": 1_795_562_400.0})
    cut = snapshot(staff=ill, service=silent, invitation=Invitation())
    yield Sample("technician-ill", Page.TECHNICIAN, state(snapshot=cut))
    for name, box in (("technician-doors", None), ("technician-door", 3)):
        there = state(place=Place.BOXES, box=box, snapshot=snapshot(staff=staff))
        yield Sample(name, Page.BOXES, there)


_CONDITIONS = {4: Condition.JAMMED, 15: Condition.OUT_OF_SERVICE, 20: Condition.WITHHELD}
_CONTACTS = {15: Contact.FLICKERING}


def _service() -> Iterator[Sample]:
    yield Sample("help", Page.HELP, state(help_open=True))
    night = BULLETIN.model_copy(update={"duty": (1_795_739_400.0, 1_795_773_600.0)})
    silent = OK.model_copy(update={"silent": tuple(range(13, 25))})
    holiday = snapshot(bulletin=night, service=silent)
    yield Sample("help-holiday", Page.HELP, state(help_open=True, snapshot=holiday))
    came = {"summoned_at": NOW - 60, "answered_at": NOW - 5}
    coming = snapshot(help=HelpCall(answer=HelpAnswer.COMING))
    yield Sample("home-help-coming", Page.HOME, state(snapshot=coming, **came))
    late = state(place=Place.CODE, summoned_at=NOW - 60, touched_at=NOW - 52)
    yield Sample("code-help-late", Page.CODE, late)
    away = state(help_open=True, minute_of_day=20 * 60, summoned_at=NOW - 50)
    yield Sample("help-unanswered", Page.HELP, away)
    yield Sample("help-called", Page.HELP, state(help_open=True, summoned_at=NOW - 5))
    for answer in HelpAnswer:
        seen = snapshot(help=HelpCall(answer=answer))
        answered = state(help_open=True, summoned_at=NOW - 50, snapshot=seen)
        yield Sample(f"help-{answer.value}", Page.HELP, answered)
    left = snapshot(asked=Asked(n=1, state=AskState.TAKEN))
    number = state(help_open=True, calling_back=True, digits="138")
    yield Sample("call-back", Page.CALL_BACK, number)
    noted = replace(number, digits="", sent_after=0, snapshot=left)
    yield Sample("call-back-taken", Page.CALL_BACK, noted)
    opened = visit(VisitPhase.OPEN, Choice.LEAVE, Choice.NOT_MINE, door_open=True)
    for why in ("not_open", "out_of_reach"):
        asked = replace(_in_visit(opened), help_open=True, help_page="open", help_why=why)
        yield Sample(f"help-{why.replace('_', '-')}", Page.HELP, asked)
    cut = snapshot(service=OFFLINE, invitation=Invitation())
    yield Sample("help-offline", Page.HELP, state(help_open=True, snapshot=cut))
    yield Sample("starting", Page.STARTING, ViewState(now=NOW, minute_of_day=NOON))
    silent = OK.model_copy(update={"board": Health.DOWN, "board_since": 1_795_562_400.0})
    yield Sample("out-board", Page.OUT_OF_SERVICE, state(snapshot=snapshot(service=silent)))
    stuck = state(help_open=True, snapshot=snapshot(service=silent))
    yield Sample("help-out", Page.HELP, stuck)
    unrecorded = OK.model_copy(update={"recording": False})
    yield Sample("out-disk", Page.OUT_OF_SERVICE, state(snapshot=snapshot(service=unrecorded)))
    lost = state(link=Link.DOWN, link_at=NOW - 30)
    yield Sample("out-link", Page.OUT_OF_SERVICE, lost)
    yield Sample(
        "out-protocol", Page.OUT_OF_SERVICE,
        ViewState(now=NOW, link=Link.WRONG_PROTOCOL, minute_of_day=NOON),
    )  # fmt: skip
