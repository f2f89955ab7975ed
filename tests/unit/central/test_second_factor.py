"""Two steps for who makes accounts: digits good once, recovery codes, and no way around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select
from typer.testing import CliRunner

from central.app import make_app
from central.command import app as command
from central.operation.role import Role
from central.operation.staff import GIVEN_S
from central.record.people import Staff
from tests.unit.central import phone
from tests.unit.central.conftest import PASSWORD, PUBLIC_URL, World

SIGN_IN, SECOND, SET_UP = "/staff/sign-in", "/staff/second", "/staff/second/set-up"


@pytest.fixture
def strict(world: World) -> Iterator[World]:
    """A centre that is no demo."""
    centre = replace(world.centre, settings=replace(world.centre.settings, demo=False))
    with TestClient(make_app(centre), base_url=PUBLIC_URL, follow_redirects=False) as app:
        yield World(centre, world.clock, world.channel, app)


def sign_in(world: World) -> TestClient:
    browser = world.browser()
    answer = phone.send(browser, SIGN_IN, SIGN_IN, login="zhiban", password=PASSWORD)
    assert answer.status_code == 303, answer.text
    return browser


def digits(world: World, secret: str, *, later_s: float = 0) -> str:
    return pyotp.TOTP(secret).at(int(world.clock.at + later_s))


def set_up(world: World, browser: TestClient) -> tuple[str, list[str]]:
    page = browser.get(SET_UP)
    secret, sealed = page.context["secret"], page.context["sealed"]  # type: ignore[attr-defined]
    answer = browser.post(
        SET_UP,
        data={"csrf_token": phone.token_of(page), "sealed": sealed, "code": digits(world, secret)},
    )
    assert answer.status_code == 200, answer.text
    return secret, answer.context["codes"]  # type: ignore[attr-defined]


def second(browser: TestClient, code: str) -> Response:
    return phone.send(browser, SECOND, SECOND, code=code)


def test_who_makes_accounts_goes_nowhere_before_the_set_up(strict: World) -> None:
    strict.staff()
    browser = sign_in(strict)
    for page in ("/staff", "/staff/people", "/staff/cabinets"):
        assert browser.get(page).headers["location"] == SET_UP
    set_up(strict, browser)
    assert browser.get("/staff/people").status_code == 200


def test_after_the_password_the_digits_are_asked_and_good_once(strict: World) -> None:
    strict.staff()
    secret, _ = set_up(strict, sign_in(strict))
    browser = sign_in(strict)
    assert browser.get("/staff").headers["location"] == SECOND
    used = second(browser, digits(strict, secret))
    assert (used.status_code, "BBG-508" in used.text) == (401, True), "used at the set-up"
    strict.clock.at += 60
    assert second(browser, digits(strict, secret)).headers["location"] == "/staff"
    assert browser.get("/staff").status_code == 200
    again = sign_in(strict)
    assert second(again, digits(strict, secret)).status_code == 401
    strict.clock.at += 30
    assert second(again, digits(strict, secret)).status_code == 303


@pytest.mark.parametrize("late_s", [-30, 30])
def test_a_phone_whose_clock_is_wrong_by_a_step_is_taken(strict: World, late_s: float) -> None:
    strict.staff()
    secret, _ = set_up(strict, sign_in(strict))
    strict.clock.at += 300
    assert second(sign_in(strict), digits(strict, secret, later_s=late_s)).status_code == 303


@pytest.mark.sweep
@pytest.mark.parametrize(
    "typed", ["000000", "１２３４５６", "abcdef", "12345", "1' OR '1", "x" * 99]
)
def test_what_is_not_the_digits_is_refused(strict: World, typed: str) -> None:
    strict.staff()
    set_up(strict, sign_in(strict))
    browser = sign_in(strict)
    assert second(browser, typed).status_code == 401
    assert browser.get("/staff").headers["location"] == SECOND


def test_guessing_is_slowed(strict: World) -> None:
    strict.staff()
    secret, codes = set_up(strict, sign_in(strict))
    browser = sign_in(strict)
    for _ in range(4):
        second(browser, "000000")
    strict.clock.at += 60
    assert "BBG-509" in second(browser, digits(strict, secret)).text
    assert "BBG-509" in second(browser, codes[0]).text


def test_a_recovery_code_is_good_once(strict: World) -> None:
    strict.staff()
    _, codes = set_up(strict, sign_in(strict))
    assert len(set(codes)) == 8
    typed = f"{codes[0][:5]} {codes[0][5:]}".lower()
    assert second(sign_in(strict), typed).status_code == 303
    assert second(sign_in(strict), codes[0]).status_code == 401
    assert second(sign_in(strict), codes[1]).status_code == 303


def test_the_password_alone_replaces_no_second_factor(strict: World) -> None:
    strict.staff()
    set_up(strict, sign_in(strict))
    half = sign_in(strict)
    assert half.get(SET_UP).status_code == 403
    assert phone.send(half, SECOND, SET_UP, code="000000", sealed="x").status_code == 403


def test_who_knows_a_given_password_sets_up_nothing_before_one_of_their_own(strict: World) -> None:
    person, own = strict.staff(), "/staff/password"
    with strict.centre.database.writing() as session:
        session.get_one(Staff, person).password_given_at = strict.clock.at
    browser = sign_in(strict)
    for page in ("/staff", SET_UP):
        assert browser.get(page).headers["location"] == own
    assert phone.send(browser, own, SET_UP, code="000000").headers["location"] == own
    typed = {"password_now": PASSWORD, "password": "my very own"}
    assert phone.send(browser, own, own, **typed).headers["location"] == f"{SIGN_IN}?changed"
    mine = phone.signed_in(strict, password="my very own")
    assert mine.get("/staff").headers["location"] == SET_UP


def test_a_given_password_is_good_for_three_days(world: World) -> None:
    person = world.staff("xiaoli")
    with world.centre.database.writing() as session:
        session.get_one(Staff, person).password_given_at = world.clock.at
    world.clock.at += GIVEN_S
    phone.signed_in(world, "xiaoli")
    world.clock.at += 1
    for password, code in ((PASSWORD, "BBG-529"), ("no", "BBG-508")):
        sent = {"login": "xiaoli", "password": password}
        late = phone.send(world.browser(), SIGN_IN, SIGN_IN, **sent)
        assert (late.status_code, code in late.text) == (401, True), "only who knows it is told"
    assert "三天没换，过期了" in phone.at_the_desk(world).get("/staff/people").text


def test_a_secret_that_we_did_not_show_is_refused(strict: World) -> None:
    strict.staff()
    browser = sign_in(strict)
    mine = pyotp.random_base32()
    sealed = strict.centre.keys.sealer.seal(mine, place="elsewhere")
    answer = phone.send(browser, SET_UP, SET_UP, code=digits(strict, mine), sealed=sealed)
    assert answer.status_code == 422


def test_the_secret_and_the_codes_lie_sealed_or_as_digests(strict: World) -> None:
    strict.staff()
    secret, codes = set_up(strict, sign_in(strict))
    with strict.centre.database.reading() as session:
        row = session.exec(select(Staff)).one()
    kept = f"{row.second_factor} {row.recovery}"
    assert not any(word in kept for word in (secret, *codes))


def test_nobody_sees_these_pages_without_the_password(strict: World) -> None:
    for path in (SECOND, SET_UP):
        assert strict.browser().get(path).headers["location"] == SIGN_IN


def test_a_steward_needs_no_second_factor(strict: World) -> None:
    assert phone.at_the_desk(strict, role=Role.STEWARD).get("/staff").status_code == 200


def test_the_operator_takes_a_lost_second_factor_away(strict: World) -> None:
    strict.staff()
    set_up(strict, sign_in(strict))
    words = ["drop-second-factor", "zhiban", "--database", strict.centre.settings.database_url]
    assert CliRunner().invoke(command, words).exit_code == 0
    assert sign_in(strict).get("/staff").headers["location"] == SET_UP
    words[1] = "nobody"
    assert CliRunner().invoke(command, words).exit_code == 2
