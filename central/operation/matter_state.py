"""The states of a matter and what moves it: one literal table. Pure.

A pair that is not in the table does not move the matter; what the door did stands all the same,
and staff are asked to look.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class MatterState(StrEnum):
    """Where a matter is."""

    DRAFT = "draft"
    WAITING_FOR_PAPERS = "waiting_for_papers"
    PAPERS_RECEIVED = "papers_received"
    BEING_DONE = "being_done"
    READY_TO_LOAD = "ready_to_load"
    TO_BE_LOOKED_AT = "to_be_looked_at"
    """Loaded, but not confirmed, or not seen shut in the loader's visit: nobody is told yet."""
    IN_CABINET = "in_cabinet"
    COLLECTED = "collected"
    WITHDRAWN = "withdrawn"
    """Ended before any paper was handed in."""


class Trigger(StrEnum):
    """What moves a matter."""

    ASKED = "asked"
    PAPERS_IN = "papers_in"
    PAPERS_OUT = "papers_out"
    CLAIMED = "claimed"
    """Staff bound a walk-in's papers to this matter."""
    MARKED_READY = "marked_ready"
    LOADED = "loaded"
    LOADED_UNSEEN = "loaded_unseen"
    LOOKED = "looked"
    COLLECTED = "collected"
    WITHDRAWN = "withdrawn"


S, T = MatterState, Trigger

TABLE: Mapping[tuple[MatterState, Trigger], MatterState] = MappingProxyType(
    {
        (S.DRAFT, T.ASKED): S.WAITING_FOR_PAPERS,
        (S.DRAFT, T.CLAIMED): S.PAPERS_RECEIVED,
        (S.DRAFT, T.WITHDRAWN): S.WITHDRAWN,
        (S.WAITING_FOR_PAPERS, T.ASKED): S.WAITING_FOR_PAPERS,
        (S.WAITING_FOR_PAPERS, T.WITHDRAWN): S.WITHDRAWN,
        (S.WAITING_FOR_PAPERS, T.PAPERS_IN): S.PAPERS_RECEIVED,
        (S.PAPERS_RECEIVED, T.PAPERS_OUT): S.BEING_DONE,
        (S.BEING_DONE, T.MARKED_READY): S.READY_TO_LOAD,
        (S.READY_TO_LOAD, T.LOADED): S.IN_CABINET,
        (S.READY_TO_LOAD, T.LOADED_UNSEEN): S.TO_BE_LOOKED_AT,
        (S.TO_BE_LOOKED_AT, T.LOOKED): S.IN_CABINET,
        (S.TO_BE_LOOKED_AT, T.COLLECTED): S.COLLECTED,
        (S.IN_CABINET, T.COLLECTED): S.COLLECTED,
    }
)

ENDED = frozenset({S.COLLECTED, S.WITHDRAWN})
"""Nothing more comes of a matter in one of these."""


def after(state: MatterState, trigger: Trigger) -> MatterState | None:
    """Give the next state, or None where the trigger does not move this state."""
    return TABLE.get((state, trigger))
