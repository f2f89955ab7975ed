"""One spelling for what is kept and for what is looked for."""

from __future__ import annotations

import pytest

from central import normal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("王秀兰", "王秀兰"),
        (" 王 秀 兰 ", "王秀兰"),
        ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
        ("ÉVA Kovács-Tóth", "évakovácstóth"),
        ("ＡＢＣ", "abc"),
        ("", ""),
        ("123", ""),
    ],
)
def test_a_name_is_compared_without_blanks_dots_and_case(typed: str, kept: str) -> None:
    assert normal.name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("110105 19491231 002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("E12345678", "E12345678"),
        ("h-1234 567", "H1234567"),
    ],
)
def test_the_number_of_a_document_has_one_spelling(typed: str, kept: str) -> None:
    assert normal.id_number(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["110105194912310021", "010105194912310028", "1234", "", "王秀兰", "A" * 21, "A'; DROP"],
)
def test_a_number_with_a_wrong_check_character_is_none(typed: str) -> None:
    assert normal.id_number(typed) is None


@pytest.mark.parametrize(
    ("number", "four"),
    [("+8613800138000", "8000"), ("11010519491231002X", "1002"), ("E12A34", "1234"), ("A123", "")],
)
def test_the_last_four_of_a_number_are_digits(number: str, four: str) -> None:
    assert normal.last_four(number) == four
