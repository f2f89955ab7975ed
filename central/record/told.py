"""Tables about telling people: tries of notices, who agreed to WeChat, who waits for room."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class NoticeTry(SQLModel, table=True):
    """One try to send a notice. `outcome` is empty while it is on its way.

    `rests_until`: when this way may be tried again, where it said that it cannot now.
    """

    __tablename__ = "notice_try"

    id: int | None = Field(default=None, primary_key=True)
    notice: str = Field(foreign_key="notice.id", max_length=32, index=True)
    channel: str = Field(max_length=20)
    at: float
    outcome: str = Field(default="", max_length=10)
    code: str = Field(default="", max_length=60)
    ticket: str = Field(default="", max_length=60)
    rests_until: float = 0.0


class Subscription(SQLModel, table=True):
    """A resident's consent to one WeChat message about one matter; the openid is sealed."""

    matter: str = Field(primary_key=True, foreign_key="matter.id", max_length=32)
    resident: str = Field(foreign_key="resident.id", max_length=32, index=True)
    scene: int
    sealed: str = Field(max_length=300)
    at: float
    used_at: float | None = None


class RoomWish(SQLModel, table=True):
    """A sealed number that is told once when a full cabinet has room; the row goes before."""

    __tablename__ = "room_wish"

    id: str = Field(primary_key=True, max_length=32)
    cabinet: str = Field(foreign_key="cabinet.id", max_length=32, index=True)
    sealed: str = Field(max_length=120)
    at: float
