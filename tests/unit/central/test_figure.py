"""Plots: every figure is the length of its list, and the picture shows the figures."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from central import plot as drawing
from central.operation.figure import PLOTS
from central.record.cabinet import DoorVisit
from central.record.case import Matter, MatterStep
from central.record.people import Resident
from tests.unit.central import phone
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet
from tests.unit.central.test_dispatch import press

DAY_S = 86400.0
EXPECTED = {
    "hours": {"16": 3, "15": 1},
    "dwell": {"span_0": 1, "span_3": 1},
    "tries": {"first": 2, "second": 1, "not_opened": 1},
    "clock": {"span_1": 1, "span_2": 1},
    "doors": {"7:2": 2},
}


@pytest.fixture
def desk(world: World, cabinet: FakeCabinet) -> TestClient:
    """A desk, over a month of which everything is known: it is 16:00 in China."""
    now = world.clock.at
    with world.centre.database.writing() as session:
        session.add(Resident(id="p1", created_at=1))
        visits = (("a", 1, 1, "completed", 0), ("b", 2, 2, "opened", 0),
                  ("c", 2, 3, "failed", 0), ("d", 1, 1, "opened", 3600),
                  ("old", 1, 1, "opened", 31 * DAY_S))  # fmt: skip
        for name, door, pulses, state, ago in visits:
            session.add(
                DoorVisit(
                    cabinet=cabinet.id, visit=name, grant="g", purpose="collect", consignment="k",
                    compartment=door, credential="phone", opened_at=now - ago, attempt_state=state,
                    pulses=pulses,
                )
            )  # fmt: skip
        session.flush()
        for n, (lay, due) in enumerate(((3600, -DAY_S), (5 * DAY_S, 3600), (None, None))):
            running = due is not None
            session.add(
                Matter(
                    id=f"m{n}", reference=f"R-{n}", resident="p1", cabinet=cabinet.id,
                    item="residence_proof", state="being_done" if running else "closed",
                    state_since=now, created_at=1, due_at=now + due if due else None,
                )
            )  # fmt: skip
            session.flush()
            for trigger, at in (("loaded", now - (lay or 0)), ("collected", now)):
                if lay:
                    session.add(
                        MatterStep(
                            matter=f"m{n}", trigger=trigger, before="", after="", at=at, by="x"
                        )
                    )
    return phone.at_the_desk(world)


def test_every_bar_is_the_length_of_the_list_that_it_opens(desk: TestClient) -> None:
    shown = desk.get("/staff/figures").context["plots"]  # type: ignore[attr-defined]
    found = {p.value: {bar.key: bar.count for bar in shown[p] if bar.count} for p in PLOTS}
    assert found == EXPECTED
    for plot, bars in EXPECTED.items():
        for key, count in bars.items():
            page = desk.get(f"/staff/figures/{plot}/{key}")
            assert page.text.count('data-testid="row"') == count, (plot, key)


@pytest.mark.parametrize("plot", ["hours", "dwell", "tries", "clock", "doors"])
def test_a_plot_is_a_picture_with_its_figures_and_nothing_that_runs(
    desk: TestClient, plot: str
) -> None:
    answer = desk.get(f"/staff/figures/{plot}.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "script" not in answer.text
    values = re.findall(r'<text[^>]*class="value">(\d+)<', answer.text)
    assert sorted(map(int, values)) == sorted(EXPECTED[plot].values())


@pytest.mark.sweep
@pytest.mark.parametrize(
    "path", ["hours/24", "dwell/x", "doors/7", "doors/7:x", "none/1", "none.svg", "months/x.svg"]
)
def test_what_is_no_figure_is_not_found(desk: TestClient, path: str) -> None:
    assert desk.get(f"/staff/figures/{path}").status_code in {404, 422}


def test_nothing_at_all_can_be_drawn() -> None:
    assert drawing.bars([], [], name="x").startswith(b"<?xml")


def test_a_team_has_its_own_figures_and_each_opens_its_list(
    world: World, cabinet: FakeCabinet, desk: TestClient
) -> None:
    press(desk, world, "/staff/teams", name="三号楼组", member=["s1"])
    with world.centre.database.writing() as session:
        (view,) = desk.get("/staff/teams").context["views"]  # type: ignore[attr-defined]
        for n, team in ((0, view.team.id), (1, view.team.id), (2, "")):
            row = session.get_one(Matter, f"m{n}")
            row.state, row.outcome, row.team = "collected", "done", team
    page = desk.get("/staff/score")
    rows = {row.name: row.figures["done"] for row in page.context["teams"]}  # type: ignore[attr-defined]
    assert rows == {"三号楼组": 2, "": 1}
    month = page.context["teams"][0].month  # type: ignore[attr-defined]
    for team, count in ((view.team.id, 2), ("", 1)):
        listed = desk.get(f"/staff/score/{month}/done", params={"team": team}).text
        assert listed.count('data-testid="matter"') == count
    table = desk.get("/staff/score/teams.csv").content.decode("utf-8-sig").splitlines()
    assert table[1].startswith(f"{month},三号楼组,2,")
    paper = f"/staff/score/{month}/poster.pdf"
    for asked in ({}, {"team": view.team.id}):
        assert desk.get(paper, params=asked).content.startswith(b"%PDF-")
    for team in ("tgone", ""):
        assert desk.get(paper, params={"team": team}).status_code == 404, "praise is of somebody"
