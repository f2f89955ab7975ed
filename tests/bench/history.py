"""A cabinet that has been in service for long: state folder, keys, and a journal full of events.

Everything is written by the product's own code: the journal's API, the core's fold, the identity's
files. The history is complete collections, one after the other, so that the records are what such
a journal really leaves (the ended grants that are remembered, the outages, the running numbers).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.key import KeyRing
from locker.contract import event as e
from locker.contract.chain import Stamp
from locker.contract.credential import CLAIMS_VERSION, GrantClaims
from locker.contract.digest import code_digest
from locker.contract.event import Event
from locker.contract.vocabulary import (
    Choice,
    Condition,
    CredentialKind,
    DoorState,
    Purpose,
    VisitOutcome,
)
from locker.core.fold import fold
from locker.core.state import Draft, State
from locker.identity import Enrolment, Keys, save_enrolment
from locker.journal.journal import Journal

CABINET = "cab-bench"
DOORS = 24
OCCUPIED = 20
DAY_S = 86_400.0
CYCLES_A_COMMIT = 50


@dataclass(slots=True)
class Past:
    """A prepared cabinet; its credentials are made, or handed out, one at a time."""

    state_dir: Path
    centre: KeyRing
    codes: list[str] = field(default_factory=list)
    _given: int = 0

    def sign_collection(self, compartment: int) -> str:
        """Make a fresh signed QR for what lies in a compartment, as the centre does."""
        self._given += 1
        now = int(time.time())
        return self.centre.sign_grant(
            GrantClaims(
                v=CLAIMS_VERSION,
                grant=f"g-bench-{secrets.token_hex(4)}-{self._given}",
                cabinet=CABINET,
                purpose=Purpose.COLLECT,
                consignment=lying_in(compartment),
                matter=f"m-{secrets.token_hex(8)}",
                reference=f"JZ-{self._given:04}",
                iat=now,
                exp=now + int(DAY_S),
            )
        )


def lying_in(compartment: int) -> str:
    """Give the consignment that lies in a compartment."""
    return f"c-bench-{compartment}"


def compartment_of_code(place: int) -> int:
    """Give the compartment that the code at this place of the list opens."""
    return (place + OCCUPIED // 2) % OCCUPIED + 1


def prepare(state_dir: Path, *, centre_url: str, events: int, codes: int) -> Past:
    """Make the state folder of a cabinet with so many events, typed codes, and 20 full boxes."""
    centre = KeyRing(b"", Ed25519PrivateKey.generate())
    past = Past(state_dir, centre)
    keys = Keys.load_or_make(state_dir)
    journal = Journal.open(state_dir / "journal.db", stamp=_stamp(time.time() - 100 * DAY_S))
    try:
        _write_history(journal, events=events)
        _fill_boxes(journal, centre)
        past.codes += _put_codes(journal, codes, salt=keys.code_salt)
        enrolment = Enrolment(
            cabinet=CABINET,
            centre=centre_url,
            journal=journal.id,
            enrolled_at=time.time() - 101 * DAY_S,
            public_url=centre_url,
            community="润园社区",
            site="居委会门口",
            telephone="0311-00000000",
            keys=(centre.public,),
        )
    finally:
        journal.close()
    save_enrolment(state_dir, enrolment)
    return past


def _write_history(journal: Journal, *, events: int) -> None:
    commissioned = [
        e.BooksEntered(n, Condition.FREE, None, "commissioned") for n in range(1, DOORS + 1)
    ]
    state = journal.load_state()
    begun, ended = time.time() - 100 * DAY_S, time.time() - DAY_S
    _commit(journal, state, commissioned, wall=begun)
    written = len(commissioned)
    batch: list[Event] = []
    for n, cycle in enumerate(_cycles(state, begun=begun)):
        if written >= events:
            break
        batch += cycle
        written += len(cycle)
        if n % CYCLES_A_COMMIT == 0 or written >= events:
            wall = begun + (ended - begun) * min(1.0, written / max(events, 1))
            _commit(journal, state, batch, wall=wall)
            batch = []


def _commit(journal: Journal, state: State, events: Sequence[Event], *, wall: float) -> None:
    draft = Draft(state)
    for event in events:
        fold(draft, event, wall)
    journal.append(events, draft.changes, _stamp(wall))
    state.put(draft.changes)


def _stamp(wall: float) -> Stamp:
    return Stamp("b-history", int(wall * 1000) % 10**9, wall, trusted=True)


def _cycles(state: State, *, begun: float) -> Iterator[list[Event]]:
    """Give collection after collection: scanned, opened, taken, shut, confirmed."""
    journal = Draft(state).ledger.journal[:6]
    n = 0
    while True:
        n += 1
        yield _collection(n, n % DOORS + 1, journal, begun=begun)


def _collection(n: int, door: int, journal: str, *, begun: float) -> list[Event]:
    grant, thing = f"g-{secrets.token_hex(8)}", f"c-{secrets.token_hex(8)}"
    visit, attempt = f"v{n}-{journal}", f"a{n}-{journal}"
    matter, reference = f"m-{secrets.token_hex(8)}", f"JZ-{n:05}"
    collect, scanned = Purpose.COLLECT, CredentialKind.SIGNED_QR
    return [
        e.GrantPut(grant, collect, thing, begun, begun + DAY_S, "news", matter, reference),
        e.VisitOpened(visit, grant, collect, thing, door, scanned),
        e.GrantReserved(grant, visit),
        e.AttemptCommitted(attempt, visit, door, 1, DoorState.CLOSED),
        e.AttemptAcknowledged(attempt),
        e.AttemptOpened(attempt, 96),
        e.GrantUsed(grant, visit),
        e.DoorSeen(door, DoorState.OPEN, visit),
        e.DoorSeen(door, DoorState.CLOSED, visit),
        e.AttemptCompleted(attempt),
        e.PersonAnswered(visit, Choice.CONFIRM),
        e.ConsignmentMoved(thing, door, "collected", visit, confirmed=True, shut_in_visit=True),
        e.BooksEntered(door, Condition.FREE, None, VisitOutcome.CONFIRMED),
        e.VisitEnded(visit, VisitOutcome.CONFIRMED),
    ]


def _fill_boxes(journal: Journal, centre: KeyRing) -> None:
    """Put a certificate into each of the first 20 boxes, and the centre's key into the books."""
    filling: list[Event] = [e.KeyPut(centre.public.kid, centre.public.key)]
    for n in range(1, OCCUPIED + 1):
        thing, visit = lying_in(n), f"v0-load{n}"
        filling += [
            e.BooksEntered(n, Condition.OCCUPIED, thing, VisitOutcome.CONFIRMED),
            e.ConsignmentMoved(thing, n, "loaded", visit, confirmed=True, shut_in_visit=True),
        ]
    _commit(journal, journal.load_state(), filling, wall=time.time() - DAY_S / 2)


def _put_codes(journal: Journal, count: int, *, salt: bytes) -> list[str]:
    """Let news bring typed codes, each for another of the full boxes in turn."""
    codes = [f"{10_000_000 + 37 * n:08}" for n in range(count)]
    now = time.time()
    grants: list[Event] = [
        e.GrantPut(
            f"g-code-{n}",
            Purpose.COLLECT,
            lying_in(compartment_of_code(n)),
            now - 3600,
            now + DAY_S,
            "news",
            reference=f"KD-{n:04}",
            code_digest=code_digest(code, salt=salt),
        )
        for n, code in enumerate(codes)
    ]
    if grants:
        _commit(journal, journal.load_state(), grants, wall=now - 3600)
    return codes
