"""Serial scanners: ends, hostile lines, repeats."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanners import (
    Garbled,
    GarbledReason,
    Oversized,
    RepeatFilter,
    Scan,
    ScanDecoder,
    ScanEnd,
    ScanResult,
)

MARKS = {
    ScanEnd.CR: b"\r",
    ScanEnd.LF: b"\n",
    ScanEnd.CRLF: b"\r\n",
    ScanEnd.TAB: b"\t",
}
MARKED = pytest.mark.parametrize(("end", "mark"), MARKS.items(), ids=str)
ANY_MARK = pytest.mark.parametrize("mark", MARKS.values(), ids=repr)


def scan(text: str) -> Scan:
    return Scan(text, text.encode())


def fed(decoder: ScanDecoder, *portions: bytes) -> list[ScanResult]:
    return [result for portion in portions for result in decoder.feed(portion)]


@MARKED
def test_a_scan_ends_with_its_mark(end: ScanEnd, mark: bytes) -> None:
    decoder = ScanDecoder(end)
    assert decoder.feed(b"AB12") == []
    assert decoder.feed(mark) == [scan("AB12")]


@ANY_MARK
def test_any_mark_ends_a_scan_where_any_is_set(mark: bytes) -> None:
    assert fed(ScanDecoder(), b"one" + mark + b"two" + mark) == [scan("one"), scan("two")]


@MARKED
def test_byte_by_byte_it_is_the_same(end: ScanEnd, mark: bytes) -> None:
    stream = "帮办柜 42".encode() + mark + b"next" + mark
    portions = [bytes([byte]) for byte in stream]
    assert fed(ScanDecoder(end), *portions) == [scan("帮办柜 42"), scan("next")]


@pytest.mark.parametrize("end", [ScanEnd.SILENCE, ScanEnd.ANY])
def test_silence_ends_a_scan(end: ScanEnd) -> None:
    decoder = ScanDecoder(end)
    assert fed(decoder, b"AB", b"12") == []
    assert decoder.receive_silence() == [scan("AB12")]
    assert decoder.receive_silence() == []


def test_where_a_mark_ends_a_scan_a_half_one_is_not_glued_to_the_next() -> None:
    decoder = ScanDecoder(ScanEnd.CR)
    decoder.feed(b"half")
    assert decoder.receive_silence() == [Garbled(GarbledReason.UNFINISHED, b"half")]
    assert decoder.feed(b"whole\r") == [scan("whole")]


@MARKED
@pytest.mark.parametrize("portion", [1, 7, 1024, 20_000])
def test_a_line_of_10_kb_is_one_oversized_and_the_next_is_read(
    end: ScanEnd, mark: bytes, portion: int
) -> None:
    stream = b"x" * 10_240 + mark + b"12345678" + mark
    portions = [stream[at : at + portion] for at in range(0, len(stream), portion)]
    assert fed(ScanDecoder(end), *portions) == [Oversized(1024), scan("12345678")]


def test_an_endless_line_is_one_oversized_until_the_silence() -> None:
    decoder = ScanDecoder(ScanEnd.SILENCE, max_bytes=100)
    assert fed(decoder, *[b"x" * 60] * 50) == [Oversized(100)]
    assert decoder.receive_silence() == []
    decoder.feed(b"next")
    assert decoder.receive_silence() == [scan("next")]


@MARKED
def test_the_longest_line_allowed_is_read_and_one_more_is_not(end: ScanEnd, mark: bytes) -> None:
    decoder = ScanDecoder(end, max_bytes=10)
    assert fed(decoder, b"0123456789", mark) == [scan("0123456789")]
    assert fed(decoder, b"0123456789x", mark) == [Oversized(10)]


@pytest.mark.parametrize("raw", [b"a\x00b", b"\x1b[2J", b"a\x7f", "a\u202eb".encode()])
def test_control_characters_are_garbled(raw: bytes) -> None:
    assert fed(ScanDecoder(ScanEnd.CR), raw + b"\rok\r") == [
        Garbled(GarbledReason.CONTROL_CHARACTERS, raw),
        scan("ok"),
    ]


def test_bytes_that_are_no_text_are_garbled() -> None:
    assert fed(ScanDecoder(ScanEnd.CR), b"\xff\xfe\xb0\xef\rok\r") == [
        Garbled(GarbledReason.NOT_UTF8, b"\xff\xfe\xb0\xef"),
        scan("ok"),
    ]


def test_empty_lines_are_nothing() -> None:
    assert fed(ScanDecoder(), b"\r\n\r\n\t") == []


def test_a_scan_does_not_show_its_text() -> None:
    assert "12345678" not in repr(scan("12345678"))
    assert "12345678" not in repr(Garbled(GarbledReason.UNFINISHED, b"12345678"))


@given(
    texts=st.lists(st.text("abc012帮柜-_.", min_size=1, max_size=30), max_size=5),
    cuts=st.lists(st.integers(0, 400), max_size=8),
    end=st.sampled_from(sorted(MARKS, key=str)),
)
def test_any_portions_give_the_same_scans(texts: list[str], cuts: list[int], end: ScanEnd) -> None:
    stream = b"".join(text.encode() + MARKS[end] for text in texts)
    places = sorted(min(cut, len(stream)) for cut in cuts)
    portions = [stream[a:b] for a, b in itertools.pairwise([0, *places, len(stream)])]
    assert fed(ScanDecoder(end), *portions) == [scan(text) for text in texts]


@given(noise=st.lists(st.binary(max_size=300), max_size=20))
def test_no_noise_spoils_the_next_scan(noise: list[bytes]) -> None:
    decoder = ScanDecoder(ScanEnd.ANY, max_bytes=64)
    fed(decoder, *noise)
    decoder.receive_silence()
    assert decoder.feed(b"12345678\r") == [scan("12345678")]


def test_the_same_code_within_two_seconds_counts_once() -> None:
    seen = RepeatFilter()
    assert not seen.is_repeat(b"A", 10.0)
    assert seen.is_repeat(b"A", 11.9)
    assert not seen.is_repeat(b"A", 13.9)


def test_a_code_held_before_the_scanner_counts_once() -> None:
    seen = RepeatFilter()
    assert [seen.is_repeat(b"A", 10 + n * 0.5) for n in range(20)] == [False] + [True] * 19


def test_another_code_counts_at_once() -> None:
    seen = RepeatFilter()
    assert not seen.is_repeat(b"A", 10.0)
    assert not seen.is_repeat(b"B", 10.1)
    assert not seen.is_repeat(b"A", 10.2)
