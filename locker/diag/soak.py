"""`diag soak`: real openings, round after round, with a pause that spares the coils.

Yields what happens, one step at a time; who prints, draws or counts is not known here. Every time
is measured by the bench. Somebody must shut the doors: the soak waits for that and says so.
"""

from __future__ import annotations

import statistics
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from drivers.family import BoardProfile
from locker.contract.vocabulary import DoorState
from locker.diag.bench import Bench, Channel, DoorReading, Opening, Outcome, Way
from locker.diag.pace import Pace

JAM = 3
"""So many pulses in a row that open nothing are a jam."""
UNREAD_S = 5.0
"""So long a door that cannot be read is waited for: a cable may be put back."""
LOOK_S = 0.25
"""How often a door that is waited for is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakPlan:
    """What is asked for. `coil_pause_s`: least time between two pulses of one lock."""

    channels: tuple[Channel, ...]
    rounds: int
    coil_pause_s: float
    between_s: float
    shut_within_s: float
    reason: str
    by: str


class Stop(StrEnum):
    """Why a soak ended."""

    DONE = "done"
    JAMMED = "jammed"
    NOT_SHUT = "not_shut"
    UNKNOWN = "unknown"
    SILENT = "silent"
    """The lock's board tells of no door at all."""
    NOT_SENT = "not_sent"
    STOPPED = "stopped"
    BROKEN_OFF = "broken_off"
    """The bench refused or lost its port; what was measured before stands."""


@dataclass(frozen=True, slots=True)
class Resting:
    """A coil rests for this long now."""

    channel: Channel
    for_s: float


@dataclass(frozen=True, slots=True)
class Working:
    """A pulse is about to be sent."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class WaitsForShut:
    """Somebody has to shut this door; `waited_s` so far."""

    channel: Channel
    waited_s: float


@dataclass(frozen=True, slots=True)
class Pulsed:
    """One pulse and its evidence. `at_s`: Unix seconds."""

    opening: Opening
    round: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The last step; `channel` and `detail` say where it stopped and why."""

    stop: Stop
    channel: Channel | None = None
    detail: str = ""


Step = Resting | Working | WaitsForShut | Pulsed | Ended


def coil_pause_s(profiles: Sequence[BoardProfile], *, at_least_s: float) -> float:
    """Give the pause for one coil: twice the rest its profile asks for, its pace, or more."""
    rest_s = max((profile.coil_rest_ms for profile in profiles), default=0) / 1000
    pace_s = max((profile.coil_pace_s for profile in profiles), default=0.0)
    return max(2 * rest_s, pace_s, at_least_s)


class Soak:
    """One soak; iterate `steps` once. May raise TroubleError from the bench."""

    def __init__(self, bench: Bench, plan: SoakPlan, pace: Pace) -> None:
        self._bench = bench
        self._plan = plan
        self._pace = pace
        self._pulsed_at: dict[Channel, float] = {}
        self._last_pulse_s = float("-inf")

    def steps(self) -> Iterator[Step]:
        """Open each lock in turn, `rounds` times; end early on a jam or an open door."""
        for number in range(1, self._plan.rounds + 1):
            for channel in self._plan.channels:
                ended = yield from self._one(channel, number)
                if ended is not None:
                    yield ended
                    return
        yield Ended(Stop.DONE)

    def _one(self, channel: Channel, number: int) -> Generator[Step, None, Ended | None]:
        """Open one lock, again where it did not open; return the end, if this is one."""
        failures = 0
        while True:
            ended = yield from self._until_shut(channel)
            if ended is not None:
                return ended
            yield from self._rest(channel)
            yield Working(channel)
            opening = self._pulse(channel)
            yield Pulsed(opening, number, self._pace.wall_s())
            if opening.pulses == 0:
                return Ended(Stop.NOT_SENT, channel, opening.detail)
            match opening.outcome:
                case Outcome.UNKNOWN:
                    return Ended(Stop.UNKNOWN, channel, opening.detail)
                case Outcome.NOT_OPENED:
                    failures += 1
                    if failures == JAM:
                        return Ended(Stop.JAMMED, channel)
                case Outcome.OPENED:
                    ended = yield from self._until_shut(channel)
                    if ended is None and self._bench.about.way is not Way.BARE:
                        self._bench.confirm_empty(channel, by=self._plan.by)
                    return ended

    def _pulse(self, channel: Channel) -> Opening:
        opening = self._bench.open(channel, reason=self._plan.reason, by=self._plan.by)
        self._last_pulse_s = self._pulsed_at[channel] = self._pace.mono_s()
        return opening

    def _rest(self, channel: Channel) -> Iterator[Step]:
        own_s = self._pulsed_at.get(channel, float("-inf")) + self._plan.coil_pause_s
        wait_s = max(own_s, self._last_pulse_s + self._plan.between_s) - self._pace.mono_s()
        if wait_s > 0:
            yield Resting(channel, wait_s)
            self._pace.sleep(wait_s)

    def _until_shut(self, channel: Channel) -> Generator[Step, None, Ended | None]:
        """Wait until the door reads shut; return the end where it does not."""
        began_s = read_s = self._pace.mono_s()
        while True:
            doors = self._bench.doors()
            reading = _reading(doors, channel)
            now_s = self._pace.mono_s()
            if reading is not None and reading.state is DoorState.CLOSED:
                return None
            if reading is not None and reading.state is DoorState.OPEN:
                read_s = now_s
            if now_s - began_s >= self._plan.shut_within_s:
                return Ended(Stop.NOT_SHUT, channel)
            if now_s - read_s >= UNREAD_S:
                return Ended(_unread(doors, channel), channel)
            yield WaitsForShut(channel, now_s - began_s)
            self._pace.sleep(LOOK_S)


def _reading(doors: Sequence[DoorReading], channel: Channel) -> DoorReading | None:
    return next((door for door in doors if door.channel == channel), None)


def _unread(doors: Sequence[DoorReading], channel: Channel) -> Stop:
    """Tell whether only this door cannot be read, or none of its board."""
    place = (channel.bus, channel.board)
    told = [d for d in doors if (d.channel.bus, d.channel.board) == place]
    silent = all(door.state is DoorState.UNKNOWN for door in told)
    return Stop.SILENT if silent else Stop.UNKNOWN


@dataclass(frozen=True, slots=True)
class LockResult:
    """The counts and times of one lock; times are None where none was measured."""

    channel: Channel
    compartment: int | None
    times_ms: tuple[int, ...]
    opened: int
    not_opened: int
    unknown: int

    @property
    def pulses(self) -> int:
        """Pulses that were, or may have been, sent."""
        return self.opened + self.not_opened + self.unknown

    @property
    def success(self) -> float | None:
        """Opened of pulsed, 0 to 1; None without a pulse."""
        return self.opened / self.pulses if self.pulses else None

    @property
    def median_ms(self) -> float | None:
        """The median time to open."""
        return statistics.median(self.times_ms) if self.times_ms else None

    def as_json(self) -> dict[str, Any]:
        """Give it as `--json` prints it."""
        return {
            "channel": str(self.channel), "compartment": self.compartment, "pulses": self.pulses,
            "opened": self.opened, "not_opened": self.not_opened, "unknown": self.unknown,
            "success": self.success, "least_ms": min(self.times_ms, default=None),
            "median_ms": self.median_ms, "most_ms": max(self.times_ms, default=None),
            "times_ms": list(self.times_ms),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakResult:
    """Everything that one soak measured. Times of day are Unix seconds."""

    plan: SoakPlan
    boards: tuple[str, ...]
    rest_s: float
    began_s: float
    ended_s: float
    locks: tuple[LockResult, ...]
    ended: Ended

    def as_json(self) -> dict[str, Any]:
        """Give it as `--json` prints it."""
        where = None if self.ended.channel is None else str(self.ended.channel)
        return {
            "stop": self.ended.stop.value, "stopped_at": where, "detail": self.ended.detail,
            "began": self.began_s, "ended": self.ended_s, "rounds": self.plan.rounds,
            "coil_pause_s": self.plan.coil_pause_s, "by": self.plan.by,
            "reason": self.plan.reason, "boards": list(self.boards),
            "locks": [lock.as_json() for lock in self.locks],
        }  # fmt: skip


def count_locks(
    pulsed: Sequence[Pulsed], *, channels: Sequence[Channel], doors: Sequence[DoorReading]
) -> tuple[LockResult, ...]:
    """Count what the pulses brought, lock by lock, in the order of `channels`."""
    results = []
    for channel in channels:
        own = [p.opening for p in pulsed if p.opening.channel == channel and p.opening.pulses]
        reading = _reading(doors, channel)
        times = tuple(o.time_to_open_ms for o in own if o.time_to_open_ms is not None)
        counts = [sum(o.outcome is kind for o in own) for kind in Outcome]
        compartment = None if reading is None else reading.compartment
        results.append(LockResult(channel, compartment, times, *counts))
    return tuple(results)
