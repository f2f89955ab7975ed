"""The board side of family B, KERONG CU12 and CU16, as the sources tell it. Pure.

Written from `lockboards.md` §4, §14 and §15, not from the codec, which it must not import.

What it does on the wire: tells its locks and infrared inputs (`02 AA 30 03`), opens one lock
(`02 AA 31 03`) and all in turn (`02 AA 33 03`), opens later (`02 AA 39 s 03`) and takes an unlock
time (`02 AA 37 hi lo 03`, in 10 ms). A pulse is answered with the status or not at all: sources
disagree; where it is, `AA` is as in a status answer, or names the lock as the request did. What
answers 33, 37 and 39 get is not known: none. The status of all boards (32) is not known either.
An infrared input sees whether a thing lies in the box. Other addresses, unknown locks, other
frames and wrong sums get no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.simulator.answering import REPORTS, Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import Fault, FaultKind, FaultOn

PULSE_S = 0.500
OPEN_ALL_STEP_S = 0.500

_LENGTHS = {0x30: 5, 0x31: 5, 0x33: 5, 0x37: 7, 0x39: 6}


def _framed(*inner: int) -> bytes:
    frame = bytes((0x02, *inner, 0x03))
    return frame + bytes((sum(frame) % 256,))


class KerongCu16Device:
    """One or more boards of the family on one bus, with the doors of `cabinet`."""

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build, without=REPORTS)
        self.faults = self._line.faults
        self._answer_names_lock = build.own.get("unlock-answer", "status") == "names-lock"
        self._pulse_s: dict[int, float] = {}

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        self._line.take(data, now_s)
        return [piece for request in self._requests() for piece in self._serve(request, now_s)]

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return nothing: these boards only answer."""
        del door, now_s
        return []

    def _requests(self) -> Iterator[bytes]:
        unread = self._line.unread
        while len(unread) >= 5:
            length = _LENGTHS.get(unread[2], 0) if unread[0] == 0x02 else 0
            if len(unread) < length:
                return
            request = bytes(unread[:length])
            if length and _framed(*request[1:-2]) == request:
                del unread[:length]
                yield request
            else:
                del unread[0]

    def _serve(self, request: bytes, now_s: float) -> list[Emission]:
        board, index, command = request[1] >> 4, request[1] & 0x0F, request[2]
        doors = [d for d in self.cabinet.doors if d.board == board]
        if not doors:
            return []
        pulsed = self._pulsed(command, index, doors)
        if command in {0x31, 0x39} and not pulsed:
            return []
        on = FaultOn.PULSE if pulsed else FaultOn.QUERY
        lock = index + 1 if len(pulsed) == 1 else None
        faults = self.faults.use(board, lock, on)
        echo = [(now_s, request)] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        return echo + self._act(request, doors, pulsed, faults, now_s)

    @staticmethod
    def _pulsed(command: int, index: int, doors: list[Door]) -> list[Door]:
        if command == 0x33:
            return doors
        return [d for d in doors if d.lock == index + 1] if command in {0x31, 0x39} else []

    def _act(
        self,
        request: bytes,
        doors: list[Door],
        pulsed: list[Door],
        faults: Mapping[FaultKind, Fault],
        now_s: float,
    ) -> list[Emission]:
        board, command = request[1] >> 4, request[2]
        if command == 0x37:
            self._pulse_s[board] = int.from_bytes(request[3:5]) / 100
            return []
        begins_s = now_s + (request[3] if command == 0x39 else 0)
        for turn, door in enumerate(pulsed):
            self.cabinet.pulse(
                door,
                at_s=begins_s + turn * OPEN_ALL_STEP_S,
                for_s=self._pulse_s.get(board, PULSE_S),
                jammed=FaultKind.JAMMED in faults,
            )
        if command in {0x33, 0x39}:
            return []
        if pulsed and (not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults):
            return []
        address = request[1] if pulsed and self._answer_names_lock else board << 4
        frame = self._status(address, doors, now_s)
        return self._line.answer(frame, faults, now_s + self._build.reply_delay_s)

    def _status(self, address: int, doors: list[Door], now_s: float) -> bytes:
        """Return the status; the bit of a lock that is not there reads 0."""
        locks, things = 0, 0
        for door in doors:
            place = 1 << (door.lock - 1)
            if self._line.tells_shut(door, now_s) == self._build.shorted_means_shut:
                locks |= place
            if door.contents:
                things |= place
        return _framed(address, 0x35, locks % 256, locks >> 8, things % 256, things >> 8)


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if len(data) < 5 or _framed(*data[1:-2]) != data:
        return "no whole frame"
    board, lock, command = data[1] >> 4, (data[1] & 0x0F) + 1, data[2]
    if not from_host:
        bits = data[3:5].hex(" ").upper()
        about = f"all doors of board {board}" if lock == 1 else f"pulse answer {board}:{lock}"
        return f"{about}: {bits}" if command == 0x35 else "unknown"
    names = {
        0x30: f"read all doors of board {board}",
        0x31: f"pulse {board}:{lock}",
        0x33: f"pulse all of board {board}",
        0x37: f"unlock time of board {board}",
        0x39: f"pulse {board}:{lock} in {data[3]} s",
    }
    return names.get(command, "unknown request")


FAMILY = SimulatedFamily(
    device=KerongCu16Device,
    meaning=meaning,
    baud=19200,
    first_address=0,
    channels=16,
    max_channels=16,
    flags=frozenset({"short-when-open", "no-unlock-reply"}),
    own={"unlock-answer": ("status", "names-lock")},
)
