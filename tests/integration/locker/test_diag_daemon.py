"""The technician's command through a running daemon, and on its journal while it is stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from locker.contract.chain import Stamp
from locker.contract.event import UNTOLD, TechnicianAsked, from_body
from locker.journal.journal import Journal
from tests.integration.locker.cabinet_process import CabinetProcess, wait_for, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def stopped() -> Iterator[CabinetProcess]:
    with whole_cabinet(FakeCentre()) as made:
        yield made


@pytest.fixture
def cabinet(stopped: CabinetProcess) -> Iterator[CabinetProcess]:
    stopped.start()
    stopped.ready_glass()
    yield stopped
    stopped.stop()
    stopped.board.clear_faults()
    for door in stopped.board.state().doors:
        stopped.board.shut(door.board, door.lock)


def run(cabinet: CabinetProcess, *words: str, cwd: Path | None = None) -> Any:
    before = ["-m", "locker", "diag", "--language", "en", "--settings", str(cabinet.settings)]
    return subprocess.run(
        [sys.executable, *before, *words], capture_output=True, text=True, timeout=90, check=False,
        cwd=cwd,
    )  # fmt: skip


def told(cabinet: CabinetProcess, *words: str, code: int = 0) -> Any:
    done = run(cabinet, "--json", *words)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout or done.stderr)


def asked(cabinet: CabinetProcess) -> list[TechnicianAsked]:
    journal = Journal.open(cabinet.journal, stamp=Stamp("b-test", 0, 0.0, trusted=False))
    try:
        events = [from_body(entry.kind, entry.body) for entry in journal.entries()]
    finally:
        journal.close()
    return [event for event in events if isinstance(event, TechnicianAsked)]


def test_doors_an_opening_and_its_record_through_the_daemon(cabinet: CabinetProcess) -> None:
    doors = told(cabinet, "doors")["doors"]
    assert len(doors) == 24
    assert set(doors[0]) == {"channel", "state", "read_at", "contact"}
    assert doors[0]["contact"] == "trusted"
    assert abs(doors[0]["read_at"] - time.time()) < 60
    before = cabinet.board.state().door(1, 7).pulses
    opened = told(cabinet, "open", "1:7", "--reason", "new hinge")
    assert set(opened) == {"channel", "outcome", "pulses", "time_to_open_ms"}
    assert (opened["channel"], opened["outcome"], opened["pulses"]) == ("1:7", "opened", 1)
    assert opened["time_to_open_ms"] > 0
    assert cabinet.board.state().door(1, 7).pulses == before + 1
    states = {door["channel"]: door["state"] for door in told(cabinet, "doors")["doors"]}
    assert states["1:7"] == "open"
    assert cabinet.stop() == 0
    record = asked(cabinet)[-1]
    assert (record.compartment, record.reason, record.failure) == (7, "new hinge", "")
    assert record.by
    cabinet.start()


def test_a_jammed_door_is_not_called_open(cabinet: CabinetProcess) -> None:
    cabinet.board.fault("jammed", board=1, lock=3)
    shown = told(cabinet, "open", "1:3", "--reason", "it jams", code=1)
    assert shown == {
        "channel": "1:3", "outcome": "not_opened", "pulses": 1, "time_to_open_ms": None,
    }  # fmt: skip


def test_the_books_of_the_daemon_can_be_read_exported_and_verified(
    cabinet: CabinetProcess, tmp_path: Path
) -> None:
    told(cabinet, "open", "1:5", "--reason", "look")
    assert told(cabinet, "attempts")["attempts"][-1]["compartment"] == 5
    grants = told(cabinet, "grants")["grants"]
    assert grants
    assert not {"code_digest", "digest"} & set(grants[0])
    assert told(cabinet, "outbox")["last"] > 0
    entries = told(cabinet, "journal", "--last", "10")["entries"]
    assert len(entries) >= 10
    assert not UNTOLD & {name for entry in entries for name in entry["body"]}
    verdict = told(cabinet, "journal", "verify")
    assert verdict["intact"]
    assert verdict["unanchored"] is not None
    export = tmp_path / "journal.jsonl"
    count = told(cabinet, "journal", "export", str(export))["events"]
    assert told(cabinet, "journal", "verify", "--file", str(export))["events"] == count
    export.write_text(export.read_text().replace('"look"', '"else"', 1))
    assert told(cabinet, "journal", "verify", "--file", str(export), code=1)["broken"]


def test_line_and_trace_show_what_the_daemon_measured(cabinet: CabinetProcess) -> None:
    (line,) = told(cabinet, "line")["lines"]
    assert line["replies"] > 0
    assert line["round_trip"]["least_ms"] > 0
    lines = run(cabinet, "--json", "trace", "--seconds", "1.5").stdout.splitlines()
    shown = [json.loads(one) for one in lines]
    assert {"out", "in"} <= {one["direction"] for one in shown}
    assert any(one["hex"] == "80 01 00 33 B2" for one in shown)


def test_the_port_is_refused_while_the_daemon_holds_it(cabinet: CabinetProcess) -> None:
    link = str(cabinet.simulator.link)
    done = run(cabinet, "--port", link, "--board", "shuoming", "doors")
    assert done.returncode == 1
    assert "the daemon" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_door_is_opened_without_a_reason_or_where_the_layout_has_none(
    cabinet: CabinetProcess,
) -> None:
    assert run(cabinet, "open", "1:7").returncode == 2
    assert run(cabinet, "open", "1:7", "--reason", " ").returncode == 2
    assert run(cabinet, "open", "seven", "--reason", "x").returncode == 2
    assert run(cabinet, "open", "1:25", "--reason", "x").returncode == 2
    assert run(cabinet, "open", "2:1", "--reason", "x").returncode == 2


def test_without_a_daemon_it_says_so(stopped: CabinetProcess) -> None:
    done = run(stopped, "doors")
    assert done.returncode == 3
    assert "daemon" in done.stderr


def test_directly_with_a_journal_it_is_recorded_there(
    stopped: CabinetProcess, tmp_path: Path
) -> None:
    link = str(stopped.simulator.link)
    words = ("--json", "--port", link, "--board", "shuoming")
    pulses = stopped.board.state().door(1, 9).pulses
    done = run(stopped, *words, "open", "1:9", "--reason", "daemon stopped", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "opened"
    assert stopped.board.state().door(1, 9).pulses == pulses + 1
    assert asked(stopped)[-1].reason == "daemon stopped"
    assert not list(tmp_path.iterdir()), "the journal is the record; no second one"
    verdict = told(stopped, "journal", "verify")
    assert verdict["intact"]
    assert verdict["records_differing"] == 0
    stopped.board.shut(1, 9)


def test_another_board_than_the_cabinets_own_is_refused(
    stopped: CabinetProcess,
) -> None:
    link = str(stopped.simulator.link)
    done = run(stopped, "--json", "--port", link, "--board", "dc02", "doors")
    assert done.returncode == 2
    assert "leave --board out" in json.loads(done.stderr)["error"]["remedy"]


def test_an_export_that_fails_leaves_no_file(stopped: CabinetProcess, tmp_path: Path) -> None:
    assert run(stopped, "journal", "export", str(tmp_path / "j.jsonl")).returncode == 3
    assert not list(tmp_path.iterdir())


def test_commissioning_while_the_daemon_runs_says_what_to_stop(
    cabinet: CabinetProcess, tmp_path: Path
) -> None:
    done = run(cabinet, "--json", "commission", "--layout", "runyuan-24", cwd=tmp_path)
    assert done.returncode == 2
    error = json.loads(done.stderr)["error"]
    assert str(cabinet.simulator.link) in error["seen"]
    assert "systemctl stop" in error["remedy"]
    assert not list(tmp_path.iterdir())


def test_a_coil_that_was_pulled_before_the_daemon_stopped_is_waited_for(
    stopped: CabinetProcess, tmp_path: Path
) -> None:
    stopped.start()
    stopped.ready_glass()
    stopped.board.fault("jammed", board=1, lock=12)
    words = ("--json", "open", "1:12", "--reason", "stopped in the middle")
    before = [sys.executable, "-m", "locker", "diag", "--settings", str(stopped.settings)]
    with subprocess.Popen([*before, *words], stderr=subprocess.DEVNULL) as asked_for:
        wait_for(lambda: stopped.board.state().door(1, 12).pulses == 1)
        stopped.stop(signal.SIGKILL)
        asked_for.wait()
    stopped.board.clear_faults()
    link = str(stopped.simulator.link)
    done = run(stopped, "--json", "--port", link, "open", "1:12", "--reason", "again")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "opened"
    time.sleep(0.4)
    stopped.board.shut(1, 12)


def test_a_silent_board_is_exit_code_four(cabinet: CabinetProcess) -> None:
    cabinet.board.fault("silent")
    glass = cabinet.glass()
    glass.hello()
    glass.health("board", "down")
    assert run(cabinet, "doors").returncode == 4
    done = run(cabinet, "open", "1:2", "--reason", "x")
    assert done.returncode == 4
    assert "BBG-201" in done.stderr
