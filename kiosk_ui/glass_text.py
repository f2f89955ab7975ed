"""The words of the glass in one language, joined from the catalogues. Knows no widget."""

from __future__ import annotations

from datetime import timedelta

from kiosk_ui.location import locate
from kiosk_ui.view_state import Day
from locker.contract.layout import Layout
from locker.contract.local_time import local_time
from locker.contract.text import Catalogue, failure_texts

_NUMERALS = "零一二三四五六七八九十"


class GlassText:
    """Texts by key: the glass's own, and the failures'."""

    def __init__(self, language: str) -> None:
        """Load both catalogues; raises FileNotFoundError for a language that has none."""
        self.language = language
        self._glass = Catalogue.load("kiosk_ui", "glass", language)
        self._failures = failure_texts(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Give a text of the glass."""
        return self._glass(key, **values)

    def __contains__(self, key: str) -> bool:
        """Tell whether the glass has such a text."""
        return key in self._glass

    @property
    def keys(self) -> frozenset[str]:
        """All keys of the glass's own texts."""
        return self._glass.keys

    def failure(self, code: str, part: str) -> str:
        """Give `title`, `cause` or `remedy` of a code; a code of a newer daemon gets plain ones."""
        key = f"{code}.{part}"
        return self._failures(key) if key in self._failures else self._glass(f"unknown.{part}")

    def place(self, layout: Layout, number: int, *, lines: bool = False) -> str:
        """Say where a door is, for example 最左边一列，最上面一格; `lines`: in two lines."""
        location = locate(layout, number)
        if location is None:
            return ""
        column_key, row_key = location.keys
        column = self._glass(column_key, n=self._ordinal(location.column))
        row = self._glass(row_key, n=self._ordinal(location.row_from_nearest))
        column = column[:1].upper() + column[1:]
        joined = self._glass("location.joined", column=column, row=row)
        return f"{column}\n{row}" if lines else joined

    def _ordinal(self, n: int) -> str:
        if self.language == "zh_CN":
            return _NUMERALS[n] if n < len(_NUMERALS) else str(n)
        ends = {1: "st", 2: "nd", 3: "rd"}
        return f"{n}{ends.get(n, 'th') if not 10 <= n % 100 <= 20 else 'th'}"


def day_and_time(text: GlassText, at: float, today: Day | None) -> str:
    """Write a Unix second as people say it: today or tomorrow, else date and weekday; the time."""
    when = local_time(at)
    time = f"{when:%H:%M}"
    for key, day in (("header.today", when), ("header.tomorrow", when - timedelta(days=1))):
        if today is not None and (day.month, day.day) == (today.month, today.day):
            return text(key, time=time)
    return date_and_time(text, Day(when.month, when.day, when.weekday()), time)


def date_and_time(text: GlassText, day: Day, time: str) -> str:
    """Write a day of a year that need not be said, and a time."""
    months, weekdays = text("header.months").split("|"), text("header.weekdays").split("|")
    month, weekday = months[day.month - 1], weekdays[day.weekday]
    return text("header.date", month=month, day=day.day, weekday=weekday, time=time)
