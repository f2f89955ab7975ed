"""Each target takes its whole corpus, and what hypothesis makes of it, without a surprise."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.target import TARGETS, Target, corpus

EXAMPLES = 150


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A refused input is worth no line here."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(params=sorted(TARGETS), scope="module")
def named(request: pytest.FixtureRequest) -> Iterator[tuple[str, Target]]:
    with TARGETS[request.param]() as target:
        yield request.param, target


def test_the_kept_inputs_find_nothing_any_more(named: tuple[str, Target]) -> None:
    name, target = named
    for path in corpus(name):
        target(path.read_bytes())


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_made_of_the_kept_inputs_finds_nothing(
    named: tuple[str, Target], data: st.DataObject
) -> None:
    name, target = named
    base = data.draw(st.sampled_from(corpus(name))).read_bytes()
    at, gone = (data.draw(st.integers(0, len(base))) for _ in range(2))
    put = data.draw(
        st.binary(max_size=40)
        | st.sampled_from([b"null", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"\\u0000"])
    )
    target(base[:at] + put + base[at + gone % 8 :])
