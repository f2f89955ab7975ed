"""Residents: bound once from their phone, everything personal sealed with a key of their own.

What is personal is one row a field (`PersonalValue`); a field is a name of `Details`. What a person
can be found by is a keyed hash of the exact value in its normal spelling (`BlindIndex`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from central import normal
from central.database import take_turns
from central.key import KeyRing, Sealer, new_id
from central.operation import audit, consent
from central.record.people import Binding, Resident
from central.record.privacy import BlindIndex, PersonalValue, PersonKey

LAST_FOUR = "phone_last4"
NEWS_S = 7 * 86400.0
"""So long a phone says that another one was bound after it."""


class Tie(StrEnum):
    """How somebody lives here."""

    OWNER = "owner"
    TENANT = "tenant"
    FAMILY = "family"
    DORMITORY = "dormitory"


class DocumentKind(StrEnum):
    """Whose number an ID number is."""

    RESIDENT_ID = "resident_id"
    HK_MO_TW_PERMIT = "hk_mo_tw_permit"
    """港澳台居民居住证."""
    HOME_RETURN = "home_return"
    """港澳居民来往内地通行证, 台湾居民来往大陆通行证."""
    PERMANENT_RESIDENCE = "permanent_residence"
    """外国人永久居留身份证."""
    PASSPORT = "passport"


@dataclass(frozen=True, slots=True)
class Details:
    """What a resident fills in, checked. `phone` in international form, for example +8613…."""

    name: str
    phone: str
    building: str
    id_number: str = ""
    id_kind: str = ""
    """A `DocumentKind`, where there is a number."""
    tie: str = ""
    """A `Tie`, where it was said."""
    family: str = ""
    """A relative's name and number, where the resident is told through them."""


def admit(
    session: Session, details: Details, text: consent.Text, *,
    language: str, how: str, keys: KeyRing, now: float,
) -> str:  # fmt: skip
    """Take in a resident who said yes to a text, and give the id. `how`: as `consent.give` has it.

    A phone number that is known already makes a second resident all the same: nobody gets into
    another's matters by typing their number.
    """
    row = Resident(id=new_id("p"), language=language, created_at=now)
    _admit(session, row, details, text, how=how, keys=keys)
    return row.id


def admit_browser(
    session: Session, person: str, details: Details, text: consent.Text, *,
    language: str, keys: KeyRing, now: float,
) -> str:  # fmt: skip
    """Take in who says yes in a browser and give its binding: once, however often yes is pressed.

    `person`: the id that the browser carries for them.
    """
    take_turns(session, person)
    if session.get(Resident, person) is None:
        row = Resident(id=person, language=language, created_at=now)
        _admit(session, row, details, text, how="phone", keys=keys)
    held = select(Binding.id).where(Binding.resident == person, col(Binding.revoked_at).is_(None))
    return session.exec(held).first() or bind(session, person, now=now)


def _admit(
    session: Session, row: Resident, details: Details, text: consent.Text, *,
    how: str, keys: KeyRing,
) -> None:  # fmt: skip
    now = row.created_at
    session.add(row)
    session.flush()
    wrapped, person = keys.new_person(row.id)
    session.add(PersonKey(resident=row.id, wrapped=wrapped))
    _write(session, row.id, details, person=person, keys=keys, now=now)
    consent.give(session, row.id, text, how=how, now=now)
    session.flush()


def correct(
    session: Session, resident: str, details: Details, *,
    by: str, keys: KeyRing, now: float, reason: str = "",
) -> tuple[str, ...]:  # fmt: skip
    """Write what changed, and give the names of the fields that did.

    `by`: staff, or nothing; `reason`: how they were asked (`assistance.Way`).
    """
    person = sealer(session, resident, keys=keys)
    known = of(session, resident, keys=keys)
    if person is None or known is None:
        return ()
    before, after = asdict(known), asdict(details)
    changed = tuple(field for field in after if after[field] != before[field])
    if not changed:
        return ()
    for table in (PersonalValue, BlindIndex):
        these = col(table.field).in_((*before, LAST_FOUR))
        session.execute(delete(table).where(col(table.resident) == resident, these))
    _write(session, resident, details, person=person, keys=keys, now=now)
    if "phone" in changed:
        session.get_one(Resident, resident).phone_proven_at = None
    audit.note(
        session, "corrected", resident=resident, staff=by, fields=changed, reason=reason, now=now
    )
    return changed


def forget(session: Session, resident: str, field: str) -> bool:
    """Destroy one field and what it can be found by. False where there was none."""
    row = session.get(PersonalValue, (resident, field))
    if row is None:
        return False
    session.delete(row)
    found_by = session.get(BlindIndex, (resident, field))
    if found_by is not None:
        session.delete(found_by)
    return True


def bind(session: Session, resident: str, *, now: float) -> str:
    """Bind one more browser to a resident and give the binding's id."""
    binding = Binding(id=new_id("b"), resident=resident, created_at=now)
    session.add(binding)
    session.flush()
    return binding.id


def bind_again(session: Session, resident: str, *, now: float) -> str:
    """Bind another phone of a resident, who reads it among the looks, and give the binding."""
    audit.note(session, "bound_again", resident=resident, now=now)
    return bind(session, resident, now=now)


def newer_phone(
    session: Session, resident: str, binding: str, *, known_at: float, now: float
) -> float | None:
    """Tell a phone when another one was bound after it, within the last days. Unix seconds.

    `known_at`: the resident said that the one bound then is their own.
    """
    mine = session.get(Binding, binding)
    since = max(now - NEWS_S, mine.created_at if mine is not None else now, known_at)
    rows = select(Binding.created_at).where(
        Binding.resident == resident, col(Binding.revoked_at).is_(None), Binding.id != binding,
        Binding.created_at > since,
    )  # fmt: skip
    return session.exec(rows.order_by(col(Binding.created_at).desc())).first()


def phones(session: Session, resident: str) -> int:
    """Count the browsers that act for a resident."""
    rows = select(func.count()).where(
        Binding.resident == resident, col(Binding.revoked_at).is_(None)
    )
    return session.exec(rows).one()


def unbind_others(session: Session, resident: str, binding: str, *, now: float) -> None:
    """Let only this browser act for a resident from now on."""
    others = (col(Binding.resident) == resident) & (col(Binding.id) != binding)
    still = col(Binding.revoked_at).is_(None)
    session.execute(update(Binding).where(others, still).values(revoked_at=now))
    audit.note(session, "phones_unbound", resident=resident, now=now)


def of_binding(session: Session, binding: str) -> str | None:
    """Give the resident a browser acts for, or None where it was revoked."""
    row = session.get(Binding, binding)
    return None if row is None or row.revoked_at is not None else row.resident


def sealer(session: Session, resident: str, *, keys: KeyRing) -> Sealer | None:
    """Open a person's data key; None when the person was erased."""
    row = session.get(PersonKey, resident)
    return None if row is None else keys.person(resident, row.wrapped)


def of(session: Session, resident: str, *, keys: KeyRing) -> Details | None:
    """Open a resident's own details, None when erased. For staff, `open_for_staff`."""
    person = sealer(session, resident, keys=keys)
    if person is None:
        return None
    rows = session.exec(select(PersonalValue).where(PersonalValue.resident == resident))
    known = {row.field: person.open(row.sealed, place=row.field) for row in rows}
    return Details(**{field.name: known.get(field.name, "") for field in fields(Details)})


def open_for_staff(
    session: Session, resident: str, *, staff: str, reason: str, keys: KeyRing, now: float
) -> Details | None:
    """Open a resident's details for a member of staff, and write down that they were opened.

    `reason`: one of `audit.REASONS`, chosen by who opens.
    """
    found = of(session, resident, keys=keys)
    if found is not None:
        shown = tuple(field for field, value in asdict(found).items() if value)
        audit.note(
            session, "opened", resident=resident, staff=staff, fields=shown, reason=reason, now=now
        )
    return found


def find(session: Session, typed: str, *, keys: KeyRing) -> list[str]:
    """Give the residents with exactly this name, phone, ID number, or last four of the phone."""
    digests = [d for field, value in _readings(typed).items() for d in keys.indexes(field, value)]
    rows = session.exec(
        select(BlindIndex.resident).where(col(BlindIndex.digest).in_(digests)).distinct()
    )
    return sorted(rows)


def with_phone(session: Session, phone: str, *, keys: KeyRing) -> list[str]:
    """Give the residents with exactly this number, in international form."""
    rows = select(BlindIndex.resident).where(
        BlindIndex.field == "phone", col(BlindIndex.digest).in_(keys.indexes("phone", phone))
    )
    return sorted(session.exec(rows))


def note_search(
    session: Session, typed: str, *, staff: str, reason: str, keys: KeyRing, now: float
) -> None:
    """Write down, for each person whom a search finds, who looked for them and why."""
    for found in find(session, typed, keys=keys):
        audit.note(session, "searched", resident=found, staff=staff, reason=reason, now=now)


def masked(name: str) -> str:
    """Give a name as others may see it: its first letter and stars."""
    return name[:1] + "*" * max(1, min(len(name) - 1, 2))


def masked_phone(number: str) -> str:
    """Give a telephone number as others may see it: its ends, without China's code."""
    plain = number.removeprefix("+86")
    return f"{plain[:3]} **** {plain[-4:]}"


def _write(
    session: Session, resident: str, details: Details, *, person: Sealer, keys: KeyRing, now: float
) -> None:
    for field, value in asdict(details).items():
        if value:
            sealed = person.seal(value, place=field)
            session.add(PersonalValue(resident=resident, field=field, sealed=sealed, at=now))
    for field, value in found_by(details).items():
        digest = keys.index(field, value)
        session.add(BlindIndex(resident=resident, field=field, digest=digest))


def found_by(details: Details) -> Mapping[str, str]:
    """Give what a person can be found by, in its normal spelling, by field."""
    found = {
        "name": normal.name(details.name),
        "phone": details.phone,
        LAST_FOUR: details.phone[-4:],
        "id_number": details.id_number,
    }
    return {field: value for field, value in found.items() if value}


def _readings(typed: str) -> Mapping[str, str]:
    """Give what a search may mean: four digits are the end of a phone number, and so on."""
    found = {
        "name": "" if any(letter.isdecimal() for letter in typed) else normal.name(typed),
        "phone": normal.phone(typed) or "",
        LAST_FOUR: typed if re.fullmatch(r"[0-9]{4}", typed) else "",
        "id_number": normal.id_number(typed) or "",
    }
    return {field: value for field, value in found.items() if value}
