"""A disk that is full, or takes nothing: no new pulse, open doors followed, nothing lost or silent.

The full disk is a real one, a small file system in memory, where this machine lets it be mounted.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from locker.ballast import BALLAST_BYTES
from locker.contract.event import GrantPut, ServiceChanged
from locker.contract.failure import Failure
from locker.contract.vocabulary import Choice, Condition, Purpose, VisitPhase
from locker.core.input import HelpAsked, NewsCame, OpenCommanded
from locker.core.state import LedgerRecord, Table
from locker.journal.error import JournalError
from tests.unit.locker.written_cabinet import WALL, FakeTime, WrittenCabinet

pytestmark = pytest.mark.logs_may_warn("not recorded|records are taken again|mark of the gap")
SMALL = "24m"


@pytest.fixture
def cabinet(tmp_path: Path) -> Iterator[WrittenCabinet]:
    made = WrittenCabinet(tmp_path / "state", FakeTime())
    made.start()
    yield made
    made.end()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", place],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("nobody may mount a file system here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4096):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return filler


def news(cabinet: WrittenCabinet, *grants: str) -> None:
    held = cabinet.engine.state.get(Table.LEDGER, "")
    n = held.news if isinstance(held, LedgerRecord) else 0
    puts = tuple(
        GrantPut(g, Purpose.DEPOSIT, f"c-{g}", WALL - 60, WALL + 9e6, "news") for g in grants
    )
    cabinet.tell(NewsCame(n + 1, puts))


def open_for(cabinet: WrittenCabinet, grant: str) -> None:
    cabinet.tell(OpenCommanded(f"o-{cabinet.time.mono.now_s}", grant, 20.0))


def read_only(cabinet: WrittenCabinet, *, now: bool = True) -> None:
    """Let SQLite refuse every write, as on a disk that was mounted anew for reading only."""
    word = "ON" if now else "OFF"
    cabinet.journal._connection.execute(f"PRAGMA query_only={word}")


def test_full_disk_lets_an_open_door_be_recorded_and_opens_no_other(small_disk: Path) -> None:
    cabinet = WrittenCabinet(small_disk, FakeTime())
    cabinet.start()
    assert (small_disk / "ballast").stat().st_size == BALLAST_BYTES
    news(cabinet, "g-1", "g-2")
    open_for(cabinet, "g-1")
    cabinet.wait(0.3)
    fill(small_disk)
    door = cabinet.finish_visit()
    assert not (small_disk / "ballast").exists()
    assert cabinet.condition(door) is Condition.OCCUPIED
    assert not cabinet.recording
    open_for(cabinet, "g-2")
    assert cabinet.refusal() == Failure.NOT_RECORDED.name
    cabinet.wait(1.0)
    assert len(cabinet.pulses) == 1
    cabinet.end()
    again = WrittenCabinet(small_disk, cabinet.time)
    again.start()
    assert again.condition(door) is Condition.OCCUPIED, "the ballast was for this"
    again.end()


def test_an_opening_that_finds_the_disk_full_is_dropped_whole_and_frees_no_ballast(
    small_disk: Path,
) -> None:
    cabinet = WrittenCabinet(small_disk, FakeTime())
    cabinet.start()
    news(cabinet, "g-1")
    fill(small_disk)
    open_for(cabinet, "g-1")
    cabinet.wait(0.5)
    assert (cabinet.recording, cabinet.pulses) == (False, [])
    assert (small_disk / "ballast").exists()
    assert "visit.opened" not in cabinet.kinds()
    cabinet.end()


def test_room_on_the_disk_brings_the_cabinet_back_by_itself(small_disk: Path) -> None:
    cabinet = WrittenCabinet(small_disk, FakeTime())
    cabinet.start()
    news(cabinet, "g-1")
    filler = fill(small_disk)
    cabinet.tell(HelpAsked("home"))
    assert not cabinet.recording
    assert (small_disk / "ballast").exists(), "a call for help is no open door"
    cabinet.wait(6.0)
    assert "recording" not in [entry.body.get("what") for entry in cabinet.journal.entries()]
    filler.unlink()
    cabinet.wait(6.0)
    assert cabinet.shown["service"].value["recording"]
    assert (small_disk / "ballast").stat().st_size == BALLAST_BYTES
    assert cabinet.kinds()[-2:] == ["help.called", "service.changed"]
    assert list(cabinet.journal.entries())[-1].body["what"] == "recording"
    assert cabinet.recorder.since() is None, "the next start has no gap to tell of"
    open_for(cabinet, "g-1")
    cabinet.finish_visit()
    assert cabinet.journal.verify().intact
    cabinet.end()


def test_disk_that_takes_nothing_lets_open_doors_be_followed_in_memory(
    cabinet: WrittenCabinet,
) -> None:
    news(cabinet, "g-1", "g-2")
    open_for(cabinet, "g-1")
    cabinet.wait(0.3)
    before = len(cabinet.kinds())
    read_only(cabinet)
    door = cabinet.finish_visit()
    assert len(cabinet.kinds()) == before
    assert cabinet.condition(door) is Condition.OCCUPIED
    assert cabinet.shown["service"].value["recording"] is False
    open_for(cabinet, "g-2")
    assert cabinet.refusal() == Failure.NOT_RECORDED.name
    read_only(cabinet, now=False)
    cabinet.wait(6.0)
    assert cabinet.recording
    assert cabinet.journal.verify().intact, "what waited was written in its order"
    kinds = cabinet.kinds()
    assert kinds[before:].index("door.seen") < kinds[before:].index("consignment.moved")
    gap = [e for e in cabinet.journal.entries() if e.body.get("what") == "recording"]
    assert [entry.kind for entry in gap] == [ServiceChanged.kind]
    open_for(cabinet, "g-2")
    cabinet.finish_visit()
    assert len(cabinet.pulses) == 2


def test_news_that_cannot_be_recorded_is_not_in_the_books(cabinet: WrittenCabinet) -> None:
    read_only(cabinet)
    news(cabinet, "g-1")
    assert cabinet.engine.state.get(Table.GRANT, "g-1") is None
    read_only(cabinet, now=False)
    cabinet.wait(6.0)
    news(cabinet, "g-1")
    assert cabinet.engine.state.get(Table.GRANT, "g-1") is not None


def test_what_waits_in_memory_is_bounded_and_chatter_leaves_room_for_doors(
    cabinet: WrittenCabinet,
) -> None:
    news(cabinet, "g-1")
    open_for(cabinet, "g-1")
    cabinet.wait(0.3)
    read_only(cabinet)
    for number in range(300):
        cabinet.tell(OpenCommanded(f"stale-{number}", "g-1", 0.0))
    assert len(cabinet.recorder._waiting) == 100
    assert cabinet.finish_visit() == cabinet.visit.compartment
    assert cabinet.phase() is VisitPhase.DONE


def test_a_disk_that_refused_is_given_no_opening_though_it_would_take_one(
    cabinet: WrittenCabinet,
) -> None:
    news(cabinet, "g-1")
    cabinet.recorder.refuse(JournalError(cabinet.path, "refused"), cabinet.time.wall.now_s)
    open_for(cabinet, "g-1")
    assert "visit.opened" not in cabinet.kinds()


def test_gap_is_told_by_the_next_good_start(cabinet: WrittenCabinet) -> None:
    read_only(cabinet)
    cabinet.tell(HelpAsked("home"))
    cabinet.time.push(90.0)
    cabinet.end()
    cabinet.start()
    since = cabinet.recorder.since()
    assert since is not None
    assert cabinet.time.wall.now_s - since == pytest.approx(90.0, abs=1.0)
    assert cabinet.recorder.since() is None, "told once"


def test_damaged_page_stops_new_openings_and_not_the_following_of_doors(
    cabinet: WrittenCabinet,
) -> None:
    news(cabinet, *(f"g-{n}" for n in range(60)))
    open_for(cabinet, "g-1")
    cabinet.wait(0.3)
    cabinet.journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = cabinet.path.stat().st_size // 4096
    with cabinet.path.open("r+b") as file:
        for page in range(1, pages):  # all but the first
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    cabinet.journal._connection.execute("PRAGMA shrink_memory")
    door = cabinet.finish_visit(Choice.CONFIRM)
    assert not cabinet.recording
    assert cabinet.condition(door) is Condition.OCCUPIED
    open_for(cabinet, "g-2")
    assert cabinet.refusal() == Failure.NOT_RECORDED.name
    assert len(cabinet.pulses) == 1
