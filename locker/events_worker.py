"""The thread that carries the journal's tail up to the centre, and never gives up.

At once when there is something, else every 30 s: the empty post keeps the doors and the centre's
time fresh. Everything stays in the outbox until the centre says that it is durable there.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from locker.centre_client import CentreClient, CentreError, CentreRefusedError
from locker.contract.centre import EVENTS_PER_POST, DoorNow, EventsAck, EventsPost, WireEntry
from locker.core.input import CentreHeard
from locker.crew import SignOfLife
from locker.identity import Identity
from locker.inbox import Acknowledged, Forked, Message
from locker.journal.error import JournalError
from locker.journal.outbox import Batch, Outbox

log = logging.getLogger(__name__)

EVERY_S = 30.0
BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
REVOKED_S = 300.0


@dataclass(frozen=True, slots=True)
class EventsSource:
    """Where the events are and who speaks: the journal's file, its cursor, and the cabinet."""

    path: Path
    acked: int
    identity: Identity


class EventsWorker:
    """Owner of the outbox's cursor. `doors` gives the state of the doors now."""

    def __init__(
        self,
        source: EventsSource,
        client: CentreClient,
        *,
        doors: Callable[[], tuple[DoorNow, ...]],
        clock: Callable[[], float],
        tell: Callable[[Message], None],
        reads_cards: bool = False,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._source = source
        self._client = client
        self._doors = doors
        self._clock = clock
        self._tell = tell
        self._reads_cards = reads_cards
        self._wall = wall
        self._cursor = source.acked
        self._failures = 0
        self._wanted = threading.Event()

    def wake(self) -> None:
        """There is something new; while the centre is away this waits for its turn."""
        if not self._failures:
            self._wanted.set()

    def line_is_back(self) -> None:
        """The other session reached the centre: try at once."""
        if self._failures:
            self._wanted.set()

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Carry events until stopped."""
        outbox = Outbox(self._source.path)
        try:
            while not stop.is_set():
                life.beat()
                self._wanted.clear()
                self._wanted.wait(self.turn(outbox))
        finally:
            outbox.close()
            self._client.close()

    def turn(self, outbox: Outbox) -> float:
        """Make one post; give the seconds until the next one is due by itself.

        A file that cannot be read, or holds what no post takes, is tried again; the doors go on
        meanwhile.
        """
        try:
            return self._carry(outbox)
        except (JournalError, ValidationError) as error:
            return self._back_off(error)

    def _carry(self, outbox: Outbox) -> float:
        batch = outbox.after(self._cursor, limit=EVENTS_PER_POST)
        post = self._post(outbox, batch)
        try:
            ack = self._client.post_events(post)
        except CentreError as error:
            return self._failed(error)
        self._tell(CentreHeard(ok=True, at_s=self._clock()))
        if self._failures:
            log.info("centre: events are taken again")
        progressed = self._take(outbox, batch, ack)
        if not progressed:
            return self._back_off("the centre acknowledged nothing")
        self._failures = 0
        # What was committed while this post was under way may have woken nobody: look again.
        more = outbox.after(self._cursor, limit=1) is not None
        return 0.0 if more else EVERY_S

    def _post(self, outbox: Outbox, batch: Batch | None) -> EventsPost:
        more = False
        if batch is None:
            head = outbox.head()
            journal, sequence, digest = head.journal, head.sequence, head.hash
        else:
            more = outbox.after(batch.row, limit=1) is not None
            last = batch.entries[-1]
            journal, sequence, digest = batch.journal, last.sequence, last.hash
        return EventsPost(
            journal=journal,
            events=tuple(WireEntry.of(entry) for entry in batch.entries) if batch else (),
            doors=self._doors(),
            head_sequence=sequence,
            head=digest,
            head_signature=self._source.identity.sign_head(journal, sequence, digest),
            more=more,
            wall=self._wall(),
            reads_cards=self._reads_cards,
        )

    def _take(self, outbox: Outbox, batch: Batch | None, ack: EventsAck) -> bool:
        """Move the cursor to what is durable at the centre; whether that got us on."""
        if ack.fork or ack.sequence > outbox.last_of(ack.journal):
            log.error("journal %s: the centre knows another history of it", ack.journal)
            self._tell(Forked(ack.journal))
            # Both histories are kept at the centre: what was posted has arrived.
            return self._move(batch.row if batch else self._cursor)
        if batch is None and ack.journal != outbox.head().journal:
            return True
        row = outbox.row_of(ack.journal, ack.sequence)
        if row < self._cursor:
            log.warning("journal %s: the centre lost events after %d", ack.journal, ack.sequence)
        stuck = batch is not None and row <= self._cursor
        return self._move(row) and not stuck

    def _move(self, row: int) -> bool:
        if row != self._cursor:
            self._cursor = row
            self._tell(Acknowledged(row))
        return True

    def _failed(self, error: CentreError) -> float:
        self._tell(CentreHeard(ok=False, at_s=self._clock()))
        if isinstance(error, CentreRefusedError) and error.revoked:
            log.error("centre: this cabinet is revoked (%s)", error)
            self._failures += 1
            return REVOKED_S
        return self._back_off(error)

    def _back_off(self, why: object) -> float:
        if self._failures == 0:
            log.warning("centre: events wait (%s)", why)
        delay_s = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        return delay_s * random.uniform(0.75, 1.0)  # noqa: S311 - spreads cabinets, no secret
