"""What one life happens in: true time, dice, a list of what is to come, the story, and the plug.

Everything random is drawn from the seed; whatever the product draws from `secrets` and `random`
too, so that a seed is the whole replay.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import random
import secrets
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

START_WALL = 1_800_000_000.0
Script = Generator[float, None, None]
"""What somebody does: yields the seconds until they do the next thing."""
Deed = Generator[float, None, bool]
"""A part of a script that says how it went."""


class PowerCutError(Exception):
    """The plug was pulled between two steps; everything that was in memory is gone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story."""

    at_s: float
    text: str


class World:
    """One thread, one clock, one seed. `now_s` is true time; the cabinet's clocks may differ."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now_s = 0.0
        self.wall_error_s = 0.0
        """How far the cabinet's wall clock is off."""
        self.synchronised = True
        self.story: list[Line] = []
        self.cut_after: int | None = None
        """How many steps the power still lasts, once somebody reaches for the plug."""
        self.peaceful = False
        """Nothing breaks any more."""
        self.on_advance: Callable[[float], object] = lambda _now_s: None
        self._coming: list[tuple[float, int, Script]] = []
        self._order = itertools.count()

    # --- time -----------------------------------------------------------------------------

    @property
    def true_wall(self) -> float:
        """Unix seconds as they truly are: the centre's clock."""
        return START_WALL + self.now_s

    def cabinet_wall(self) -> float:
        """Unix seconds as the cabinet's wall clock tells them."""
        return self.true_wall + self.wall_error_s

    def advance(self, to_s: float) -> None:
        """Let time pass: springs open doors meanwhile."""
        self.now_s = max(self.now_s, to_s)
        self.on_advance(self.now_s)

    # --- what comes -----------------------------------------------------------------------

    def begin(self, script: Script, *, at_s: float | None = None) -> None:
        """Let somebody begin."""
        when_s = self.now_s if at_s is None else at_s
        heapq.heappush(self._coming, (when_s, next(self._order), script))

    def next_s(self) -> float | None:
        """Give when the next thing is done."""
        return self._coming[0][0] if self._coming else None

    def do_due(self) -> bool:
        """Do the one thing that is most overdue; whether there was one."""
        if not self._coming or self._coming[0][0] > self.now_s:
            return False
        _, _, script = heapq.heappop(self._coming)
        wait_s = next(script, None)
        if wait_s is not None:
            self.begin(script, at_s=self.now_s + wait_s)
        return True

    # --- the plug and the story -----------------------------------------------------------

    def step(self, where: str) -> None:
        """Pass a point between two steps; the power may go here."""
        if self.cut_after is None or self.peaceful:
            return
        self.cut_after -= 1
        if self.cut_after < 0:
            self.cut_after = None
            self.tell(f"THE POWER GOES: {where}")
            raise PowerCutError(where)

    def tell(self, text: str) -> None:
        """Add a line to the story."""
        self.story.append(Line(self.now_s, text))


def put(stack: contextlib.ExitStack, owner: Any, name: str, value: Any) -> None:
    """Put a value in place of a name of a module or class, until the stack is left."""
    stack.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


@contextlib.contextmanager
def drawn_from(dice: random.Random) -> Iterator[None]:
    """Let the product's own randomness come from the seed."""

    def token_hex(nbytes: int = 32) -> str:
        return dice.randbytes(nbytes).hex()

    with contextlib.ExitStack() as stack:
        stack.callback(random.setstate, random.getstate())
        random.seed(dice.random())
        put(stack, secrets, "token_bytes", dice.randbytes)
        put(stack, secrets, "token_hex", token_hex)
        put(stack, secrets, "randbelow", dice.randrange)
        put(stack, secrets, "choice", dice.choice)
        yield
