"""What single events change in the records; whole lives of them are in the tests of the others."""

from __future__ import annotations

from dataclasses import replace

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import Condition, GrantState, Purpose
from locker.core.fold import fold
from locker.core.state import JUMP_HELD_S, CompartmentRecord, Draft, GrantRecord, State

AT = 1_800_000_000.0
PUT = e.GrantPut("g", Purpose.COLLECT, "c", AT, AT + 60, "news")


def folded(*events: Event, draft: Draft | None = None, at: float = AT) -> Draft:
    draft = draft or Draft(State())
    for event in events:
        fold(draft, event, at)
    return draft


def test_a_grant_is_given_back_by_the_visit_that_holds_it_and_by_no_other() -> None:
    draft = folded(PUT, e.GrantReserved("g", "v2"), e.GrantReleased("g", "v1"))
    assert draft.must(GrantRecord, "g").state is GrantState.RESERVED
    draft = folded(e.GrantReleased("g", "v2"), draft=draft)
    assert draft.must(GrantRecord, "g").state is GrantState.LIVE
    draft = folded(e.GrantUsed("g", "v2"), e.GrantReleased("g", "v2"), draft=draft)
    assert draft.must(GrantRecord, "g").state is GrantState.USED, "what was used stays so"


def test_jumps_within_an_hour_of_each_other_are_held_back_together() -> None:
    draft = folded(e.ClockJumped(100.0))
    draft = folded(e.ClockJumped(200.0), draft=draft, at=AT + JUMP_HELD_S - 1)
    assert draft.ledger.jumped_s == 300.0
    draft = folded(e.ClockJumped(70.0), draft=draft, at=AT + 2 * JUMP_HELD_S)
    assert draft.ledger.jumped_s == 70.0


def test_what_is_known_of_one_consignment_is_not_said_of_the_next_in_that_box() -> None:
    first = e.BooksEntered(3, Condition.OCCUPIED, "c1", "test")
    moved = e.ConsignmentMoved("c1", 3, "deposited", "v1", confirmed=False, shut_in_visit=True)
    again = e.BooksEntered(3, Condition.WITHHELD, "c1", "test")
    box = folded(first, moved, again).must(CompartmentRecord, "3")
    assert (box.inbound, box.confirmed) == (True, False)
    other = e.BooksEntered(3, Condition.OCCUPIED, "c2", "test")
    box = folded(first, moved, other).must(CompartmentRecord, "3")
    assert (box.inbound, box.confirmed) == (None, True)


def test_a_newer_issue_of_a_grant_changes_nothing_of_where_it_stands() -> None:
    draft = folded(PUT)
    stands = replace(
        draft.must(GrantRecord, "g"), state=GrantState.REVOKED, visit="v1", opened_compartment=4,
        reopenings=2, ended=7, revoked_for="moved",
    )  # fmt: skip
    draft.put(stands)
    newer = replace(PUT, issued_at=AT + 5, expires_at=AT + 90)
    held = folded(newer, draft=draft).must(GrantRecord, "g")
    assert held == replace(stands, issued_at=AT + 5, expires_at=AT + 90)
    again = folded(replace(newer, source=e.AGAIN), draft=draft).must(GrantRecord, "g")
    assert (again.state, again.source) == (GrantState.LIVE, "news"), "where it came from stays"
