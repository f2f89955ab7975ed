"""Calls for help from the glass: a task of staff, what they answered, and a number to call back.

The number is sealed, shown to staff while the task is open, and gone when the task is done.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from central import normal
from central.key import KeyRing
from central.operation import alarm, news
from central.record.cabinet import Cabinet, DoorVisit
from central.record.case import Task
from central.record.people import Staff
from locker.contract.centre import HelpNews
from locker.contract.event import HelpCalled
from locker.contract.failure import Failure
from locker.contract.vocabulary import HelpAnswer

KIND = "help_called"
ANSWER_LIFE_S = 120.0
PAGES = frozenset(
    {
        "home", "code", "card", "last_four", "lost_code", "new_code", "drop_off", "matters",
        "walk_in", "papers", "tell_free", "walk_in_number", "opening", "open", "ask", "not_opened",
        "look", "jammed", "done", "refused", "badge", "pin", "staff", "recall", "boxes", "audit",
        "technician", "starting", "out_of_service",
    }
)  # fmt: skip
"""The glass's pages that have a name on the console; another page's name is not shown."""


def called(session: Session, cabinet: str, event: HelpCalled, *, now: float) -> None:
    """Let staff know who needs help: from which page, at which door, after how many tries."""
    page, _, _ = event.page.partition(":")
    visit = session.get(DoorVisit, (cabinet, event.visit or ""))
    about: dict[str, Any] = {"short": session.get_one(Cabinet, cabinet).short}
    if page in PAGES:
        about["page"] = page
    if visit is not None:
        about["compartment"] = visit.compartment
        about["attempt"] = visit.pulses
    again = next((row for row in _open(session, cabinet) if _is_about(row, about)), None)
    if again is None:
        alarm.set_task(session, KIND, cabinet=cabinet, now=now, **about)
    else:
        # They are called once more: what was answered before is not said to whoever calls now.
        again.at = now
        kept = again.details.keys() - {"answer", "owner"}
        again.details = {key: again.details[key] for key in again.details if key in kept}


def answer(
    session: Session, task: int, given: HelpAnswer, *, staff: Staff, now: float
) -> Failure | None:  # fmt: skip
    """Tell the glass that somebody comes, or calls; everybody at the centre sees who."""
    row = session.get(Task, task, with_for_update=True)
    if row is None or row.kind != KIND:
        return Failure.NOT_FOUND
    if row.done_at is not None or row.details.get("owner", staff.name) != staff.name:
        return Failure.MATTER_MOVED_ON
    row.details = row.details | {"answer": given.value, "owner": staff.name}
    told = HelpNews(answer=given, at=now)
    news.put(session, row.cabinet, told, now=now, life_s=ANSWER_LIFE_S)
    return None


def leave_number(
    session: Session, cabinet: str, typed: str, *, keys: KeyRing, now: float
) -> None:  # fmt: skip
    """Keep a number with the newest open call of this cabinet, for as long as it is open."""
    phone = normal.phone(typed)
    if phone is None:
        return
    row = next(iter(_open(session, cabinet)), None)
    if row is None:
        short = session.get_one(Cabinet, cabinet).short
        row = Task(kind=KIND, cabinet=cabinet, details={"short": short}, at=now)
        session.add(row)
        session.flush()
    sealed = keys.sealer.seal(phone, place=_place(row))
    row.details = {**row.details, alarm.PASSING: sealed}


def number_of(task: Task, *, keys: KeyRing) -> str:
    """Open the number that was left with a call, or give nothing."""
    sealed = task.details.get(alarm.PASSING, "")
    return keys.sealer.open(sealed, place=_place(task)) if sealed else ""


def forget_numbers(session: Session, *, before: float) -> int:
    """Forget the numbers of calls from before this moment that nobody has closed; count them."""
    rows = select(Task).where(Task.kind == KIND, col(Task.done_at).is_(None), Task.at < before)
    held = [row for row in session.exec(rows) if alarm.PASSING in row.details]
    for row in held:
        row.details = {key: row.details[key] for key in row.details if key != alarm.PASSING}
    return len(held)


def _place(task: Task) -> str:
    return f"call:{task.id}"


def _open(session: Session, cabinet: str) -> list[Task]:
    rows = select(Task).where(
        Task.kind == KIND, Task.cabinet == cabinet, col(Task.done_at).is_(None)
    )
    return list(session.exec(rows.order_by(col(Task.id).desc())))


def _is_about(task: Task, about: dict[str, Any]) -> bool:
    return all(task.details.get(key) == about.get(key) for key in ("page", "compartment"))
