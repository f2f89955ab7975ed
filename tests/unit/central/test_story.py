"""The main job as the centre lives it: papers in, papers out, certificate in, collected, rated."""

from __future__ import annotations

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from locker.contract.credential import GrantClaims
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet


def test_a_matter_goes_from_the_scan_to_the_rating(world: World, cabinet: FakeCabinet) -> None:
    world.staff()
    desk = phone.signed_in(world)
    browser, url = phone.chosen(world, cabinet)
    start = cabinet.news().n
    assert phone.ask(browser, url).status_code == 303
    command = cabinet.news(start).items[-1].item
    assert command["item"] == "open"
    assert phone.scene(browser, url).scene == "sent"

    deposit = cabinet.grants()["deposit"]
    cabinet.begin_visit(deposit, command=command["command"])
    page = phone.scene(browser, url)
    assert (page.scene, page.visit.compartment, page.visit.door) == ("door", 2, "open")
    cabinet.visit(deposit, "deposited")
    assert phone.scene(browser, url).matter.state == "papers_received"

    cabinet.visit(cabinet.grants()["take_out"], "taken_out", staff="s1")
    assert phone.scene(browser, url).matter.state == "to_be_checked"
    phone.check_papers(desk, url)
    assert phone.scene(browser, url).matter.state == "being_done"

    matter = url.removeprefix("/m/")
    ready = phone.send(desk, f"/staff/m/{matter}", f"/staff/m/{matter}/ready")
    assert ready.headers["location"] == f"/staff/m/{matter}/label"
    assert "BBG:L:" in desk.get(ready.headers["location"]).text
    assert world.channel.sent == []

    cabinet.visit(cabinet.grants()["load"], "loaded", compartment=4, staff="s1")
    assert [message.text[:6] for message in world.channel.sent] == ["【帮办柜】您"]
    page = phone.scene(browser, url)
    assert (page.scene, len(page.code)) == ("collect", 8)

    cabinet.visit(cabinet.grants()["collect"], "collected", compartment=4)
    assert phone.scene(browser, url).scene == "rate"
    phone.send(browser, url, f"{url}/rate", rating="satisfied")
    assert phone.scene(browser, url).matter.rating == "satisfied"
    assert desk.get(f"/staff/m/{matter}").text.count('data-testid="event"') > 10


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_the_signed_qr_is_read_back_by_another_library(world: World, cabinet: FakeCabinet) -> None:
    browser, url = phone.asked(world, cabinet)
    world.clock.at += 31
    page = phone.scene(browser, url)
    assert page.scene == "qr"
    public = world.centre.keys.public
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public.key})
    token = jws.deserialize_compact(page.qr, key, algorithms=["EdDSA"])
    assert token.headers() == {"alg": "EdDSA", "kid": public.kid, "typ": "bbg"}
    import json

    claims = GrantClaims.from_json(json.loads(token.payload))
    assert (claims.cabinet, claims.purpose) == (cabinet.id, "deposit")
