"""Set-up frames of scanners against the published ones, and replies kept apart from codes."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner_models import (
    SSI_START,
    SSI_STOP,
    Match,
    NewlandReply,
    ReplySieve,
    ScannerFrameError,
    ScannerModel,
    Verdict,
    decode_grow,
    decode_newland,
    decode_ssi,
    grow_read,
    grow_save,
    grow_write,
    match_grow,
    match_newland,
    match_ssi,
    newland_frame,
    ssi_frame,
    ssi_host_mode,
)
from drivers.simulator.scanner import GrowScanner, NewlandScanner, SsiScanner

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "scanners.toml").read_text())
MATCH: dict[str, Match] = {"grow": match_grow, "ssi": match_ssi, "newland": match_newland}
GROW_ACK = bytes.fromhex("02 00 00 01 00 33 31")
NEWLAND_ACK = b"\x02\x010000@SCNMOD2\x06;\x03"


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [frame for frame in VECTORS["frame"] if kind in frame]


def encoded(sent: dict[str, Any]) -> bytes:
    match sent["kind"]:
        case "save":
            return grow_save()
        case "read":
            return grow_read(sent["address"], sent["count"])
        case "write":
            return grow_write(sent["address"], bytes.fromhex(sent["data"]))
        case "start":
            return ssi_frame(SSI_START)
        case "stop":
            return ssi_frame(SSI_STOP)
        case "host-mode":
            return ssi_host_mode()
        case _:
            return newland_frame(sent["command"], kept=sent["kept"])


@pytest.mark.parametrize("vector", of_kind("sent"), ids=lambda v: v["hex"])
def test_what_is_sent_is_the_published_frame(vector: dict[str, Any]) -> None:
    assert encoded(vector["sent"]) == bytes.fromhex(vector["hex"])


@pytest.mark.parametrize("vector", of_kind("reply"), ids=lambda v: v["hex"])
def test_published_replies_are_read_whole_and_never_before_their_last_byte(
    vector: dict[str, Any],
) -> None:
    frame, match = bytes.fromhex(vector["hex"]), MATCH[vector["family"]]
    assert [match(frame[:n]) for n in range(1, len(frame))] == [0] * (len(frame) - 1)
    assert match(frame) == match(frame + b"more") == len(frame)
    reply = vector["reply"]
    if "ack" in reply:
        assert decode_ssi(frame) is reply["ack"]
    else:
        assert decode_grow(frame) == bytes.fromhex(reply["data"])


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda v: v["why"])
def test_wrong_frames_are_no_replies(vector: dict[str, Any]) -> None:
    assert MATCH[vector["family"]](bytes.fromhex(vector["hex"])) is None


@pytest.mark.parametrize("decode", [decode_grow, decode_ssi, decode_newland])
@pytest.mark.parametrize("junk", [b"", b"12345678", GROW_ACK[:-1], NEWLAND_ACK[:-1]])
def test_junk_is_refused_by_every_decoder(decode: Any, junk: bytes) -> None:
    with pytest.raises(ScannerFrameError):
        decode(junk)


def test_newland_reply_gives_command_and_verdict() -> None:
    assert decode_newland(NEWLAND_ACK) == NewlandReply("SCNMOD2", kept=True, verdict=Verdict.ACK)


def test_what_is_no_newland_command_is_not_framed() -> None:
    with pytest.raises(ValueError, match="no Newland command"):
        newland_frame("SCNMOD2;@FACDEF")


@given(address=st.integers(0, 0xFFFF), data=st.binary(min_size=1, max_size=4))
def test_simulated_grow_takes_every_write_and_gives_it_back(address: int, data: bytes) -> None:
    scanner = GrowScanner()
    [(_, reply)] = scanner.feed(grow_write(address, data), 0.0)
    assert decode_grow(reply) == b"\x00"
    [(_, reply)] = scanner.feed(grow_read(address, len(data)), 0.0)
    assert decode_grow(reply) == data


def test_simulated_scanners_take_commands_byte_by_byte() -> None:
    for scanner, frame in (
        (GrowScanner(), grow_save()),
        (SsiScanner(), b"\x00" + ssi_host_mode()),
        (NewlandScanner(), newland_frame("SCNMOD2", kept=True)),
    ):
        replies = [reply for n in range(len(frame)) for reply in scanner.feed(frame[n : n + 1], 0)]
        assert len(replies) == 1
        assert scanner.saves == 1


def sieved(model: ScannerModel, *portions: bytes) -> tuple[bytes, bytes | None]:
    sieve = ReplySieve(model)
    codes = b"".join(sieve.feed(portion) for portion in portions)
    reply, rest = sieve.receive_silence()
    return codes + rest, reply


def test_a_reply_that_stands_alone_is_a_reply() -> None:
    assert sieved(ScannerModel.GM65, GROW_ACK) == (b"", GROW_ACK)
    assert sieved(ScannerModel.GM65, *(bytes([b]) for b in GROW_ACK)) == (b"", GROW_ACK)
    assert sieved(ScannerModel.NEWLAND, b"code\r" + NEWLAND_ACK) == (b"code\r", NEWLAND_ACK)


def test_a_code_that_shows_a_reply_is_a_code() -> None:
    for mark in (b"\r", b"\n", b"\t", b"\r\n"):
        shown = GROW_ACK + mark
        assert sieved(ScannerModel.GM812, shown) == (shown, None)


def test_a_reply_glued_before_a_code_is_thrown_away_and_the_code_kept() -> None:
    assert sieved(ScannerModel.GM65, GROW_ACK + b"12345678\r") == (b"12345678\r", None)


def test_a_reply_within_a_code_is_part_of_the_code() -> None:
    shown = b"ab" + GROW_ACK
    assert sieved(ScannerModel.GM65, shown) == (shown, None)


def test_half_a_reply_is_given_back_as_bytes_of_a_code() -> None:
    assert sieved(ScannerModel.GM65, GROW_ACK[:4]) == (GROW_ACK[:4], None)


@given(data=st.binary(max_size=60), cuts=st.lists(st.integers(0, 60), max_size=4))
def test_a_plain_scanner_gives_codes_only_and_all_of_them(data: bytes, cuts: list[int]) -> None:
    places = sorted(min(cut, len(data)) for cut in cuts)
    portions = [data[a:b] for a, b in itertools.pairwise([0, *places, len(data)])]
    assert sieved(ScannerModel.PLAIN, *portions) == (data, None)


@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=0x9FA5), min_size=1))
@pytest.mark.parametrize("model", list(ScannerModel))
def test_printable_codes_pass_at_once_whatever_the_model(model: ScannerModel, text: str) -> None:
    assert ReplySieve(model).feed(text.encode()) == text.encode()
