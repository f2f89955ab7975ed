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


def test_each_word_that_a_handbook_quotes_stands_on_the_glass_or_at_the_centre() -> None:
    catalogues = ("kiosk_ui/texts/glass", "central/texts/console", "central/texts/phone")
    texts = "".join((DOCS.parent / f"{name}.zh_CN.toml").read_text() for name in catalogues)
    words = re.sub(r"\{\w+\}", "N", texts)
    for name in HANDBOOKS[:2]:
        flowing = (DOCS / name).read_text().replace("\n", "")
        quoted = {part for said in re.findall("“(.+?)”", flowing) for part in said.split(" / ")}
        assert [word for word in sorted(quoted) if word not in words] == [], name
