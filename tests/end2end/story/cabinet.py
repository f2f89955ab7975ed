"""The simulated cabinet as witness and as hands: true doors, true boxes, the bytes on the wire."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from drivers.simulator.control import DoorTruth, SimulatorClient, TraceLine
from locker.demo.wiring import Wiring

T = TypeVar("T")
HAND_S = 0.15
WAIT_S = 60.0
"""How long is waited for what comes within a second on a machine that has time for it."""


class Cabinet:
    """Doors are named by their printed numbers; the wiring tells the lock behind each."""

    def __init__(self, control: Path, wiring: Wiring) -> None:
        self._simulator = SimulatorClient(control)
        self._wiring = wiring
        self._doors = wiring.doors
        self._numbers = {lock: number for number, lock in wiring.doors.items()}
        self._seen = 0

    def close(self) -> None:
        """Close the connection."""
        self._simulator.close()

    def door(self, number: int) -> DoorTruth:
        """Give the truth about one door."""
        return self._simulator.state().door(*self._doors[number])

    def open_doors(self) -> list[int]:
        """Give the doors that really stand open."""
        doors = self._simulator.state().doors
        return sorted(self._numbers[door.board, door.lock] for door in doors if door.open)

    def wait_for_open(self, *, but: tuple[int, ...] = ()) -> int:
        """Wait for a door to spring open and give its number."""

        def opened() -> list[int]:
            return [number for number in self.open_doors() if number not in but]

        return wait_for(opened, what="a door that springs open")[0]

    def pulses(self, number: int) -> int:
        """Give how many pulses this lock has had since the beginning."""
        return self.door(number).pulses

    def mark(self) -> None:
        """Begin a new look at the wire: `pulse_frames` counts from here."""
        trace = self._simulator.trace(self._seen)
        self._seen = trace[-1].n + 1 if trace else self._seen

    def pulse_frames(self) -> list[TraceLine]:
        """Give the actuation frames that went to the board since the mark."""
        return [line for line in self._simulator.trace(self._seen) if _is_pulse(line)]

    def wait_for_rest(self, rest_s: float) -> None:
        """Wait until every coil has rested so long since its last pulse on the wire."""
        frames = [t for t in self._simulator.trace() if _is_pulse(t)]
        if frames:
            time.sleep(max(0.0, frames[-1].last_at + rest_s - time.monotonic()))

    def put(self, number: int, thing: str) -> None:
        """Put a thing into the open box."""
        self._simulator.put(*self._doors[number], thing)

    def take(self, number: int, thing: str) -> None:
        """Take a thing out of the open box."""
        self._simulator.take(*self._doors[number], thing)

    def shut(self, number: int) -> None:
        """Push the door shut, as slowly as a hand: the bolt is drawn while the coil has current."""
        time.sleep(self._wiring.pulse_ms / 1000 + HAND_S)
        self._simulator.shut(*self._doors[number])

    def scan(self, text: str) -> None:
        """Hold a code to the scanner: its bytes go over the scanner's serial port."""
        self.scan_bytes(text.encode() + b"\r\n")

    def scan_bytes(self, data: bytes) -> None:
        """Send these bytes over the scanner's serial port, as they are."""
        self._simulator.scan(data)

    def unplug(self, which: str) -> None:
        """Pull a cable: board or scanner."""
        self._simulator.unplug(which)

    def replug(self, which: str) -> None:
        """Put a cable back."""
        self._simulator.replug(which)

    def fault(self, kind: str, number: int, *, count: int | None = None) -> None:
        """Make a fault happen at one lock."""
        board, lock = self._doors[number]
        self._simulator.fault(kind, board=board, lock=lock, count=count)

    def lose_next_unlock_reply(self) -> None:
        """The board acts on the next pulse and its answer is lost on the wire."""
        self._simulator.fault("reply-lost", count=1, on="pulse")

    def clear_faults(self) -> None:
        """All is well again."""
        self._simulator.clear_faults()


def _is_pulse(line: TraceLine) -> bool:
    return line.direction == "in" and line.meaning.startswith("pulse ")


def wait_for(found: Callable[[], T], *, what: str) -> T:
    """Wait until `found` gives something true, and give it."""
    deadline = time.monotonic() + WAIT_S
    while not (value := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WAIT_S:.0f} s for {what}")
        time.sleep(0.03)
    return value
