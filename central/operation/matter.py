"""Matters: opened by a resident, moved by what doors did and by staff, rated at the end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlmodel import Session, col, select

from central.catalogue import Item, PaperKind
from central.key import KeyRing, new_id
from central.operation import alarm, catalogue, grant, team
from central.operation.matter_state import ENDED, MatterState, Outcome, Trigger, after
from central.record.cabinet import Cabinet, DoorVisit
from central.record.case import Consignment, Grant, Matter, MatterStep
from central.record.people import Notice
from locker.contract.failure import Failure
from locker.contract.vocabulary import GrantState, Purpose

RATINGS = ("satisfied", "fair", "dissatisfied")
RESULT = "result"
"""What is in an envelope beside papers that travel back."""

_REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def open_draft(
    session: Session, *, resident: str, cabinet: str, item: str, keys: KeyRing, now: float
) -> Matter | Failure:
    """Open a matter that reserves nothing, or give the open draft of that item."""
    version = catalogue.version_of(session, item)
    found = catalogue.find(session, item)
    if found is None or not (found.offered and found.is_ours):
        return Failure.NOT_FOUND
    same = select(Matter).where(
        Matter.resident == resident,
        Matter.item == item,
        Matter.state == MatterState.DRAFT.value,
    )
    draft = session.exec(same).first()
    if draft is not None:
        draft.cabinet, draft.item_version = cabinet, version
        return draft
    return new(session, resident=resident, cabinet=cabinet, item=item, keys=keys, now=now)


def new(
    session: Session, *, resident: str, cabinet: str, item: str, keys: KeyRing, now: float,
    reference: str = "",
) -> Matter:  # fmt: skip
    """Make a draft of an item's newest version. `reference`: a slip's number that it keeps."""
    matter = Matter(
        id=new_id("m"),
        reference=reference or new_reference(session),
        resident=resident,
        cabinet=cabinet,
        item=item,
        item_version=catalogue.version_of(session, item),
        state=MatterState.DRAFT.value,
        state_since=now,
        created_at=now,
        team=team.of_resident(session, resident, keys=keys),
    )
    session.add(matter)
    session.flush()
    return matter


def locked(session: Session, matter: str) -> Matter | None:
    """Give a matter to be changed: its cabinet's row is locked first, as everywhere, then its own.

    One order of locks, so that a page and the cabinet's events never wait for each other.
    """
    cabinet = session.exec(select(Matter.cabinet).where(Matter.id == matter)).first()
    if cabinet is None:
        return None
    session.get_one(Cabinet, cabinet, with_for_update=True)
    return session.get(Matter, matter, with_for_update=True)


def new_reference(session: Session) -> str:
    """Make a short number that is easily read out, for example R-40718."""
    while True:
        letter = secrets.choice(_REFERENCE_LETTERS)
        reference = f"{letter}-{secrets.randbelow(10**5):05d}"
        if session.exec(select(Matter.id).where(Matter.reference == reference)).first() is None:
            return reference


def free_reference(session: Session, wanted: str) -> str:
    """Give a slip's number where no other matter has it, else nothing: two cabinets count alike."""
    taken = session.exec(select(Matter.id).where(Matter.reference == wanted)).first()
    return wanted if taken is None else ""


def move(
    session: Session, matter: Matter, trigger: Trigger, *, by: str, now: float, staff: str = "",
    event: int | None = None,
) -> bool:  # fmt: skip
    """Move a matter by the table and note the step. False, and a task, where it does not move."""
    before = MatterState(matter.state)
    state = after(before, trigger)
    session.add(
        MatterStep(
            matter=matter.id,
            trigger=trigger.value,
            before=before.value,
            after=(state or before).value,
            at=now,
            by=by,
            staff=staff,
            event=event,
        )
    )
    if state is None:
        alarm.set_task(
            session,
            "books_differ",
            cabinet=matter.cabinet,
            matter=matter.id,
            now=now,
            trigger=trigger.value,
        )
        return False
    if state is not before:
        matter.state, matter.state_since = state.value, now
    if state in ENDED:
        alarm.finish_tasks_at_end(session, matter.id, now=now)
    return True


def deposit_grant(session: Session, matter: Matter, *, now: float) -> Grant | Failure:
    """Give the grant to hand in papers: the live one, or a new one for a new consignment."""
    item = catalogue.item_of(session, matter)
    asking = MatterState(matter.state)
    if after(asking, Trigger.ASKED) is None or not item.takes_papers:
        return Failure.MATTER_MOVED_ON
    known = grant.find(session, matter=matter.id, purpose=Purpose.DEPOSIT)
    if (
        known is not None
        and grant.is_good(session, known, now=now)
        and known.cabinet == matter.cabinet
    ):
        return known
    if known is not None:
        grant.revoke(session, known, reason="replaced", now=now)
    consignment = _expected(session, matter, "inbound", wanted(item, matter), now=now)
    made = grant.make(session, consignment, Purpose.DEPOSIT, reference=matter.reference, now=now)
    move(session, matter, Trigger.ASKED, by="resident", now=now)
    return made


def submit(
    session: Session, matter: Matter, *, by: str, now: float, staff: str = ""
) -> Failure | None:
    """Begin without a door: nothing is to be handed in, or staff took it over the desk."""
    item = catalogue.item_of(session, matter)
    if by == "resident" and item.takes_papers:
        return Failure.MATTER_MOVED_ON
    if after(MatterState(matter.state), Trigger.SUBMITTED) is None:
        return Failure.MATTER_MOVED_ON
    end_deposit(session, matter, now=now)
    move(session, matter, Trigger.SUBMITTED, by=by, staff=staff, now=now)
    return None


def end_deposit(session: Session, matter: Matter, *, now: float) -> None:
    """Withdraw what would still open a door for papers of this matter."""
    unused = grant.find(session, matter=matter.id, purpose=Purpose.DEPOSIT)
    if unused is not None:
        grant.revoke(session, unused, reason="not_needed", now=now)


def wanted(item: Item, matter: Matter) -> list[str]:
    """Give the keys of the papers that are asked for now: all, or those that were missing."""
    missing = [paper.key for paper in item.papers if matter.papers.get(paper.key) == "missing"]
    return missing or [paper.key for paper in item.papers]


def to_go_back(item: Item, matter: Matter) -> list[str]:
    """Give what goes into the envelope: the result with the originals, or the papers that came."""
    here = [paper for paper in item.papers if matter.papers.get(paper.key) == "here"]
    if matter.outcome in {"", Outcome.DONE.value}:
        return [RESULT, *(p.key for p in here if p.kind is PaperKind.ORIGINAL)]
    return [paper.key for paper in here] if matter.papers else [p.key for p in item.papers]


def mark_ready(
    session: Session, matter: Matter, *, keys: KeyRing, staff: str, now: float
) -> Consignment | Failure:
    """Say that the envelope is packed: from now on its label opens a free compartment."""
    item = catalogue.item_of(session, matter)
    before = MatterState(matter.state)
    done = before is MatterState.BEING_DONE
    if after(before, Trigger.MARKED_READY) is None or (done and item.gives_nothing):
        return Failure.MATTER_MOVED_ON
    if done:
        matter.outcome = Outcome.DONE.value
    contents = to_go_back(item, matter)
    consignment = _expected(session, matter, "outbound", contents, now=now)
    grant.make(session, consignment, Purpose.LOAD, reference=matter.reference, now=now)
    # Made now and not at the load: the digits work although the line may be cut when it is loaded.
    grant.make_collection(session, consignment, matter, keys=keys, now=now)
    move(session, matter, Trigger.MARKED_READY, by="staff", staff=staff, now=now)
    return consignment


def hand_over(session: Session, matter: Matter, *, staff: str, now: float) -> bool:
    """Staff gave the envelope into the resident's hand: no door opens for it any more."""
    if after(MatterState(matter.state), Trigger.HANDED_OVER) is None:
        return False
    packed = outbound(session, matter.id)
    if packed is not None and packed.state == "expected":
        grant.revoke_all(session, packed.id, reason="handed_over", now=now)
    return move(session, matter, Trigger.HANDED_OVER, by="staff", staff=staff, now=now)


def finish(session: Session, matter: Matter, *, staff: str, now: float) -> Failure | None:
    """Say that a matter of which nothing is to be collected is done."""
    item = catalogue.item_of(session, matter)
    if matter.state != MatterState.BEING_DONE.value or not item.gives_nothing:
        return Failure.MATTER_MOVED_ON
    matter.outcome = Outcome.DONE.value
    move(session, matter, Trigger.FINISHED, by="staff", staff=staff, now=now)
    tell(session, matter, "finished", now=now)
    return None


def looked(session: Session, matter: Matter, *, staff: str, now: float) -> bool:
    """Staff looked into the compartment: the certificate is there, the resident may be told."""
    if matter.state != MatterState.TO_BE_LOOKED_AT.value:
        return False
    move(session, matter, Trigger.LOOKED, by="staff", staff=staff, now=now)
    tell_in_cabinet(session, matter, now=now)
    out = outbound(session, matter.id)
    if out is not None:
        alarm.finish_tasks_of(session, kind="look_at_load", consignment=out.id, now=now)
    return True


def tell_in_cabinet(session: Session, matter: Matter, *, now: float, again: bool = False) -> None:
    """Make the notice that something is in the cabinet for the resident, once a load.

    `again`: it counted as collected meanwhile.
    """
    packed = outbound(session, matter.id)
    if packed is not None:
        grant.lengthen(session, packed.id, now=now)
    kind = "ready" if matter.outcome in {"", Outcome.DONE.value} else "return_ready"
    about = "" if packed is None else packed.id
    tell(session, matter, kind, about=about, again=again, now=now)


def tell(
    session: Session, matter: Matter, kind: str, *, now: float, about: str = "",
    again: bool = False,
) -> bool:  # fmt: skip
    """Make a notice to the resident, once for a kind and what it is about; False: it was made."""
    known = select(Notice).where(Notice.matter == matter.id, Notice.kind == kind)
    if not again and any(row.details.get("about", "") == about for row in session.exec(known)):
        return False
    details = {"about": about} if about else {}
    session.add(
        Notice(
            id=new_id("n"), resident=matter.resident, matter=matter.id, kind=kind,
            details=details, at=now,
        )
    )  # fmt: skip
    return True


def is_running(matter: Matter) -> bool:
    """Tell whether something more will come of a matter."""
    return MatterState(matter.state) not in ENDED


def holds_nothing(session: Session, matter: Matter) -> bool:
    """Tell whether no paper of a running matter is with us or in a cabinet, nor on its way in."""
    if catalogue.item_of(session, matter).is_said:
        return True
    if matter.state not in {MatterState.DRAFT.value, MatterState.WAITING_FOR_PAPERS.value}:
        return False
    moved = select(Consignment.id).where(
        Consignment.matter == matter.id, Consignment.state != "expected"
    )
    at_the_door = (
        select(DoorVisit.visit)
        .join(Grant, col(Grant.id) == col(DoorVisit.grant))
        .where(Grant.matter == matter.id, DoorVisit.outcome == "")
    )
    return session.exec(moved).first() is None and session.exec(at_the_door).first() is None


def end(session: Session, matter: Matter, *, by: str, now: float) -> None:
    """End a matter of which nothing is with us: what would still open a door for it ends too."""
    live = select(Grant).where(Grant.matter == matter.id, Grant.state == GrantState.LIVE.value)
    for row in session.exec(live).all():
        grant.revoke(session, row, reason="withdrawn", now=now)
    matter.outcome = Outcome.WITHDRAWN.value
    move(session, matter, Trigger.WITHDRAWN, by=by, now=now)
    if matter.state == MatterState.AT_DESK.value:
        move(session, matter, Trigger.NOTHING_LEFT, by=by, now=now)


def rate(matter: Matter, rating: str, *, now: float) -> Failure | None:
    """Take the resident's word on how it went; the last one counts."""
    if rating not in RATINGS:
        return Failure.FORM_INVALID
    if MatterState(matter.state) not in ENDED or matter.outcome != Outcome.DONE.value:
        return Failure.MATTER_MOVED_ON
    matter.rating, matter.rated_at = rating, now
    return None


def outbound(session: Session, matter: str) -> Consignment | None:
    """Give the consignment that carries the result: one that is not out again, the newest."""
    return session.exec(
        select(Consignment)
        .where(Consignment.matter == matter, Consignment.direction == "outbound")
        .order_by(col(Consignment.state) == "out", col(Consignment.created_at).desc())
    ).first()


def of_resident(session: Session, resident: str) -> Sequence[Matter]:
    """Give a resident's matters, newest first."""
    return session.exec(
        select(Matter)
        .where(Matter.resident == resident)
        .order_by(col(Matter.created_at).desc(), col(Matter.id))
    ).all()


def _expected(
    session: Session, matter: Matter, direction: str, contents: list[str], *, now: float
) -> Consignment:
    row = Consignment(
        id=new_id("k"),
        cabinet=matter.cabinet,
        matter=matter.id,
        direction=direction,
        state="expected",
        contents=contents,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row
