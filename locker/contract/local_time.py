"""The clock that people read, on glass, phone and console alike. Knows no machine's own zone.

A kiosk PC and a server are often left on UTC; the people before them are not. China keeps one
zone and no summer time, so an offset is all there is to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

LOCAL: Final = timezone(timedelta(hours=8), "CST")


def local_time(at: float) -> datetime:
    """Give the date and time that a clock on the community's wall shows, of a Unix second."""
    return datetime.fromtimestamp(at, LOCAL)
