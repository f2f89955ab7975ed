"""What must hold after every step, whatever people, hardware, power and lines do: the base.

One class a promise; each is shown to notice a planted bug of its own (`planted`). They know the
wire, the true doors and the disk, and believe the core in nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from locker.contract.event import Event
from locker.contract.vocabulary import DoorState, Purpose

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.machine import Machine


PUTS_IN = frozenset({Purpose.DEPOSIT, Purpose.LOAD})


class BrokenPromiseError(AssertionError):
    """A promise does not hold; `name` is the class of the promise."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        super().__init__(f"{name}: {text}")


class Promise:
    """One promise. Every method may be left as it is."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def broken(self, text: str) -> BrokenPromiseError:
        """Make the error."""
        return BrokenPromiseError(type(self).__name__, text)

    def forget(self) -> None:
        """Another disk is in the machine: what is on it is told anew by `folded`."""

    def folded(self, event: Event) -> None:
        """Take an event that is on the disk, without judging it."""

    def committed(self, event: Event) -> None:
        """Judge an event that just became durable; `folded` follows."""

    def asked(self, box: int) -> None:
        """See that a whole frame reached the board that asks for a pulse; it may not act."""

    def pulsed(self, box: int) -> None:
        """Judge a pulse that the board received just now."""

    def heard_doors(self, doors: Mapping[int, DoorState], at_s: float) -> None:
        """See what the board worker told the core."""

    def scanned(self, text: str) -> None:
        """See what the scanner is shown."""

    def answered(self, token: str) -> None:
        """Judge that the centre let in the cabinet with this session."""

    def enrolled(self) -> None:
        """The cabinet was enrolled anew just now, with the disk that is in it."""

    def booted(self, machine: Machine) -> None:
        """Judge a disk at boot."""

    def stepped(self, machine: Machine) -> None:
        """Judge after one message of the core what may break by time alone."""

    def changed(self, machine: Machine) -> None:
        """Judge after a message before which a record, a reading or what truly lies changed."""

    def notified(self, consignment: str) -> None:
        """Judge a notice that says that this lies in the cabinet."""

    def ended(self) -> None:
        """Judge the end: all is repaired, and everything that waited has arrived."""
