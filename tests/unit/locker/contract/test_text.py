"""Words for people: both languages have the same keys, and every failure has its three texts."""

from __future__ import annotations

import string

import pytest

from locker.contract.failure import Failure
from locker.contract.text import LANGUAGES, Catalogue, failure_texts
from locker.contract.word_list import WORDS


def places_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_has_a_title_a_cause_and_a_remedy(language: str) -> None:
    texts = failure_texts(language)
    for failure in Failure:
        for part in ("title", "cause", "remedy"):
            key = f"{failure}.{part}"
            assert key in texts
            assert texts(key).strip()


def test_both_languages_have_the_same_keys_and_places_to_fill() -> None:
    chinese, english = (failure_texts(language) for language in LANGUAGES)
    assert chinese.keys == english.keys
    for key in chinese.keys:
        assert places_of(chinese(key)) == places_of(english(key)), key


def test_no_text_is_for_a_failure_that_does_not_exist() -> None:
    codes = {key.rsplit(".", 1)[0] for key in failure_texts("en").keys}
    assert codes <= {failure.value for failure in Failure}


def test_texts_are_filled_by_name_and_a_missing_one_is_our_bug() -> None:
    texts = Catalogue({"wait": "wait {seconds} s", "brace": "a {b}"}, language="en")
    assert texts("wait", seconds=5) == "wait 5 s"
    assert texts("brace") == "a {b}"
    with pytest.raises(KeyError):
        texts("nothing")
    with pytest.raises(KeyError):
        texts("wait", minutes=5)


def test_shared_words_are_two_characters_and_each_its_own() -> None:
    chinese = [pair[0] for pair in WORDS.values()]
    assert all(len(word) == 2 for word in chinese)
    assert len(set(chinese)) == len(chinese) == len({pair[1] for pair in WORDS.values()})
