"""What the centre lets a glass show beside its own cabinet: matters, dates, other cabinets.

Whole each time, and kept by the cabinet, so that it is there without a network. Times are Unix
seconds; `fresh` drops what is over, on either side of the border. No name of anybody is in it:
of the roster only when somebody is there.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

KEY = "^[a-z][a-z0-9_]{1,39}$"
"""Of a matter or one of its papers, as the catalogue spells them."""
MOST_MATTERS = 20
MOST_PAPERS = 12
MOST_TURNS = 60
NEIGHBOURS_LAST_S = 600.0
"""After this nobody says any more that another cabinet has room."""


class Value(BaseModel):
    """Frozen; unknown fields are ignored, for the centre may be newer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Words(Value):
    """A text in Chinese and, if somebody wrote it, in English. Call it with a language."""

    zh: str = Field(default="", max_length=400)
    en: str = Field(default="", max_length=400)

    def __call__(self, language: str) -> str:
        """Give the text in a language, Chinese where there is no other."""
        return self.en if language == "en" and self.en else self.zh


class WalkInPaper(Words):
    """A paper that a matter takes. A text with a key, so a cabinet that knows no keys reads it."""

    key: str = Field(default="", pattern=f"^$|{KEY}")

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, told: Any) -> Any:
        """Read what a centre, or a kept file, of before has under `title`."""
        title = told.get("title") if isinstance(told, dict) else None
        return {**told, **title} if isinstance(title, dict) else told


class WalkInMatter(Value):
    """A matter for which papers may be handed in, and the papers that it takes."""

    key: str = Field(pattern=KEY)
    title: Words
    papers: tuple[WalkInPaper, ...] = Field(default=(), max_length=MOST_PAPERS)

    @field_validator("papers")
    @classmethod
    def _known_by_key(cls, papers: tuple[WalkInPaper, ...]) -> tuple[WalkInPaper, ...]:
        """Leave out what an older centre tells without a key: nobody could say it is missing."""
        return tuple(paper for paper in papers if paper.key)


class Neighbour(Value):
    """Another cabinet of the same community that has room now."""

    site: str = Field(max_length=60)
    short: str = Field(max_length=12)


class Bulletin(Value):
    """See the module. `theme` is for until `theme_ends`; `clearing_at`: when somebody next comes.

    `made_at`: when the centre wrote it.
    """

    made_at: float = 0.0
    matters: tuple[WalkInMatter, ...] = Field(default=(), max_length=MOST_MATTERS)
    theme: str = Field(default="", max_length=60)
    theme_ends: float = 0.0
    activity: str = Field(default="", max_length=60)
    activity_at: float = 0.0
    clearing_at: float | None = None
    duty: tuple[float, ...] = Field(default=(), max_length=MOST_TURNS)
    """When duty begins and ends, in turn; the last is an end. So of those that are to come an odd
    number means that somebody is on duty, until the first of them. Empty: no roster is known."""
    neighbours: tuple[Neighbour, ...] = ()
    tells: bool = False
    """Whether the centre could tell a mobile number that there is room again."""

    def fresh(self, now: float) -> Bulletin:
        """Give what still holds at this Unix second."""
        gone: list[str] = []
        if self.theme_ends <= now:
            gone += ["theme", "theme_ends"]
        if self.activity_at <= now:
            gone += ["activity", "activity_at"]
        if self.clearing_at is not None and self.clearing_at <= now:
            gone += ["clearing_at"]
        if now - self.made_at > NEIGHBOURS_LAST_S:
            gone += ["neighbours"]
        plain = type(self).model_fields
        update = {name: plain[name].default for name in gone}
        duty = tuple(turn for turn in self.duty if turn > now)
        return self.model_copy(update=update | {"duty": duty})
