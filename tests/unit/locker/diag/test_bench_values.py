"""Channels as the maker counts, and what the evidence of an opening is called."""

from __future__ import annotations

import pytest

from locker.contract.failure import Failure
from locker.contract.tech import Opening as Told
from locker.contract.vocabulary import AttemptState
from locker.diag.bench import Channel, Outcome
from locker.diag.refusal import is_decided, opening_of
from locker.diag.trouble import ExitCode, TroubleError

SEVEN = Channel(1, 1, 7)


@pytest.mark.parametrize(
    ("text", "channel"),
    [("1:7", SEVEN), ("0:3", Channel(1, 0, 3)), ("2/1:7", Channel(2, 1, 7)), (" 1:7 ", SEVEN)],
)
def test_a_channel_is_board_and_number(text: str, channel: Channel) -> None:
    assert Channel.parse(text) == channel
    assert Channel.parse(str(channel)) == channel


@pytest.mark.parametrize(
    "text", ["7", "1:0", "1:", ":7", "a:b", "1:7:9", "-1:7", "1/2/3:4", "１:7"]
)
def test_what_is_no_channel_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no channel"):
        Channel.parse(text)


@pytest.mark.parametrize(
    ("state", "pulsed", "outcome", "pulses"),
    [
        (AttemptState.OPENED, True, Outcome.OPENED, 1),
        (AttemptState.COMPLETED, True, Outcome.OPENED, 1),
        (AttemptState.FAILED, True, Outcome.NOT_OPENED, 1),
        (AttemptState.NOT_SENT, False, Outcome.NOT_OPENED, 0),
        (AttemptState.UNRESOLVED, True, Outcome.UNKNOWN, 1),
    ],
)
def test_each_end_of_an_attempt_has_its_word(
    state: AttemptState, *, pulsed: bool, outcome: Outcome, pulses: int
) -> None:
    told = Told(ticket="t1", visit="v1", state=state, pulsed=pulsed)
    assert is_decided(told)
    done = opening_of(SEVEN, told, glass=True)
    assert (done.outcome, done.pulses) == (outcome, pulses)


def test_an_attempt_under_way_is_not_decided() -> None:
    for state in (None, AttemptState.COMMITTED, AttemptState.ACKNOWLEDGED, AttemptState.IN_DOUBT):
        assert not is_decided(Told(ticket="t1", state=state))


def test_a_refusal_tells_cause_and_remedy() -> None:
    with pytest.raises(TroubleError) as caught:
        opening_of(SEVEN, Told(ticket="t1", failure=Failure.NEEDS_SECOND_PERSON), glass=True)
    assert "BBG-406" in caught.value.seen
    assert "badge" in caught.value.remedy
    with pytest.raises(TroubleError) as caught:
        opening_of(SEVEN, Told(ticket="t1", failure=Failure.BOARD_SILENT), glass=True)
    assert caught.value.code is ExitCode.SILENT
