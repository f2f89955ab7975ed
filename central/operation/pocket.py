"""What a steward's phone shows, and what can be done from it: one's building today, calls, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from central.key import KeyRing
from central.operation import catalogue, desk, help_call, matter, note, photo, roster, team
from central.operation.desk import Whose
from central.operation.matter_state import MatterState
from central.operation.note import NoteKind
from central.photo import Picture
from central.record.cabinet import Cabinet
from central.record.case import Matter, Task
from locker.contract.failure import Failure

_LISTED = 100
_IN_HAND = frozenset({MatterState.AT_DESK, MatterState.READY_TO_LOAD})
"""The papers are with staff: they may be given into the resident's hand."""


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody at a cabinet asks for help. `owner`: the name of who answered."""

    task: Task
    cabinet: Cabinet
    owner: str
    number: str
    """The telephone number that was left with the call, if one was."""


@dataclass(frozen=True, slots=True)
class Today:
    """A steward's day. What is mine is in no other list. `has_more`: only the desk lists all.

    `team`: what nobody took on, of the steward's own team and of none.
    """

    calls: Sequence[Call]
    mine: Sequence[desk.Row]
    team: Sequence[desk.Row]
    has_more: bool
    in_team: bool
    """Whether the steward belongs to a team."""
    duty: roster.OnDuty | None


def today(session: Session, *, staff: str, keys: KeyRing, now: float) -> Today:
    """Give what waits for a steward: calls first, then what they have, then the team's."""
    mine, ours = (
        desk.matters(session, keys=keys, limit=_LISTED, whose=whose, staff=staff)
        for whose in (Whose.MINE, Whose.TEAM)
    )
    own_team = next(iter(team.of_staff(session, staff)), "")
    return Today(
        calls=calls(session, keys=keys),
        mine=mine.rows,
        team=[row for row in ours.rows if _waits_for_a_steward(row.matter)],
        has_more=mine.has_more or ours.has_more,
        in_team=bool(own_team),
        duty=roster.on_duty(session, now=now, team=own_team),
    )


def _waits_for_a_steward(case: Matter) -> bool:
    return not case.steward and case.state != MatterState.IN_CABINET


def calls(session: Session, *, keys: KeyRing) -> list[Call]:
    """Give the calls that nobody has finished, the oldest first."""
    rows = session.exec(
        select(Task, Cabinet)
        .join(Cabinet, col(Cabinet.id) == col(Task.cabinet))
        .where(Task.kind == help_call.KIND, col(Task.done_at).is_(None))
        .order_by(col(Task.id))
    ).all()
    return [
        Call(task, cabinet, task.details.get("owner", ""), help_call.number_of(task, keys=keys))
        for task, cabinet in rows
    ]


def call(session: Session, task: int, *, keys: KeyRing) -> Call | None:
    """Give one call that is not finished."""
    return next((found for found in calls(session, keys=keys) if found.task.id == task), None)


def can_finish(session: Session, case: Matter) -> bool:
    """Tell whether what is left can be done from a phone: at the resident's door, for example."""
    state = MatterState(case.state)
    if state in _IN_HAND:
        return True
    return state is MatterState.BEING_DONE and catalogue.item_of(session, case).gives_nothing


def finish(
    session: Session, case: Matter, words: str, picture: Picture | None = None, *,
    keys: KeyRing, staff: str, now: float,
) -> Failure | None:  # fmt: skip
    """Say that it is done, in words that the resident may read: handed over, or finished.

    A photo that came with them is kept even where the words are still to be written.
    """
    if case.steward != staff or not can_finish(session, case):
        return Failure.MATTER_MOVED_ON
    if picture is not None:
        kept = photo.keep(session, case, picture, staff=staff, keys=keys, now=now)
        if isinstance(kept, Failure):
            return kept
    if not words:
        return Failure.FORM_INVALID
    if MatterState(case.state) in _IN_HAND:
        matter.hand_over(session, case, staff=staff, now=now)
    else:
        matter.finish(session, case, staff=staff, now=now)
    note.add(session, case, NoteKind.DONE, words, keys=keys, now=now)
    return None
