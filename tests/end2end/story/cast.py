"""Everybody and everything on stage, handed to each step."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from locker.demo.stage import Plan, StaffCard, Stage
from tests.end2end.story.browser import Console, Phone
from tests.end2end.story.cabinet import Cabinet
from tests.end2end.story.centre import CentreRows
from tests.end2end.story.glass import Glass
from tests.end2end.story.line import Line
from tests.end2end.story.pictures import Pictures
from tests.support.chromium import open_context, open_phone
from tests.support.port import free_port


@dataclass(slots=True)
class Case:
    """One matter of the story: its ids at the centre and the compartment it is in now."""

    matter: str
    reference: str
    compartment: int = 0
    label: str = ""
    qr: str = ""
    code: str = ""


@dataclass(slots=True)
class Cast:
    """The running stage and the handles on it. `cases` grows as the story goes on.

    `door_limit_s`: how long a door may take that the phone has asked for; any time on a busy
    machine.
    """

    stage: Stage
    line: Line
    pictures: Pictures
    cabinet: Cabinet
    glass: Glass
    phone: Phone
    console: Console
    rows: CentreRows
    cases: list[Case] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    door_limit_s: float = math.inf

    @property
    def staff(self) -> StaffCard:
        """The member of staff on duty."""
        card = self.stage.staff
        assert card is not None
        return card

    def turn_screen(self, size: tuple[int, int]) -> None:
        """Let a glass of another shape take over where this one is, as after a change of screen."""
        self.stage.parts["kiosk"].stop()
        self.stage.rehearsal.unlink(missing_ok=True)
        self.stage.start_kiosk(size)
        self.glass.reconnect(self.stage.rehearsal)


@contextlib.contextmanager
def on_stage(
    directory: Path,
    pictures_folder: Path,
    *,
    browser: Browser,
    board: str = "shuoming",
    start: Callable[[Stage], None] = Stage.start,
) -> Iterator[Cast]:
    """Start every part for real, with a line to the centre that can be cut; end them all."""
    port = free_port()
    line = Line(target_port=port)
    plan = Plan(
        directory=directory,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        cabinet_centre_url=line.url,
        board=board,
        rehearsal=True,
    )
    stage = Stage(plan)
    with contextlib.ExitStack() as ending:
        ending.callback(line.close)
        ending.callback(stage.stop)
        start(stage)
        yield _cast(stage, line, browser, pictures_folder, ending)


def _cast(
    stage: Stage, line: Line, browser: Browser, folder: Path, ending: contextlib.ExitStack
) -> Cast:
    pictures = Pictures(folder)
    cabinet, glass = Cabinet(stage.control, stage.wiring), Glass(stage.rehearsal, pictures)
    ending.callback(cabinet.close)
    ending.callback(glass.close)
    pocket = ending.enter_context(open_phone(browser))
    desk = open_context(browser, viewport={"width": 1280, "height": 900}, locale="zh-CN")
    ending.callback(desk.close)
    return Cast(
        stage=stage,
        line=line,
        pictures=pictures,
        cabinet=cabinet,
        glass=glass,
        phone=Phone(pocket, pictures),
        console=Console(desk, stage.local_url, pictures),
        rows=CentreRows(stage.plan.directory / "centre.db"),
    )
