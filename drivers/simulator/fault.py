"""The faults that a simulator can be given, and how many exchanges they last.

Pure. A fault lasts for its next `count` exchanges, or until cleared. `on` limits it to pulse or
query requests; `board` and `lock` to one board or door. The kinds with their own fields:

=================  ==========================================================================
silent             the board is dead: it neither acts nor answers
reply-lost         the board acts, its answer is lost
no-unlock-reply    the board acts and does not answer pulses
late               the answer comes `delay_ms` later (600)
garbage            the bytes `hex` (FAFD9999) come right before the answer
split              the answer pauses for `pause_ms` (12) after `at` bytes (2)
glued              a report with `head` (129) on door `about` (1), the answer right behind it
report             the same, but with 10 ms between
auto-report        every door change is reported with `head` (129)
echo               the adapter returns what the host sends
corrupt            the byte `place` (1) from the end of the answer is changed by `xor` (90)
refused            the board does not act and says so; a read that it has no "no" for is answered
jammed             the lock works, the door does not spring open
stuck-open         the contact tells open for ever
stuck-shut         the contact tells shut for ever
flicker            the contact changes every `period_ms` (70)
=================  ==========================================================================
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class FaultKind(enum.Enum):
    """What goes wrong."""

    SILENT = "silent"
    REPLY_LOST = "reply-lost"
    NO_UNLOCK_REPLY = "no-unlock-reply"
    LATE = "late"
    GARBAGE = "garbage"
    SPLIT = "split"
    GLUED = "glued"
    REPORT = "report"
    AUTO_REPORT = "auto-report"
    ECHO = "echo"
    CORRUPT = "corrupt"
    REFUSED = "refused"
    JAMMED = "jammed"
    STUCK_OPEN = "stuck-open"
    STUCK_SHUT = "stuck-shut"
    FLICKER = "flicker"


class FaultOn(enum.Enum):
    """Which requests a fault meets."""

    ANY = "any"
    PULSE = "pulse"
    QUERY = "query"


_DEFAULTS: Mapping[FaultKind, Mapping[str, int | str]] = {
    FaultKind.LATE: {"delay_ms": 600},
    FaultKind.CORRUPT: {"place": 1, "xor": 0x5A},
    FaultKind.GARBAGE: {"hex": "FAFD9999"},
    FaultKind.SPLIT: {"at": 2, "pause_ms": 12},
    FaultKind.GLUED: {"head": 0x81, "about": 1},
    FaultKind.REPORT: {"head": 0x81, "about": 1},
    FaultKind.AUTO_REPORT: {"head": 0x81},
    FaultKind.FLICKER: {"period_ms": 70},
}
_STANDING = frozenset(
    {FaultKind.AUTO_REPORT, FaultKind.STUCK_OPEN, FaultKind.STUCK_SHUT, FaultKind.FLICKER}
)
"""Kinds that hang on no exchange: they last until cleared."""
_OF_A_LOCK = frozenset(
    {FaultKind.JAMMED, FaultKind.STUCK_OPEN, FaultKind.STUCK_SHUT, FaultKind.FLICKER}
)


class FaultError(ValueError):
    """A fault was asked for that does not exist or has wrong fields."""


@dataclass(slots=True)
class Fault:
    """One fault at work; `left` is None until cleared, else the exchanges still to come."""

    kind: FaultKind
    board: int | None = None
    lock: int | None = None
    left: int | None = None
    on: FaultOn = FaultOn.ANY
    fields: Mapping[str, int | str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """Return a numeric field."""
        return int(self.fields[name])

    def meets(self, board: int, lock: int | None, on: FaultOn) -> bool:
        """Tell whether it meets a request; `lock` None stands for all doors of the board."""
        return (
            self.left != 0
            and self.board in {None, board}
            and (self.lock is None or self.lock == lock)
            and (self.on in {FaultOn.ANY, on} or on is FaultOn.ANY)
        )


def fault_from_fields(given: Mapping[str, object]) -> Fault:
    """Judge the fields of a fault (`kind`, `board`, `lock`, `count`, `on`, its own)."""
    try:
        kind = FaultKind(given.get("kind"))
    except ValueError:
        kinds = ", ".join(k.value for k in FaultKind)
        raise FaultError(f"no fault {given.get('kind')!r}; there are: {kinds}") from None
    try:
        on = FaultOn(given.get("on", "any"))
    except ValueError:
        raise FaultError(f"on = {given.get('on')!r}; allowed: any, pulse, query") from None
    numbers = {name: _number(given, name) for name in ("board", "lock", "count")}
    if kind in _OF_A_LOCK and numbers["lock"] is None:
        raise FaultError(f"{kind.value} needs a lock")
    if kind in _STANDING and numbers["count"] is not None:
        raise FaultError(f"{kind.value} lasts until cleared; it takes no count")
    return Fault(
        kind=kind,
        board=numbers["board"],
        lock=numbers["lock"],
        left=numbers["count"],
        on=on,
        fields=_own_fields(kind, given),
    )


def _own_fields(kind: FaultKind, given: Mapping[str, object]) -> Mapping[str, int | str]:
    defaults = _DEFAULTS.get(kind, {})
    own = dict(defaults)
    for name, value in given.items():
        if name in {"kind", "board", "lock", "count", "on"}:
            continue
        if name not in defaults:
            allowed = ", ".join(defaults) or "none of its own"
            raise FaultError(f"{kind.value} has no field {name!r}; it has: {allowed}")
        own[name] = _hex(value) if name == "hex" else _whole(name, value)
    return own


def _number(given: Mapping[str, object], name: str) -> int | None:
    value = given.get(name)
    return None if value is None else _whole(name, value)


def _whole(name: str, value: object) -> int:
    try:
        number = int(str(value), 0)
    except ValueError:
        raise FaultError(f"{name} = {value!r}; a whole number is needed") from None
    if not 0 <= number <= 1_000_000:
        raise FaultError(f"{name} = {value!r}; allowed: 0 to 1000000")
    return number


def _hex(value: object) -> str:
    try:
        return bytes.fromhex(str(value)).hex()
    except ValueError:
        raise FaultError(f"hex = {value!r}; bytes in hexadecimal are needed") from None


def fault_from_text(text: str) -> Fault:
    """Read a fault as written on a command line: `jammed:lock=3,count=2`."""
    kind, _, rest = text.partition(":")
    fields: dict[str, object] = {"kind": kind}
    for part in filter(None, rest.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            raise FaultError(f"{part!r} in {text!r}; the form is kind:name=value,name=value")
        fields[name.strip()] = value.strip()
    return fault_from_fields(fields)


class FaultBook:
    """The faults at work. A board that cannot have a kind of fault is made `without` it."""

    def __init__(self, *, without: frozenset[FaultKind] = frozenset()) -> None:
        self._faults: list[Fault] = []
        self._without = without

    def add(self, fault: Fault) -> None:
        """Put a fault to work; raise `FaultError` if this kind of board cannot have it."""
        if fault.kind in self._without:
            kinds = ", ".join(kind.value for kind in FaultKind if kind not in self._without)
            raise FaultError(
                f"this kind of board has no fault {fault.kind.value!r}; it has: {kinds}"
            )
        self._faults.append(fault)

    def clear(self) -> None:
        """End all faults."""
        self._faults.clear()

    def are_any(self) -> bool:
        """Tell whether any fault is still at work."""
        return bool(self._faults)

    def standing(self, kind: FaultKind, board: int, lock: int | None) -> Fault | None:
        """Return a fault that hangs on no exchange."""
        for fault in self._faults:
            if fault.kind is kind and fault.meets(board, lock, FaultOn.ANY):
                return fault
        return None

    def use(self, board: int, lock: int | None, on: FaultOn) -> Mapping[FaultKind, Fault]:
        """Return the faults that meet one exchange, the latest of a kind, and count it for them."""
        met: dict[FaultKind, Fault] = {}
        for fault in self._faults:
            if fault.kind in _STANDING or not fault.meets(board, lock, on):
                continue
            if fault.kind is FaultKind.JAMMED and on is not FaultOn.PULSE:
                continue
            met[fault.kind] = fault
            if fault.left is not None:
                fault.left -= 1
        self._faults = [fault for fault in self._faults if fault.left != 0]
        return met
