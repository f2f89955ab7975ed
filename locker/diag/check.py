"""`diag check`: the whole kiosk PC, item by item; what each function needs, and the order.

Each item is one function of `pc_check` or `site_check` with a stated method. What needs a person
is asked of a person and recorded as a person's word; what was left out is "not done", never passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from locker.contract.text import Catalogue
from locker.diag.acceptance import Finding, Result, Source
from locker.diag.bench import Bench
from locker.diag.pace import Pace
from locker.diag.person import Person, PersonLeftError
from locker.diag.trouble import TroubleError
from locker.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The PC and cabinet that are checked.

    `root`: where /sys, /proc and /dev are. `run`: runs a program, returns exit code and what it
    said. `person` is None where nobody is there: then what needs one is not done. `bench` is None
    where the doors cannot be reached; `bench_trouble` says why. `centre_url` is empty and
    `settings` None where there is none.
    """

    texts: Catalogue
    pace: Pace
    person: Person | None
    bench: Bench | None
    bench_trouble: str
    settings: Settings | None
    centre_url: str
    root: Path
    run: Callable[[Sequence[str]], tuple[int, str]]

    def found(
        self, key: str, result: Result, *, seen: str, source: Source = Source.MEASURED,
        how: str = "how",
    ) -> Finding:  # fmt: skip
        """Make a finding; `how` is the text key of the method."""
        return Finding(
            key=key, name=self.texts(f"check.{key}.name"), result=result, source=source,
            seen=seen, how=self.texts(f"check.{key}.{how}"),
        )  # fmt: skip

    def not_done(self, key: str, *, how: str = "how") -> Finding:
        """Say that nobody was there for it."""
        seen = self.texts("check.skipped")
        return self.found(key, Result.NOT_DONE, seen=seen, source=Source.PERSON, how=how)

    @property
    def someone(self) -> Person:
        """The person. Raises PersonLeftError where nobody is there."""
        if self.person is None:
            raise PersonLeftError
        return self.person

    def says_yes(self, question: str) -> bool:
        """Ask the person yes or no. Raises PersonLeftError."""
        answers = {"y": self.texts("yes"), "n": self.texts("no")}
        return self.someone.choose(question, answers) == "y"


Check = Callable[[Spot], Finding]


def run_checks(spot: Spot, checks: Sequence[tuple[str, Check]]) -> Iterator[Finding]:
    """Do the items in order; once the person has left, what needs one is not done.

    A cable that is pulled meanwhile is a failed item, and the rest goes on.
    """
    for key, check in checks:
        try:
            yield check(spot)
        except PersonLeftError:
            yield spot.not_done(key)
        except TroubleError as trouble:
            yield spot.found(key, Result.FAILED, seen=trouble.in_one_line(spot.texts.language))
