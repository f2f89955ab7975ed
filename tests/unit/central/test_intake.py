"""Events as they arrive: once, in order, verified, and never a reason to block the line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import select

from central.operation import alarm, projection, standing
from central.operation.intake import PORTION
from central.record.cabinet import Alarm, Cabinet, CabinetEvent, DoorVisit, HeadSignature
from locker.contract import event as told
from locker.contract.centre import WireEntry
from locker.contract.chain import Stamp, seal
from locker.contract.event import UNTOLD
from locker.contract.vocabulary import CredentialKind, DoorState, Purpose
from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet


def rows(world: World) -> list[CabinetEvent]:
    with world.centre.database.reading() as session:
        return list(session.exec(select(CabinetEvent).order_by(CabinetEvent.id)))  # type: ignore[arg-type]


def alarms(world: World) -> set[str]:
    with world.centre.database.reading() as session:
        return {row.kind for row in alarm.open_alarms(session)}


def test_events_are_kept_once_and_acknowledged_to_the_last(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.write(told.BootStarted("b", "1"), told.HelpCalled("home"))
    assert cabinet.post().sequence == 2
    ack = cabinet.post()
    assert (ack.sequence, ack.fork) == (2, False)
    assert [row.flag for row in rows(world)] == ["", ""]


def test_a_repeated_tail_with_new_events_is_no_fork(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.HelpCalled("a"))
    cabinet.write(told.HelpCalled("b"))
    ack = cabinet.post(cabinet.entries)
    assert (ack.sequence, ack.fork, len(rows(world))) == (2, False, 2)


def test_the_same_place_with_another_hash_is_a_fork_and_both_are_kept(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.say(told.HelpCalled("a"))
    cabinet.entries.clear()
    ack = cabinet.say(told.HelpCalled("b"))
    assert ack.fork
    assert [row.fork for row in rows(world)] == [False, True]
    assert "journal.fork" in alarms(world)
    assert cabinet.post([]).fork, "a forked journal stays forked"


def test_a_post_that_holds_an_event_twice_and_another_history_keeps_each_once(
    world: World, cabinet: FakeCabinet
) -> None:
    [one] = cabinet.write(told.HelpCalled("a"))
    cabinet.entries.clear()
    [other] = cabinet.write(told.HelpCalled("b"))
    ack = cabinet.post([one, one, other, one])
    assert (ack.sequence, ack.fork) == (1, True)
    assert [row.fork for row in rows(world)] == [False, True]


def test_a_head_that_is_behind_may_have_come_late_and_is_answered_with_what_is_known(
    world: World, cabinet: FakeCabinet
) -> None:
    first = cabinet.write(told.HelpCalled("a"), told.HelpCalled("b"))
    cabinet.post()
    ack = cabinet.post([], head_sequence=1, head=first[0].hash)
    assert (ack.sequence, ack.fork) == (2, False)


def test_a_head_that_is_not_the_known_one_is_a_fork(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.HelpCalled("a"), told.HelpCalled("b"))
    assert not cabinet.post([], head_sequence=-(2**70), head="0" * 64).fork, "a place of none"
    assert cabinet.post([], head_sequence=1, head="0" * 64).fork
    assert "journal.fork" in alarms(world)


def test_a_journal_that_names_a_forked_one_rings(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.HelpCalled("a"))
    cabinet.journal = "j2"
    cabinet.entries.clear()
    cabinet.say(told.JournalStarted("j2", "fork", "j1", "0" * 64))
    assert "journal.fork" in alarms(world)


def test_a_new_journal_gets_everything_anew(world: World, cabinet: FakeCabinet) -> None:
    n = cabinet.news().n
    assert not cabinet.news(n).snapshot
    cabinet.journal = "j2"
    cabinet.entries.clear()
    cabinet.say(told.JournalStarted("j2", "fork", "j1", "0" * 64))
    assert cabinet.news(n).snapshot


def test_a_long_post_is_stored_in_portions_and_anchored_once(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.write(*(told.HelpCalled(f"p{n}") for n in range(2 * PORTION + 1)))
    assert cabinet.post().sequence == 2 * PORTION + 1
    assert [row.flag for row in rows(world)] == [""] * (2 * PORTION + 1)
    with world.centre.database.reading() as session:
        (head,) = session.exec(select(HeadSignature)).all()
    assert (head.sequence, head.valid) == (2 * PORTION + 1, True)


def test_after_a_fork_a_new_journal_goes_on(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.HelpCalled("a"))
    cabinet.entries.clear()
    cabinet.say(told.HelpCalled("b"))
    cabinet.journal = "j2"
    cabinet.entries.clear()
    ack = cabinet.say(told.JournalStarted("j2", "fork", "j1", "0" * 64))
    assert (ack.journal, ack.sequence, ack.fork) == ("j2", 1, False)
    assert rows(world)[-1].journal_number == 2


def test_unknown_and_invalid_kinds_are_kept_raw_and_flagged(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.write_raw("door.sang", {"song": "x"})
    cabinet.write_raw("door.seen", {"compartment": "seven"})
    cabinet.write(told.HelpCalled("home"))
    assert cabinet.post().sequence == 3
    assert [row.flag for row in rows(world)] == ["unknown", "invalid", ""]
    assert rows(world)[0].body == {"song": "x"}


def test_no_digest_of_a_code_or_a_card_is_kept_of_an_event_and_its_hash_is(
    world: World, cabinet: FakeCabinet
) -> None:
    put = told.GrantPut(
        "g-1", Purpose.COLLECT, "c-1", 1.0, 2.0, "news", code_digest="a" * 64,
        card_lookup="b" * 64, card_digest="c" * 64, last_four_digest="d" * 64,
    )  # fmt: skip
    cabinet.say(put, told.DigitsCounted("e" * 16, 1, 740_000))
    first, second = rows(world)
    assert not UNTOLD & {*first.body, *second.body}
    assert (first.body["grant"], first.flag, second.flag) == ("g-1", "", "")
    assert [first.hash, second.hash] == [entry.hash for entry in cabinet.entries]
    assert cabinet.post().fork is False, "the same once more is known"


def test_an_event_that_was_changed_is_flagged(world: World, cabinet: FakeCabinet) -> None:
    (entry,) = cabinet.write(told.HelpCalled("home"))
    wire = WireEntry.of(entry).model_dump(mode="json") | {"body": {"page": "other", "visit": None}}
    assert cabinet.post([], events=[wire]).sequence == 1
    assert rows(world)[0].flag == "hash"
    assert "journal.hash" in alarms(world)


def test_a_gap_is_flagged_and_what_fills_it_later_is_no_fork(
    world: World, cabinet: FakeCabinet
) -> None:
    entries = cabinet.write(told.HelpCalled("a"), told.HelpCalled("b"), told.HelpCalled("c"))
    cabinet.post([entries[0]])
    assert cabinet.post([entries[2]]).sequence == 3
    ack = cabinet.post([entries[1]])
    assert not ack.fork
    assert [row.flag for row in rows(world)] == ["", "gap", "late"]
    assert "journal.gap" in alarms(world)


def test_an_event_that_follows_another_history_is_flagged(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.say(told.HelpCalled("a"))
    stranger = seal(
        journal="j1", sequence=2, kind="help.called", body={"page": "b", "visit": None},
        stamp=Stamp("b", 1, 1.0, trusted=True), previous="f" * 64,
    )  # fmt: skip
    cabinet.post([stranger])
    assert rows(world)[-1].flag == "chain"


@pytest.mark.parametrize(
    "change",
    [
        {"body": {"page": float("nan")}},
        {"body": {"page": "\ud800"}},
        {"body": {"page": "\x00"}},
        {"kind": "help\x00"},
        {"stamp": {"boot": "\x00", "mono_ms": 10**30, "wall": float("inf"), "trusted": True}},
    ],
)
def test_hostile_values_are_kept_and_do_not_block(
    world: World, cabinet: FakeCabinet, change: dict[str, Any]
) -> None:
    (entry,) = cabinet.write(told.HelpCalled("home"))
    wire = WireEntry.of(entry).model_dump(mode="json") | change
    body = {"journal": "j1", "events": [wire]}
    answer = world.app.post(
        "/v1/events",
        content=json.dumps(body),
        headers=cabinet.headers | {"Content-Type": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["sequence"] == 1
    assert rows(world)[0].flag in {"hash", "unknown"}
    assert cabinet.say(told.HelpCalled("next")).sequence == 2


@pytest.mark.logs_may_warn("not projected")
def test_what_our_books_cannot_follow_does_not_block(
    world: World, cabinet: FakeCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("our bug")

    monkeypatch.setattr(projection, "_FOLDS", {**projection._FOLDS, told.HelpCalled: broken})
    cabinet.write(
        told.AttemptCommitted("a1", "v1", 3, 1, DoorState.CLOSED),
        told.HelpCalled("home"),
        told.DoorOpenedUnasked(3),
        told.AttemptOpened("a1", 80),
    )
    assert cabinet.post().sequence == 4
    assert [row.flag for row in rows(world)] == ["", "unprojected", "", ""]
    assert [row.visit for row in rows(world)] == ["v1", "", "", "v1"]
    with world.centre.database.reading() as session:
        assert [row.kind for row in alarm.open_alarms(session)] == ["door.opened_unasked"]


def test_the_head_signature_is_kept_and_a_wrong_one_rings(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.say(told.HelpCalled("a"))
    cabinet.post(cabinet.write(told.HelpCalled("b")), head="0" * 64)
    with world.centre.database.reading() as session:
        signatures = session.exec(select(HeadSignature)).all()
    assert [row.valid for row in signatures] == [True, False]
    assert "head.unsigned" in alarms(world)


def test_a_heartbeat_stores_the_same_anchor_once(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.HelpCalled("a"))
    cabinet.post()
    with world.centre.database.reading() as session:
        assert len(session.exec(select(HeadSignature)).all()) == 1


def test_a_door_left_open_rings_until_it_is_seen_shut(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.DoorLeftOpen(2, "v1"))
    assert alarms(world) == {"door.left_open"}
    cabinet.say(told.DoorSeen(2, DoorState.CLOSED))
    assert alarms(world) == set()


def test_a_part_that_comes_back_ends_its_alarm(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.ServiceChanged("board", ok=False))
    assert alarms(world) == {"service.down"}
    cabinet.say(told.ServiceChanged("board", ok=True, off_s=3.0))
    assert alarms(world) == set()


def test_one_silent_board_of_two_is_an_alarm_that_names_its_doors_and_no_cabinet_that_is_down(
    world: World, cabinet: FakeCabinet
) -> None:
    def told_on_the_public_page() -> str:
        return " ".join(world.browser().get("/c/7").text.split())

    cabinet.say(told.ServiceChanged("doors", ok=False, detail="13-24"))
    cabinet.say(told.ServiceChanged("doors", ok=False, detail="20"))
    with world.centre.database.reading() as session:
        (row,) = alarm.open_alarms(session)
    assert (row.kind, row.details) == ("doors.silent", {"what": "20"})
    many = " ".join(map(str, range(1, 257, 2)))
    cabinet.say(told.ServiceChanged("doors", ok=False, detail=many))
    with world.centre.database.reading() as session:
        silent = standing.silent_doors(session, session.get_one(Cabinet, cabinet.id))
    assert silent == set(range(1, 257, 2)), "every other door of the biggest cabinet"
    cabinet.say(told.ServiceChanged("doors", ok=False, detail="20"))
    page = told_on_the_public_page()
    assert 'data-works="yes"' in page
    assert "20 号门暂时打不开，其余的照常。" in page
    cabinet.say(told.ServiceChanged("doors", ok=True))
    assert alarms(world) == set()
    assert "打不开" not in told_on_the_public_page()


def test_the_same_alarm_rings_once_while_it_is_open(world: World, cabinet: FakeCabinet) -> None:
    cabinet.say(told.KeypadCounted(20, 60), told.KeypadCounted(21, 60), told.KeypadCounted(19, 60))
    with world.centre.database.reading() as session:
        assert len(session.exec(select(Alarm)).all()) == 1


def test_a_glass_that_sends_more_than_people_can_rings_an_alarm(
    world: World, cabinet: FakeCabinet
) -> None:
    cabinet.say(told.LeftOut("refusals", 470), told.LeftOut("refusals", 12))
    with world.centre.database.reading() as session:
        (row,) = alarm.open_alarms(session)
    assert (row.kind, row.details) == ("journal.left_out", {"count": 470})


def test_an_opening_on_an_empty_clock_chip_has_the_second_that_is_certain(
    world: World, cabinet: FakeCabinet
) -> None:
    certain, cabinet.now = cabinet.now, 1_600_000_000.0
    cabinet.say(
        told.VisitOpened(
            "v", "g", Purpose.MAINTAIN, "none", 1, CredentialKind.STAFF, at=certain
        )
    )  # fmt: skip
    with world.centre.database.reading() as session:
        assert session.get_one(DoorVisit, (cabinet.id, "v")).opened_at == certain


def test_a_cabinet_has_told_everything_when_nothing_waits_behind_its_newest_post(
    world: World, cabinet: FakeCabinet
) -> None:
    def told_at() -> float | None:
        with world.centre.database.reading() as session:
            return session.get_one(Cabinet, cabinet.id).posted_at

    old = cabinet.write(told.HelpCalled("a"))
    cabinet.post(old, more=True)
    assert told_at() is None
    cabinet.say(*(told.HelpCalled(f"p{n}") for n in range(PORTION + 1)))
    assert told_at() == world.clock.at
    world.clock.at += 60
    cabinet.post(old)
    assert told_at() == world.clock.at - 60, "a copy of an old post tells nothing"


def test_doors_are_kept_as_they_were_last_seen(world: World, cabinet: FakeCabinet) -> None:
    door = {"compartment": 1, "state": "open", "condition": "free"}
    odd = {"compartment": 10**12, "state": "open", "condition": "free"}
    cabinet.post([], doors=[door, odd])
    cabinet.post([], doors=[door | {"state": "closed"}])
    from central.record.cabinet import Door

    with world.centre.database.reading() as session:
        assert [(row.compartment, row.state) for row in session.exec(select(Door))] == [
            (1, "closed")
        ]
