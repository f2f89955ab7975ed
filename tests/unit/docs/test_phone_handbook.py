"""The resident's handbook of the phone shows real screens, each of them made by its tour."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support import phone_pictures

DOCS = Path(__file__).parents[3] / "docs"


def test_every_picture_of_the_handbook_is_one_that_the_tour_makes() -> None:
    text = (DOCS / "centre-resident.zh-CN.md").read_text("utf-8")
    shown = set(re.findall(r"\(pictures/phone/([\w-]+)\.png\)", text))
    tour = Path(phone_pictures.__file__).read_text("utf-8")
    made = set(re.findall(r'self\._shot\("([\w-]+)"\)', tour))
    there = {path.stem for path in (DOCS / "pictures" / "phone").glob("*.png")}
    assert shown == made == there
