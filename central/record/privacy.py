"""Tables of what is personal: sealed with a key a person, found by keyed hashes, erased with proof.

Everything here but `Consent` and `Erasure` is gone when a person is erased.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class PersonKey(SQLModel, table=True):
    """A person's random data key, wrapped by the master key. Backed up apart from all the rest."""

    __tablename__ = "person_key"

    resident: str = Field(primary_key=True, foreign_key="resident.id", max_length=32)
    wrapped: str = Field(max_length=200)


class PersonalValue(SQLModel, table=True):
    """One thing about a person, sealed with their key; `at` starts its timer."""

    __tablename__ = "personal_value"

    resident: str = Field(primary_key=True, foreign_key="resident.id", max_length=32)
    field: str = Field(primary_key=True, max_length=30)
    sealed: str = Field(max_length=1000)
    at: float


class BlindIndex(SQLModel, table=True):
    """The keyed hash by which a person is found by an exact value."""

    __tablename__ = "blind_index"

    resident: str = Field(primary_key=True, foreign_key="resident.id", max_length=32)
    field: str = Field(primary_key=True, max_length=30)
    digest: str = Field(max_length=64, index=True)


class Card(SQLModel, table=True):
    """A person's own card, not its number: `digest` finds it, `sealed` holds two slow hashes."""

    resident: str = Field(primary_key=True, foreign_key="resident.id", max_length=32)
    digest: str = Field(default="", max_length=64, index=True, unique=True)
    sealed: str = Field(default="", max_length=300)
    bound_at: float
    bound_by: str = Field(default="", max_length=32)
    used_at: float | None = None


class PhoneProof(SQLModel, table=True):
    """A code that was sent to a number, by keyed hashes; `id`: of the browser that asked."""

    __tablename__ = "phone_proof"

    id: str = Field(primary_key=True, max_length=64)
    phone: str = Field(max_length=64)
    resident: str = Field(default="", max_length=32)
    use: str = Field(max_length=10)
    code: str = Field(max_length=64)
    tries: int = 0
    at: float


class SealedItem(SQLModel, table=True):
    """A free text of a matter, sealed with its person's key, and when it goes."""

    __tablename__ = "sealed_item"

    id: str = Field(primary_key=True, max_length=32)
    resident: str = Field(foreign_key="resident.id", max_length=32, index=True)
    matter: str = Field(default="", max_length=32, index=True)
    kind: str = Field(max_length=20)
    sealed: str
    at: float
    keep_until: float = Field(index=True)


class Photo(SQLModel, table=True):
    """A photo of a matter, drawn anew (`central.photo`) and sealed with its person's key.

    `paper`: the key of the paper it mends; `staff`: who took it, empty for the resident.
    """

    id: str = Field(primary_key=True, max_length=32)
    resident: str = Field(foreign_key="resident.id", max_length=32, index=True)
    matter: str = Field(foreign_key="matter.id", max_length=32, index=True)
    paper: str = Field(default="", max_length=40)
    staff: str = Field(default="", max_length=32)
    sealed: str
    at: float
    keep_until: float = Field(index=True)


class Consent(SQLModel, table=True):
    """The ledger of consent: rows are added, never changed. `text`: SHA-256 of what was shown."""

    id: int | None = Field(default=None, primary_key=True)
    resident: str = Field(foreign_key="resident.id", max_length=32, index=True)
    act: str = Field(max_length=10)
    version: str = Field(max_length=20)
    text: str = Field(default="", max_length=64)
    how: str = Field(max_length=20)
    at: float


class Erasure(SQLModel, table=True):
    """One person erased. `proof`: a compact JWS of the centre that says what was destroyed."""

    resident: str = Field(primary_key=True, foreign_key="resident.id", max_length=32)
    at: float
    reason: str = Field(max_length=30)
    by: str = Field(max_length=32)
    destroyed: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    proof: str = Field(max_length=2000)


class Retention(SQLModel, table=True):
    """What one run of the timers destroyed, by kind: the figure on "what we know about you"."""

    id: int | None = Field(default=None, primary_key=True)
    at: float = Field(index=True)
    kind: str = Field(max_length=30)
    count: int


class Chore(SQLModel, table=True):
    """Something done over and over, on one worker only: not before `due_at`."""

    name: str = Field(primary_key=True, max_length=30)
    due_at: float
    late_at: float = 0.0
    """When it is late, and whoever watches the centre is told so."""
