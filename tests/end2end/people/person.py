"""One person in front of the glass: how long they take, and whether they were ever stuck.

A person reads 4 characters a second, presses for 1.5 s and takes 30 s at a door. That time is
counted, not waited; that a page stays as long as its reader needs is asserted of every page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk_ui.page_choice import Page
from kiosk_ui.rehearsal_client import GlassText, RehearsalClient
from kiosk_ui.timing import STAY_S

READS_PER_S = 4.0
PRESS_S = 1.5
DOOR_S = 30.0
HOLD_MS = 120
"""How long a press really lasts here: one of two seconds is the same press (test_touch.py)."""
FIXTURES = frozenset({"elder", "language", "community", "clock", "status", "number", "map"})
"""What a person does not read anew on every page."""
STAYS = frozenset({Page.OPEN, Page.OPENING, Page.STARTING, Page.OUT_OF_SERVICE, Page.HOME})


@dataclass
class Person:
    """`dead_ends`: pages without a way on, or gone before they could be read."""

    who: str
    glass: RehearsalClient
    hands_s: float = DOOR_S
    touches: int = 0
    seconds: float = 0.0
    dead_ends: list[str] = field(default_factory=list)
    _page: str = ""

    def reads(self, *pages: str) -> list[GlassText]:
        """Wait for one of these pages, read it, and look for a way on."""
        page = self.glass.wait_for_page(*pages)
        texts = self.glass.texts()
        if page == self._page:
            return texts
        self._page = page
        read = sum(len(row.text) for row in texts if row.name not in FIXTURES)
        needs_s = read / READS_PER_S
        self.seconds += needs_s
        stays_s = STAY_S * (2 if self.glass.state().elder else 1)
        if page not in STAYS and needs_s + 2 * PRESS_S > stays_s:
            self.dead_ends.append(f"{page}: {needs_s:.0f} s to read, gone after {stays_s:.0f} s")
        if not {row.name for row in texts if row.enabled} & {"help", "help-back", "stay", "back"}:
            self.dead_ends.append(f"{page}: no help and no way back")
        return texts

    def says(self, name: str) -> str:
        """Give what a widget says to this person."""
        return self.glass.text_of(name) or ""

    def presses(self, name: str) -> None:
        """Press a button, as soon as a finger could."""
        self.touches += 1
        self.seconds += PRESS_S
        self.glass.press_when_ready(name)

    def types(self, digits: str) -> None:
        """Press one key after another, looking at the paper between."""
        for digit in digits:
            self.presses(f"key-{digit}")

    def is_at_the_door(self) -> None:
        """Take the time that hands take."""
        self.seconds += self.hands_s

    def is_done(self, how: str) -> str:
        """End: `done` or an honest way out; say the figures. A person who was stuck fails."""
        return figures(self.who, self.touches, self.seconds, self.dead_ends, how)


def figures(who: str, touches: int, seconds: float, dead_ends: list[str], how: str) -> str:
    """Say how it went for a person. Whoever was stuck fails."""
    text = f"{who}: {touches} touches, {seconds:.0f} s, {len(dead_ends)} dead ends, {how}"
    print(text)
    assert dead_ends == []
    return text
