"""What a glass is told: matters to hand in, the community's words, cabinets with room."""

from __future__ import annotations

from typing import Any

from central.operation.bulletin import ROOM
from central.record.cabinet import Cabinet, Door
from locker.contract import event as told
from locker.contract.bulletin import Bulletin, Neighbour
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet


def bulletin(cabinet: FakeCabinet) -> Bulletin:
    answer = cabinet.client.get("/v1/bulletin", headers=cabinet.headers)
    assert answer.status_code == 200, answer.text
    return Bulletin.model_validate(answer.json())


def test_the_matters_are_those_for_which_papers_are_handed_in(
    world: World, cabinet: FakeCabinet
) -> None:
    matters = {matter.key: matter for matter in bulletin(cabinet).matters}
    assert matters["residence_proof"].title.zh == "居住证明"
    assert matters["residence_proof"].papers[0].zh == "申请表"
    assert all(matter.papers for matter in matters.values())


def said(world: World, cabinet: FakeCabinet, **fields: Any) -> int:
    url = f"/staff/cabinets/{cabinet.id}"
    desk = phone.at_the_desk(world)
    return phone.send(desk, url, f"{url}/said", **fields).status_code


def test_theme_and_activity_are_written_once_for_all_cabinets_of_the_community(
    world: World, cabinet: FakeCabinet
) -> None:
    other = world.enrolled_cabinet("8")
    # the world stands still at 2027-01-15 16:00 in China
    assert said(
        world, cabinet, theme=" 社区清洁日 ", theme_ends="2027-01-15T18:00",
        activity="医保咨询", activity_at="2027-01-16T10:00",
    ) == 303  # fmt: skip
    for one in (cabinet, other):
        found = bulletin(one)
        assert (found.theme, found.activity) == ("社区清洁日", "医保咨询")
    world.clock.at += 3 * 3600
    cabinet.now = world.clock.at
    cabinet.log_in()
    assert (bulletin(cabinet).theme, bulletin(cabinet).activity) == ("", "医保咨询")


def test_a_date_that_is_none_is_refused_and_an_empty_form_says_nothing(
    world: World, cabinet: FakeCabinet
) -> None:
    assert said(world, cabinet, theme="x", theme_ends="soon") == 422
    assert said(world, cabinet) == 303
    assert bulletin(cabinet).theme == ""
    assert said(world, cabinet, theme="社区清洁日") == 303
    page = phone.at_the_desk(world).get(f"/staff/cabinets/{cabinet.id}").text
    assert ('id="theme-unsaid"' in page, 'id="activity-unsaid"' in page) == (True, False)


def test_only_a_cabinet_of_the_community_that_speaks_and_has_room_is_named(
    world: World, cabinet: FakeCabinet
) -> None:
    other, far = world.enrolled_cabinet("8"), world.enrolled_cabinet("9")

    def let(free: int, *, seen_s: float) -> tuple[Neighbour, ...]:
        with world.centre.database.writing() as session:
            session.get_one(Cabinet, far.id).community = "别的社区"
            for one in (other, far):
                session.get_one(Cabinet, one.id).seen_at = world.clock.at - seen_s
                for number in range(1, ROOM + 1):
                    condition = "free" if number <= free else "occupied"
                    session.merge(
                        Door(cabinet=one.id, compartment=number, state="closed",
                             condition=condition, at=world.clock.at)
                    )  # fmt: skip
        return bulletin(cabinet).neighbours

    assert let(ROOM, seen_s=5) == (Neighbour(site="居委会门口", short="8"),)
    assert let(ROOM - 1, seen_s=5) == ()
    assert let(ROOM, seen_s=60) == ()


def test_the_nearest_with_room_is_named_first_as_staff_typed_them(
    world: World, cabinet: FakeCabinet
) -> None:
    for short, more in (("8", 2), ("9", 1), ("10", 0)):
        other = world.enrolled_cabinet(short)
        with world.centre.database.writing() as session:
            session.get_one(Cabinet, other.id).seen_at = world.clock.at
            for number in range(1, ROOM + more + 1):
                session.merge(
                    Door(cabinet=other.id, compartment=number, state="closed", condition="free",
                         at=world.clock.at)
                )  # fmt: skip
    desk, url = phone.at_the_desk(world), f"/staff/cabinets/{cabinet.id}"
    assert [one.short for one in bulletin(cabinet).neighbours] == ["8", "9"]
    assert phone.send(desk, url, f"{url}/nearby", nearby=" 10、9 ").status_code == 303
    assert [one.short for one in bulletin(cabinet).neighbours] == ["10", "9"]
    wrong = phone.send(desk, url, f"{url}/nearby", nearby="7")  # it is this one
    assert (wrong.status_code, 'value="7"' in wrong.text) == (422, True), (
        "still there, to be mended"
    )
    assert 'id="nearby-wrong"' in wrong.text
    assert phone.send(desk, url, f"{url}/nearby", nearby="").status_code == 303
    assert [one.short for one in bulletin(cabinet).neighbours] == ["8", "9"]


def test_what_the_person_chose_at_the_glass_is_offered_when_their_papers_are_claimed(
    world: World, cabinet: FakeCabinet
) -> None:
    desk = phone.at_the_desk(world)
    cabinet.say(
        told.WalkInAccepted("kw", "gw", "W-0031", "elder_allowance", ("id_copy",)),
        told.ConsignmentMoved(
            consignment="kw", compartment=2, how="deposited", visit="v9", confirmed=True,
            shut_in_visit=True,
        ),
    )  # fmt: skip
    page = desk.get("/staff/unnamed").text
    assert "高龄" in page
    assert "居民说没带：</span> 身份证件复印件</td>" in page
    assert 'value="elder_allowance" selected' in desk.get("/staff/unnamed/kw").text
    form = {**phone.DETAILS, "item": "elder_allowance"}
    claimed = phone.send(desk, "/staff/unnamed/kw", "/staff/unnamed/kw", **form)
    matter = desk.get(claimed.headers["location"])
    (papers,) = matter.context["story"].consignments  # type: ignore[attr-defined]
    assert (papers.missing, "id_copy" in papers.contents) == (["id_copy"], False)
    assert "居民说没带：</span> 身份证件复印件</dd>" in matter.text
