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


def test_each_word_that_it_quotes_stands_on_the_phone_or_on_the_glass() -> None:
    names = ("central/texts/phone", "kiosk_ui/texts/glass", "locker/contract/texts/failure")
    texts = "".join((DOCS.parent / f"{name}.zh_CN.toml").read_text("utf-8") for name in names)
    book = (DOCS / "centre-resident.zh-CN.md").read_text("utf-8")
    quoted = set(re.findall("“(.+?)”", book.replace("\n", "")))
    assert len(quoted) > 20
    assert sorted(word for word in quoted if word not in texts) == []
    rows = re.findall(r"^\| ([^|（]+)", book.partition("| --- | --- |")[2], re.MULTILINE)
    assert len(rows) > 7
    assert [row for row in rows if row.strip() not in texts] == [], "what is seen there"
