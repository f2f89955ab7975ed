"""The plots on the console; every figure opens its list, also without the picture."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import plot as drawing
from central.operation import catalogue, figure, score
from central.operation.figure import Plot
from central.route.console import PageNumber
from central.route.page import catalogue as texts_of
from central.route.press import bare, the_pages
from central.route.visitor import CentreHere, FigureStaff, PageDenied
from locker.contract.failure import Failure
from locker.contract.text import Catalogue

router = APIRouter(prefix="/staff/figures", include_in_schema=False)

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""A picture of its own: its style is inside it, and nothing in it runs."""
RATED = ("satisfied", "fair", "dissatisfied")


@router.get("")
def figures(request: Request, who: FigureStaff, centre: CentreHere) -> Response:
    """Show every plot with its figures."""
    with centre.database.reading() as session:
        now = centre.clock.now()
        shown = {plot: figure.bars(session, plot, now=now) for plot in figure.PLOTS}
        months = score.months(session, now=now)
    return the_pages(request).show(
        request, who, "console/figures.html", plots=shown, months=months, rated=RATED,
        days=figure.DAYS, form=bare(who), refresh_s=None,
        label=partial(_said, texts_of("console", who.language)),
    )  # fmt: skip


@router.get("/months/{name}.svg")
def draw_months(name: str, who: FigureStaff, centre: CentreHere) -> Response:
    """Draw satisfaction, or what was on time and late, by month."""
    parts = {"satisfaction": RATED, "overdue": ("on_time", "late")}.get(name)
    if parts is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    with centre.database.reading() as session:
        months = score.months(session, now=centre.clock.now())[::-1]
    texts = texts_of("console", who.language)
    rows = {texts(f"score.{part}"): [month.figures[part] for month in months] for part in parts}
    return _picture(drawing.stacked([month.name[2:] for month in months], rows))


@router.get("/{plot}.svg")
def draw(plot: Plot, who: FigureStaff, centre: CentreHere) -> Response:
    """Draw one plot."""
    with centre.database.reading() as session:
        bars = figure.bars(session, plot, now=centre.clock.now())
    texts = texts_of("console", who.language)
    labels = [_label(texts, plot, bar) for bar in bars]
    name = texts(f"plot.{plot.value}.title")
    return _picture(drawing.bars(labels, [bar.count for bar in bars], name=name))


@router.get("/{plot}/{key}")
def behind(
    plot: Plot, key: str, request: Request, who: FigureStaff, centre: CentreHere,
    page: PageNumber = 1,
) -> Response:  # fmt: skip
    """List what one bar counts."""
    with centre.database.reading() as session:
        part = figure.behind(session, plot, key, now=centre.clock.now(), page=page)
        if part is None:
            raise PageDenied(Failure.NOT_FOUND, 404)
        of_matters = plot in {Plot.DWELL, Plot.CLOCK}
        items = catalogue.items_of(session, [row[0] for row in part.rows] if of_matters else [])
    bar = figure.Bar(key, 0, "" if of_matters or plot is Plot.TRIES else key.replace(":", " · "))
    return the_pages(request).show(
        request, who, "console/figure_list.html", plot=plot, part=part, items=items,
        of_matters=of_matters, label=_said(texts_of("console", who.language), plot, bar),
        form=bare(who), refresh_s=None,
    )  # fmt: skip


def _label(texts: Catalogue, plot: Plot, bar: figure.Bar) -> str:
    return bar.label or texts(f"plot.{plot.value}.{bar.key}")


def _said(texts: Catalogue, plot: Plot, bar: figure.Bar) -> str:
    """Give a bar's label as it stands in a line, away from its axis: an hour is called one."""
    label = _label(texts, plot, bar)
    return texts("plot.hours.at", hour=label) if plot is Plot.HOURS else label


def _picture(drawn: bytes) -> Response:
    return Response(drawn, media_type="image/svg+xml", headers=_HEADERS)
