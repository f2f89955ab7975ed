"""The centre's secrets: in files, made once, and what they seal."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from central.key import KeyFileError, KeyRing, decode, encode, is_signed, new_id


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first, again = KeyRing.open(tmp_path / "keys"), KeyRing.open(tmp_path / "keys")
    assert first.public == again.public
    assert first.master == again.master
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_text("not hex")
    with pytest.raises(KeyFileError, match=r"master\.key"):
        KeyRing.open(tmp_path)


def test_a_sealed_text_opens_only_in_its_place(tmp_path: Path) -> None:
    keys = KeyRing.open(tmp_path)
    wrapped, person = keys.new_person("p1")
    sealed = person.seal("王秀兰", place="name")
    assert keys.person("p1", wrapped).open(sealed, place="name") == "王秀兰"
    with pytest.raises(InvalidTag):
        person.open(sealed, place="phone")
    with pytest.raises(InvalidTag):
        keys.person("p2", wrapped)


def test_the_index_finds_exactly_the_same_value(tmp_path: Path) -> None:
    keys = KeyRing.open(tmp_path)
    assert keys.index("phone", "+8613800138000") == keys.index("phone", "+8613800138000")
    assert keys.index("phone", "1") != keys.index("name", "1")


def test_a_signature_is_checked_and_garbage_is_no_error(tmp_path: Path) -> None:
    keys = KeyRing.open(tmp_path)
    signature = encode(keys.signing.sign(b"hello"))
    assert is_signed(keys.public.key, signature=signature, message=b"hello")
    assert not is_signed(keys.public.key, signature=signature, message=b"other")
    assert not is_signed(keys.public.key, signature="?", message=b"hello")
    assert not is_signed("", signature=signature, message=b"hello")


def test_base64url_is_read_with_and_without_padding() -> None:
    assert decode("YQ") == decode("YQ==") == b"a"


def test_ids_are_short_tokens() -> None:
    assert len({new_id("m") for _ in range(100)}) == 100
    assert len(new_id("m")) == 11
