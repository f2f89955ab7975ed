"""Tables about who does the work: teams by building unit, the roster, what a shift hands over."""

from __future__ import annotations

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Team(SQLModel, table=True):
    """A team of stewards (管家组)."""

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=60)
    created_at: float
    ended_at: float | None = None


class TeamMember(SQLModel, table=True):
    """Who belongs to a team; one person may belong to several."""

    __tablename__ = "team_member"

    team: str = Field(primary_key=True, foreign_key="team.id", max_length=32)
    staff: str = Field(primary_key=True, foreign_key="staff.id", max_length=32)


class TeamPlace(SQLModel, table=True):
    """A listed building, or one unit of it, that a team looks after."""

    __tablename__ = "team_place"

    building: str = Field(primary_key=True, foreign_key="building.id", max_length=32)
    team: str = Field(foreign_key="team.id", max_length=32, index=True)


class Shift(SQLModel, table=True):
    """A time in which somebody is on duty. `team`: empty for the whole community."""

    id: int | None = Field(default=None, primary_key=True)
    team: str = Field(default="", max_length=32)
    staff: str = Field(foreign_key="staff.id", max_length=32)
    deputy: str = Field(default="", max_length=32)
    stands_in: bool = False
    """The deputy is on duty in this shift."""
    off_too: bool = False
    """On closing days as well."""
    starts_at: float
    ends_at: float = Field(index=True)


class TypedDay(SQLModel, table=True):
    """A day that staff typed into the calendar. `day`: 2027-05-01. `works`: people work then."""

    __tablename__ = "typed_day"

    day: str = Field(primary_key=True, max_length=10)
    works: bool = False
    made_by: str = Field(default="", max_length=32)


class HandOver(SQLModel, table=True):
    """What one shift leaves to the next. `text` is sealed; `open`: numbers of matters."""

    __tablename__ = "hand_over"

    id: str = Field(primary_key=True, max_length=32)
    at: float = Field(index=True)
    by: str = Field(foreign_key="staff.id", max_length=32)
    text: str = Field(max_length=2400)
    open: list[str] = Field(default_factory=list, sa_type=JSON)
    read_at: float | None = None
    read_by: str = Field(default="", max_length=32)
