"""A simulated bus of any family on a fake clock, and an hour of a worker's life on a bad line."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping

from drivers.bus import Bus
from drivers.codec import (
    DoorReply,
    DoorsReply,
    DoorState,
    Pulse,
    QueryDoor,
    QueryDoors,
    Reply,
    Request,
)
from drivers.profile import BoardProfile, make_codec
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild
from drivers.simulator.fault import fault_from_text
from drivers.simulator.registry import SIMULATED
from tests.unit.drivers.board_suite import BoardCase
from tests.unit.drivers.fake_port import FakeClock, FakePort


class SimulatedBus:
    """Two boards of a family on one bus, with all their doors."""

    def __init__(
        self, case: BoardCase, *, seed: int = 1, profile: BoardProfile | None = None
    ) -> None:
        self.case = case
        self.profile = profile or dataclasses.replace(case.profile, boards=case.sample.boards)
        family = SIMULATED[case.sample.name]
        own = {name: words[0] for name, words in family.own.items()}
        build = BoardBuild(
            channels=self.profile.channels,
            byte_s=self.profile.byte_s,
            own={**own, **case.sample.simulated_with},
        )
        self.cabinet = Cabinet(dict.fromkeys(case.sample.boards, build.channels), seed=seed)
        self.device = family.device(self.cabinet, build)
        self.clock = FakeClock()
        self.port = FakePort(self.clock, self.device, byte_s=self.profile.byte_s)
        self.bus = Bus(self.port, make_codec(self.profile), self.profile, self.clock)

    def fault(self, text: str) -> None:
        """Put a fault to work."""
        self.device.faults.add(fault_from_text(text))

    def pulse(self, board: int, lock: int) -> None:
        """Pulse a lock and wait for the spring."""
        self.bus.exchange(Pulse(board, lock))
        self.bus.listen(0.3)
        self.cabinet.advance(self.clock())

    def truth(self, board: int) -> Mapping[int, DoorState]:
        """Return the true state of all doors of a board."""
        return {
            door.lock: DoorState.OPEN if door.open else DoorState.CLOSED
            for door in self.cabinet.doors
            if door.board == board
        }

    def read(self, request: Request) -> bool:
        """Read; tell whether there was an answer, which must be the truth."""
        reply = self.bus.exchange(request).reply
        if reply is not None:
            self._must_be_true(reply)
        return reply is not None

    def _must_be_true(self, reply: Reply) -> None:
        truth = self.truth(reply.board)
        match reply:
            case DoorReply():
                assert reply.door is truth[reply.lock]
            case DoorsReply():
                told = {n: d for n, d in reply.doors.items() if d is not DoorState.UNKNOWN}
                assert told
                assert told.items() <= truth.items()
            case _:
                raise AssertionError(reply)


class Hour:
    """Reads, pulses, doors shut by hand, and faults, one after another."""

    def __init__(self, case: BoardCase, seed: int) -> None:
        self.chance = random.Random(seed)
        self.line = SimulatedBus(case, seed=seed)
        self.answered = 0
        self.pulses = 0
        profile = self.line.profile
        self._longest_delay_ms = min(900, profile.late_ms + profile.reply_timeout_ms - 100)

    def spend(self) -> None:
        """Live for an hour."""
        line = self.line
        while line.clock() < 1000 + 3600:
            if self.chance.random() < 0.3:
                self._break_something()
            board = self.chance.choice(line.case.sample.boards)
            door = line.cabinet.door(board, self.chance.randrange(1, line.profile.channels + 1))
            if self.chance.random() < 0.1:
                self._pulse(door)
            elif door.open:
                line.cabinet.shut(door, line.clock())
            self._read(door)
            line.bus.listen(self.chance.random() * 2)
            line.cabinet.advance(line.clock())

    def _break_something(self) -> None:
        kind = self.chance.choice(self.line.case.sample.faults)
        delay = f",delay_ms={self.chance.randrange(self._longest_delay_ms)}"
        count = self.chance.randrange(1, 4)
        self.line.fault(f"{kind}:count={count}{delay if kind == 'late' else ''}")

    def _pulse(self, door: Door) -> None:
        self.line.pulse(door.board, door.lock)
        self.pulses += 1
        assert door.open

    def _read(self, door: Door) -> None:
        one = self.chance.random() < 0.3
        request = QueryDoor(door.board, door.lock) if one else QueryDoors(door.board)
        self.answered += self.line.read(request)
