"""Every word that a page shows exists in both languages."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from markupsafe import Markup

import central
from central.catalogue import DayKind, Mend, PaperKind, first_catalogue, problems
from central.operation.alarm import LOOKS
from central.operation.desk import EVIDENCE, Whose
from central.operation.dispatch import Move, Part
from central.operation.follow import STAGES
from central.operation.matter import RATINGS
from central.operation.matter_state import ENDED, MatterState, Outcome, Trigger
from central.operation.note import NoteKind
from central.operation.resident import DocumentKind, Tie
from central.operation.role import Role
from central.operation.timeline import Source
from central.route.page import clauses
from locker.contract.failure import Failure
from locker.contract.text import LANGUAGES, Catalogue, failure_texts
from locker.contract.vocabulary import (
    Capability,
    Choice,
    Condition,
    CredentialKind,
    DoorState,
    Purpose,
    VisitOutcome,
)
from locker.contract.word_list import WORDS
from locker.core import judge, two_people
from locker.core import news as cabinet_news

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
    wanted += [f"trigger.{word.value}" for word in Move]
    wanted += [f"workflow.{word.value}" for word in Part]
    wanted += [f"whose.{word.value}" for word in Whose]
    wanted += [f"event.{kind}" for kind in EVIDENCE]
    wanted += [f"condition.{word.value}" for word in Condition]
    wanted += [f"door.{word.value}" for word in DoorState]
    wanted += [f"capability.{word.value}" for word in Capability]
    for words in (VisitOutcome, Choice, CredentialKind):
        wanted += [f"word.{word.value}" for word in words]
    wanted += [f"note.{word.value}" for word in NoteKind]
    wanted += [f"role.{word.value}" for word in Role]
    wanted += [f"outcome.{word.value}" for word in Outcome]
    wanted += [f"paper_kind.{word.value}" for word in PaperKind if word is not PaperKind.KEPT]
    wanted += [f"tie.{word.value}" for word in Tie]
    wanted += [f"id_kind.{word.value}" for word in DocumentKind]
    wanted += ["content.result"]
    wanted += [f"rating.{rating}" for rating in RATINGS]
    wanted += [f"purpose.{word.value}" for word in Purpose]
    wanted += [f"audit.source_{word.value}" for word in Source]
    looks = {key for key in Catalogue.load("central", "phone", "zh_CN").keys if key[:4] == "act."}
    wanted += sorted(looks - {"act.you"})
    flags = "unknown", "invalid", "hash", "gap", "chain", "late", "unprojected", "clock", "fork"
    wanted += [f"flag.{flag}" for flag in flags]
    assert [key for key in wanted if key not in texts] == []


def test_every_alarm_and_task_has_a_text() -> None:
    texts = Catalogue.load("central", "console", "zh_CN")
    source = "".join(path.read_text("utf-8") for path in (HERE / "operation").glob("*.py"))
    kinds = set(re.findall(r'"((?:journal|head|service|keypad|cabinet|grant)\.[a-z_]+)"', source))
    kinds |= {"door.jammed", "door.opened_unasked", "door.left_open"}
    kinds |= {f"journal.{flag}" for flag in ("hash", "gap", "chain")}
    kinds -= {kind for kind in kinds if kind in {"grant.put", "service.changed"}}
    assert [kind for kind in sorted(kinds) if f"alarm.{kind}" not in texts] == []
    tasks = {*LOOKS, *re.findall(r'set_task\(\s*session,\s*"([a-z_]+)"', source)}
    assert len(tasks) >= 7
    assert [task for task in tasks if f"task.{task}" not in texts] == []


def test_every_stage_state_and_way_to_mend_has_a_text_on_the_phone() -> None:
    texts = Catalogue.load("central", "phone", "zh_CN")
    wanted = [f"stage.{stage}" for stage in STAGES]
    wanted += [
        f"wait.{state.value}.{part}"
        for state in set(MatterState) - ENDED - {MatterState.DRAFT}
        for part in ("title", "text")
    ]
    wanted += [f"over.text_{state.value}" for state in ENDED]
    wanted += [f"wait_back.{state}" for state in ("at_desk", "ready_to_load", "to_be_looked_at")]
    wanted += [f"outcome.{word}" for word in ("refused", "withdrawn")]
    wanted += [f"day_kind.{word.value}" for word in DayKind]
    wanted += [f"mend.{word.value}" for word in Mend]
    wanted += [f"paper_kind.{word.value}" for word in PaperKind if word is not PaperKind.KEPT]
    assert [key for key in wanted if key not in texts] == []


def test_every_notice_has_a_text_of_at_most_seventy_signs() -> None:
    source = (HERE / "operation" / "matter.py").read_text("utf-8")
    source += (HERE / "operation" / "acceptance.py").read_text("utf-8")
    kinds = set(re.findall(r'tell\(session, \w+, "([a-z_]+)"', source)) | {"ready", "return_ready"}
    assert len(kinds) >= 6
    texts = Catalogue.load("central", "phone", "zh_CN")
    assert {k for k in kinds if len(texts(f"notice.{k}", reference="R-40718")) > 70} == set()


def test_the_first_catalogue_contradicts_nothing_and_says_all_in_both_languages() -> None:
    items = first_catalogue()
    assert [(item.key, problems(item)) for item in items if problems(item)] == []
    for item in items:
        words = [item.title, item.text, *(p.title for p in item.papers)]
        assert all(found.zh and found.en for found in words), item.key


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


def test_what_a_cabinet_denies_to_staff_is_said_to_staff() -> None:
    of = inspect.getsource
    named = of(judge) + of(two_people) + of(cabinet_news.commanded)
    denied = {Failure[name] for name in re.findall(r"Failure\.([A-Z_]+)", named)}
    assert len(denied) > 15
    denied -= {Failure.NOT_ALLOWED, Failure.LAST_FOUR_UNKNOWN, Failure.LAST_FOUR_RESTS}
    denied -= {Failure.CABINET_FULL}  # these are said to phones, to QR codes, and to who puts in
    texts = Catalogue.load("central", "console", "zh_CN")
    assert [code for code in sorted(denied) if f"to_staff.{code}.remedy" not in texts] == []


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


def test_only_a_date_and_a_clause_that_may_be_longer_than_a_line_are_marked_and_no_field_is() -> (
    None
):
    page = Markup(
        '<p title="交到社区窗口也可以。">请晚些再来，或把材料直接交到社区窗口。&lt;b&gt;</p>'
        "<option>或把材料直接交到社区窗口。</option><textarea>或把材料直接交到社区窗口。</textarea>"
    )
    clause = "或把材料直接交到社区窗口。"
    marked = str(page).replace(clause, f'<span class="clause">{clause}</span>', 1)
    assert str(clauses(page)) == marked
    version = clauses(Markup("<p>（版本 2026-11-3）</p>"))
    assert '<span class="whole">2026-11-3</span>' in version
