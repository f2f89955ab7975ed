"""Records survive JSON and back, whatever their fields."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locker.contract.outage import Outage
from locker.contract.vocabulary import Capability
from locker.core.state import RECORD_TYPES, LedgerRecord, Record, StaffRecord, Table
from locker.journal.record import decode_record, encode_record

# The journal's JSON knows no NaN and no infinity: such a moment is refused where it is read.
MOMENTS = st.floats(allow_nan=False, allow_infinity=False)


def records(kind: type[Record]) -> st.SearchStrategy[Record]:
    """Build any record of a kind, with moments that JSON can hold."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if hints[field.name] is float]
    return st.builds(kind, **dict.fromkeys(names, MOMENTS))


RECORDS = st.one_of(*(records(kind) for kind in RECORD_TYPES.values() if kind is not LedgerRecord))


@given(RECORDS)
def test_record_comes_back_as_it_was(record: Record) -> None:
    assert decode_record(record.table, encode_record(record)) == record


def test_ledger_with_outages_comes_back_as_it_was() -> None:
    ledger = LedgerRecord(
        news=7, down_since={"board": 3.5}, outages=(Outage(1.0, 2.0), Outage(3.0, None))
    )
    assert decode_record(Table.LEDGER, encode_record(ledger)) == ledger


def test_enums_and_tuples_have_their_own_types_again() -> None:
    staff = StaffRecord("s-1", "aa", "bb", (Capability.LOAD, Capability.TAKE_OUT), 5.0)
    found = decode_record(Table.STAFF, encode_record(staff))
    assert isinstance(found, StaffRecord)
    assert isinstance(found.capabilities, tuple)
    assert isinstance(found.capabilities[0], Capability)


def test_fields_of_a_newer_release_are_left_out_and_missing_ones_default() -> None:
    text = json.dumps({"news": 3, "of_the_future": 1})
    assert decode_record(Table.LEDGER, text) == LedgerRecord(news=3)


@pytest.mark.parametrize("text", ["", "[]", '{"staff": 1, "capabilities": ["king"]}'])
def test_text_that_is_no_record_raises(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        decode_record(Table.STAFF, text)
