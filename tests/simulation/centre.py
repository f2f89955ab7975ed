"""The real centre: its operations on an SQLite in memory, with the true clock.

Only what is slow on purpose is made quick: the digests of codes and PINs, how long a code to
collect is good, and the schema, which is made once a process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, select

from central import database
from central.catalogue import Actor
from central.database import Database
from central.key import KeyRing, OldKey, digest, encode, new_id
from central.notice_settings import NoticeSettings
from central.operation import (
    acceptance,
    catalogue,
    consent,
    delegate,
    enrolment,
    intake,
    matter,
    news,
    notice,
    resident,
    signing_key,
    staff,
    turn,
)
from central.operation import grant as grants
from central.provider.answer import Answer, Message, Outcome
from central.record.cabinet import Cabinet, CabinetEvent, CabinetSession
from central.record.case import Consignment, Grant, Matter, Task
from central.record.people import Notice, Staff
from locker.centre_client import CentreRefusedError
from locker.contract.centre import Enrolled, Enrolment, EventsAck, EventsPost, News
from locker.contract.failure import Failure
from locker.contract.layout import Layout
from locker.contract.vocabulary import Capability, Purpose
from tests.simulation.world import World, put

CODE_SALT, BADGE_KEY = b"s" * 16, b"b" * 32
PIN = "4711"
TELL_EVERY_S = 60.0
CODE_LIFE_S = 86_400.0
"""How long a code to collect is good here: so that a life sees one end."""
COLLECTED_BY = "collected_by"
"""The kind of notice that a delegate has collected; it is about the delegate's grant."""


def quick_digest(text: str, *, salt: bytes) -> str:
    """Stand in for scrypt, which is slow on purpose."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _quick_badge(secret: str, pin: str, *, badge_key: bytes) -> str:
    return quick_digest(secret + pin, salt=badge_key)


@contextmanager
def quick_centre() -> Iterator[None]:
    """Make the centre's digests quick, and its codes short-lived, while a process plays lives."""
    life_s = {**grants.LIFE_S, Purpose.COLLECT: CODE_LIFE_S}
    with ExitStack() as stack:
        put(stack, grants, "LIFE_S", life_s)
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
        self.keys = KeyRing(b"m" * 32, Ed25519PrivateKey.from_private_bytes(b"k" * 32))

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
        self.on_answer: Callable[[str], None] = lambda _token: None
        storage.empty()
        self._storage = storage
        self.database, self.keys = storage.database, storage.keys
        self._next_key = self.keys.signing
        self.database._listeners = [lambda _cabinets: self.on_news()]
        self._people = 0
        self._told: list[str] = []
        self._told_at = 0.0
        with self.database.writing() as session:
            catalogue.begin(session, now=self.now)
            place = enrolment.Place("7", "润园", "门口", "0311-0")
            row = enrolment.create_cabinet(session, place, now=self.now)
            assert isinstance(row, Cabinet)
            self.cabinet = row.id
        self.badge = self._new_badge("zhiban")
        self.colleague = self._new_badge("tongshi")

    @property
    def now(self) -> float:
        """The centre's clock, which is right."""
        return self.world.true_wall

    # --- the cabinet's side ---------------------------------------------------------------

    def enrol(self, journal: str, layout: Layout, *, token: str) -> Enrolled:
        """Take the cabinet in with a fresh code; `token` is its session from now on.

        Logging in every hour is left out: the session lasts until the next enrolment.
        """
        key = encode(BADGE_KEY)
        with self.database.writing() as session:
            code = enrolment.new_code(session, self.cabinet, now=self.now)
            ask = Enrolment(
                code=code, login_key=key, head_key=key, journal=journal,
                code_salt=encode(CODE_SALT), badge_key=key, layout=layout, software="0",
            )  # fmt: skip
            answer = enrolment.enrol(
                session, ask, keys=self.keys, public_url="", peer="", now=self.now
            )
            assert isinstance(answer, Enrolled), answer
            never = self.now + 1e9
            session.add(
                CabinetSession(digest=digest(token), cabinet=self.cabinet, expires_at=never)
            )
        return answer

    def revoke(self) -> None:
        """Shut the cabinet out."""
        with self.database.writing() as session:
            enrolment.revoke(session, self.cabinet, now=self.now)

    def lets_in(self, token: str) -> bool:
        """Whether the cabinet with this session is welcome."""
        with self.database.reading() as session:
            return enrolment.who(session, token, now=self.now) == self.cabinet

    def _let_in(self, session: Session, token: str) -> None:
        who = enrolment.who(session, token, now=self.now)
        if isinstance(who, Failure):
            status = 403 if who is Failure.CREDENTIAL_REVOKED else 401
            raise CentreRefusedError(status, who.value, "")
        self.on_answer(token)

    def take(self, post: EventsPost, *, token: str) -> EventsAck:
        """Take a post as the route does: one transaction, and then the notices that are due."""
        with self.database.writing() as session:
            self._let_in(session, token)
            ack = intake.take(session, self.cabinet, post, keys=self.keys, now=self.now)
        self.delivered.update((post.journal, e.sequence, e.hash) for e in post.events)
        self.deliver_notices()
        return ack

    def deliver_notices(self) -> None:
        """Send the notices that are due, as the centre does after a post and every minute."""
        self._told_at = self.now
        told = NoticeSettings((self,), quiet=None)
        notice.deliver(notice.Post(self.database, told, self.keys, lambda: self.now))
        # Judged out here: the centre takes whatever a way of telling raises for its own trouble.
        sent, self._told = [about for about in self._told if about], []
        for about in sent:
            self.on_notice(about)

    def news(self, after: int, *, token: str) -> News:
        """Give the news as the route does."""
        with self.database.writing() as session:
            self._let_in(session, token)
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
        """A resident reads that something is in the cabinet, or was collected for them."""
        with self.database.reading() as session:
            told = session.get_one(Notice, message.notice)
            about = told.details.get("about", "")
        self.world.tell(f"notice: {told.kind} {about}")
        if told.kind != COLLECTED_BY:
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
                session,
                details,
                consent.present("zh_CN"),
                language="zh_CN",
                how="phone",
                keys=self.keys,
                now=self.now,
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

    def renewed(self, errand: Errand) -> Errand:
        """Ask on the phone for a new code where the old one is over; else keep that."""
        with self.database.writing() as session:
            case = session.get(Matter, errand.matter)
            if case is None:
                return errand
            given = grants.renew_collection(session, case, keys=self.keys, now=self.now)
            return errand if isinstance(given, Failure) else self._errand(session, given)

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

    def fresh_qr(self, grant: str) -> str:
        """Give the code as the phone's page shows it now."""
        with self.database.reading() as session:
            return grants.signed_qr(session.get_one(Grant, grant), keys=self.keys)

    # --- delegates ------------------------------------------------------------------------

    def name_delegate(self, about: str) -> str:
        """The resident names somebody who may collect; nothing where none can be named."""
        someone = delegate.Person("李", "+8613700000000", Actor.DELEGATE)
        with self.database.writing() as session:
            case = session.get_one(Matter, about)
            row = delegate.name(session, case, someone, keys=self.keys, now=self.now)
            return "" if isinstance(row, Failure) else row.id

    def delegate_code(self, about: str, named: str) -> Errand | None:
        """Give what a delegate was given to open with, once it is in the cabinet."""
        with self.database.writing() as session:
            case = session.get_one(Matter, about)
            views = delegate.of(session, case, keys=self.keys, now=self.now)
            code = next((view.code for view in views if view.id == named), "")
            if not code:
                return None
            held = select(Grant).where(Grant.delegate == named, Grant.state == "live")
            given = session.exec(held).one()
            return Errand(given.id, given.consignment, "", "", code)

    def revoke_delegate(self, about: str, named: str) -> None:
        """The resident takes it back."""
        with self.database.writing() as session:
            delegate.revoke(session, session.get_one(Matter, about), named, now=self.now)

    # --- keys -----------------------------------------------------------------------------

    def tell_next_key(self) -> None:
        """Make the next signing key, or take the one there is, and tell the cabinet."""
        if self.keys.upcoming is None:
            self._next_key = Ed25519PrivateKey.from_private_bytes(self.world.dice.randbytes(32))
            coming = replace(self.keys, signing=self._next_key).public
            self.keys = replace(self.keys, upcoming=coming)
        assert self.keys.upcoming is not None
        with self.database.writing() as session:
            signing_key.tell(session, self.keys.upcoming, now=self.now)

    def use_next_key(self) -> str:
        """Sign with the next key, once the cabinet has it; give the id of the old one."""
        upcoming, used = self.keys.upcoming, self.keys.public
        with self.database.reading() as session:
            if upcoming is None or signing_key.waiting(session, upcoming.kid):
                return ""
        old = (*self.keys.old, OldKey(kid=used.kid, key=used.key))
        self.keys = replace(self.keys, signing=self._next_key, upcoming=None, old=old)
        return used.kid

    def drop_key(self, kid: str) -> None:
        """Withdraw an old key."""
        old = tuple(
            key.model_copy(update={"accepted": key.accepted and key.kid != kid})
            for key in self.keys.old
        )
        self.keys = replace(self.keys, old=old)
        with self.database.writing() as session:
            signing_key.tell_gone(session, kid, now=self.now)

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

    def told_of_delegates(self) -> set[str]:
        """Give the grants of delegates about which their residents were told."""
        with self.database.reading() as session:
            notices = session.exec(select(Notice).where(Notice.kind == COLLECTED_BY))
            return {row.details["about"] for row in notices}

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
