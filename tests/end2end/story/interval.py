"""The interval: a story that was played to the end of a part, kept to be taken up elsewhere.

What the cabinet and the centre have on disk, who the people are, and the phone that is bound. Which
lock boards the doors hang on is not part of it: the same story goes on with boards of any family.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from locker.demo.stage import StaffCard, Stage
from tests.end2end.story.cast import Case, Cast, on_stage

KEPT = ("state", "centre")
DATABASE = "centre.db"


@dataclass(frozen=True, slots=True)
class Interval:
    """What is kept of a stage that has ended; `folder` has the files."""

    folder: Path
    cabinet: str
    staff: StaffCard
    cookies: Any
    cases: tuple[Case, ...]


def people_of(cast: Cast, folder: Path) -> Interval:
    """Keep who they are while they are on stage; the files follow with `keep_files`."""
    return Interval(
        folder=folder,
        cabinet=cast.stage.cabinet,
        staff=cast.staff,
        cookies=cast.phone.cookies(),
        cases=tuple(cast.cases),
    )


def keep_files(interval: Interval, stage_folder: Path) -> None:
    """Keep what a stage has left on disk; all its parts must have ended."""
    for name in KEPT:
        shutil.copytree(stage_folder / name, interval.folder / name)
    for file in stage_folder.glob(f"{DATABASE}*"):
        shutil.copy2(file, interval.folder)


@contextmanager
def taken_up(
    interval: Interval, directory: Path, pictures: Path, *, browser: Browser, board: str
) -> Iterator[Cast]:
    """Put it on stage again, with boards of this family."""

    def start(stage: Stage) -> None:
        shutil.copytree(interval.folder, stage.plan.directory, dirs_exist_ok=True)
        stage.cabinet, stage.staff = interval.cabinet, interval.staff
        stage.start_simulator()
        stage.start_centre()
        stage.start_daemon()
        stage.start_kiosk()

    with on_stage(directory, pictures, browser=browser, board=board, start=start) as cast:
        cast.phone.take_cookies(interval.cookies)
        cast.cases += copy.deepcopy(interval.cases)
        yield cast
