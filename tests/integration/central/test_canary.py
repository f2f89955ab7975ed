"""Every personal field through a real server: no file of it has one in any spelling.

The story does the same for cabinet and centre together, with the fields that a cabinet comes near.
Which fields there are is asked of the models themselves: a new one without a canary here fails.
"""

from __future__ import annotations

import base64
import dataclasses
import io
import re
import sqlite3
import time
from pathlib import Path

import httpx2
from PIL import Image
from sqlalchemy import select as sa_select
from sqlmodel import SQLModel, col, select, update

from central import photo
from central.catalogue import Actor
from central.database import Database
from central.key import KeyRing
from central.operation import (
    acceptance,
    catalogue,
    delegate,
    hand_over,
    matter,
    note,
    room_wish,
    subscription,
    wechat_identity,
)
from central.operation import photo as photos
from central.operation import resident as residents
from central.operation.acceptance import Seen
from central.operation.help_call import number_of
from central.operation.note import NoteKind
from central.record.case import Matter, Task
from central.record.people import Binding, Staff
from central.record.privacy import PersonalValue, PersonKey, SealedItem
from locker.contract.failure import Failure
from tests.integration.central.test_serve import PLACE, Served, serve
from tests.support.canary import files, search
from tests.support.postgresql import Server
from tests.unit.central import phone
from tests.unit.central.fake_cabinet import FakeCabinet

WORDS = {
    "name": "上官映雪",
    "phone": "13973164208",
    "typed phone": "139 7316 4208",
    "new phone": "13507318846",
    "building": "29 号楼 6 单元 2203",
    "id number": "11010519491231002X",
    "openid": "oZx91Kd-QvT3mBfLw8aYr",
    "typed card": "04d7c3a19b5e82",
    "card": "04D7C3A19B5E82",
    "openid as identity": "oHb57Wt_RnC2kYpMz4eJu",
    "place of a photo": "38.0428N-114.5149E",
    "family": "阿姐司马听雨 13911237789",
    "delegate": "端木惜春",
    "phone of a delegate": "13862590417",
    "left for a call-back": "13788214530",
    "waits for room": "13655903218",
    "handed over": "三号门前那位淳于老人",
} | {kind.value: f"{kind.value} 濮阳札记 {n}31" for n, kind in enumerate(NoteKind)}
CHOSEN = {"tie": "tenant", "id_kind": "resident_id"}
"""What is chosen from a list is sealed too, but its words stand everywhere."""
BEGINS = {
    NoteKind.ASKED_BY: "call ", NoteKind.CORRECTED: "call ", NoteKind.PAPER: "application ",
}  # fmt: skip
"""Before the words of these a key stands."""
SEALED_AS = {("access_grant", "code"), ("hand_over", "text"), ("person_key", "wrapped")}
"""The sealed columns of another name than `sealed…`."""


def press(browser: httpx2.Client, page: str, action: str, **fields: str) -> httpx2.Response:
    answer = phone.send(browser, page, action, **fields)
    assert answer.status_code in {200, 303}, answer.text
    return answer


def lived(served: Served) -> bytes:
    """Let a resident and staff do everything that writes something personal; give the photo."""
    made = served.say("create-cabinet", *PLACE)
    cabinet = FakeCabinet(httpx2.Client(base_url=served.url, timeout=60), time.time())
    cabinet.enrol(made["enrolment_code"])
    with httpx2.Client(base_url=served.url, timeout=60) as browser:
        browser.get(f"/s/{cabinet.id}", params={"t": cabinet.presence()}, follow_redirects=True)
        details = {"name": WORDS["name"], "building": WORDS["building"]}
        press(browser, "/bind", "/bind", phone=WORDS["typed phone"], **details)
        press(browser, "/consent", "/consent")
        changed = details | CHOSEN | {"phone": WORDS["new phone"], "id_number": WORDS["id number"]}
        press(browser, "/data/correct", "/data/correct", **changed)
        press(browser, "/data", "/data/told", way="family", family=WORDS["family"])
        began = press(browser, "/home", "/matters", item="residence_proof")
        _write_about(served, began.headers["location"].removeprefix("/m/"))
        all_of_it = browser.get("/data/export.json").json()
        (held,) = all_of_it["photos"]
        for page in ("/data", "/data/export", "/data/export.json", "/data/looks"):
            assert browser.get(page).status_code == 200
        assert WORDS["openid as identity"] in browser.get("/data").text
        assert all_of_it["details"]["id_number"] == WORDS["id number"]
        assert WORDS["words"] in browser.get("/data/export").text
        _look_up(served, browser)
    cabinet.log_in()
    for use, typed in (("call_back", "left for a call-back"), ("tell_free", "waits for room")):
        ask = {"use": use, "phone": WORDS[typed]}
        answer = cabinet.client.post("/v1/asks", json=ask, headers=cabinet.headers)
        assert answer.status_code == 200, answer.text
    cabinet.client.close()
    assert without_canary(served, cabinet.id) == []
    return base64.b64decode(held["jpeg"])


def _write_about(served: Served, began: str) -> None:
    database, keys = Database(served.database), KeyRing.open(served.data)
    with database.writing() as session:
        row = session.get_one(Matter, began)
        kept = wechat_identity.keep(
            session, row.resident, WORDS["openid as identity"], keys=keys, now=1.8e9
        )
        assert kept is None
        for kind in NoteKind:
            text = BEGINS.get(kind, "") + WORDS[kind.value]
            note.add(session, row, kind, text, keys=keys, now=1.8e9)
        assert subscription.agree(session, row, WORDS["openid"], keys=keys, now=1.8e9)
        assert session.exec(select(Binding)).first() is not None
        drawn = photo.read(jpeg_with_place())
        assert isinstance(drawn, photo.Picture)
        shown = photos.keep(session, row, drawn, staff="s1", keys=keys, now=1.8e9)
        assert isinstance(shown, photos.Shown)
        person = delegate.Person(WORDS["delegate"], WORDS["phone of a delegate"], Actor.DELEGATE)
        assert not isinstance(delegate.name(session, row, person, keys=keys, now=1.8e9), Failure)
        matter.submit(session, row, by="staff", now=1.8e9)
        seen = dict.fromkeys(acceptance.to_tick(catalogue.item_of(session, row), row), Seen.HERE)
        acceptance.check(session, row, seen, wrong={}, keys=keys, staff="", now=1.8e9)
        assert delegate.mark_ready(session, row, keys=keys, staff="", now=1.8e9) is None
    database.close()


def without_canary(served: Served, cabinet: str) -> list[str]:
    """Name what is personal by the models' own marks and holds none of the words."""
    database, keys = Database(served.database), KeyRing.open(served.data)
    columns = [
        column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed") or (table.name, column.name) in SEALED_AS
    ]
    with database.writing() as session:
        room_wish.wish(session, cabinet, WORDS["waits for room"], keys=keys, now=time.time())
        staff = session.exec(select(Staff.id)).first() or ""
        hand_over.leave(session, WORDS["handed over"], staff=staff, keys=keys, now=1.8e9)
        session.flush()
        empty = [
            str(column)
            for column in columns
            if session.execute(sa_select(column).where(column != "").limit(1)).first() is None
        ]
        who = session.exec(select(PersonKey.resident)).one()
        person = residents.sealer(session, who, keys=keys)
        assert person is not None
        held = {
            row.field: person.open(row.sealed, place=row.field)
            for row in session.exec(select(PersonalValue))
        }
        kinds = set(session.exec(select(SealedItem.kind)))
        calls = [number_of(task, keys=keys) for task in session.exec(select(Task))]
    database.close()
    told = {name for name, value in held.items() if any(word in value for word in WORDS.values())}
    wanted = {field.name for field in dataclasses.fields(residents.Details)} - CHOSEN.keys()
    assert any(WORDS["left for a call-back"] in number for number in calls)
    return [*empty, *(wanted - told), *({*NoteKind, "delegate"} - kinds)]


def jpeg_with_place() -> bytes:
    out = io.BytesIO()
    noise = Image.effect_noise((160, 120), 90)
    noise.save(out, "JPEG", comment=WORDS["place of a photo"].encode())
    return out.getvalue()


def _look_up(served: Served, resident: httpx2.Client) -> None:
    words = ("--login", "zhiban", "--name", "值班员", "--password", "long enough")
    role = ("--role", "staff", "--pin", "2468")
    served.say("create-staff", "--data", str(served.data), *words, *role)
    with httpx2.Client(base_url=served.url, timeout=60) as desk:
        press(desk, "/staff/sign-in", "/staff/sign-in", login="zhiban", password="long enough")
        for typed in (WORDS["name"], WORDS["new phone"], WORDS["id number"]):
            press(desk, "/staff", "/staff", q=typed, reason="handle")
        page = press(desk, "/staff", "/staff", q="8846", reason="handle")
        found = re.search(r'href="(/staff/m/[^"]+)"', page.text)
        assert found is not None
        opened = press(desk, found[1], f"{found[1]}/person", reason="handle")
        assert WORDS["name"] in opened.text
        _bind_card(desk, f"{found[1]}/card")


def _bind_card(desk: httpx2.Client, page: str) -> None:
    tapped = press(desk, page, page, card=WORDS["typed card"])
    sealed = re.search(r'name="sealed" value="([^"]+)"', tapped.text)
    assert sealed is not None
    twice = {"digits": "4711", "digits_again": "4711"}
    press(desk, page, f"{page}/bind", sealed=sealed[1], card=WORDS["typed card"], **twice)
    assert "登记了一张卡" in desk.get(page).text


def test_no_file_of_the_centre_has_a_personal_word(tmp_path: Path) -> None:
    with serve(f"sqlite:///{tmp_path / 'c.db'}", tmp_path) as served:
        seen = lived(served)
        assert not picture_in(seen, tmp_path)
        assert (tmp_path / "c.db-wal").stat().st_size > 0
        assert search(WORDS, [tmp_path]) == []
        back = ("--to", str(tmp_path / "rows"), "--keys-to", str(tmp_path / "apart"))
        served.say("backup", "--data", str(served.data), *back)
        assert search(WORDS, [tmp_path]) == [], "in the backup"
    assert search(WORDS, [tmp_path]) == [], "after the end"
    (tmp_path / "left.tmp").write_bytes(base64.b64encode(b"x" + seen))
    assert picture_in(seen, tmp_path), "the search for the picture is blind"
    _plant(tmp_path / "c.db", WORDS["name"])
    assert {found.word for found in search(WORDS, [tmp_path])} == {"name"}, "the search is blind"


def test_no_file_of_postgresql_has_a_personal_word(
    postgresql_server: Server, postgresql_url: str, tmp_path: Path
) -> None:
    def written() -> list[Path]:
        """Give the tables' files, the log, and what of the WAL was written since the beginning."""
        postgresql_server.execute("CHECKPOINT")
        last = _ask(postgresql_url, "pg_walfile_name(pg_current_wal_lsn())")
        wal = sorted((data / "pg_wal").glob("[0-9A-F]" * 24))
        return [
            data / "base" / tables,
            postgresql_server.folder / "log",
            *(path for path in wal if first <= path.name <= last),
        ]

    data = postgresql_server.folder / "data"
    first = _ask(postgresql_url, "pg_walfile_name(pg_current_wal_lsn())")
    tables = _ask(postgresql_url, "oid::text FROM pg_database WHERE datname = current_database()")
    with serve(postgresql_url, tmp_path) as served:
        seen = lived(served)
    places = written()
    assert len(places) > 2, "no WAL"
    assert search(WORDS, [tmp_path, *places]) == []
    assert not any(picture_in(seen, place) for place in places)
    database = Database(postgresql_url)
    with database.writing() as session:
        session.exec(  # as a careless change would
            update(PersonalValue).where(col(PersonalValue.field) == "name")
            .values(sealed=WORDS["name"])
        )  # fmt: skip
    database.close()
    found = {finding.path.parent.name for finding in search(WORDS, written())}
    assert found == {tables, "pg_wal"}, "the search is blind"


def _ask(url: str, what: str) -> str:
    database = Database(url)
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT {what}").scalar_one()
    database.close()
    return str(found)


def picture_in(jpeg: bytes, folder: Path) -> bool:
    """Tell whether a piece of a picture lies in a file, plain or as base64."""
    piece = jpeg[-600:-540]
    pieces = [piece, *(base64.b64encode(piece[n:])[:56] for n in range(3))]
    held = [path.read_bytes() for path in files(folder)]
    return any(piece in file for piece in pieces for file in held)


def _plant(file: Path, word: str) -> None:
    """Write one field in plain, as a careless change would."""
    database = sqlite3.connect(file)
    database.execute("UPDATE personal_value SET sealed = ? WHERE field = 'name'", (word,))
    database.commit()
    database.close()
