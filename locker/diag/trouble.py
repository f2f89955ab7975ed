"""How a verb of the technician's command line fails: what was tried, seen, likely, and to be done.

Knows no screen; `locker.diag.show` prints it. Exit codes are part of the command's promise.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command ends with; documented in its help."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_DAEMON = 3
    SILENT = 4


class TroubleError(Exception):
    """Something did not work, told so that a technician can go on.

    `tried`: what was done. `seen`: what came of it. `cause`: the likely reason. `remedy`: what to
    do next.
    """

    def __init__(
        self, *, tried: str, seen: str, cause: str, remedy: str, code: ExitCode = ExitCode.FAILED
    ) -> None:
        self.tried = tried
        self.seen = seen
        self.cause = cause
        self.remedy = remedy
        self.code = code
        super().__init__(f"{tried}: {seen}")

    def as_json(self) -> dict[str, str | int]:
        """Give it as the object that `--json` prints."""
        told = {"tried": self.tried, "seen": self.seen, "cause": self.cause, "remedy": self.remedy}
        return {**told, "exit_code": int(self.code)}
