"""What residents can choose: one matter's rules as a value. Pure; knows no table and no page.

Staff edit these on the console. An open matter keeps the version it began with.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from locker.contract.bulletin import Words
from locker.contract.vocabulary import LastFour

KEY_PATTERN = "^[a-z][a-z0-9_]{1,39}$"
DAYS_LIMIT = 365


class Kind(StrEnum):
    """Who decides."""

    OURS = "ours"
    """The community decides."""
    ASSISTED = "assisted"
    """Somebody else decides; the community takes the papers there and brings the result."""
    ELSEWHERE = "elsewhere"
    """Not ours: the entry says which desk it is, and what to bring."""


class Module(StrEnum):
    """Where residents look for it: the three modules of the service."""

    MATTERS = "matters"
    CONVENIENCE = "convenience"
    """便民服务: help at home, services of neighbours and shops, activities to sign up for."""
    COMMUNITY = "community"
    """社区社会治理: complaints and suggestions, registered at once and followed up one by one."""


class Shape(StrEnum):
    """Which doors the matter needs; no other opens."""

    BOTH = "both"
    HAND_IN = "hand_in"
    COLLECT = "collect"
    NONE = "none"
    """No door: said in words, from anywhere, and done by people."""


class ClockStart(StrEnum):
    """Whose acceptance (受理) starts the clock; never the drop-off."""

    COMMUNITY = "community"
    DECIDER = "decider"


class DayKind(StrEnum):
    """Which days count."""

    WORKING = "working"
    NATURAL = "natural"


class Actor(StrEnum):
    """Who may act for the resident."""

    DELEGATE = "delegate"
    GUARDIAN = "guardian"


class AtDoor(StrEnum):
    """What the cabinet asks beside the code, so that a found code alone opens nothing."""

    NONE = "none"
    PHONE = LastFour.PHONE.value
    ID_NUMBER = LastFour.ID_NUMBER.value


class PaperKind(StrEnum):
    """What becomes of a paper."""

    KEPT = "kept"
    ORIGINAL = "original"
    """Travels back with the result."""
    SURRENDERED = "surrendered"
    """An old card handed in; does not come back."""


class Mend(StrEnum):
    """How a missing paper may be made good."""

    DROP_OFF = "drop_off"
    DESK = "desk"
    PHOTO = "photo"
    """From the phone; only of what is kept, for an original or an old card is a thing."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Paper(_Value):
    """One paper of the checklist."""

    key: str = Field(pattern=KEY_PATTERN)
    title: Words
    text: Words = Words()
    kind: PaperKind = PaperKind.KEPT
    mend: tuple[Mend, ...] = (Mend.DROP_OFF, Mend.DESK)


Days = Annotated[int, Field(ge=0, le=DAYS_LIMIT)]


class Item(_Value):
    """One matter of the catalogue, or an entry that says where else to go."""

    key: str = Field(pattern=KEY_PATTERN)
    title: Words
    text: Words = Words()
    kind: Kind = Kind.OURS
    decider: Words = Words()
    """Who decides, where it is not the community."""
    papers: tuple[Paper, ...] = ()
    days: Days = 0
    """Promised, from acceptance; the day of acceptance is not counted."""
    longest_days: Days = 0
    """How far the law lets it be extended, 0 for not at all."""
    day_kind: DayKind = DayKind.WORKING
    clock: ClockStart = ClockStart.COMMUNITY
    shape: Shape = Shape.BOTH
    actors: tuple[Actor, ...] = (Actor.DELEGATE, Actor.GUARDIAN)
    id_number: bool = False
    """The resident is asked for a document's number."""
    at_door: AtDoor = AtDoor.NONE
    """Whose last four digits are asked when it is collected."""
    yearly_reminder_days: Days = 0
    """So many days before a year is over since the result was collected, a reminder; 0 for none."""
    basis: Words = Words()
    """The rule it rests on, given where it is not accepted."""
    desk: Words = Words()
    """Where to go: for what is not ours, and for what was not accepted."""
    telephone: str = Field(default="", max_length=30)
    module: Module = Module.MATTERS
    places: int = Field(default=0, ge=0, le=999)
    """So many may sign up (接龙), 0 for any number."""
    order: int = Field(default=100, ge=0, le=999)
    offered: bool = True

    def paper(self, key: str) -> Paper | None:
        """Give one of its papers."""
        return next((paper for paper in self.papers if paper.key == key), None)

    @property
    def takes_papers(self) -> bool:
        """Tell whether something is handed in."""
        return self.shape in {Shape.BOTH, Shape.HAND_IN}

    @property
    def gives_nothing(self) -> bool:
        """Tell whether it ends without anything to collect."""
        return self.shape in {Shape.HAND_IN, Shape.NONE}

    @property
    def is_said(self) -> bool:
        """Tell whether it is said in words: no door and no paper."""
        return self.shape is Shape.NONE

    @property
    def is_ours(self) -> bool:
        """Tell whether a matter can be opened for it."""
        return self.kind is not Kind.ELSEWHERE


def problems(item: Item) -> tuple[str, ...]:
    """Say what contradicts itself: keys of the console's texts under `catalogue.problem`."""
    keeps_original = any(paper.kind is PaperKind.ORIGINAL for paper in item.papers)
    keys = [paper.key for paper in item.papers]
    found = {
        "no_title": not item.title.zh,
        "no_paper_title": any(not paper.title.zh for paper in item.papers),
        "paper_twice": len(set(keys)) != len(keys),
        "no_desk": not item.is_ours and not item.desk.zh,
        "elsewhere_has_papers": not item.is_ours and bool(item.papers),
        "no_papers": item.is_ours and item.takes_papers and not item.papers,
        "collect_has_papers": not item.takes_papers and bool(item.papers),
        "original_not_returned": item.shape is Shape.HAND_IN and keeps_original,
        "no_decider": item.kind is Kind.ASSISTED and not item.decider.zh,
        "decider_is_us": item.clock is ClockStart.DECIDER and item.kind is not Kind.ASSISTED,
        "no_days": item.is_ours and item.days == 0,
        "longest_too_short": 0 < item.longest_days <= item.days,
        "photo_of_a_thing": any(
            Mend.PHOTO in paper.mend and paper.kind is not PaperKind.KEPT for paper in item.papers
        ),
        "places_with_door": item.places > 0 and not item.is_said,
        "asks_for_nothing": item.gives_nothing and item.at_door is not AtDoor.NONE,
        "asks_unknown_id": item.at_door is AtDoor.ID_NUMBER and not item.id_number,
        "no_mend": any(not paper.mend for paper in item.papers),
    }
    return tuple(problem for problem, is_so in found.items() if is_so)


def first_catalogue() -> tuple[Item, ...]:
    """Give what a new centre starts with (`catalogue.toml`)."""
    table = tomllib.loads((files("central") / "catalogue.toml").read_text("utf-8"))
    papers = {paper["key"]: paper for paper in table["paper"]}
    return tuple(
        Item.model_validate(entry | {"papers": [papers[key] for key in entry.get("papers", ())]})
        for entry in table["item"]
    )
