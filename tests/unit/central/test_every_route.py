"""Every route, and who may not: nobody, another resident, a lower role, a revoked cabinet.

A new route without an entry here fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from central.operation import alarm, enrolment
from central.operation.role import DUTIES, Duty, Role
from central.record.people import Staff
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded

pytestmark = pytest.mark.sweep

EVERYBODY = """
GET /            GET /s/{cabinet}      GET /elsewhere/{key}
GET /healthz     HEAD /healthz
GET /bind        POST /bind            GET /consent         POST /consent
GET /staff/sign-in                     POST /staff/sign-in  MOUNT /static
GET /code        POST /code            GET /bind/again      POST /bind/again
GET /demo/notices                      GET /c/{short}
GET /v1/openapi.json                   POST /v1/enrolments
POST /v1/login/nonces                  POST /v1/login/sessions
GET /wechat/sign-in                    GET /wechat/signed-in
GET /data/erased
"""
"""What needs no name: it shows nobody's data, or asks for a proof of its own."""

RESIDENT = """
GET /home               POST /matters
GET /data               GET /data/consent        POST /data/consent
GET /data/correct       POST /data/correct       GET /data/looks        POST /data/told
GET /data/export        GET /data/export.json    POST /data/withdraw
POST /data/phones       POST /data/prove         POST /data/card        POST /data/phones/mine
GET /data/erase         POST /data/erase         POST /data/keep        GET /wechat/back
GET /data/wechat        POST /data/wechat        POST /data/wechat/forget
"""
"""A resident's own: who is not bound is refused; it shows whoever is bound, and nobody else."""

OWN_MATTER = """
GET /m/{matter_id}              POST /m/{matter_id}/ask       POST /m/{matter_id}/open
POST /m/{matter_id}/rate        POST /m/{matter_id}/renew     POST /m/{matter_id}/submit
POST /m/{matter_id}/identity
POST /m/{matter_id}/photos      POST /m/{matter_id}/photos/send
GET /m/{matter_id}/photos/{photo_id}
GET /m/{matter_id}/delegates    POST /m/{matter_id}/delegates
POST /m/{matter_id}/delegates/{delegate_id}/revoke
GET /m/{matter_id}/wechat       GET /m/{matter_id}/withdraw   POST /m/{matter_id}/withdraw
"""
"""One resident's matter: every other resident is refused."""

SIGNED_IN = """
GET /staff              POST /staff/sign-out
GET /staff/second       POST /staff/second       GET /staff/second/set-up
POST /staff/second/set-up                        GET /staff/live
GET /staff/password     POST /staff/password
"""
"""Any member of staff."""

STAFF = {
    Duty.MATTERS: """
POST /staff                               GET /staff/take-out
GET /staff/unnamed                        GET /staff/unnamed/{consignment}
GET /staff/unnamed/form
POST /staff/unnamed/{consignment}         POST /staff/tasks/{task_id}/done
POST /staff/tasks/{task_id}/answer
GET /staff/m/{matter_id}                  POST /staff/m/{matter_id}/brought
POST /staff/m/{matter_id}/check           POST /staff/m/{matter_id}/extend
POST /staff/m/{matter_id}/finish          POST /staff/m/{matter_id}/hand-over
GET /staff/m/{matter_id}/label            POST /staff/m/{matter_id}/looked
POST /staff/m/{matter_id}/passed-on       POST /staff/m/{matter_id}/ready
POST /staff/m/{matter_id}/refuse          POST /staff/m/{matter_id}/submit
POST /staff/m/{matter_id}/withdraw
POST /staff/m/{matter_id}/take-on         POST /staff/m/{matter_id}/hand-on
GET /staff/recall                         POST /staff/recall/nudge
GET /staff/loading                        GET /staff/loading/{paper}.pdf
GET /staff/roster                         GET /staff/hand-over
POST /staff/hand-over                     POST /staff/hand-over/{hand_over_id}/sign
GET /staff/pocket                         GET /staff/pocket/m/{matter_id}
POST /staff/pocket/m/{matter_id}/done     GET /staff/pocket/calls/{task_id}
POST /staff/pocket/m/{matter_id}/photos
""",
    Duty.DISPATCH: """
POST /staff/m/{matter_id}/give            POST /staff/roster/{shift_id}/stand-in
""",
    Duty.PERSON: """
POST /staff/m/{matter_id}/person          GET /staff/open               POST /staff/open
POST /staff/m/{matter_id}/photos/{photo_id}
POST /staff/m/{matter_id}/delegates       POST /staff/unnamed/{consignment}/join
POST /staff/m/{matter_id}/delegates/{delegate_id}/slip
POST /staff/m/{matter_id}/delegates/{delegate_id}/revoke
POST /staff/pocket/m/{matter_id}/person
GET /staff/m/{matter_id}/card             POST /staff/m/{matter_id}/card
POST /staff/m/{matter_id}/card/bind       POST /staff/m/{matter_id}/card/forget
POST /staff/m/{matter_id}/card/free       GET /staff/m/{matter_id}/erase
POST /staff/m/{matter_id}/erase           POST /staff/m/{matter_id}/erase/keep
GET /staff/m/{matter_id}/correct          POST /staff/m/{matter_id}/correct
""",
    Duty.CABINETS: """
GET /staff/cabinets                       GET /staff/cabinets/{cabinet_id}
""",
    Duty.TEND: """
POST /staff/cabinets/{cabinet_id}/visit   POST /staff/cabinets/{cabinet_id}/said
POST /staff/cabinets/{cabinet_id}/nearby  POST /staff/alarms/{alarm_id}/close
""",
    Duty.DOORS: """
POST /staff/cabinets/{cabinet_id}/openings
GET /staff/openings/{command}   GET /staff/pocket/openings/{command}
""",
    Duty.SERVICE: "POST /staff/cabinets/{cabinet_id}/pass",
    Duty.CATALOGUE: """
GET /staff/catalogue      GET /staff/catalogue/{key}      POST /staff/catalogue/{key}
POST /staff/catalogue
""",
    Duty.FIGURES: """
GET /staff/score                          GET /staff/score/{month}/{measure}
GET /staff/score/score.csv                GET /staff/score/score.xlsx
GET /staff/score/{month}/poster.pdf       GET /staff/score/teams.csv
GET /staff/figures                        GET /staff/figures/{plot}.svg
GET /staff/figures/{plot}/{key}           GET /staff/figures/months/{name}.svg
""",
    Duty.AUDIT: "GET /staff/audit",
    Duty.PEOPLE: """
GET /staff/buildings                      POST /staff/buildings
POST /staff/buildings/remove
GET /staff/people                         POST /staff/people
GET /staff/people/{staff_id}              GET /staff/people/badge/{badge_id}
POST /staff/people/{staff_id}/badge       POST /staff/people/{staff_id}/leave
POST /staff/people/{staff_id}/password    POST /staff/people/{staff_id}/role
GET /staff/teams                          POST /staff/teams
GET /staff/teams/{team_id}                POST /staff/teams/{team_id}
POST /staff/teams/{team_id}/end
POST /staff/roster                        POST /staff/roster/{shift_id}/remove
POST /staff/days
""",
}
CABINET = "POST /v1/events  GET /v1/news  POST /v1/asks  GET /v1/bulletin"

Route = tuple[str, str]


def routes_of(text: str) -> list[Route]:
    return re.findall(r"(GET|POST|MOUNT) (\S+)", text)


BY_DUTY = [(duty, route) for duty, text in STAFF.items() for route in routes_of(text)]
STAFF_ROUTES = [*routes_of(SIGNED_IN), *(route for _, route in BY_DUTY)]


def every_route(routes: list[Any], prefix: str = "") -> Iterator[Route]:
    """Walk through an application, what it includes and what it mounts."""
    for route in routes:
        included = getattr(getattr(route, "original_router", None), "routes", None)
        mounted = getattr(getattr(route, "app", None), "routes", None)
        methods = getattr(route, "methods", None)
        if included is not None:
            yield from every_route(included, prefix)
        elif methods is None and mounted:
            yield from every_route(mounted, prefix + route.path)
        else:
            for method in (methods or {"MOUNT"}) - {"HEAD"}:
                yield method, prefix + route.path


@pytest.fixture
def stage(world: World, cabinet: FakeCabinet) -> dict[str, str]:
    """Somebody's matter in a cabinet, and what the paths of everything else name."""
    _, url = loaded(world, cabinet)
    with world.centre.database.reading() as session:
        from sqlmodel import select

        from central.record.case import Consignment

        consignment = session.exec(select(Consignment.id)).first()
    return {
        "matter_id": url[3:], "cabinet": cabinet.id, "consignment": consignment or "",
        "staff_id": "s1", "badge_id": "a1", "alarm_id": "1", "task_id": "1", "key": "k",
        "delegate_id": "d1", "cabinet_id": cabinet.id, "command": "o1", "month": "2027-01",
        "team_id": "t1", "shift_id": "1", "hand_over_id": "h1",
        "measure": "done", "paper": "roll", "plot": "hours", "name": "overdue", "photo_id": "f1",
        "short": "7",
    }  # fmt: skip


def knock(
    world: World, browser: TestClient, route: Route, stage: dict[str, str]
) -> httpx2.Response:
    """Ask for a page, or press its button with the browser's own token."""
    method, path = route
    url = path.format(**stage)
    if method == "GET":
        return browser.get(url)
    browser.get("/") if "bbg_visit" not in browser.cookies else None
    sent = {"csrf_token": phone.form_token(world, browser), "reason": "handle"}
    return browser.post(url, data=sent)


def is_sent_away(answer: httpx2.Response) -> bool:
    return answer.headers.get("location", "").startswith("/staff/sign-in")


def is_let_in_nowhere(answer: httpx2.Response) -> bool:
    """A page leads who is not bound to the front; a press is refused."""
    read = answer.request.method == "GET"
    return answer.headers.get("location") == "/" if read else answer.status_code == 403


def test_every_route_has_an_entry_and_every_entry_a_route(world: World) -> None:
    listed = [
        route
        for text in (EVERYBODY, RESIDENT, OWN_MATTER, SIGNED_IN, *STAFF.values(), CABINET)
        for route in routes_of(text)
    ]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(every_route(world.app.app.router.routes))  # type: ignore[attr-defined]


def test_nobody_gets_in(world: World, stage: dict[str, str]) -> None:
    for route in STAFF_ROUTES:
        assert is_sent_away(knock(world, world.browser(), route, stage)), route
    for route in routes_of(RESIDENT + OWN_MATTER):
        answer = knock(world, world.browser(), route, stage)
        assert (is_let_in_nowhere(answer), "王秀兰" in answer.text) == (True, False), route


def test_a_resident_is_no_staff(world: World, cabinet: FakeCabinet, stage: dict[str, str]) -> None:
    other = phone.bound(world, cabinet, name="李四光", phone="13700137001")
    for route in STAFF_ROUTES:
        assert is_sent_away(knock(world, other, route, stage)), route


def test_a_resident_sees_and_moves_nothing_of_another(
    world: World, cabinet: FakeCabinet, stage: dict[str, str]
) -> None:
    other = phone.bound(world, cabinet, name="李四光", phone="13700137001")
    for route in routes_of(OWN_MATTER):
        assert knock(world, other, route, stage).status_code == 404, route
    for route in routes_of(RESIDENT):
        if route[0] == "GET":
            assert "王秀兰" not in knock(world, other, route, stage).text, route


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_what_is_not_its_duty(
    world: World, stage: dict[str, str], role: Role
) -> None:
    from sqlmodel import select

    from central.record.people import Staff

    with world.centre.database.writing() as session:
        session.exec(select(Staff).where(Staff.id == "s1")).one().role = role.value
    browser = phone.at_the_desk(world, role=role)
    for duty, route in BY_DUTY:
        if duty not in DUTIES[role]:
            answer = knock(world, browser, route, stage)
            assert (answer.status_code, "BBG-512" in answer.text) == (403, True), route


def test_an_auditor_changes_nothing_and_is_offered_nothing_to_change(
    world: World, stage: dict[str, str], cabinet: FakeCabinet
) -> None:
    for duty, (method, _) in BY_DUTY:
        assert duty not in DUTIES[Role.AUDITOR] or method == "GET"
    with world.centre.database.writing() as session:
        alarm.ring(session, cabinet.id, "head.unsigned", now=world.clock.at)
    forms = 'action="/staff/(?!sign-out)'
    for role, offered in (("auditor", False), ("technician", True)):
        with world.centre.database.writing() as session:
            session.get_one(Staff, "s1").role = role
        browser = phone.at_the_desk(world, role=Role(role))
        page = browser.get(f"/staff/cabinets/{cabinet.id}").text
        assert bool(re.search(forms, page)) is offered


def test_staff_is_no_resident(world: World, stage: dict[str, str]) -> None:
    desk = phone.at_the_desk(world)
    for route in routes_of(RESIDENT + OWN_MATTER):
        assert is_let_in_nowhere(knock(world, desk, route, stage)), route


def test_a_button_of_another_site_does_nothing(world: World, stage: dict[str, str]) -> None:
    desk = phone.at_the_desk(world)
    for method, path in STAFF_ROUTES:
        if method == "POST":
            answer = desk.post(path.format(**stage), data={"csrf_token": "forged"})
            assert answer.status_code in {401, 403, 404, 422}, path


def test_a_revoked_or_unknown_cabinet_gets_nothing(world: World, cabinet: FakeCabinet) -> None:
    tokens = {"": 401, "x" * 43: 401, cabinet.token: 403}
    with world.centre.database.writing() as session:
        enrolment.revoke(session, cabinet.id, now=world.clock.at)
    for token, status in tokens.items():
        cabinet.token = token
        assert cabinet.post_raw([]).status_code == status
        news = world.app.get("/v1/news", headers=cabinet.headers)
        assert news.status_code == status
    asked = world.app.post("/v1/login/nonces", json={"cabinet": cabinet.id})
    assert asked.status_code == 403
    assert world.browser().get(f"/s/{cabinet.id}").status_code == 404


def test_every_page_has_the_strict_headers(world: World, stage: dict[str, str]) -> None:
    desk = phone.at_the_desk(world)
    for route in [*routes_of(EVERYBODY), *STAFF_ROUTES]:
        if route[0] != "GET" or route[1].startswith(("/v1", "/healthz", "/staff/live")):
            continue
        answer = knock(world, desk, route, stage)
        if "html" in answer.headers.get("content-type", ""):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            text = answer.text.replace('<script src="/static/live.js" defer></script>', "")
            assert not re.search(r"<script|\son[a-z]+=|javascript:|\sstyle=", text), route
