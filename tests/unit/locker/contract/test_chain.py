"""The hash chain: nothing can be changed, moved or dropped unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from locker.contract.chain import GENESIS, Entry, Stamp, canonical, is_intact, seal

STAMP = Stamp("b1", 1234, 1_800_000_000.25, True)


def entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "journal": "j1", "sequence": 1, "kind": "help.called", "body": {"page": "首页"},
        "stamp": STAMP, "previous": GENESIS,
    }  # fmt: skip
    return seal(**{**fields, **changes})


def test_a_sealed_entry_is_intact_and_its_hash_is_pinned() -> None:
    assert is_intact(entry())
    assert entry().hash == "17c73659d85ffda3387a2cf16569870bb0cfdba6829a1ac0b1f0acba9e46ee2b"


@pytest.mark.parametrize(
    "changes",
    [
        {"journal": "j2"},
        {"sequence": 2},
        {"kind": "help.calle"},
        {"body": {"page": "home"}},
        {"body": {}},
        {"previous": "1" + GENESIS[1:]},
        {"stamp": replace(STAMP, boot="b2")},
        {"stamp": replace(STAMP, mono_ms=1235)},
        {"stamp": replace(STAMP, wall=1_800_000_000.5)},
        {"stamp": replace(STAMP, trusted=False)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_any_change_is_seen(changes: dict[str, Any]) -> None:
    assert not is_intact(replace(entry(), **changes))
    assert entry(**changes).hash != entry().hash


def test_each_entry_hangs_on_the_one_before() -> None:
    first = entry()
    second = entry(sequence=2, previous=first.hash)
    forged = entry(body={"page": "forged"})
    assert entry(sequence=2, previous=forged.hash).hash != second.hash


@pytest.mark.parametrize("page", [float("inf"), float("nan"), "\ud800", {1, 2}])
def test_what_has_no_canonical_form_is_not_intact_and_raises_nothing(page: object) -> None:
    assert not is_intact(replace(entry(), body={"page": page}))


def test_the_canonical_form_is_one() -> None:
    assert canonical({"b": [1, 2.5, None], "a": "门"}) == '{"a":"门","b":[1,2.5,null]}'.encode()
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(float("nan"))
