"""Tables about people: residents by pseudonym, staff, what they did and who looked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel


class Resident(SQLModel, table=True):
    """A bound resident, by pseudonym. What is personal is in `central.record.privacy`, sealed."""

    id: str = Field(primary_key=True, max_length=32)
    language: str = Field(default="zh_CN", max_length=8)
    created_at: float
    told_by: str = Field(default="", max_length=20)
    """The way the resident chose to be told; empty: the first that works."""
    phone_proven_at: float | None = None
    """When a code showed that the number is the resident's own; a corrected number is not."""
    erase_asked_at: float | None = None
    """The resident asked to be erased; it is done when none of their papers is with us any more."""
    erased_at: float | None = None


class Binding(SQLModel, table=True):
    """One browser that acts for a resident until it is revoked."""

    id: str = Field(primary_key=True, max_length=32)
    resident: str = Field(foreign_key="resident.id", max_length=32, index=True)
    created_at: float
    revoked_at: float | None = None


class Building(SQLModel, table=True):
    """One unit of a building that residents may choose; `unit` is empty where it has none."""

    __table_args__ = (UniqueConstraint("estate", "house", "unit"),)

    id: str = Field(primary_key=True, max_length=32)
    estate: str = Field(max_length=40)
    house: str = Field(max_length=20)
    unit: str = Field(default="", max_length=20)


class Staff(SQLModel, table=True):
    """A member of staff. `capabilities`: what the badge opens at cabinets."""

    id: str = Field(primary_key=True, max_length=32)
    login: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=60)
    password: str = Field(max_length=200)
    password_given_at: float | None = None
    """When somebody else chose it, who knows it: nothing can be done before it is changed."""
    role: str = Field(default="administrator", max_length=20)
    """A `role.Role`: what this person may do at the centre."""
    capabilities: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: float
    left_at: float | None = None
    second_factor: str = Field(default="", max_length=200)
    """The sealed secret of the six digits; empty where there is none."""
    second_step: int = Field(default=0, sa_type=BigInteger)
    """The last step whose digits were used: they are good once."""
    recovery: list[str] = Field(default_factory=list, sa_type=JSON)
    """Digests of the recovery codes that were not used."""


class Badge(SQLModel, table=True):
    """A badge with its PIN, sealed so that digests for cabinets enrolled later can be made."""

    id: str = Field(primary_key=True, max_length=32)
    staff: str = Field(foreign_key="staff.id", max_length=32, index=True)
    sealed: str = Field(max_length=300)
    expires_at: float
    created_at: float
    shown_at: float | None = None
    """The badge's page is printed once."""
    revoked_at: float | None = None


class StaffSession(SQLModel, table=True):
    """A signed-in browser of staff, by digest."""

    __tablename__ = "staff_session"

    digest: str = Field(primary_key=True, max_length=64)
    staff: str = Field(foreign_key="staff.id", max_length=32)
    created_at: float
    seen_at: float
    waits: bool = False
    """The password was right, and the second factor is still to come."""


class Audit(SQLModel, table=True):
    """Who looked at or changed what of whom: pseudonyms and field names, never values."""

    id: int | None = Field(default=None, primary_key=True)
    at: float
    staff: str = Field(max_length=32)
    resident: str = Field(default="", max_length=32, index=True)
    act: str = Field(max_length=40)
    fields: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str = Field(default="", max_length=120)


class Tries(SQLModel, table=True):
    """How often something limited was tried since `began_at`; survives restarts."""

    key: str = Field(primary_key=True, max_length=80)
    began_at: float
    count: int


class Notice(SQLModel, table=True):
    """Something a resident is to be told, once. `state`: see `operation.notice`."""

    id: str = Field(primary_key=True, max_length=32)
    resident: str = Field(foreign_key="resident.id", max_length=32)
    matter: str = Field(max_length=32, index=True)
    kind: str = Field(max_length=40)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: float
    state: str = Field(default="due", max_length=10, index=True)
    sent_at: float | None = None
    text: str = Field(default="", max_length=500)
    not_before: float = 0.0
    channel: str = Field(default="", max_length=20)
    may_be_double: bool = False
    """Sent once more because nobody could say whether the first was accepted."""
