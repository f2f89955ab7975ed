"""Puts turns on the disk, and knows what to do when it takes none.

A full disk: the ballast is freed for what follows from doors that are open, and for nothing else.
A disk that takes nothing at all: what follows from open doors goes on in memory and waits here, in
order, until the disk takes it. In neither case does anybody get a new permission or a new pulse.
A mark in the folder of the sockets, which outlives this process and not the machine, tells the
next start how long nothing was recorded.
"""

from __future__ import annotations

import logging
from enum import Enum, auto
from pathlib import Path

from locker.ballast import Ballast
from locker.contract import event as e
from locker.contract.event import Event
from locker.core.engine import Turn
from locker.journal.error import JournalChangedError, JournalError
from locker.journal.journal import Journal
from locker.journal.journal import Turn as Written

log = logging.getLogger(__name__)

UNRECORDED = "unrecorded"
"""Name of the mark in the folder of the sockets."""

FOLLOWED = frozenset(
    {
        e.AttemptNotSent, e.AttemptAcknowledged, e.AttemptInDoubt, e.AttemptOpened,
        e.AttemptFailed, e.AttemptUnresolved, e.AttemptCompleted, e.DoorSeen,
        e.DoorOpenedUnasked, e.DoorLeftOpen, e.GrantUsed, e.GrantReleased, e.GrantRevoked,
        e.BooksEntered, e.PersonAnswered, e.ConsignmentMoved, e.VisitEnded, e.ServiceChanged,
        e.BootStarted, e.StaffSignedOut,
    }
)  # fmt: skip
"""What follows from doors that are open, and what tells of an outage: these may use the ballast."""
CHATTER = frozenset(
    {
        e.CredentialRefused, e.KeypadCounted, e.HelpCalled, e.LeftOut, e.CommandTaken,
        e.TechnicianAsked,
    }
)  # fmt: skip
"""What gives nobody anything: it may wait in memory, but not in the place of an open door."""
WAITING, WAITING_CHATTER = 1000, 100
"""So many turns wait in memory; more are dropped whole, and what they saw is seen again."""


class Fate(Enum):
    """What became of a turn: on the disk, waiting in memory, or as if it had not been."""

    RECORDED = auto()
    FOLLOWED = auto()
    DROPPED = auto()


class Recorder:
    """Owner of the journal's writing. `mark`: the file that says since when nothing is recorded."""

    def __init__(self, journal: Journal, *, mark: Path) -> None:
        self.journal = journal
        self._mark = mark
        self._ballast = Ballast(journal.path)
        self._ballast.keep()
        self._waiting: list[Written] = []
        self.refusing_since: float | None = None
        """The Unix second at which the disk refused, or None while it takes records."""

    def record(self, turn: Turn, written: Written) -> Fate:
        """Commit a turn, or let it wait, or drop it. Raises JournalChangedError."""
        kinds = {type(event) for event in turn.events}
        follows = kinds <= FOLLOWED
        if self.refusing_since is not None and not kinds <= FOLLOWED | CHATTER:
            return Fate.DROPPED
        try:
            self._commit(written)
        except JournalChangedError:
            raise
        except JournalError as error:
            self._refused(error, written[2].wall)
            if error.full and follows and self._ballast.free() and self._taken(written):
                return Fate.RECORDED
            return self._wait(written, kinds, follows=follows)
        return Fate.RECORDED

    def probe(self, *, wall: float, trusted: bool) -> bool:
        """Try again a disk that refused, the ballast first; whether it takes records now."""
        if not self._ballast.keep():
            return False
        try:
            self.journal.append_all(self._waiting)
            self._waiting.clear()
            self.journal.alive(wall=wall, trusted=trusted)
        except JournalChangedError:
            raise
        except JournalError:
            return False
        self.refusing_since = None
        self._mark.unlink(missing_ok=True)
        log.warning("journal: records are taken again")
        return True

    def since(self) -> float | None:
        """Give the Unix second from which on the run before this one recorded nothing, if it did.

        It is told once: this run records.
        """
        try:
            since = float(self._mark.read_text("ascii"))
        except (OSError, ValueError):
            return None
        self._mark.unlink(missing_ok=True)
        return since

    def refuse(self, error: JournalError, wall: float) -> None:
        """Something else than a turn was not taken: no door is opened until the disk is well."""
        self._refused(error, wall)

    def _commit(self, written: Written) -> None:
        self.journal.append_all([*self._waiting, written])
        self._waiting.clear()

    def _taken(self, written: Written) -> bool:
        try:
            self._commit(written)
        except JournalChangedError:
            raise
        except JournalError:
            return False
        return True

    def _wait(self, written: Written, kinds: set[type[Event]], *, follows: bool) -> Fate:
        room = WAITING if follows else WAITING_CHATTER
        if not kinds <= FOLLOWED | CHATTER or len(self._waiting) >= room:
            return Fate.DROPPED
        self._waiting.append(written)
        return Fate.FOLLOWED

    def _refused(self, error: JournalError, wall: float) -> None:
        if self.refusing_since is not None:
            return
        self.refusing_since = wall
        log.error("journal: not recorded, no door will be opened: %s", error)
        try:
            self._mark.write_text(repr(wall), "ascii")
        except OSError as why:
            log.warning("journal: the mark of the gap cannot be written (%s)", why)
