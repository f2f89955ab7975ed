"""Which answers of timed-out reads may still come, and what must be asked before it is safe.

An answer on the wire does not say which request it belongs to. The rules here keep the late
answer of an old read from passing for the answer of a new one:

- A board answers in order. Once a later request is answered, nothing older can follow.
- So after a read timed out, a *fence* is asked first: a read whose answer has another form.
- Where a family has no fence, or the fence stays silent too, nothing is read until the late answer
  came, or `late_ms` after the time-out, when it counts as lost.
- A write's answer is no reading, and is left out. But some families may answer a pulse with the
  frame of a reading [KERONG, B3 B4]: there an unanswered pulse is kept in mind like a read.
- An answer belongs to the oldest request that it fits. So a pulse, which waits for nothing, is not
  acknowledged by the late answer of a reading.

Pure: no port and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.codec import BoardCodec, DoorsReply, Read, Reply, Request


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One request whose answer may still come; `lost_at_s` is when it counts as lost."""

    request: Request
    lost_at_s: float


class LateAnswers:
    """The reads of each board whose answers may still come, oldest first.

    An answer may come until `late_s` after the request's own time-out.
    """

    def __init__(self, codec: BoardCodec, *, late_s: float) -> None:
        self._codec = codec
        self._late_s = late_s
        self._of_board: dict[int, list[Asked]] = {}

    def asked(self, request: Request, *, deadline_s: float, expected: bool = True) -> Asked:
        """Note that `request` was sent, if its answer can pass for a reading; return the note.

        Where the profile expects no answer one may come all the same, for profiles can be wrong: it
        is kept in mind until the deadline.
        """
        asked = Asked(request, deadline_s + (self._late_s if expected else 0.0))
        if isinstance(request, Read) or self._may_pass_for_reading(request):
            self._of_board.setdefault(request.board, []).append(asked)
        return asked

    def came(self, reply: Reply) -> Asked | None:
        """Return the oldest request that a reply fits; it and all before it are done."""
        pending = self._of_board.get(reply.board, [])
        for place, entry in enumerate(pending):
            if self._codec.answers(entry.request, reply):
                del pending[: place + 1]
                return entry
        return None

    def is_safe(self, request: Request, now_s: float) -> bool:
        """Tell whether no late answer can be taken for an answer to `request`."""
        pending = self._pending(request.board, now_s)
        if not isinstance(request, Read):
            return True
        return all(self._codec.fence(entry.request) == request for entry in pending)

    def fence(self, board: int, now_s: float) -> Request | None:
        """Return what to ask of `board` first, or None if only waiting helps."""
        pending = self._pending(board, now_s)
        return self._codec.fence(pending[0].request) if pending else None

    def safe_at_s(self, board: int, now_s: float) -> float:
        """Return when waiting alone makes the board safe."""
        return max((e.lost_at_s for e in self._pending(board, now_s)), default=now_s)

    def awaited(self, board: int, now_s: float) -> Request | None:
        """Return the oldest request of `board` whose answer may still come."""
        pending = self._pending(board, now_s)
        return pending[0].request if pending else None

    def _may_pass_for_reading(self, request: Request) -> bool:
        """Tell whether the family may answer a write with the frame of a reading."""
        return self._codec.answers(request, DoorsReply(request.board, {}))

    def _pending(self, board: int, now_s: float) -> list[Asked]:
        pending = [e for e in self._of_board.get(board, []) if e.lost_at_s > now_s]
        self._of_board[board] = pending
        return pending
