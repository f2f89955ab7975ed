"""`diag commission`: from an unknown harness to a wiring map, door by door, with a person's eyes.

Opens each channel once, asks which printed door moved, and looks at the door closed, open and
closed. Needs the port itself: what it finds out is what a daemon must be told before it can start.
Knows no frame: raw answers come from the bench and are judged by `reading_rule`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from drivers.codec import DoorState, QueryDoor
from drivers.family import BoardProfile
from locker.contract.layout import Layout
from locker.contract.text import Catalogue
from locker.diag.bench import Bench, Channel, Way
from locker.diag.person import Person, PersonLeftError
from locker.diag.reading_rule import Answer, Contacts, RuleFinding, find_settings
from locker.diag.trouble import ExitCode, TroubleError
from locker.diag.wiring_map import MapFile, SavedAnswer, SavedDoor, SavedLook, WiringMap

REASON = "commission"
NONE, AGAIN, STOP = "0", "r", "q"


@runtime_checkable
class Answering(Protocol):
    """A bench that can also show the bytes of a reading: those that hold the port themselves."""

    def answers(self, channel: Channel) -> tuple[Answer, ...]:
        """Read one door in every form that its board has; empty data where it kept silent."""
        ...


class Ended(StrEnum):
    """Why the walk ended."""

    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkPlan:
    """What one walk is for. `bus`: the number that the layout shall give this port."""

    layout: Layout
    bus: int
    by: str
    reason: str = REASON


class Walk:
    """One walk along the channels of one port; saved after each."""

    def __init__(
        self, bench: Bench, person: Person, texts: Catalogue, *, plan: WalkPlan, file: MapFile
    ) -> None:
        if not isinstance(bench, Answering):
            raise _needs_the_port()
        self._bench = bench
        self._raw: Answering = bench
        self._person = person
        self._texts = texts
        self._plan = plan
        self._file = file
        self.wiring = file.load(template=plan.layout.name)

    def forget(self, numbers: set[int | None]) -> None:
        """Forget doors found by these printed numbers (None: the locks that moved no door)."""
        if not numbers:
            return
        gone = [door.place for door in self.wiring.tried if door.number in numbers]
        self.wiring = self.wiring.without(gone)
        self._file.save(self.wiring)

    def run(self) -> Ended:
        """Walk until every channel was tried, or the person stops. May raise TroubleError."""
        ahead = [c for c in self._own_channels() if not self.wiring.has(self._placed(c))]
        try:
            if ahead:
                self._person.ask(self._texts("commission.all_shut", count=len(ahead)))
            for done, channel in enumerate(ahead):
                self._person.tell(
                    self._texts("commission.next", channel=channel, left=len(ahead) - done)
                )
                self._keep(self._try(channel))
        except (PersonLeftError, KeyboardInterrupt):
            return Ended.STOPPED
        return Ended.DONE

    def _try(self, channel: Channel) -> SavedDoor:
        """Open one channel until the person has said what moved."""
        while True:
            shut = self._look(channel, DoorState.CLOSED)
            opening = self._bench.open(channel, reason=self._plan.reason, by=self._plan.by)
            if opening.pulses == 0:
                raise _not_sent(channel, opening.detail)
            number = self._which_door(channel)
            if number is None:
                return self._saved(channel)
            if number == 0:
                self._person.ask(self._texts("commission.shut_all"))
                continue
            is_open = self._look(channel, DoorState.OPEN)
            self._person.ask(self._texts("commission.shut", number=number))
            shut_again = self._look(channel, DoorState.CLOSED)
            self._say_empty(channel, number)
            return self._saved(
                channel, number=number, time_to_open_ms=opening.time_to_open_ms,
                looks=(shut, is_open, shut_again),
            )  # fmt: skip

    def _which_door(self, channel: Channel) -> int | None:
        """Ask which printed door moved: its number, None for no door, 0 for "once more"."""
        numbers = {cell.number for cell in self._plan.layout.cells}
        while True:
            answer = self._person.ask(self._texts("commission.which")).lower()
            if answer == STOP:
                raise PersonLeftError
            if answer == AGAIN:
                return 0
            if answer == NONE:
                return None
            if not answer.isascii() or not answer.isdigit() or int(answer) not in numbers:
                shown = _ranges(sorted(numbers))
                self._person.tell(self._texts("commission.no_such_door", numbers=shown))
                continue
            if (taken := self.wiring.channel_of(int(answer))) is not None:
                told = self._texts(
                    "commission.duplicate", number=int(answer), taken=taken, channel=channel
                )
                self._person.tell(told)
                continue
            return int(answer)

    def _say_empty(self, channel: Channel, number: int) -> None:
        """On a cabinet with books a person's word is needed that the box is empty."""
        if self._bench.about.way is Way.BARE:
            return
        answers = {"y": self._texts("yes"), "n": self._texts("no")}
        if self._person.choose(self._texts("commission.empty", number=number), answers) == "y":
            self._bench.confirm_empty(channel, by=self._plan.by)

    def _look(self, channel: Channel, truth: DoorState) -> SavedLook:
        saved = tuple(
            SavedAnswer(
                asked="door" if isinstance(answer.request, QueryDoor) else "doors",
                hex=answer.data.hex(" ").upper(),
            )
            for answer in self._raw.answers(channel)
        )
        return SavedLook(truth="open" if truth is DoorState.OPEN else "closed", answers=saved)

    def _saved(self, channel: Channel, *, number: int | None = None, **found: Any) -> SavedDoor:
        return SavedDoor(
            bus=self._plan.bus, board=channel.board, channel=channel.number, number=number, **found
        )

    def _own_channels(self) -> list[Channel]:
        """Give the channels of this bus: a bare bench has one, whatever number it shall get."""
        every = self._bench.channels()
        bare = self._bench.about.way is Way.BARE
        return [channel for channel in every if bare or channel.bus == self._plan.bus]

    def _placed(self, channel: Channel) -> Channel:
        return Channel(self._plan.bus, channel.board, channel.number)

    def _keep(self, door: SavedDoor) -> None:
        self.wiring = self.wiring.with_door(door)
        self._file.save(self.wiring)


@dataclass(frozen=True, slots=True)
class WalkReport:
    """What a walk has come to, over all buses walked so far; `finding` is of this bus."""

    layout: Layout
    wiring: WiringMap
    bus: int
    finding: RuleFinding
    ended: Ended

    @property
    def missing(self) -> tuple[int, ...]:
        """Doors that no channel has moved."""
        return self.wiring.missing(self.layout)

    @property
    def complete(self) -> bool:
        """Whether every printed door has its channel."""
        return not self.missing

    @property
    def good(self) -> bool:
        """Whether the cabinet may go into service: complete, and every contact tells the truth."""
        contacts = {door.contacts for door in self.finding.doors}
        return self.complete and contacts <= {Contacts.TRUE}

    def as_json(self) -> dict[str, Any]:
        """Give the report as `--json` prints it."""
        verdicts = {(d.board, d.lock): d for d in self.finding.doors}
        return {
            "ended": self.ended.value,
            "complete": self.complete,
            "doors": [
                {
                    "number": door.number,
                    "channel": str(door.place),
                    "contact": _contact(door, verdicts, self.bus),
                    "time_to_open_ms": door.time_to_open_ms,
                }
                for door in self.wiring.found
            ],
            "missing": list(self.missing),
            "no_door": [str(door.place) for door in self.wiring.tried if door.number is None],
            "profile": {
                "changed": {k: {"was": a, "is": b} for k, (a, b) in self.finding.changed.items()},
                "undecided": list(self.finding.undecided),
            },
        }


def judge_walk(
    wiring: WiringMap, *, layout: Layout, bus: int, profile: BoardProfile, ended: Ended
) -> WalkReport:
    """Judge everything that was found on one bus."""
    cycles = [door.cycle for door in wiring.found if door.bus == bus]
    return WalkReport(layout, wiring, bus, find_settings(profile, cycles), ended)


def _contact(door: SavedDoor, verdicts: dict[tuple[int, int], Any], bus: int) -> str | None:
    """Give the verdict on a door's contact; None where it hangs on another bus than this one."""
    found = verdicts.get((door.board, door.channel)) if door.bus == bus else None
    return None if found is None else str(found.contacts.value)


def _ranges(numbers: Sequence[int]) -> str:
    """Write 1, 2, 3, 7 as 1-3, 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _needs_the_port() -> TroubleError:
    return TroubleError("walk_needs_port", code=ExitCode.USAGE)


def _not_sent(channel: Channel, detail: str) -> TroubleError:
    return TroubleError("nothing_sent", channel=channel, detail=detail, code=ExitCode.SILENT)
