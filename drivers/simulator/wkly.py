"""The board side of family E, as the papers tell it: bytes in with a time, bytes out with times.

Written from `lockboards.md` §7 and §16, not from the codec, which it must not import. Pure.

It opens one lock (82), several at once (80), several (87) or all (86) in turn, tells one door (83)
and all (84), flashes a light (81), holds a lock (88) and lets it go (89), and reports door changes
(85). Whether its answer to a pulse comes before or after the spring is one of its settings, and so
is what it says of a jam: no paper tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.simulator.answering import Answering
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild, Emission, SimulatedFamily
from drivers.simulator.fault import Fault, FaultKind, FaultOn

HEAD = b"WKLY"
PULSE_S = 0.300
OPEN_STEP_S = 0.300
REPORT_DELAY_S = 0.015

_OPENS = frozenset({0x80, 0x82, 0x86, 0x87, 0x88})


def finished(body: bytes) -> bytes:
    """Return the frame of board, command and data: head and length before, XOR behind."""
    frame = HEAD + bytes([len(body) + 6]) + body
    total = 0
    for byte in frame:
        total ^= byte
    return frame + bytes([total])


class WklyDevice:
    """One or more boards of the family on one bus, with the doors of `cabinet`."""

    def __init__(self, cabinet: Cabinet, build: BoardBuild) -> None:
        self.cabinet = cabinet
        self._build = build
        self._line = Answering(cabinet, build, can_refuse=True)
        self.faults = self._line.faults
        self._reports = build.own.get("reports", "on") == "on"
        self._answers_after_spring = build.own.get("answer", "at-once") == "after-spring"
        self._tells_jams = build.own.get("jam", "unnoticed") == "told"

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete on the wire at `now_s`; return what the board sends."""
        self._line.take(data, now_s)
        return [piece for request in self._requests() for piece in self._serve(request, now_s)]

    def report(self, door: Door, now_s: float) -> list[Emission]:
        """Return the report that a door change causes, if this board tells changes unasked."""
        told = self._reports or self.faults.standing(FaultKind.AUTO_REPORT, door.board, door.lock)
        return [(now_s + REPORT_DELAY_S, self._report_frame(door, now_s))] if told else []

    # --- requests ---------------------------------------------------------------------------

    def _requests(self) -> Iterator[bytes]:
        """Cut whole requests off the unread bytes; yield board, command and data of each."""
        unread = self._line.unread
        while unread:
            start = bytes(unread[:4])
            if not HEAD.startswith(start):
                del unread[0]
                continue
            if len(unread) < 5 or len(unread) < unread[4]:
                return
            frame = bytes(unread[: unread[4]])
            if len(frame) >= 8 and finished(frame[5:-1]) == frame:
                del unread[: len(frame)]
                yield frame[5:-1]
            else:
                del unread[0]

    def _serve(self, request: bytes, now_s: float) -> list[Emission]:
        board, command, data = request[0], request[1], request[2:]
        asked = self._asked(board, command, data)
        if not asked:
            return []
        lock = asked[0].lock if len(data) == 1 else None
        on = FaultOn.PULSE if command in _OPENS else FaultOn.QUERY
        faults = self.faults.use(board, lock, on)
        echo = [(now_s, finished(request))] if FaultKind.ECHO in faults else []
        if FaultKind.SILENT in faults:
            return echo
        at_s = now_s + self._build.reply_delay_s
        if command in _OPENS:
            if FaultKind.REFUSED not in faults:
                at_s += self._open(command, asked, faults, now_s)
            if not self._build.answers_unlock or FaultKind.NO_UNLOCK_REPLY in faults:
                return echo
        if command == 0x89 and FaultKind.REFUSED not in faults:
            self.cabinet.release(asked[0], now_s)
        told = self._told(command, asked, faults, at_s)
        return echo + self._answer(finished(bytes([board, command, *told])), board, faults, at_s)

    def _asked(self, board: int, command: int, data: bytes) -> list[Door]:
        """Return the doors that a request is about; none if it cannot be served."""
        doors = {d.lock: d for d in self.cabinet.doors if d.board == board}
        if command in {0x84, 0x86} and not data:
            return list(doors.values())
        if command in {0x81, 0x82, 0x83, 0x88, 0x89} and len(data) == 1:
            locks = data
        elif command in {0x80, 0x87} and data and data[0] == len(data) - 1:
            locks = data[1:]
        else:
            return []
        return [doors[lock] for lock in locks] if set(locks) <= set(doors) else []

    def _open(
        self, command: int, doors: list[Door], faults: Mapping[FaultKind, Fault], now_s: float
    ) -> float:
        """Work the locks; return by how much that delays the answer."""
        jammed = FaultKind.JAMMED in faults
        if command == 0x88:
            self.cabinet.hold(doors[0], at_s=now_s, jammed=jammed)
            return 0.0
        in_turn = command in {0x86, 0x87}
        for turn, door in enumerate(doors):
            at_s = now_s + turn * OPEN_STEP_S if in_turn else now_s
            self.cabinet.pulse(door, at_s=at_s, for_s=PULSE_S, jammed=jammed)
        if in_turn:
            return len(doors) * OPEN_STEP_S
        return PULSE_S if self._answers_after_spring else 0.0

    # --- what is sent -----------------------------------------------------------------------

    def _told(
        self, command: int, doors: list[Door], faults: Mapping[FaultKind, Fault], at_s: float
    ) -> list[int]:
        """Return the data of an answer that begins at `at_s`."""
        if FaultKind.REFUSED in faults:
            return self._failed(command, doors)
        if command in {0x80, 0x86, 0x87}:
            return [0x00]
        if command == 0x84:
            return [0x00, len(doors), *(self._door_byte(door, at_s) for door in doors)]
        door = doors[0]
        if command in {0x81, 0x88, 0x89}:
            return [0x00, door.lock]
        if command == 0x82 and FaultKind.JAMMED in faults and self._tells_jams:
            return [0xFF, door.lock, 0xFF]
        return [0x00, door.lock, self._door_byte(door, at_s)]

    @staticmethod
    def _failed(command: int, doors: list[Door]) -> list[int]:
        """Return the data of a refusal: FF, and as much behind it as a success has."""
        if command == 0x84:
            return [0xFF, len(doors), *[0xFF] * len(doors)]
        told = {0x81: 1, 0x82: 2, 0x83: 2, 0x88: 1, 0x89: 1}.get(command, 0)
        return [0xFF, doors[0].lock, 0xFF][: 1 + told]

    def _answer(
        self, frame: bytes, board: int, faults: Mapping[FaultKind, Fault], at_s: float
    ) -> list[Emission]:
        def report(fault: Fault, now_s: float) -> bytes:
            return self._report_frame(self.cabinet.door(board, fault.number("about")), now_s)

        return self._line.answer(frame, faults, at_s, report=report)

    def _report_frame(self, door: Door, now_s: float) -> bytes:
        return finished(bytes([door.board, 0x85, door.lock, self._door_byte(door, now_s)]))

    def _door_byte(self, door: Door, at_s: float) -> int:
        """Return 00 for open and 01 for shut; the reverse where the contact is the other kind."""
        springs = door.springs_at_s is not None and door.springs_at_s <= at_s
        tells_shut = self._line.tells_shut(door, at_s)
        if (
            springs
            and tells_shut
            and not self.faults.standing(FaultKind.STUCK_SHUT, door.board, door.lock)
        ):
            tells_shut = False
        return int(tells_shut == self._build.shorted_means_shut)


def meaning(data: bytes, *, from_host: bool) -> str:
    """Return in a few words what bytes on the wire say, for the trace."""
    if len(data) < 8 or finished(data[5:-1]) != data:
        return "no whole frame"
    board, command, rest = data[5], data[6], data[7:-1]
    if from_host:
        names = {
            0x80: f"pulse {rest[1:].hex(' ')} of board {board} together",
            0x81: f"flash the light {board}:{_first(rest)}",
            0x82: f"pulse {board}:{_first(rest)}",
            0x83: f"read door {board}:{_first(rest)}",
            0x84: f"read all doors of board {board}",
            0x86: f"pulse all of board {board}",
            0x87: f"pulse {rest[1:].hex(' ')} of board {board} in turn",
            0x88: f"hold {board}:{_first(rest)}",
            0x89: f"let go {board}:{_first(rest)}",
        }
        return names.get(command, "unknown request")
    if command == 0x84:
        return f"all doors of board {board}: {rest[2:].hex(' ').upper()}"
    if command == 0x85:
        return f"report {board}:{_first(rest)}: {rest[1:].hex().upper()}"
    kinds = {0x82: "pulse answer", 0x83: "door"}
    return f"{kinds.get(command, 'answer')} of board {board}: {rest.hex(' ').upper()}"


def _first(data: bytes) -> str:
    return str(data[0]) if data else "?"


FAMILY = SimulatedFamily(
    device=WklyDevice,
    meaning=meaning,
    first_address=0,
    channels=24,
    max_channels=50,
    flags=frozenset({"short-when-open", "no-unlock-reply"}),
    own={
        "reports": ("on", "off"),
        "answer": ("at-once", "after-spring"),
        "jam": ("unnoticed", "told"),
    },
)
