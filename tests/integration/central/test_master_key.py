"""The command that changes the master key: killed half way, and beside workers that go on."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from central import command
from central.beginning import make_ready
from central.database import Database
from central.key import MASTER_OLD, KeyRing
from central.key_folder import KeyFolder
from central.operation import consent, resident
from central.record.privacy import PersonKey
from tests.integration.central.test_serve import PROGRAM
from tests.unit.central.conftest import NOON, World
from tests.unit.central.test_resident import WANG

PEOPLE = 120


def wrapped(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {row.resident: row.wrapped for row in session.exec(select(PersonKey))}


def admit(database: Database, keys: KeyRing, *, phone: str = WANG.phone) -> str:
    details = resident.Details("王秀兰", phone, "3-1")
    with database.writing() as session:
        return resident.admit(
            session, details, consent.present("zh_CN"), language="zh_CN", how="phone", keys=keys,
            now=NOON,
        )  # fmt: skip


def found(database: Database, keys: KeyRing, phone: str = WANG.phone) -> list[str]:
    with database.reading() as session:
        people = resident.with_phone(session, phone, keys=keys)
        assert all(resident.of(session, person, keys=keys) for person in people[:20])
        return people


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Database]:
    """A small centre's database with many people in it."""
    database = Database(f"sqlite:///{tmp_path / 'centre.db'}")
    make_ready(database, now=NOON)
    with database.writing() as session:
        for _ in range(PEOPLE):
            resident.admit(
                session, WANG, consent.present("zh_CN"), language="zh_CN", how="phone",
                keys=KeyRing.open(tmp_path / "keys"), now=NOON,
            )  # fmt: skip
    yield database
    database.close()


def kill_half_way(words: list[str], database: Database) -> int:
    """Run the command, kill it when some people are done, and give how many are not."""
    before = wrapped(database)
    with subprocess.Popen(words) as process:
        while process.poll() is None and wrapped(database) == before:
            time.sleep(0.005)
        process.kill()
    return sum(text == before[person] for person, text in wrapped(database).items())


def test_killed_half_way_it_goes_on_and_everything_opens_meanwhile(
    small: Database, tmp_path: Path
) -> None:
    keys, old = tmp_path / "keys", KeyRing.open(tmp_path / "keys")
    words, left = [""], 0
    for n in range(5):  # on a busy machine it may be done before it is killed
        words = [
            *PROGRAM, "new-master-key", "--database", f"sqlite:///{tmp_path / 'centre.db'}",
            "--data", str(keys), "--old-to", str(tmp_path / f"{n}.key"), "--pause", "0", "--json",
        ]  # fmt: skip
        if left := kill_half_way(words, small):
            break
    assert 0 < left < PEOPLE
    assert len(found(small, KeyRing.open(keys))) == PEOPLE
    done = subprocess.run(words, check=True, capture_output=True)
    assert json.loads(done.stdout)["opens_with_no_key"] == 0
    assert not (keys / MASTER_OLD).exists()
    assert len(found(small, KeyRing.open(keys))) == PEOPLE
    assert found(small, old) == []


def test_two_workers_on_postgresql_go_on_meanwhile(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, data = world.centre.settings.database_url, world.centre.settings.data
    over = threading.Event()
    failed: list[BaseException] = []
    made: list[tuple[str, str]] = []
    turns: Counter[int] = Counter()
    pauses: list[float] = []

    def work(number: int) -> None:
        """Admit people and find each again, by the keys as the files have them."""
        folder, database = KeyFolder(data), Database(url)
        try:
            for n in range(10**6):
                phone = f"+86139{number}{n:07}"
                person = admit(database, folder.ring, phone=phone)
                assert found(database, folder.ring, phone) == [person]
                made.append((person, phone))
                turns[number] += 1
                if over.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            failed.append(error)
        finally:
            database.close()

    def pause(seconds: float) -> None:
        """Let what is under way come to its end, however long it takes: each begins anew, twice."""
        pauses.append(seconds)
        until = {number: turns[number] + 2 for number in (1, 2)}
        while not failed and any(turns[number] < last for number, last in until.items()):
            over.wait(0.01)

    monkeypatch.setattr(command, "time", SimpleNamespace(sleep=pause))
    workers = [threading.Thread(target=work, args=(number,)) for number in (1, 2)]
    for worker in workers:
        worker.start()
    try:
        words = ["--database", url, "--data", str(data), "--old-to", str(tmp_path / "o")]
        done = CliRunner().invoke(command.app, ["new-master-key", *words])
    finally:
        over.set()
        for worker in workers:
            worker.join()
    assert (done.exit_code, failed) == (0, [])
    assert len(pauses) == 2
    for person, phone in made:
        assert found(world.centre.database, world.centre.keys, phone) == [person]
