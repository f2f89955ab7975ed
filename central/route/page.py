"""Renders templates: texts by key in the visitor's language, strict headers. Knows no operation."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup

from central import normal, qr_image
from central.centre import Centre
from central.route.visitor import Visitor, remember
from locker.contract.failure import Failure
from locker.contract.local_time import local_time
from locker.contract.text import Catalogue, failure_texts

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_CONSOLE_HEADERS = _HEADERS | {
    "Content-Security-Policy": (
        f"{_HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'"
    )
}
"""The console has one script of ours, from a file: `static/live.js`."""


class Pages:
    """The templates of one application."""

    def __init__(self, centre: Centre) -> None:
        """Load the templates' environment; an unknown name in a template raises."""
        self._templates = Jinja2Templates(env=_environment())
        self._centre = centre

    def show(
        self, request: Request, who: Visitor, template: str, *, status: int = 200, **context: Any
    ) -> Response:
        """Render a template for a visitor."""
        place = template.partition("/")[0]
        texts = catalogue(place, who.language)
        now, ahead_s = self._centre.clock.now(), self._centre.ahead_s
        context |= {
            "t": texts,
            "by": functools.partial(_said, texts, "date.by", now),
            "language": who.language,
            "who": who,
            "now": now,
            "demo": self._centre.settings.demo,
            "demo_time": _said(texts, "date.day", now - ahead_s, now) if ahead_s else "",
            "fail": _failure_reader(texts, who.language),
        }
        answer = self._templates.TemplateResponse(
            request,
            template,
            context,
            status_code=status,
            headers=_CONSOLE_HEADERS if place == "console" else _HEADERS,
        )
        remember(answer, who, self._centre)
        return answer


@functools.cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).parent.parent / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(
        clauses=clauses,
        clock=_clock,
        instant=_instant,
        day=_day,
        date=_date,
        moment=_moment,
        weekday=_weekday,
        grouped=_grouped,
        hour=_hour,
        id_number=_id_number,
        telephone=normal.telephone,
    )
    environment.globals.update(qr=qr_image.svg)
    return environment


@functools.cache
def catalogue(name: str, language: str) -> Catalogue:
    """Give the texts of the phone's or the console's pages."""
    return Catalogue.load("central", name, language)


_failures = functools.cache(failure_texts)


def _failure_reader(texts: Catalogue, language: str) -> Callable[[Failure, str], str]:
    """Read what is said of a failure: to everybody, or, where the console has its own, to staff."""
    general = _failures(language)

    def read(failure: Failure, part: str) -> str:
        key = f"{failure.value}.{part}"
        own = f"to_staff.{key}"
        return texts(own) if own in texts else general(key)

    return read


def _said(texts: Catalogue, key: str, now: float, at: float) -> str:
    """Say a moment as people do, with its year only where that is another one."""
    then = local_time(at)
    return texts(
        key if then.year == local_time(now).year else f"{key}_with_year",
        year=then.year,
        month=texts(f"date.month_{then.month}"),
        day=then.day,
        weekday=texts(f"date.weekday_{then.weekday()}"),
        date=f"{then:%m-%d}",
        clock=f"{then:%H:%M}",
    )


def _clock(at: float | None) -> str:
    if at is None:
        return "—"
    return f"{local_time(at):%m-%d %H:%M:%S}"


def _instant(at: float) -> str:
    return f"{local_time(at):%Y-%m-%d %H:%M:%S}"


@jinja2.pass_context
def _day(context: jinja2.runtime.Context, at: float) -> str:
    now: float = context["now"]
    is_today = local_time(at).date() == local_time(now).date()
    return _said(context["t"], "date.today" if is_today else "date.day", now, at)


def _moment(at: float) -> str:
    return f"{local_time(at):%Y-%m-%dT%H:%M}"


def _hour(at: float) -> str:
    return f"{local_time(at):%H:%M}"


@jinja2.pass_context
def _date(context: jinja2.runtime.Context, at: float) -> str:
    return _said(context["t"], "date.on", at, at)


@jinja2.pass_context
def _weekday(context: jinja2.runtime.Context, at: float) -> str:
    return str(context["t"](f"date.weekday_{local_time(at).weekday()}"))


_CLAUSE = re.compile(
    r"<(option|textarea)\b.*?</\1>|<[^>]*>"
    r"|(?P<whole>\b\d{4}-\d\d?-\d\d?\b)"
    r"|(?P<clause>[“（]?[\u4e00-\u9fff][^<，。；：、！？（\s]{7,}[，。；：、！？”）]*)",
    re.DOTALL,
)


def clauses(page: Markup) -> Markup:
    """Mark dates, and clauses that a line may be too short for: phone.css says how they break."""

    def mark(found: re.Match[str]) -> str:
        kind = found.lastgroup
        return f'<span class="{kind}">{found[0]}</span>' if kind else found[0]

    return Markup(_CLAUSE.sub(mark, page))  # noqa: S704 - it stays escaped as it came


def _id_number(number: str) -> str:
    """Group a resident identity card's number: the place, the birthday, the rest."""
    found = re.fullmatch(r"(\d{6})(\d{8})([0-9X]{4})", number)
    return " ".join(found.groups()) if found else number


def _grouped(digits: str) -> str:
    return f"{digits[:4]} {digits[4:]}"
