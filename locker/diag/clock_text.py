"""Times as the technician reads them: on the community's clock, whatever zone the PC is left on."""

from __future__ import annotations

from locker.contract.local_time import local_time


def full(at: float) -> str:
    """Write a Unix second with its date."""
    return local_time(at).strftime("%Y-%m-%d %H:%M:%S")


def short(at: float) -> str:
    """Write a Unix second without its year."""
    return local_time(at).strftime("%m-%d %H:%M:%S")


def time_of_day(at: float, *, digits: int) -> str:
    """Write the time of day with tenths (`digits` 1) to milliseconds (3), cut, not rounded."""
    part = int(at % 1 * 10**digits)
    return f"{local_time(at):%H:%M:%S}.{part:0{digits}}"


def stamp(at: float) -> str:
    """Write a Unix second for the name of a file."""
    return local_time(at).strftime("%Y%m%d-%H%M%S")
