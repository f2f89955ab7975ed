"""The real centre: its operations on an SQLite in memory, with the true clock.

Only what is slow on purpose is made quick: the digests of codes and PINs, and the schema, which
is made once a process.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, select

from central import database
from central.database import Database
from central.key import KeyRing, encode, new_id
from central.notice_settings import NoticeSettings
from central.operation import (
    acceptance,
    catalogue,
    intake,
    matter,
    news,
    notice,
    resident,
    staff,
    turn,
)
from central.operation import grant as grants
from central.operation.enrolment import Place, begin_journal, create_cabinet
from central.provider.answer import Answer, Message, Outcome
from central.record.cabinet import Cabinet, CabinetEvent
from central.record.case import Consignment, Grant, Matter, Task
from central.record.people import Notice, Staff
from locker.contract.centre import EventsAck, EventsPost, News
from locker.contract.failure import Failure
from locker.contract.vocabulary import Capability, Purpose
from tests.simulation.world import World, put

CODE_SALT, BADGE_KEY = b"s" * 16, b"b" * 32
PIN = "4711"
TELL_EVERY_S = 60.0


def quick_digest(text: str, *, salt: bytes) -> str:
    """Stand in for scrypt, which is slow on purpose."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _quick_badge(secret: str, pin: str, *, badge_key: bytes) -> str:
    return quick_digest(secret + pin, salt=badge_key)


@contextmanager
def quick_digests() -> Iterator[None]:
    """Make the centre's digests quick while a process plays lives."""
    with ExitStack() as stack:
        put(stack, grants, "code_digest", quick_digest)
        put(stack, news, "badge_digest", _quick_badge)
        yield


class Storage:
    """The database and keys of this process; every life begins with empty tables."""

    def __init__(self) -> None:
        self.database = Database("sqlite://")
        engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", database._prepare_sqlite)
        event.listen(engine, "begin", database._begin_sqlite)
        self.database.engine = engine
        SQLModel.metadata.create_all(engine)
        with tempfile.TemporaryDirectory() as folder:
            self.keys = KeyRing.open(Path(folder))

    def empty(self) -> None:
        """Forget everything."""
        with self.database.engine.begin() as connection:
            for table in reversed(SQLModel.metadata.sorted_tables):
                connection.execute(table.delete())


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody may do at the cabinet: a grant as its holder has it."""

    grant: str
    consignment: str
    matter: str
    qr: str
    code: str = ""


class SimulatedCentre:
    """One centre with one cabinet, two members of staff and any number of residents."""

    def __init__(self, world: World, storage: Storage) -> None:
        self.world = world
        self.delivered: set[tuple[str, int, str]] = set()
        """Journal, sequence and hash of every event that is durable here."""
        self.on_notice: Callable[[str], None] = lambda _consignment: None
        self.on_news: Callable[[], None] = lambda: None
        storage.empty()
        self._storage = storage
        self.database, self.keys = storage.database, storage.keys
        self.database._listeners = [lambda _cabinets: self.on_news()]
        self._people = 0
        self._told: list[str] = []
        self._told_at = 0.0
        with self.database.writing() as session:
            catalogue.begin(session, now=self.now)
            place = Place("7", "润园", "门口", "0311-0")
            row = create_cabinet(session, place, now=self.now)
            assert isinstance(row, Cabinet)
            row.enrolled_at = self.now
            row.code_salt, row.badge_key = encode(CODE_SALT), encode(BADGE_KEY)
            self.cabinet = row.id
            begin_journal(session, row, "j00000-first", now=self.now)
        self.badge = self._new_badge("zhiban")
        self.colleague = self._new_badge("tongshi")

    @property
    def now(self) -> float:
        """The centre's clock, which is right."""
        return self.world.true_wall

    # --- the cabinet's side ---------------------------------------------------------------

    def take(self, post: EventsPost) -> EventsAck:
        """Take a post as the route does: one transaction, and then the notices that are due."""
        with self.database.writing() as session:
            ack = intake.take(session, self.cabinet, post, keys=self.keys, now=self.now)
        self.delivered.update((post.journal, e.sequence, e.hash) for e in post.events)
        self.deliver_notices()
        return ack

    def deliver_notices(self) -> None:
        """Send the notices that are due, as the centre does after a post and every minute."""
        self._told_at = self.now
        told = NoticeSettings((self,), quiet=None)
        notice.deliver(notice.Post(self.database, told, self.keys, now=self.now))
        # Judged out here: the centre takes whatever a way of telling raises for its own trouble.
        sent, self._told = [about for about in self._told if about], []
        for about in sent:
            self.on_notice(about)

    def news(self, after: int) -> News:
        """Give the news as the route does."""
        with self.database.writing() as session:
            found = news.after(session, self.cabinet, n=after, keys=self.keys, now=self.now)
            session.get_one(Cabinet, self.cabinet).seen_at = self.now
        if self.now >= self._told_at + TELL_EVERY_S:
            self.deliver_notices()
        return found

    # --- the way to tell residents --------------------------------------------------------

    name: ClassVar[str] = "simulated"

    def can(self, message: Message) -> bool:
        """Tell everybody."""
        return True

    def send(self, message: Message, *, now: float) -> Answer:
        """A resident reads that something is in the cabinet."""
        with self.database.reading() as session:
            about = session.get_one(Notice, message.notice).details.get("about", "")
        self.world.tell(f"notice: {about} is ready")
        self._told.append(about)
        return Answer(Outcome.ACCEPTED)

    def ask(self, message: Message, *, sent_at: float, now: float) -> Answer | None:
        """Nobody can be asked."""
        return None

    # --- residents and staff --------------------------------------------------------------

    def ask_to_deposit(self) -> Errand:
        """A new resident asks on the phone to hand in papers."""
        self._people += 1
        details = resident.Details("王", f"+86139{self._people:08d}", "3-1")
        with self.database.writing() as session:
            person = resident.admit(
                session, details, language="zh_CN", how="phone", keys=self.keys, now=self.now
            )
            case = matter.open_draft(
                session, resident=person, cabinet=self.cabinet, item="residence_proof",
                keys=self.keys, now=self.now,
            )  # fmt: skip
            assert isinstance(case, Matter), case
            given = matter.deposit_grant(session, case, now=self.now)
            assert isinstance(given, Grant)
            return self._errand(session, given)

    def make_certificate(self, about: str) -> Errand | None:
        """Staff tick the papers and say that it is made; None where they have not come yet."""
        with self.database.writing() as session:
            case = session.get(Matter, about)
            if case is None:
                return None
            item = catalogue.item_of(session, case)
            ticked = dict.fromkeys(acceptance.to_tick(item, case), acceptance.Seen.HERE)
            acceptance.check(
                session, case, ticked, wrong={}, keys=self.keys, staff=self.badge.staff,
                now=self.now,
            )  # fmt: skip
            made = matter.mark_ready(
                session, case, keys=self.keys, staff=self.badge.staff, now=self.now
            )
            if isinstance(made, Failure):
                return None
            given = grants.find(session, matter=about, purpose=Purpose.COLLECT)
            assert given is not None
            return self._errand(session, given)

    def ask_by_phone(self, grant: str) -> str:
        """Press "open" on the phone: take a place in the line, or keep it. Give its state."""
        with self.database.writing() as session:
            given = session.get(Grant, grant)
            if given is None:
                return "gone"
            place = turn.ask(session, given, now=self.now)
            turn.look(session, place, now=self.now)
            return place.state

    def withdraw(self, grant: str) -> None:
        """Staff withdraw a permission."""
        with self.database.writing() as session:
            given = session.get(Grant, grant)
            if given is not None:
                grants.revoke(session, given, reason="withdrawn", now=self.now)

    def looked(self, about: str) -> None:
        """Staff have looked into the box: the certificate is there."""
        with self.database.writing() as session:
            case = session.get(Matter, about)
            if case is not None:
                matter.looked(session, case, staff=self.badge.staff, now=self.now)

    def replace_badge(self) -> None:
        """Give the member of staff a new badge."""
        self.badge = self._new_badge("zhiban")

    # --- looking --------------------------------------------------------------------------

    def stored(self) -> list[tuple[str, int, str, str]]:
        """Give journal, sequence, hash and flag of every event in the database."""
        columns = select(
            CabinetEvent.journal, CabinetEvent.sequence, CabinetEvent.hash, CabinetEvent.flag
        )
        with self.database.reading() as session:
            return [(j, n, h, flag) for j, n, h, flag in session.exec(columns)]

    def live_grants(self) -> set[str]:
        """Give the grants that are live here."""
        with self.database.reading() as session:
            return set(session.exec(select(Grant.id).where(Grant.state == "live")))

    def where(self, consignment: str) -> int | None:
        """Give the compartment in which a consignment is, as the centre has it."""
        with self.database.reading() as session:
            row = session.get(Consignment, consignment)
            return row.compartment if row is not None and row.state == "inside" else None

    def to_look_at(self) -> set[int]:
        """Give the compartments that staff were asked to look into."""
        with self.database.reading() as session:
            tasks = session.exec(select(Task).where(Task.kind == "look_at_door"))
            return {int(task.details["compartment"]) for task in tasks}

    def _errand(self, session: Session, given: Grant) -> Errand:
        return Errand(
            given.id,
            given.consignment,
            given.matter,
            grants.signed_qr(given, keys=self.keys),
            grants.code_of(session, given, keys=self.keys),
        )

    def _new_badge(self, login: str) -> BadgeInHand:
        with self.database.writing() as session:
            person = session.exec(select(Staff).where(Staff.login == login)).first()
            if person is None:
                person = Staff(
                    id=new_id("s"), login=login, name=login, password="-",
                    capabilities=[c.value for c in Capability], created_at=self.now,
                )  # fmt: skip
                session.add(person)
                session.flush()
            badge = staff.issue_badge(session, person, pin=PIN, keys=self.keys, now=self.now)
            assert not isinstance(badge, Failure)
            return BadgeInHand(person.id, staff.badge_text(badge, keys=self.keys))


@dataclass(frozen=True, slots=True)
class BadgeInHand:
    """A badge as its owner holds it: what its code says."""

    staff: str
    text: str
