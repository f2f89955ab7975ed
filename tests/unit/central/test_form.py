"""What people type: every script is welcome, nothing hostile is kept."""

from __future__ import annotations

import pytest
from starlette.datastructures import FormData

from central import normal
from central.form import BadgeForm, DetailsForm

GOOD = {"name": "王秀兰", "phone": "13800138000", "building": "3 号楼"}


def errors(**changes: str) -> dict[str, list[str]]:
    form = DetailsForm(FormData(GOOD | changes | {"csrf_token": "t"}), meta={"csrf_context": "t"})
    form.validate()
    return {str(name): list(found) for name, found in form.errors.items()}


@pytest.mark.parametrize(
    "name",
    [
        "王",
        "阿依古丽·买买提",
        "José Nuñez",
        "Ананд Қ.",
        "محمد",
        "علی‌رضا",
        "O’Brien-Smith",
        "𠮷田",
        "नरेन्द्र",
    ],
)
def test_names_of_any_script_are_taken(name: str) -> None:
    assert errors(name=name) == {}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "form.missing"),
        ("   ", "form.missing"),
        ("长" * 61, "form.too_long"),
        ("<script>alert(1)</script>", "form.odd_letters"),
        ("' OR 1=1", "form.odd_letters"),
        ("王😀", "form.odd_letters"),
        ("\u202e王", "form.odd_letters"),
        ("王\u200f", "form.odd_letters"),
        ("王\x00", "form.odd_letters"),
        ("--", "form.no_letters"),
        ("{{ 7*7 }}", "form.odd_letters"),
    ],
)
def test_what_is_no_name_is_refused_by_its_reason(name: str, error: str) -> None:
    assert errors(name=name) == {"name": [error]}


def test_sixty_letters_are_a_name() -> None:
    assert errors(name="长" * 60) == {}


@pytest.mark.parametrize("building", ["<b>3</b>", "3;DROP TABLE", "楼\u202e", "", "#"])
def test_hostile_buildings_are_refused(building: str) -> None:
    assert "building" in errors(building=building)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("0311-86660000", "+8631186660000"),
        ("+33 1 70 18 99 00", "+33170189900"),
        ("0033170189900", "+33170189900"),
    ],
)
def test_phones_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert normal.phone(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "12345", "abc", "' OR 1=1", "+", "+0123456789", "1" * 40, "110"]
)
def test_what_is_no_phone_is_refused(typed: str) -> None:
    assert normal.phone(typed) is None


def test_a_form_of_another_browser_is_refused() -> None:
    form = DetailsForm(FormData(GOOD | {"csrf_token": "t"}), meta={"csrf_context": "other"})
    assert not form.validate()
    assert form.errors == {"csrf_token": ["form.stale"]}


def test_a_form_with_no_token_is_refused() -> None:
    assert not DetailsForm(FormData(GOOD), meta={"csrf_context": "t"}).validate()


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "１２３４"])
def test_a_pin_is_four_to_eight_plain_digits(pin: str) -> None:
    form = BadgeForm(FormData({"pin": pin, "csrf_token": "t"}), meta={"csrf_context": "t"})
    assert not form.validate()
