"""Finds which board hangs on a port: family, baud rate and address, by read-only frames alone.

Asks as the codecs of the listed families ask for doors, and nothing else: no lock is fired and no
setting written. Every family is asked at its usual baud rate and first address, then at the next
addresses, then at other baud rates. What answered is asked again, so that one lucky frame of noise
is not a board; then the same bus is searched for more boards of that family, and the other families
are asked at the same addresses, for some read alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus
from drivers.codec import DoorsReply, DoorState, OutputsOff, Pulse, Refusal, Request
from drivers.exchange import Direction, Exchange, NotSentError, TraceEntry
from drivers.family import BoardProfile
from drivers.port import PortError, PortUnavailableError
from drivers.profile import make_codec
from drivers.serial_port import SerialPort, open_serial_port
from locker.contract.text import Catalogue
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
TRIPS = 3
LEAST_ANSWER_S = 0.1
"""Beside a board that answered, others are waited for three times as long as that one took."""
PAUSE_S = 0.06
"""Between two families: no board may take the end of one question and the next for one frame."""
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


class _Line:
    """The one port, opened anew for another baud rate."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._baud = 0
        self._port: SerialPort | None = None

    def at(self, baud: int) -> SerialPort:
        """Give the port at this baud rate."""
        if self._port is None or baud != self._baud:
            self.close()
            self._port = open_serial_port(self._url, baud=baud, clock=time.monotonic)
            self._baud = baud
        return self._port

    def close(self) -> None:
        """Close the port."""
        if self._port is not None:
            self._port.close()
        self._port = None


@dataclass(slots=True)
class _Met:
    """A board that answered, with the profile that it was asked by and its slowest round trip."""

    finding: Finding
    profile: BoardProfile
    slowest_s: float

    @property
    def patience_s(self) -> float:
        """How long to wait for another board on its bus."""
        return min(max(TRIPS * self.slowest_s, LEAST_ANSWER_S), ANSWER_S)


class Probe:
    """One search on one port. `tell` hears what is being tried, and how far it is (0 to 1)."""

    def __init__(
        self, url: str, *, every_address: bool, tell: Callable[[str, float], None]
    ) -> None:
        self._url = url
        self._every = every_address
        self._tell = tell
        self._line = _Line(url)
        self._tried = 0
        self._stray = b""
        self._slow: set[int] = set()
        """Addresses of which something came, too late for their question."""

    def run(self) -> Probed:
        """Search. Raises TroubleError where the port cannot be opened or dies."""
        try:
            found = self._search()
        except PortUnavailableError as error:
            raise unavailable(error) from error
        except PortError as error:
            raise _pulled(self._url, error) from error
        finally:
            self._line.close()
        return Probed(tuple(_weighed(found)), self._tried, self._stray[:64])

    def _search(self) -> list[Finding]:
        plan = probe_plan(every_address=self._every)
        doubtful: list[_Met] = []
        for at, profile in enumerate(plan):
            self._tell(_words(profile), at / len(plan))
            met = self._ask(profile, ANSWER_S)
            if met is not None and met.finding.answered == met.finding.asked:
                return self._around(met)
            doubtful += [] if met is None else [met]
        return [one.finding for one in doubtful]

    def _around(self, met: _Met) -> list[Finding]:
        """Search the bus of a board that was found."""
        found = [met, *self._neighbours(met)]
        beside: list[_Met] = []
        for other in rivals_of(met.profile):
            for one in found:
                if one.finding.address in FACTS_OF[other.family].addresses:
                    asked = replace(other, boards=(one.finding.address,))
                    rival = self._ask(asked, met.patience_s)
                    beside += [] if rival is None else [rival]
                    if rival is None:
                        break
        return [one.finding for one in (*found, *beside)]

    def _neighbours(self, met: _Met) -> Iterator[_Met]:
        """Look for more boards of a family that was found, on the same bus."""
        facts = FACTS_OF[met.profile.family]
        wanted = facts.addresses if self._every else facts.addresses[:NEXT_ADDRESSES]
        ahead = [a for a in wanted if a not in {met.finding.address, *facts.alone}]
        known = {met.finding.address}
        for at, address in enumerate(ahead):
            profile = replace(met.profile, boards=(address,))
            self._tell(_words(profile), at / len(ahead))
            neighbour = self._ask(profile, met.patience_s)
            if neighbour is not None:
                known.add(address)
                yield neighbour
        for address in sorted(self._slow.intersection(ahead) - known):
            slow = self._ask(replace(met.profile, boards=(address,)), ANSWER_S)
            if slow is not None:
                yield slow

    def _ask(self, profile: BoardProfile, answer_s: float) -> _Met | None:
        heard = bytearray()

        def hear(entry: TraceEntry) -> None:
            if entry.direction is Direction.IN:
                heard.extend(entry.data)

        port = self._line.at(profile.baud)
        bus = Bus(port, make_codec(profile), profile, time.monotonic, hear)
        request = read_only(profile.door_reads(profile.boards[0])[0])
        first = self._once(bus, request, answer_s)
        reply = hex_of(bytes(heard))
        if first is None or first.reply is None:
            if heard:
                self._slow.add(profile.boards[0])
            return None
        done = [first, *(self._once(bus, request, ANSWER_S) for _ in range(AGAIN))]
        answers = [one for one in done if one is not None and one.reply is not None]
        time.sleep(PAUSE_S)
        finding = _finding(profile, first, answered=len(answers), reply=reply)
        return _Met(finding, profile, max(map(_trip_s, answers)))

    def _once(self, bus: Bus, request: Request, answer_s: float) -> Exchange | None:
        self._tried += 1
        try:
            done = bus.exchange(request, timeout_s=answer_s)
        except NotSentError as error:
            if isinstance(error.__cause__, PortError):
                raise error.__cause__ from error
            return None
        if done.lost is not None:
            raise done.lost
        self._stray += done.stray
        self._slow |= {reply.board for reply in done.stale}
        return done


def _trip_s(done: Exchange) -> float:
    return 0.0 if done.replied_at is None else done.replied_at - done.sent_at


def _words(profile: BoardProfile) -> str:
    return f"{profile.family.value}, {profile.baud} baud, address {profile.boards[0]}"


def read_only(request: Request) -> Request:
    """Give the request back if it can move and change nothing; a probe sends nothing else."""
    if isinstance(request, Pulse | OutputsOff):
        raise TypeError(f"a probe never sends {request!r}")
    return request


def probe_plan(*, every_address: bool) -> list[BoardProfile]:
    """Give what to ask, in order: the likeliest first."""
    usual = [choose_profile(family.value) for family in FACTS_OF]
    by_family = [_addressed(profile, every=every_address) for profile in usual]
    rounds = max(map(len, by_family))
    plan = []
    for turn in range(rounds):
        asked = [profiles[turn] for profiles in by_family if turn < len(profiles)]
        plan += sorted(asked, key=lambda profile: profile.baud)
    for baud in OTHER_BAUDS:
        plan += [replace(p, baud=baud, boards=p.boards[:1]) for p in usual if p.baud != baud]
    return plan


def rivals_of(profile: BoardProfile) -> list[BoardProfile]:
    """Give the other families, at the baud rate of a board that was found."""
    others = [choose_profile(family.value) for family in FACTS_OF if family is not profile.family]
    return [replace(other, baud=profile.baud) for other in others]


def _addressed(profile: BoardProfile, *, every: bool) -> list[BoardProfile]:
    facts = FACTS_OF[profile.family]
    wanted = facts.addresses if every else facts.addresses[:FIRST_ADDRESSES]
    ordered = dict.fromkeys((*profile.boards[:1], *(a for a in wanted if a not in facts.alone)))
    return [replace(profile, boards=(address,)) for address in ordered]


def _finding(profile: BoardProfile, done: Exchange, *, answered: int, reply: str) -> Finding:
    event, family = done.reply, profile.family.value
    asked = AGAIN + 1
    locks = None
    if isinstance(event, DoorsReply):
        locks = sum(state is not DoorState.UNKNOWN for state in event.doors.values())
    whole = answered == asked
    sure = ("certain" if is_checked(family) else "likely") if whole else "perhaps"
    refuses = f"it refuses the reading, code {event.code:02X}" if isinstance(event, Refusal) else ""
    return Finding(
        family, profile.baud, profile.boards[0], sure, refuses, asked, answered, locks, reply
    )


def is_checked(board: str) -> bool:
    """Tell whether a family's frames carry a check."""
    return board in CHECK_BYTE_LAST | TWO_CHECK_BYTES


def because(one: Finding, found: Sequence[Finding], texts: Catalogue) -> str:
    """Say why a finding is as sure as it is; `found` are all of one search."""
    kind = "checked" if is_checked(one.board) else "unchecked"
    kind = kind if one.answered == one.asked else "few"
    words = [texts(f"probe.{kind}", asked=one.asked, answered=one.answered)]
    if rivals := _rivals(one, found):
        alike = all(rival.reply == one.reply for rival in rivals)
        names = ", ".join(rival.board for rival in rivals)
        words.append(texts(f"probe.{'alike' if alike else 'fits_too'}", names=names))
    return "; ".join(words)


def _rivals(one: Finding, found: Sequence[Finding]) -> list[Finding]:
    return [f for f in found if f.address == one.address and f.board != one.board]


def _pulled(url: str, error: PortError) -> TroubleError:
    return TroubleError("probe_broken_off", port=url, detail=str(error), code=ExitCode.SILENT)


def _weighed(found: Sequence[Finding]) -> Iterator[Finding]:
    """Where two families both fit one address, nothing is certain."""
    english = Catalogue.load("locker.diag", "technician", "en")
    for one in found:
        words = "; ".join(filter(None, (because(one, found, english), one.because)))
        sure = "perhaps" if _rivals(one, found) else one.sure
        yield replace(one, sure=sure, because=words)
