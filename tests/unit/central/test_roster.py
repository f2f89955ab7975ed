"""Who is on duty until when, deputies and days off; and what a shift hands over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from central.catalogue import DayKind
from central.operation import hand_over, retention, roster
from central.record.people import Staff
from central.record.team import Shift
from central.working_day import promise
from locker.contract.local_time import LOCAL, local_time
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_console_pages import papers_received
from tests.unit.central.test_dispatch import colleague, press

PLAN = {
    "staff": "wang", "deputy": "li", "first": "2026-09-28", "last": "2026-10-11",
    "begins": "08:30", "ends": "18:00", "weekday": ["0", "1", "2", "3", "4", "5", "6"],
}  # fmt: skip
"""Around the National Day: the first week of October is off, Saturday the 10th is worked."""


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).timestamp()


def turns(world: World, when: str) -> list[str]:
    with world.centre.database.reading() as session:
        found = roster.duty_turns(session, now=at(when))
    return [f"{local_time(turn):%m-%dT%H:%M}" for turn in found]


def shifts(world: World) -> Sequence[Shift]:
    with world.centre.database.reading() as session:
        return roster.coming(session, now=world.clock.at)


@pytest.fixture
def people(world: World) -> None:
    """Two stewards."""
    colleague(world, "wang")
    colleague(world, "li")


def on_duty(world: World, when: str, team: str = "") -> tuple[str, float] | None:
    with world.centre.database.reading() as session:
        found = roster.on_duty(session, now=at(when), team=team)
    return None if found is None else (found.name, found.until)


@pytest.mark.usefixtures("people")
def test_a_plan_leaves_out_holidays_and_closing_days_and_the_deputy_stands_in(
    world: World,
) -> None:
    desk = phone.at_the_desk(world)
    assert press(desk, world, "/staff/days", day="2026-09-29", works="closed") == 303
    assert press(desk, world, "/staff/roster", **PLAN) == 303
    assert on_duty(world, "2026-09-28T09:00") == ("wang", at("2026-09-28T18:00"))
    for off in ("2026-09-28T18:00", "2026-09-29T09:00", "2026-10-01T09:00", "2026-10-11T09:00"):
        assert on_duty(world, off) is None, off
    assert on_duty(world, "2026-10-10T09:00") == ("wang", at("2026-10-10T18:00"))
    world.clock.at = at("2026-09-28T09:00")
    desk = phone.at_the_desk(world)
    shown = desk.get("/staff/roster").context  # type: ignore[attr-defined]
    first, planned = shown["shifts"][0], len(shifts(world))
    assert (shown["later"], "周一 · 现在" in desk.get("/staff/roster").text) == (0, True)
    press(desk, world, "/staff/roster", **(PLAN | {"first": "2026-10-20", "last": "2026-10-23"}))
    assert desk.get("/staff/roster").context["later"] == 4, "said, so that nobody plans twice"  # type: ignore[attr-defined]
    assert len(desk.get("/staff/roster?all=y").context["shifts"]) == planned + 4  # type: ignore[attr-defined]
    assert press(desk, world, f"/staff/roster/{first.id}/stand-in") == 303
    assert on_duty(world, "2026-09-28T09:00") == ("li", at("2026-09-28T18:00"))
    assert press(desk, world, f"/staff/roster/{first.id}/remove") == 303
    assert on_duty(world, "2026-09-28T09:00") is None


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "wrong",
    [
        {"staff": "nobody"}, {"deputy": "wang"}, {"team": "none"}, {"first": "2026-13-01"},
        {"last": "2026-09-27"}, {"last": "2027-09-27"}, {"weekday": "x"}, {"begins": "25:00"},
        {"first": "2026-10-01", "last": "2026-10-03"},
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_said_to_be_wrong(world: World, wrong: dict[str, str]) -> None:
    desk = phone.at_the_desk(world)
    assert press(desk, world, "/staff/roster", **(PLAN | wrong)) == 422


@pytest.mark.usefixtures("people")
def test_a_plan_that_is_wrong_is_shown_as_it_was_typed(world: World) -> None:
    desk = phone.at_the_desk(world)
    wrong = {
        "staff": "li", "deputy": "li", "first": "2026-09-28", "begins": "09:45", "ends": "18:00",
        "weekday": "6",
    }  # fmt: skip
    page = phone.send(desk, "/staff/roster", "/staff/roster", **wrong).text
    for kept in ('value="09:45"', 'value="2026-09-28"', 'value="6" checked'):
        assert kept in page
    assert page.count('value="li" selected') == 2
    assert 'value="0" checked' not in page


@pytest.mark.usefixtures("people")
def test_a_night_shift_ends_the_next_day_and_a_team_has_its_own_duty(world: World) -> None:
    desk = phone.at_the_desk(world)
    press(desk, world, "/staff/teams", name="甲", member=["li"])
    (view,) = desk.get("/staff/teams").context["views"]  # type: ignore[attr-defined]
    night = {"first": "2026-09-28", "last": "", "begins": "20:00", "ends": "08:00"}
    press(desk, world, "/staff/roster", **(PLAN | night))
    press(
        desk,
        world,
        "/staff/roster",
        **(PLAN | night | {"staff": "li", "deputy": "", "team": view.team.id}),
    )
    assert on_duty(world, "2026-09-29T07:59") == ("wang", at("2026-09-29T08:00"))
    assert on_duty(world, "2026-09-29T07:59", view.team.id) == ("li", at("2026-09-29T08:00"))


@pytest.mark.usefixtures("people")
def test_a_closing_day_typed_after_the_plan_takes_its_shifts_out_until_it_is_taken_away(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    press(desk, world, "/staff/roster", **PLAN)
    press(desk, world, "/staff/days", day="2026-09-29", works="closed")
    assert on_duty(world, "2026-09-29T09:00") is None
    assert turns(world, "2026-09-28T19:00")[0] == "09-30T08:30"
    world.clock.at = at("2026-09-28T19:00")
    assert "9 月 30 日\xa008:30 起有人" in phone.said(world.browser().get("/c/7"))
    shown = [shift.starts_at for shift in shifts(world)]
    assert at("2026-09-29T08:30") not in shown
    press(desk, world, "/staff/days", day="2026-09-29", works="")
    assert on_duty(world, "2026-09-29T09:00") == ("wang", at("2026-09-29T18:00"))
    press(desk, world, "/staff/days", day="2026-09-29", works="closed")
    press(desk, world, "/staff/roster", **PLAN, off_too="y")
    assert on_duty(world, "2026-09-29T09:00") == ("wang", at("2026-09-29T18:00"))


@pytest.mark.usefixtures("people")
def test_the_public_page_says_until_when_and_from_when_and_names_nobody(
    world: World, cabinet: FakeCabinet
) -> None:
    press(phone.at_the_desk(world), world, "/staff/roster", **PLAN)
    world.clock.at = at("2026-09-28T09:00")
    page = phone.said(world.browser().get("/c/7"))
    assert ("今天\xa018:00 为止" in page, "wang" in page) == (True, False)
    world.clock.at = at("2026-09-28T19:00")
    assert "9 月 29 日\xa008:30 起有人" in phone.said(world.browser().get("/c/7"))


def test_typed_days_count_in_a_promise_only_where_the_holidays_are_not_published() -> None:
    typed = {date(2050, 3, 2): False, date(2026, 11, 26): False}
    known = promise(at("2026-11-25T09:00"), 1, DayKind.WORKING, typed=typed)
    assert (known.day, known.sure) == (date(2026, 11, 26), True)
    later = promise(at("2050-03-01T09:00"), 1, DayKind.WORKING, typed=typed)
    assert (later.day, later.sure) == (date(2050, 3, 3), False)


def test_a_hand_over_lists_what_is_open_and_somebody_else_signs_it(
    world: World, cabinet: FakeCabinet
) -> None:
    desk, li = phone.at_the_desk(world), colleague(world, "li")
    url = papers_received(world, cabinet)
    press(desk, world, f"/staff{url}/take-on")
    assert press(desk, world, "/staff/hand-over", text=" ") == 422
    assert press(desk, world, "/staff/hand-over", text="柜子右下角的门要轻关") == 303
    (left,) = desk.get("/staff/hand-over").context["left"]  # type: ignore[attr-defined]
    with world.centre.database.reading() as session:
        from central.record.case import Matter

        assert left.row.open == [session.get_one(Matter, url[3:]).reference]
    assert "柜子右下角" not in left.row.text, "it is sealed"
    sign = f"/staff/hand-over/{left.row.id}/sign"
    assert (
        'id="unsigned"' in li.get("/staff").text,
        'id="unsigned"' in desk.get("/staff").text,
    ) == (True, False)
    assert press(desk, world, sign) == 409
    assert press(li, world, sign) == 303
    assert press(li, world, sign) == 409
    assert "li 已读并接班" in desk.get("/staff/hand-over").text
    with world.centre.database.writing() as session:
        centre, later = world.centre, world.clock.at + retention.KEPT_S["text"] + 1
        retention.run(session, keys=centre.keys, ledger=centre.ledger, now=later)
    with world.centre.database.reading() as session:
        (gone,) = hand_over.lately(session, keys=world.centre.keys)
    assert (gone.text, gone.read_by) == ("", "li")


@pytest.mark.usefixtures("people")
def test_the_glass_is_told_when_somebody_is_there_and_never_who(world: World) -> None:
    desk = phone.at_the_desk(world)
    press(desk, world, "/staff/roster", **PLAN)
    night = {"staff": "li", "deputy": "", "begins": "18:00", "ends": "06:00"}
    press(desk, world, "/staff/roster", **(PLAN | night | {"first": "2026-09-30", "last": ""}))
    # by day, then on into the night without a gap; after that the holiday until the make-up day
    assert turns(world, "2026-09-30T12:00")[:2] == ["10-01T06:00", "10-08T08:30"]
    assert turns(world, "2026-10-01T12:00") == [
        "10-08T08:30", "10-08T18:00", "10-09T08:30", "10-09T18:00", "10-10T08:30", "10-10T18:00",
    ]  # fmt: skip
    assert turns(world, "2026-10-10T18:00") == []
    with world.centre.database.writing() as session:
        session.get_one(Staff, "wang").left_at = at("2026-09-30T09:00")
    assert turns(world, "2026-09-30T12:00") == ["09-30T18:00", "10-01T06:00"]
