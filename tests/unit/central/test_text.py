"""Every word that a page shows exists in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import central
from central.catalogue import ITEMS
from central.operation.desk import _EVIDENCE
from central.operation.follow import STAGES
from central.operation.matter import RATINGS
from central.operation.matter_state import MatterState, Trigger
from locker.contract.failure import Failure
from locker.contract.text import LANGUAGES, Catalogue, failure_texts
from locker.contract.vocabulary import (
    Capability,
    Choice,
    Condition,
    CredentialKind,
    DoorState,
    VisitOutcome,
)
from locker.contract.word_list import WORDS

HERE = Path(central.__file__).parent


def keys_in_use(place: str) -> set[str]:
    """Find the keys that templates name literally."""
    found: set[str] = set()
    for path in (HERE / "templates" / place).glob("*.html"):
        found |= set(re.findall(r'(?<![a-z])t\("([a-z_.]+)"[,)]', path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("name", ["phone", "console"])
def test_both_languages_say_the_same_things(name: str) -> None:
    one, other = (Catalogue.load("central", name, language) for language in LANGUAGES)
    assert one.keys == other.keys
    for key in one.keys:
        fields = [set(re.findall(r"\{(\w+)\}", texts._texts[key])) for texts in (one, other)]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize("name", ["phone", "console"])
def test_every_key_that_a_template_names_has_a_text(name: str) -> None:
    assert keys_in_use(name) <= Catalogue.load("central", name, "zh_CN").keys


def test_every_word_of_the_console_has_a_text() -> None:
    texts = Catalogue.load("central", "console", "zh_CN")
    wanted = [f"state.{word.value}" for word in MatterState]
    wanted += [f"trigger.{word.value}" for word in Trigger]
    wanted += [f"event.{kind}" for kind in _EVIDENCE]
    wanted += [f"condition.{word.value}" for word in Condition]
    wanted += [f"door.{word.value}" for word in DoorState]
    wanted += [f"capability.{word.value}" for word in Capability]
    for words in (VisitOutcome, Choice, CredentialKind):
        wanted += [f"word.{word.value}" for word in words]
    wanted += [f"item.{key}" for key in ITEMS]
    wanted += [f"content.{paper}" for item in ITEMS.values() for paper in item.papers]
    wanted += [f"rating.{rating}" for rating in RATINGS]
    assert [key for key in wanted if key not in texts] == []


def test_every_alarm_and_task_has_a_text() -> None:
    texts = Catalogue.load("central", "console", "zh_CN")
    source = "".join(path.read_text("utf-8") for path in (HERE / "operation").glob("*.py"))
    kinds = set(re.findall(r'"((?:journal|head|service|keypad|cabinet|grant)\.[a-z_]+)"', source))
    kinds |= {"door.jammed", "door.opened_unasked", "door.left_open"}
    kinds |= {f"journal.{flag}" for flag in ("hash", "gap", "chain")}
    kinds -= {kind for kind in kinds if kind in {"grant.put", "service.changed"}}
    assert [kind for kind in sorted(kinds) if f"alarm.{kind}" not in texts] == []
    tasks = set(re.findall(r'set_task\(\s*session,\s*"([a-z_]+)"', source))
    assert len(tasks) >= 7
    assert [task for task in tasks if f"task.{task}" not in texts] == []


def test_every_item_and_stage_of_the_phone_has_a_text() -> None:
    texts = Catalogue.load("central", "phone", "zh_CN")
    wanted = [f"stage.{stage}" for stage in STAGES]
    for item in ITEMS.values():
        wanted += [f"item.{item.key}.title", f"item.{item.key}.text"]
        wanted += [f"paper.{paper}.title" for paper in item.papers]
    wanted += [
        f"wait.{state.value}.title"
        for state in MatterState
        if state not in {MatterState.DRAFT, MatterState.COLLECTED}
    ]
    assert [key for key in wanted if key not in texts] == []


def test_every_failure_has_title_cause_and_remedy() -> None:
    for language in LANGUAGES:
        texts = failure_texts(language)
        missing = [
            f"{failure.value}.{part}"
            for failure in Failure
            for part in ("title", "cause", "remedy")
            if f"{failure.value}.{part}" not in texts
        ]
        assert missing == []


def test_the_shared_words_are_forty_of_two_characters() -> None:
    assert len(WORDS) == len({zh for zh, _ in WORDS.values()}) == 40
    assert {len(zh) for zh, _ in WORDS.values()} == {2}
    assert all(len(key) <= 40 for key in WORDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phone_names_the_buttons_of_the_glass_as_they_are(language: str) -> None:
    phone = Catalogue.load("central", "phone", language)
    glass = Catalogue.load("kiosk_ui", "glass", language)
    assert glass("choice.confirm.deposit") in phone("door.put_in")
    assert glass("home.collect") in phone("collect.or_code")
