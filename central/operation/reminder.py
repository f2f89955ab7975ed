"""Reminds residents of what comes every year, the endorsement of a residence permit for example."""

from __future__ import annotations

from sqlmodel import Session, col, select

from central.operation import catalogue, matter
from central.operation.matter_state import MatterState, Outcome
from central.record.case import Matter

YEAR_S = 365 * 86400.0


def run(session: Session, *, now: float) -> int:
    """Make the reminders that are due, once each, and give how many.

    Whoever was given a yearly result a year ago, less the item's days, is told.
    """
    since = session.exec(
        select(Matter).where(
            Matter.state == MatterState.COLLECTED.value,
            Matter.outcome == Outcome.DONE.value,
            col(Matter.state_since) > now - YEAR_S,
        )
    ).all()
    items = catalogue.items_of(session, since)
    made = 0
    for case in since:
        days = items[case.id].yearly_reminder_days
        if days and now >= case.state_since + YEAR_S - days * 86400:
            made += matter.tell(session, case, "yearly", now=now)
    return made
