"""Residents: bound once from their phone, everything personal sealed with a key of their own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, select

from central.key import KeyRing, new_id
from central.record.people import Audit, Binding, Resident

CONSENT_VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Details:
    """What a resident fills in, checked. `phone` in international form, for example +8613…."""

    name: str
    phone: str
    building: str


def admit(session: Session, details: Details, *, language: str, keys: KeyRing, now: float) -> str:
    """Take in a resident who consented and give the id.

    A phone number that is known already makes a second resident all the same: nobody gets into
    another's matters by typing their number.
    """
    resident_id = new_id("p")
    wrapped, person = keys.new_person(resident_id)
    session.add(
        Resident(
            id=resident_id,
            wrapped_key=wrapped,
            name=person.seal(details.name, place="name"),
            phone=person.seal(details.phone, place="phone"),
            building=person.seal(details.building, place="building"),
            phone_index=keys.index("phone", details.phone),
            language=language,
            consent_version=CONSENT_VERSION,
            consent_at=now,
            created_at=now,
        )
    )
    session.flush()
    return resident_id


def bind(session: Session, resident: str, *, now: float) -> str:
    """Bind one more browser to a resident and give the binding's id."""
    binding = Binding(id=new_id("b"), resident=resident, created_at=now)
    session.add(binding)
    session.flush()
    return binding.id


def of_binding(session: Session, binding: str) -> str | None:
    """Give the resident a browser acts for, or None where it was revoked."""
    row = session.get(Binding, binding)
    return None if row is None or row.revoked_at is not None else row.resident


def details(session: Session, resident: str, *, keys: KeyRing) -> Details:
    """Open a resident's own details. For staff, `open_for_staff` leaves a trace."""
    row = session.get_one(Resident, resident)
    person = keys.person(row.id, row.wrapped_key)
    return Details(
        name=person.open(row.name, place="name"),
        phone=person.open(row.phone, place="phone"),
        building=person.open(row.building, place="building"),
    )


def open_for_staff(
    session: Session, resident: str, *, staff: str, reason: str, keys: KeyRing, now: float
) -> Details:
    """Open a resident's details for a member of staff, and write down that they were opened."""
    session.add(
        Audit(
            at=now,
            staff=staff,
            resident=resident,
            act="opened",
            fields=["name", "phone", "building"],
            reason=reason,
        )
    )
    return details(session, resident, keys=keys)


def find_by_phone(session: Session, phone: str, *, keys: KeyRing) -> list[str]:
    """Give the residents with exactly this phone number (international form)."""
    same = select(Resident.id).where(Resident.phone_index == keys.index("phone", phone))
    return list(session.exec(same.order_by(Resident.id)))


def masked(name: str) -> str:
    """Give a name as others may see it: its first letter and stars."""
    return name[:1] + "*" * max(1, min(len(name) - 1, 2))
