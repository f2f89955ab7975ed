"""What a scanner is set up to, step by step, and put back to when somebody changed it. Pure.

Each plan is a generator: it yields what to send and gets the reply's bytes, or None where none
came. What a scanner already has is read first and not written again; what was written is read
back. Only facts 11 are relied on; where they are silent, the plan does without and says so.

  gm65     continuous reading (register 0000, low bits 2), `_SET_CODE_OFF`
  gm812    the same, and the end of a code (register 000E) where the settings name one
  gm72     host mode if it does not take "start"; "start" again and again. Cannot be locked
  newland  sense mode (SCNMOD2), same code after 1 s (RRDDUR1000), leave set-up (SETUPE0)

Flash wears: it is written only after a change, at most `SAVES_A_DAY`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from drivers.scanner_models import (
    SET_CODE_OFF,
    SSI_START,
    SSI_WAKE,
    ScannerModel,
    Verdict,
    decode_grow,
    decode_newland,
    decode_ssi,
    grow_read,
    grow_save,
    grow_write,
    newland_frame,
    ssi_frame,
    ssi_host_mode,
)
from drivers.scanners import ScanEnd

SAVES_A_DAY = 3
DAY_S = 86_400.0
AGAIN_UNANSWERED_S = 600.0
AFTER_ODD_CODE_S = 1.0

GROW_MODE, GROW_END = 0x0000, 0x000E
_GROW_CONTINUOUS, _GROW_MODE_BITS = 0b10, 0b11
_GROW_ENDS = {
    ScanEnd.CR: 0, ScanEnd.LF: 1, ScanEnd.CRLF: 2, ScanEnd.TAB: 3, ScanEnd.SILENCE: 4,
}  # fmt: skip
_GROW_WAIT_S = 1.0
_SSI_WAIT_S = 1.0
_SSI_WOKEN_S = 0.05
_NEWLAND_WAIT_S = 5.0
_NO_REPLY_KNOWN_S = 0.3


@dataclass(frozen=True, slots=True)
class Ask:
    """Something to send, and how long to wait for a reply; `tries` in all."""

    frame: bytes
    wait_s: float
    tries: int = 2


@dataclass(slots=True)
class Outcome:
    """What a run came to. The names are of settings: mode, end, same-code, lock, save, start.

    `changed`: was otherwise and was put right. `failed`: asked for and not reached.
    `unconfirmed`: sent, and no reply said so.
    """

    answered: bool = True
    changed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Leave:
    """What a run may do: `save` to flash; `end` to set, ANY for leaving it as it is."""

    save: bool
    end: ScanEnd = ScanEnd.ANY


Plan = Generator[Ask, bytes | None, Outcome]
_Step = Generator[Ask, bytes | None, bool]


def _plan_gm65(leave: Leave) -> Plan:
    return _plan_grow(Leave(leave.save))


def _plan_grow(leave: Leave) -> Plan:
    outcome = Outcome()
    if (yield from _read_register(GROW_MODE)) is None:
        return Outcome(answered=False)
    yield from _settle("mode", outcome, GROW_MODE, bits=_GROW_MODE_BITS, value=_GROW_CONTINUOUS)
    if leave.end in _GROW_ENDS:
        value = _GROW_ENDS[leave.end]
        yield from _settle("end", outcome, GROW_END, bits=0xFF, value=value, most=4)
    if (yield Ask(SET_CODE_OFF, _NO_REPLY_KNOWN_S, tries=1)) is None:
        outcome.unconfirmed.append("lock")
    if leave.save and (yield Ask(grow_save(), _GROW_WAIT_S, tries=1)) is None:
        outcome.failed.append("save")
    return outcome


def _settle(
    name: str, outcome: Outcome, address: int, *, bits: int, value: int, most: int = 0xFF
) -> _Step:
    """Bring the bits of a register to a value. One over `most` is not what we think: leave it."""
    before = yield from _read_register(address)
    if before is None or before > most:
        outcome.failed.append(name)
        return False
    if before & bits == value:
        return True
    yield Ask(grow_write(address, bytes([before & ~bits | value])), _GROW_WAIT_S)
    after = yield from _read_register(address)
    good = after is not None and after & bits == value
    (outcome.changed if good else outcome.failed).append(name)
    return good


def _read_register(address: int) -> Generator[Ask, bytes | None, int | None]:
    reply = yield Ask(grow_read(address), _GROW_WAIT_S)
    data = b"" if reply is None else decode_grow(reply)
    return data[0] if len(data) == 1 else None


def _plan_ssi(leave: Leave) -> Plan:
    outcome = Outcome()
    if (yield from _start_ssi()):
        return outcome
    if leave.save:
        reply = yield Ask(ssi_host_mode(), _SSI_WAIT_S, tries=1)
        if reply is None:
            return Outcome(answered=False)
        if decode_ssi(reply) and (yield from _start_ssi()):
            outcome.changed.append("mode")
            return outcome
    outcome.failed.append("start")
    return outcome


def _start_ssi() -> _Step:
    yield Ask(SSI_WAKE, _SSI_WOKEN_S, tries=1)
    reply = yield Ask(ssi_frame(SSI_START), _SSI_WAIT_S, tries=1)
    return reply is not None and decode_ssi(reply)


def _plan_newland(leave: Leave) -> Plan:
    outcome = Outcome()
    mode = yield from _ask_newland("SCNMOD")
    if mode is None:
        return Outcome(answered=False)
    yield from _set_newland("mode", outcome, "SCNMOD", mode, wanted="2", kept=leave.save)
    repeat = yield from _ask_newland("RRDDUR")
    yield from _set_newland("same-code", outcome, "RRDDUR", repeat, wanted="1000", kept=leave.save)
    if (yield Ask(newland_frame("SETUPE0"), _NEWLAND_WAIT_S, tries=1)) is None:
        outcome.unconfirmed.append("lock")
    return outcome


def _ask_newland(tag: str) -> Generator[Ask, bytes | None, str | None]:
    """Give the value that is set, "?" where the reply tells none, None where none came."""
    reply = yield Ask(newland_frame(f"{tag}*"), _NEWLAND_WAIT_S, tries=1)
    if reply is None:
        return None
    found = decode_newland(reply)
    if found.verdict is not Verdict.ACK or not found.command.startswith(tag):
        return "?"
    return found.command.removeprefix(tag).strip("*") or "?"


def _set_newland(
    name: str, outcome: Outcome, tag: str, before: str | None, *, wanted: str, kept: bool
) -> _Step:
    if before == wanted:
        return True
    command = tag + wanted
    reply = yield Ask(newland_frame(command, kept=kept), _NEWLAND_WAIT_S, tries=1)
    good = reply is not None
    if reply is not None:
        found = decode_newland(reply)
        good = found.verdict is Verdict.ACK and found.command == command
    (outcome.changed if good else outcome.failed).append(name)
    return good


@dataclass(frozen=True, slots=True)
class _Trait:
    plan: Callable[[Leave], Plan]
    again_s: float
    saves_at_first: bool
    """Whether the first run writes to flash though nothing differs: a lock cannot be read back."""
    after_code: bool = False
    """Whether a code ends the reading, so that it must be started again."""
    saves_a_run: int = 1
    """How often a run may write to flash."""


_TRAITS = {
    ScannerModel.GM65: _Trait(_plan_gm65, 60.0, saves_at_first=True),
    ScannerModel.GM812: _Trait(_plan_grow, 60.0, saves_at_first=True),
    ScannerModel.GM72: _Trait(_plan_ssi, 5.0, saves_at_first=False, after_code=True),
    ScannerModel.NEWLAND: _Trait(_plan_newland, 60.0, saves_at_first=False, saves_a_run=2),
}


class SetUpRun:
    """Runs the plan of a model: after opening, and again and again to see whether it holds.

    The owner sends what `due` gives while the line is quiet, hands in replies, and takes outcomes.
    Lives through reopenings, since it counts the writes to flash. PLAIN never has anything due.
    """

    def __init__(self, model: ScannerModel, end: ScanEnd = ScanEnd.ANY) -> None:
        self._trait = _TRAITS.get(model)
        self._end = end
        self._plan: Plan | None = None
        self._ask: Ask | None = None
        self._tries = 0
        self._until_s: float | None = None
        self._draining = False
        self._next_run_s = float("inf")
        self._saves_s: list[float] = []
        self._saved_once = False
        self._outcome: Outcome | None = None

    def begin(self, now_s: float) -> None:
        """The port was opened: set up anew."""
        self._plan = self._ask = self._until_s = self._outcome = None
        self._draining = False
        self._next_run_s = now_s if self._trait is not None else float("inf")

    def code_came(self, now_s: float, *, odd: bool) -> None:
        """A code was read; an `odd` one may have been meant to set the scanner up."""
        if self._trait is not None and self._plan is None and (odd or self._trait.after_code):
            after_s = AFTER_ODD_CODE_S if odd else 0.0
            self._next_run_s = min(self._next_run_s, now_s + after_s)

    def next_s(self) -> float:
        """Give when `due` is to be asked next, at the latest."""
        if self._plan is None:
            return self._next_run_s
        return self._until_s if self._until_s is not None else float("-inf")

    def due(self, now_s: float) -> bytes | None:
        """Give what is to be sent now, if anything; once for each try."""
        if self._plan is None and now_s >= self._next_run_s:
            self._start(now_s)
        if self._until_s is not None and now_s >= self._until_s:
            self._time_out(now_s)
        if self._ask is None or self._until_s is not None:
            return None
        self._tries += 1
        self._until_s = now_s + self._ask.wait_s
        self._note_save(self._ask.frame, now_s)
        return self._ask.frame

    def take_reply(self, frame: bytes, now_s: float) -> None:
        """Take a reply. One that nobody waits for is nothing."""
        if self._until_s is not None and not self._draining:
            self._until_s = None
            self._go_on(frame, now_s)

    def take_outcome(self) -> Outcome | None:
        """Give what the last run came to, once."""
        outcome, self._outcome = self._outcome, None
        return outcome

    def _time_out(self, now_s: float) -> None:
        """Go on without a reply, or try again, after as long a wait again: no late one counts."""
        assert self._ask is not None  # noqa: S101 - only what was asked can be waited for
        self._until_s = None
        if self._tries >= self._ask.tries:
            self._go_on(None, now_s)
        elif self._draining:
            self._draining = False
        else:
            self._draining = True
            self._until_s = now_s + self._ask.wait_s

    def _start(self, now_s: float) -> None:
        assert self._trait is not None  # noqa: S101 - no run is ever due without one
        self._saves_s = [at_s for at_s in self._saves_s if now_s - at_s < DAY_S]
        wanted = not self._trait.saves_at_first or not self._saved_once
        save = wanted and len(self._saves_s) + self._trait.saves_a_run <= SAVES_A_DAY
        self._plan = self._trait.plan(Leave(save, self._end))
        self._next_run_s = float("inf")
        self._go_on(None, now_s, first=True)

    def _go_on(self, reply: bytes | None, now_s: float, *, first: bool = False) -> None:
        assert self._plan is not None  # noqa: S101 - called within a run
        try:
            self._ask = next(self._plan) if first else self._plan.send(reply)
        except StopIteration as done:
            self._end_run(done.value, now_s)
        self._tries = 0

    def _end_run(self, outcome: Outcome, now_s: float) -> None:
        assert self._trait is not None  # noqa: S101 - called within a run
        self._plan = self._ask = None
        self._outcome = outcome
        if outcome.changed:
            self._saved_once = False  # save what was put right, in the next run
        again_s = self._trait.again_s if outcome.answered else AGAIN_UNANSWERED_S
        self._next_run_s = now_s + again_s

    def _note_save(self, frame: bytes, now_s: float) -> None:
        if frame == grow_save():
            self._saved_once = True
        elif frame != ssi_host_mode() and not frame.startswith(b"\x7e\x010000@"):
            return
        self._saves_s.append(now_s)
