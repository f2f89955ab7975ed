"""What a finger can do on the glass, as values. Pages hand these to the reducer; knows no page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from locker.contract.vocabulary import Choice


class Place(StrEnum):
    """Where the person went on the glass, while no visit and no refusal asks for attention."""

    HOME = "home"
    CODE = "code"
    DROP_OFF = "drop_off"
    MATTERS = "matters"
    WALK_IN = "walk_in"
    PAPERS = "papers"
    TELL_FREE = "tell_free"
    LOST_CODE = "lost_code"
    NEW_CODE = "new_code"
    STAFF = "staff"
    RECALL = "recall"
    BOXES = "boxes"
    AUDIT = "audit"


WORK_PLACES = frozenset({Place.RECALL, Place.BOXES, Place.AUDIT})
"""Where staff go on working after a door."""


@dataclass(frozen=True, slots=True)
class Go:
    """Go to a place."""

    place: Place


@dataclass(frozen=True, slots=True)
class Back:
    """Go one step back."""


@dataclass(frozen=True, slots=True)
class Digit:
    """Type one digit."""

    digit: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Take the last digit back."""


@dataclass(frozen=True, slots=True)
class Enter:
    """The PIN or telephone number is complete. A code's eighth digit sends it by itself."""


@dataclass(frozen=True, slots=True)
class Language:
    """Switch between Chinese and English, keeping the page."""


@dataclass(frozen=True, slots=True)
class Elder:
    """Switch large type on or off, keeping the page."""


@dataclass(frozen=True, slots=True)
class Help:
    """Look up who helps. `why`: what is wrong at the door, where the person said it."""

    page: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Summon:
    """Call whoever is on duty."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """Leave a telephone number, since nobody answered."""


@dataclass(frozen=True, slots=True)
class TickOff:
    """Tick, or untick, one line of the list of what must not go in."""

    line: int


@dataclass(frozen=True, slots=True)
class Lack:
    """Say of a paper that it is missing, or that it is there after all."""

    paper: str


@dataclass(frozen=True, slots=True)
class Stay:
    """[在]: still here."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A touch on the glass that invites: it does nothing else."""


@dataclass(frozen=True, slots=True)
class More:
    """Turn the staff's list by `step` pages."""

    step: int


@dataclass(frozen=True, slots=True)
class Pick:
    """Take one of the choices that the visit offers."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class ChooseMatter:
    """Say what the papers are for; an empty key: other papers, or the person does not know."""

    key: str = ""


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Drop off with no phone."""

    low_door: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """[小票拿好了], [我记下了]: the person has their number."""


@dataclass(frozen=True, slots=True)
class RefusalSeen:
    """The refusal was read."""


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Open a compartment of the take-out list."""

    compartment: int


@dataclass(frozen=True, slots=True)
class StaffAsk:
    """Staff want something done: a method of `locker.contract.kiosk`, and its params in pairs."""

    method: str
    params: tuple[tuple[str, int | bool | str], ...] = ()


@dataclass(frozen=True, slots=True)
class SelectBox:
    """Show one box to staff, with what may be done about it."""

    compartment: int


@dataclass(frozen=True, slots=True)
class StaffLeave:
    """Sign out."""


Touch = (
    Go | Back | Digit | Erase | Enter | Language | Elder | Help | Summon | CallBack | ChooseMatter
    | TickOff | Stay | Wake | More | SelectBox | Pick | WalkIn | Noted | RefusalSeen | TakeOut
    | StaffAsk | StaffLeave | Lack
)  # fmt: skip
