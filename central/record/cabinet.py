"""Tables about cabinets: who they are, what they told, what they were told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Index, SQLColumnExpression, UniqueConstraint, func
from sqlmodel import Field, SQLModel, col


class Cabinet(SQLModel, table=True):
    """One cabinet. Keys are base64url; empty until it was enrolled."""

    id: str = Field(primary_key=True, max_length=32)
    short: str = Field(max_length=12, unique=True)
    community: str = Field(max_length=60)
    site: str = Field(max_length=60)
    telephone: str = Field(max_length=30)
    created_at: float
    enrolled_at: float | None = None
    revoked_at: float | None = None
    visit_at: float | None = None
    """When somebody next comes, for everybody to read."""
    theme: str = Field(default="", max_length=60)
    """What the glass says under its title until `theme_ends`, and of what is at `activity_at`."""
    theme_ends: float = 0.0
    activity: str = Field(default="", max_length=60)
    activity_at: float = 0.0
    nearby: str = Field(default="", max_length=60)
    """Numbers of the other cabinets of the community, the nearest first, as staff typed them."""
    login_key: str = Field(default="", max_length=44)
    head_key: str = Field(default="", max_length=44)
    code_salt: str = Field(default="", max_length=64)
    badge_key: str = Field(default="", max_length=44)
    """Both as the cabinet sent them; empty as soon as they are sealed."""
    sealed_salt: str = Field(default="", max_length=200)
    """The same, sealed: under it codes are kept here and at the cabinet."""
    sealed_key: str = Field(default="", max_length=200)
    """The same, sealed: under it badges and cards are kept here and at the cabinet."""
    layout: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    software: str = Field(default="", max_length=40)
    journal: str = Field(default="", max_length=64)
    reads_cards: bool = False
    """Whether it has a reader of people's own cards."""
    news_n: int = 0
    """Raised by UPDATE … RETURNING in the transaction that writes the news, never otherwise."""
    seen_at: float | None = None
    """Last time it asked for news, or the last such question ended."""
    posted_at: float | None = None
    """Last time it posted, and had then told everything."""
    wall_offset: float | None = None
    """Its wall clock minus the centre's, at the last post."""


def by_number() -> tuple[SQLColumnExpression[int], SQLColumnExpression[str]]:
    """Give the order of the cabinets' printed numbers: 2 stands before 10."""
    return func.length(col(Cabinet.short)), col(Cabinet.short)


class EnrolmentCode(SQLModel, table=True):
    """A one-time code, by digest."""

    __tablename__ = "enrolment_code"

    digest: str = Field(primary_key=True, max_length=64)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32)
    expires_at: float
    used_at: float | None = None


class LoginNonce(SQLModel, table=True):
    """Something for a cabinet to sign, good for one minute and one use."""

    __tablename__ = "login_nonce"

    nonce: str = Field(primary_key=True, max_length=64)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32)
    expires_at: float


class CabinetSession(SQLModel, table=True):
    """A cabinet's bearer token, by digest."""

    __tablename__ = "cabinet_session"

    digest: str = Field(primary_key=True, max_length=64)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    expires_at: float


class Journal(SQLModel, table=True):
    """One journal of a cabinet, and how far the centre knows it. `number` orders them."""

    cabinet: str = Field(primary_key=True, foreign_key="cabinet.id", max_length=32)
    journal: str = Field(primary_key=True, max_length=64)
    number: int
    head_sequence: int = Field(default=0, sa_type=BigInteger)
    head_hash: str = Field(max_length=64)
    forked: bool = False
    first_at: float


class CabinetEvent(SQLModel, table=True):
    """One event as it arrived. `flag`: empty, or what is wrong with it (see `operation.intake`)."""

    __tablename__ = "cabinet_event"
    __table_args__ = (UniqueConstraint("cabinet", "journal", "sequence", "hash"),)

    id: int | None = Field(default=None, primary_key=True)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32)
    journal: str = Field(max_length=64)
    journal_number: int
    sequence: int = Field(sa_type=BigInteger)
    kind: str = Field(max_length=64)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    boot: str = Field(max_length=64)
    mono_ms: int = Field(sa_type=BigInteger)
    wall: float
    trusted: bool
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    arrived_at: float
    flag: str = Field(default="", max_length=20)
    fork: bool = False
    visit: str = Field(default="", max_length=64, index=True)


class HeadSignature(SQLModel, table=True):
    """A cabinet's signature of its journal's head: the anchor of the chain."""

    __tablename__ = "head_signature"
    __table_args__ = (Index("ix_head_signature_place", "cabinet", "journal", "sequence"),)

    id: int | None = Field(default=None, primary_key=True)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    journal: str = Field(max_length=64)
    sequence: int = Field(sa_type=BigInteger)
    head: str = Field(max_length=64)
    signature: str = Field(max_length=100)
    key: str = Field(default="", max_length=44)
    """The cabinet's public key that the signature was judged by."""
    valid: bool
    at: float


class Door(SQLModel, table=True):
    """A door as the last post showed it."""

    cabinet: str = Field(primary_key=True, foreign_key="cabinet.id", max_length=32)
    compartment: int = Field(primary_key=True)
    state: str = Field(max_length=10)
    condition: str = Field(max_length=20)
    at: float


class DoorVisit(SQLModel, table=True):
    """A visit at a cabinet as its events tell it. `attempt`: the state of the last pulse."""

    __tablename__ = "door_visit"

    cabinet: str = Field(primary_key=True, foreign_key="cabinet.id", max_length=32)
    visit: str = Field(primary_key=True, max_length=64)
    grant: str = Field(max_length=64, index=True)
    purpose: str = Field(max_length=20)
    consignment: str = Field(max_length=64, index=True)
    compartment: int
    credential: str = Field(max_length=20)
    staff: str = Field(default="", max_length=64)
    opened_at: float = Field(index=True)
    pulses: int = 0
    attempt: str = Field(default="", max_length=64)
    attempt_state: str = Field(default="", max_length=20)
    door: str = Field(default="unknown", max_length=10)
    outcome: str = Field(default="", max_length=20)


class DoorAttempt(SQLModel, table=True):
    """Which visit an attempt belongs to."""

    __tablename__ = "door_attempt"

    cabinet: str = Field(primary_key=True, foreign_key="cabinet.id", max_length=32)
    attempt: str = Field(primary_key=True, max_length=64)
    visit: str = Field(max_length=64)


class CabinetOutage(SQLModel, table=True):
    """A time in which a cabinet, or one compartment, could be opened for nobody.

    `what`: board, power, recording or door. `compartment`: 0 for the whole cabinet. Unix seconds of
    the cabinet's clock, as its events reckon; `ended` is None while it lasts.
    """

    __tablename__ = "cabinet_outage"

    id: int | None = Field(default=None, primary_key=True)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    what: str = Field(max_length=20)
    compartment: int = 0
    began: float
    ended: float | None = None


class CabinetNews(SQLModel, table=True):
    """One numbered item for one cabinet."""

    __tablename__ = "cabinet_news"

    cabinet: str = Field(primary_key=True, foreign_key="cabinet.id", max_length=32)
    n: int = Field(primary_key=True)
    item: dict[str, Any] = Field(sa_type=JSON)
    at: float
    expires_at: float | None = None
    """When a passing item (a scan, a command) is worth nothing any more."""


class Alarm(SQLModel, table=True):
    """Something at a cabinet that staff must know of. `values` fill the text of `kind`."""

    id: int | None = Field(default=None, primary_key=True)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    kind: str = Field(max_length=40)
    subject: str = Field(default="", max_length=64)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: float
    closed_at: float | None = None
    closed_by: str = Field(default="", max_length=32)
