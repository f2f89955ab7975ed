"""How one event changes the records: the only place where records are written."""

from __future__ import annotations

from locker.contract.event import Event
from locker.core.state import Draft


def fold(draft: Draft, event: Event, at: float) -> None:
    """Put the event's consequence into the draft; `at` is its stamp's wall time, Unix seconds.

    Replaying a journal gives the same records.
    """
    raise NotImplementedError
