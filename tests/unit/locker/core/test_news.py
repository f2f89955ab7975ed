"""What the centre says: in order, once, and a command only while it is fresh."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.vocabulary import Choice, GrantState, HelpAnswer, Purpose
from locker.core import input as i
from locker.core.state import Draft, GrantRecord, KeyRecord, StaffRecord
from tests.unit.locker.core.bench_cabinet import YEAR_S, BenchCabinet


@pytest.fixture
def cabinet() -> BenchCabinet:
    return BenchCabinet()


def put(grant: str, cabinet: BenchCabinet, *, life_s: float = YEAR_S) -> e.GrantPut:
    now = cabinet.clock.wall
    return e.GrantPut(grant, Purpose.DEPOSIT, f"c-{grant}", now, now + life_s, "news")


def test_a_page_is_applied_in_its_order_and_counted_in_the_same_commit(
    cabinet: BenchCabinet,
) -> None:
    turn = cabinet.news(put("g1", cabinet), e.GrantRevoked("g1", "withdrawn"), e.KeyPut("k", "p"))
    kinds = [type(event) for event in turn.events]
    assert kinds == [e.GrantPut, e.GrantRevoked, e.KeyPut, e.NewsApplied]
    assert cabinet.grant_state("g1") is GrantState.REVOKED
    assert cabinet.engine.state.get(KeyRecord.table, "k") == KeyRecord("k", "p")


def test_a_replayed_page_changes_nothing(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.NewsCame(5, (put("g1", cabinet),)))
    for n in (5, 4, 1):
        assert cabinet.tell(i.NewsCame(n, (e.GrantRevoked("g1", "x"),))).events == ()
    assert Draft(cabinet.engine.state).ledger.news == 5


def test_a_snapshot_withdraws_what_it_does_not_name(cabinet: BenchCabinet) -> None:
    cabinet.sign_in()
    box = cabinet.deposit("g0", "c0")
    cabinet.news(put("g1", cabinet), put("g2", cabinet))
    cabinet.tell(i.NewsCame(1, (put("g2", cabinet),), snapshot=True))
    assert cabinet.grant_state("g1") is GrantState.REVOKED
    assert cabinet.grant_state("g2") is GrantState.LIVE
    assert cabinet.grant_state("g0") is GrantState.USED
    assert cabinet.engine.state.get(StaffRecord.table, "s1") is None
    assert cabinet.engine.memory.staff is None
    assert Draft(cabinet.engine.state).ledger.news == 1
    assert cabinet.box(box).consignment == "c0"


def test_a_snapshot_spares_what_the_cabinet_itself_has_given_out(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.WalkInAsked("w1", "w2", "cw", "7", "12345678", "digest"))
    cabinet.tell(i.WalkInNoted())
    cabinet.news(snapshot=True)
    assert cabinet.grant_state("w2") is GrantState.LIVE


def test_a_snapshot_drops_the_keys_that_it_does_not_name_and_never_all_of_them(
    cabinet: BenchCabinet,
) -> None:
    def keys() -> set[str]:
        return {key.kid for key in Draft(cabinet.engine.state).all(KeyRecord)}

    cabinet.news(e.KeyPut("old", "p"), e.KeyPut("new", "q"))
    cabinet.news(e.KeyPut("new", "q"), snapshot=True)
    assert keys() == {"new"}
    cabinet.news(snapshot=True)
    assert keys() == {"new"}, "without a key no signed code would open anything"


def test_the_same_grant_twice_is_one_event_and_a_newer_issue_another(
    cabinet: BenchCabinet,
) -> None:
    first = put("g1", cabinet)
    cabinet.news(first)
    assert [type(event) for event in cabinet.news(first).events] == [e.NewsApplied]
    cabinet.news(put("g1", cabinet, life_s=10.0))
    assert cabinet.grant("g1").expires_at == cabinet.clock.wall + 10.0


def test_a_used_grant_is_not_made_live_by_news(cabinet: BenchCabinet) -> None:
    cabinet.deposit("g1", "c-g1")
    cabinet.news(put("g1", cabinet))
    assert cabinet.grant_state("g1") is GrantState.USED


def test_a_code_made_longer_while_its_door_is_open_is_longer_when_nothing_was_taken(
    cabinet: BenchCabinet,
) -> None:
    cabinet.deposit("g0", "c1")
    cabinet.put_grant("g1", Purpose.COLLECT, "c1", life_s=60.0)
    cabinet.command("g1")
    cabinet.wait(0.3)
    assert cabinet.grant_state("g1") is GrantState.USED
    cabinet.put_grant("g1", Purpose.COLLECT, "c1")
    cabinet.shut()
    cabinet.choose(Choice.NOTHING)
    grant = cabinet.grant("g1")
    assert (grant.state, grant.expires_at - cabinet.clock.wall > 60.0) == (GrantState.LIVE, True)


def test_a_revocation_of_nothing_and_a_second_one_are_no_events(cabinet: BenchCabinet) -> None:
    cabinet.news(put("g1", cabinet), e.GrantRevoked("g1", "x"))
    turn = cabinet.news(e.GrantRevoked("g1", "x"), e.GrantRevoked("nobody", "x"))
    assert [type(event) for event in turn.events] == [e.NewsApplied]


@pytest.mark.parametrize("left_s", [None, 0.0, -1.0])
def test_a_stale_command_opens_nothing(cabinet: BenchCabinet, left_s: float | None) -> None:
    cabinet.news(put("g1", cabinet))
    cabinet.command("g1", left_s=left_s)
    assert cabinet.events(e.CommandTaken)[-1].failure == "BBG-501"
    assert cabinet.grant_state("g1") is GrantState.LIVE


@pytest.mark.parametrize("restart", [False, True])
def test_a_replayed_command_opens_nothing_across_a_restart_too(
    cabinet: BenchCabinet, *, restart: bool
) -> None:
    cabinet.news(put("g1", cabinet))
    cabinet.tell(i.OpenCommanded("k1", "g1", 20.0))
    cabinet.wait(4.0)
    if restart:
        cabinet.plug()
    turn = cabinet.tell(i.OpenCommanded("k1", "g1", 20.0))
    assert turn.events == (e.CommandTaken("k1", "BBG-502"),)
    assert len(cabinet.witness.pulses) == 1


def test_a_command_for_an_unknown_grant_is_not_found(cabinet: BenchCabinet) -> None:
    cabinet.command("nobody")
    assert cabinet.events(e.CommandTaken)[-1].failure == "BBG-506"


def test_a_resident_commands_no_staff_work(cabinet: BenchCabinet) -> None:
    cabinet.deposit("g1", "c1")
    cabinet.put_grant("out", Purpose.TAKE_OUT, "c1")
    cabinet.command("out")
    assert cabinet.events(e.CommandTaken)[-1].failure == "BBG-403"
    assert cabinet.grant_state("out") is GrantState.LIVE


def test_a_command_never_opens_a_used_grant_s_door_again(cabinet: BenchCabinet) -> None:
    cabinet.deposit("g1", "c1")
    cabinet.command("g1")
    assert cabinet.events(e.CommandTaken)[-1].failure == "BBG-103"


def test_of_two_commands_in_one_page_the_second_waits(cabinet: BenchCabinet) -> None:
    cabinet.news(
        put("g1", cabinet),
        put("g2", cabinet),
        i.OpenCommanded("k1", "g1", 20.0),
        i.OpenCommanded("k2", "g2", 20.0),
    )
    assert [event.failure for event in cabinet.events(e.CommandTaken)] == ["", "BBG-203"]
    assert len(cabinet.wire) == 1


def test_commands_and_ended_grants_are_remembered_within_bounds(cabinet: BenchCabinet) -> None:
    for n in range(250):
        cabinet.tell(i.OpenCommanded(f"x{n}", "nobody", 20.0))
    records = cabinet.engine.state.records()
    assert len([key for key in records if key[0] == "command"]) == 200
    assert ("command", "x249") in records


@pytest.mark.parametrize(("age_s", "shown"), [(0.0, True), (59.0, True), (60.0, False)])
def test_the_shared_word_is_shown_for_a_minute_from_the_scan(
    cabinet: BenchCabinet, *, age_s: float, shown: bool
) -> None:
    cabinet.tell(i.PhoneArrived("shiliu", age_s))
    assert (cabinet.engine.memory.word == "shiliu") is shown
    cabinet.tell(i.PhoneArrived("late", 60.0))
    assert (cabinet.engine.memory.word == "shiliu") is shown
    cabinet.wait(60.0 - age_s)
    assert cabinet.engine.memory.word is None


def test_the_oldest_ended_grants_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locker.core.fold.ENDED_GRANTS_KEPT", 3)
    cabinet = BenchCabinet()
    for n in range(6):
        cabinet.news(put(f"g{n}", cabinet), e.GrantRevoked(f"g{n}", "withdrawn"))
    kept = [r.grant for r in Draft(cabinet.engine.state).all(GrantRecord)]
    assert sorted(kept) == ["g3", "g4", "g5"]


def test_an_answer_to_a_call_for_help_is_for_that_call_and_not_for_the_next(
    cabinet: BenchCabinet,
) -> None:
    said: list[HelpAnswer | None] = []
    coming = HelpAnswer.COMING
    long_past, fresh = i.HelpAnswered(coming, 700.0), i.HelpAnswered(coming, 1.0)
    for told in (i.HelpAsked("home"), long_past, fresh, i.HelpAsked("code")):
        cabinet.news(told) if isinstance(told, i.HelpAnswered) else cabinet.tell(told)
        said.append(cabinet.engine.memory.help_answer)
    assert said == [None, None, coming, None]
