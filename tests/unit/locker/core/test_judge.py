"""Who may open what: codes in every state, expiry with outages, and clocks nobody believes."""

from __future__ import annotations

import pytest

from locker.contract import event as e
from locker.contract.credential import GrantClaims
from locker.contract.failure import Failure
from locker.contract.vocabulary import Choice, Condition, CredentialKind, GrantState, Purpose
from locker.core import input as i
from tests.unit.locker.core.bench_cabinet import BenchCabinet

HOUR_S = 3600.0


@pytest.fixture
def cabinet() -> BenchCabinet:
    bench = BenchCabinet()
    bench.deposit("g1", "c1")
    return bench


def claims(cabinet: BenchCabinet, grant: str = "q1", **changes: object) -> GrantClaims:
    now = int(cabinet.clock.wall)
    fields = {
        "v": 1, "grant": grant, "cabinet": "cab", "purpose": Purpose.COLLECT, "consignment": "c1",
        "matter": "m", "reference": "R1", "iat": now, "exp": now + 3600,
    }  # fmt: skip
    return GrantClaims(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_signed_qr_works_though_the_news_never_came(cabinet: BenchCabinet) -> None:
    cabinet.ask(i.QrShown(claims(cabinet)))
    assert cabinet.grant_state("q1") is GrantState.USED
    assert cabinet.grant("q1").source == "token"


def test_a_qr_for_staff_s_work_is_not_allowed(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.QrShown(claims(cabinet, purpose=Purpose.LOAD)))
    assert cabinet.refusal() == "NOT_ALLOWED"


def test_a_newer_qr_prolongs_and_an_older_one_does_not(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("q1", Purpose.COLLECT, "c1", code="d", life_s=HOUR_S)
    old = claims(cabinet, iat=int(cabinet.clock.wall) - 10, exp=int(cabinet.clock.wall) + 20_000)
    cabinet.clock.pass_s(2 * HOUR_S)
    cabinet.wait(0.1)
    cabinet.tell(i.QrShown(old))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"
    newer = claims(cabinet)
    cabinet.ask(i.QrShown(newer))
    assert cabinet.grant_state("q1") is GrantState.USED
    assert (cabinet.grant("q1").code_digest, cabinet.grant("q1").issued_at) == ("d", newer.iat)


def test_a_qr_says_a_longer_life_that_the_cabinet_has_not_heard_of(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("q1", Purpose.COLLECT, "c1", code="d", life_s=HOUR_S)
    issued_at = int(cabinet.grant("q1").issued_at)
    longer = claims(cabinet, iat=issued_at, exp=issued_at + 20_000)
    cabinet.clock.pass_s(2 * HOUR_S)
    cabinet.wait(0.1)
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"
    cabinet.ask(i.QrShown(longer))
    assert cabinet.grant_state("q1") is GrantState.USED


def test_a_qr_that_is_over_is_over_though_its_grant_is_not(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("q1", Purpose.COLLECT, "c1")
    shown = claims(cabinet, exp=int(cabinet.clock.wall) + 60)
    cabinet.wait(61.0)
    cabinet.tell(i.QrShown(shown))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"


def test_a_code_of_a_consignment_that_is_not_there_is_not_ready(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g2", Purpose.COLLECT, "c2", code="d2")
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "NOT_READY"
    assert cabinet.grant_state("g2") is GrantState.LIVE


def test_a_code_that_is_over_a_used_one_and_a_revoked_one_say_so(cabinet: BenchCabinet) -> None:
    for n, grant in enumerate(("expired", "revoked")):
        cabinet.put_grant(grant, Purpose.COLLECT, "c1", code=f"d{n}", life_s=1.0)
    cabinet.news(e.GrantRevoked("revoked", "withdrawn"))
    cabinet.wait(2.0)
    cabinet.tell(i.CodeTyped("d0"))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"
    cabinet.tell(i.CodeTyped("d1"))
    assert cabinet.refusal() == "CREDENTIAL_REVOKED"
    cabinet.put_grant("used", Purpose.COLLECT, "c1", code="d2")
    cabinet.ask(i.CodeTyped("d2"))
    cabinet.shut(then=Choice.LEAVE)
    cabinet.wait(301.0, step_s=1.0)
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "CREDENTIAL_USED"
    assert [event.counted for event in cabinet.events(e.CredentialRefused)] == [False] * 3


def test_a_used_code_opens_its_door_twice_more_when_it_is_shown_again(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    for _ in range(3):
        cabinet.tell(i.CodeTyped("d2"))
        cabinet.wait(0.3)
        cabinet.shut()
        cabinet.wait(2.0)
    cabinet.tell(i.CodeTyped("d2"))
    assert (cabinet.refusal(), cabinet.grant("g2").reopenings) == ("CREDENTIAL_USED", 2)


def test_a_used_code_opens_no_box_into_which_somebody_else_has_put_something(
    cabinet: BenchCabinet,
) -> None:
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    cabinet.tell(i.CodeTyped("d2"))
    cabinet.wait(0.3)
    box = cabinet.visit.compartment
    cabinet.doors[box].content = None
    cabinet.shut()
    cabinet.choose(Choice.CONFIRM)
    cabinet.wait(2.0)
    assert cabinet.deposit("g9", "c9") == box
    cabinet.tell(i.CodeTyped("d2"))
    assert (cabinet.refusal(), cabinet.visit.grant) == ("CREDENTIAL_USED", "g9")


def test_a_box_out_of_service_says_so(cabinet: BenchCabinet) -> None:
    box = next(b for b in range(1, 25) if cabinet.box(b).consignment == "c1")
    put = e.BooksEntered(box, Condition.OUT_OF_SERVICE, "c1", "by_hand")
    docket = cabinet.engine.docket(cabinet.clock.moment())
    docket.emit(put)
    cabinet.engine.state.put(docket.draft.changes)
    cabinet.witness.replayed.put(docket.draft.changes)
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2")
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "OUT_OF_SERVICE"


def test_a_full_cabinet_says_so(cabinet: BenchCabinet) -> None:
    for n in range(23):
        cabinet.deposit(f"x{n}", f"cx{n}")
    cabinet.put_grant("one-more", Purpose.DEPOSIT, "c-one-more")
    cabinet.command("one-more")
    assert cabinet.refusal() == "CABINET_FULL"


def test_what_the_edge_refused_is_journaled_and_shown(cabinet: BenchCabinet) -> None:
    cabinet.tell(i.ShownRefused(Failure.NOT_OURS, CredentialKind.SIGNED_QR))
    assert cabinet.refusal() == "NOT_OURS"
    assert cabinet.events(e.CredentialRefused)[-1].failure == Failure.NOT_OURS
    cabinet.wait(20.0)
    assert cabinet.refusal() is None


def test_an_outage_moves_the_end_of_a_grant_by_its_length(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2", life_s=HOUR_S)
    cabinet.plug(off_s=HOUR_S)
    cabinet.wait(HOUR_S - 60, step_s=1.9)
    cabinet.ask(i.CodeTyped("d2"))
    assert cabinet.grant_state("g2") is GrantState.USED


def test_a_silent_board_stops_the_clock_too_and_while_it_lasts(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2", life_s=100.0)
    cabinet.bus_silent = True
    cabinet.wait(150.0, step_s=1.0)
    cabinet.bus_silent = False
    cabinet.wait(50.0, step_s=1.0)
    cabinet.ask(i.CodeTyped("d2"))
    assert cabinet.grant_state("g2") is GrantState.USED
    changes = [(s.what, s.ok) for s in cabinet.events(e.ServiceChanged)]
    assert changes == [("board", False), ("board", True)]


def test_being_cut_off_stops_no_clock(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2", life_s=100.0)
    cabinet.tell(i.CentreHeard(ok=False, at_s=0.0))
    cabinet.wait(101.0, step_s=1.0)
    cabinet.tell(i.CodeTyped("d2"))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"


@pytest.mark.parametrize("wall", [0.0, 4_000_000_000.0])
def test_on_a_clock_nobody_believes_only_what_is_surely_over_is_over(
    cabinet: BenchCabinet, wall: float
) -> None:
    cabinet.put_grant("g2", Purpose.COLLECT, "c1", code="d2", life_s=100.0)
    cabinet.clock.trusted, cabinet.clock.wall = False, wall
    cabinet.wait(90.0)
    cabinet.ask(i.CodeTyped("d2"))
    assert cabinet.grant_state("g2") is GrantState.USED
    cabinet.put_grant("g3", Purpose.COLLECT, "c1", code="d3")
    cabinet.clock.floor += 10 * 365 * 86_400.0 + 4_000_000_000.0
    cabinet.shut()
    cabinet.tell(i.CodeTyped("d3"))
    assert cabinet.refusal() == "CREDENTIAL_EXPIRED"


def test_a_code_of_staff_s_purposes_is_no_code(cabinet: BenchCabinet) -> None:
    cabinet.put_grant("out", Purpose.TAKE_OUT, "c1", code="d")
    cabinet.tell(i.CodeTyped("d"))
    assert cabinet.refusal() == "CODE_WRONG"
