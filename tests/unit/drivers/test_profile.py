"""Board profiles: the file that is shipped, and what a wrong one is told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.boards.registry import FACTS_OF
from drivers.boards.shuoming import ShuomingCodec
from drivers.family import COMMON_SETTINGS
from drivers.profile import (
    BOARDS_FOLDER,
    Family,
    ProfileError,
    load_profile,
    make_codec,
    profile_from_table,
)
from drivers.wiring import ByteOrder, Contact, Echo, PackedSense, UnlockReply


def test_the_shipped_profile_is_found_by_name_and_by_path() -> None:
    assert load_profile("shuoming") == load_profile(BOARDS_FOLDER / "shuoming.toml")


@pytest.mark.parametrize("family", Family)
def test_the_shipped_profile_writes_every_key_with_its_default(family: Family) -> None:
    path = BOARDS_FOLDER / f"{family.value}.toml"
    assert load_profile(path) == profile_from_table({"family": family.value}, file="none")
    keys = list(tomllib.loads(path.read_text(encoding="utf-8")))
    assert sorted(keys) == sorted([*COMMON_SETTINGS, *FACTS_OF[family].settings])


@pytest.mark.parametrize("family", Family)
def test_no_family_has_locks_that_open_without_current(family: Family) -> None:
    with pytest.raises(ProfileError, match="power_to_lock = True"):
        profile_from_table({"family": family.value, "power_to_lock": True}, file="hall.toml")


@pytest.mark.parametrize("family", Family)
def test_outputs_are_held_only_where_the_family_holds_them(family: Family) -> None:
    table = {"family": family.value, "held_outputs": True}
    if FACTS_OF[family].may_hold_outputs:
        assert profile_from_table(table, file="hall.toml").held_outputs
    else:
        with pytest.raises(ProfileError, match="held_outputs = True"):
            profile_from_table(table, file="hall.toml")


@pytest.mark.parametrize("family", Family)
def test_a_setting_of_another_family_is_refused(family: Family) -> None:
    own = {*COMMON_SETTINGS, *FACTS_OF[family].settings}
    for key in {key for facts in FACTS_OF.values() for key in facts.settings} - own:
        with pytest.raises(ProfileError, match="the keys family, baud"):
            profile_from_table({"family": family.value, key: "any"}, file="hall.toml")


def test_a_profile_makes_the_codec_of_its_family() -> None:
    assert isinstance(make_codec(load_profile("shuoming")), ShuomingCodec)


def test_settings_are_read_as_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(
        'family = "shuoming"\necho = "on"\nunlock_reply = false\ncontact = "short-when-open"\n'
        'packed = "inverted"\nbyte_order = "first-is-first-channels"\nreport_heads = []\n'
        "boards = [1, 2]\nchannels = 12\ncoil_rest_ms = 5000\n",
        encoding="utf-8",
    )
    profile = load_profile(path)
    assert profile.echo is Echo.ON
    assert profile.unlock_reply is UnlockReply.NEVER
    assert profile.contact is Contact.SHORT_WHEN_OPEN
    assert profile.packed is PackedSense.INVERTED
    assert profile.byte_order is ByteOrder.FIRST_IS_FIRST_CHANNELS
    assert profile.report_heads == frozenset()
    assert profile.boards == (1, 2)
    assert profile.channels == 12
    assert profile.coil_rest_ms == 5000


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("bauds", 9600, "the keys family, baud"),
        ("family", "acme", '"shuoming"'),
        ("baud", 9601, "9600"),
        ("baud", True, "9600"),
        ("gap_ms", 0, "a whole number from 1 to 1000"),
        ("gap_ms", "5", "a whole number from 1 to 1000"),
        ("coil_rest_ms", 1999, "a whole number from 2000"),
        ("contact", "short", '"short-when-locked" or "short-when-open"'),
        ("packed", True, '"same" or "inverted"'),
        ("unlock_reply", "yes", 'true or false or "maybe"'),
        ("report_heads", [0x83], "0x81, 0x82"),
        ("report_heads", ["81"], "0x81, 0x82"),
        ("boards", [], "different board addresses"),
        ("boards", [1, 1], "different board addresses"),
        ("boards", [0], "a whole number from 1 to 99"),
        ("channels", 51, "a whole number from 1 to 50"),
        ("power_to_lock", True, "false"),
        ("held_outputs", True, "false"),
    ],
)
def test_a_wrong_key_or_value_is_refused_with_what_is_allowed(
    key: str, value: object, allowed: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        profile_from_table({"family": "shuoming", key: value}, file="hall.toml")
    error = caught.value
    assert (error.file, error.key, error.value) == ("hall.toml", key, value)
    assert allowed in error.allowed
    assert all(part in str(error) for part in ("hall.toml", key, repr(value)))


def test_a_missing_family_is_refused() -> None:
    with pytest.raises(ProfileError, match="family"):
        profile_from_table({"baud": 9600}, file="hall.toml")


def test_an_unknown_name_is_told_the_names_that_exist() -> None:
    with pytest.raises(ProfileError, match="shuoming"):
        load_profile("acme")


@pytest.mark.parametrize("content", [b"family = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hall.toml"
    path.write_bytes(content)
    with pytest.raises(ProfileError, match="a TOML file in UTF-8"):
        load_profile(path)


@pytest.mark.parametrize(
    ("family", "key", "good", "bad"),
    [
        ("winnsen", "boards", [0, 99], [100]),
        ("winnsen", "channels", 16, 17),
        ("winnsen", "door_query", "both", "all"),
        ("wkly", "boards", [0, 31], [32]),
        ("wkly", "channels", 50, 51),
        ("dc02", "boards", [1, 15], [0]),
        ("dc02", "channels", 12, 13),
        ("modbus-relay", "boards", [1, 255], [0]),
        ("modbus-relay", "channels", 32, 33),
        ("modbus-relay", "held_outputs", False, "no"),
    ],
)
def test_each_family_has_its_own_limits(family: str, key: str, good: object, bad: object) -> None:
    profile_from_table({"family": family, key: good}, file="hall.toml")
    with pytest.raises(ProfileError, match=key):
        profile_from_table({"family": family, key: bad}, file="hall.toml")
