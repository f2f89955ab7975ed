"""The daemon as a process, on a simulated board, with a small centre over real HTTP."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from locker.contract.chain import Stamp
from locker.contract.credential import GrantClaims
from locker.contract.vocabulary import Purpose
from locker.journal.journal import Journal
from tests.integration.locker.cabinet_process import CabinetProcess, Glass, wait_for, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre

STAMP = Stamp("b-test", 0, 0.0, trusted=False)


@pytest.fixture
def centre() -> FakeCentre:
    return FakeCentre()


@pytest.fixture
def cabinet(centre: FakeCentre) -> Iterator[CabinetProcess]:
    with whole_cabinet(centre) as made:
        yield made


def claims(grant: str = "g-1", purpose: Purpose = Purpose.DEPOSIT) -> GrantClaims:
    now = int(time.time())
    return GrantClaims(1, grant, "cab-1", purpose, f"c-{grant}", "m-1", "R-1", now, now + 3600)


def scan(cabinet: CabinetProcess, text: str) -> None:
    cabinet.board.scan(text.encode() + b"\r")


def deposit(cabinet: CabinetProcess, centre: FakeCentre, glass: Glass, grant: str = "g-1") -> int:
    scan(cabinet, centre.token(claims(grant)))
    visit = glass.phase("open")
    door = int(visit["compartment"])
    time.sleep(0.4)  # the coil is still pulled: a door pushed shut now springs open again
    cabinet.board.shut(1, door)
    glass.phase("ask")
    glass.call("visit.choose", visit=visit["visit"], choice="confirm")
    glass.phase("done")
    return door


def test_scan_opens_a_door_and_the_centre_hears_of_it(
    cabinet: CabinetProcess, centre: FakeCentre
) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    door = deposit(cabinet, centre, glass)
    assert cabinet.board.state().door(1, door).pulses == 1
    assert cabinet.board.state().pulses == 1
    wait_for(lambda: "visit.ended" in centre.kinds())
    order = [
        k for k in centre.kinds() if k in {"attempt.committed", "attempt.opened", "grant.used"}
    ]
    assert order == ["attempt.committed", "attempt.opened", "grant.used"]
    assert [seq for seq, _, _ in glass.history] == sorted(seq for seq, _, _ in glass.history)
    glass.close()
    assert cabinet.stop() == 0
    journal = Journal.open(cabinet.journal, stamp=STAMP)
    assert journal.verify().intact
    journal.close()


def test_a_door_that_opens_by_itself_is_at_the_centre_before_anything_that_comes_after(
    cabinet: CabinetProcess, centre: FakeCentre
) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    glass.health("centre", "ok")
    cabinet.board.open_by_hand(1, 9)
    wait_for(lambda: "door.opened_unasked" in centre.kinds())
    assert glass.until("open_doors", lambda doors: doors == [9])
    wait_for(lambda: "books.entered" in centre.kinds()[centre.kinds().index("door.seen") :])
    kinds = centre.kinds()
    after = kinds[kinds.index("door.seen") :]
    assert after[:3] == ["door.seen", "door.opened_unasked", "books.entered"]
    assert centre.bodies("door.opened_unasked") == [{"compartment": 9}]


def test_wrong_codes_open_nothing_and_say_why(cabinet: CabinetProcess, centre: FakeCentre) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    glass.health("centre", "ok")  # until then no clock is believed, and nothing expires by it
    ours = claims()
    shown = {
        centre.token(replace(ours, cabinet="cab-2")): "BBG-105",
        centre.token(ours)[:-4] + "AAAA": "BBG-106",
        "https://example.org": "BBG-107",
        "\x01\x02 binary": "BBG-108",
        "x" * 2_000: "BBG-108",
        centre.token(replace(ours, iat=1000)): "BBG-112",
        centre.token(replace(ours, grant="g-2", exp=ours.iat - 3000)): "BBG-102",
    }
    for number, (text, failure) in enumerate(shown.items(), start=1):
        scan(cabinet, text)
        assert glass.refusal(number) == failure, text[:40]
    assert cabinet.board.state().pulses == 0


def test_killed_between_commit_and_pulse_leaves_no_pulse_and_a_declared_unknown(
    cabinet: CabinetProcess, centre: FakeCentre
) -> None:
    cabinet.start("-m", "tests.integration.locker.killed_at_pulse")
    glass = cabinet.ready_glass()
    scan(cabinet, centre.token(claims()))
    assert cabinet.process is not None
    assert cabinet.process.wait(timeout=20) == -signal.SIGKILL
    glass.close()
    assert cabinet.board.state().pulses == 0
    cabinet.start()
    glass = cabinet.ready_glass()
    glass.phase("look")
    time.sleep(1.0)
    assert cabinet.board.state().pulses == 0
    wait_for(lambda: "attempt.unresolved" in centre.kinds())
    assert "grant.used" not in centre.kinds()


def test_cut_line_is_noticed_and_nothing_is_lost(
    cabinet: CabinetProcess, centre: FakeCentre
) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    glass.health("centre", "ok")
    glass.until("invitation", lambda i: i["qr"] is not None)
    cabinet.server.cut()
    glass.health("centre", "down")
    glass.until("invitation", lambda i: i["qr"] is None)
    deposit(cabinet, centre, glass)
    assert "visit.opened" not in centre.kinds()
    cabinet.server.listen()
    glass.health("centre", "ok")
    wait_for(lambda: "visit.ended" in centre.kinds())
    assert len(centre.heads) == 1
    assert centre.lacks_none()


def test_forgotten_session_is_opened_anew(cabinet: CabinetProcess, centre: FakeCentre) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    glass.health("centre", "ok")
    before = wait_for(lambda: centre.logins if centre.logins >= 2 else 0)
    centre.forget_sessions()
    deposit(cabinet, centre, glass)
    wait_for(lambda: "visit.ended" in centre.kinds())
    assert centre.logins > before


def test_fork_begins_a_new_journal_that_names_the_old(
    cabinet: CabinetProcess, centre: FakeCentre
) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    (old,) = wait_for(lambda: set(centre.heads))
    token = centre.token(claims("g-old"))
    time.sleep(1.1)  # tokens count in whole seconds
    centre.fork.add(old)
    glass.call("help.call", page="home")
    wait_for(lambda: len(centre.heads) == 2)
    (new,) = set(centre.heads) - {old}
    started = centre.events[new, 1]
    assert (started["kind"], started["body"]["previous_journal"]) == ("journal.started", old)
    scan(cabinet, token)
    assert glass.refusal() == "BBG-112"
    glass.call("notice.seen")
    scan(cabinet, centre.token(claims("g-new")))
    assert glass.refusal(2) == "BBG-202", "no box is believed until staff have looked into it"
    assert sum(body["reason"] == "fork" for body in centre.bodies("books.entered")) == 24


def test_news_becomes_grants_that_open_and_survive_a_restart(
    cabinet: CabinetProcess, centre: FakeCentre
) -> None:
    cabinet.start()
    now = time.time()
    centre.tell(
        {"item": "of_the_future", "x": 1},
        {"item": "phone", "word": "shiliu", "at": now},
        {"item": "grant", "grant": "g-n", "purpose": "deposit", "consignment": "c-n",
         "issued_at": now, "expires_at": now + 900},
    )  # fmt: skip
    glass = cabinet.ready_glass()
    glass.until("invitation", lambda i: i["word"] == "shiliu")
    wait_for(lambda: "grant.put" in centre.kinds())
    glass.close()
    assert cabinet.stop() == 0
    cabinet.start()
    glass = cabinet.ready_glass()
    centre.tell(
        {"item": "open", "command": "o-1", "grant": "g-n", "issued_at": time.time(), "life_s": 30}
    )
    glass.phase("open")
    assert cabinet.board.state().pulses == 1


def test_stale_command_opens_nothing(cabinet: CabinetProcess, centre: FakeCentre) -> None:
    now = time.time()
    centre.tell(
        {"item": "grant", "grant": "g-n", "purpose": "deposit", "consignment": "c-n",
         "issued_at": now, "expires_at": now + 900},
        {"item": "open", "command": "o-1", "grant": "g-n", "issued_at": now - 60, "life_s": 30},
    )  # fmt: skip
    cabinet.start()
    wait_for(lambda: "command.taken" in centre.kinds())
    assert cabinet.board.state().pulses == 0


def test_pulled_board_is_shown_and_comes_back_by_itself(cabinet: CabinetProcess) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    cabinet.board.unplug("board")
    glass.health("board", "down")
    glass.call("walk_in.open")
    assert glass.refusal() in {"BBG-201", "BBG-206"}
    cabinet.board.replug("board")
    glass.health("board", "ok")
    assert cabinet.board.state().pulses == 0


def test_starts_with_neither_board_nor_scanner_nor_centre(cabinet: CabinetProcess) -> None:
    cabinet.board.unplug("board")
    cabinet.board.unplug("scanner")
    cabinet.server.cut()
    cabinet.start()
    glass = cabinet.glass()
    glass.hello()
    for part in ("board", "scanner", "centre"):
        glass.health(part, "down")
    cabinet.board.replug("board")
    cabinet.board.replug("scanner")
    cabinet.server.listen()
    for part in ("board", "scanner", "centre"):
        glass.health(part, "ok")


def test_second_daemon_is_refused_clearly(cabinet: CabinetProcess) -> None:
    cabinet.start()
    done = cabinet.command("run", "--settings", str(cabinet.settings))
    assert done.returncode == 2
    assert "another process has this journal open" in done.stderr
    assert "Traceback" not in done.stderr


def test_cabinet_that_is_not_enrolled_says_how(cabinet: CabinetProcess) -> None:
    (cabinet.folder / "state" / "cabinet.json").unlink()
    done = cabinet.command("run", "--settings", str(cabinet.settings))
    assert done.returncode == 2
    assert "not enrolled" in done.stderr
    assert "daemon enrol" in done.stderr


def test_wrong_setting_is_refused_without_a_traceback(cabinet: CabinetProcess) -> None:
    cabinet.settings.write_text(cabinet.settings.read_text() + "\nbuad = 1\n")
    done = cabinet.command("run", "--settings", str(cabinet.settings))
    assert done.returncode == 2
    assert "buad" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("code", ["WRONG-123", "short"])
def test_wrong_enrolment_code_is_refused_and_changes_nothing(
    cabinet: CabinetProcess, code: str
) -> None:
    before = (cabinet.folder / "state" / "cabinet.json").read_bytes()
    done = cabinet.command(
        "enrol", "--settings", str(cabinet.settings), "--centre", cabinet.server.url,
        "--code", code,
    )  # fmt: skip
    assert done.returncode == 2
    assert "enrolment-code CABINET" in done.stderr
    assert "Traceback" not in done.stderr
    assert (cabinet.folder / "state" / "cabinet.json").read_bytes() == before


def test_secrets_are_readable_by_their_owner_alone(cabinet: CabinetProcess) -> None:
    names = ("login.key", "head.key", "secrets.json", "cabinet.json")
    modes = {(cabinet.folder / "state" / name).stat().st_mode & 0o777 for name in names}
    assert modes == {0o600}


def test_a_key_that_others_may_read_keeps_the_daemon_from_starting_and_says_what_helps(
    cabinet: CabinetProcess,
) -> None:
    (cabinet.folder / "state" / "login.key").chmod(0o644)
    done = cabinet.command("run", "--settings", str(cabinet.settings))
    assert done.returncode == 2
    for words in ("mode 0644", "BBG-601 cause:", "BBG-601 remedy:", "chmod 600"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr
