"""The operator's command line: answers for machines, refusals for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from central.command import app

PLACE = ["--community", "润园社区", "--site", "门口", "--telephone", "0311"]


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def said(*words: str) -> dict[str, str]:
    code, output = run(*words, "--json")
    assert code == 0, output
    answer: dict[str, str] = json.loads(output)
    return answer


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'c.db'}"


def test_a_cabinet_is_made_with_its_code(database: str) -> None:
    made = said("create-cabinet", "--database", database, "--short", "7", *PLACE)
    assert len(made["enrolment_code"]) == 12
    again = said("enrolment-code", made["cabinet"], "--database", database)
    assert again["enrolment_code"] != made["enrolment_code"]
    code, output = run("create-cabinet", "--database", database, "--short", "7", *PLACE)
    assert (code, "is taken" in output) == (2, True)


def test_a_cabinet_that_is_not_there_is_named(database: str) -> None:
    for word in ("enrolment-code", "revoke-cabinet"):
        code, output = run(word, "cnothing", "--database", database)
        assert (code, "cnothing" in output) == (2, True)


def test_a_cabinet_is_revoked(database: str) -> None:
    made = said("create-cabinet", "--database", database, "--short", "7", *PLACE)
    assert run("revoke-cabinet", made["cabinet"], "--database", database) == (0, "")


def test_staff_is_made_with_a_badge(database: str, tmp_path: Path) -> None:
    words = ["--database", database, "--data", str(tmp_path / "keys"), "--login", "zhiban"]
    words += ["--name", "值班员", "--password", "long enough", "--pin", "2468"]
    made = said("create-staff", *words)
    assert made["badge"].startswith("BBG:B:")
    assert len(made["badge"]) == 32
    assert run("create-staff", *words)[0] == 2


def test_a_bad_pin_makes_no_account_either(database: str, tmp_path: Path) -> None:
    words = ["--database", database, "--data", str(tmp_path / "keys"), "--login", "zhiban"]
    words += ["--name", "值班员", "--password", "long enough"]
    assert run("create-staff", *words, "--pin", "12")[0] == 2
    assert run("create-staff", *words)[0] == 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--database", "mysql://x/y"], "allowed: sqlite:///FILE or postgresql://"),
        (["--public-url", "ftp://x"], "allowed: http:// or https://"),
        (["--workers", "2"], "allowed on SQLite: 1"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    database: str, tmp_path: Path, words: list[str], hint: str
) -> None:
    code, output = run("serve", "--database", database, "--data", str(tmp_path / "keys"), *words)
    assert code == 2
    assert hint in output.replace("\n", " ")


def test_migrate_may_be_run_twice(database: str) -> None:
    for _ in range(2):
        assert run("migrate", "--database", database) == (0, "the schema is up to date\n")


def test_a_second_server_on_one_sqlite_folder_is_refused(database: str, tmp_path: Path) -> None:
    import fcntl

    folder = tmp_path / "keys"
    folder.mkdir()
    with (folder / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, output = run("serve", "--database", database, "--data", str(folder))
    assert (code, "one worker" in output) == (2, True)
