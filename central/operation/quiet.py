"""When people may be told: not in the quiet hours, and by voice within some hours of daytime.

Pure; the hours are the operator's. Knows no notice.
"""

from __future__ import annotations

from central.notice_settings import Quiet

CALL_WITHIN_S = 4 * 3600.0
_CHINA_S = 8 * 3600
_DAY_S = 86400


def call_by(at: float, quiet: Quiet | None) -> float:
    """Give when a person who is told by voice must have been called: four hours of daytime."""
    due = after_quiet(at, quiet) + CALL_WITHIN_S
    morning = after_quiet(due, quiet)
    if quiet is None or morning == due:
        return due
    evening = morning - (quiet.ends - quiet.begins) * 60 % _DAY_S
    return morning + due - evening


def after_quiet(at: float, quiet: Quiet | None) -> float:
    """Give `at`, or the end of the quiet hours it falls in."""
    if quiet is None:
        return at
    minute = int((at + _CHINA_S) % _DAY_S) // 60
    over_midnight = quiet.begins > quiet.ends
    is_quiet = (
        minute >= quiet.begins or minute < quiet.ends
        if over_midnight
        else quiet.begins <= minute < quiet.ends
    )
    if not is_quiet:
        return at
    midnight = at - (at + _CHINA_S) % _DAY_S
    ends = midnight + quiet.ends * 60
    return ends if ends > at else ends + _DAY_S
