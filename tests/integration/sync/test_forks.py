"""What a cabinet's disk may do to the common history, and how keys and doors change hands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from central.key import drop_old, make_next, use_next
from central.operation import alarm, enrolment, news, signing_key
from central.record.cabinet import Cabinet, CabinetSession, HeadSignature, Journal
from locker.centre_client import CentreClient, CentreRefusedError
from locker.contract.centre import EVENTS_PER_POST, GrantNews, Message, OpenCommand
from locker.contract.chain import seal
from locker.contract.credential import GrantClaims
from locker.contract.event import HelpCalled
from locker.contract.failure import Failure
from locker.contract.vocabulary import Condition, Purpose
from locker.core.input import HelpAsked
from locker.core.state import Table
from locker.diag.exported import Heads, check_chain
from locker.events_worker import EventsSource, EventsWorker
from locker.identity import Identity, public_text
from locker.inbox import Forked
from locker.inbox import Message as Told
from locker.journal.outbox import Outbox
from tests.integration.sync.conftest import Line, SyncedCabinet
from tests.unit.locker.written_cabinet import WrittenCabinet

pytestmark = pytest.mark.logs_may_warn(
    "knows another history",
    "begun, since",
    "no news",
    "events wait",
    "revoked",
    "unknown or invalid",
)
MakeCabinet = Callable[[], SyncedCabinet]


def claims(line: Line, cabinet: SyncedCabinet, name: str) -> GrantClaims:
    now = int(line.world.clock.at)
    return GrantClaims(
        1, f"g-{name}", cabinet.id, Purpose.DEPOSIT, f"c-{name}", "", "R-1", now, now + 9000
    )


def alarms(line: Line) -> set[str]:
    with line.world.centre.database.reading() as session:
        return {row.kind for row in alarm.open_alarms(session)}


def tell(line: Line, cabinet: SyncedCabinet, *items: Message) -> None:
    with line.world.centre.database.writing() as session:
        for item in items:
            news.put(session, cabinet.id, item, now=line.world.clock.at)


def grant_news(line: Line, name: str) -> GrantNews:
    now = line.world.clock.at
    return GrantNews(
        grant=f"g-{name}", purpose=Purpose.DEPOSIT, consignment=f"c-{name}", issued_at=now,
        expires_at=now + 9000,
    )  # fmt: skip


def command(line: Line, name: str, *, grant: str, ago_s: float = 0.0) -> OpenCommand:
    return OpenCommand(command=name, grant=grant, issued_at=line.world.clock.at - ago_s)


def enrolled(make_cabinet: MakeCabinet) -> tuple[SyncedCabinet, WrittenCabinet]:
    cabinet = make_cabinet()
    cabinet.enrol()
    return cabinet, cabinet.start()


def heads_of(line: Line, cabinet: str) -> Heads:
    from central.operation import anchor

    with line.world.centre.database.reading() as session:
        return Heads.model_validate(anchor.heads(session, session.get_one(Cabinet, cabinet)))


# --- the disk -------------------------------------------------------------------------------


def test_an_older_image_of_the_disk_begins_a_journal_that_names_the_old_and_believes_no_box(
    line: Line, make_cabinet: MakeCabinet, tmp_path: Path
) -> None:
    cabinet, here = enrolled(make_cabinet)
    here.scan(line.world.centre.keys.sign_grant(claims(line, cabinet, "1")))
    box = here.finish_visit()
    here.post_all()
    cabinet.end()
    shutil.copytree(cabinet.state, tmp_path / "image")
    here = cabinet.start()
    for _ in range(5):
        here.tell(HelpAsked("home"))
    old = here.journal.id
    token = line.world.centre.keys.sign_grant(claims(line, cabinet, "2"))
    here.post_all()
    cabinet.end()

    shutil.rmtree(cabinet.state)
    shutil.copytree(tmp_path / "image", cabinet.state)
    cabinet.time.push(60)
    here = cabinet.start()
    head = here.journal.head
    here.post_all()
    assert here.journal.id != old
    (started,) = [
        e for e in here.journal.entries() if e.sequence == 1 and e.journal == here.journal.id
    ]
    assert head is not None
    assert started.body["previous_journal"] == old
    assert started.body["previous_head"] == head.hash
    assert here.conditions() == {Condition.WITHHELD}
    assert "journal.fork" in alarms(line)
    here.ask_news()
    here.scan(token)
    assert here.refusal() == Failure.BEFORE_ENROLMENT.name
    here.pass_s(2)
    here.scan(line.world.centre.keys.sign_grant(claims(line, cabinet, "3")))
    assert here.refusal() == Failure.CABINET_FULL.name
    here.post_all()
    both = [row for row in line.events(cabinet.id) if row.journal == old]
    assert [row.fork for row in both].count(True) >= 1, "both histories are kept"
    assert {row.flag for row in line.events(cabinet.id) if row.journal != old} == {""}
    assert here.journal.verify().intact
    assert here.condition(box) is Condition.WITHHELD


def test_a_cabinet_that_has_less_than_the_centre_knows_is_forked_whatever_it_posts(
    line: Line, make_cabinet: MakeCabinet, tmp_path: Path
) -> None:
    cabinet, here = enrolled(make_cabinet)
    here.post_all()
    cabinet.end()
    image = shutil.copytree(cabinet.state, tmp_path / "image")
    cabinet.start().post_all()
    identity = Identity.load(image)
    told: list[Told] = []
    mono = cabinet.time.mono
    client = CentreClient(
        identity, line.url, ca_file=None, clock=mono, centre_time=here.clock.centre
    )
    worker = EventsWorker(
        EventsSource(image / "journal.db", 0, identity), client, doors=tuple, clock=mono,
        tell=told.append,
    )  # fmt: skip
    outbox = Outbox(image / "journal.db")
    worker.turn(outbox)
    outbox.close()
    client.close()
    assert [message for message in told if isinstance(message, Forked)]


def test_a_new_disk_withholds_every_box_and_the_old_one_opens_nothing_any_more(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    cabinet, here = enrolled(make_cabinet)
    tell(line, cabinet, grant_news(line, "1"))
    token = line.world.centre.keys.sign_grant(claims(line, cabinet, "2"))
    here.post_all()
    cabinet.end()
    stolen = cabinet.state.rename(cabinet.folder / "stolen")
    cabinet.time.push(60.7)
    cabinet.enrol()
    anew = claims(line, cabinet, "2")
    here = cabinet.start()
    assert here.conditions() == {Condition.WITHHELD}
    here.post_all()
    here.scan(token)
    assert here.refusal() == Failure.BEFORE_ENROLMENT.name
    here.pass_s(2)
    here.scan(line.world.centre.keys.sign_grant(anew))
    assert here.refusal() == Failure.CABINET_FULL.name, "issued anew, it is good"
    with line.world.centre.database.reading() as session:
        journals = session.exec(select(Journal).where(Journal.cabinet == cabinet.id)).all()
    assert sorted(row.number for row in journals) == [1, 2]
    thief = CentreClient(
        Identity.load(stolen), line.url, ca_file=None, clock=cabinet.time.mono,
        centre_time=here.clock.centre,
    )  # fmt: skip
    with pytest.raises(CentreRefusedError, match="401"):
        thief.news(after=0, wait_s=0)
    thief.close()


def test_a_first_enrolment_believes_that_the_boxes_are_empty(make_cabinet: MakeCabinet) -> None:
    _, here = enrolled(make_cabinet)
    assert here.conditions() == {Condition.FREE}


# --- what is said ---------------------------------------------------------------------------


def test_kinds_that_the_other_side_does_not_know_block_neither_line(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    class Future(Message):
        item: str = "of_the_future"

    cabinet, here = enrolled(make_cabinet)
    head = here.journal.head
    assert head is not None
    stamp = here.clock.stamp(here.clock.moment())
    strange = seal(
        journal=head.journal, sequence=head.sequence + 1, kind="door.sang", body={"song": 1},
        stamp=stamp, previous=head.hash,
    )  # fmt: skip
    here.journal._commit([strange], {})
    here.tell(HelpAsked("home"))
    here.post_all()
    last_two = line.events(cabinet.id)[-2:]
    assert [(row.kind, row.flag) for row in last_two] == [
        ("door.sang", "unknown"),
        (HelpCalled.kind, ""),
    ]
    tell(line, cabinet, Future(), grant_news(line, "after"))
    here.ask_news()
    assert here.engine.state.get(Table.GRANT, "g-after") is not None


def test_a_replayed_and_a_stale_command_open_nothing_also_after_a_restart(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    cabinet, here = enrolled(make_cabinet)
    tell(line, cabinet, grant_news(line, "1"), grant_news(line, "2"))
    tell(line, cabinet, command(line, "o-1", grant="g-1"))
    cabinet.time.wall.now_s += 3600  # the wall clock has no say
    here.ask_news()
    here.finish_visit()
    assert len(here.pulses) == 1
    cabinet.end()
    here = cabinet.start()
    cabinet.time.wall.now_s -= 7200
    tell(line, cabinet, command(line, "o-1", grant="g-2"))
    tell(line, cabinet, command(line, "o-2", grant="g-2", ago_s=31))
    here.ask_news()
    here.wait(1.0)
    here.post_all()
    judged = [row.body for row in line.events(cabinet.id) if row.kind == "command.taken"]
    assert [body["failure"] for body in judged] == [
        "", Failure.COMMAND_REPLAYED.value, Failure.COMMAND_STALE.value,
    ]  # fmt: skip
    assert here.pulses == []


def test_a_revoked_cabinet_serves_on_and_comes_back_by_a_new_code_with_nothing_lost(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    cabinet, here = enrolled(make_cabinet)
    here.post_all()
    with line.world.centre.database.writing() as session:
        enrolment.revoke(session, cabinet.id, now=line.world.clock.at)
    here.tell(HelpAsked("home"))
    assert here.post() > 60
    here.ask_news()
    here.scan(line.world.centre.keys.sign_grant(claims(line, cabinet, "1")))
    here.finish_visit()
    here.post()
    known = len(line.events(cabinet.id))
    cabinet.end()
    cabinet.enrol()
    here = cabinet.start()
    here.post_all()
    rows = line.events(cabinet.id)
    assert len(rows) > known
    assert [row.hash for row in rows] == [entry.hash for entry in here.journal.entries()]
    assert {row.flag for row in rows} == {""}
    assert Condition.OCCUPIED in here.conditions(), "the disk is the same: its books hold"


# --- keys -----------------------------------------------------------------------------------


def test_the_centres_next_signing_key_is_used_once_every_cabinet_has_it_and_old_codes_stay_good(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    cabinet, here = enrolled(make_cabinet)
    centre, now = line.world.centre, line.world.clock.at
    folder, old = centre.settings.data, centre.keys
    before = old.sign_grant(claims(line, cabinet, "before"))
    coming = make_next(folder)
    with centre.database.writing() as session:
        signing_key.tell(session, coming, now=now)
        assert [row.id for row in signing_key.waiting(session, coming.kid)] == [cabinet.id]
    here.ask_news()
    here.post_all()
    with centre.database.reading() as session:
        assert signing_key.waiting(session, coming.kid) == []
    assert use_next(folder) == coming
    new = centre.keys
    assert new.public == coming, "the running centre signs with it, without a restart"
    here.use(line.dead_url)
    here.scan(new.sign_grant(claims(line, cabinet, "after")))
    here.finish_visit()
    here.scan(before)
    here.finish_visit()
    assert len(here.pulses) == 2

    here.use(line.url)
    assert drop_old(folder, old.public.kid)
    with centre.database.writing() as session:
        signing_key.tell_gone(session, old.public.kid, now=line.world.clock.at)
    here.ask_news()
    here.scan(old.sign_grant(claims(line, cabinet, "late")))
    assert here.refusal() == Failure.SIGNATURE_BAD.name
    assert centre.keys.accepted == (coming,)


def test_a_cabinets_new_keys_take_over_in_the_same_journal_and_its_old_heads_stay_proven(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    cabinet, here = enrolled(make_cabinet)
    here.post_all()
    before = Identity.load(cabinet.state)
    cabinet.end()
    cabinet.enrol(new_keys=True)
    after = Identity.load(cabinet.state)
    assert public_text(after.keys.login) != public_text(before.keys.login)
    assert public_text(after.keys.head) != public_text(before.keys.head)
    assert after.keys.code_salt == before.keys.code_salt
    assert not (cabinet.state / "next").exists()
    here = cabinet.start()
    here.post_all()
    with line.world.centre.database.reading() as session:
        signed = session.exec(select(HeadSignature)).all()
    assert {row.key for row in signed} == {
        public_text(before.keys.head),
        public_text(after.keys.head),
    }
    assert all(row.valid for row in signed)
    found = check_chain(here.journal.entries(), heads=heads_of(line, cabinet.id))
    assert (found.broken, found.unanchored, len(found.journals)) == (None, 0, 1)
    with line.world.centre.database.reading() as session:
        assert session.exec(select(CabinetSession)).all()


def test_new_keys_that_the_centre_refuses_are_not_used(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    cabinet, here = enrolled(make_cabinet)
    cabinet.end()
    before = (cabinet.state / "login.key").read_bytes()
    with pytest.raises(CentreRefusedError):
        cabinet.enrol(new_keys=True, code="WRONGCODE123")
    assert (cabinet.state / "login.key").read_bytes() == before
    here = cabinet.start()
    assert here.post_all() >= 1


def test_events_of_one_post_are_never_more_than_agreed(
    line: Line, make_cabinet: MakeCabinet
) -> None:
    cabinet, here = enrolled(make_cabinet)
    here.post_all()
    stamp = here.clock.stamp(here.clock.moment())
    here.journal.append([HelpCalled("home")] * (2 * EVENTS_PER_POST + 1), {}, stamp)
    assert here.post_all() == 3
    assert len(line.events(cabinet.id)) == len(list(here.journal.entries()))
