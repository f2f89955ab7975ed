"""Photos: judged by content, drawn anew, a missing paper mended by one, seen by whom, gone when."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlmodel import select

from central.key import KeyRing
from central.operation import photo as photos
from central.photo import PIXELS, SIDE_PX, Picture, read
from central.record.case import Matter
from central.record.privacy import Photo
from locker.contract.failure import Failure
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_acceptance import handed_in
from tests.unit.central.test_erasure import DAY_S, let_go

PLACE = b"38.0428N 114.5149E"


def picture(form: str = "JPEG", size: tuple[int, int] = (300, 200), **how: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 40)).save(out, form, **how)
    return out.getvalue()


def located() -> bytes:
    """A photo as a phone takes it: lying on its side, with where and with what it was taken."""
    tags = Image.Exif()
    tags[0x010F] = "Zhongxing"
    tags[0x0112] = 6
    tags.get_ifd(0x8825)[29] = PLACE.decode()
    return picture(exif=tags, comment=PLACE)


def bomb() -> bytes:
    """A PNG of a few bytes that says it is far too large."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + end

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99)))


def test_what_a_phone_hides_in_a_photo_is_gone_and_it_stands_upright() -> None:
    sent = located()
    assert PLACE in sent
    kept = read(sent)
    assert isinstance(kept, Picture)
    assert kept.size == (200, 300)
    with Image.open(io.BytesIO(kept.jpeg)) as drawn:
        assert (drawn.format, dict(drawn.getexif())) == ("JPEG", {})
        assert not {"comment", "exif", "icc_profile"} & set(drawn.info)
    for word in (PLACE, b"Zhongxing", b"Exif"):
        assert word not in kept.jpeg


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_of_each_kind_is_made_smaller(form: str) -> None:
    kept = read(picture(form, (4000, 1000)))
    assert isinstance(kept, Picture)
    assert kept.size == (SIDE_PX, SIDE_PX // 4)


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture("GIF"),
     picture("TIFF"), picture()[:-900], picture("PNG")[:60], bomb()],
    ids=["empty", "text", "pdf", "svg", "gif", "tiff", "cut jpeg", "cut png", "bomb"],
)  # fmt: skip
def test_what_is_no_photo_is_refused(raw: bytes) -> None:
    assert read(raw) is Failure.PHOTO_UNREADABLE


def test_a_picture_one_row_too_large_is_refused_before_it_is_decoded() -> None:
    assert PIXELS < 6000 * 5000
    assert read(picture("PNG", (6000, 5000))) is Failure.PHOTO_UNREADABLE


def missing(world: World, cabinet: FakeCabinet, *keys: str) -> tuple[TestClient, str, TestClient]:
    browser, url = handed_in(world, cabinet)
    desk = phone.at_the_desk(world)
    phone.check_papers(desk, url, *keys)
    return browser, url, desk


def upload(browser: TestClient, url: str, paper: str, raw: bytes) -> Any:
    token = phone.token_of(browser.get(url))
    files = {"photo": ("a.jpg", raw, "text/html")}
    return browser.post(f"{url}/photos", data={"csrf_token": token, "paper": paper}, files=files)


def kept(world: World) -> list[Photo]:
    with world.centre.database.reading() as session:
        return list(session.exec(select(Photo)))


def test_a_missing_copy_is_mended_by_a_photo_and_staff_accept_it(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url, desk = missing(world, cabinet, "id_copy", "home_proof")
    assert upload(browser, url, "id_copy", located()).status_code == 303
    assert 'id="send-photos"' not in browser.get(url).text
    upload(browser, url, "id_copy", picture())
    upload(browser, url, "home_proof", picture())
    assert len(kept(world)) == 2, "another photo of the same paper takes its place"
    page = browser.get(url)
    (shown, _) = page.context["page"].missing  # type: ignore[attr-defined]
    seen = browser.get(f"{url}/photos/{shown.photo}")
    assert (seen.headers["content-type"], seen.content[:2]) == ("image/jpeg", b"\xff\xd8")
    world.clock.at += 60
    assert phone.send(browser, url, f"{url}/photos/send").headers["location"] == url
    form = desk.get(f"/staff{url}")
    assert form.text.count('value="photo"') == 2
    ticks = {"seen-id_copy": "photo", "seen-home_proof": "photo"}
    assert phone.send(desk, f"/staff{url}", f"/staff{url}/check", **ticks).status_code == 303
    with world.centre.database.reading() as session:
        assert session.get_one(Matter, url[3:]).state == "being_done"


def test_a_paper_that_was_not_photographed_cannot_be_accepted_by_photo(
    world: World, cabinet: FakeCabinet
) -> None:
    _, url = handed_in(world, cabinet)
    desk = phone.at_the_desk(world)
    ticks = {f"seen-{key}": "photo" for key in ("application", "id_copy", "home_proof")}
    assert phone.send(desk, f"/staff{url}", f"/staff{url}/check", **ticks).status_code == 422


def test_only_what_may_be_mended_by_photo_is_taken(world: World, cabinet: FakeCabinet) -> None:
    browser, url, _ = missing(world, cabinet, "application", "id_copy")
    assert upload(browser, url, "application", picture()).status_code == 409
    assert upload(browser, url, "home_proof", picture()).status_code == 409
    wrong = upload(browser, url, "id_copy", b"<script>alert(1)</script>")
    assert (wrong.status_code, "BBG-522" in wrong.text) == (422, True)
    assert browser.post(f"{url}/photos", data={"paper": "id_copy"}).status_code in {403, 422}
    assert kept(world) == []


def test_a_look_of_staff_needs_a_reason_and_the_resident_reads_it(
    world: World, cabinet: FakeCabinet
) -> None:
    browser, url, desk = missing(world, cabinet, "id_copy")
    upload(browser, url, "id_copy", picture())
    (row,) = kept(world)
    look = f"/staff{url}/photos/{row.id}"
    assert phone.send(desk, f"/staff{url}", look).status_code == 422
    seen = phone.send(desk, f"/staff{url}", look, reason="handle")
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    assert "sandbox" in seen.headers["content-security-policy"]
    page = browser.get("/data/looks").text
    assert "值班员看了" in page
    assert "照片" in page
    other, their = phone.chosen(world, cabinet, name="李四光", phone="13700137001")
    assert other.get(f"{their}/photos/{row.id}").status_code == 404


def test_photos_are_sealed_taken_away_and_erased(world: World, cabinet: FakeCabinet) -> None:
    browser, url, _ = missing(world, cabinet, "id_copy")
    upload(browser, url, "id_copy", picture())
    (row,) = kept(world)
    assert "/9j/" not in row.sealed  # how the base64 of every JPEG begins
    (held,) = browser.get("/data/export.json").json()["photos"]
    assert held["jpeg"].startswith("/9j/")
    assert f"{url}/photos/{row.id}" in browser.get("/data/export").text
    assert [shown.photo for shown in phone.scene(browser, url).missing] == [row.id]
    with world.centre.database.writing() as session:
        session.get_one(Matter, url[3:]).state_since = world.clock.at + 1
    assert [shown.photo for shown in phone.scene(browser, url).missing] == [""], "of a round before"
    world.clock.at += 91 * DAY_S
    assert let_go(world)["photo"] == 1
    assert kept(world) == []


def test_a_steward_shows_what_was_done(
    world: World, cabinet: FakeCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, url = handed_in(world, cabinet)
    drawn = read(picture())
    assert isinstance(drawn, Picture)
    keys: KeyRing = world.centre.keys
    monkeypatch.setattr(photos, "A_MATTER", 2)
    with world.centre.database.writing() as session:
        case = session.get_one(Matter, url[3:])
        made = [
            photos.keep(session, case, drawn, staff="s1", keys=keys, now=world.clock.at)
            for _ in range(3)
        ]
    assert isinstance(made[1], photos.Shown)
    assert made[2] is Failure.TOO_MANY_TRIES
    assert browser.get(f"{url}/photos/{made[1].id}").status_code == 200
