"""One half-duplex bus: one request, at most one reply, one deadline.

Knows how to talk in turn, and no family's frames. Owned by one thread.

- A frame is written once, in one write. Nothing is ever written a second time by itself.
- Between the last byte on the line and the next frame lies the profile's gap.
- Reports that a board sends unasked are skipped as answers and given back.
- The answer to a request that had timed out must never pass for the answer to a later one.
  After a *read* timed out, the next read of that board first sends a fence, or waits where the
  family has none; a pulse never waits. See `drivers.late`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drivers.codec import (
    BoardCodec,
    DoorReply,
    DoorReport,
    DoorsReply,
    NeedData,
    OutputsOffReply,
    OutputsReply,
    Pulse,
    PulseReply,
    Refusal,
    Reply,
    Request,
    Stray,
    Write,
)
from drivers.echo import EchoFilter
from drivers.exchange import (
    Direction,
    Exchange,
    Harvest,
    Heard,
    NotSentCause,
    NotSentError,
    Trace,
    TraceEntry,
)
from drivers.late import Asked, LateAnswers
from drivers.port import Port, PortLostError
from drivers.profile import BoardProfile
from drivers.wiring import Echo, UnlockReply

MAX_STRAY = 1024
"""Stray bytes kept in one result. The trace has them all."""


class Bus:
    """The bus behind one port. `clock` is monotonic and the one that the port's deadlines use."""

    def __init__(
        self,
        port: Port,
        codec: BoardCodec,
        profile: BoardProfile,
        clock: Callable[[], float],
        trace: Trace | None = None,
    ) -> None:
        self._port = port
        self._codec = codec
        self._profile = profile
        self._clock = clock
        self._trace = trace
        self._gap_s = profile.gap_ms / 1000
        self._echoes = profile.echo is Echo.ON
        self._quiet_since = clock() - self._gap_s
        self._silence_told = True
        self._late = LateAnswers(codec, late_s=profile.late_ms / 1000)
        self._asked: Asked | None = None

    @property
    def echoes(self) -> bool:
        """Tell whether the adapter returns what we send: by the profile, or by the last query."""
        return self._echoes

    def exchange(
        self, request: Request, *, timeout_s: float | None = None, wake_fd: int | None = None
    ) -> Exchange:
        """Send `request` once and wait for its one reply; see the module for what holds.

        `timeout_s` counts from the last byte of the request on the wire; by default it is the
        profile's. A read that follows a timed-out one may end without a reply because its fence got
        none; then only the fence was written. Where the family has no fence it may end so because
        a late answer may still come; then nothing was written, and it took at most `timeout_s`,
        less if `wake_fd` could be read: nothing is on the wire then that a pulse must wait for.
        Raises `NotSentError` when no byte was written, `RequestRangeError` or `RequestUnknownError`
        for a request that the board cannot have.
        """
        frame = self._codec.encode(request)
        if timeout_s is None:
            timeout_s = self._profile.reply_timeout_ms / 1000
        harvest = Harvest.empty()
        try:
            silent = self._settle(request, harvest, timeout_s=timeout_s, wake_fd=wake_fd)
            return silent or self._transact(request, frame, harvest, timeout_s=timeout_s)
        except PortLostError as error:
            raise NotSentError(request, NotSentCause.PORT_LOST) from error

    def listen(self, duration_s: float, *, wake_fd: int | None = None) -> Heard:
        """Collect what comes unasked for `duration_s`, or until `wake_fd` can be read."""
        harvest = Harvest.empty()
        lost: PortLostError | None = None
        until_s = self._clock() + duration_s
        try:
            self._gather(harvest, until_s, wake_fd=wake_fd)
        except PortLostError as error:
            lost = error
        return Heard(
            reports=tuple(harvest.reports),
            reported_at=tuple(harvest.reported_at),
            stray=bytes(harvest.stray),
            stale=tuple(harvest.stale),
            lost=lost,
        )

    # --- one exchange -----------------------------------------------------------------------

    def _transact(
        self, request: Request, frame: bytes, harvest: Harvest, *, timeout_s: float
    ) -> Exchange:
        self._wait_for_gap(request, harvest)
        self._keep_stray(harvest, self._codec.discard())
        sent_at = self._clock()
        expected = (
            not isinstance(request, Pulse) or self._profile.unlock_reply is not UnlockReply.NEVER
        )
        lost = self._write(request, frame)
        # A copy of a write is an echo only where echo is known; a copy of a query always is.
        echo = EchoFilter(b"" if isinstance(request, Write) and not self._echoes else frame)
        deadline_s = self._quiet_since + timeout_s
        self._asked = self._late.asked(request, deadline_s=deadline_s, expected=expected)
        if lost is None and expected:
            lost = self._await_reply(request, harvest, echo=echo, deadline_s=deadline_s)
        self._learn_echo(request, frame, echo=echo, harvest=harvest)
        replied_at = None if harvest.reply is None else min(self._quiet_since, self._clock())
        told = harvest.exchange(request, sent_at=sent_at, replied_at=replied_at, lost=lost)
        return replace(told, expected=expected, echo=echo.seen)

    def _write(self, request: Request, frame: bytes) -> PortLostError | None:
        """Write the frame; raise only when it is proven that nothing was written."""
        try:
            self._port.write(frame)
        except PortLostError as error:
            if error.written == 0:
                raise
            return error
        finally:
            self._quiet_since = self._clock() + len(frame) * self._profile.byte_s
        self._note(Direction.OUT, frame, repr(request))
        return None

    def _await_reply(
        self, request: Request, harvest: Harvest, *, echo: EchoFilter, deadline_s: float
    ) -> PortLostError | None:
        try:
            self._gather(harvest, deadline_s, request=request, echo=echo)
        except PortLostError as error:
            return error
        return None

    def _learn_echo(
        self, request: Request, frame: bytes, *, echo: EchoFilter, harvest: Harvest
    ) -> None:
        """Note whether the adapter echoes: no board sends a copy of a query."""
        if isinstance(request, Write):
            return
        at = harvest.stray.find(frame)
        if at >= 0:
            del harvest.stray[at : at + len(frame)]
            echo.seen = True
        if self._profile.echo is Echo.AUTO and (echo.seen or harvest.reply is not None):
            self._echoes = echo.seen

    def _settle(
        self, request: Request, harvest: Harvest, *, timeout_s: float, wake_fd: int | None
    ) -> Exchange | None:
        """Make sure that no answer of an earlier read can pass for one to `request`.

        Returns the exchange that ends here because the board did not even answer the fence, or
        because there is no fence and the late answer may still come.
        """
        if self._late.is_safe(request, self._clock()):
            return None
        self._gather(harvest, self._clock())
        give_up_s = max(self._clock(), self._quiet_since) + timeout_s
        while not self._late.is_safe(request, self._clock()):
            fence = self._late.fence(request.board, self._clock())
            if fence is None:
                if self._clock() < give_up_s and self._await_late(
                    request.board, harvest, give_up_s, wake_fd=wake_fd
                ):
                    continue
                return self._unasked(request, harvest)
            self._note(Direction.NOTE, b"", "fence: an earlier read got no answer")
            frame = self._codec.encode(fence)
            tried = self._transact(fence, frame, harvest, timeout_s=timeout_s)
            if tried.reply is None:
                return replace(tried, request=request)
            harvest.reply = None
        return None

    def _await_late(
        self, board: int, harvest: Harvest, give_up_s: float, *, wake_fd: int | None
    ) -> bool:
        """Wait for the oldest late answer of a board, which is taken for nothing.

        Returns whether the time was waited out or the answer came: False if it was woken.
        """
        now = self._clock()
        awaited = self._late.awaited(board, now)
        self._asked = None
        until_s = min(self._late.safe_at_s(board, now), give_up_s)
        self._gather(harvest, until_s, request=awaited, wake_fd=wake_fd)
        if harvest.reply is None:
            return self._clock() >= until_s
        harvest.stale.append(harvest.reply)
        harvest.reply = None
        return True

    def _unasked(self, request: Request, harvest: Harvest) -> Exchange:
        """Return the exchange of a read that was not even written."""
        self._note(
            Direction.NOTE, b"", "not asked: the answer to an earlier request may still come"
        )
        told = harvest.exchange(request, sent_at=self._clock(), replied_at=None, lost=None)
        return replace(told, asked=False)

    def _wait_for_gap(self, request: Request, harvest: Harvest) -> None:
        """Wait until the line was silent for the gap. Also takes in whatever has come."""
        give_up_s = self._clock() + self._profile.reply_timeout_ms / 1000
        self._gather(harvest, self._quiet_since + self._gap_s)
        while self._clock() < self._quiet_since + self._gap_s:
            if self._clock() >= give_up_s:
                raise NotSentError(request, NotSentCause.LINE_BUSY)
            self._gather(harvest, self._quiet_since + self._gap_s)

    # --- bytes in ---------------------------------------------------------------------------

    def _gather(
        self,
        harvest: Harvest,
        until_s: float,
        *,
        request: Request | None = None,
        echo: EchoFilter | None = None,
        wake_fd: int | None = None,
    ) -> None:
        """Take in what comes until `until_s`, or until `request` is answered, or woken."""
        while harvest.reply is None:
            silent_at = self._quiet_since + self._gap_s
            wait_until = until_s if self._silence_told else min(until_s, silent_at)
            data = self._port.read(wait_until, wake_fd)
            now = self._clock()
            if data:
                self._receive(data if echo is None else echo.feed(data), data, now)
            elif not self._silence_told and now >= silent_at:
                self._codec.receive_data(b"" if echo is None else echo.release())
                self._codec.receive_silence()
                self._silence_told = True
            elif now >= until_s or (wake_fd is not None and now < wait_until):
                return
            self._sort_events(harvest, request)

    def _receive(self, without_echo: bytes, data: bytes, now: float) -> None:
        self._quiet_since = max(now, self._quiet_since)
        self._silence_told = False
        self._note(Direction.IN, data, "")
        self._codec.receive_data(without_echo)

    def _sort_events(self, harvest: Harvest, request: Request | None) -> None:
        while not isinstance(event := self._codec.next_event(), NeedData):
            self._note(Direction.NOTE, b"", repr(event))
            match event:
                case Stray(data):
                    self._keep_stray(harvest, data)
                case DoorReport():
                    harvest.reports.append(event)
                    harvest.reported_at.append(self._clock())
                case PulseReply() | DoorsReply() | DoorReply():
                    self._place_reply(harvest, event, request)
                case OutputsReply() | OutputsOffReply() | Refusal():
                    self._place_reply(harvest, event, request)

    def _place_reply(self, harvest: Harvest, event: Reply, request: Request | None) -> None:
        owner = self._late.came(event)
        is_older = owner is not None and self._asked is not None and owner is not self._asked
        fits = request is not None and self._codec.answers(request, event)
        if fits and harvest.reply is None and not is_older:
            harvest.reply = event
        else:
            harvest.stale.append(event)

    def _keep_stray(self, harvest: Harvest, data: bytes) -> None:
        harvest.stray += data[: MAX_STRAY - len(harvest.stray)]

    def _note(self, direction: Direction, data: bytes, note: str) -> None:
        if self._trace is not None:
            self._trace(TraceEntry(self._clock(), direction, data, note))
