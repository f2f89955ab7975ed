"""The bench on a port where no cabinet is: a board in a box, before any layout or network.

Nothing is known here of what lies behind a door, so nothing is counted; each pulse is written down
before it is sent. Outcomes follow the rules of `locker.core.attempt`.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from drivers.boards.registry import FACTS_OF
from drivers.codec import DoorState as Contact
from drivers.codec import OutputsOff, Pulse
from drivers.family import BoardProfile
from drivers.port import PortUnavailableError
from locker.contract.tech import LineNow
from locker.contract.vocabulary import DoorState
from locker.diag.bare_record import BareRecord
from locker.diag.bench import (
    About,
    Channel,
    DoorReading,
    Opening,
    Outcome,
    Way,
    Why,
    Wire,
    changes,
)
from locker.diag.direct_line import DirectLine
from locker.diag.measure import measured_line, wires_of
from locker.diag.reading_rule import Answer
from locker.diag.refusal import silent_port, unavailable
from locker.diag.trouble import ExitCode, TroubleError
from locker.line_record import LineRecord

BUS = 1
WATCH_S = 3.0
MAX_GAP_S = 0.5


class BareBench:
    """A `Bench` on one port. Raises TroubleError where the port cannot be opened.

    `watch_s`: how long a door is watched after its pulse.
    """

    def __init__(
        self, url: str, profile: BoardProfile, *, folder: Path, watch_s: float = WATCH_S
    ) -> None:
        record = LineRecord(
            BUS, profile, numbers=itertools.count(), mono=time.monotonic, wall=time.time
        )
        self._profile = profile
        self._watch_s = watch_s
        self._line = DirectLine(url, profile, record)
        self._written = BareRecord(folder, port=url, began=time.time())
        self._stray = b""
        try:
            self._line.open()
        except PortUnavailableError as error:
            raise unavailable(error) from error

    @property
    def about(self) -> About:
        """No cabinet: openings are in a file of this run."""
        return About(Way.BARE, str(self._written.path))

    @property
    def profiles(self) -> dict[int, BoardProfile]:
        """The one profile."""
        return {BUS: self._profile}

    def channels(self) -> tuple[Channel, ...]:
        """Every lock of every board of the profile."""
        locks = range(1, self._profile.channels + 1)
        return tuple(Channel(BUS, board, lock) for board in self._profile.boards for lock in locks)

    def doors(self) -> tuple[DoorReading, ...]:
        """Read every board once."""
        found = []
        self._stray = b""
        offset = time.time() - time.monotonic()
        for board in self._profile.boards:
            seen, stray = self._line.read(board)
            self._stray += stray
            for lock in range(1, self._profile.channels + 1):
                state, at_s = seen.get(lock, (Contact.UNKNOWN, None))
                found.append(
                    DoorReading(
                        Channel(BUS, board, lock),
                        DoorState(state.value),
                        None if at_s is None else round(at_s + offset, 3),
                    )
                )
        return tuple(found)

    def silence(self, board: int | None = None) -> TroubleError:
        """Say what is known of a board that did not answer; None: all of the profile."""
        if self._line.failure is not None:
            return TroubleError(
                "port_lost",
                port=self._line.url,
                detail=str(self._line.failure),
                code=ExitCode.SILENT,
            )
        boards = ", ".join(map(str, self._profile.boards if board is None else (board,)))
        return silent_port(
            "port", self._stray, family=self._profile.family.value, boards=boards,
            port=self._line.url, baud=self._profile.baud,
        )  # fmt: skip

    def watch(self) -> Iterator[tuple[DoorReading, ...]]:
        """Give all doors at each change, and every second."""
        return changes(self.doors, lambda: time.sleep(0.05))

    def open(self, channel: Channel, *, reason: str, by: str) -> Opening:
        """Pulse once, written down before, and watch the door."""
        self._must_exist(channel)
        self._rest(channel)
        before = self._before(channel)
        if self._profile.held_outputs:
            self._written.write("outputs_off", board=channel.board, by=by, reason=reason)
            self._line.exchange(OutputsOff(channel.board))
        self._written.write(
            "committed", channel=str(channel), by=by, reason=reason, door_before=before.value
        )
        done = self._pulse(channel)
        self._written.write(
            "observed", channel=str(channel), outcome=done.outcome, pulses=done.pulses,
            time_to_open_ms=done.time_to_open_ms, detail=done.detail,
        )  # fmt: skip
        return done

    def confirm_empty(self, channel: Channel, *, by: str) -> None:
        """Write down the person's word; there are no books here that it would change."""
        self._written.write("empty", channel=str(channel), by=by, source="person")

    def line(self) -> tuple[LineNow, ...]:
        """Read every board a hundred times and tell how the line was."""
        measured_line(self._line, self._profile)
        return (self._line.record.now(),)

    def trace(self) -> Iterator[tuple[Wire, ...]]:
        """Give what is on the line while its boards are read, some times a second."""
        after = -1
        while True:
            for board in self._profile.boards:
                self._line.read(board)
            wires, after = wires_of([self._line.record], after)
            yield wires
            self._line.listen(0.4)

    def answers(self, channel: Channel) -> tuple[Answer, ...]:
        """Read one door in every form, with the bytes."""
        return self._line.answers(channel.board, channel.number)

    def close(self) -> None:
        """Close the port."""
        self._line.close()

    # --- one pulse ------------------------------------------------------------------------

    def _rest(self, channel: Channel) -> None:
        last = self._written.last_pulse(channel)
        if last is not None:
            rest_s = last + self._profile.coil_rest_ms / 1000 - time.time()
            time.sleep(min(max(rest_s, 0.0), self._profile.coil_rest_ms / 1000))

    def _must_exist(self, channel: Channel) -> None:
        addresses = FACTS_OF[self._profile.family].addresses
        locks = range(1, self._profile.channels + 1)
        if channel.bus != BUS or channel.board not in addresses or channel.number not in locks:
            family = self._profile.family.value
            raise TroubleError(
                "no_such_lock",
                channel=channel,
                family=family,
                first=addresses[0],
                last=addresses[-1],
                locks=locks[-1],
                code=ExitCode.USAGE,
            )

    def _before(self, channel: Channel) -> Contact:
        """Read the door: nothing is pulsed on a board that does not answer."""
        seen, self._stray = self._line.read(channel.board, channel.number)
        if not seen:
            raise self.silence(channel.board)
        return seen.get(channel.number, (Contact.UNKNOWN, 0.0))[0]

    def _pulse(self, channel: Channel) -> Opening:
        before, _ = self._line.read(channel.board, channel.number)
        shut_before = before.get(channel.number, (Contact.UNKNOWN, 0.0))[0] is Contact.CLOSED
        done = self._line.exchange(Pulse(channel.board, channel.number))
        if done is None:
            return Opening(channel, Outcome.NOT_OPENED, 0, None, Why.LINE_LOST)
        last_s, gap = done.sent_at, False
        until_s = done.sent_at + self._watch_s
        while time.monotonic() < until_s:
            seen, _ = self._line.read(channel.board, channel.number)
            state, at_s = seen.get(channel.number, (Contact.UNKNOWN, 0.0))
            if state is Contact.UNKNOWN or at_s <= done.sent_at:
                continue
            gap = gap or at_s - last_s > MAX_GAP_S
            last_s = at_s
            if state is Contact.OPEN and shut_before:
                return Opening(channel, Outcome.OPENED, 1, round((at_s - done.sent_at) * 1000))
        if not shut_before:
            return Opening(channel, Outcome.UNKNOWN, 1, None, Why.NOT_SHUT_BEFORE)
        if gap or until_s - last_s > MAX_GAP_S:
            return Opening(channel, Outcome.UNKNOWN, 1, None, Why.READINGS_MISSING)
        return Opening(channel, Outcome.NOT_OPENED, 1, None, Why.SHUT_THROUGHOUT)
