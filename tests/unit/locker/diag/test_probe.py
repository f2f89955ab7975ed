"""What a probe asks first, and what it tells to do next."""

from __future__ import annotations

from drivers.boards.registry import FACTS_OF
from drivers.profile import load_profile
from locker.diag.bus_verb import next_command
from locker.diag.probe import OTHER_BAUDS, Finding, probe_plan, rivals_of


def found(board: str, *, baud: int = 9600, address: int = 1) -> Finding:
    return Finding(board, baud, address, "certain", "", 4, 4, 24, "")


def test_every_family_is_asked_as_it_is_sold_before_any_other_address_or_baud_rate() -> None:
    first = probe_plan(every_address=False)[: len(FACTS_OF)]
    assert {profile.family for profile in first} == set(FACTS_OF)
    for profile in first:
        usual = load_profile(profile.family.value)
        assert (profile.baud, profile.boards) == (usual.baud, usual.boards)


def test_every_family_is_asked_at_every_baud_rate() -> None:
    asked = {(profile.family, profile.baud) for profile in probe_plan(every_address=False)}
    assert asked == {(family, baud) for family in FACTS_OF for baud in OTHER_BAUDS}


def test_every_address_means_every_one_that_a_board_may_have_beside_others() -> None:
    asked = {(p.family, p.boards[0]) for p in probe_plan(every_address=True)}
    for family, facts in FACTS_OF.items():
        assert {a for f, a in asked if f is family} == set(facts.addresses) - facts.alone


def test_all_other_families_are_rivals_at_the_same_baud_rate() -> None:
    rivals = rivals_of(load_profile("kerong-cu16"))
    assert len(rivals) == len(FACTS_OF) - 1
    assert {rival.baud for rival in rivals} == {19200}


def test_the_next_command_says_what_differs_from_the_familys_profile_and_nothing_else() -> None:
    head = "bangbangui diag --port /dev/ttyUSB0 --board"
    told = next_command([found("wkly", address=0)], "/dev/ttyUSB0")
    assert told == f"{head} wkly doors"
    told = next_command([found("kerong-cu16", address=0)], "/dev/ttyUSB0")
    assert told == f"{head} kerong-cu16 --set baud=9600 doors"
    two = [found("shuoming"), found("shuoming", address=3), found("kecheng")]
    assert next_command(two, "/dev/ttyUSB0") == f"{head} shuoming --set 'boards=[1,3]' doors"
