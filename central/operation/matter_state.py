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
    """The papers lie in the cabinet, or are on their way out of it."""
    TO_BE_CHECKED = "to_be_checked"
    """With staff, who tick each paper."""
    PAPERS_MISSING = "papers_missing"
    """The resident was told once what is missing, all of it."""
    BEING_DONE = "being_done"
    AT_DESK = "at_desk"
    """With staff, to go back to the resident: through a door, or over the desk."""
    READY_TO_LOAD = "ready_to_load"
    TO_BE_LOOKED_AT = "to_be_looked_at"
    """Loaded, but not confirmed, or not seen shut in the loader's visit: nobody is told yet."""
    IN_CABINET = "in_cabinet"
    """Waits behind a door for the resident."""
    COLLECTED = "collected"
    CLOSED = "closed"
    """Over, and nothing was to be collected."""


ENDED = frozenset({MatterState.COLLECTED, MatterState.CLOSED})
"""Nothing more comes of a matter in one of these, unless its papers are found again."""


class Outcome(StrEnum):
    """How a matter ended, known before the last door."""

    DONE = "done"
    REFUSED = "refused"
    """Not accepted, with reason, legal basis and where to go."""
    WITHDRAWN = "withdrawn"


BAD_ENDS = frozenset({Outcome.REFUSED, Outcome.WITHDRAWN})
"""What comes then is the papers' way back."""


class Trigger(StrEnum):
    """What moves a matter."""

    ASKED = "asked"
    SUBMITTED = "submitted"
    """Nothing is to be handed in, or it was handed over at the desk."""
    PAPERS_IN = "papers_in"
    PAPERS_OUT = "papers_out"
    CLAIMED = "claimed"
    """Staff bound a walk-in's papers to this matter."""
    ACCEPTED = "accepted"
    TOLD_MISSING = "told_missing"
    BROUGHT = "brought"
    """What was missing was handed over at the desk."""
    PHOTOS_SENT = "photos_sent"
    """Everything that was missing was photographed by the resident."""
    PASSED_ON = "passed_on"
    """The authority that decides has accepted it (受理)."""
    EXTENDED = "extended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"
    """Done, and nothing is to be collected."""
    MARKED_READY = "marked_ready"
    LOADED = "loaded"
    LOADED_UNSEEN = "loaded_unseen"
    LOOKED = "looked"
    COLLECTED = "collected"
    FOUND = "found"
    """Staff saw that what counted as collected lies there still."""
    TAKEN_BACK = "taken_back"
    """The resident took the papers out again before staff did."""
    TAKEN_BACK_PART = "taken_back_part"
    """The same, and papers that came earlier are still with staff."""
    RECALLED = "recalled"
    """Staff took out what was not collected."""
    HANDED_OVER = "handed_over"
    NOTHING_LEFT = "nothing_left"
    """Nothing is to go back."""


S, T = MatterState, Trigger

TABLE: Mapping[tuple[MatterState, Trigger], MatterState] = MappingProxyType(
    {
        (S.DRAFT, T.ASKED): S.WAITING_FOR_PAPERS,
        (S.DRAFT, T.CLAIMED): S.PAPERS_RECEIVED,
        (S.DRAFT, T.SUBMITTED): S.TO_BE_CHECKED,
        (S.DRAFT, T.WITHDRAWN): S.CLOSED,
        (S.WAITING_FOR_PAPERS, T.ASKED): S.WAITING_FOR_PAPERS,
        (S.WAITING_FOR_PAPERS, T.PAPERS_IN): S.PAPERS_RECEIVED,
        (S.WAITING_FOR_PAPERS, T.CLAIMED): S.PAPERS_RECEIVED,
        (S.WAITING_FOR_PAPERS, T.SUBMITTED): S.TO_BE_CHECKED,
        (S.WAITING_FOR_PAPERS, T.WITHDRAWN): S.CLOSED,
        (S.PAPERS_RECEIVED, T.PAPERS_OUT): S.TO_BE_CHECKED,
        (S.PAPERS_RECEIVED, T.TAKEN_BACK): S.CLOSED,
        (S.PAPERS_RECEIVED, T.WITHDRAWN): S.IN_CABINET,
        (S.TO_BE_CHECKED, T.ACCEPTED): S.BEING_DONE,
        (S.TO_BE_CHECKED, T.TOLD_MISSING): S.PAPERS_MISSING,
        (S.TO_BE_CHECKED, T.REFUSED): S.AT_DESK,
        (S.TO_BE_CHECKED, T.WITHDRAWN): S.AT_DESK,
        (S.PAPERS_MISSING, T.ASKED): S.PAPERS_MISSING,
        (S.PAPERS_MISSING, T.PAPERS_IN): S.PAPERS_RECEIVED,
        (S.PAPERS_MISSING, T.CLAIMED): S.PAPERS_RECEIVED,
        (S.PAPERS_MISSING, T.BROUGHT): S.TO_BE_CHECKED,
        (S.PAPERS_MISSING, T.PHOTOS_SENT): S.TO_BE_CHECKED,
        (S.PAPERS_MISSING, T.REFUSED): S.AT_DESK,
        (S.PAPERS_MISSING, T.WITHDRAWN): S.AT_DESK,
        (S.BEING_DONE, T.PASSED_ON): S.BEING_DONE,
        (S.BEING_DONE, T.EXTENDED): S.BEING_DONE,
        (S.BEING_DONE, T.REFUSED): S.AT_DESK,
        (S.BEING_DONE, T.WITHDRAWN): S.AT_DESK,
        (S.BEING_DONE, T.FINISHED): S.CLOSED,
        (S.BEING_DONE, T.MARKED_READY): S.READY_TO_LOAD,
        (S.AT_DESK, T.MARKED_READY): S.READY_TO_LOAD,
        (S.AT_DESK, T.HANDED_OVER): S.COLLECTED,
        (S.AT_DESK, T.NOTHING_LEFT): S.CLOSED,
        (S.READY_TO_LOAD, T.HANDED_OVER): S.COLLECTED,
        (S.READY_TO_LOAD, T.LOADED): S.IN_CABINET,
        (S.READY_TO_LOAD, T.LOADED_UNSEEN): S.TO_BE_LOOKED_AT,
        (S.TO_BE_LOOKED_AT, T.LOOKED): S.IN_CABINET,
        (S.TO_BE_LOOKED_AT, T.COLLECTED): S.COLLECTED,
        (S.TO_BE_LOOKED_AT, T.RECALLED): S.AT_DESK,
        (S.IN_CABINET, T.COLLECTED): S.COLLECTED,
        (S.IN_CABINET, T.TAKEN_BACK): S.CLOSED,
        (S.IN_CABINET, T.TAKEN_BACK_PART): S.AT_DESK,
        (S.IN_CABINET, T.PAPERS_OUT): S.AT_DESK,
        (S.IN_CABINET, T.RECALLED): S.AT_DESK,
        (S.COLLECTED, T.FOUND): S.IN_CABINET,
    }
)


def after(state: MatterState, trigger: Trigger) -> MatterState | None:
    """Give the next state, or None where the trigger does not move this state."""
    return TABLE.get((state, trigger))


def moves(state: str, trigger: Trigger) -> bool:
    """Tell whether the trigger moves a matter in this state; pages offer nothing else."""
    return (MatterState(state), trigger) in TABLE
