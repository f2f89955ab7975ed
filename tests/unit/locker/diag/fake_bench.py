"""A bench with doors of its own and a person who does what a script says; no port, no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from drivers.codec import QueryDoor, QueryDoors
from drivers.family import BoardProfile
from drivers.profile import load_profile
from locker.contract.tech import LineNow
from locker.contract.vocabulary import DoorState
from locker.diag.bench import (
    About,
    Channel,
    DoorReading,
    Opening,
    Outcome,
    Way,
    Wire,
)
from locker.diag.person import PersonLeftError
from locker.diag.reading_rule import Answer
from tests.unit.locker.diag.shuoming_wire import door_frame, doors_frame


class FakePace:
    """Clocks that only a wait moves; `on_sleep` runs in each wait."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.on_sleep: Callable[[], None] = lambda: None

    def mono_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return 1_790_000_000.0 + self.now_s

    def sleep(self, duration_s: float) -> None:
        self.now_s += max(0.0, duration_s)
        self.on_sleep()


class FakePerson:
    """Answers from a list, or by a function; what was told and asked is kept."""

    def __init__(self, *answers: str, answer: Callable[[str], str] | None = None) -> None:
        self.answers = list(answers)
        self.answer = answer
        self.heard: list[str] = []

    def tell(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str) -> str:
        self.heard.append(question)
        if self.answer is not None:
            return self.answer(question)
        if not self.answers:
            raise PersonLeftError
        return self.answers.pop(0)

    def ask_unseen(self, question: str) -> str:
        return self.ask(question)

    def choose(self, question: str, answers: Mapping[str, str]) -> str:
        given = self.ask(question)
        assert given in answers, f"{given!r} to {question!r}"
        return given


class FakeBench:
    """One board of family A with `locks` doors, answering as `real` is wired.

    `jammed`: locks whose pulse opens nothing. `blind`: locks whose contact cannot be read.
    """

    def __init__(self, *, locks: int = 3, real: BoardProfile | None = None) -> None:
        self.profile = load_profile("shuoming")
        self.real = real or self.profile
        self.locks = locks
        self.open_locks: set[int] = set()
        self.jammed: set[int] = set()
        self.blind: set[int] = set()
        self.pulses: list[tuple[int, str, str]] = []
        self.said_empty: list[Channel] = []
        self.way = Way.BARE
        self.closed = False

    @property
    def about(self) -> About:
        return About(self.way, "nowhere")

    @property
    def profiles(self) -> dict[int, BoardProfile]:
        return {1: self.profile}

    def channels(self) -> tuple[Channel, ...]:
        return tuple(Channel(1, 1, lock) for lock in range(1, self.locks + 1))

    def doors(self) -> tuple[DoorReading, ...]:
        return tuple(
            DoorReading(c, self._state(c.number), 1.0, compartment=c.number)
            for c in self.channels()
        )

    def _state(self, lock: int) -> DoorState:
        if lock in self.blind:
            return DoorState.UNKNOWN
        return DoorState.OPEN if lock in self.open_locks else DoorState.CLOSED

    def watch(self) -> Iterator[tuple[DoorReading, ...]]:
        while True:
            yield self.doors()

    def open(self, channel: Channel, *, reason: str, by: str) -> Opening:
        self.pulses.append((channel.number, reason, by))
        if channel.number in self.blind:
            return Opening(channel, Outcome.UNKNOWN, 1, None)
        if channel.number in self.jammed:
            return Opening(channel, Outcome.NOT_OPENED, 1, None)
        self.open_locks.add(channel.number)
        return Opening(channel, Outcome.OPENED, 1, 80 + channel.number)

    def confirm_empty(self, channel: Channel, *, by: str) -> None:
        assert by
        self.said_empty.append(channel)

    def answers(self, channel: Channel) -> tuple[Answer, ...]:
        lock = channel.number
        return (
            Answer(QueryDoor(1, lock), door_frame(self.real, lock, self.open_locks)),
            Answer(QueryDoors(1), doors_frame(self.real, self.open_locks)),
        )

    def line(self) -> tuple[LineNow, ...]:
        return ()

    def trace(self) -> Iterator[tuple[Wire, ...]]:
        yield ()

    def close(self) -> None:
        self.closed = True
