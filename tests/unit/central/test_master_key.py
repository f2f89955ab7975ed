"""The master key is changed while all goes on; cut off anywhere, it is begun again."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from sqlmodel import Session, select

import central
from central import backup
from central.backup import BackupError
from central.database import Database
from central.key import (
    MASTER,
    MASTER_NEXT,
    MASTER_OLD,
    KeyFileError,
    KeyRing,
    drop_old_master,
    keep_apart,
    make_next_master,
    use_next_master,
)
from central.key_folder import KeyFolder
from central.operation import (
    card,
    grant,
    hand_over,
    help_call,
    master_key,
    news,
    resident,
    room_wish,
    second_factor,
    staff,
    wechat_identity,
)
from central.record.cabinet import Cabinet
from central.record.case import Grant, Task
from central.record.people import Badge, Staff
from central.record.privacy import BlindIndex, Card, PersonKey
from central.record.told import RoomWish
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_backup import restored, written
from tests.unit.central.test_grant import loaded
from tests.unit.central.test_resident import WANG, admitted

PHONE = "13800138000"


def change(world: World, apart: Path) -> master_key.Found:
    """Do what the command does, at once."""
    folder = world.centre.settings.data
    keep_apart(folder, apart)
    if make_next_master(folder):
        use_next_master(folder)
    found = master_key.renew(world.centre.database, KeyRing.read(folder))
    assert master_key.renew(world.centre.database, KeyRing.read(folder)).renewed == 0
    drop_old_master(folder)
    return found


def sealed_for_nobody(session: Session, world: World) -> dict[str, str]:
    """Open what is sealed and belongs to no resident."""
    keys = world.centre.keys
    badge = session.exec(select(Badge)).one()
    person = session.get_one(Staff, badge.staff)
    call = session.exec(select(Task).where(Task.kind == help_call.KIND)).one()
    wish = session.exec(select(RoomWish)).one()
    return {
        "badge": staff.badge_text(badge, keys=keys),
        "second": keys.sealer.open(person.second_factor, place=f"second:{person.id}"),
        "note": hand_over.lately(session, keys=keys)[0].text,
        "call": help_call.number_of(call, keys=keys),
        "wish": room_wish._open(wish, keys=keys),
        "cabinet": news.badge_key(session.exec(select(Cabinet)).one(), keys=keys).hex(),
        "salt": news.code_salt(session.exec(select(Cabinet)).one(), keys=keys).hex(),
    }


def seal_for_nobody(session: Session, world: World, cabinet: str) -> None:
    """Seal one of each."""
    keys, now = world.centre.keys, world.clock.at
    person = session.exec(select(Staff)).one()
    assert isinstance(staff.issue_badge(session, person, pin="2468", keys=keys, now=now), Badge)
    secret = second_factor.new_secret()
    code = pyotp.TOTP(secret).at(int(now))
    codes = second_factor.enrol(session, person.id, secret, code, keys=keys, now=now)
    assert isinstance(codes, list)
    hand_over.leave(session, "钥匙在抽屉里", staff=person.id, keys=keys, now=now)
    help_call.leave_number(session, cabinet, PHONE, keys=keys, now=now)
    room_wish.wish(session, cabinet, PHONE, keys=keys, now=now)


def test_everything_opens_with_the_new_key_alone(
    world: World, cabinet: FakeCabinet, tmp_path: Path
) -> None:
    browser, url = loaded(world, cabinet)
    person, database, old = admitted(world), world.centre.database, world.centre.keys
    with database.writing() as session:
        seal_for_nobody(session, world, cabinet.id)
        assert wechat_identity.keep(session, person, "o-1", keys=old, now=world.clock.at) is None
        hashed = card.Hashed("lookup", "digest")
        bound = card.bind(
            session, person, hashed, "7305", staff="s1", keys=old, now=world.clock.at
        )  # fmt: skip
        assert bound is None
    with database.reading() as session:
        before = sealed_for_nobody(session, world)
    code = [word for word in browser.get(url).text.split() if word.isdecimal() and len(word) == 8]

    found = change(world, tmp_path / "old.key")
    new = world.centre.keys
    assert (new.master != old.master, new.other_masters) == (True, ())
    assert (found.shut, found.renewed) == (0, 2 + 2 * 4 - 1 + 2 + len(before))
    with database.reading() as session:
        assert sealed_for_nobody(session, world) == before
        assert resident.of(session, person, keys=new) == WANG
        for typed in ("王秀兰", PHONE, "8000", WANG.id_number):
            assert person in resident.find(session, typed, keys=new)
            assert person not in resident.find(session, typed, keys=old)
        assert wechat_identity.whose(session, "o-1", keys=new) == person
        assert wechat_identity.whose(session, "o-1", keys=old) == ""
        row = session.get_one(Card, person)
        assert row.digest == new.index("card", "lookup")
        assert person in resident.with_phone(session, WANG.phone, keys=new)
        wrapped = session.get_one(PersonKey, person).wrapped
        with pytest.raises(InvalidTag):
            old.person(person, wrapped)
        given = session.exec(select(Grant).where(Grant.code != "")).one()
        assert len(grant.code_of(session, given, keys=new)) == 8
    again = browser.get(url)
    assert again.status_code == 200, "the phone stays bound"
    assert [w for w in again.text.split() if w.isdecimal() and len(w) == 8] == code


def test_meanwhile_every_worker_opens_what_any_other_sealed(world: World, tmp_path: Path) -> None:
    folder = world.centre.settings.data
    worker = KeyFolder(folder)
    stale: list[KeyRing] = [worker.ring]

    def at_each_step() -> None:
        """A request that began one step ago, and one that begins now, understand each other."""
        stale.append(worker.ring)
        for one, other in ((stale[-2], stale[-1]), (stale[-1], stale[-2])):
            sealed = one.sealer.seal("x", place="p")
            assert other.sealer.open(sealed, place="p") == "x"
            assert one.index("phone", "1") in other.indexes("phone", "1")
        assert stale[-1].cookie_secret == stale[0].cookie_secret

    keep_apart(folder, tmp_path / "old.key")
    for step in (make_next_master, use_next_master):
        step(folder)
        at_each_step()
    person = admitted(world)
    master_key.renew(world.centre.database, worker.ring)
    drop_old_master(folder)
    at_each_step()
    with world.centre.database.reading() as session:
        assert resident.find(session, PHONE, keys=worker.ring) == [person]


def test_nothing_else_hangs_on_the_master_key() -> None:
    """Whatever else hangs on the master key belongs into `master_key`, or lives for minutes."""
    files = Path(central.__file__).parent.rglob("*.py")
    texts = {f"{file.parent.name}/{file.stem}": file.read_text("utf-8") for file in files}
    of_minutes = {"route/card", "route/second", "route/visitor"}
    assert {name for name, text in texts.items() if "keys.sealer.seal(" in text} - of_minutes == {
        "operation/hand_over", "operation/help_call", "operation/news", "operation/room_wish",
        "operation/second_factor", "operation/staff",
    }  # fmt: skip
    of_minutes = {
        "operation/glass_ask", "operation/proof", "operation/recognition", "route/binding",
    }  # fmt: skip
    hashing = {name for name, text in texts.items() if re.search(r"keys\.index(es)?\(", text)}
    assert hashing - of_minutes == {
        "operation/card", "operation/master_key", "operation/resident",
        "operation/wechat_identity",
    }  # fmt: skip


STEPS: tuple[Callable[[Path], object], ...] = (
    lambda _folder: None,
    make_next_master,
    lambda folder: (folder / MASTER_OLD).hardlink_to(folder / MASTER),
    use_next_master,
)


@pytest.mark.parametrize("done", range(1, len(STEPS) + 1))
def test_cut_off_after_any_step_it_goes_on_to_the_same_end(
    world: World, tmp_path: Path, done: int
) -> None:
    person, folder = admitted(world), world.centre.settings.data
    old = world.centre.keys.master
    keep_apart(folder, tmp_path / "old.key")
    for step in STEPS[:done]:
        step(folder)
    change(world, tmp_path / "old.key")
    assert not any((folder / name).exists() for name in (MASTER_NEXT, MASTER_OLD))
    assert world.centre.keys.master != old
    assert bytes.fromhex((tmp_path / "old.key").read_text()) == old
    with world.centre.database.reading() as session:
        assert resident.of(session, person, keys=world.centre.keys) == WANG


def test_a_backup_of_before_is_restored_with_the_key_of_then_and_sealed_anew(
    world: World, tmp_path: Path
) -> None:
    person, made = admitted(world), written(world, tmp_path)
    folder, apart = world.centre.settings.data, tmp_path / "old.key"
    change(world, apart)
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    with pytest.raises(BackupError, match=r"another master\.key.*master-old\.key"):
        restored(world, made, url)
    shutil.copy(apart, folder / MASTER_OLD)
    database = restored(world, made, url)
    with database.reading() as session:
        assert resident.find(session, PHONE, keys=world.centre.keys) == [person]
    assert not make_next_master(folder), "it goes on with what there is"
    assert master_key.renew(database, world.centre.keys).renewed == 1 + 4
    drop_old_master(folder)
    with database.reading() as session:
        assert resident.of(session, person, keys=world.centre.keys) == WANG
    fresh = backup.Backup(tmp_path / "rows-2", tmp_path / "keys-2")
    backup.write(database, world.centre.ledger, fresh, now=world.clock.at)
    other = Database(f"sqlite:///{tmp_path / 'third.db'}")
    backup.restore(other, world.centre.ledger, fresh, keys=world.centre.keys)
    other.close()
    database.close()


def test_what_opens_with_no_key_is_counted_and_left_as_it_is(world: World, tmp_path: Path) -> None:
    person, lost = admitted(world), admitted(world)
    with world.centre.database.writing() as session:
        row = session.get_one(PersonKey, lost)
        row.wrapped, _ = KeyRing.open(tmp_path / "lost").new_person(lost)
        kept = row.wrapped
        session.add(BlindIndex(resident=person, field="nickname", digest="of what is gone"))
    assert change(world, tmp_path / "old.key").shut == 1
    with world.centre.database.reading() as session:
        assert session.get_one(PersonKey, lost).wrapped == kept
        assert resident.of(session, person, keys=world.centre.keys) == WANG


def test_the_old_key_is_never_written_over_another_file(world: World, tmp_path: Path) -> None:
    taken = tmp_path / "notes"
    taken.write_text("something else")
    with pytest.raises(KeyFileError, match="notes"):
        keep_apart(world.centre.settings.data, taken)
    assert taken.read_text() == "something else"
    keep_apart(world.centre.settings.data, tmp_path / "old.key")
    assert (tmp_path / "old.key").stat().st_mode & 0o777 == 0o600
