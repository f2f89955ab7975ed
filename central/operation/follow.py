"""What a resident's page says of a matter now: one frozen value, rendered by a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session, col, select

from central.catalogue import Item, Paper
from central.key import KeyRing
from central.operation import (
    catalogue,
    delegate,
    dispatch,
    grant,
    need,
    note,
    outage,
    photo,
    resident,
    turn,
)
from central.operation.matter import is_running
from central.operation.matter_state import BAD_ENDS, MatterState
from central.operation.note import Note, NoteKind
from central.record.cabinet import Cabinet, DoorVisit
from central.record.case import Consignment, Grant, Matter
from locker.contract.failure import Failure
from locker.contract.vocabulary import Purpose

STAGES = ("submitted", "received", "assigned", "being_done", "done")
"""已提交 → 社区已收到 → 已安排人 → 正在办 → 办好了."""

_REACHED = {
    MatterState.DRAFT: -1,
    MatterState.WAITING_FOR_PAPERS: 0,
    MatterState.PAPERS_RECEIVED: 1,
    MatterState.TO_BE_CHECKED: 1,
    MatterState.PAPERS_MISSING: 1,
    MatterState.BEING_DONE: 3,
    MatterState.AT_DESK: 3,
    MatterState.READY_TO_LOAD: 3,
    MatterState.TO_BE_LOOKED_AT: 3,
    MatterState.IN_CABINET: 4,
    MatterState.COLLECTED: 4,
    MatterState.CLOSED: 4,
}


class Scene(StrEnum):
    """What the page is about just now; each has a template of its own."""

    PREPARE = "prepare"
    """The checklist, and the way to ask for a compartment."""
    SUBMIT = "submit"
    """Nothing is to be handed in: the way to ask for it."""
    MISSING = "missing"
    """All that is missing, and how to mend each."""
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
    EXPIRED = "expired"
    """The code to collect has ended; the way to a new one."""
    RATE = "rate"
    RATED = "rated"
    OVER = "over"
    """Withdrawn, or not accepted: what is left to know."""


REFRESH_S = {
    Scene.QUEUE: 2,
    Scene.SENT: 2,
    Scene.DOOR: 2,
    Scene.QR: 5,
    Scene.WAIT: 20,
    Scene.COLLECT: 10,
}
"""How often a page that waits asks again; scenes not named wait for the person."""


_NO_PRESS_HELPS = frozenset(
    {
        Failure.CREDENTIAL_EXPIRED, Failure.CREDENTIAL_USED, Failure.CREDENTIAL_REVOKED,
        Failure.OTHER_CABINET, Failure.RECALLED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MissingPaper:
    """One paper that is missing, and what is wrong with it in a person's words."""

    paper: Paper
    wrong: str
    photo: str = ""
    """The photo that mends it, if there is one."""


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
    last_four: str = ""
    """What is asked at the door beside the code."""
    until: float = 0.0
    """When the code ends, outages of the cabinet added. Unix seconds."""
    again: bool = False
    """An earlier try is over and nothing was put in."""
    needs_id: bool = False
    """The matter needs a document's number and the resident has not given one."""
    cabinets: tuple[need.Serving, ...] = ()
    """Where it can be put for the resident, who has to choose."""
    places_left: int | None = None
    """How many may still sign up, None for any number."""
    steward: str = ""
    """The name of who has it (已安排人)."""
    taken_by: str = ""
    """The delegate who collected."""
    is_unsure: bool = False
    """The door was shut, and nobody said that the papers are in."""
    missing: tuple[MissingPaper, ...] = ()
    may_send: bool = False
    """There is a photo of all that is missing."""
    notes: tuple[Note, ...] = ()

    @property
    def is_bad_end(self) -> bool:
        """Tell whether it was withdrawn or not accepted: what comes is the papers' way back."""
        return self.matter.outcome in BAD_ENDS

    @property
    def is_pressed_in_vain(self) -> bool:
        """Tell whether the door was refused for a reason that another press cannot mend."""
        return self.failure in _NO_PRESS_HELPS

    def said(self, kind: str) -> str:
        """Give what staff wrote last of a kind (`note.NoteKind`), or nothing."""
        return note.newest(list(self.notes), NoteKind(kind))

    @property
    def refresh_s(self) -> int | None:
        """Seconds until the page asks again, None while the person is to act."""
        return REFRESH_S.get(self.scene)


def page(session: Session, matter: Matter, *, keys: KeyRing, now: float) -> Page:
    """Say what a matter's page shows. Looking keeps its place in the line for a door."""
    state = MatterState(matter.state)
    item = catalogue.item_of(session, matter)
    base = Page(
        matter=matter,
        item=item,
        notes=tuple(note.of(session, matter, keys=keys)),
        cabinet=session.get_one(Cabinet, matter.cabinet),
        scene=Scene.WAIT,
        reached=_reached(matter, state),
        steward=dispatch.steward_name(session, matter) if is_running(matter) else "",
    )
    match state:
        case MatterState.DRAFT:
            scene = Scene.PREPARE if item.takes_papers else Scene.SUBMIT
            known = resident.of(session, matter.resident, keys=keys) if item.id_number else None
            needs_id = item.id_number and not (known is not None and known.id_number)
            left = need.left(session, item)
            serving = () if item.takes_papers or item.is_said else need.in_service(session)
            return replace(
                base, scene=scene, needs_id=needs_id, places_left=left,
                cabinets=tuple(serving) if len(serving) > 1 else (),
            )  # fmt: skip
        case MatterState.WAITING_FOR_PAPERS:
            return _handing_in(session, replace(base, scene=Scene.PREPARE), keys=keys, now=now)
        case MatterState.PAPERS_MISSING:
            photos = photo.of(session, matter)
            missing = replace(
                base, scene=Scene.MISSING, missing=_missing(base, photos),
                may_send=photo.may_send(matter, photos),
            )  # fmt: skip
            return _handing_in(session, missing, keys=keys, now=now)
        case MatterState.PAPERS_RECEIVED if _is_unsure(session, matter):
            return replace(base, is_unsure=True, reached=STAGES.index("submitted"))
        case MatterState.IN_CABINET:
            return _collecting(session, base, keys=keys, now=now)
        case MatterState.COLLECTED | MatterState.CLOSED:
            over = Scene.RATED if matter.rating else Scene.RATE
            taken_by = delegate.who_collected(session, matter, keys=keys)
            scene = Scene.OVER if base.is_bad_end else over
            return replace(base, scene=scene, taken_by=taken_by)
        case _:
            return base


def _is_unsure(session: Session, matter: Matter) -> bool:
    unsure = select(Consignment.id).where(
        Consignment.matter == matter.id,
        Consignment.direction == "inbound",
        Consignment.state == "inside",
        col(Consignment.confirmed).is_(False),
    )
    return session.exec(unsure).first() is not None


def _reached(matter: Matter, state: MatterState) -> int:
    """Say how far it is: once somebody has it that is said, also before the papers are checked."""
    reached = _REACHED[state]
    return max(reached, STAGES.index("assigned")) if matter.steward and reached >= 1 else reached


def _handing_in(session: Session, base: Page, *, keys: KeyRing, now: float) -> Page:
    found = grant.find(session, matter=base.matter.id, purpose=Purpose.DEPOSIT)
    asked = None if found is None else turn.latest(session, found.id)
    if found is None or asked is None:
        return base
    view = turn.look(session, asked, now=now)
    cut_off_qr = view.cut_off and grant.is_good(session, found, now=now)
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
            awaited = session.get_one(Consignment, found.consignment).state == "expected"
            return replace(base, again=awaited, visit=view.visit)


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
    until = outage.ends(session, found, now=now)
    if now > until or found.state != "live":
        return replace(base, scene=Scene.EXPIRED)
    code = grant.code_of(session, found, keys=keys)
    refused = asked is not None and asked.state == "refused" and found.state == "live"
    return replace(
        base,
        scene=Scene.COLLECT,
        failure=_failure(asked.failure) if asked is not None and refused else None,
        qr=grant.signed_qr(found, keys=keys, code=code),
        code=code,
        last_four=found.last_four,
        until=until,
    )


def _missing(base: Page, photos: Sequence[photo.Shown]) -> tuple[MissingPaper, ...]:
    wrong: dict[str, str] = {}
    for found in base.notes:
        if found.kind is NoteKind.PAPER:
            key, _, text = found.text.partition(" ")
            wrong[key] = text
    newest = {shown.paper: shown.id for shown in photos if shown.at >= base.matter.state_since}
    return tuple(
        MissingPaper(paper, wrong.get(paper.key, ""), newest.get(paper.key, ""))
        for paper in base.item.papers
        if base.matter.papers.get(paper.key) == "missing"
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
