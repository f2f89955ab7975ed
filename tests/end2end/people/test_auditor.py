"""An auditor who asks what became of one matter, and may open nobody's data."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from central.operation.role import Role
from tests.end2end.people.town import Town, Visitor
from tests.support.chromium import open_context

NAME, NUMBER, DOOR = "孙尚香", "13800138004", 1


def test_an_auditor_follows_a_matter_through_centre_and_cabinet_and_reads_no_name(
    town: Town, phone: Page, chromium: Browser
) -> None:
    resident = town.asked(phone, "the resident", name=NAME, phone=f"+86{NUMBER}")
    number = resident.number()
    town.cabinet.visit(town.grant("deposit", number), "deposited", compartment=DOOR)
    matter = resident.page.url.rsplit("/", 1)[1]
    with open_context(chromium, viewport={"width": 1280, "height": 800}) as desk:
        auditor = Visitor("an auditor at a desk", desk.new_page())
        town.sign_in(auditor.page, "审计员", Role.AUDITOR)
        auditor.opens(f"{town.url}/staff")
        auditor.presses("nav a[href='/staff/audit']")
        auditor.types("#number", number)
        auditor.presses("#find-number")
        lines = auditor.page.locator("#timeline [data-testid=line]")
        sources = {line.get_attribute("data-source") for line in lines.all()}
        assert sources == {"centre", "cabinet"}
        assert all(
            line.inner_text().strip() for line in auditor.page.locator("td:last-child").all()
        )
        seen = auditor.page.content()
        auditor.types("#door", str(DOOR))
        auditor.presses("#find-door")
        seen += auditor.page.content()
        auditor.opens(f"{town.url}/staff/m/{matter}")
        assert "BBG-512" in auditor.says()
        seen += auditor.page.content()
        grouped_or_not = "".join(seen.split())
        assert [one for one in (NAME, NUMBER, "2单元501") if one in grouped_or_not] == []
        auditor.is_done("done, and what is not for an auditor says so")
