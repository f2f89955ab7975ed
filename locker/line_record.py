"""What one bus has been like: counted and timed as it happens, with the last bytes kept.

Measures by wrapping the bus; changes nothing that goes over it. Written by the bus's own thread,
read by others. Knows no family's frames but by asking a codec whether bytes would be one.
"""

from __future__ import annotations

import statistics
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from drivers.codec import BoardCodec, NeedData, Request, Stray
from drivers.exchange import Direction, Exchange, Heard, NotSentError, TraceEntry
from drivers.port import PortLostError
from drivers.profile import BoardProfile, make_codec
from locker.board_worker import BoardBus
from locker.contract.kiosk import LineFigures
from locker.contract.tech import PAGE_BYTES, LineNow, Spread, TracePage, WireSeen

TRIPS_KEPT = 1000
ENTRIES_KEPT = 5000
PAGE_ENTRIES = 200
LONGEST_JUDGED = 64
SHORTEST_FRAME = 5
LONGEST_FRAME = 18
STRAYS_KEPT = 100
CHECK_BYTE_LAST = frozenset({"shuoming", "kecheng", "kerong-cu16", "kerong-cu48", "wkly", "dc02"})
"""Families whose frames end in one check byte: of these alone a bad checksum can be told."""


class LineRecord:
    """The figures and the trace of one bus. `mono` is the bus's clock, `wall` Unix seconds.

    `numbers` counts the entries of all buses, so that their traces can be joined in order.
    """

    def __init__(
        self,
        bus: int,
        profile: BoardProfile,
        *,
        numbers: Iterator[int],
        mono: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.bus = bus
        checked = profile.family.value in CHECK_BYTE_LAST
        self._fresh_codec = (lambda: make_codec(profile)) if checked else None
        self._mono = mono
        self._wall = wall
        self._since = wall()
        self._asked = self._replies = self._time_outs = self._not_sent = 0
        self._stray_bytes = 0
        self._bad_checksums = 0
        self._strays: deque[bytes] = deque(maxlen=STRAYS_KEPT)
        self._all_judged = True
        self._trips_ms: deque[float] = deque(maxlen=TRIPS_KEPT)
        self._entries: deque[tuple[int, TraceEntry]] = deque(maxlen=ENTRIES_KEPT)
        self._numbers = numbers
        self._lock = threading.Lock()

    def trace(self, entry: TraceEntry) -> None:
        """Keep one thing seen; the bus's trace hook."""
        with self._lock:
            self._entries.append((next(self._numbers), entry))

    def exchanged(self, done: Exchange) -> None:
        """Count one exchange."""
        with self._lock:
            self._asked += 1
            if done.reply is not None:
                self._replies += 1
            elif done.expected:
                self._time_outs += 1
            if done.reply is not None and done.replied_at is not None:
                self._trips_ms.append((done.replied_at - done.sent_at) * 1000)
        self.strayed(done.stray)

    def refused(self) -> None:
        """Count a request of which no byte was written."""
        with self._lock:
            self._not_sent += 1

    def lost(self, error: PortLostError) -> None:
        """Keep in the trace that the port is gone."""
        self.trace(TraceEntry(self._mono(), Direction.NOTE, b"", f"port lost: {error.detail}"))

    def strayed(self, data: bytes) -> None:
        """Count bytes of no valid frame."""
        if not data:
            return
        with self._lock:
            self._stray_bytes += len(data)
            self._all_judged = self._all_judged and len(self._strays) < STRAYS_KEPT
            self._strays.append(data[:LONGEST_JUDGED])

    def now(self) -> LineNow:
        """Give the figures so far. Damaged frames are looked for here, not while a lock waits."""
        self._judge_strays()
        with self._lock:
            trips = sorted(self._trips_ms)
            return LineNow(
                bus=self.bus,
                since=self._since,
                asked=self._asked,
                replies=self._replies,
                time_outs=self._time_outs,
                not_sent=self._not_sent,
                stray_bytes=self._stray_bytes,
                bad_checksums=self._bad_checksums if self._can_judge else None,
                round_trip=_spread(trips) if trips else None,
            )

    def figures(self, port: str) -> LineFigures:
        """Give those of them that the technician's page at the glass shows."""
        now = self.now()
        return LineFigures(
            bus=now.bus,
            port=port,
            asked=now.asked,
            time_outs=now.time_outs,
            bad_checksums=now.bad_checksums,
            median_ms=now.round_trip.median_ms if now.round_trip else None,
        )

    @property
    def _can_judge(self) -> bool:
        return self._fresh_codec is not None and self._all_judged

    def _judge_strays(self) -> None:
        with self._lock:
            strays = list(self._strays)
            self._strays.clear()
        if self._fresh_codec is not None:
            fresh = self._fresh_codec
            self._bad_checksums += sum(damaged_frames(data, fresh) for data in strays)

    def seen(self) -> list[WireSeen]:
        """Give the entries that are kept, oldest first."""
        with self._lock:
            kept = list(self._entries)
        offset = self._wall() - self._mono()
        return [self._seen(n, entry, offset) for n, entry in kept]

    def newest(self) -> int:
        """Give the number of the newest entry, -1 where there is none."""
        with self._lock:
            return self._entries[-1][0] if self._entries else -1

    def _seen(self, n: int, entry: TraceEntry, offset: float) -> WireSeen:
        return WireSeen(
            n=n,
            bus=self.bus,
            at=round(entry.at_s + offset, 6),
            direction=entry.direction.value,
            hex=entry.data.hex(" ").upper(),
            meaning=entry.note,
        )


def trace_page(records: Iterable[LineRecord], after: int) -> TracePage:
    """Join what several buses saw behind entry `after`; with -1 only say where the end is."""
    buses = list(records)
    newest = max((record.newest() for record in buses), default=-1)
    if after < 0:
        return TracePage(entries=(), next=max(newest, 0))
    found = sorted((w for r in buses for w in r.seen() if w.n > after), key=lambda w: w.n)
    page, size = found[:PAGE_ENTRIES], 0
    for count, wire in enumerate(page):
        size += len(wire.hex) + len(wire.meaning) + 100
        if size > PAGE_BYTES:
            page = page[:count]
            break
    lost = max(0, found[0].n - after - 1) if found else 0
    return TracePage(entries=tuple(page), next=page[-1].n if page else after, lost=lost)


class RecordedBus:
    """A bus whose every exchange is counted in a `LineRecord`."""

    def __init__(self, bus: BoardBus, record: LineRecord) -> None:
        self._bus = bus
        self._record = record

    def exchange(
        self, request: Request, *, timeout_s: float | None = None, wake_fd: int | None = None
    ) -> Exchange:
        """Exchange as `Bus.exchange` does, and count it."""
        try:
            done = self._bus.exchange(request, timeout_s=timeout_s, wake_fd=wake_fd)
        except NotSentError as error:
            self._record.refused()
            if isinstance(error.__cause__, PortLostError):
                self._record.lost(error.__cause__)
            raise
        self._record.exchanged(done)
        if done.lost is not None:
            self._record.lost(done.lost)
        return done

    def listen(self, duration_s: float, *, wake_fd: int | None = None) -> Heard:
        """Listen as `Bus.listen` does, and count what was stray."""
        heard = self._bus.listen(duration_s, wake_fd=wake_fd)
        self._record.strayed(heard.stray)
        if heard.lost is not None:
            self._record.lost(heard.lost)
        return heard


def damaged_frames(data: bytes, fresh_codec: Callable[[], BoardCodec]) -> int:
    """Count the parts that would be a frame if their last byte, the check, were another."""
    count = at = 0
    while at + SHORTEST_FRAME <= len(data):
        length = _damaged_at(data[at:], fresh_codec) if _may_begin(data[at], fresh_codec) else 0
        count += length > 0
        at += length or 1
    return count


def _may_begin(head: int, fresh_codec: Callable[[], BoardCodec]) -> bool:
    codec = fresh_codec()
    codec.receive_data(bytes((head,)))
    return isinstance(codec.next_event(), NeedData)


def _damaged_at(data: bytes, fresh_codec: Callable[[], BoardCodec]) -> int:
    """Give the length of the damaged frame that begins here, the longest first; 0 for none."""
    for length in range(min(len(data), LONGEST_FRAME), SHORTEST_FRAME - 1, -1):
        for check in range(256):
            codec = fresh_codec()
            codec.receive_data(data[: length - 1] + bytes((check,)))
            codec.receive_silence()
            event = codec.next_event()
            if not isinstance(event, NeedData | Stray) and not codec.discard():
                return length
    return 0


def _spread(trips: list[float]) -> Spread:
    return Spread(
        count=len(trips),
        least_ms=round(trips[0], 2),
        median_ms=round(statistics.median(trips), 2),
        p95_ms=round(trips[min(len(trips) - 1, round(0.95 * len(trips)))], 2),
        most_ms=round(trips[-1], 2),
    )
