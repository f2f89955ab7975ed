"""What is promised where the centre takes something back: permissions, keys, a cabinet."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import CredentialKind, Found, GrantState, Purpose, VisitOutcome
from locker.core.state import GrantRecord, State, Table
from tests.simulation.promise import Promise

if TYPE_CHECKING:
    from tests.simulation.life import Life

CENTRE_TIME_ERROR_S = 5.0
"""So far off a cabinet may be that has just heard the centre's time."""
_LOOKS = frozenset({Purpose.TAKE_OUT, Purpose.RECALL, Purpose.MAINTAIN})
_LOOKED = frozenset({VisitOutcome.CONFIRMED, VisitOutcome.NOTHING})


class RevokedStaysShut(Promise):
    """What was withdrawn opens nothing once the cabinet has heard of it, and it hears of all."""

    def forget(self) -> None:
        """See Promise."""
        self.revoked: set[str] = set()

    def folded(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.GrantRevoked) and not event.already_used:
            self.revoked.add(event.grant)
        elif isinstance(event, e.GrantPut) and event.source == e.AGAIN:
            self.revoked.discard(event.grant)

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.VisitOpened) and event.grant in self.revoked:
            raise self.broken(f"{event.grant} was revoked, and opens box {event.compartment}")

    def ended(self) -> None:
        """See Promise."""
        for grant in sorted(self.life.withdrawn):
            held = _state(self.life).get(Table.GRANT, grant)
            if isinstance(held, GrantRecord) and held.state is GrantState.LIVE:
                raise self.broken(f"{grant} was withdrawn, and is live at the cabinet")


class GoodTokensOnly(Promise):
    """A signed QR opens nothing once its key is known here to be withdrawn, or where it is older.

    Older than the enrolment of this disk, or than the journal that was begun after a fork.
    """

    def __init__(self, life: Life) -> None:
        self.shown: dict[str, tuple[str, float]] = {}
        """Key and time of issue of the last signed QR that was shown of a grant."""
        self.since: dict[str, int] = {}
        """From which second on codes are good, by session, and by journal after a fork."""
        super().__init__(life)

    def forget(self) -> None:
        """See Promise."""
        self.withdrawn: set[str] = set()

    def enrolled(self) -> None:
        """See Promise."""
        self.since[self.life.disk.token] = int(self.life.world.true_wall)

    def scanned(self, text: str) -> None:
        """See Promise."""
        if text.count(".") == 2:
            head, claims = (json.loads(_decoded(part)) for part in text.split(".")[:2])
            self.shown[claims["grant"]] = head["kid"], claims["iat"]

    def folded(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.KeyRemoved):
            self.withdrawn.add(event.kid)
        elif isinstance(event, e.KeyPut):
            self.withdrawn.discard(event.kid)

    def committed(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.JournalStarted) and event.reason == "fork":
            known_s = self.life.world.true_wall - CENTRE_TIME_ERROR_S
            self.since[event.journal] = int(known_s)
        if not isinstance(event, e.VisitOpened) or event.credential != CredentialKind.SIGNED_QR:
            return
        kid, issued_at = self.shown[event.grant]
        if kid in self.withdrawn:
            raise self.broken(f"box {event.compartment} opens for a code of the dropped key {kid}")
        disk = self.life.disk
        since = max(self.since[disk.token], self.since.get(disk.rows[-1].journal, 0))
        if issued_at < since:
            raise self.broken(f"box {event.compartment} opens for a code from before the enrolment")

    def ended(self) -> None:
        """See Promise."""
        state = _state(self.life)
        held = set(state.keys(Table.KEY))
        good = {key.kid for key in self.life.centre.keys.accepted}
        if held != good:
            raise self.broken(f"the cabinet takes the keys {held}, the centre means {good}")


class LookedAtFirst(Promise):
    """After an empty or an older disk no box is offered, or opened for a resident, unlooked-at."""

    def forget(self) -> None:
        """See Promise."""
        self.unlooked: set[int] = set()
        self.at: dict[str, e.VisitOpened] = {}
        self.visit_of: dict[str, str] = {}
        self.own: set[tuple[str, int]] = set()

    def folded(self, event: Event) -> None:
        """See Promise."""
        match event:
            case e.JournalStarted() if event.reason == "fork" or event.journal != "j00001":
                busy = {visit.compartment for visit in self.at.values()}
                self.unlooked = set(self.life.numbers) - busy
            case e.VisitOpened():
                self.at[event.visit] = event
                self.own.add((event.grant, event.compartment))
            case e.AttemptCommitted():
                self.visit_of[event.attempt] = event.visit
            case e.AttemptOpened():
                self._looked(self.visit_of.get(event.attempt, ""))
            case e.VisitEnded():
                if event.outcome in _LOOKED:
                    self._looked(event.visit)
                self.at.pop(event.visit, None)
            case e.AuditFound() if event.found is not Found.SKIPPED:
                self.unlooked.discard(event.compartment)
            case _:
                pass

    def committed(self, event: Event) -> None:
        """See Promise."""
        if not isinstance(event, e.VisitOpened) or event.compartment not in self.unlooked:
            return
        again = (event.grant, event.compartment) in self.own
        if event.purpose not in _LOOKS and not again:
            raise self.broken(f"{event.purpose} opens box {event.compartment}, not looked into yet")

    def _looked(self, visit: str) -> None:
        found = self.at.get(visit)
        if found is not None and found.purpose in _LOOKS:
            self.unlooked.discard(found.compartment)


class RevokedHearsNothing(Promise):
    """The centre answers no cabinet that was revoked, and none by an enrolment that is over."""

    def answered(self, token: str) -> None:
        """See Promise."""
        if token in self.life.shut_out:
            raise self.broken(f"{token} was shut out, and is answered")


class ResidentIsTold(Promise):
    """Whoever named a delegate is told when the delegate has collected."""

    def forget(self) -> None:
        """See Promise."""
        self.grant_of: dict[str, str] = {}
        self.collected: set[str] = set()

    def folded(self, event: Event) -> None:
        """See Promise."""
        if isinstance(event, e.VisitOpened):
            self.grant_of[event.visit] = event.grant
        elif isinstance(event, e.ConsignmentMoved) and event.how == "collected":
            self.collected.add(self.grant_of.get(event.visit, ""))

    def ended(self) -> None:
        """See Promise."""
        told = self.life.centre.told_of_delegates()
        if silent := sorted((self.collected & self.life.delegated) - told):
            raise self.broken(f"delegates collected by {silent}, and nobody was told")


def _state(life: Life) -> State:
    assert life.machine is not None
    return life.machine.engine.state


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
