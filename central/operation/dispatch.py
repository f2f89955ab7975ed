"""点单 → 送单 → 派单 → 接单 → 评单: who has a matter, who gave it to them and when.

Who has a matter is beside its state (`matter_state`): one literal table of its own. Each move is a
step of the matter, with who did it and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlmodel import Session, col, select

from central.key import KeyRing
from central.operation import note, team
from central.operation.matter_state import ENDED, MatterState, Trigger
from central.operation.note import NoteKind
from central.record.case import Matter, MatterStep
from central.record.people import Staff
from locker.contract.failure import Failure


class Care(StrEnum):
    """Who has a matter."""

    NOBODY = "nobody"
    GIVEN = "given"
    """To a steward who has not said yes yet."""
    TAKEN_ON = "taken_on"


class Move(StrEnum):
    """What changes who has it."""

    GIVE = "given"
    """派单, by the centre."""
    TAKE_ON = "taken_on"
    """接单, by the steward."""
    HAND_ON = "handed_on"
    """By the steward who has it, to somebody else, with a reason."""


C, M, T = Care, Move, Trigger

MAY: Mapping[Care, frozenset[Move]] = MappingProxyType(
    {
        C.NOBODY: frozenset({M.GIVE, M.TAKE_ON}),
        C.GIVEN: frozenset({M.GIVE, M.TAKE_ON, M.HAND_ON}),
        C.TAKEN_ON: frozenset({M.GIVE, M.HAND_ON}),
    }
)
"""Which moves there are. Given, or handed on, to a team a matter is nobody's in it."""


class Part(StrEnum):
    """A part of the one workflow that every matter goes through."""

    ORDERED = "ordered"
    PASSED_ON = "passed_on"
    GIVEN = "given"
    TAKEN_ON = "taken_on"
    RATED = "rated"


WORKFLOW: Mapping[Part, frozenset[str]] = MappingProxyType(
    {
        Part.ORDERED: frozenset({T.ASKED, T.SUBMITTED, T.CLAIMED}),
        Part.PASSED_ON: frozenset({T.PAPERS_IN, T.SUBMITTED, T.CLAIMED}),
        Part.GIVEN: frozenset({M.GIVE, M.HAND_ON}),
        Part.TAKEN_ON: frozenset({M.TAKE_ON}),
        Part.RATED: frozenset(),
    }
)
"""The steps that are each part: the first of 点单 and 送单, the last of the others.

评单 is no step: the resident's word stands on the matter itself.
"""


@dataclass(frozen=True, slots=True)
class Done:
    """One part of the workflow: when it was done and by whom, None while it was not."""

    part: Part
    at: float | None = None
    by: str = ""
    """resident, staff or cabinet."""
    staff: str = ""
    """The name, where it was a member of staff."""


@dataclass(frozen=True, slots=True)
class To:
    """Whom a matter is given to: a team, or a steward."""

    team: str = ""
    steward: str = ""

    @classmethod
    def read(cls, typed: str) -> To:
        """Read a form's choice: t:TEAM or s:STEWARD."""
        kind, _, id_ = typed.partition(":")
        return cls(team=id_ if kind == "t" else "", steward=id_ if kind == "s" else "")


def care_of(case: Matter) -> Care:
    """Say who has a matter. The team of the resident's unit alone does not have it yet."""
    if case.taken_on_at is not None:
        return Care.TAKEN_ON
    return Care.GIVEN if case.steward else Care.NOBODY


def give(session: Session, case: Matter, to: To, *, staff: str, now: float) -> Failure | None:
    """派单: give a matter to a team or a steward, whoever has it now."""
    if not _moves(case, Move.GIVE):
        return Failure.MATTER_MOVED_ON
    if not _is_there(session, to):
        return Failure.FORM_INVALID
    _put(case, to)
    _step(session, case, Move.GIVE, staff=staff, now=now)
    return None


def take_on(session: Session, case: Matter, *, staff: str, now: float) -> Failure | None:
    """接单: say that one does it oneself; what was given to somebody else is theirs to take on.

    What no team had is the taker's team's from then on, where they belong to one only.
    """
    if not _moves(case, Move.TAKE_ON) or case.steward not in {"", staff}:
        return Failure.MATTER_MOVED_ON
    case.steward, case.taken_on_at = staff, now
    teams = team.of_staff(session, staff)
    if not case.team and len(teams) == 1:
        case.team = teams[0]
    _step(session, case, Move.TAKE_ON, staff=staff, now=now)
    return None


def hand_on(
    session: Session, case: Matter, to: To, reason: str, *, keys: KeyRing, staff: str, now: float
) -> Failure | None:
    """Hand a matter on that one has, with the reason, which is kept as a note."""
    if not _moves(case, Move.HAND_ON) or case.steward != staff:
        return Failure.MATTER_MOVED_ON
    if not reason or to.steward == staff or not _is_there(session, to):
        return Failure.FORM_INVALID
    _put(case, to)
    note.add(session, case, NoteKind.HAND_ON, reason, keys=keys, now=now)
    _step(session, case, Move.HAND_ON, staff=staff, now=now)
    return None


def workflow(session: Session, case: Matter, steps: Sequence[MatterStep]) -> list[Done]:
    """Say how far a matter is in the one workflow, with who did each part and when."""
    wanted = {step.staff for step in steps if step.staff}
    rows = session.exec(select(Staff.id, Staff.name).where(col(Staff.id).in_(wanted)))
    names = dict(rows.all())
    done = []
    for part, triggers in WORKFLOW.items():
        found = [step for step in steps if step.trigger in triggers]
        if part is Part.RATED:
            done.append(Done(part, case.rated_at, "resident" if case.rated_at else ""))
        elif found:
            step = found[0] if part in {Part.ORDERED, Part.PASSED_ON} else found[-1]
            done.append(Done(part, step.at, step.by, names.get(step.staff, "")))
        else:
            done.append(Done(part))
    return done


def steward_name(session: Session, case: Matter) -> str:
    """Give the name of who has a matter, for the resident to read."""
    row = session.get(Staff, case.steward) if case.steward else None
    return "" if row is None else row.name


def _moves(case: Matter, move: Move) -> bool:
    state = MatterState(case.state)
    runs = state not in ENDED and state is not MatterState.DRAFT
    return runs and move in MAY[care_of(case)]


def _is_there(session: Session, to: To) -> bool:
    if to.steward:
        return any(row.id == to.steward for row in team.stewards(session))
    return to.team in team.names(session)


def _put(case: Matter, to: To) -> None:
    case.steward, case.taken_on_at = to.steward, None
    if to.team:
        case.team = to.team


def _step(session: Session, case: Matter, move: Move, *, staff: str, now: float) -> None:
    session.add(
        MatterStep(
            matter=case.id, trigger=move.value, before=case.state, after=case.state, at=now,
            by="staff" if staff else "centre", staff=staff,
        )
    )  # fmt: skip
    session.flush()
