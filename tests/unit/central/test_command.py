"""The operator's command line: answers for machines, refusals for people."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from typer.testing import CliRunner

from central.command import app
from central.database import Database
from central.key import KeyRing, make_next, use_next
from central.ledger import FILE, Ledger
from central.operation import chore, enrolment, staff
from central.record.cabinet import Cabinet
from central.record.people import Audit, Staff
from locker.contract.credential import TOKEN_TYPE

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
    done = said("revoke-cabinet", made["cabinet"], "--database", database)
    assert done == {"revoked": made["cabinet"]}


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


def test_a_password_is_typed_twice_and_a_short_one_is_called_short(
    database: str, tmp_path: Path
) -> None:
    words = ["create-staff", "--database", database, "--data", str(tmp_path / "keys")]
    words += ["--login", "zhiban", "--name", "值班员"]
    typed = CliRunner().invoke(app, words, input="long enough\nlong enouhg\n")
    assert (typed.exit_code, "do not match" in typed.output) == (1, True)
    code, output = run(*words, "--password", "short")
    assert (code, "at least 8" in output) == (2, True)


def test_the_only_administrator_gets_another_password_that_is_to_be_changed(
    database: str, tmp_path: Path
) -> None:
    place = ["--database", database]
    words = ["set-password", "zhiban", *place]
    said("create-staff", *place, "--login", "zhiban", "--name", "值班员", "--password", "forgotten")
    typed = CliRunner().invoke(app, words, input="given to you\ngiven to yuo\n")
    assert (typed.exit_code, "do not match" in typed.output) == (1, True)
    assert "at least 8" in run(*words, "--password", "short")[1]
    code, output = run("set-password", "nobody", *place, "--password", "given to you")
    assert (code, "nobody" in output) == (2, True)
    assert said(*words, "--password", "given to you") == {"password_set": "zhiban"}
    opened = Database(database)
    with opened.writing() as session:
        person = session.exec(select(Staff)).one()
        assert person.password_given_at is not None
        (row,) = session.exec(select(Audit))
        assert (row.act, row.staff, row.reason) == ("password_set", "operator", person.id)
        token = staff.sign_in(session, login="zhiban", password="given to you", peer="", now=1.0)
        assert isinstance(token, str)
        person.left_at = 1.0
    opened.close()
    code, output = run(*words, "--password", "given to you")
    assert (code, "has ended" in output) == (2, True)


def test_no_keys_are_made_in_a_wrong_folder_for_a_database_that_was_served(
    database: str, tmp_path: Path
) -> None:
    assert run("migrate", "--database", database)[0] == 0
    opened = Database(database)
    with opened.writing() as session:
        # What a serving centre leaves.
        chore.take(session, "retention", every_s=1, for_s=1, now=1.0)
    opened.close()
    wrong, place = tmp_path / "wrong", ("--database", database, "--data", str(tmp_path / "wrong"))
    words = ["--login", "a", "--name", "a", "--password", "long enough", "--pin", "2468"]
    for asked in (["new-signing-key"], ["create-staff", *words]):
        code, output = run(*asked, *place)
        assert (code, "no centre's keys lie here" in output) == (2, True)
    assert not wrong.exists()
    code, output = run("serve", *place)
    assert (code, "no centre's keys lie here" in output) == (2, True)
    assert [path.name for path in wrong.iterdir()] == ["serve.lock"]
    KeyRing.open(wrong)
    assert said("create-staff", *words, *place)["badge"], "the account was not made before"


def test_a_database_of_a_newer_version_is_refused_with_the_way_on(database: str) -> None:
    assert run("migrate", "--database", database)[0] == 0
    opened = Database(database)
    with opened.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")
    opened.close()
    code, output = run("migrate", "--database", database)
    assert (code, "restore a backup of before" in output) == (2, True)


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


def test_settings_of_the_environment_are_read_and_a_database_that_cannot_be_used_is_refused(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGBANGUI_DATABASE", database)
    assert said("create-cabinet", "--short", "7", *PLACE)["cabinet"]
    assert (tmp_path / "c.db").exists()
    code, output = run("migrate", "--database", f"sqlite:///{tmp_path / 'no' / 'c.db'}")
    assert (code, "cannot be used: unable to open" in output) == (2, True)

    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(enrolment, "create_cabinet", full)
    code, output = run("create-cabinet", "--short", "8", *PLACE)
    assert (code, "cannot be used: database or disk is full" in output) == (2, True)


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


def test_the_signing_key_is_changed_in_three_steps(database: str, tmp_path: Path) -> None:
    place = ("--database", database, "--data", str(tmp_path / "keys"))
    first = KeyRing.open(tmp_path / "keys").public
    code, output = run("use-signing-key", *place)
    assert (code, "new-signing-key" in output) == (2, True)
    made = said("new-signing-key", *place)
    assert said("new-signing-key", *place) == made, "asked twice it is the same key"
    used = said("use-signing-key", *place)
    assert (used["key"], used["key_to_drop"]) == (made["key"], first.kid)
    ring = KeyRing.open(tmp_path / "keys")
    assert ring.public.kid == made["key"]
    assert first in ring.accepted
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o777 == 0o600
    code, output = run("drop-signing-key", "nokey", *place)
    assert (code, "nokey" in output) == (2, True)
    said("drop-signing-key", first.kid, *place)
    assert KeyRing.open(tmp_path / "keys").accepted == (ring.public,)


def test_a_signing_key_that_a_cabinet_does_not_have_is_not_used_by_mistake(
    database: str, tmp_path: Path
) -> None:
    place = ("--database", database, "--data", str(tmp_path / "keys"))
    said("create-cabinet", "--database", database, "--short", "7-0412", *PLACE)
    opened = Database(database)
    with opened.writing() as session:
        session.exec(select(Cabinet)).one().enrolled_at = 1.0
    opened.close()
    assert "7-0412" in said("new-signing-key", *place)["waiting_for"]
    code, output = run("use-signing-key", *place)
    assert (code, "7-0412" in output) == (2, True)
    said("use-signing-key", "--anyway", *place)


def test_the_master_key_is_changed_by_one_command_that_may_be_begun_again(
    database: str, tmp_path: Path
) -> None:
    place = ("--database", database, "--data", str(tmp_path / "keys"), "--pause", "0")
    before = KeyRing.open(tmp_path / "keys").master
    code, output = run("new-master-key", *place, "--old-to", str(tmp_path / "keys" / "o"))
    assert (code, "kept elsewhere" in output) == (2, True)
    code, output = run("new-master-key", *place, "--old-to", str(tmp_path / "nowhere" / "o"))
    assert (code, "no folder" in output) == (2, True)
    os.chown(tmp_path / "keys", 1, -1)
    code, output = run("new-master-key", *place, "--old-to", str(tmp_path / "o"))
    assert (code, "run it as its owner" in output) == (2, True)
    os.chown(tmp_path / "keys", os.geteuid(), -1)
    assert KeyRing.open(tmp_path / "keys").master == before, "nothing was begun"
    old = tmp_path / "old.key"
    said("new-master-key", *place, "--old-to", str(old))
    assert bytes.fromhex(old.read_text()) == before != KeyRing.open(tmp_path / "keys").master
    code, output = run("new-master-key", *place, "--old-to", str(old))
    assert (code, "is not that key" in output) == (2, True)


def test_a_proof_of_erasure_outlives_the_key_that_signed_it(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    proof = KeyRing.open(folder).sign_erasure({"resident": "p1", "at": 1.8e9})
    make_next(folder)
    use_next(folder)
    shown = {"resident": "p1", "at": "2027-01-15 16:00:00", "in_ledger": False}
    assert said("check-proof", f"{proof}\n", "--data", str(folder)) == shown
    Ledger(folder / FILE).add(proof)
    assert said("check-proof", proof, "--data", str(folder)) == shown | {"in_ledger": True}


@pytest.mark.parametrize("wrong", ["", "a", "a.b.c", "changed", "grant", "of another centre"])
def test_what_is_no_proof_of_erasure_is_called_none(tmp_path: Path, wrong: str) -> None:
    keys, other = KeyRing.open(tmp_path / "keys"), KeyRing.open(tmp_path / "other")
    proof = keys.sign_erasure({"resident": "p1", "at": 1.8e9})
    words = {
        "changed": f"{proof[:-4]}AAAA", "grant": keys._sign(TOKEN_TYPE, {"at": 1}),
        "of another centre": other.sign_erasure({"resident": "p1", "at": 1.8e9}),
    }  # fmt: skip
    code, output = run("check-proof", words.get(wrong, wrong), "--data", str(tmp_path / "keys"))
    assert (code, "no key of this centre signed that" in output) == (2, True)


def test_the_signed_heads_of_an_unknown_cabinet_are_refused(database: str) -> None:
    code, output = run("journal-heads", "cnothing", "--database", database)
    assert (code, "cnothing" in output) == (2, True)
