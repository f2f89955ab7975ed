"""A town's books for the figures of pages: 200 cabinets, 5,000 residents, 10,000 matters.

30,000 visits in sixty days, certificates of which half lie too long, twenty cabinets that are
nearly full, 117 buildings in ten teams, and a photo of a megapixel and a half.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image
from sqlalchemy import insert
from sqlmodel import SQLModel

from central.database import Database
from central.key import KeyRing, digest
from central.operation import catalogue, consent, photo, resident
from central.operation.matter_state import MatterState
from central.operation.role import Role
from central.photo import Picture
from central.photo import read as read_picture
from central.record.cabinet import Alarm, Cabinet, Door, DoorVisit
from central.record.case import Consignment, Grant, Matter, MatterStep
from central.record.people import Binding, Building, Resident, Staff, StaffSession
from central.record.privacy import BlindIndex, Consent, PersonalValue, PersonKey
from central.record.team import Team, TeamPlace
from locker.contract.local_time import local_time
from locker.demo.stage import LAYOUT
from locker.diag.wiring_map import load_layout

CABINETS, RESIDENTS, MATTERS, DOORS = 200, 5_000, 10_000, 24
HOUSES, UNITS, TEAMS, DAY_S = 39, 3, 10, 86400.0
STAFF_TOKEN, AUDITOR_TOKEN, ADMIN_TOKEN = "bench-staff", "bench-auditor", "bench-admin"
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
    photo: str
    team: str


def populate(database: Database, keys: KeyRing, *, now: float) -> Town:
    """Fill the books."""
    with database.writing() as session:
        item = catalogue.newest(session)[0].key
        for rows in (
            _cabinets(now), _doors(now), _alarms(now), *_people(keys, now), *_teams(now),
            _matters(item, now), _steps(now), _consignments(now), _grants(now), _visits(now),
        ):  # fmt: skip
            _put(session, rows)
        for token, role in (
            (STAFF_TOKEN, Role.STAFF), (AUDITOR_TOKEN, Role.AUDITOR),
            (ADMIN_TOKEN, Role.ADMINISTRATOR),
        ):  # fmt: skip
            session.add(
                Staff(
                    id=token, login=token, name="B", password="none", role=role.value,
                    second_factor="set up", created_at=now,
                )
            )  # fmt: skip
            session.flush()
            session.add(
                StaffSession(digest=digest(token), staff=token, created_at=now, seen_at=now)
            )
        session.add(Binding(id="b1", resident="p0", created_at=now))
        kept = photo.keep(
            session, session.get_one(Matter, "m0"), _picture(), staff=STAFF_TOKEN, keys=keys,
            now=now,
        )  # fmt: skip
        assert isinstance(kept, photo.Shown), kept
    month = f"{local_time(now):%Y-%m}"
    return Town("b1", _name(0), "m0", "A-00000", "c0", "0", month, MATTERS, kept.id, "t0")


def _picture() -> Picture:
    """Draw what a camera would send: nothing in it that packs well."""
    drawn = Image.effect_noise((1350, 1080), 80)
    file = io.BytesIO()
    drawn.save(file, "JPEG")
    found = read_picture(file.getvalue())
    assert isinstance(found, Picture)
    return found


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
        Door(
            cabinet=f"c{n}",
            compartment=door,
            state="closed",
            at=now,
            condition="occupied" if n < CABINETS // 10 and door <= DOORS - 2 else "free",
        )
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
        known = resident.Details(_name(n), f"+8613{n:09d}", f"{n % HOUSES} 号楼")
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


def _teams(now: float) -> list[list[SQLModel]]:
    units = [(house, unit) for house in range(HOUSES) for unit in range(UNITS)]
    return [
        [Team(id=f"t{n}", name=f"team {n}", created_at=now) for n in range(TEAMS)],
        [
            Building(
                id=f"h{house}-{unit}", estate="润园", house=f"{house} 号楼", unit=f"{unit} 单元"
            )
            for house, unit in units
        ],
        [TeamPlace(building=f"h{house}-{unit}", team=f"t{house % TEAMS}") for house, unit in units],
    ]


def _steps(now: float) -> list[SQLModel]:
    """Four steps of each matter; what was collected was loaded some days before."""
    ways = {True: ("asked", "papers_in", "loaded", "collected"), False: ("asked",) * 4}
    return [
        MatterStep(
            id=4 * n + step + 1, matter=f"m{n}", trigger=trigger, before="draft",
            after="waiting_for_papers", by="resident",
            at=now - _ago(n) - (3 - step) * DAY_S * (n % 9) / 2,
        )
        for n in range(MATTERS)
        for step, trigger in enumerate(ways[_STATES[n % 10] is MatterState.COLLECTED])
    ]  # fmt: skip


def _ago(number: int) -> float:
    """Spread what happened over sixty days."""
    return number * 60 * DAY_S / MATTERS


def _consignments(now: float) -> list[SQLModel]:
    """Of each matter the papers that came in, not all taken out; and certificates in cabinets."""
    papers: list[SQLModel] = [
        Consignment(
            id=f"k{n}", cabinet=f"c{n % CABINETS}", matter=f"m{n}", direction="inbound",
            state="inside" if _STATES[n % 10] is MatterState.PAPERS_RECEIVED else "out",
            compartment=n % DOORS + 1, confirmed=True, created_at=now,
        )
        for n in range(MATTERS)
    ]  # fmt: skip
    return papers + [
        Consignment(
            id=f"o{n}", cabinet=f"c{n % CABINETS}", matter=f"m{n}", direction="outbound",
            state="inside", compartment=n % DOORS + 1, confirmed=True, created_at=now, moved_at=now,
        )
        for n in _in_cabinets()
    ]  # fmt: skip


def _in_cabinets() -> list[int]:
    return [n for n in range(MATTERS) if _STATES[n % 10] is MatterState.IN_CABINET]


def _grants(now: float) -> list[SQLModel]:
    """The codes of the certificates; every other one is over."""
    return [
        Grant(
            id=f"g{n}", cabinet=f"c{n % CABINETS}", purpose="collect", consignment=f"o{n}",
            matter=f"m{n}", issued_at=now - 40 * DAY_S,
            expires_at=now + (1 if n // 10 % 2 else -1) * DAY_S,
        )
        for n in _in_cabinets()
    ]  # fmt: skip


def _visits(now: float) -> list[SQLModel]:
    """Three visits a matter, one pulse each, and a second one for every tenth."""
    return [
            DoorVisit(
                cabinet=f"c{n % CABINETS}", visit=f"v{n}-{part}", grant=f"g{n}", purpose="collect",
                consignment=f"k{n}", compartment=n % DOORS + 1, credential="phone",
                opened_at=now - _ago(n) - part * 7 * 3600, attempt_state="completed",
                outcome="confirmed", pulses=2 if n % 10 == 0 else 1,
            )
            for n in range(MATTERS)
            for part in range(3)
    ]  # fmt: skip
