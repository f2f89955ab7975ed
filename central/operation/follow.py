"""What a resident's page says of a matter now: one frozen value, rendered by a template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session, col, select

from central.catalogue import ITEMS, Item
from central.key import KeyRing
from central.operation import grant, turn
from central.operation.matter_state import MatterState
from central.record.cabinet import Cabinet, DoorVisit
from central.record.case import Grant, Matter
from locker.contract.failure import Failure
from locker.contract.vocabulary import Purpose

STAGES = ("submitted", "received", "assigned", "being_done", "done")
"""已提交 → 社区已收到 → 已安排人 → 正在办 → 办好了."""

_REACHED = {
    MatterState.DRAFT: -1,
    MatterState.WAITING_FOR_PAPERS: 0,
    MatterState.PAPERS_RECEIVED: 1,
    MatterState.BEING_DONE: 3,
    MatterState.READY_TO_LOAD: 3,
    MatterState.TO_BE_LOOKED_AT: 3,
    MatterState.IN_CABINET: 4,
    MatterState.COLLECTED: 4,
    MatterState.WITHDRAWN: -1,
}


class Scene(StrEnum):
    """What the page is about just now; each has a template of its own."""

    PREPARE = "prepare"
    """The checklist, and the way to ask for a compartment."""
    QUEUE = "queue"
    SENT = "sent"
    DOOR = "door"
    """A visit is on: which door, and what to do."""
    QR = "qr"
    """The cabinet is cut off: a signed QR for its scanner."""
    REFUSED = "refused"
    WAIT = "wait"
    """Nothing to do but wait."""
    COLLECT = "collect"
    RATE = "rate"
    RATED = "rated"


REFRESH_S = {
    Scene.QUEUE: 2,
    Scene.SENT: 2,
    Scene.DOOR: 2,
    Scene.QR: 5,
    Scene.WAIT: 20,
    Scene.COLLECT: 10,
}
"""How often a page that waits asks again; scenes not named wait for the person."""


@dataclass(frozen=True, slots=True)
class Page:
    """One matter as its resident may see it. `reached`: index into STAGES, -1 for a draft."""

    matter: Matter
    item: Item
    cabinet: Cabinet
    scene: Scene
    reached: int
    before: int = 0
    visit: DoorVisit | None = None
    failure: Failure | None = None
    qr: str = ""
    code: str = ""
    again: bool = False
    """An earlier try is over and nothing was put in."""

    @property
    def refresh_s(self) -> int | None:
        """Seconds until the page asks again, None while the person is to act."""
        return REFRESH_S.get(self.scene)


def page(session: Session, matter: Matter, *, keys: KeyRing, now: float) -> Page:
    """Say what a matter's page shows. Looking keeps its place in the line for a door."""
    state = MatterState(matter.state)
    base = Page(
        matter=matter,
        item=ITEMS[matter.item],
        cabinet=session.get_one(Cabinet, matter.cabinet),
        scene=Scene.WAIT,
        reached=_REACHED[state],
    )
    match state:
        case MatterState.DRAFT:
            return replace(base, scene=Scene.PREPARE)
        case MatterState.WAITING_FOR_PAPERS:
            return _handing_in(session, base, keys=keys, now=now)
        case MatterState.IN_CABINET:
            return _collecting(session, base, keys=keys, now=now)
        case MatterState.COLLECTED:
            return replace(base, scene=Scene.RATED if matter.rating else Scene.RATE)
        case _:
            return base


def _handing_in(session: Session, base: Page, *, keys: KeyRing, now: float) -> Page:
    found = grant.find(session, matter=base.matter.id, purpose=Purpose.DEPOSIT)
    asked = None if found is None else turn.latest(session, found.id)
    if found is None or asked is None:
        return replace(base, scene=Scene.PREPARE)
    view = turn.look(session, asked, now=now)
    cut_off_qr = view.cut_off and grant.is_good(found, now=now)
    match asked.state:
        case "taken":
            return replace(base, scene=Scene.DOOR, visit=view.visit)
        case "waiting" if not cut_off_qr:
            return replace(base, scene=Scene.QUEUE, before=view.before)
        case "sent" if not cut_off_qr:
            return replace(base, scene=Scene.SENT)
        case "waiting" | "sent" | "missed" if cut_off_qr:
            return replace(base, scene=Scene.QR, qr=grant.signed_qr(found, keys=keys))
        case "refused":
            return replace(base, scene=Scene.REFUSED, failure=_failure(asked.failure))
        case "missed":
            return replace(base, scene=Scene.REFUSED, failure=Failure.COMMAND_STALE)
        case _:
            return replace(base, scene=Scene.PREPARE, again=True, visit=view.visit)


def _collecting(session: Session, base: Page, *, keys: KeyRing, now: float) -> Page:
    found = grant.find(session, matter=base.matter.id, purpose=Purpose.COLLECT)
    if found is None:
        return base
    visit = _open_visit(session, found)
    if visit is not None:
        return replace(base, scene=Scene.DOOR, visit=visit)
    asked = turn.latest(session, found.id)
    view = None if asked is None else turn.look(session, asked, now=now)
    if view is not None and not view.cut_off and view.turn.state in {"waiting", "sent"}:
        scene = Scene.QUEUE if view.turn.state == "waiting" else Scene.SENT
        return replace(base, scene=scene, before=view.before)
    refused = asked is not None and asked.state == "refused" and found.state == "live"
    return replace(
        base,
        scene=Scene.COLLECT,
        failure=_failure(asked.failure) if asked is not None and refused else None,
        qr=grant.signed_qr(found, keys=keys),
        code=grant.code_of(session, found, keys=keys),
    )


def _open_visit(session: Session, found: Grant) -> DoorVisit | None:
    return session.exec(
        select(DoorVisit)
        .where(DoorVisit.grant == found.id, DoorVisit.outcome == "")
        .order_by(col(DoorVisit.opened_at).desc())
    ).first()


def _failure(code: str) -> Failure:
    try:
        return Failure(code)
    except ValueError:
        return Failure.OUT_OF_SERVICE
