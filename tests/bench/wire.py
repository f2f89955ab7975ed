"""What the simulator's trace says of one unlock: how long, and how long the bus was taken. Pure.

An *exchange* takes the bus from the first byte of its request to the last byte of its reply, and
for the gap after it in which the profile allows no frame to begin (5 ms for family A: silence is
what ends a reply). A request without a reply takes it until its own last byte and the gap.

- `raw`: from the end of the last byte of the code on the scanner's line to the first byte of the
  pulse frame on the board's line.
- `bus_wait`: the part of `raw` in which an exchange held the bus that had *already begun when the
  code ended*. Nothing in software can end that exchange.
- `unlock`: `raw` without `bus_wait`.

An exchange that began after the code ended and before the pulse was begun by our own software: it
is not left out, and it is counted (`begun_before_pulse`).

The simulator reads the host's bytes and hands its own over when its process gets the processor;
its delays are in the figures, to our disadvantage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.simulator.control import TraceLine

PULSE_HEAD = "8A"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A stay on the board's line, monotonic seconds; `taken_until` has the gap in it."""

    first_at: float
    last_at: float
    taken_until: float
    pulse: bool
    answered: bool

    @property
    def wire_s(self) -> float:
        """What the line itself needs: request, the board's delay, reply."""
        return self.last_at - self.first_at


@dataclass(frozen=True, slots=True)
class Unlock:
    """One opening, as the wire saw it; seconds."""

    raw_s: float
    bus_wait_s: float
    begun_before_pulse: int

    @property
    def unlock_s(self) -> float:
        """What is ours: the whole without the wait for a frame that was already on the wire."""
        return self.raw_s - self.bus_wait_s


class NoPulseError(ValueError):
    """The trace has no pulse after the moment asked for."""


def exchanges(trace: Sequence[TraceLine], *, gap_s: float) -> list[Exchange]:
    """Pair each request with what the board sent before the next one, in order of time."""
    lines = sorted((t for t in trace if t.direction in {"in", "out"}), key=lambda t: t.first_at)
    found: list[Exchange] = []
    for line in lines:
        if line.direction == "in":
            pulse = line.hex.upper().startswith(PULSE_HEAD)
            until = line.last_at + gap_s
            found.append(Exchange(line.first_at, line.last_at, until, pulse, answered=False))
        elif found:
            last = found[-1]
            until = line.last_at + gap_s
            found[-1] = Exchange(last.first_at, line.last_at, until, last.pulse, answered=True)
    return found


def first_pulse(trace: Sequence[TraceLine], *, after: float) -> float:
    """Give when the first pulse frame after a moment began. Raises NoPulseError."""
    for line in sorted(trace, key=lambda t: t.first_at):
        begun = line.direction == "in" and line.first_at >= after
        if begun and line.hex.upper().startswith(PULSE_HEAD):
            return line.first_at
    raise NoPulseError(f"no pulse after {after:.6f} in {len(trace)} lines")


def unlock(trace: Sequence[TraceLine], *, code_ended: float, gap_s: float) -> Unlock:
    """Measure the first pulse after the code's last byte. Raises NoPulseError."""
    pulse_at = first_pulse(trace, after=code_ended)
    wait_s, begun = 0.0, 0
    for exchange in exchanges(trace, gap_s=gap_s):
        if exchange.first_at >= pulse_at:
            break
        if exchange.first_at > code_ended:
            begun += 1
        else:
            wait_s += overlap((exchange.first_at, exchange.taken_until), (code_ended, pulse_at))
    return Unlock(pulse_at - code_ended, wait_s, begun)


def overlap(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give for how long two spans of time are both running; 0 where they only touch."""
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
