"""What a member of staff's password costs whoever guesses; the other tests here make it cheap."""

from __future__ import annotations

import re

import pytest
from pwdlib import PasswordHash
from sqlmodel import select

from central.record.people import Staff
from tests.unit.central.conftest import World

REAL = PasswordHash.recommended


def test_a_password_is_kept_as_slow_as_owasp_asks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # OWASP's Password Storage Cheat Sheet: argon2id with at least 19 MiB, two rounds, one lane.
    monkeypatch.setattr(PasswordHash, "recommended", REAL)
    world.staff()
    with world.centre.database.reading() as session:
        kept = session.exec(select(Staff.password)).one()
    cost = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", kept)
    assert cost, kept
    memory_kib, rounds, lanes = map(int, cost.groups())
    assert memory_kib >= 19 * 1024
    assert rounds >= 2
    assert lanes >= 1
