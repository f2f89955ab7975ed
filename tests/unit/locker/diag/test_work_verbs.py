"""The technician's own verbs, given as on the command line, on files and no hardware."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from locker.contract.chain import GENESIS, Stamp, seal
from locker.contract.demo_clock import DemoClock
from locker.contract.event import AttemptCommitted, AttemptFailed, AttemptOpened, Event, to_body
from locker.contract.vocabulary import DoorState
from locker.diag import clock_text
from locker.diag.command import app
from locker.diag.exported import entry_json
from locker.identity import Enrolment, Keys, save_enrolment


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def _export(path: Path) -> Path:
    events: list[Event] = []
    for n in range(40):
        attempt = AttemptCommitted(f"a{n}", "v", 1, 1, DoorState.CLOSED)
        events += [attempt, AttemptOpened(f"a{n}", 80 if n < 20 else 170)]
    for n in range(3):
        attempt = AttemptCommitted(f"b{n}", "v", 2, 1, DoorState.CLOSED)
        events += [attempt, AttemptFailed(f"b{n}")]
    lines, previous = [], GENESIS
    for number, event in enumerate(events, 1):
        entry = seal(
            journal="j", sequence=number, kind=event.kind, body=to_body(event), previous=previous,
            stamp=Stamp("b", number, 1.79e9 + number, trusted=True),
        )  # fmt: skip
        previous = entry.hash
        lines.append(json.dumps(entry_json(entry)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_health_of_an_exported_journal_names_the_locks_to_replace(tmp_path: Path) -> None:
    file = _export(tmp_path / "journal.jsonl")
    told = CliRunner().invoke(app, ["--json", "health", "--file", str(file)])
    assert told.exit_code == 0, told.output
    locks = {lock["compartment"]: lock for lock in json.loads(told.stdout)["locks"]}
    assert (locks[1]["verdict"], locks[1]["why"]) == ("replace_soon", "slower")
    assert (locks[2]["verdict"], locks[2]["why"]) == ("replace_soon", "jammed")
    assert locks[1]["on_s"] is None, "without its board's profile nobody knows"
    shown = CliRunner().invoke(app, ["health", "--file", str(file)])
    assert "replace soon" in shown.stdout


def test_health_with_the_cabinet_s_settings_derives_how_long_each_coil_was_on(
    tmp_path: Path,
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        'state_dir = "s"\nrun_dir = "r"\nlayout = "runyuan-24"\n[[bus]]\nport = "/dev/null"\n'
    )
    file = _export(tmp_path / "journal.jsonl")
    words = ["--json", "--settings", str(settings), "health", "--file", str(file)]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    locks = {lock["compartment"]: lock for lock in json.loads(told.stdout)["locks"]}
    assert locks[1]["on_s"] == pytest.approx(locks[1]["attempts"] * 0.3, abs=0.1)
    assert locks[24]["on_s"] == 0


def test_what_a_demo_s_journal_tells_is_said_to_be_in_the_demo_s_time(tmp_path: Path) -> None:
    named = _cabinet(tmp_path / "a")
    settings = tmp_path / "a" / "settings.toml"
    settings.write_text("demo = true\n" + settings.read_text())
    file = _export(tmp_path / "journal.jsonl")
    health = [*named, "health", "--file", str(file)]
    assert "put forward" not in CliRunner().invoke(app, health).stdout
    clock = DemoClock(tmp_path / "a" / "state")
    clock.put(400 * 86_400.0)
    assert "put forward" in CliRunner().invoke(app, health).stdout
    told = json.loads(CliRunner().invoke(app, ["--json", *health]).stdout)
    assert told["ahead_s"] == 400 * 86_400.0
    assert CliRunner().invoke(app, [*named, "bundle", "--seconds", "0"]).exit_code == 0
    (archive,) = tmp_path.glob("*.tar.gz")
    assert archive.name > f"bangbangui-{clock_text.stamp(clock.now() - 3600.0)}"
    with tarfile.open(archive) as inside:
        assert min(one.mtime for one in inside) > clock.now() - 3600.0


def test_a_journal_that_is_none_is_told_with_its_remedy(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["health", "--file", str(tmp_path / "none")])
    assert told.exit_code == 2
    assert "journal export" in told.stderr


def test_stickers_are_written_without_any_cabinet_and_say_what_is_missing(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["stickers", "--layout", "runyuan-24", "--no-camera"])
    assert told.exit_code == 0, told.output
    assert (tmp_path / "stickers.pdf").read_bytes().startswith(b"%PDF")
    assert "no QR code" in told.stdout
    assert "No telephone" in told.stdout


def test_the_camera_sign_must_be_chosen() -> None:
    assert CliRunner().invoke(app, ["stickers", "--layout", "runyuan-24"]).exit_code == 2


def test_a_check_alone_writes_an_unsigned_sheet_that_is_not_accepted(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["--json", "check", "--alone", "--to", str(tmp_path)])
    assert told.exit_code == 1, told.output
    assert told.stdout, repr(told.exception) + told.stderr[-1500:]
    sheet = json.loads(told.stdout)
    assert sheet["signature"] is None
    results = {finding["key"]: finding["result"] for finding in sheet["content"]["findings"]}
    assert results["touch"] == "not_done"
    assert results["doors"] == "failed"
    paper, data = sheet["files"]
    assert Path(paper).read_bytes().startswith(b"%PDF")
    verified = CliRunner().invoke(app, ["check", "--verify", data])
    assert verified.exit_code == 1
    assert "no signature" in verified.stdout


def test_a_bundle_where_nothing_runs_says_what_is_missing(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["bundle", "--out", "b.tar.gz", "--seconds", "0"])
    assert told.exit_code == 0, told.output
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        names = {Path(name).name for name in archive.getnames()}
    assert names == {"versions.json", "missing.txt"}


def test_commissioning_needs_a_port_where_no_cabinet_is(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["commission", "--layout", "runyuan-24"])
    assert told.exit_code == 2
    assert "--port" in told.stderr
    assert not list(tmp_path.iterdir())


def test_commissioning_a_stopped_cabinet_takes_the_port_of_its_settings(tmp_path: Path) -> None:
    words = [*_cabinet(tmp_path), "--json", "commission", "--layout", "runyuan-24"]
    told = CliRunner().invoke(app, words)
    assert "/dev/null" in told.stderr, "the port of the settings was tried"
    assert told.exit_code == 1


def _cabinet(folder: Path) -> list[str]:
    """Make an enrolled cabinet's folder with no daemon; return the option that names it."""
    enrolment = Enrolment(
        cabinet="runyuan-01", centre="http://127.0.0.1:9", journal="j", enrolled_at=1.0,
        public_url="http://127.0.0.1:9", community="润园", site="门口", telephone="0311-0",
        keys=(),
    )  # fmt: skip
    (folder / "state").mkdir(parents=True)
    save_enrolment(folder / "state", enrolment)
    Keys.load_or_make(folder / "state")
    settings = folder / "settings.toml"
    settings.write_text(
        'state_dir = "state"\nrun_dir = "run"\nlayout = "runyuan-24"\n'
        '[[bus]]\nport = "/dev/null"\n',
        encoding="utf-8",
    )
    return ["--settings", str(settings)]


def test_an_enrolled_cabinet_signs_its_sheet_and_knows_another_ones(tmp_path: Path) -> None:
    ours, theirs = _cabinet(tmp_path / "a"), _cabinet(tmp_path / "b")
    told = CliRunner().invoke(app, ["--json", *ours, "check", "--alone", "--to", str(tmp_path)])
    sheet = json.loads(told.stdout)
    assert sheet["content"]["cabinet"] == "runyuan-01"
    data = sheet["files"][1]
    genuine = CliRunner().invoke(app, [*ours, "check", "--verify", data])
    assert (genuine.exit_code, "genuine" in genuine.stdout) == (0, True)
    forged = CliRunner().invoke(app, [*theirs, "check", "--verify", data])
    assert (forged.exit_code, "wrong" in forged.stdout) == (1, True)


def test_no_secret_of_an_enrolled_cabinet_is_in_its_bundle(tmp_path: Path) -> None:
    named = _cabinet(tmp_path / "a")
    told = CliRunner().invoke(app, [*named, "bundle", "--out", "b.tar.gz", "--seconds", "0"])
    assert told.exit_code == 0, told.output
    state = tmp_path / "a" / "state"
    secrets = [*json.loads((state / "secrets.json").read_text()).values()]
    secrets += [line for key in state.glob("*.key") for line in key.read_text().split("\n")[1:2]]
    assert len(secrets) == 4
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        members = [archive.extractfile(one) for one in archive.getmembers()]
        text = b"".join(member.read() for member in members if member is not None).decode()
    assert all(secret not in text for secret in secrets)
    assert "runyuan-24" in text


def test_health_on_a_bare_bench_says_that_there_is_no_journal() -> None:
    told = CliRunner().invoke(app, ["--port", "/dev/null", "--board", "shuoming", "health"])
    assert told.exit_code == 1
    assert "no journal" in told.stderr
