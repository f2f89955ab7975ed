"""The archive for support: what it must hold, and what must never be in it."""

from __future__ import annotations

import dataclasses
import io
import json
import tarfile

from locker.contract.chain import GENESIS, Entry, Stamp, seal
from locker.contract.event import (
    EVENT_TYPES,
    AttemptCommitted,
    AttemptOpened,
    Event,
    GrantPut,
    KeyPut,
    StaffPut,
    VisitOpened,
    WalkInAccepted,
    to_body,
)
from locker.contract.vocabulary import Capability, CredentialKind, DoorState, Purpose
from locker.diag import bundle
from locker.diag.bundle import journal_lines, pack, without_secrets

STAMP = Stamp("boot-1", 1000, 1_790_000_000.0, trusted=True)


def _entries(*events: Event) -> list[Entry]:
    sealed: list[Entry] = []
    for number, event in enumerate(events, 1):
        previous = sealed[-1].hash if sealed else GENESIS
        sealed.append(
            seal(
                journal="j", sequence=number, kind=event.kind, body=to_body(event), stamp=STAMP,
                previous=previous,
            )
        )  # fmt: skip
    return sealed


SECRETS = {
    "grant": "grant-token-61", "consignment": "case-token-62", "matter": "JZ-2026-0063",
    "reference": "ref-64", "digest": "aa" * 32, "lookup": "bb" * 32, "code": "cc" * 32,
    "staff": "staff-68", "key": "PUBLIC-KEY-69", "visit": "visit-70", "walk_in": "walkin-71",
}  # fmt: skip


def _everything() -> list[Entry]:
    s = SECRETS
    return _entries(
        GrantPut(
            grant=s["grant"], purpose=Purpose.COLLECT, consignment=s["consignment"],
            issued_at=1.0, expires_at=2.0, source="news", matter=s["matter"],
            reference=s["reference"], code_digest=s["code"],
        ),
        StaffPut(
            staff=s["staff"], lookup=s["lookup"], digest=s["digest"],
            capabilities=tuple(Capability)[:1], expires_at=3.0,
        ),
        KeyPut(kid="k1", key=s["key"]),
        WalkInAccepted(consignment=s["consignment"], grant=s["grant"], number=s["walk_in"]),
        VisitOpened(
            visit=s["visit"], grant=s["grant"], purpose=Purpose.COLLECT,
            consignment=s["consignment"], compartment=7, credential=next(iter(CredentialKind)),
            staff=s["staff"],
        ),
        AttemptCommitted("attempt-80", s["visit"], 7, 1, DoorState.CLOSED),
        AttemptOpened("attempt-80", 93),
    )  # fmt: skip


def test_no_key_no_code_digest_and_no_token_is_inside() -> None:
    data = pack({"journal.json": json.dumps(journal_lines(_everything()))}, at_s=0, folder="b")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        file = archive.extractfile("b/journal.json")
        assert file is not None
        text = file.read().decode()
    for name, secret in SECRETS.items():
        assert secret not in text, name
    assert "attempt-80" not in text


def test_what_helps_to_find_a_fault_is_inside() -> None:
    *_, visit, committed, opened = journal_lines(_everything())
    assert visit["body"] == {
        "purpose": "collect", "compartment": 7, "visit": 1,
        "credential": next(iter(CredentialKind)).value,
    }  # fmt: skip
    assert committed["body"]["compartment"] == 7
    assert opened["body"] == {"after_ms": 93, "late": False, "attempt": 2}
    assert committed["body"]["attempt"] == 2


def test_every_field_that_may_leave_is_a_field_of_its_kind() -> None:
    for kind, fields in bundle._MAY_LEAVE.items():
        own = {field.name for field in dataclasses.fields(EVENT_TYPES[kind])}
        assert fields <= own, kind


def test_only_the_last_lines_are_packed() -> None:
    assert [line["sequence"] for line in journal_lines(_everything(), last=2)] == [6, 7]


def test_settings_lose_passwords_and_keep_the_rest() -> None:
    text = """url = "https://user:hunter2@centre.example/x?token=abc"
api_key = "s3cr3t"
# key of nothing
port = "/dev/ttyUSB0"
"""
    clean = without_secrets(text)
    assert "hunter2" not in clean
    assert "abc" not in clean
    assert "s3cr3t" not in clean
    assert 'port = "/dev/ttyUSB0"' in clean
    assert "centre.example" in clean
