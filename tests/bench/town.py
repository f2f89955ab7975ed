"""A town's books for the figures of pages: 200 cabinets, 5,000 residents, 10,000 matters."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from central.database import Database
from central.key import KeyRing, digest
from central.operation import catalogue, consent, resident
from central.operation.matter_state import MatterState
from central.operation.role import Role
from central.record.cabinet import Alarm, Cabinet, Door
from central.record.case import Consignment, Matter, MatterStep
from central.record.people import Binding, Resident, Staff, StaffSession
from central.record.privacy import BlindIndex, Consent, PersonalValue, PersonKey
from locker.contract.local_time import local_time
from locker.demo.stage import LAYOUT
from locker.diag.wiring_map import load_layout

CABINETS, RESIDENTS, MATTERS, DOORS = 200, 5_000, 10_000, 24
STAFF_TOKEN, AUDITOR_TOKEN = "bench-staff", "bench-auditor"
_STATES = (
    MatterState.COLLECTED, MatterState.COLLECTED, MatterState.COLLECTED, MatterState.COLLECTED,
    MatterState.COLLECTED, MatterState.IN_CABINET, MatterState.BEING_DONE,
    MatterState.PAPERS_RECEIVED, MatterState.WAITING_FOR_PAPERS, MatterState.TO_BE_CHECKED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """What a page is asked for: one resident's binding, name and matter."""

    binding: str
    name: str
    matter: str
    reference: str
    cabinet: str
    short: str
    month: str
    matters: int


def populate(database: Database, keys: KeyRing, *, now: float) -> Town:
    """Fill the books."""
    with database.writing() as session:
        item = catalogue.newest(session)[0].key
        for rows in (_cabinets(now), _doors(now), _alarms(now), *_people(keys, now)):
            _put(session, rows)
        for rows in (_matters(item, now), _steps(now), _consignments(now)):
            _put(session, rows)
        for staff, role in (("s1", Role.STAFF), ("s2", Role.AUDITOR)):
            session.add(
                Staff(
                    id=staff, login=staff, name="B", password="none", role=role.value,
                    capabilities=[], created_at=now,
                )
            )  # fmt: skip
        session.flush()
        for token, staff in ((STAFF_TOKEN, "s1"), (AUDITOR_TOKEN, "s2")):
            session.add(
                StaffSession(digest=digest(token), staff=staff, created_at=now, seen_at=now)
            )
        session.add(Binding(id="b1", resident="p0", created_at=now))
    month = f"{local_time(now):%Y-%m}"
    return Town("b1", _name(0), "m0", "A-00000", "c0", "0", month, MATTERS)


def _put(session: Any, rows: list[SQLModel]) -> None:
    session.execute(insert(type(rows[0])), [row.model_dump() for row in rows])


def _name(number: int) -> str:
    return "王李张刘陈"[number % 5] + chr(0x4E00 + number % 3000) + chr(0x5000 + number // 3000)


def _cabinets(now: float) -> list[SQLModel]:
    layout = load_layout(LAYOUT).model_dump(mode="json")
    return [
        Cabinet(
            id=f"c{n}", short=f"{n}", community="c", site=f"site {n}", telephone="1",
            created_at=now, enrolled_at=now, seen_at=now, layout=layout,
        )
        for n in range(CABINETS)
    ]  # fmt: skip


def _doors(now: float) -> list[SQLModel]:
    return [
        Door(cabinet=f"c{n}", compartment=door, state="closed", condition="free", at=now)
        for n in range(CABINETS)
        for door in range(1, DOORS + 1)
    ]


def _alarms(now: float) -> list[SQLModel]:
    return [
        Alarm(
            cabinet=f"c{n}", kind="door.left_open", subject="3", details={"compartment": 3}, at=now
        )
        for n in range(0, CABINETS, 10)
    ]


def _people(keys: KeyRing, now: float) -> list[list[SQLModel]]:
    people: list[SQLModel] = []
    wrapped: list[SQLModel] = []
    values: list[SQLModel] = []
    found: list[SQLModel] = []
    agreed: list[SQLModel] = []
    for n in range(RESIDENTS):
        who = f"p{n}"
        known = resident.Details(_name(n), f"+8613{n:09d}", f"{n % 39} 号楼")
        key, person = keys.new_person(who)
        people.append(Resident(id=who, created_at=now))
        wrapped.append(PersonKey(resident=who, wrapped=key))
        for field, value in asdict(known).items():
            if value:
                sealed = person.seal(value, place=field)
                values.append(PersonalValue(resident=who, field=field, sealed=sealed, at=now))
        for field, value in resident.found_by(known).items():
            found.append(BlindIndex(resident=who, field=field, digest=keys.index(field, value)))
        agreed.append(
            Consent(
                id=n + 1, resident=who, act="given", version=consent.VERSION, how="phone", at=now
            )
        )
    return [people, wrapped, values, found, agreed]


def _matters(item: str, now: float) -> list[SQLModel]:
    return [
        Matter(
            id=f"m{n}", reference=f"{chr(65 + n % 26)}-{n:05d}", resident=f"p{n % RESIDENTS}",
            cabinet=f"c{n % CABINETS}", item=item, state=_STATES[n % 10].value,
            state_since=now - n / 10, created_at=now - n,
            outcome="done" if _STATES[n % 10] is MatterState.COLLECTED else "",
        )
        for n in range(MATTERS)
    ]  # fmt: skip


def _steps(now: float) -> list[SQLModel]:
    return [
        MatterStep(
            id=4 * n + step + 1, matter=f"m{n}", trigger="asked", before="draft",
            after="waiting_for_papers", at=now, by="resident",
        )
        for n in range(MATTERS)
        for step in range(4)
    ]  # fmt: skip


def _consignments(now: float) -> list[SQLModel]:
    """Of each matter the papers that came in; those not taken out yet are inside."""
    return [
        Consignment(
            id=f"k{n}", cabinet=f"c{n % CABINETS}", matter=f"m{n}", direction="inbound",
            state="inside" if _STATES[n % 10] is MatterState.PAPERS_RECEIVED else "out",
            compartment=n % DOORS + 1, confirmed=True, created_at=now,
        )
        for n in range(MATTERS)
    ]  # fmt: skip
