"""One opening after another at a running daemon, each by a person who takes nothing.

Scan or type, wait for the door, push it shut, answer "nothing taken": what lies in the box stays
there for the next round. Between two openings a random part of the idle poll's period is waited,
so that the code ends anywhere in it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from drivers.profile import load_profile
from drivers.simulator.control import SimulatorClient, TraceLine
from locker.board_worker import SLOW_POLL_S
from locker.contract.vocabulary import Choice, VisitPhase
from locker.demo.wiring import Wiring
from tests.bench.glass_line import GlassLine, Slices
from tests.bench.history import OCCUPIED, Past, compartment_of_code
from tests.bench.rig import PROFILE
from tests.bench.wire import Exchange, Unlock, exchanges, first_pulse, unlock

GAP_S = load_profile(PROFILE).gap_ms / 1000
COIL_REST_S = load_profile(PROFILE).coil_rest_ms / 1000
HAND_S = 0.05
FULL_RATE_S = 0.04
"""About one reading of the doors."""
CODE_END = b"\r"
"""One byte: the one with which the scan is complete is the last one on the line."""


class RefusedError(RuntimeError):
    """The cabinet refused what it should have taken; the text has the refusal."""


@dataclass(slots=True)
class Opener:
    """Hands that scan, type and shut doors, and the eyes on the wire."""

    past: Past
    simulator: SimulatorClient
    glass: GlassLine
    random: random.Random
    wiring: Wiring
    _seen: int = 0

    def wait_anywhere(self) -> None:
        """Let a random part of the idle poll's period pass."""
        time.sleep(self.random.uniform(0, SLOW_POLL_S))

    def scan(self, run: int) -> tuple[Unlock, list[Exchange]]:
        """Open the next full box by a signed QR; give what the wire saw of it."""
        compartment = run % OCCUPIED + 1
        self._trace()
        token = self.past.sign_collection(compartment)
        code = self.simulator.scan(token.encode() + CODE_END)
        self._finish(compartment)
        trace = self._trace()
        return unlock(trace, code_ended=code.last_at, gap_s=GAP_S), exchanges(trace, gap_s=GAP_S)

    def leave_open(self, run: int) -> None:
        """Open the next full box by a signed QR, and let its door stand open."""
        compartment = run % OCCUPIED + 1
        self.simulator.scan(self.past.sign_collection(compartment).encode() + CODE_END)
        self._wait(compartment, lambda visit: visit["phase"] == VisitPhase.OPEN)

    def type_code(self, run: int) -> float:
        """Open a full box by its typed code; give the seconds from the call to the pulse."""
        self._trace()
        called_s = self.glass.call("code.submit", {"digits": self.past.codes[run]})
        self._finish(compartment_of_code(run))
        return first_pulse(self._trace(), after=called_s) - called_s

    def open_by_hand(self, compartment: int) -> float:
        """Open a door without its lock; give the seconds until the glass was told. Shuts it."""
        watch, place = self.simulator.watch(), self.wiring.doors[compartment]
        try:
            self.simulator.open_by_hand(*place)
            told_s = self.glass.wait_for(
                lambda told: compartment in told["open_doors"], what="the door that opened"
            )
            moved_s = next(c.at_monotonic_s for c in watch if (c.board, c.lock) == place)
            self.simulator.shut(*place)
            self.glass.wait_for(
                lambda told: compartment not in told["open_doors"], what="the door that shut"
            )
        finally:
            watch.close()
        return told_s - moved_s

    def queries(self) -> Iterator[Exchange]:
        """Give the answered readings of doors on the wire since the last look."""
        found = exchanges(self._trace(), gap_s=GAP_S)
        return (exchange for exchange in found if exchange.answered and not exchange.pulse)

    def hold_open(self, compartment: int, duration_s: float) -> list[TraceLine]:
        """Open a full box by a signed QR and leave its door open; give what went over the line."""
        self.simulator.scan(self.past.sign_collection(compartment).encode() + CODE_END)
        self._wait(compartment, lambda visit: visit["phase"] == VisitPhase.OPEN)
        self._trace()
        time.sleep(duration_s)
        trace = self._trace()
        self._finish(compartment)
        return trace

    def reopen(self, run: int) -> Unlock:
        """Open a full box, shut it and open it once more, the doors read without a pause.

        Gives what the wire saw of the second opening, from the call on.
        """
        compartment = run % OCCUPIED + 1
        time.sleep(COIL_REST_S)
        self.simulator.scan(self.past.sign_collection(compartment).encode() + CODE_END)
        self._shut(compartment)
        self._wait(compartment, lambda visit: Choice.REOPEN in visit["choices"])
        time.sleep(COIL_REST_S + self.random.uniform(0, FULL_RATE_S))
        self._trace()
        called_s = self._choose(Choice.REOPEN)
        self._finish(compartment)
        return unlock(self._trace(), code_ended=called_s, gap_s=GAP_S)

    def _finish(self, compartment: int) -> None:
        """From the credential on: door open, shut, question answered, visit over."""
        self._shut(compartment)
        self._choose(Choice.NOTHING)
        self._wait(compartment, lambda visit: visit["outcome"] is not None)

    def _shut(self, compartment: int) -> None:
        """Push the door shut once it is open, as soon as a latch holds it: its coil must be off."""
        self._wait(compartment, lambda visit: visit["phase"] == VisitPhase.OPEN)
        time.sleep(self.wiring.pulse_ms / 1000 + HAND_S)
        self.simulator.shut(*self.wiring.doors[compartment])
        self._wait(compartment, lambda visit: visit["phase"] == VisitPhase.ASK)

    def _choose(self, choice: Choice) -> float:
        visit = self.glass.slices["visit"]["visit"]
        return self.glass.call("visit.choose", {"visit": visit, "choice": choice.value})

    def _wait(self, compartment: int, holds: Callable[[dict[str, Any]], bool]) -> None:
        def told(slices: Slices) -> bool:
            if slices["refusal"] is not None:
                raise RefusedError(f"compartment {compartment}: {slices['refusal']}")
            visit = slices["visit"]
            return bool(visit and visit["compartment"] == compartment and holds(visit))

        self.glass.wait_for(told, what=f"the visit at compartment {compartment}")

    def _trace(self) -> list[TraceLine]:
        """Give what went over the lines since the last call, the newest before it included."""
        trace = self.simulator.trace(self._seen)
        if trace:
            self._seen = max(trace[-1].n - 1, 0)
        return trace
