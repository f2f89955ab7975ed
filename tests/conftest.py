"""What every test shares: the fixtures of `tests.support`, and markers nobody must remember."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.support.qt import offscreen_environment
from tests.support.untraced import untraced

pytest_plugins = (
    "pytester",
    "tests.support.chromium",
    "tests.support.logfail",
    "tests.support.postgresql",
)

_MARKER_OF_FIXTURE: Final = {
    "postgresql_server": "needs_postgresql",
    "chromium": "needs_chromium",
    "qapp": "needs_qt",
}
_MARKER_OF_FOLDER: Final = {"integration": "integration", "end2end": "end2end"}
_UNTRACED_FOLDERS: Final = ("end2end/people", "fuzz", "simulation")
_UNTRACED_MARKERS: Final = ("untraced", "story")

# Set by `./run` where Qt's libraries cannot be installed: these modules cannot even be imported.
if "TESTS_WITHOUT_QT" in os.environ:
    collect_ignore_glob = ["*/kiosk_ui/*", "unit/support/test_qt.py"]


def pytest_configure() -> None:
    """Keep Qt off any real screen, before anything loads it."""
    os.environ.update(offscreen_environment())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder and by the fixtures it asks for; the longest come first.

    So no process plays a story alone while the others have nothing left.
    """
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.is_relative_to(here / "unit"))
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if marker := _MARKER_OF_FOLDER.get(folder):
            item.add_marker(marker)
        if any(item.path.is_relative_to(here / folder) for folder in _UNTRACED_FOLDERS):
            item.add_marker("untraced")
        for fixture in getattr(item, "fixturenames", ()):
            if marker := _MARKER_OF_FIXTURE.get(fixture):
                item.add_marker(marker)


def pytest_collection_finish() -> None:
    """Put what was loaded out of the garbage collector's sight: it is much, and stays."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run what passes through everything, its fixtures included, without coverage's tracer."""
    marked = any(item.get_closest_marker(name) for name in _UNTRACED_MARKERS)
    with untraced() if marked else contextlib.nullcontext():
        return (yield)
