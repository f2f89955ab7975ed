"""Buildings: administrators list them, residents choose theirs or write one that is not there."""

from __future__ import annotations

import pytest

from central.operation import buildings
from central.record.people import Building
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet

PERSON = {"name": "王秀兰", "phone": "13800138000"}


def listed(world: World) -> list[Building]:
    """List 润园1号院 with houses 3 (two units) and 12 (none)."""
    with world.centre.database.writing() as session:
        for house, units in (("12 号楼", 0), ("3 号楼", 2)):
            assert buildings.add(session, buildings.Filled("润园1号院", house, units)) is None
        (estate,) = buildings.by_estate(session).values()
        return list(estate)


def known_address(world: World, cabinet: FakeCabinet, **filled: str) -> str:
    browser = world.browser()
    phone.scan(browser, cabinet)
    answer = phone.send(browser, "/bind", "/bind", **PERSON, **filled)
    assert answer.status_code == 303, answer.text
    phone.send(browser, "/consent", "/consent")
    held = browser.get("/data").context["held"]  # type: ignore[attr-defined]
    return str(held.details.building)


def test_administrators_add_a_building_with_its_units_and_take_one_away(world: World) -> None:
    desk = phone.at_the_desk(world)
    place = {"estate": "润园1号院", "house": "3 号楼"}
    page = "/staff/buildings"
    for units in ("2", "3"):
        assert phone.send(desk, page, page, **place, units=units).status_code == 303
    assert desk.get(page).text.count('data-testid="building"') == 3
    for bad in ({**place, "units": "31"}, {**place, "units": "x"}, {"estate": "", "house": "3"}):
        assert phone.send(desk, page, page, **bad).status_code == 422
    with world.centre.database.reading() as session:
        (rows,) = buildings.by_estate(session).values()
    assert [row.unit for row in rows] == ["1 单元", "2 单元", "3 单元"]
    phone.send(desk, page, f"{page}/remove", place=rows[0].id)
    assert desk.get(page).text.count('data-testid="building"') == 2


def test_a_listed_building_is_chosen_and_its_team_is_found_by_it(
    world: World, cabinet: FakeCabinet
) -> None:
    rows = listed(world)
    assert [(row.house, row.unit) for row in rows] == [
        ("3 号楼", "1 单元"), ("3 号楼", "2 单元"), ("12 号楼", ""),
    ]  # fmt: skip
    address = known_address(world, cabinet, place=rows[1].id, building="501")
    assert address == "润园1号院 3 号楼 2 单元 501"
    assert buildings.named(rows, address) == [rows[1]]
    assert known_address(world, cabinet, place=rows[2].id, building="") == "润园1号院 12 号楼"


LISTED = [
    Building(id=f"{estate}/{house}/{unit}", estate=estate, house=house, unit=unit)
    for estate, house, unit in (
        ("润园小区", "3 号楼", "1 单元"), ("润园小区", "3 号楼", "2 单元"),
        ("润园小区", "12 栋", ""), ("润园1号院", "3 号楼", ""),
        ("润园小区", "7 号楼", "1 单元"), ("润园小区", "A3 座", ""),
        ("润园小区", "8 号楼", ""), ("润园小区", "8 号楼", "2 单元"),
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("润园小区 3 号楼 2 单元 501", "润园小区/3 号楼/2 单元"),
        ("裕华区润园社区3栋02单元", "润园小区/3 号楼/2 单元"),
        ("润园 3-2-501", "润园小区/3 号楼/2 单元"),
        ("润园小区 3 号楼", "润园小区/3 号楼/1 单元 润园小区/3 号楼/2 单元"),
        ("润园小区 3 号楼 9 单元", ""),
        ("润园1号院3号楼 2 单元", "润园1号院/3 号楼/"),
        ("润园12栋 1 单元 101", "润园小区/12 栋/"),
        ("润园 a3座", "润园小区/A3 座/"),
        ("12 号楼 301", "润园小区/12 栋/"),
        ("Building 7, Unit 1", "润园小区/7 号楼/1 单元"),
        ("8 号楼 2 单元", "润园小区/8 号楼/2 单元"),
        ("8 号楼 1 单元", "润园小区/8 号楼/"),
        ("3 号楼 2 单元 501", ""),
        ("锦绣花园 12 号楼", ""),
        ("润园小区", ""),
        ("槐安路", ""),
        ("", ""),
    ],
)
def test_an_address_names_what_the_list_can_tell_and_nothing_else(address: str, found: str) -> None:
    assert " ".join(row.id for row in buildings.named(LISTED, address)) == found


def test_a_house_is_called_by_its_name_where_every_unit_of_it_is_meant() -> None:
    three = LISTED[:3]
    assert buildings.in_words(three, {row.id for row in three}) == [
        "润园小区 3 号楼", "润园小区 12 栋"
    ]  # fmt: skip
    assert buildings.in_words(three, {three[1].id}) == ["润园小区 3 号楼 2 单元"]


def test_who_does_not_find_theirs_writes_it(world: World, cabinet: FakeCabinet) -> None:
    listed(world)
    browser = world.browser_with_cookie()
    page = browser.get("/bind").text
    assert "我的楼不在里面" in page
    wrong = phone.send(browser, "/bind", "/bind", **PERSON, place="other", building="")
    assert wrong.status_code == 422
    for place in ("hgone", ""):
        unchosen = phone.send(browser, "/bind", "/bind", **PERSON, place=place, building="501")
        assert (unchosen.status_code, 'id="place-error"' in unchosen.text) == (422, True)
    address = known_address(world, cabinet, place="other", building="和平里 8 栋")
    assert address == "和平里 8 栋"


@pytest.mark.parametrize(("tie", "status"), [("tenant", 303), ("", 303), ("king", 422)])
def test_how_somebody_lives_here_may_be_said(world: World, tie: str, status: int) -> None:
    browser = world.browser_with_cookie()
    answer = phone.send(browser, "/bind", "/bind", **PERSON, building="3 号楼", tie=tie)
    assert answer.status_code == status


def test_the_tie_and_the_kind_of_document_are_kept_and_shown(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = phone.bound(world, cabinet, tie="dormitory")
    changed = {**phone.DETAILS, "tie": "dormitory", "id_number": "E12345678"}
    answer = phone.send(browser, "/data/correct", "/data/correct", **changed, id_kind="passport")
    assert answer.status_code == 303
    for page in ("/data", "/data/export"):
        assert "护照" in browser.get(page).text
        assert "住单位、学校宿舍" in browser.get(page).text
    phone.send(browser, "/data/correct", "/data/correct", **{**changed, "id_number": ""},
               id_kind="passport")  # fmt: skip
    assert "护照" not in browser.get("/data").text
