"""A glass in bad hands: what the journal holds of it is bounded, and nothing is hidden."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.failure import Failure
from locker.contract.vocabulary import CredentialKind
from locker.core import input as i
from locker.core.flood import LIMITS, WINDOW_S, Stream
from tests.unit.locker.core.bench_cabinet import BenchCabinet

WRONG_SCAN = i.ShownRefused(Failure.NOT_OURS, CredentialKind.SIGNED_QR)
MANY = 500


@pytest.fixture
def cabinet() -> BenchCabinet:
    return BenchCabinet()


def test_a_flood_of_wrong_scans_is_counted_and_not_written_one_by_one(
    cabinet: BenchCabinet,
) -> None:
    for _ in range(MANY):
        cabinet.clock.pass_s(0.01)
        cabinet.tell(WRONG_SCAN)
        assert cabinet.refusal() == "NOT_OURS", "the glass says it each time"
    limit = LIMITS[Stream.REFUSALS]
    assert len(cabinet.events(e.CredentialRefused)) == limit
    assert not cabinet.events(e.LeftOut)
    cabinet.wait(WINDOW_S)
    assert cabinet.events(e.LeftOut) == [e.LeftOut("refusals", MANY - limit)]
    cabinet.tell(WRONG_SCAN)
    assert len(cabinet.events(e.CredentialRefused)) == limit + 1
    cabinet.wait(2 * WINDOW_S)
    assert len(cabinet.events(e.LeftOut)) == 1, "nothing more was left out"


def test_calls_for_help_and_presses_have_a_bound(cabinet: BenchCabinet) -> None:
    for n in range(MANY):
        cabinet.clock.pass_s(0.01)
        cabinet.tell(i.HelpAsked(f"page {n}"))
    assert len(cabinet.events(e.HelpCalled)) == LIMITS[Stream.HELP]
    cabinet.wait(WINDOW_S + 1)
    presses = LIMITS[Stream.TOUCHES]
    assert cabinet.events(e.LeftOut) == [
        e.LeftOut("help", presses - LIMITS[Stream.HELP]), e.LeftOut("touches", MANY - presses),
    ]  # fmt: skip


def test_wrong_codes_are_written_each_since_they_slow_themselves_down(
    cabinet: BenchCabinet,
) -> None:
    for _ in range(LIMITS[Stream.REFUSALS]):
        cabinet.tell(WRONG_SCAN)
    cabinet.tell(i.CodeTyped("wrong"))
    assert cabinet.events(e.CredentialRefused)[-1].failure == Failure.CODE_WRONG
    assert cabinet.events(e.KeypadCounted)[-1].wrong_in_a_row == 1
