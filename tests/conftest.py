"""What every test shares: the fixtures of `tests.support`, and markers nobody must remember."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Final

import pytest

from tests.support.qt import offscreen_environment

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

# Set by `./run` where Qt's libraries cannot be installed: these modules cannot even be imported.
if "TESTS_WITHOUT_QT" in os.environ:
    collect_ignore_glob = ["*/kiosk_ui/*", "unit/support/test_qt.py"]


def pytest_configure() -> None:
    """Keep Qt off any real screen, before anything loads it."""
    os.environ.update(offscreen_environment())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder and by the fixtures it asks for."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if marker := _MARKER_OF_FOLDER.get(folder):
            item.add_marker(marker)
        for fixture in getattr(item, "fixturenames", ()):
            if marker := _MARKER_OF_FIXTURE.get(fixture):
                item.add_marker(marker)


def pytest_collection_finish() -> None:
    """Put what was loaded out of the garbage collector's sight: it is much, and stays."""
    gc.collect()
    gc.freeze()
