"""One object a line: whole, byte by byte, glued, too long, and garbage."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locker.contract.jsonrpc import (
    MAX_LINE,
    Fault,
    LineBuffer,
    LineTooLongError,
    Notice,
    Request,
    Result,
    RpcCode,
    RpcLineError,
    RpcMessage,
    decode,
    encode,
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
ids = st.integers(-(2**53), 2**53) | texts
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(texts, values, max_size=3)
messages = st.one_of(
    st.builds(Request, ids, texts, objects),
    st.builds(Notice, texts, objects),
    st.builds(Result, ids, values),
    st.builds(Fault, st.none() | ids, st.integers(-(2**31), 2**31), texts),
)


@given(message=messages)
def test_every_message_comes_back_the_same_whole_and_byte_by_byte(message: RpcMessage) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message
    buffer = LineBuffer()
    for byte in line[:-1]:
        assert buffer.feed(bytes([byte])) == []
    assert [decode(found) for found in buffer.feed(line[-1:])] == [message]


@given(several=st.lists(messages, max_size=5), cut=st.integers(0, 400))
def test_glued_and_cut_lines_come_out_whole(several: list[RpcMessage], cut: int) -> None:
    stream = b"".join(encode(message) for message in several)
    buffer = LineBuffer()
    lines = buffer.feed(stream[:cut]) + buffer.feed(stream[cut:])
    assert [decode(line) for line in lines] == several


def test_bytes_after_a_line_wait_for_their_own_end() -> None:
    buffer = LineBuffer()
    assert buffer.feed(b'{"a":1}\n{"b"') == [b'{"a":1}']
    assert buffer.feed(b":2}\n") == [b'{"b":2}']


def test_empty_lines_are_left_out() -> None:
    assert LineBuffer().feed(b"\n \n\r\nx\n") == [b"x"]


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_may_be_64_kib_long_and_no_longer(end: bytes) -> None:
    assert len(LineBuffer().feed(b"x" * MAX_LINE + end)) == len(end)
    buffer = LineBuffer()
    with pytest.raises(LineTooLongError):
        buffer.feed(b"x" * (MAX_LINE + 1) + end)
    assert buffer.feed(b"y\n") == [b"y"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", RpcCode.PARSE),
        (b"{", RpcCode.PARSE),
        (b"\xff\xfe", RpcCode.PARSE),
        ('{"jsonrpc":"2.0","method":"a"}'.encode("utf-16"), RpcCode.PARSE),
        (b"[" * 60_000, RpcCode.PARSE),
        (b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', RpcCode.PARSE),
        (b'{"jsonrpc":"2.0","method":"a","params":{"a":NaN}}', RpcCode.PARSE),
        (b'{"jsonrpc":"2.0","id":1,"result":' + b"9" * 5000 + b"}", RpcCode.PARSE),
        (b"[]", RpcCode.INVALID_REQUEST),
        (b'"text"', RpcCode.INVALID_REQUEST),
        (b'{"method":"a"}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"1.0","method":"a"}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":true,"method":"a"}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":[1],"method":"a"}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"method":7}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"method":"a","params":[1]}', RpcCode.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"error":"no"}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"error":{"code":"x","message":"m"}}', RpcCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"result":1,"error":{}}', RpcCode.INVALID_REQUEST),
    ],
)
def test_garbage_is_answered_with_its_code(line: bytes, code: RpcCode) -> None:
    with pytest.raises(RpcLineError) as refused:
        decode(line)
    assert refused.value.fault.code == code
    assert decode(encode(refused.value.fault)) == refused.value.fault


@given(line=st.binary(max_size=200))
def test_no_line_breaks_it(line: bytes) -> None:
    with contextlib.suppress(RpcLineError):
        decode(line)
