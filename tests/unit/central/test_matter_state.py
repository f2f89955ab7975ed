"""The table of matter states."""

from __future__ import annotations

import pytest

from central.operation.matter_state import ENDED, TABLE, MatterState, Trigger, after


def test_the_smooth_way_leads_from_draft_to_collected() -> None:
    state: MatterState | None = MatterState.DRAFT
    for trigger in (
        Trigger.ASKED,
        Trigger.PAPERS_IN,
        Trigger.PAPERS_OUT,
        Trigger.ACCEPTED,
        Trigger.MARKED_READY,
        Trigger.LOADED,
        Trigger.COLLECTED,
    ):
        assert state is not None
        state = after(state, trigger)
    assert state is MatterState.COLLECTED


@pytest.mark.parametrize("state", sorted(ENDED))
def test_nothing_moves_a_matter_that_is_over_but_its_papers_that_are_found_again(
    state: MatterState,
) -> None:
    moved = {trigger for trigger in Trigger if after(state, trigger) is not None}
    assert moved == ({Trigger.FOUND} if state is MatterState.COLLECTED else set())


def test_every_state_but_the_draft_is_reached_and_every_one_that_is_not_over_is_left() -> None:
    left = {state for state, trigger in TABLE if trigger is not Trigger.FOUND}
    assert left == set(MatterState) - ENDED
    assert set(TABLE.values()) == set(MatterState) - {MatterState.DRAFT}


def test_every_trigger_moves_something() -> None:
    assert {trigger for _, trigger in TABLE} == set(Trigger)


def test_every_state_leads_to_an_end() -> None:
    reaching = set(ENDED)
    while found := {s for (s, _), then in TABLE.items() if then in reaching} - reaching:
        reaching |= found
    assert reaching == set(MatterState)


def test_a_load_not_seen_shut_waits_until_somebody_looked() -> None:
    waiting = after(MatterState.READY_TO_LOAD, Trigger.LOADED_UNSEEN)
    assert waiting is MatterState.TO_BE_LOOKED_AT
    assert after(waiting, Trigger.LOOKED) is MatterState.IN_CABINET
