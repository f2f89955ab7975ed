"""The staff's handbook of the centre shows real screens and names buttons as they are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import central
from tests.support import centre_pictures

DOCS = Path(__file__).parents[3] / "docs"
HANDBOOK = (DOCS / "centre-staff.zh-CN.md").read_text("utf-8")
TEXTS = Path(central.__file__).parent / "texts"


def words_of(name: str) -> str:
    """Give every text of a catalogue, one a line."""

    def walk(table: dict[str, object]) -> list[str]:
        return [
            line
            for value in table.values()
            for line in (walk(value) if isinstance(value, dict) else [str(value)])
        ]

    return "\n".join(walk(tomllib.loads((TEXTS / f"{name}.zh_CN.toml").read_text("utf-8"))))


def test_every_picture_is_one_that_the_command_makes() -> None:
    source = Path(centre_pictures.__file__).read_text("utf-8")
    made = set(re.findall(r'_shot\(\w+, out, "([\w-]+)"\)', source))
    shown = set(re.findall(r"\(pictures/centre/([\w-]+)\.png\)", HANDBOOK))
    kept = {path.stem for path in (DOCS / "pictures" / "centre").glob("*.png")}
    assert shown == kept == made


def test_every_button_that_it_names_is_a_text_of_the_pages() -> None:
    texts = words_of("console") + words_of("phone")
    plain = re.sub(r"\{\w+\} ?", "", texts)
    named = set(re.findall(r"“([^”]+)”", HANDBOOK))
    assert len(named) > 40
    assert sorted(word for word in named if word not in texts and word not in plain) == []
