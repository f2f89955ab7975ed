"""What staff see on the glass: the slice `staff` of `contract.kiosk`, from the core's state. Pure.

Apart from the rest of the view because it looks at all grants and all boxes. Nobody sees it who is
not signed in. It asks the core's own rules, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from locker.contract import kiosk
from locker.contract.vocabulary import Capability, GrantState, Purpose
from locker.core import audit, contact, deadline, staff_round
from locker.core.allocation import free_places
from locker.core.deadline import DAY_S
from locker.core.docket import Docket
from locker.core.memory import StaffSession
from locker.core.staff import is_second_wanted
from locker.core.state import CompartmentRecord, GrantRecord, StaffRecord
from locker.view import Around, Shown, shown


def staff_slice(docket: Docket, around: Around) -> Shown:
    """Give the staff page: what waits to be taken out, loaded, taken back and looked at."""
    session = docket.memory.staff
    if session is None:
        return shown(kiosk.Staff())
    if docket.memory.second is not None:
        return shown(_pin(docket.memory.second, second="pin"))
    if not session.signed_in:
        return shown(_pin(session))
    if session.technician:
        return shown(_technician(docket, session, around))
    return shown(_menu(docket, session))


def _pin(asked: StaffSession, *, second: Literal["none", "pin"] = "none") -> kiosk.Staff:
    scan_ms = int(asked.touched_at_s * 1000)
    return kiosk.Staff(stage="pin", staff=asked.staff, scan=scan_ms, second=second)


def _menu(docket: Docket, session: StaffSession) -> kiosk.Staff:
    boxes = staff_round.in_walking_order(docket)
    grants = list(docket.draft.all(GrantRecord))
    references = {g.consignment: g.reference for g in grants if g.reference}
    found = docket.draft.find(StaffRecord, session.staff)
    capabilities = found.capabilities if found else ()
    maintains = Capability.MAINTAIN in capabilities
    return kiosk.Staff(
        stage="menu",
        staff=session.staff,
        capabilities=capabilities,
        take_out=tuple(
            kiosk.TakeOutRow(
                compartment=box.number,
                consignment=box.consignment or "",
                reference=references.get(box.consignment or "", ""),
                confirmed=box.confirmed,
            )
            for box in staff_round.take_out_boxes(boxes)
        ),
        to_load=sum(g.purpose is Purpose.LOAD and g.state is GrantState.LIVE for g in grants),
        free=len(free_places(docket)),
        look_at=tuple(box.number for box in staff_round.boxes_to_look_at(boxes)),
        recall=_recall(docket, references) if Capability.RECALL in capabilities else (),
        doors=tuple(_door(docket, box, references) for box in boxes) if maintains else (),
        audit=_audit(docket, references) if maintains else None,
        second="badge" if is_second_wanted(docket) else "none",
    )


def _technician(docket: Docket, session: StaffSession, around: Around) -> kiosk.Staff:
    boxes = staff_round.in_walking_order(docket)
    return kiosk.Staff(
        stage="technician",
        staff=session.staff,
        doors=tuple(_door(docket, box, {}) for box in boxes),
        workings=around.workings(),
        second="badge" if is_second_wanted(docket) else "none",
    )


def _recall(docket: Docket, references: Mapping[str, str]) -> tuple[kiosk.RecallRow, ...]:
    rows = []
    for box in staff_round.recall_boxes(docket):
        ends = deadline.keeping_ends(docket, box) or docket.surely
        rows.append(
            kiosk.RecallRow(
                compartment=box.number,
                consignment=box.consignment or "",
                reference=references.get(box.consignment or "", ""),
                days=int((docket.surely - ends) // DAY_S),
            )
        )
    return tuple(rows)


def _door(docket: Docket, box: CompartmentRecord, references: Mapping[str, str]) -> kiosk.DoorRow:
    return kiosk.DoorRow(
        compartment=box.number,
        condition=box.condition,
        reason=box.reason,
        reference=references.get(box.consignment or "", ""),
        confirmed=box.confirmed,
        contact=contact.of(docket, box.number),
        state=docket.door(box.number),
    )


def _audit(docket: Docket, references: Mapping[str, str]) -> kiosk.Audit | None:
    now, report = audit.current(docket), docket.memory.report
    if now is not None and now.left:
        box = docket.box(now.left[0])
        return kiosk.Audit(
            at=box.number,
            said=box.condition,
            reference=references.get(box.consignment or "", ""),
            total=now.total,
            checked=now.checked,
            missing=now.missing,
            unexpected=now.unexpected,
            left=len(now.left) + now.skipped,
        )
    if report is None:
        return None
    return kiosk.Audit(
        at=None,
        total=report.checked + report.left,
        checked=report.checked,
        missing=report.missing,
        unexpected=report.unexpected,
        left=report.left,
    )
