"""Tables about matters: what a resident asked, what lies where, and who may open what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class Matter(SQLModel, table=True):
    """One resident's case. `state` is a `MatterState`; `reference` is its short number."""

    id: str = Field(primary_key=True, max_length=32)
    reference: str = Field(max_length=20, unique=True)
    resident: str = Field(foreign_key="resident.id", max_length=32, index=True)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    item: str = Field(max_length=40)
    item_version: int = 1
    """The version of the catalogue's item that it began with, and keeps."""
    state: str = Field(max_length=30, index=True)
    state_since: float
    created_at: float
    rating: str = Field(default="", max_length=20)
    rated_at: float | None = None
    outcome: str = Field(default="", max_length=12)
    """`matter_state.Outcome` once it is known."""
    accepted_at: float | None = None
    """受理: the promised clock runs from here."""
    due_at: float | None = Field(default=None, index=True)
    due_sure: bool = True
    """Whether the holidays up to then were published when it was promised."""
    papers: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    """Key of a paper -> `acceptance.Seen`, as staff ticked them."""
    team: str = Field(default="", max_length=32, index=True)
    """Whose building it is, or whom it was given to."""
    steward: str = Field(default="", max_length=32, index=True)
    """Who has it (派单), and since `taken_on_at` does it (接单)."""
    taken_on_at: float | None = None


class CatalogueItem(SQLModel, table=True):
    """One version of an item of the catalogue; `body` is a `catalogue.Item`."""

    __tablename__ = "catalogue_item"

    key: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_type=JSON)
    newest: bool = Field(default=True, index=True)
    made_at: float
    made_by: str = Field(default="", max_length=32)


class MatterStep(SQLModel, table=True):
    """One move of a matter, with who caused it; `event`: the cabinet's event that is its proof."""

    __tablename__ = "matter_step"

    id: int | None = Field(default=None, primary_key=True)
    matter: str = Field(foreign_key="matter.id", max_length=32, index=True)
    trigger: str = Field(max_length=30)
    before: str = Field(max_length=30)
    after: str = Field(max_length=30)
    at: float
    by: str = Field(max_length=10)
    staff: str = Field(default="", max_length=32)
    event: int | None = None


class Consignment(SQLModel, table=True):
    """What lies, or will lie, in one compartment. `state`: expected, inside or out."""

    id: str = Field(primary_key=True, max_length=64)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    matter: str = Field(default="", max_length=32, index=True)
    direction: str = Field(max_length=10)
    state: str = Field(max_length=10)
    contents: list[str] = Field(default_factory=list, sa_type=JSON)
    compartment: int | None = None
    confirmed: bool | None = None
    walk_in: str = Field(default="", max_length=20)
    """The number on a walk-in's slip; stays the consignment's when it was bound."""
    wanted: str = Field(default="", max_length=40)
    """The key of the item that a walk-in person chose at the glass, if they knew it."""
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    """Keys of the item's papers that this person said they had not with them."""
    created_at: float
    moved_at: float | None = None


class Grant(SQLModel, table=True):
    """A permission for one purpose at one cabinet. `code`: sealed with its resident's key."""

    __tablename__ = "access_grant"

    id: str = Field(primary_key=True, max_length=64)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    purpose: str = Field(max_length=20)
    consignment: str = Field(max_length=64, index=True)
    matter: str = Field(default="", max_length=32, index=True)
    reference: str = Field(default="", max_length=20)
    issued_at: float
    expires_at: float
    low_door: bool = False
    size: str = Field(default="", max_length=1)
    state: str = Field(default="live", max_length=10, index=True)
    code: str = Field(default="", max_length=200)
    code_digest: str = Field(default="", max_length=64)
    card_lookup: str = Field(default="", max_length=64)
    """The resident's own card, and with its digits, in the form that this cabinet keeps."""
    card_digest: str = Field(default="", max_length=64)
    last_four: str = Field(default="", max_length=10)
    """A `LastFour` that is asked beside the code; the digits are sealed behind it in `code`."""
    last_four_digest: str = Field(default="", max_length=64)
    from_cabinet: bool = False
    delegate: str = Field(default="", max_length=32)
    """Whose code it is, where it is not the resident's own."""
    used_after_revoked: bool = False


class Delegate(SQLModel, table=True):
    """Somebody who may collect. `item`: the sealed item with name and telephone number."""

    id: str = Field(primary_key=True, max_length=32)
    matter: str = Field(foreign_key="matter.id", max_length=32, index=True)
    item: str = Field(max_length=32)
    actor: str = Field(max_length=12)
    """A `catalogue.Actor`."""
    made_at: float
    made_by: str = Field(default="", max_length=32)
    revoked_at: float | None = None


class Turn(SQLModel, table=True):
    """A phone's wish for a door, in its place in the line. `id` is also the command's id.

    `state`: waiting, sent, taken, then done, refused, missed or left.
    """

    id: str = Field(primary_key=True, max_length=32)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    grant: str = Field(foreign_key="access_grant.id", max_length=64, index=True)
    matter: str = Field(max_length=32)
    place: int
    """Raised by one a turn at each cabinet."""
    asked_at: float
    looked_at: float
    """When its page was last seen asking; who left gives the place up."""
    sent_at: float | None = None
    state: str = Field(default="waiting", max_length=10, index=True)
    failure: str = Field(default="", max_length=10)
    visit: str = Field(default="", max_length=64)
    staff: str = Field(default="", max_length=32)
    """Who of the staff asked, where it was no phone."""
    reason: str = Field(default="", max_length=20)
    second: str = Field(default="", max_length=32)
    """Who of the staff asked first, where two must."""


class Task(SQLModel, table=True):
    """Something staff must do. `kind` has a text on the console."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    matter: str = Field(default="", max_length=32)
    consignment: str = Field(default="", max_length=64)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: float
    done_at: float | None = None
    done_by: str = Field(default="", max_length=32)
