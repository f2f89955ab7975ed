"""The cabinet API, `/v1/…`: an application of its own, with its own OpenAPI description."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, TypeVar, assert_never

from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError

from central.centre import Centre
from central.database import DatabaseAwayError
from central.hub import LOOKING
from central.operation import bulletin, enrolment, glass_ask, help_call, intake, news, room_wish
from central.record.cabinet import Cabinet
from locker.contract.bulletin import Bulletin
from locker.contract.centre import (
    NEWS_WAIT_S,
    AskTaken,
    Enrolled,
    Enrolment,
    EventsAck,
    EventsPost,
    GlassAsk,
    Login,
    News,
    Nonce,
    NonceAsk,
    Problem,
    Session,
)
from locker.contract.failure import Failure
from locker.contract.vocabulary import PhoneUse

_LOG = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")

router = APIRouter(
    responses={code: {"model": Problem} for code in (400, 401, 403, 404, 422, 429, 503)}
)

_SEEN_EVERY_S = 5.0
BIGGEST_NEWS = 2**31 - 1
"""No news has a greater number: no column holds one."""

_STATUS = {
    Failure.SIGN_IN_WRONG: 401,
    Failure.SESSION_OVER: 401,
    Failure.CREDENTIAL_REVOKED: 403,
    Failure.NOT_FOUND: 404,
    Failure.FORM_INVALID: 422,
    Failure.TOO_MANY_TRIES: 429,
    Failure.CENTRE_FAULT: 503,
}


class ApiError(Exception):
    """A denial on its way to becoming a `Problem`."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure.value)
        self.failure, self.detail = failure, detail


def make_api(centre: Centre) -> FastAPI:
    """Make the application that is mounted at /v1."""
    api = FastAPI(title="bangbangui cabinet API", version="1", docs_url=None, redoc_url=None)
    api.state.centre = centre
    api.add_exception_handler(ApiError, _answer_denial)
    api.add_exception_handler(RequestValidationError, _answer_bad_form)
    api.add_exception_handler(DataError, _answer_unfit)
    api.add_exception_handler(DatabaseAwayError, _answer_database_away)
    # The routes themselves: what is included is worked out anew by every application.
    api.router.routes.extend(router.routes)
    return api


def _centre(request: Request) -> Centre:
    centre: Centre = request.app.state.centre
    return centre


CentreHere = Annotated[Centre, Depends(_centre)]


def _cabinet(request: Request, centre: CentreHere) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ApiError(Failure.SESSION_OVER)
    with centre.database.reading() as session:
        return _or_denied(enrolment.who(session, token, now=centre.clock.now()))


CabinetHere = Annotated[str, Depends(_cabinet)]


@router.post("/enrolments")
def enrol(ask: Enrolment, request: Request, centre: CentreHere) -> Enrolled:
    """Take a cabinet in, once, with a one-time code."""
    peer = request.client.host if request.client else ""
    with centre.database.writing() as session:
        answer = enrolment.enrol(
            session,
            ask,
            keys=centre.keys,
            public_url=centre.settings.public_url,
            peer=peer,
            now=centre.clock.now(),
        )
    return _or_denied(answer)


@router.post("/login/nonces")
def ask_nonce(ask: NonceAsk, centre: CentreHere) -> Nonce:
    """Give something to sign."""
    with centre.database.writing() as session:
        answer = enrolment.ask_nonce(session, ask.cabinet, now=centre.clock.now())
    return _or_denied(answer)


@router.post("/login/sessions")
def log_in(ask: Login, centre: CentreHere) -> Session:
    """Open a session of an hour for a signed nonce."""
    with centre.database.writing() as session:
        answer = enrolment.log_in(session, ask, now=centre.clock.now())
    return _or_denied(answer)


@router.post("/events")
def take_events(
    post: EventsPost, cabinet: CabinetHere, centre: CentreHere, after: BackgroundTasks
) -> EventsAck:
    """Take events in order, a portion a transaction; the same ones may come again."""
    if any(wire.sequence > intake.BIGGEST_SEQUENCE for wire in post.events):
        raise ApiError(Failure.FORM_INVALID, "a sequence number is out of range")
    ack = intake.take_portions(centre.database, cabinet, post, keys=centre.keys, clock=centre.clock)
    after.add_task(centre.hub.wake, frozenset({LOOKING}))
    after.add_task(centre.deliver_notices)  # last: a provider may be slow
    return ack


@router.get("/bulletin")
def read_bulletin(cabinet: CabinetHere, centre: CentreHere) -> Bulletin:
    """Give what the cabinet's glass may show."""
    with centre.database.reading() as session:
        tells = room_wish.can_tell(centre.notices) and not room_wish.is_full(session, cabinet)
        return bulletin.of(session, cabinet, tells=tells, now=centre.clock.now())


@router.post("/asks")
def take_ask(
    ask: GlassAsk, cabinet: CabinetHere, centre: CentreHere, after: BackgroundTasks
) -> AskTaken:
    """Take a telephone number from the glass; neither answer nor its time tells what it knows."""
    with centre.database.writing() as session:
        is_within = glass_ask.may_ask(session, cabinet, ask.use, now=centre.clock.now())
    if not is_within:
        raise ApiError(Failure.TOO_MANY_TRIES)
    after.add_task(_see_to, ask, cabinet, centre)
    return AskTaken()


def _see_to(ask: GlassAsk, cabinet: str, centre: Centre) -> None:
    with centre.database.writing() as session:
        match ask.use:
            case PhoneUse.NEW_CODE:
                glass_ask.new_codes(
                    session, cabinet, ask.phone, keys=centre.keys, now=centre.clock.now()
                )
            case PhoneUse.CALL_BACK:
                help_call.leave_number(
                    session, cabinet, ask.phone, keys=centre.keys, now=centre.clock.now()
                )
            case PhoneUse.TELL_FREE:
                room_wish.wish(
                    session, cabinet, ask.phone, keys=centre.keys, now=centre.clock.now()
                )
            case _:
                assert_never(ask.use)
    centre.deliver_notices()


@router.get("/news")
async def read_news(
    request: Request,
    centre: CentreHere,
    cabinet: CabinetHere,
    after: Annotated[int, Query(ge=0, le=BIGGEST_NEWS)] = 0,
    wait: Annotated[float, Query(ge=0, le=2 * NEWS_WAIT_S)] = 0,
) -> News:
    """Give the news after number `after`, waiting up to `wait` seconds for some."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    with centre.hub.subscribed(cabinet) as told:
        while True:
            told.clear()
            found = await to_thread.run_sync(_news_now, centre, cabinet, after)
            left = deadline - loop.time()
            if found.n != after or found.items or left <= 0:
                return found
            if await request.is_disconnected():
                return found
            try:
                await asyncio.wait_for(told.wait(), left)
            except TimeoutError:
                continue
            except asyncio.CancelledError:
                return found  # the server is told to stop: the cabinet asks another, or later


def _news_now(centre: Centre, cabinet: str, after: int) -> News:
    now = centre.clock.now()
    with centre.database.reading() as session:
        found = news.after(session, cabinet, n=after, keys=centre.keys, now=now)
        seen_at = session.get_one(Cabinet, cabinet).seen_at
    if seen_at is None or now - seen_at > _SEEN_EVERY_S:
        with centre.database.writing() as session:
            session.get_one(Cabinet, cabinet).seen_at = now
    return found


def _or_denied(answer: _Answer | Failure) -> _Answer:
    if isinstance(answer, Failure):
        raise ApiError(answer)
    return answer


async def _answer_denial(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)  # noqa: S101
    return _problem(error.failure, error.detail)


async def _answer_bad_form(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    places = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()})
    return _problem(Failure.FORM_INVALID, "; ".join(places)[:500])


async def _answer_unfit(_request: Request, _error: Exception) -> JSONResponse:
    """Answer what PostgreSQL cannot hold: a NUL in a text, above all."""
    return _problem(Failure.FORM_INVALID, "")


async def _answer_database_away(_request: Request, error: Exception) -> JSONResponse:
    _LOG.warning("the database does not answer: %s", error)
    return _problem(Failure.CENTRE_FAULT, "")


def _problem(failure: Failure, detail: str) -> JSONResponse:
    problem = Problem(failure=failure.value, detail=detail)
    return JSONResponse(problem.model_dump(), status_code=_STATUS.get(failure, 400))
