"""Keys are made once, are private, and come from the service manager where it gives them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from locker.contract.failure import Failure
from locker.identity import (
    Enrolment,
    Identity,
    IdentityError,
    Keys,
    credentials_folder,
    public_text,
    save_enrolment,
)

NAMES = ("login.key", "head.key", "secrets.json")
NOBODY = 65534


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    Keys.load_or_make(folder)
    save_enrolment(
        folder,
        Enrolment(
            cabinet="cab-1", centre="https://bbg.test", journal="j-1", enrolled_at=1.0,
            public_url="https://bbg.test", community="", site="", telephone="", keys=(),
        ),
    )  # fmt: skip
    return folder


def test_codes_are_good_from_the_second_of_the_enrolment_or_of_a_later_journal(state: Path) -> None:
    enrolment = Identity.load(state).enrolment.model_copy(update={"enrolled_at": 100.7})
    assert enrolment.tokens_from("j-1", began=90.0) == 100.0
    assert enrolment.tokens_from("j-2", began=200.0) == 200.0
    assert enrolment.tokens_from("j-2", began=50.0) == 100.0


def failure_of(state: Path, given: Path | None = None) -> Failure | None:
    with pytest.raises(IdentityError) as caught:
        Identity.load(state, given)
    return caught.value.failure


def test_keys_are_made_once_and_for_the_owner_alone(state: Path) -> None:
    first, second = Keys.load_or_make(state), Keys.load(state)
    assert public_text(first.login) == public_text(second.login)
    assert public_text(first.login) != public_text(first.head)
    assert {(state / name).stat().st_mode & 0o777 for name in NAMES} == {0o600}
    assert state.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_is_refused_by_code(state: Path, name: str, mode: int) -> None:
    (state / name).chmod(mode)
    assert failure_of(state) is Failure.KEY_EXPOSED


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away and become another")
def test_a_key_of_another_account_is_refused_by_code(state: Path) -> None:
    state.parent.chmod(0o755)
    state.chmod(0o755)
    pid = os.fork()
    if pid == 0:  # as the daemon's account, with a key of root's
        os.setuid(NOBODY)
        try:
            Keys.load(state)
        except IdentityError as error:
            os._exit(0 if error.failure is Failure.KEY_UNREADABLE else 2)
        os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0


@pytest.mark.parametrize("name", NAMES)
def test_an_enrolled_cabinet_never_makes_a_lost_key_anew(state: Path, name: str) -> None:
    (state / name).unlink()
    assert failure_of(state) is Failure.KEY_UNREADABLE
    assert not (state / name).exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_key_is_refused_by_code(state: Path, name: str) -> None:
    (state / name).write_bytes(b"\xff" * 100)
    assert failure_of(state) is Failure.KEY_UNREADABLE


def test_credentials_come_before_the_folder_which_may_hold_no_key_then(
    state: Path, tmp_path: Path
) -> None:
    keys = Keys.load(state)
    given = tmp_path / "credentials"
    given.mkdir()
    for name in NAMES:
        shutil.move(state / name, given / f"bangbangui.{name}")
    (given / "bangbangui.login.key").chmod(0o440)  # as systemd gives it, with an access list
    assert Identity.load(state, given).keys.code_salt == keys.code_salt
    assert public_text(Keys.load_or_make(state, given).login) == public_text(keys.login)
    assert not (state / "login.key").exists()


def test_a_credential_that_is_damaged_is_not_passed_over(state: Path, tmp_path: Path) -> None:
    given = tmp_path / "credentials"
    given.mkdir()
    (given / "bangbangui.head.key").write_text("damaged")
    assert failure_of(state, given) is Failure.KEY_UNREADABLE


def test_the_service_manager_names_its_folder() -> None:
    assert credentials_folder({"CREDENTIALS_DIRECTORY": "/run/x"}) == Path("/run/x")
    assert credentials_folder({}) is None


def test_a_cabinet_that_is_not_enrolled_has_no_failure_but_a_beginning(tmp_path: Path) -> None:
    assert failure_of(tmp_path) is None
