"""The score sheet on the console, and to take away."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import col, select

from central import sheet
from central.operation import catalogue, score
from central.record.cabinet import Cabinet
from central.record.team import Team
from central.route.console import PageNumber
from central.route.page import catalogue as texts_of
from central.route.press import bare, the_pages
from central.route.visitor import CentreHere, FigureStaff, PageDenied
from locker.contract.failure import Failure

router = APIRouter(prefix="/staff/score", include_in_schema=False)

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def score_sheet(request: Request, who: FigureStaff, centre: CentreHere) -> Response:
    """Show twelve months; every figure opens its list."""
    with centre.database.reading() as session:
        now = centre.clock.now()
        months, teams = score.months(session, now=now), score.by_team(session, now=now)
    return the_pages(request).show(
        request, who, "console/score.html", months=months, teams=teams, measures=score.MEASURES,
        form=bare(who), refresh_s=None,
    )  # fmt: skip


@router.get("/score.csv")
def score_csv(who: FigureStaff, centre: CentreHere) -> Response:
    """Give the sheet as CSV."""
    with centre.database.reading() as session:
        months = score.months(session, now=centre.clock.now())
    rows = sheet.rows(months, texts_of("console", who.language))
    return _file(sheet.as_csv(rows), "text/csv", "score.csv")


@router.get("/teams.csv")
def teams_csv(who: FigureStaff, centre: CentreHere) -> Response:
    """Give the sheet by month and team as CSV."""
    with centre.database.reading() as session:
        teams = score.by_team(session, now=centre.clock.now())
    rows = sheet.team_rows(teams, texts_of("console", who.language))
    return _file(sheet.as_csv(rows), "text/csv", "teams.csv")


@router.get("/score.xlsx")
def score_workbook(who: FigureStaff, centre: CentreHere) -> Response:
    """Give the sheet as a workbook."""
    with centre.database.reading() as session:
        now = centre.clock.now()
        months, teams = score.months(session, now=now), score.by_team(session, now=now)
    texts = texts_of("console", who.language)
    return _file(sheet.as_workbook(months, teams, texts), _WORKBOOK, "score.xlsx")


@router.get("/{month}/poster.pdf")
def score_poster(
    month: str, who: FigureStaff, centre: CentreHere, team: str | None = None
) -> Response:
    """Give one month as a poster, of all or of one team."""
    now = centre.clock.now()
    with centre.database.reading() as session:
        names = session.exec(select(Cabinet.community).order_by(col(Cabinet.short))).all()
        if team is None:
            found = {row.name: ("", row.figures) for row in score.months(session, now=now)}
        else:
            rows = [row for row in score.by_team(session, now=now) if row.name and row.team == team]
            found = {row.month: (row.name, row.figures) for row in rows}
    if month not in found:
        raise PageDenied(Failure.NOT_FOUND, 404)
    texts = texts_of("console", who.language)
    name, figures = found[month]
    community = "、".join(dict.fromkeys(names))
    until = sheet.counted_until(month, texts, now=now)
    poster = sheet.as_poster(sheet.Poster(month, figures, community, name, until), texts)
    whose = "-".join(filter(None, ("poster", month, team)))
    return _file(poster, "application/pdf", f"{whose}.pdf")


@router.get("/{month}/{measure}")
def behind_figure(
    month: str, measure: str, request: Request, who: FigureStaff, centre: CentreHere,
    page: PageNumber = 1, team: str | None = None,
) -> Response:  # fmt: skip
    """List the matters that one figure counts, of all or of one team."""
    with centre.database.reading() as session:
        part = score.behind(session, month, measure, page=page, team=team)
        whose = session.get(Team, team) if team else None
        items = catalogue.items_of(session, part.rows if part else [])
    if part is None:
        raise PageDenied(Failure.NOT_FOUND, 404)
    return the_pages(request).show(
        request, who, "console/score_list.html", part=part, items=items, month=month,
        measure=measure, keep={} if team is None else {"team": team},
        team=None if team is None else whose.name if whose else "",
        form=bare(who), refresh_s=None,
    )  # fmt: skip


def _file(body: bytes, kind: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="bangbangui-{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=kind, headers=headers)
