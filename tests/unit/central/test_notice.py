"""Notices: at most one accepted message an event, the resident's own way, never at night."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select
from starlette.types import Message as Event
from starlette.types import Receive, Scope, Send

from central.centre import Centre
from central.hub import LOOKING, NewsHub
from central.notice_settings import NoticeSettings, Quiet
from central.operation import alarm, consent, glass_ask, grant, matter, notice, quiet, subscription
from central.operation.matter_state import MatterState
from central.provider.alibaba_sms import AlibabaSms
from central.provider.answer import Answer, Channel, Message, Outcome
from central.record.cabinet import Cabinet
from central.record.case import Consignment, Matter
from central.record.people import Notice, Resident
from central.record.privacy import Consent
from central.record.told import NoticeTry
from locker.contract import event as told
from locker.contract.text import LANGUAGES, Catalogue
from locker.contract.vocabulary import Condition, Found
from tests.support.fake_provider import BREAK, LOST, FakeAlibaba, served
from tests.unit.central import phone
from tests.unit.central.conftest import FakeChannel, World, make_world
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded

LATER, UNKNOWN = Outcome.LATER, Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Ready:
    """An envelope that lies ready, whose notice nobody has tried to send: a centre's files."""

    folder: Path
    cabinet: FakeCabinet
    browser: TestClient
    url: str

    def told(self, world: World) -> tuple[TestClient, str]:
        """Send the notice, and give the phone of who reads it and their page."""
        deliver(world)
        browser = world.browser()
        browser.cookies = copy.copy(self.browser.cookies)
        return browser, self.url


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Ready:
    """Make it once: every test begins with a copy."""
    folder = tmp_path_factory.mktemp("ready")
    shutil.copy(empty_database, folder / "centre.db")
    with contextlib.contextmanager(make_world)(
        f"sqlite:///{folder / 'centre.db'}", folder
    ) as world:
        world.channel.answers = [Answer(LATER)]
        cabinet = world.enrolled_cabinet()
        browser, url = loaded(world, cabinet)
        with world.centre.database.writing() as session:
            session.delete(session.exec(select(NoticeTry)).one())
    return Ready(folder, cabinet, browser, url)


@pytest.fixture
def world(tmp_path: Path, ready: Ready) -> Iterator[World]:
    """The centre, some seconds after the door was shut: the notice is due."""
    folder = shutil.copytree(ready.folder, tmp_path / "centre")
    for world in make_world(f"sqlite:///{folder / 'centre.db'}", folder):
        world.clock.at += 6
        yield world


@pytest.fixture
def cabinet(world: World, ready: Ready) -> FakeCabinet:
    """The cabinet in which it lies, behind door 3."""
    entries = copy.copy(ready.cabinet.entries)
    return replace(ready.cabinet, client=world.app, now=world.clock.at, entries=entries)


def states(world: World) -> list[str]:
    with world.centre.database.reading() as session:
        return [row.state for row in session.exec(select(Notice))]


def tries(world: World) -> list[tuple[str, str]]:
    with world.centre.database.reading() as session:
        rows = session.exec(select(NoticeTry).order_by(NoticeTry.id))  # type: ignore[arg-type]
        return [(row.channel, row.outcome) for row in rows]


def tasks(world: World) -> list[str]:
    with world.centre.database.reading() as session:
        return [task.kind for task in alarm.open_tasks(session)]


def deliver(world: World, *channels: Channel, night: Quiet | None = None) -> int:
    settings = NoticeSettings(channels or (world.channel,), quiet=night)
    return notice.deliver(
        notice.Post(world.centre.database, settings, world.centre.keys, world.clock.now)
    )


def due_at(world: World) -> float:
    with world.centre.database.reading() as session:
        (task,) = alarm.open_tasks(session)
        return float(task.details["due_at"])


def is_double(world: World) -> bool:
    with world.centre.database.reading() as session:
        return session.exec(select(Notice.may_be_double)).one()


def choose_way(world: World, way: str) -> None:
    with world.centre.database.writing() as session:
        for person in session.exec(select(Resident)):
            person.told_by = way


def pass_time(world: World, cabinet: FakeCabinet, seconds: float) -> None:
    world.clock.at += seconds
    cabinet.now = world.clock.at
    with world.centre.database.writing() as session:  # the cabinet is still there
        session.get_one(Cabinet, cabinet.id).posted_at = world.clock.at


def test_a_notice_names_neither_the_matter_nor_the_person(
    world: World, cabinet: FakeCabinet
) -> None:
    deliver(world)
    (message,) = world.channel.sent
    assert message.phone == "+8613800138000"
    assert "居住证明" not in message.text
    assert "王" not in message.text
    assert states(world) == ["sent"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_fits_one_sms_and_has_no_link(language: str) -> None:
    texts = Catalogue.load("central", "phone", language)
    keys = [key for key in texts.keys if key.startswith("notice.")]
    assert keys
    for key in keys:
        text = texts(key, reference="W-12345", code="48301957", site="居委会门口")
        assert len(text) <= (70 if language == "zh_CN" else 160), key
        assert "http" not in text
        assert "{" not in text


def test_what_surely_did_not_go_is_tried_again_after_a_pause(
    world: World, cabinet: FakeCabinet
) -> None:
    world.channel.answers = [Answer(LATER, "45009", pause_s=3600)]
    deliver(world)
    assert states(world) == ["due"]
    assert deliver(world) == 0
    pass_time(world, cabinet, 3601)
    deliver(world)
    assert states(world) == ["sent"]
    assert tries(world) == [("fake", "later"), ("fake", "accepted")]


def test_where_one_way_cannot_now_the_next_is_tried_at_once_and_one_message_is_accepted(
    world: World, cabinet: FakeCabinet
) -> None:
    """An SMS account without money holds nobody's notice up, and sends nothing afterwards."""
    sms = FakeChannel("sms", answers=[Answer(LATER, "isv.AMOUNT_NOT_ENOUGH", pause_s=3600)])
    webhook = FakeChannel("webhook", answers=[Answer(LATER, "429", pause_s=60)])
    deliver(world, sms, webhook)
    assert (states(world), tries(world)) == (["due"], [("sms", "later"), ("webhook", "later")])
    assert deliver(world, sms, webhook) == 0, "both rest"
    pass_time(world, cabinet, 61)
    deliver(world, sms, webhook)
    assert (states(world), tries(world)[2:]) == (["sent"], [("webhook", "accepted")])
    pass_time(world, cabinet, 3601)
    assert deliver(world, sms, webhook) == 0
    assert len(sms.sent) == 1


def test_what_no_way_can_send_for_a_day_is_told_by_a_person(
    world: World, cabinet: FakeCabinet
) -> None:
    world.channel.answers = [Answer(LATER, "45009", pause_s=rest) for rest in (3600, 6 * 3600)]
    deliver(world)
    pass_time(world, cabinet, notice.GIVE_UP_AFTER_S - 60)
    deliver(world)
    assert (states(world), tasks(world)) == (["due"], [])
    pass_time(world, cabinet, 61)
    deliver(world)
    assert (states(world), tasks(world)) == (["desk"], ["tell_resident"]), "it rests for hours yet"
    assert due_at(world) == quiet.call_by(world.clock.at, None)


def test_who_has_collected_meanwhile_is_told_nothing(world: World, cabinet: FakeCabinet) -> None:
    """The line to the provider was down; a code works all the same, and needs no new one."""
    with world.centre.database.writing() as session:
        glass_ask.new_codes(
            session, cabinet.id, phone.DETAILS["phone"], keys=world.centre.keys, now=world.clock.at
        )
    world.channel.answers = [Answer(LATER, pause_s=3600), Answer(LATER, pause_s=3600)]
    deliver(world)
    cabinet.visit(cabinet.grants()["collect"], "collected")
    pass_time(world, cabinet, 3601)
    deliver(world)
    assert states(world) == ["dropped", "dropped"]
    assert tries(world) == [("fake", "later"), ("fake", "later")]


@pytest.mark.parametrize(("taken_back", "state"), [(False, "sent"), (True, "dropped")])
def test_who_took_the_consent_back_is_told_nothing_and_who_agreed_to_an_older_text_is_told(
    world: World, cabinet: FakeCabinet, *, taken_back: bool, state: str
) -> None:
    with world.centre.database.writing() as session:
        given = session.exec(select(Consent)).one()
        given.version = "of before"
        if taken_back:
            consent.withdraw(session, given.resident, now=world.clock.at)
    pass_time(world, cabinet, 6)
    deliver(world)
    assert states(world) == [state]


@pytest.mark.parametrize("known", [True, False], ids=["its box was opened", "its disk is new"])
def test_who_waits_for_what_staff_must_look_for_is_told_when_they_have_seen_it(
    world: World, cabinet: FakeCabinet, *, known: bool
) -> None:
    """It may be gone: a new disk, which knew nothing of it, calls a box free that staff emptied."""
    world.channel.answers = [Answer(LATER, pause_s=600)]
    deliver(world)
    load = cabinet.grants()["collect"]["consignment"]
    cabinet.say(told.BooksEntered(3, Condition.WITHHELD, load if known else None, "presumed"))
    if not known:
        empty = told.AuditFound(
            "i1", 3, Found.EMPTY, Condition.WITHHELD, None, agrees=True, staff=""
        )
        cabinet.say(told.BooksEntered(3, Condition.FREE, None, "confirmed"), empty)
    pass_time(world, cabinet, 601)
    deliver(world)
    assert states(world) == ["due"]
    cabinet.say(told.BooksEntered(3, Condition.OCCUPIED, load, "audit"))
    pass_time(world, cabinet, 601)
    deliver(world)
    assert states(world) == ["sent"]


@pytest.mark.parametrize("other", [False, True], ids=["its door", "another's"])
def test_nobody_is_told_while_staff_take_the_envelope_back(
    world: World, cabinet: FakeCabinet, *, other: bool
) -> None:
    world.channel.answers = [Answer(LATER, pause_s=600)]
    deliver(world)
    load = cabinet.grants()["collect"]
    recall = {**load, "grant": "recall-1", "purpose": "recall"}
    pass_time(world, cabinet, 601)
    cabinet.begin_visit(recall | ({"consignment": "another"} if other else {}), staff="s1")
    deliver(world)
    assert states(world) == ["sent" if other else "due"]
    pass_time(world, cabinet, 601)
    deliver(world)
    assert states(world) == ["sent"], "an ending that was lost holds nobody up for ever"


def test_what_invites_nobody_to_the_cabinet_waits_for_no_cabinet(
    world: World, ready: Ready
) -> None:
    with world.centre.database.writing() as session:
        session.get_one(Matter, ready.url[3:]).state = MatterState.WAITING_FOR_PAPERS.value
        row = session.exec(select(Notice)).one()
        row.kind, row.details = "missing", {}
    world.clock.at += 3600  # and the cabinet is silent
    deliver(world)
    assert [message.kind for message in world.channel.sent] == ["missing"]


def test_a_load_that_does_not_fit_the_books_tells_nobody(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    """It was taken to the desk again; staff look at what differs."""
    with world.centre.database.writing() as session:
        session.delete(session.exec(select(Notice)).one())
        session.get_one(Matter, ready.url[3:]).state = MatterState.AT_DESK.value
        papers = session.exec(select(Consignment).where(Consignment.state != "out")).one()
        papers.state, load = "expected", papers.id
    cabinet.say(told.ConsignmentMoved(load, 3, "loaded", "v9", confirmed=True, shut_in_visit=True))
    assert (states(world), tasks(world)) == ([], ["books_differ"])


def test_a_refusal_goes_to_the_next_way_and_at_last_to_a_person(
    world: World, cabinet: FakeCabinet
) -> None:
    first = FakeChannel("first", answers=[Answer(Outcome.REFUSED, "43101")])
    second = FakeChannel("second", answers=[Answer(Outcome.REFUSED, "isv.MOBILE_NUMBER_ILLEGAL")])
    deliver(world, first, second)
    assert tries(world) == [("first", "refused"), ("second", "refused")]
    assert (states(world), tasks(world)) == (["desk"], ["tell_resident"])


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("receipt", "state"),
    [
        (Answer(Outcome.ACCEPTED), "sent"),
        (Answer(Outcome.REFUSED), "desk"),
        (Answer(Outcome.UNKNOWN), "unknown"),
        (None, "unknown"),
    ],
)
def test_an_unknown_outcome_is_asked_for_and_not_sent_again(
    world: World, cabinet: FakeCabinet, receipt: Answer | None, state: str
) -> None:
    world.channel.answers = [Answer(UNKNOWN)]
    deliver(world)
    assert states(world) == ["unknown"]
    pass_time(world, cabinet, 61)
    world.channel.receipts = [receipt]
    deliver(world)
    assert (states(world), len(world.channel.sent), is_double(world)) == ([state], 1, False)


def test_a_receipt_is_asked_for_however_long_the_notice_had_waited(
    world: World, cabinet: FakeCabinet
) -> None:
    """It waited two days for its cabinet; the line broke as it was sent at last."""
    world.channel.answers = [Answer(LATER), Answer(UNKNOWN)]
    deliver(world)
    pass_time(world, cabinet, 2 * 86400)
    deliver(world)
    assert states(world) == ["unknown"]
    pass_time(world, cabinet, 61)
    world.channel.receipts = [Answer(Outcome.ACCEPTED)]
    deliver(world)
    assert (states(world), tasks(world)) == (["sent"], [])


def test_where_nobody_can_be_asked_it_is_sent_once_more_and_that_is_written_down(
    world: World, cabinet: FakeCabinet
) -> None:
    world.channel.answers = [Answer(UNKNOWN), Answer(UNKNOWN)]
    deliver(world)
    world.channel.receipts = [None] * 4
    for asked, sent in ((61, 1), (notice.BELIEVE_AFTER_S - 61, 2), (61, 2), (3600, 2)):
        pass_time(world, cabinet, asked)
        deliver(world)
        assert (len(world.channel.sent), is_double(world)) == (sent, sent == 2)
    assert (states(world), tasks(world)) == (["desk"], ["tell_resident"])


def test_a_consent_used_up_at_the_second_try_shows_that_the_first_arrived(
    world: World, cabinet: FakeCabinet
) -> None:
    world.channel.name = "wechat"
    world.channel.answers = [Answer(UNKNOWN), Answer(Outcome.REFUSED, "43101")]
    deliver(world)
    world.channel.receipts = [None]
    pass_time(world, cabinet, notice.BELIEVE_AFTER_S)
    deliver(world)
    assert (states(world), tasks(world), len(world.channel.sent)) == (["sent"], [], 2)


def test_a_consent_used_up_says_nothing_of_what_went_another_way(
    world: World, cabinet: FakeCabinet
) -> None:
    sms = FakeChannel("sms", answers=[Answer(UNKNOWN), Answer(LATER)], receipts=[None])
    wechat = FakeChannel("wechat", answers=[Answer(Outcome.REFUSED, "43101")])
    for seconds in (0, notice.BELIEVE_AFTER_S):
        pass_time(world, cabinet, seconds)
        deliver(world, sms, wechat)
    assert tries(world) == [("sms", "unknown"), ("sms", "later"), ("wechat", "refused")]
    assert states(world) == ["due"]


@pytest.mark.parametrize(
    ("line", "listed_after_s", "sent", "double"),
    [(BREAK, 600, 1, False), (BREAK, 7200, 2, True), (LOST, 0, 1, True)],
    ids=["listed late", "listed much later", "never arrived"],
)
def test_no_receipt_is_believed_only_when_the_call_can_be_taken_no_more(
    world: World, cabinet: FakeCabinet, line: object, listed_after_s: float, *, sent: int,
    double: bool,
) -> None:  # fmt: skip
    fake = FakeAlibaba("k", "s", world.clock.at, listed_after_s=listed_after_s, scripted=[line])
    with served(fake) as url:
        sms = AlibabaSms("k", "s", "润园社区", {"ready": "SMS_1"}, url=url)
        for seconds in (0, 61, notice.BELIEVE_AFTER_S - 61):
            pass_time(world, cabinet, seconds)
            fake.now = world.clock.at
            deliver(world, sms)
    assert (states(world), is_double(world), len(fake.sent)) == (["sent"], double, sent)


def test_a_worker_that_died_while_sending_leaves_an_unknown_outcome(
    world: World, cabinet: FakeCabinet
) -> None:
    class Dies(FakeChannel):
        def send(self, message: Message, *, now: float) -> Answer:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(world, Dies("wechat"))
    pass_time(world, cabinet, notice.CRASHED_AFTER_S - 1)
    assert (states(world), deliver(world)) == (["sending"], 0)
    pass_time(world, cabinet, notice.BELIEVE_AFTER_S)
    world.channel.name = "wechat"
    world.channel.receipts, world.channel.answers = [None], [Answer(Outcome.REFUSED, "43101")]
    deliver(world)
    assert tries(world) == [("wechat", "unknown"), ("wechat", "refused")]
    assert states(world) == ["sent"], "the consent that is gone went with the first"


def test_after_a_day_without_an_answer_a_person_tells(world: World, cabinet: FakeCabinet) -> None:
    world.channel.answers, world.channel.receipts = [Answer(UNKNOWN)], [Answer(UNKNOWN)]
    for seconds in (0, notice.GIVE_UP_AFTER_S - 60, 61):
        pass_time(world, cabinet, seconds)
        deliver(world)
    assert (states(world), tasks(world)) == (["desk"], ["tell_resident"])
    assert len(world.channel.sent) == 1


def test_what_one_worker_has_in_hand_no_other_sends_or_asks_for(
    world: World, cabinet: FakeCabinet
) -> None:
    others: list[int] = []

    class Slow(FakeChannel):
        def send(self, message: Message, *, now: float) -> Answer:
            others.append(deliver(world))
            return Answer(UNKNOWN)

        def ask(self, message: Message, *, sent_at: float, now: float) -> Answer:
            others.append(deliver(world))
            return Answer(Outcome.ACCEPTED if sent_at == now - 61 else UNKNOWN)

    slow = Slow("slow")
    deliver(world, slow)
    pass_time(world, cabinet, 61)
    deliver(world, slow)
    assert (others, states(world)) == ([0, 0], ["sent"])


def test_nobody_is_told_of_papers_in_a_box_that_opened_unasked(
    world: World, cabinet: FakeCabinet
) -> None:
    world.channel.answers = [Answer(LATER, pause_s=1)]
    deliver(world)
    with world.centre.database.writing() as session:
        papers = session.exec(select(Consignment).where(Consignment.state != "out")).one()
        door = papers.compartment or 0
        for one, box in ((papers.id, door), ("another", 4)):
            alarm.set_task(
                session, alarm.LOOK_INSIDE, cabinet=cabinet.id, now=world.clock.at,
                consignment=one, compartment=box,
            )  # fmt: skip
    pass_time(world, cabinet, 61)
    deliver(world)
    assert (states(world), len(world.channel.sent)) == (["due"], 1)
    with world.centre.database.writing() as session:
        alarm.finish_door_tasks(
            session, alarm.LOOK_INSIDE, cabinet=cabinet.id, compartment=door, now=world.clock.at
        )
    pass_time(world, cabinet, 61)
    deliver(world)
    assert states(world) == ["sent"]


def test_after_a_slow_way_the_next_try_is_in_hand_for_its_whole_time(
    world: World, cabinet: FakeCabinet
) -> None:
    others: list[int] = []

    class Slow(FakeChannel):
        def send(self, message: Message, *, now: float) -> Answer:
            pass_time(world, cabinet, 0.9 * notice.CRASHED_AFTER_S)
            others.append(deliver(world))
            return super().send(message, now=now)

    deliver(world, Slow("first", answers=[Answer(LATER, pause_s=600)]), Slow("second"))
    assert (others, states(world)) == ([0, 0], ["sent"])


@pytest.mark.logs_may_warn("notice n")
def test_a_client_that_breaks_says_nothing_of_the_message(
    world: World, cabinet: FakeCabinet
) -> None:
    world.channel.send = None  # type: ignore[assignment, method-assign]
    deliver(world)
    assert states(world) == ["unknown"]


def test_who_presses_a_button_is_answered_before_a_provider_is(
    world: World, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def send(_: Message, *, now: float) -> Answer:
        order.append(f"sent {now:.0f}")
        return Answer(Outcome.ACCEPTED)

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(event: Event) -> None:
            order.append(event["type"])
            await send(event)

        await world.app.app(scope, receive, answer)

    monkeypatch.setattr(world.channel, "send", send)
    desk, page = phone.at_the_desk(world), f"/staff{ready.url}"
    token = phone.token_of(desk.get(page))
    browser = replace(world, app=TestClient(watched)).browser()
    browser.cookies, browser.portal = desk.cookies, desk.portal
    assert browser.post(f"{page}/take-on", data={"csrf_token": token}).status_code == 303
    assert order == ["http.response.start", "http.response.body", f"sent {world.clock.at:.0f}"]


def test_one_thread_sends_and_who_asks_meanwhile_goes_on_and_is_not_forgotten(
    world: World, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that hangs would hold every thread that serves cabinets."""
    order: list[str] = []

    def send(message: Message, *, now: float) -> Answer:
        order.append(message.kind)
        if message.kind == "ready":
            with world.centre.database.writing() as session:
                matter.tell(session, session.get_one(Matter, ready.url[3:]), "nudge", now=now)
            world.centre.deliver_notices()
            order.append("goes on")
        return Answer(Outcome.ACCEPTED)

    monkeypatch.setattr(world.channel, "send", send)
    world.centre.deliver_notices()
    assert order == ["ready", "goes on", "nudge"]


def test_who_looks_at_the_console_sees_what_happened_before_a_provider_answers(
    world: World, cabinet: FakeCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(NewsHub, "wake", lambda _, who: order.extend(who))
    monkeypatch.setattr(Centre, "deliver_notices", lambda _: order.append("told"))
    cabinet.say(told.ServiceChanged("scanner", ok=False))
    assert order == [LOOKING, "told"]


def test_a_notice_whose_rows_are_broken_holds_up_no_other(world: World, ready: Ready) -> None:
    with world.centre.database.writing() as session:
        case = session.get_one(Matter, ready.url[3:])
        matter.tell(session, case, "nudge", now=world.clock.at)
        session.flush()
        broken = session.exec(select(Notice).where(Notice.kind == "ready")).one()
        broken.kind = grant.NEW_CODE  # the code it tells of is not there
    with pytest.raises(ExceptionGroup, match="notices not told"):
        world.centre.deliver_notices()
    assert [one.kind for one in world.channel.sent] == ["nudge"]


def test_a_centre_that_stops_sends_the_message_in_hand_and_no_other(
    world: World, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_hand, stopped = threading.Event(), threading.Event()

    def send(_: Message, *, now: float) -> Answer:
        in_hand.set()
        assert world.centre.ending.wait(60)
        assert not stopped.is_set(), "it is waited for"
        return Answer(LATER)

    def stop() -> None:
        assert in_hand.wait(60)
        world.centre.tell_no_more()
        stopped.set()

    monkeypatch.setattr(world.channel, "send", send)
    with world.centre.database.writing() as session:
        case = session.get_one(Matter, ready.url[3:])
        matter.tell(session, case, "nudge", now=world.clock.at)
    stopping = threading.Thread(target=stop)
    stopping.start()
    world.centre.deliver_notices()
    stopping.join()
    assert tries(world) == [("fake", "later")]


def test_with_no_channel_telling_the_person_is_a_task(world: World, cabinet: FakeCabinet) -> None:
    evening = Quiet(17 * 60, 8 * 60)
    deliver(world, FakeChannel(able=False), night=evening)
    assert (states(world), tasks(world)) == (["desk"], ["tell_resident"])
    assert due_at(world) == quiet.call_by(world.clock.at, evening) > world.clock.at + 12 * 3600
    page = phone.at_the_desk(world).get("/staff").text
    assert 'data-testid="due"' in page
    assert 'class="bad" data-testid="due"' not in page
    world.clock.at = due_at(world) + 1
    assert 'class="bad" data-testid="due"' in phone.at_the_desk(world).get("/staff").text


@pytest.mark.sweep
@pytest.mark.parametrize(("way", "task"), notice.BY_HAND.items())
def test_who_wants_no_message_gets_none(
    world: World, cabinet: FakeCabinet, way: str, task: str
) -> None:
    choose_way(world, way)
    pass_time(world, cabinet, 6)
    deliver(world)
    assert (states(world), tasks(world), len(world.channel.sent)) == (["desk"], [task], 0)


def test_staff_read_what_they_are_to_tell_and_print_no_slip_for_what_was_collected(
    world: World, cabinet: FakeCabinet, ready: Ready
) -> None:
    browser, url = ready.told(world)
    choose_way(world, notice.AT_THE_DOOR)
    delegates = f"{url}/delegates"
    daughter = {"name": "王小兰", "phone": "13900139000", "actor": "delegate"}
    phone.send(browser, delegates, delegates, **daughter)
    cabinet.visit(cabinet.grants()["collect"], "collected", compartment=3)
    deliver(world)
    assert tasks(world) == ["tell_at_door"]
    assert "请上门告诉居民：代取人已经取走了" in phone.at_the_desk(world).get("/staff").text


def test_the_residents_own_way_is_tried_first(world: World, cabinet: FakeCabinet) -> None:
    choose_way(world, "second")
    pass_time(world, cabinet, 6)
    first, second = FakeChannel("first"), FakeChannel("second")
    deliver(world, first, second)
    assert (len(first.sent), len(second.sent)) == (0, 1)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("down", "waits"),
    [
        (told.ServiceChanged("recording", ok=False), True),
        (told.ServiceChanged("doors", ok=False, detail="1-2 3"), True),
        (told.ServiceChanged("doors", ok=False, detail="1-2 4"), False),
        (told.BooksEntered(3, Condition.JAMMED, "", "staff"), True),
        (told.ServiceChanged("scanner", ok=False), False),
        (told.ServiceChanged("card_reader", ok=False), False),
    ],
    ids=["the disk", "its board", "another board", "its lock", "the scanner", "the card reader"],
)
def test_a_notice_waits_for_the_door_that_it_leads_to_and_for_nothing_else(
    world: World, cabinet: FakeCabinet, *, down: told.Event, waits: bool
) -> None:
    """With no scanner the code is typed, and the time to collect runs on meanwhile."""
    if isinstance(down, told.BooksEntered):
        down = replace(down, consignment=cabinet.grants()["collect"]["consignment"])
    cabinet.say(down)
    pass_time(world, cabinet, 61)
    deliver(world)
    assert states(world) == ["due" if waits else "sent"]


@pytest.mark.sweep
@pytest.mark.parametrize("why", ["silent", "service", "revoked"])
def test_nobody_is_told_while_the_cabinet_cannot_serve(
    world: World, cabinet: FakeCabinet, why: str
) -> None:
    match why:
        case "silent":
            world.clock.at += 61
        case "service":
            pass_time(world, cabinet, 6)
            cabinet.say(told.ServiceChanged("board", ok=False))
        case _:
            from central.operation import enrolment

            pass_time(world, cabinet, 6)
            with world.centre.database.writing() as session:
                enrolment.revoke(session, cabinet.id, now=world.clock.at)
    deliver(world)
    assert (states(world), world.channel.sent) == (["due"], [])
    if why == "service":
        pass_time(world, cabinet, 61)
        cabinet.say(told.ServiceChanged("board", ok=True))
        deliver(world)
        assert states(world) == ["sent"]


def test_nobody_is_told_before_the_cabinet_has_told_what_happened_while_it_was_away(
    world: World, cabinet: FakeCabinet
) -> None:
    """It was cut off, and the envelope may have been taken back meanwhile."""
    world.clock.at += 600
    cabinet.now = world.clock.at
    cabinet.news()
    deliver(world)
    assert states(world) == ["due"]
    cabinet.post(cabinet.write(told.HelpCalled("a")), more=True)
    world.clock.at += 61
    cabinet.news()
    deliver(world)
    assert states(world) == ["due"]
    world.clock.at += 61
    cabinet.say(told.HelpCalled("b"))
    deliver(world)
    assert states(world) == ["sent"]


def china(text: str) -> float:
    return dt.datetime.fromisoformat(f"2026-11-25T{text}+08:00").timestamp()


@pytest.mark.parametrize(
    ("at", "hours", "told_at"),
    [
        ("20:59", (21 * 60, 8 * 60), "20:59"),
        ("08:00", (21 * 60, 8 * 60), "08:00"),
        ("03:30", (21 * 60, 8 * 60), "08:00"),
        ("12:00", (12 * 60, 14 * 60), "14:00"),
        ("14:00", (12 * 60, 14 * 60), "14:00"),
        ("03:30", (0, 0), "03:30"),
    ],
)
def test_the_quiet_hours_end_in_the_morning(at: str, hours: tuple[int, int], told_at: str) -> None:
    assert quiet.after_quiet(china(at), Quiet(*hours)) == china(told_at)


def test_the_evenings_quiet_ends_on_the_next_day() -> None:
    assert quiet.after_quiet(china("21:00"), Quiet()) == china("08:00") + 86400
    assert quiet.call_by(china("23:00"), Quiet()) == china("12:00") + 86400
    assert quiet.call_by(china("16:30"), Quiet()) == china("20:30")
    assert quiet.call_by(china("20:08"), Quiet()) == china("11:08") + 86400, "no call at midnight"
    assert quiet.call_by(china("08:30"), Quiet(12 * 60, 13 * 60)) == china("13:30")


def test_a_notice_of_the_night_waits_for_the_morning(world: World, cabinet: FakeCabinet) -> None:
    night = china("22:00")
    pass_time(world, cabinet, night - world.clock.at + 400 * 86400)
    deliver(world, night=Quiet())
    assert re.search(r"待发 · \S+\s08:00 以后", world.app.get("/demo/notices").text)
    assert (states(world), world.channel.sent) == (["due"], [])
    pass_time(world, cabinet, 10 * 3600)
    deliver(world, night=Quiet())
    assert states(world) == ["sent"]


@pytest.mark.parametrize(
    ("way", "answer", "is_used"),
    [
        ("wechat", Answer(Outcome.ACCEPTED), True),
        ("wechat", Answer(Outcome.REFUSED, "43101"), True),
        ("sms", Answer(Outcome.ACCEPTED), False),
    ],
)
def test_a_wechat_consent_is_good_for_one_message_and_asked_for_again_where_it_is_gone(
    world: World, ready: Ready, way: str, answer: Answer, *, is_used: bool
) -> None:
    url, keys = ready.url, world.centre.keys
    world.channel.name = way
    world.channel.answers = [answer]
    with world.centre.database.writing() as session:
        case = session.get_one(Matter, url[3:])
        assert subscription.agree(session, case, "oOPENID", keys=keys, now=world.clock.at)
    deliver(world)
    accepted = answer.outcome is Outcome.ACCEPTED
    assert states(world) == ["sent" if accepted else "desk"]
    message = world.channel.sent[-1]
    assert (message.openid, message.scene) == ("oOPENID", subscription.scene_of(url[3:]))
    with world.centre.database.reading() as session:
        assert (subscription.unused(session, url[3:], keys=keys) is None) is is_used


def test_the_demo_prints_no_telephone_number(capsys: pytest.CaptureFixture[str]) -> None:
    message = Message("n1", "ready", "R-1", phone="+8613800138000", text="ready")
    notice.PrintingChannel().send(message, now=0)
    assert capsys.readouterr().out == "notice n1: ready\n"
