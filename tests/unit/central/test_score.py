"""The score sheet, and the auditor's timeline: figures open lists, lines have evidence."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central import sheet
from central.operation import alarm, score
from central.operation.role import Role
from central.record.cabinet import Alarm
from central.record.case import Matter
from central.record.people import Resident, Staff
from central.route.page import catalogue
from locker.contract import event as told
from tests.support.pdf_page import heights, words
from tests.unit.central import phone
from tests.unit.central.conftest import NOON, World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_grant import loaded


def matters(world: World, cabinet: FakeCabinet) -> None:
    """Put in matters that ended, of known ends."""
    at = world.clock.at
    kinds = [
        ("collected", "done", at + 9, "satisfied"), ("collected", "done", at - 9, "fair"),
        ("closed", "done", None, ""), ("collected", "refused", None, ""),
        ("closed", "withdrawn", None, ""), ("being_done", "", at, ""),
    ]  # fmt: skip
    with world.centre.database.writing() as session:
        session.add(Resident(id="p1", created_at=at))
        session.flush()
        for number, (state, outcome, due_at, rating) in enumerate(kinds):
            session.add(
                Matter(
                    id=f"m{number}", reference=f"R-{number}", resident="p1", cabinet=cabinet.id,
                    item="residence_proof", state=state, outcome=outcome, state_since=at,
                    created_at=at - 99, due_at=due_at, rating=rating,
                )
            )  # fmt: skip


def test_every_figure_is_the_length_of_the_list_that_it_opens(
    world: World, cabinet: FakeCabinet
) -> None:
    matters(world, cabinet)
    desk = phone.at_the_desk(world)
    months = desk.get("/staff/score").context["months"]  # type: ignore[attr-defined]
    assert [month.name for month in months[:2]] == ["2027-01", "2026-12"]
    assert dict(months[0].figures) == {
        "done": 3, "on_time": 1, "late": 1, "refused": 1, "withdrawn": 1, "satisfied": 1,
        "fair": 1, "dissatisfied": 0,
    }  # fmt: skip
    for key, figure in months[0].figures.items():
        page = desk.get(f"/staff/score/2027-01/{key}")
        assert page.text.count('data-testid="matter"') == figure, key
    assert sum(months[1].figures.values()) == 0
    for bad in ("/staff/score/2027-13/done", "/staff/score/2027-01/best", "/staff/score/x/done"):
        assert desk.get(bad).status_code == 404


def test_the_sheet_goes_out_as_csv_workbook_and_poster(world: World, cabinet: FakeCabinet) -> None:
    matters(world, cabinet)
    desk = phone.at_the_desk(world)
    text = desk.get("/staff/score/score.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert (len(rows), rows[1][:3]) == (score.MONTHS + 1, ["2027-01", "3", "1"])
    book = zipfile.ZipFile(io.BytesIO(desk.get("/staff/score/score.xlsx").content))
    assert "2027-01" in book.read("xl/sharedStrings.xml").decode()
    poster = desk.get("/staff/score/2027-01/poster.pdf")
    assert poster.content.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 595.28 841.89]" in poster.content, "A4"
    said = words(poster.content)
    assert {"润园社区", "3", "按时 1", "超期 1", "满意 1", "一般 1", "不满意 0"} <= set(said)
    assert "poster-2027-01.pdf" in poster.headers["content-disposition"], (
        "one does not hide another"
    )
    for bad in ("1999-01/poster.pdf", "2027-01/poster.pdf?team="):
        assert desk.get(f"/staff/score/{bad}").status_code == 404, (
            "a poster is of all, or of a team"
        )
    assert "poster.pdf?team=" not in desk.get("/staff/score").text


def test_the_poster_of_a_month_that_runs_says_up_to_which_day() -> None:
    texts = catalogue("console", "zh_CN")
    said = [sheet.counted_until(month, texts, now=NOON) for month in ("2027-01", "2026-12")]
    assert said == ["1 月 15 日", ""]


def test_a_teams_name_is_no_formula_and_no_link_in_what_goes_out() -> None:
    names = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1+1", "http://a.example"]
    rows = [
        score.TeamMonth("2027-01", f"t{n}", name, dict.fromkeys(score.MEASURES, 0))
        for n, name in enumerate(names)
    ]
    texts = catalogue("console", "en")
    book = zipfile.ZipFile(io.BytesIO(sheet.as_workbook([], rows, texts)))
    assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
    page = book.read("xl/worksheets/sheet2.xml")
    assert (b"<f>" in page, b"hyperlink" in page) == (False, False)
    written = sheet.as_csv(sheet.team_rows(rows, texts)).decode("utf-8-sig")
    found = [line[1:3] for line in csv.reader(io.StringIO(written))][1:]
    assert found == [[f"'{name}", "0"] for name in names[:-1]] + [[names[-1], "0"]]


@pytest.mark.parametrize("done", [7, 1234567])
def test_a_posters_lines_stay_above_its_foot_however_long_a_name_and_large_a_figure(
    done: int,
) -> None:
    figures = dict.fromkeys(score.MEASURES, 3) | {"done": done}
    poster = sheet.Poster("2027-01", figures, "润园社区", "物业联络与环境卫生组" * 6, "1 月 15 日")
    pdf = sheet.as_poster(poster, catalogue("console", "zh_CN"))
    *lines, foot = heights(pdf)
    assert len(lines) >= 12, "no line was left out"
    assert min(lines) > foot + 12, "points: a line of the foot"


def test_months_begin_at_midnight_in_china(world: World) -> None:
    found = score.span("2026-12")
    assert found is not None
    assert (found[1] - found[0]) / 86400 == 31
    assert score.span("9999-12") is None


def auditor(world: World) -> TestClient:
    desk = phone.at_the_desk(world)
    with world.centre.database.writing() as session:
        session.exec(select(Staff)).one().role = Role.AUDITOR.value
    return desk


def test_an_auditor_reads_one_timeline_with_evidence_and_no_name_of_a_resident(
    world: World, cabinet: FakeCabinet
) -> None:
    _, url = loaded(world, cabinet)
    with world.centre.database.reading() as session:
        reference = session.get_one(Matter, url[3:]).reference
    page = auditor(world).get("/staff/audit", params={"number": reference.lower()})
    lines = page.context["lines"]  # type: ignore[attr-defined]
    assert {line.source for line in lines} == {"cabinet", "centre", "notice"}
    assert all(line.evidence for line in lines)
    said = [line.what for line in lines]
    assert said.index("event.attempt.opened") < said.index("trigger.papers_in")
    assert said.index("trigger.papers_out") < said.index("trigger.accepted")
    assert said.index("trigger.accepted") < said.index("trigger.loaded")
    first = cabinet.entries[0]
    assert any(line.evidence == f"1/1 {first.hash[:12]}" for line in lines)
    for text in phone.DETAILS.values():
        assert text not in page.text


def test_an_auditor_reads_what_one_door_did(world: World, cabinet: FakeCabinet) -> None:
    loaded(world, cabinet)
    browser = auditor(world)
    page = browser.get("/staff/audit", params={"cabinet": cabinet.id, "door": 3})
    (line,) = page.context["lines"]  # type: ignore[attr-defined]
    (load,) = (e for e in cabinet.entries if e.body.get("purpose") == "load")
    assert (line.what, line.evidence) == ("purpose.load", f"1/{load.sequence} {load.hash[:12]}")
    assert 'id="no-matter"' in browser.get("/staff/audit?number=Z-99999").text
    letters = browser.get("/staff/audit?door=left")
    assert (letters.status_code, "BBG-506" in letters.text) == (404, True), "a page, no JSON"
    assert browser.get("/staff/m/m1").status_code == 403


def test_an_auditor_reads_which_alarms_a_door_gave_and_who_saw_to_them(
    world: World, cabinet: FakeCabinet
) -> None:
    browser = auditor(world)
    _, event = cabinet.write(told.DoorOpenedUnasked(2), told.DoorOpenedUnasked(3))
    cabinet.post([event])
    with world.centre.database.writing() as session:
        row = session.exec(select(Alarm).where(Alarm.kind == event.kind)).one()
        alarm.close(session, row.id or 0, staff="s1", now=world.clock.at + 5)
    page = browser.get("/staff/audit", params={"cabinet": cabinet.id, "door": 3})
    lines = page.context["lines"]  # type: ignore[attr-defined]
    assert [(line.who, line.said) for line in lines] == [("值班员", ("seen_to",)), ("", ())]
    assert {line.evidence for line in lines} == {f"1/{event.sequence} {event.hash[:12]}"}
    assert {line.flag for line in lines} == {"gap"}
    assert page.text.count("它前面缺了事件") == 2
    other = browser.get("/staff/audit", params={"cabinet": cabinet.id, "door": 4})
    assert other.context["lines"] == []  # type: ignore[attr-defined]
    wrong = browser.get("/staff/audit", params={"cabinet": cabinet.id, "door": ""})
    (line,) = wrong.context["lines"]  # type: ignore[attr-defined]
    assert (line.what, line.flag) == (f"event.{event.kind}", "gap")
    assert f"/staff/audit?cabinet={cabinet.id}" in browser.get("/staff/cabinets").text


def test_a_long_list_is_shown_page_by_page_under_its_whole_figure(
    world: World, cabinet: FakeCabinet
) -> None:
    matters(world, cabinet)
    with world.centre.database.reading() as session:
        first, second = (
            score.behind(session, "2027-01", "done", page=page, rows_a_page=2) for page in (1, 2)
        )
    assert first is not None
    assert second is not None
    assert (first.total, len(first.rows), first.has_more) == (3, 2, True)
    assert (second.total, len(second.rows), second.has_more) == (3, 1, False)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}
