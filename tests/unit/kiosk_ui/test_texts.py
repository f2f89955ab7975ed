"""Both languages say everything, with the same values to fill in."""

from __future__ import annotations

import string

import pytest

from kiosk_ui.glass_text import GlassText
from locker.contract.failure import Failure
from locker.contract.text import LANGUAGES, failure_texts
from locker.contract.vocabulary import Purpose, VisitOutcome


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_of_the_glass_have_the_same_keys_and_values() -> None:
    chinese, english = GlassText("zh_CN"), GlassText("en")
    assert chinese.keys == english.keys
    for key in chinese.keys - {"location.left.next", "location.right.next"}:
        assert _fields(chinese(key)) == _fields(english(key)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_has_a_title_a_cause_and_a_remedy(language: str) -> None:
    texts = failure_texts(language)
    wanted = {f"{code}.{part}" for code in Failure for part in ("title", "cause", "remedy")}
    assert texts.keys == wanted
    assert all(texts(key).strip() for key in wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_failures_are_said_without_values_so_that_every_part_can_say_them(language: str) -> None:
    texts = failure_texts(language)
    assert not [key for key in texts.keys if _fields(texts(key))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_purpose_has_its_words(language: str) -> None:
    text = GlassText(language)
    for group in Purpose:
        for key in ("open.title", "open.next", "ask.title", "ask.why"):
            assert f"{key}.{group}" in text
        for choice in ("confirm", "nothing", "leave"):
            assert f"choice.{choice}.{group}" in text
        for outcome in ("confirmed", "presumed", "nothing"):
            assert f"done.{outcome}.title.{group}" in text
    plain = set(VisitOutcome) - {
        VisitOutcome.CONFIRMED, VisitOutcome.PRESUMED, VisitOutcome.NOTHING,
    }  # fmt: skip
    assert all(f"done.{outcome.value}.title" in text for outcome in plain)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_shouted_at(language: str) -> None:
    text, failures = GlassText(language), failure_texts(language)
    every = [text(key) for key in text.keys] + [failures(key) for key in failures.keys]
    assert not [words for words in every if "!" in words or "！" in words]


def test_a_code_of_a_newer_daemon_gets_plain_words() -> None:
    text = GlassText("zh_CN")
    assert text.failure("BBG-999", "title") == text("unknown.title")
