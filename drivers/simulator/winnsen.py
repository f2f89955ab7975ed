"""The board side of family D, as the papers tell it: bytes in with a time, bytes out with times.

Written from `lockboards.md` §6 and §16, not from the codec, which it must not import. Pure.

It opens one lock (`90 06 05`), tells the doors of a mask (`90 07 02`; locks outside it read 0) and
one door (`90 06 12`, only where it was built so). Other stations, locks and frames get no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.simulator.answering import REPORTS, Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import Fault, FaultKind, FaultOn

PULSE_S = 0.300

LENGTH_OF = {0x05: 6, 0x02: 7, 0x12: 6}


class WinnsenDevice:
    """One or more boards of the family on one bus, with the doors of `cabinet`."""

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build, without=REPORTS, can_refuse=True)
        self.faults = self._line.faults
        self._offset = int(build.own.get("reply-offset", "80"), 16)
        reads = build.own.get("reads", "mask")
        self._knows = {0x05}
        if reads != "single":
            self._knows.add(0x02)
        if reads != "mask":
            self._knows.add(0x12)
        self._one_is_open = build.own.get("contact", "short-when-open") == "short-when-open"
        self._tells_jams = build.own.get("jam", "unnoticed") == "told"

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        self._line.take(data, now_s)
        return [piece for request in self._requests() for piece in self._serve(request, now_s)]

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return nothing: no paper knows a report of this family."""
        _ = (door, now_s)
        return []

    def _requests(self) -> Iterator[bytes]:
        """Cut whole requests off the unread bytes by their LEN; drop what cannot begin one."""
        unread = self._line.unread
        while unread:
            length = unread[1] if len(unread) > 1 else 6
            if unread[0] != 0x90 or length not in {6, 7}:
                del unread[0]
                continue
            if len(unread) < length:
                return
            request = bytes(unread[:length])
            if LENGTH_OF.get(request[2]) == length and request[-1] == 0x03:
                del unread[:length]
                yield request
            else:
                del unread[0]

    def _serve(self, request: bytes, now_s: float) -> list[Emission]:
        function, station = request[2], request[3]
        doors = {d.lock: d for d in self.cabinet.doors if d.board == station}
        lock = None if function == 0x02 else request[4]
        if not doors or function not in self._knows or (lock is not None and lock not in doors):
            return []
        on = FaultOn.PULSE if function == 0x05 else FaultOn.QUERY
        faults = self.faults.use(station, lock, on)
        echo = [(now_s, request)] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        if lock is None:
            payload = self._masked(doors, int.from_bytes(request[4:6], "little"), now_s)
        elif function == 0x12:
            payload = bytes([lock, self._is_one(doors[lock], now_s)])
        else:
            payload = bytes([lock, self._pulse(doors[lock], faults, now_s)])
            if not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults:
                return echo
        frame = bytes([0x90, 7, function + self._offset, station, *payload, 0x03])
        return echo + self._line.answer(frame, faults, now_s + self._build.reply_delay_s)

    def _pulse(self, door: Door, faults: Mapping[FaultKind, Fault], now_s: float) -> int:
        if FaultKind.REFUSED in faults:
            return 0
        jammed = FaultKind.JAMMED in faults
        self.cabinet.pulse(door, at_s=now_s, for_s=PULSE_S, jammed=jammed)
        return 0 if jammed and self._tells_jams else 1

    def _masked(self, doors: Mapping[int, Door], mask: int, now_s: float) -> bytes:
        bits = 0
        for lock, door in doors.items():
            if mask >> (lock - 1) & 1 and self._is_one(door, now_s):
                bits |= 1 << (lock - 1)
        return bits.to_bytes(2, "little")

    def _is_one(self, door: Door, now_s: float) -> bool:
        return self._line.tells_shut(door, now_s) != self._one_is_open


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if len(data) < 6 or data[0] != 0x90 or data[1] != len(data) or data[-1] != 0x03:
        return "no whole frame"
    function, station = data[2], data[3]
    if from_host:
        mask = int.from_bytes(data[4:6], "little")
        names = {
            0x05: f"pulse {station}:{data[4]}",
            0x12: f"read door {station}:{data[4]}",
            0x02: f"read doors of station {station}, mask {mask:04X}",
        }
        return names.get(function, "unknown request")
    asked = function & 0x1F
    if asked == 0x02:
        return f"doors of station {station}: bits {data[5]:02X}{data[4]:02X}"
    kinds = {0x05: "pulse answer", 0x12: "door"}
    return f"{kinds.get(asked, 'unknown')} {station}:{data[4]}: {data[5]:02X}"


FAMILY = SimulatedFamily(
    device=WinnsenDevice,
    meaning=meaning,
    channels=16,
    max_channels=16,
    flags=frozenset({"no-unlock-reply"}),
    own={
        "contact": ("short-when-open", "short-when-locked"),
        "reads": ("mask", "single", "both"),
        "reply-offset": ("80", "A0"),
        "jam": ("unnoticed", "told"),
    },
)
