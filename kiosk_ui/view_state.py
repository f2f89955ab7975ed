"""What the glass shows, as one value, and the messages that change it. Pure.

Knows no Qt, no socket and no clock. The daemon's slices are the truth about doors; the rest here
(which way in was chosen, typed digits, language) belongs to the glass alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kiosk_ui.touch import Place, Touch
from locker.contract.bulletin import WalkInMatter
from locker.contract.kiosk import Asked, Snapshot, Visit
from locker.contract.vocabulary import AskState, Choice, VisitPhase

CODE_DIGITS = 8
FOUR_DIGITS = 4
"""To a card, or to a code whose matter asks for more."""
PIN_DIGITS = (4, 8)
PHONE_DIGITS = 12
"""Most digits of a telephone number of the mainland, area code included."""
DIGIT_SHOWN_S = 1.0
LINK_GRACE_S = 1.5
"""A daemon that restarts within this time is not announced."""
INVITE_S = 60.0
"""After this alone on the home page the glass invites from afar; a touch only wakes it."""
STAYED_SHOWN_S = 5.0
"""For so long the button that asked for more time says that it was heard."""
SUMMON_AGAIN_S = 60.0
UNANSWERED_S = 45.0
"""After this a call for help is said to be unanswered."""
CALL_KEPT_S = 180.0
"""For so long help that is opened again shows the call that was made."""
ANSWER_SHOWN_S = 120.0
"""For so long an answer to a call stands over whatever page is shown."""
STALE_REFUSAL_S = 10.0
"""A refusal shown as a band over a running visit goes after this."""


RESTART = "technician.restart"
"""A call after which whoever made the window ends its process."""
NEVER_IN = ("originals", "money", "goods")
"""What must not go in, as lines to tick off before papers are dropped off without a phone."""


class Link(StrEnum):
    """How the glass stands with the daemon."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"
    WRONG_PROTOCOL = "wrong_protocol"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Call:
    """Something to ask the daemon: a method of `locker.contract.kiosk` and its params."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection came or went."""

    link: Link


@dataclass(frozen=True, slots=True)
class SnapshotCame:
    """All slices anew."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class SliceCame:
    """One slice anew; `value` is already of the slice's type."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The daemon refused a call, or went away before answering it."""

    method: str


@dataclass(frozen=True, slots=True)
class Day:
    """A local date, only to be shown. `weekday`: 0 is Monday."""

    month: int
    day: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on. `minute_of_day`: local wall time, 0 to 1439, only to be shown."""

    minute_of_day: int
    day: Day | None = None


@dataclass(frozen=True, slots=True)
class VoiceChanged:
    """A voice has come up, or gone."""

    silent: bool


Message = VoiceChanged | LinkChanged | SnapshotCame | SliceCame | CallFailed | Tick | Touch


@dataclass(frozen=True, slots=True)
class ViewState:
    """Everything a page may show. Times ending in `_at` and `_until` are monotonic seconds."""

    now: float = 0.0
    minute_of_day: int = 0
    day: Day | None = None
    link: Link = Link.CONNECTING
    link_at: float = 0.0
    snapshot: Snapshot | None = None
    place: Place = Place.HOME
    help_open: bool = False
    help_page: str = ""
    help_why: str = ""
    summoned_at: float | None = None
    """When somebody was last called for help from this glass."""
    answered_at: float | None = None
    """When that call was answered."""
    number_left: bool = False
    """Whether a telephone number was left with that call."""
    calling_back: bool = False
    """Over the help page: a telephone number is being left."""
    ticked: frozenset[int] = frozenset()
    matter: str = ""
    """The key of what the person says their papers are for."""
    missing: frozenset[str] = frozenset()
    """Keys of that matter's papers that they say they have not with them."""
    picked: Choice | None = None
    """The last choice made in the visit on the glass."""
    home_language: str = "zh_CN"
    silent: bool = True
    """Whether nothing is said aloud: then the glass says more."""
    language: str = "zh_CN"
    elder: bool = False
    digits: str = ""
    digit_at: float = 0.0
    sent_after: int | None = None
    """The `n` of the slice `asked` when this person sent a number; None: they sent none."""
    waiting: bool = False
    """A call was made whose outcome has not shown yet."""
    call_failed: bool = False
    list_page: int = 0
    box: int | None = None
    """The box that staff look at in the list of all boxes."""
    open_at: float | None = None
    """Since when the door of the visit reads open."""
    touched_at: float = 0.0
    stayed_at: float | None = None
    """When more time was last asked for in this turn of the visit."""
    keypad_until: float = 0.0
    rest_until: float = 0.0
    hurry_until: float | None = None
    prolonged: bool = False
    """Whether a visit's end was put off already for somebody who reads large type."""
    refusal_at: float = 0.0
    seen_refusal: int | None = None
    """The `n` of the refusal that was read; it is not shown again."""
    ended_visit: str = ""
    """The visit whose last page was left; it is not shown again."""

    @property
    def visit(self) -> Visit | None:
        """Give the visit to show: the daemon's, unless its last page was left already."""
        visit = self.snapshot.visit if self.snapshot else None
        if visit is None or (
            visit.visit == self.ended_visit and visit.phase is VisitPhase.DONE
        ):  # fmt: skip
            return None
        return visit

    @property
    def has_stayed(self) -> bool:
        """Tell whether more time was asked for just now."""
        return self.stayed_at is not None and self.now - self.stayed_at < STAYED_SHOWN_S

    @property
    def matters(self) -> tuple[WalkInMatter, ...]:
        """Give what papers may be handed in for without a phone."""
        return self.snapshot.bulletin.matters if self.snapshot else ()

    @property
    def chosen_matter(self) -> WalkInMatter | None:
        """Give the matter that the person chose, if they knew it."""
        return next((one for one in self.matters if one.key == self.matter), None)

    @property
    def asked(self) -> AskState:
        """Give what became of the number that this person sent."""
        asked = self.snapshot.asked if self.snapshot else Asked()
        is_theirs = self.sent_after is not None and asked.n != self.sent_after
        return asked.state if is_theirs else AskState.NONE

    @property
    def pause_s(self) -> int:
        """Give the whole seconds that the keypad still pauses."""
        return _left(self.keypad_until, self.now)

    @property
    def rest_s(self) -> int:
        """Give the whole seconds until the door may be pulsed again."""
        return _left(self.rest_until, self.now)

    @property
    def night(self) -> bool:
        """Tell whether the dark colours are shown: from nine in the evening to six."""
        return not 6 * 60 <= self.minute_of_day < 21 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one message."""

    state: ViewState
    calls: tuple[Call, ...] = ()


def _left(until: float, now: float) -> int:
    return max(0, -int(-(until - now) // 1))
