"""The application factory: the cabinet API at /v1, the pages beside it, one centre behind both."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from central import photo
from central.centre import ROUND_S, Centre
from central.clock import clock_of
from central.database import DatabaseAwayError
from central.notice_settings import NoticeSettings
from central.notice_settings import read as read_notices
from central.operation import standing
from central.operation.notice import PrintingChannel
from central.route import (
    assistance,
    audit,
    binding,
    building,
    cabinet,
    card,
    claim,
    consent,
    console,
    correct_desk,
    delegate,
    delegate_desk,
    demo,
    dispatch,
    erase_desk,
    figure,
    item,
    live,
    loading,
    matter,
    opening,
    own_data,
    people,
    phone,
    picture,
    pocket,
    recall,
    roster,
    score,
    second,
    team,
    technician,
    told,
    wechat,
)
from central.route.page import Pages
from central.route.press import bare
from central.route.visitor import (
    CentreHere,
    PageDenied,
    SignInFirst,
    Visitor,
    from_pocket,
    known_staff,
    staff_visitor,
    stranger,
    visitor,
)
from central.settings import read_settings
from locker.contract.failure import Failure

_LOG = logging.getLogger(__name__)
FORM_BYTES = 64 * 1024
PHOTO_BYTES = photo.FILE_BYTES + FORM_BYTES
EVENTS_BYTES = 8 * 1024 * 1024
_THROWN_AWAY_BYTES = 8 * PHOTO_BYTES
_ENVIRONMENT = "BANGBANGUI_CENTRAL_"
_ONCE: Final = ("/s/", "/wechat/", "/staff/people/badge/")
"""Pages whose opening does something: a word on the glass, a used code, a badge's one showing."""
_PRESSED_ON = re.compile(
    r"(/staff)?(/pocket)?(?P<matter>/m/[^/]+)|/staff/(cabinets|unnamed|people|teams)/[^/]+"
)
"""The page that a button stands on, as its address begins."""
_ROOMS: Final = (
    phone, delegate, delegate_desk, card, correct_desk, erase_desk, picture, binding, consent,
    own_data, told, wechat, people, building, second, claim, matter, dispatch, live, loading,
    recall, roster, pocket, team, item, assistance, opening, technician, score, figure, audit,
    console,
)  # fmt: skip
"""The modules of `central.route` whose pages every centre has."""


def make_app(centre: Centre) -> FastAPI:
    """Make the application that serves a centre."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.centre = centre
    app.state.pages = Pages(centre)
    app.add_middleware(BodyLimit)
    app.add_middleware(HeadAsGet)
    app.add_exception_handler(PageDenied, _show_denial)
    app.add_exception_handler(SignInFirst, _send_to_sign_in)
    app.add_exception_handler(HTTPException, _show_not_found)
    app.add_exception_handler(RequestValidationError, _show_bad_address)
    app.add_exception_handler(DataError, _show_unfit)
    app.add_exception_handler(DatabaseAwayError, _show_database_away)
    app.add_exception_handler(Exception, _show_fault)
    app.mount("/v1", cabinet.make_api(centre))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.get("/healthz", include_in_schema=False)(health)
    rooms = (*_ROOMS, demo) if centre.settings.demo else _ROOMS
    for room in rooms:
        # Their routes themselves: what is included is worked out anew by every application.
        app.router.routes.extend(room.router.routes)
    return app


def from_environment() -> FastAPI:
    """Make the application in a worker process; `central.command` put the settings there.

    urllib3 writes of whole addresses, and those of providers hold numbers, codes and secrets:
    whatever else is logged, that is not.
    """
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    settings = read_settings(
        database=os.environ[f"{_ENVIRONMENT}DATABASE"],
        data=Path(os.environ[f"{_ENVIRONMENT}DATA"]),
        public_url=os.environ[f"{_ENVIRONMENT}PUBLIC_URL"],
        demo=os.environ.get(f"{_ENVIRONMENT}DEMO") == "1",
    )
    file = os.environ.get(f"{_ENVIRONMENT}NOTICES")
    notices = read_notices(Path(file) if file else None)
    if settings.demo and not file:
        notices = NoticeSettings((PrintingChannel(),), quiet=None)
    app = make_app(Centre.open(settings, clock=clock_of(settings), notices=notices))
    # What was loaded stays for ever: looking through it again and again would cost 0.1 s a time.
    gc.collect()
    gc.freeze()
    return app


def health(centre: CentreHere) -> PlainTextResponse:
    """Say that the database answers, and that what the clock asks for is done in time."""
    late = centre.late()
    return PlainTextResponse(f"late: {', '.join(late)}" if late else "ok", 503 if late else 200)


class BodyLimit:
    """Refuses bodies that no page and no cabinet of ours sends."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse by the announced length; a body of unknown length is refused too."""
        if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            headers = dict(scope["headers"])
            limit = _longest(scope["path"])
            length = headers.get(b"content-length", b"")
            if not length.isdigit() or int(length) > limit:
                answer = await _too_long(scope, receive)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


class HeadAsGet:
    """Answers HEAD as GET, for monitors, on pages that can be opened again as they were.

    The server leaves the body out.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the page; the cabinets' API says itself what it takes."""
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        if is_head and not scope["path"].startswith(("/v1/", *_ONCE)):
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


async def _too_long(scope: Scope, receive: Receive) -> Response:
    """Say so on a page; what still comes is thrown away: a browser reads the answer last."""
    if scope["path"].startswith("/v1/"):
        return Response("413 too long", status_code=413)
    thrown_away, more = 0, True
    while more and thrown_away < _THROWN_AWAY_BYTES:
        message = await receive()
        thrown_away += len(message.get("body", b""))
        more = bool(message.get("more_body"))
    photos = scope["path"].endswith("/photos")
    failure = Failure.PHOTO_UNREADABLE if photos else Failure.FORM_INVALID
    return await to_thread.run_sync(_failure_page, Request(scope), failure, 413)


def _longest(path: str) -> int:
    if path.startswith("/v1/"):
        return EVENTS_BYTES
    return PHOTO_BYTES if path.endswith("/photos") else FORM_BYTES


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    centre: Centre = app.state.centre
    async with centre.hub.running(centre.listen_to, centre.news_counters):
        ending = asyncio.Event()
        rounds = asyncio.gather(*(_go_round(duty, ending) for duty in centre.duties.values()))
        yield
        ending.set()
        await to_thread.run_sync(centre.tell_no_more)
        await rounds
    centre.database.close()


async def _go_round(duty: Callable[[], None], ending: asyncio.Event) -> None:
    """Do again and again what the clock asks for; a slow provider holds up no other duty.

    What is begun is done to its end: the thread of a task that is cancelled would go on, on a
    database that is closed.
    """
    while not ending.is_set():
        try:
            await asyncio.wait_for(ending.wait(), ROUND_S)
        except TimeoutError:
            await to_thread.run_sync(do, duty)


def do(duty: Callable[[], None]) -> None:
    """Do one of the clock's duties: one that fails must not end the others."""
    try:
        duty()
    except DatabaseAwayError as error:
        _LOG.warning("%s waits for the database: %s", duty.__name__, error)
    except Exception:  # noqa: BLE001  (whatever it is, the next duty has its turn)
        _LOG.exception("%s failed and is tried again", duty.__name__)


def _show_denial(request: Request, error: Exception) -> Response:
    assert isinstance(error, PageDenied)  # noqa: S101  (Starlette's handlers are typed so)
    return _failure_page(request, error.failure, error.status)


def _show_not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    failure = Failure.NOT_FOUND if error.status_code == 404 else Failure.FORM_INVALID
    return _failure_page(request, failure, error.status_code)


def _show_bad_address(request: Request, _error: Exception) -> Response:
    """Answer what was typed into an address, or a field of a search, and cannot be meant."""
    return _failure_page(request, Failure.NOT_FOUND, 404)


def _show_unfit(request: Request, error: Exception) -> Response:
    """Answer what PostgreSQL cannot hold: a NUL in an address or a field, above all."""
    assert isinstance(error, DataError)  # noqa: S101
    _LOG.info("refused what the database cannot hold: %s", type(error.orig).__name__)
    return _failure_page(request, Failure.FORM_INVALID, 422)


def _send_to_sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)  # noqa: S101
    pocket = "?from=pocket" if from_pocket(request) else ""
    return RedirectResponse(error.page + pocket, status_code=303)


def _show_database_away(request: Request, error: Exception) -> Response:
    """Say so in one line of the log: every cabinet and every page asks again and again."""
    _LOG.warning("the database does not answer: %s", error)
    who = stranger(request, request.app.state.centre)
    return _show_failure(request, who, Failure.CENTRE_FAULT, 503, telephone="")


def _show_fault(request: Request, _error: Exception) -> Response:
    """Say that the fault is ours, without the database: it may be what failed."""
    if request.url.path.startswith("/v1/"):
        return Response(status_code=500)  # the cabinets' own application has answered
    who = stranger(request, request.app.state.centre)
    return _show_failure(request, who, Failure.CENTRE_FAULT, 500, telephone="")


def _failure_page(request: Request, failure: Failure, status: int) -> Response:
    centre: Centre = request.app.state.centre
    who = visitor(request, centre)
    with contextlib.suppress(SignInFirst):
        who = staff_visitor(known_staff(request, who, centre))
    here = who.presence.cabinet if who.presence else ""
    with centre.database.reading() as session:
        telephone = standing.telephone(session, here)
    return _show_failure(request, who, failure, status, telephone=telephone)


def _show_failure(
    request: Request, who: Visitor, failure: Failure, status: int, *, telephone: str
) -> Response:
    pages: Pages = request.app.state.pages
    place = "console" if request.url.path.startswith("/staff") else "phone"
    return pages.show(
        request, who, f"{place}/failure.html", failure=failure, status=status,
        form=bare(who) if who.staff else None, refresh_s=None, telephone=telephone,
        pocket=from_pocket(request), back="" if status == 404 else _pressed_on(request),
    )  # fmt: skip


def _pressed_on(request: Request) -> str:
    """Give the page that the button stands on, or the resident's matter; or nothing."""
    asks = request.method == "POST" or request.url.path.startswith("/m/")
    found = _PRESSED_ON.match(request.url.path) if asks else None
    if found is not None and from_pocket(request):
        return f"/staff/pocket{found['matter']}" if found["matter"] else ""
    return found[0] if found else ""
