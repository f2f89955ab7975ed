"""How a verb of the technician's command line fails: what was tried, seen, likely, and to be done.

Knows no screen; `locker.diag.call` prints it. The words are in `texts/trouble.*.toml`. Exit codes
are part of the command's promise, and so are the English words: `--json` has them in any language.
"""

from __future__ import annotations

from enum import IntEnum

from locker.contract.text import Catalogue

PARTS = ("tried", "seen", "cause", "remedy")


class ExitCode(IntEnum):
    """What the command ends with; documented in its help."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_DAEMON = 3
    SILENT = 4


def trouble_texts(language: str) -> Catalogue:
    """Load what can be told of troubles: `<key>.tried` and so on, and the labels."""
    return Catalogue.load("locker.diag", "trouble", language)


class TroubleError(Exception):
    """Something did not work, told so that a technician can go on.

    `key` names its words, `told` fills them in. `tried`: what was done. `seen`: what came of it.
    `cause`: the likely reason. `remedy`: what to do next; all four in English.
    """

    def __init__(self, key: str, /, *, code: ExitCode = ExitCode.FAILED, **told: object) -> None:
        self.key = key
        self.code = code
        self.told = told
        english = trouble_texts("en")
        self.tried, self.seen, self.cause, self.remedy = (self.words(p, english) for p in PARTS)
        super().__init__(f"{self.tried}: {self.seen}")

    def words(self, part: str, texts: Catalogue) -> str:
        """Give one of the four parts in the language of `texts`."""
        return texts(f"{self.key}.{part}", **self.told)

    def in_one_line(self, language: str) -> str:
        """Tell what was seen, why, and what to do, for a place inside other words."""
        seen, cause, remedy = (self.words(part, trouble_texts(language)) for part in PARTS[1:])
        return f"{seen}; {cause} ({remedy})"

    def as_json(self) -> dict[str, str | int]:
        """Give it as the object that `--json` prints."""
        told = {"tried": self.tried, "seen": self.seen, "cause": self.cause, "remedy": self.remedy}
        return {**told, "exit_code": int(self.code)}
