"""Finds which board hangs on a port: family, baud rate and address, by read-only frames alone.

Asks as the codecs of the listed families ask for doors, and nothing else: no lock is fired and no
setting written. Each family is asked at its usual baud rate first, then at others. What answered is
asked again, so that one lucky frame of noise is not a board.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus, Direction, Exchange, NotSentError, TraceEntry
from drivers.codec import DoorsReply, DoorState, OutputsOff, Pulse, Refusal, Request
from drivers.family import BoardProfile
from drivers.port import PortError, PortUnavailableError
from drivers.profile import make_codec
from drivers.serial_port import SerialPort, open_serial_port
from locker.diag.frame_text import hex_of
from locker.diag.profile_choice import choose_profile
from locker.diag.refusal import unavailable
from locker.diag.trouble import ExitCode, TroubleError
from locker.line_record import CHECK_BYTE_LAST

OTHER_BAUDS = (9600, 19200, 115200, 57600, 38400)
FIRST_ADDRESSES = 4
NEXT_ADDRESSES = 16
AGAIN = 3
ANSWER_S = 0.3
"""A board may take 200 ms; the wire's own time comes on top."""
TWO_CHECK_BYTES = frozenset({"modbus-relay"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One board that answered. `sure`: certain, likely or perhaps, with the reason in `because`.

    `locks`: doors that its answer told of; None where it did not.
    """

    board: str
    baud: int
    address: int
    sure: str
    because: str
    asked: int
    answered: int
    locks: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class Probed:
    """All that a probe found. `stray`: bytes that came and were no frame of any family."""

    found: tuple[Finding, ...]
    tried: int
    stray: bytes


@dataclass(slots=True)
class _Tally:
    tried: int = 0
    stray: bytes = b""


class Probe:
    """One search on one port. `tell` hears what is being tried, and how far it is (0 to 1)."""

    def __init__(
        self, url: str, *, every_address: bool, tell: Callable[[str, float], None]
    ) -> None:
        self._url = url
        self._every = every_address
        self._tell = tell
        self._tally = _Tally()

    def run(self) -> Probed:
        """Search. Raises TroubleError where the port cannot be opened or dies."""
        found: list[Finding] = []
        plan = list(_plan(every_address=self._every))
        try:
            for at, (baud, profiles) in enumerate(plan):
                found += self._at_baud(baud, profiles, done=at / len(plan), part=1 / len(plan))
                if found:
                    break
        except PortUnavailableError as error:
            raise unavailable(error) from error
        return Probed(tuple(_weighed(found)), self._tally.tried, self._tally.stray[:64])

    def _at_baud(
        self, baud: int, profiles: list[BoardProfile], *, done: float, part: float
    ) -> list[Finding]:
        port = open_serial_port(self._url, baud=baud, clock=time.monotonic)
        found: list[Finding] = []
        try:
            for at, profile in enumerate(profiles):
                address = profile.boards[0]
                name = profile.family.value
                reached = done + part * at / len(profiles)
                self._tell(f"{name}, {baud} baud, address {address}", reached)
                finding = self._ask(port, profile)
                if finding is not None:
                    found.append(finding)
                    found += self._neighbours(port, profile)
        except PortError as error:
            raise _pulled(self._url, error) from error
        finally:
            port.close()
        return _unique(found)

    def _neighbours(self, port: SerialPort, profile: BoardProfile) -> Iterator[Finding]:
        """Look for more boards of a family that was found, on the same bus."""
        addresses = FACTS_OF[profile.family].addresses
        alone = FACTS_OF[profile.family].alone
        for address in addresses if self._every else addresses[:NEXT_ADDRESSES]:
            if address not in {*profile.boards, *alone}:
                finding = self._ask(port, replace(profile, boards=(address,)))
                if finding is not None:
                    yield finding

    def _ask(self, port: SerialPort, profile: BoardProfile) -> Finding | None:
        heard = bytearray()

        def hear(entry: TraceEntry) -> None:
            if entry.direction is Direction.IN:
                heard.extend(entry.data)

        bus = Bus(port, make_codec(profile), profile, time.monotonic, hear)
        request = read_only(profile.door_reads(profile.boards[0])[0])
        first = self._once(bus, request)
        reply = hex_of(bytes(heard))
        if first is None or first.reply is None:
            return None
        answered = 1
        for _ in range(AGAIN):
            again = self._once(bus, request)
            answered += again is not None and again.reply is not None
        return _finding(profile, first, answered=answered, reply=reply)

    def _once(self, bus: Bus, request: Request) -> Exchange | None:
        self._tally.tried += 1
        try:
            done = bus.exchange(request, timeout_s=ANSWER_S)
        except NotSentError as error:
            if isinstance(error.__cause__, PortError):
                raise error.__cause__ from error
            return None
        if done.lost is not None:
            raise done.lost
        self._tally.stray += done.stray
        return done


def read_only(request: Request) -> Request:
    """Give the request back if it can move and change nothing; a probe sends nothing else."""
    if isinstance(request, Pulse | OutputsOff):
        raise TypeError(f"a probe never sends {request!r}")
    return request


def _plan(*, every_address: bool) -> Iterator[tuple[int, list[BoardProfile]]]:
    """Give what to ask at each baud rate: usual rates with more addresses first."""
    usual = [choose_profile(family.value) for family in FACTS_OF]
    bauds = sorted({profile.baud for profile in usual}, key=lambda b: (b != 9600, b))
    for baud in bauds:
        at_home = [profile for profile in usual if profile.baud == baud]
        yield baud, [p for profile in at_home for p in _addressed(profile, every=every_address)]
    for baud in OTHER_BAUDS:
        strangers = [replace(p, baud=baud) for p in usual if p.baud != baud]
        yield baud, [q for p in strangers for q in _addressed(p, every=False, count=1)]


def _addressed(
    profile: BoardProfile, *, every: bool, count: int = FIRST_ADDRESSES
) -> list[BoardProfile]:
    facts = FACTS_OF[profile.family]
    wanted = facts.addresses if every else facts.addresses[:count]
    ordered = dict.fromkeys((*profile.boards[:1], *(a for a in wanted if a not in facts.alone)))
    return [replace(profile, boards=(address,)) for address in ordered]


def _finding(profile: BoardProfile, done: Exchange, *, answered: int, reply: str) -> Finding:
    event, family = done.reply, profile.family.value
    asked = AGAIN + 1
    locks = None
    if isinstance(event, DoorsReply):
        locks = sum(state is not DoorState.UNKNOWN for state in event.doors.values())
    checked = family in CHECK_BYTE_LAST | TWO_CHECK_BYTES
    if answered == asked and checked:
        sure, because = "certain", f"{answered} of {asked} answers, each with a right check"
    elif answered == asked:
        sure, because = "likely", f"{answered} of {asked} answers; its frames carry no check"
    else:
        sure, because = "perhaps", f"only {answered} of {asked} answers"
    if isinstance(event, Refusal):
        because += f"; it refuses the reading, code {event.code:02X}"
    return Finding(
        family, profile.baud, profile.boards[0], sure, because, asked, answered, locks, reply
    )


def _unique(found: list[Finding]) -> list[Finding]:
    return list({(one.board, one.address): one for one in found}.values())


def _pulled(url: str, error: PortError) -> TroubleError:
    return TroubleError(
        tried=f"probe {url}", seen=str(error), cause="the cable was pulled meanwhile",
        remedy="plug it in and probe again", code=ExitCode.SILENT,
    )  # fmt: skip


def _weighed(found: list[Finding]) -> Iterator[Finding]:
    """Where two families both fit one address, nothing is certain."""
    for one in found:
        rivals = [f for f in found if f.address == one.address and f.board != one.board]
        if not rivals:
            yield one
            continue
        names = ", ".join(rival.board for rival in rivals)
        alike = all(rival.reply == one.reply for rival in rivals)
        why = "read alike, only their pulses differ: see the label" if alike else "fits as well"
        yield replace(one, sure="perhaps", because=f"{one.because}; {names} {why}")
