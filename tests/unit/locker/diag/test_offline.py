"""decode and encode: published frames are told as they are, and nothing else is a value."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.boards.registry import FACTS_OF
from drivers.codec import DoorsReply, Stray
from drivers.profile import load_profile
from locker.diag.call import english
from locker.diag.command import app
from locker.diag.frame_text import best_values, hex_of, request_words, values_in

VECTORS = Path(__file__).parents[3] / "vectors"
FAMILIES = sorted(family.value for family in FACTS_OF)


def diag(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def frames(family: str) -> list[dict[str, Any]]:
    path = VECTORS / f"{family}.toml"
    return list(tomllib.loads(path.read_text("utf-8"))["frame"])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_frame_cut_short_or_with_noise_around_is_told_apart(family: str) -> None:
    profile = load_profile(family)
    for frame in frames(family):
        data = bytes.fromhex(frame["hex"])
        whole = values_in(profile, data)
        assert b"".join(found.data for found in whole) == data
        around = values_in(profile, b"\xf1" + data)
        assert b"".join(found.data for found in around) == b"\xf1" + data
        assert isinstance(around[0].event, Stray)


def sets(frame: dict[str, Any]) -> list[str]:
    pairs = frame.get("settings", {}).items()
    return [word for key, value in pairs for word in ("--set", f"{key}={json.dumps(value)}")]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_published_opening_frame_is_encoded_as_it_stands(family: str) -> None:
    pulses = [f for f in frames(family) if f.get("request", {}).get("kind") == "pulse"]
    assert pulses
    for frame in pulses:
        place = f"{frame['request']['board']}:{frame['request']['lock']}"
        done = diag("--json", "encode", "--board", family, *sets(frame), "open", place)
        assert json.loads(done.stdout) == {"hex": frame["hex"]}


@pytest.mark.sweep
@pytest.mark.parametrize("family", FAMILIES)
def test_every_published_answer_is_a_value_and_every_wrong_one_is_stray(family: str) -> None:
    for frame in frames(family):
        done = diag("--json", "decode", "--board", family, *sets(frame), frame["hex"])
        values = {one["value"] for one in json.loads(done.stdout)}
        if "event" in frame:
            assert "stray" not in values, frame
        if frame["check"] == "bad":
            assert values == {"stray"}, frame


def test_the_issues_own_frame() -> None:
    done = diag("--json", "encode", "--board", "shuoming", "open", "1:7")
    assert json.loads(done.stdout) == {"hex": "8A 01 07 11 9D"}
    assert diag("--board", "shuoming", "encode", "open", "1:7").stdout.strip() == "8A 01 07 11 9D"


def test_decode_tells_each_value_with_its_bytes_and_never_makes_one_up() -> None:
    done = diag("--json", "decode", "--board", "shuoming", "80 01 07 00 86", "FAFD", "80010711FF")
    door, stray = json.loads(done.stdout)
    assert door == {"value": "door", "channel": "1:7", "state": "open", "bytes": "80 01 07 00 86"}
    assert stray == {"value": "stray", "bytes": "FA FD 80 01 07 11 FF"}


def test_settings_change_what_a_contact_means() -> None:
    words = ("decode", "--board", "shuoming", "--set", "contact=short-when-open", "8001070086")
    assert json.loads(diag("--json", *words).stdout)[0]["state"] == "closed"


def test_a_lock_beyond_the_installed_ones_is_told_where_the_family_has_it() -> None:
    (found,) = best_values(load_profile("shuoming"), bytes.fromhex("8001200 0A1".replace(" ", "")))
    assert not isinstance(found.event, Stray)


def test_all_doors_are_told_for_the_locks_that_the_bytes_tell() -> None:
    (found,) = values_in(load_profile("shuoming"), bytes.fromhex("8001FFFFBF330D"))
    assert isinstance(found.event, DoorsReply)
    assert hex_of(found.data) == "80 01 FF FF BF 33 0D"


@pytest.mark.parametrize(
    "words",
    [
        ("decode", "8001070086"),
        ("decode", "--board", "shuoming", "80 0"),
        ("decode", "--board", "shuoming", "hello"),
        ("decode", "--board", "acme", "80"),
        ("decode", "--board", "shuoming", "--set", "contact", "80"),
        ("decode", "--board", "shuoming"),
        ("encode", "--board", "shuoming", "open", "seven"),
        ("encode", "--board", "shuoming", "open", "1:0"),
        ("encode", "--board", "shuoming", "open", "100:1"),
        ("encode", "--board", "shuoming", "fire", "1:1"),
        ("--board", "shuoming", "doors"),
        ("probe",),
        ("open", "1:7"),
        ("nosuchverb",),
    ],
)
def test_wrong_use_is_exit_code_two_without_a_traceback(words: tuple[str, ...]) -> None:
    done = diag(*words)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output


def test_help_says_what_the_exit_codes_are() -> None:
    told = " ".join(diag("--help").stdout.split())
    for words in ("0 ok", "1 it failed", "2 usage", "3 the daemon is not running", "4 the board"):
        assert words in told


def test_requests_are_told_in_words() -> None:
    assert request_words("Pulse(board=1, lock=7)", english()) == "pulse 1:7"
    assert request_words("QueryDoors(board=2)", english()) == "all doors of board 2?"
    assert request_words("something else", english()) == "something else"


def test_people_are_told_in_their_language_and_machines_always_the_same() -> None:
    def decoded(*words: str) -> str:
        return CliRunner().invoke(app, [*words, "--board", "shuoming", "80 01 01 11 91"]).stdout

    assert "门 1:1 关着" in decoded("--language", "zh_CN", "decode")
    assert "door 1:1 closed" in decoded("--language", "en", "decode")
    told = {decoded("--json", "--language", language, "decode") for language in ("zh_CN", "en")}
    assert len(told) == 1
