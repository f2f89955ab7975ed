"""A cabinet as the centre meets it: keys, a hash-chained journal and the five calls."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from locker.contract import event as told
from locker.contract.centre import Enrolment, EventsAck, EventsPost, News, WireEntry
from locker.contract.chain import GENESIS, Entry, Stamp, seal
from locker.contract.credential import (
    PRESENCE_STEP_S,
    head_message,
    login_message,
    presence_message,
)
from locker.contract.layout import Cell, Console, Layout
from locker.contract.vocabulary import CredentialKind, DoorState, Purpose, VisitOutcome

CODE_SALT, BADGE_KEY = b"s" * 16, b"b" * 32


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def small_layout() -> Layout:
    cells = tuple(
        Cell(
            number=n, size="M", x=400 * (n - 1), y=0, width=400, height=300, handle_mm=900,
            board=1, channel=n,
        )
        for n in range(1, 5)
    )  # fmt: skip
    console = Console(x=0, y=300, width=1600, height=600)
    return Layout(name="small", width=1600, height=900, console=console, cells=cells)


@dataclass
class FakeCabinet:
    """Speaks to a centre through `client`; `now` stamps its events and presence."""

    client: httpx2.Client
    now: float
    id: str = ""
    journal: str = "j1"
    token: str = ""
    entries: list[Entry] = field(default_factory=list)
    login: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    head: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    visits: int = 0
    layout: Layout = field(default_factory=small_layout)

    def enrol(self, code: str, *, software: str = "test") -> None:
        ask = Enrolment(
            code=code,
            login_key=b64(self.login.public_key().public_bytes_raw()),
            head_key=b64(self.head.public_key().public_bytes_raw()),
            journal=self.journal,
            code_salt=b64(CODE_SALT),
            badge_key=b64(BADGE_KEY),
            layout=self.layout,
            software=software,
        )
        answer = self.client.post("/v1/enrolments", json=ask.model_dump(mode="json"))
        assert answer.status_code == 200, answer.text
        self.id = answer.json()["cabinet"]

    def log_in(self) -> None:
        nonce = self.client.post("/v1/login/nonces", json={"cabinet": self.id}).json()["nonce"]
        signature = b64(self.login.sign(login_message(self.id, nonce)))
        ask = {"cabinet": self.id, "nonce": nonce, "signature": signature}
        answer = self.client.post("/v1/login/sessions", json=ask)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["token"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def presence(self, *, step_by: int = 0) -> str:
        step = int(self.now // PRESENCE_STEP_S) + step_by
        signature = b64(self.login.sign(presence_message(self.id, step)))
        return f"{step}.{signature}"

    def write(self, *events: told.Event) -> list[Entry]:
        return [self.write_raw(event.kind, told.to_body(event)) for event in events]

    def write_raw(self, kind: str, body: dict[str, Any]) -> Entry:
        previous = self.entries[-1].hash if self.entries else GENESIS
        entry = seal(
            journal=self.journal,
            sequence=len(self.entries) + 1,
            kind=kind,
            body=body,
            stamp=Stamp("boot", 1000 * len(self.entries), self.now, trusted=True),
            previous=previous,
        )
        self.entries.append(entry)
        return entry

    def post(self, entries: list[Entry] | None = None, **more: Any) -> EventsAck:
        answer = self.post_raw(entries, **more)
        assert answer.status_code == 200, answer.text
        return EventsAck.model_validate(answer.json())

    def post_raw(self, entries: list[Entry] | None = None, **more: Any) -> Any:
        chosen = self.entries if entries is None else entries
        last = chosen[-1] if chosen else None
        sequence, digest = (last.sequence, last.hash) if last else (0, "")
        signature = self.head.sign(head_message(self.id, self.journal, sequence, digest))
        post = EventsPost(
            journal=self.journal,
            events=tuple(WireEntry.of(entry) for entry in chosen),
            head_sequence=sequence,
            head=digest,
            head_signature=b64(signature) if last else "",
            wall=self.now,
        )
        body = post.model_dump(mode="json") | more
        return self.client.post("/v1/events", json=body, headers=self.headers)

    def say(self, *events: told.Event) -> EventsAck:
        return self.post(self.write(*events))

    def news(self, after: int = 0, wait: float = 0) -> News:
        answer = self.client.get(
            "/v1/news", params={"after": after, "wait": wait}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        return News.model_validate(answer.json())

    def grants(self) -> dict[str, dict[str, Any]]:
        """Give the live grants by purpose, from a snapshot."""
        items = [item.item for item in self.news().items]
        return {item["purpose"]: item for item in items if item["item"] == "grant"}

    def visit(
        self, grant: dict[str, Any], how: str, *, compartment: int = 2, confirmed: bool = True,
        shut_in_visit: bool = True, command: str | None = None, staff: str | None = None,
    ) -> str:  # fmt: skip
        """Live through a whole visit: opened, shut, answered."""
        visit = self.begin_visit(grant, compartment=compartment, command=command, staff=staff)
        self.end_visit(
            visit, grant, how, compartment=compartment, confirmed=confirmed,
            shut_in_visit=shut_in_visit, staff=staff,
        )  # fmt: skip
        return visit

    def end_visit(
        self, visit: str, grant: dict[str, Any], how: str, *, compartment: int = 2,
        confirmed: bool = True, shut_in_visit: bool = True, staff: str | None = None,
    ) -> None:  # fmt: skip
        """Shut the door that `begin_visit` opened, and answer."""
        outcome = VisitOutcome.CONFIRMED if confirmed else VisitOutcome.PRESUMED
        self.say(
            told.AttemptCompleted(f"{visit}-1"),
            told.ConsignmentMoved(
                consignment=grant["consignment"],
                compartment=compartment,
                how=how,
                visit=visit,
                confirmed=confirmed,
                shut_in_visit=shut_in_visit,
                staff=staff,
            ),
            told.VisitEnded(visit, outcome),
        )

    def begin_visit(
        self, grant: dict[str, Any], *, compartment: int = 2, command: str | None = None,
        staff: str | None = None,
    ) -> str:  # fmt: skip
        """Open a door for a grant and leave it open."""
        self.visits += 1
        visit = f"v{self.visits}"
        kind = CredentialKind.PHONE if command else CredentialKind.SIGNED_QR
        self.say(
            told.VisitOpened(
                visit, grant["grant"], Purpose(grant["purpose"]), grant["consignment"],
                compartment, kind, staff, command,
            ),
            told.GrantReserved(grant["grant"], visit),
            told.AttemptCommitted(f"{visit}-1", visit, compartment, 1, DoorState.CLOSED),
            *([told.CommandTaken(command, "", visit)] if command else []),
            told.AttemptAcknowledged(f"{visit}-1"),
            told.AttemptOpened(f"{visit}-1", 80),
            told.GrantUsed(grant["grant"], visit),
            told.DoorSeen(compartment, DoorState.OPEN, visit),
        )  # fmt: skip
        return visit
