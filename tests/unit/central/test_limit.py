"""How often something may be tried: each limit refuses, a restart forgives nothing, time does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

import pytest
from pwdlib import PasswordHash
from sqlmodel import Session, func, select, update

from central import operation
from central.centre import Centre
from central.key import KeyRing
from central.notice_settings import Budget
from central.operation import (
    enrolment,
    glass_ask,
    photo,
    proof,
    recognition,
    second_factor,
    staff,
    wechat_identity,
)
from central.operation import limit as limits
from central.photo import Picture
from central.record.case import Grant, Matter
from central.record.people import Notice, Resident, Staff
from locker.contract.centre import Enrolment
from locker.contract.failure import Failure
from locker.contract.vocabulary import PhoneUse
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded

pytestmark = pytest.mark.sweep

SPENT = (Failure.TOO_MANY_TRIES, False)
BUDGET = Budget(hour=3, day=4)


@dataclass(frozen=True, slots=True)
class Try:
    """The try number `n` of somebody, at a time."""

    session: Session
    keys: KeyRing
    n: int
    now: float

    def sign_in(self, login: str, peer: str) -> object:
        return staff.sign_in(self.session, login=login, password="no", peer=peer, now=self.now)

    def own_password(self) -> object:
        person = self.session.get_one(Staff, "s1")
        return staff.change_own_password(
            self.session, person, password_now="no", password="another one", now=self.now
        )

    def second(self) -> object:
        secret = second_factor.new_secret()
        return second_factor.enrol(self.session, "s1", secret, "no", keys=self.keys, now=self.now)

    def recognise(self) -> object:
        return recognition.note(self.session, recognition.Found(), staff="s1", now=self.now)

    def photo(self) -> object:
        case = self.session.exec(select(Matter)).one()
        picture = Picture(b"jpeg", (1, 1))
        return photo.keep(
            self.session, case, picture, paper="p", staff="s1", keys=self.keys, now=self.now
        )

    def code(self, browser: str, number: str) -> object:
        return proof.begin(
            self.session, browser, number, use=proof.Use.NEW, keys=self.keys, now=self.now
        )

    def town(self) -> object:
        if proof.is_spent(self.session, BUDGET, now=self.now):
            return False
        proof.spend(self.session, BUDGET, now=self.now)
        return None

    def glass(self) -> object:
        return glass_ask.may_ask(self.session, "c1", PhoneUse.CALL_BACK, now=self.now)

    def new_code(self) -> object:
        """Ask for a new code, and let it be sent."""
        made = select(func.count()).select_from(Grant)
        before, case = self.session.exec(made).one(), self.session.exec(select(Matter)).one()
        glass_ask.new_codes(
            self.session, case.cabinet, phone.DETAILS["phone"], keys=self.keys, now=self.now
        )
        self.session.execute(update(Notice).values(state="sent"))
        return self.session.exec(made).one() > before

    def enrol(self) -> object:
        return enrolment.enrol(
            self.session, Enrolment.model_construct(code="no"), keys=self.keys, public_url="",
            peer="192.0.2.1", now=self.now,
        )  # fmt: skip

    def wechat(self, browser: str) -> object:
        return wechat_identity.may_ask(self.session, browser, keys=self.keys, now=self.now)

    def wechat_in(self) -> object:
        who = self.session.exec(select(Resident.id)).one()
        return wechat_identity.sign_in(self.session, who, now=self.now)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries a window; `apart_s`: between two, where a shorter window must not bite."""

    most: int
    window_s: float
    once: Callable[[Try], object]
    apart_s: float = 0


LIMITS: Mapping[str, Limit] = MappingProxyType({
    "sign in, by login": Limit(8, 300, lambda t: t.sign_in("zhiban", f"192.0.2.{t.n}")),
    "sign in, by address": Limit(32, 300, lambda t: t.sign_in(f"login{t.n}", "192.0.2.1")),
    "own password": Limit(8, 300, Try.own_password),
    "second factor": Limit(5, 300, Try.second),
    "people shown to one of staff": Limit(60, 3600, Try.recognise),
    "photo": Limit(40, 3600, Try.photo),
    "proof, by number": Limit(3, 600, lambda t: t.code(f"browser{t.n}", "+8613800138000")),
    "proof, by number a day": Limit(
        8, 86400, lambda t: t.code(f"browser{t.n}", "+8613800138000"), apart_s=601
    ),
    "proof, by browser": Limit(6, 3600, lambda t: t.code("browser", f"+861380013800{t.n}")),
    "proof, all in an hour": Limit(3, 3600, Try.town),
    "proof, all in a day": Limit(4, 86400, Try.town, apart_s=3601),
    "numbers of one glass": Limit(20, 3600, Try.glass),
    "new codes of one number": Limit(3, 3600, Try.new_code),
    "enrolment": Limit(10, 600, Try.enrol),
    "WeChat, by browser": Limit(6, 3600, lambda t: t.wechat("browser")),
    "WeChat, all": Limit(120, 60, lambda t: t.wechat(f"browser{t.n}")),
    "WeChat, signed in": Limit(8, 86400, Try.wechat_in),
})  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_a_limit_survives_a_restart_and_time_forgives(
    world: World, cabinet: FakeCabinet, limit: Limit
) -> None:
    loaded(world, cabinet)
    with world.centre.database.writing() as session:
        hashed = PasswordHash.recommended().hash("long enough")
        session.get_one(Staff, "s1").password = hashed
    before = world.centre

    def spent(centre: Centre, n: int, *, later_s: float = 0) -> bool:
        now = world.clock.at + n * limit.apart_s + later_s
        with centre.database.writing() as session:
            return limit.once(Try(session, centre.keys, n, now)) in SPENT

    assert [spent(before, n) for n in range(limit.most + 1)] == [False] * limit.most + [True]
    again = Centre.open(before.settings, clock=world.clock, notices=before.notices)
    try:
        assert spent(again, limit.most)
        assert not spent(again, limit.most, later_s=limit.window_s)
    finally:
        again.database.close()


def test_two_long_keys_that_begin_alike_are_counted_apart(world: World) -> None:
    keys = [f"sign-in-from:{'0' * 90}{n}" for n in range(2)]
    with world.centre.database.writing() as session:
        within = [limits.allow(session, key, limit=1, window_s=9, now=1.0) for key in keys * 2]
        assert within == [True, True, False, False]
        limits.forgive(session, keys[0])
        session.flush()
        spent = [limits.is_spent(session, key, limit=1, window_s=9, now=1.0) for key in keys]
        assert spent == [False, True]


def limited() -> Iterator[str]:
    """Give the modules that limit something."""
    for path in Path(operation.__path__[0]).glob("*.py"):
        if "limit.allow(" in inspect.getsource(import_module(f"central.operation.{path.stem}")):
            yield path.stem


def test_every_module_that_limits_something_is_asked_here() -> None:
    asked = {
        enrolment, glass_ask, photo, proof, recognition, second_factor, staff, wechat_identity
    }  # fmt: skip
    assert set(limited()) == {module.__name__.rpartition(".")[2] for module in asked}
