"""Events go through JSON and come back the same; what is no event is told apart."""

from __future__ import annotations

import json
import math
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locker.contract import event as e
from locker.contract.chain import canonical
from locker.contract.event import EVENT_TYPES, Event, EventBodyError, from_body, to_body
from locker.contract.vocabulary import Capability

texts = st.text(max_size=20)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def draw_event(data: st.DataObject, kind: str) -> Event:
    return cast(Event, data.draw(st.builds(EVENT_TYPES[kind]).filter(_is_finite)))


def _is_finite(event: object) -> bool:
    values = to_body(cast(Event, event)).values()
    return all(math.isfinite(value) for value in values if isinstance(value, float))


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
@settings(max_examples=25)
@given(data=st.data())
def test_every_kind_comes_back_the_same_from_its_canonical_form(
    kind: str, data: st.DataObject
) -> None:
    event = draw_event(data, kind)
    body = json.loads(canonical(to_body(event)))
    assert from_body(kind, body) == event
    assert to_body(from_body(kind, body)) == body


@pytest.mark.sweep
@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
@settings(max_examples=25)
@given(body=st.dictionaries(texts, anything, max_size=4), data=st.data())
def test_a_hostile_body_is_an_event_or_refused_and_nothing_else(
    kind: str, body: dict[str, Any], data: st.DataObject
) -> None:
    names = sorted(to_body(draw_event(data, kind)))
    body |= {name: data.draw(anything) for name in names}
    try:
        event = from_body(kind, body)
    except EventBodyError:
        return
    assert isinstance(event, EVENT_TYPES[kind])


def test_unknown_kinds_missing_fields_and_wrong_words_are_refused() -> None:
    for kind, body in (
        ("door.exploded", {}),
        ("grant.used", {"grant": "g1"}),
        ("grant.used", {"grant": 1, "visit": "v1"}),
        ("visit.ended", {"visit": "v1", "outcome": "vanished"}),
        ("keypad.counted", {"wrong_in_a_row": True, "pause_s": 1}),
        ("service.changed", {"what": "board", "ok": True, "off_s": 10**400}),
    ):
        with pytest.raises(EventBodyError):
            from_body(kind, body)


def test_fields_of_a_newer_cabinet_are_ignored_and_older_ones_take_defaults() -> None:
    assert from_body("help.called", {"page": "home", "mood": "bad"}) == e.HelpCalled("home")


def test_words_and_whole_numbers_are_read_as_what_they_are() -> None:
    body = {
        "staff": "s1", "lookup": "l", "digest": "d", "capabilities": ["load"], "expires_at": 5,
    }  # fmt: skip
    event = from_body("staff.put", body)
    assert event == e.StaffPut("s1", "l", "d", (Capability.LOAD,), 5.0)
