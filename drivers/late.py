"""Which answers of timed-out reads may still come, and what must be asked before it is safe.

An answer on the wire does not say which request it belongs to. The rules here keep the late
answer of an old read from passing for the answer of a new one:

- A board answers in order. Once a later request is answered, nothing older can follow.
- So after a read timed out, a *fence* is asked first: a read whose answer has another form.
- Where a family has no fence, or the fence stays silent too, `late_ms` after the time-out the
  answer counts as lost.

Pure: no port and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.codec import BoardCodec, Read, Reply, Request


@dataclass(frozen=True, slots=True)
class _Asked:
    request: Request
    lost_at_s: float


class LateAnswers:
    """The reads of each board whose answers may still come, oldest first.

    An answer may come until `late_s` after the request's own time-out.
    """

    def __init__(self, codec: BoardCodec, *, late_s: float) -> None:
        self._codec = codec
        self._late_s = late_s
        self._of_board: dict[int, list[_Asked]] = {}

    def asked(self, request: Request, *, deadline_s: float) -> None:
        """Note that `request` was sent. A write is left out: its reply is never a reading."""
        if isinstance(request, Read):
            asked = _Asked(request, deadline_s + self._late_s)
            self._of_board.setdefault(request.board, []).append(asked)

    def came(self, reply: Reply) -> None:
        """Note a reply: the oldest request that it fits, and all before that, are done."""
        pending = self._of_board.get(reply.board, [])
        for place, entry in enumerate(pending):
            if self._codec.answers(entry.request, reply):
                del pending[: place + 1]
                return

    def is_safe(self, request: Request, now_s: float) -> bool:
        """Tell whether no late answer can be taken for an answer to `request`."""
        if not isinstance(request, Read):
            return True
        pending = self._pending(request.board, now_s)
        return all(self._codec.fence(entry.request) == request for entry in pending)

    def fence(self, board: int, now_s: float) -> Request | None:
        """Return what to ask of `board` first, or None if only waiting helps."""
        pending = self._pending(board, now_s)
        return self._codec.fence(pending[0].request) if pending else None

    def safe_at_s(self, board: int, now_s: float) -> float:
        """Return when waiting alone makes the board safe."""
        return max((e.lost_at_s for e in self._pending(board, now_s)), default=now_s)

    def _pending(self, board: int, now_s: float) -> list[_Asked]:
        pending = [e for e in self._of_board.get(board, []) if e.lost_at_s > now_s]
        self._of_board[board] = pending
        return pending
