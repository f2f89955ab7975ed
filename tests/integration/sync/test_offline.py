"""Seven days without the centre: everything goes on, and then everything arrives once, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlmodel import col, func, select

from central.operation import grant as grants
from central.operation import staff as staff_members
from central.operation.role import Role
from central.record.cabinet import HeadSignature
from central.record.case import Consignment, Grant
from central.record.people import Staff
from locker.contract.vocabulary import Condition, Purpose
from locker.core.input import (
    BadgeShown,
    CodeTyped,
    LabelShown,
    PinTyped,
    StaffDoorAsked,
    StaffLeft,
    WalkInAsked,
    WalkInNoted,
)
from locker.core.state import GrantRecord, StaffRecord, Table
from tests.integration.sync.conftest import Line, SyncedCabinet
from tests.unit.central import phone
from tests.unit.locker.written_cabinet import WrittenCabinet

pytestmark = pytest.mark.logs_may_warn("centre: no news", "centre: events wait")
HOUR_S, DAY_S, DAYS = 3600.0, 86_400.0, 7


class GlassQr:
    """What a phone needs of a cabinet: its id, and the QR that its glass shows."""

    def __init__(self, cabinet: SyncedCabinet) -> None:
        self.id = cabinet.id
        self._cabinet = cabinet

    def presence(self) -> str:
        running = self._cabinet.running
        assert running is not None
        assert running.identity is not None
        step = int(self._cabinet.line.world.clock.at // 30)
        return f"{step}.{running.identity.sign_presence(step)}"


class Town:
    """The people around one cabinet: residents with phones, and one member of staff."""

    def __init__(self, line: Line, cabinet: SyncedCabinet) -> None:
        self.line, self.cabinet = line, cabinet
        self.deposits = 0

    @property
    def here(self) -> WrittenCabinet:
        assert self.cabinet.running is not None
        return self.cabinet.running

    def hire(self) -> None:
        """Give a member of staff a badge."""
        world = self.line.world
        desk = phone.at_the_desk(world, role=Role.ADMINISTRATOR)
        desk.close()
        with world.centre.database.writing() as session:
            person = session.exec(select(Staff)).one()
            now = world.clock.at
            staff_members.issue_badge(session, person, pin="2468", keys=world.centre.keys, now=now)

    def ask(self) -> str:
        """Let a resident ask for a door by phone, and give the signed QR that the phone shows."""
        self.deposits += 1
        line = self.line
        number = f"138 0013 80{self.deposits:02}"
        browser = phone.bound(line.world, GlassQr(self.cabinet), phone=number)  # type: ignore[arg-type]
        phone.ask(browser, phone.choose(browser))
        with line.world.centre.database.reading() as session:
            deposits = select(Grant).where(Grant.purpose == "deposit")
            newest = session.exec(deposits.order_by(col(Grant.issued_at).desc())).first()
            assert newest is not None
            return grants.signed_qr(newest, keys=line.world.centre.keys)

    def drop_off(self) -> int:
        self.here.scan(self.ask())
        return self.here.finish_visit()

    def walk_in(self, name: str) -> int:
        self.here.tell(
            WalkInAsked(f"gw-{name}", f"gr-{name}", f"cw-{name}", f"W{name}", "12345678", name * 64)
        )
        self.here.tell(WalkInNoted())
        return self.here.finish_visit()

    def sign_in(self) -> None:
        held = self.here.engine.state
        (badge,) = [held.get(Table.STAFF, key) for key in held.keys(Table.STAFF)]
        assert isinstance(badge, StaffRecord)
        self.here.tell(StaffLeft())
        self.here.tell(BadgeShown(badge.lookup))
        self.here.tell(PinTyped(badge.lookup, badge.digest))

    def take_out(self, compartment: int) -> None:
        self.sign_in()
        self.here.tell(StaffDoorAsked(compartment))
        self.here.finish_visit()

    def live(self, purpose: Purpose) -> GrantRecord:
        held = self.here.engine.state
        found = (held.get(Table.GRANT, key) for key in held.keys(Table.GRANT))
        ours = (g for g in found if isinstance(g, GrantRecord) and g.source == "news")
        (grant,) = [g for g in ours if g.purpose is purpose]
        return grant

    def prepare_collection(self) -> None:
        """Bring one matter as far as its certificate in the cabinet, while there is a line."""
        box = self.drop_off()
        self.here.post_all()
        self.here.ask_news()
        self.take_out(box)
        self.here.post_all()
        desk = phone.at_the_desk(self.line.world)
        with self.line.world.centre.database.reading() as session:
            matter = session.exec(select(Consignment.matter)).first()
        page = f"/staff/m/{matter}"
        phone.check_papers(desk, f"/m/{matter}")
        phone.send(desk, page, f"{page}/ready")
        self.here.ask_news()
        self.sign_in()
        self.here.tell(LabelShown(self.live(Purpose.LOAD).consignment))
        self.here.finish_visit()
        self.here.post_all()
        self.here.ask_news()

    def collect(self) -> None:
        digest = self.live(Purpose.COLLECT).code_digest
        assert digest is not None
        self.here.tell(CodeTyped(digest))
        self.here.finish_visit()


def live_a_week(town: Town, line: Line) -> None:
    """Seven days without a line: each day a drop-off, a walk-in and staff; one collection."""
    for day in range(DAYS):
        town.here.pass_s(DAY_S / 2)
        assert town.here.condition(town.walk_in(str(day))) is Condition.OCCUPIED
        town.here.pass_s(HOUR_S)
        box = town.drop_off()
        assert town.here.condition(box) is Condition.OCCUPIED
        town.take_out(box)
        assert town.here.post() > 0
        town.here.ask_news()
        if day == 2:
            town.collect()
        if day == 4:
            town.cabinet.end()
            town.cabinet.start(online=False)
        town.here.pass_s(DAY_S / 2 - HOUR_S)


def test_a_week_without_a_line_arrives_once_and_in_order(
    line: Line, make_cabinet: Callable[[], SyncedCabinet]
) -> None:
    cabinet = make_cabinet()
    cabinet.enrol()
    cabinet.start()
    town = Town(line, cabinet)
    town.hire()
    town.here.ask_news()
    town.prepare_collection()
    told = len(line.events(cabinet.id))
    town.here.use(line.dead_url)
    live_a_week(town, line)
    assert len(line.events(cabinet.id)) == told, "nothing came through a dead line"

    town.here.use(line.url)
    town.here.ask_news()
    town.here.post_all()
    entries = list(town.here.journal.entries())
    rows = line.events(cabinet.id)
    assert [(row.sequence, row.hash) for row in rows] == [(e.sequence, e.hash) for e in entries]
    assert {row.flag for row in rows} == {""}
    kinds = Counter(row.kind for row in rows)
    assert kinds["walk_in.accepted"] == DAYS
    assert kinds["boot.started"] == 2
    with line.world.centre.database.reading() as session:
        anchored = session.exec(select(func.max(HeadSignature.sequence))).one()
    assert anchored == entries[-1].sequence
    assert town.here.journal.verify().intact
    assert town.here.post() > 0
    assert len(line.events(cabinet.id)) == len(rows), "and nothing twice"
