"""What the bus asks of a port, and how a port fails. Knows no library and no frames.

The errors::

    PortError
    ├── PortUnavailableError   it could not be opened: missing, taken, forbidden ...
    └── PortLostError          it was open and died: cable pulled, adapter gone
"""

from __future__ import annotations

import enum
from typing import Protocol


class PortCause(enum.Enum):
    """Why a port could not be opened."""

    MISSING = "missing"
    TAKEN = "taken"
    FORBIDDEN = "forbidden"
    OTHER = "other"


class PortError(Exception):
    """Something is wrong with a serial port; `url` names it as it was asked for."""

    def __init__(self, url: str, text: str) -> None:
        self.url = url
        super().__init__(f"{url}: {text}")


class PortUnavailableError(PortError):
    """A port could not be opened. Trying again later is right."""

    def __init__(self, url: str, *, cause: PortCause, detail: str) -> None:
        self.cause = cause
        self.detail = detail
        super().__init__(url, f"{cause.value} ({detail})")


class PortLostError(PortError):
    """An open port died. `written` is how many bytes of the frame surely or maybe went out.

    0 proves that nothing was written; None means that it is not known.
    """

    def __init__(self, url: str, *, detail: str, written: int | None = 0) -> None:
        self.detail = detail
        self.written = written
        super().__init__(url, f"lost ({detail})")


class Port(Protocol):
    """A byte line. All times are readings of the clock that the bus uses, in seconds."""

    def write(self, frame: bytes) -> None:
        """Write one whole frame at once; raise `PortLostError`."""
        ...

    def read(self, until_s: float, wake_fd: int | None = None) -> bytes:
        """Return what has come as soon as anything has, or b"" at `until_s`.

        Returns b"" at once when `wake_fd` becomes readable. With `until_s` in the past it only
        looks. Raises `PortLostError`.
        """
        ...

    def close(self) -> None:
        """Close; never raises. Closing twice is right."""
        ...
