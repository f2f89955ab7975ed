"""The handbooks of the kiosk show real screens, each of them made by the gallery."""

from __future__ import annotations

import re
from pathlib import Path

from kiosk_ui.gallery import HANDBOOK

DOCS = Path(__file__).parents[3] / "docs"
HANDBOOKS = ("kiosk-resident.zh-CN.md", "kiosk-staff.zh-CN.md", "technician.zh-CN.md")


def test_every_picture_of_the_handbooks_is_one_that_the_gallery_makes() -> None:
    shown = set()
    for name in HANDBOOKS:
        shown |= set(re.findall(r"\(pictures/kiosk/([\w-]+)\.png\)", (DOCS / name).read_text()))
    made = {path.stem for path in (DOCS / "pictures" / "kiosk").glob("*.png")}
    assert shown == made == set(HANDBOOK)
