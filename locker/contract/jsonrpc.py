"""JSON-RPC 2.0, one object a line, with no I/O in it. Used by both ends of both sockets.

  {"jsonrpc":"2.0","id":7,"method":"code.submit","params":{…}}     request
  {"jsonrpc":"2.0","id":7,"result":{…}}                            answer
  {"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"…"}}   answer
  {"jsonrpc":"2.0","method":"notice","params":{…}}                 notice

Lines are at most 64 KiB and UTF-8. No batches: one line is one object.
Source: the JSON-RPC 2.0 specification.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

MAX_LINE = 64 * 1024


class RpcCode(IntEnum):
    """Error codes: the specification's, and ours from -32000 down."""

    PARSE = -32700
    INVALID_REQUEST = -32600
    NO_SUCH_METHOD = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    WRONG_PROTOCOL = -32001
    NOT_ON_THIS_SOCKET = -32002
    BUSY = -32003


@dataclass(frozen=True, slots=True)
class Request:
    """A call that wants an answer."""

    id: int | str
    method: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something told, with no answer."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a request."""

    id: int | str
    result: Any


@dataclass(frozen=True, slots=True)
class Fault:
    """The refusal of a request; `id` is None where it could not be read."""

    id: int | str | None
    code: int
    message: str


RpcMessage = Request | Notice | Result | Fault


class RpcLineError(ValueError):
    """A line that is no message; `fault` is what to answer."""

    def __init__(self, code: RpcCode, message: str, *, id: int | str | None = None) -> None:  # noqa: A002 - the specification's word
        super().__init__(message)
        self.fault = Fault(id, int(code), message)


class LineTooLongError(ValueError):
    """The other side sent more than 64 KiB without a line end: close the connection."""


class LineBuffer:
    """Cut a byte stream into lines; the one place that holds unread bytes of a connection."""

    def __init__(self, *, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Give the lines that `data` completes, without their end; empty lines are left out."""
        first, *others = data.split(b"\n")
        self._held += first
        lines: list[bytes] = []
        for part in others:
            self._check(self._held)
            lines.append(bytes(self._held))
            self._held = bytearray(part)
        self._check(self._held)
        return [line for line in lines if line.strip()]

    def _check(self, line: bytearray) -> None:
        if len(line) > self._limit:
            self._held = bytearray()
            raise LineTooLongError


def encode(message: RpcMessage) -> bytes:
    """Write a message as one line."""
    body: dict[str, Any] = {"jsonrpc": "2.0"}
    match message:
        case Request(id=key, method=method, params=params):
            body |= {"id": key, "method": method, "params": params}
        case Notice(method=method, params=params):
            body |= {"method": method, "params": params}
        case Result(id=key, result=result):
            body |= {"id": key, "result": result}
        case Fault(id=fault_key, code=code, message=text):
            body |= {"id": fault_key, "error": {"code": code, "message": text}}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> RpcMessage:
    """Read one line. Raises RpcLineError, which carries what to answer."""
    try:
        body = json.loads(line.decode(), parse_constant=_refuse_constant, parse_float=_finite)
        _refuse_half_characters(line, body)
    except (ValueError, RecursionError):
        raise RpcLineError(RpcCode.PARSE, "not a line of JSON") from None
    if not isinstance(body, dict) or body.get("jsonrpc") != "2.0":
        raise RpcLineError(RpcCode.INVALID_REQUEST, "not a JSON-RPC 2.0 object")
    key = body.get("id")
    if key is not None and (isinstance(key, bool) or not isinstance(key, int | str)):
        raise RpcLineError(RpcCode.INVALID_REQUEST, "id must be a number or a text")
    if "method" in body:
        return _call(body, key)
    if key is not None and "result" in body and "error" not in body:
        return Result(key, body["result"])
    return _fault(body, key)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too big")  # it could be read here, and never be written again
    return number


def _refuse_half_characters(line: bytes, body: object) -> None:
    """Refuse lone surrogates: they could be read here, and never be written again."""
    if b"\\u" in line:
        json.dumps(body, ensure_ascii=False).encode()


def _call(body: dict[str, Any], key: int | str | None) -> Request | Notice:
    method, params = body["method"], body.get("params", {})
    if not isinstance(method, str):
        raise RpcLineError(RpcCode.INVALID_REQUEST, "method must be a text", id=key)
    if not isinstance(params, dict):
        raise RpcLineError(RpcCode.INVALID_PARAMS, "params must be an object", id=key)
    return Notice(method, params) if key is None else Request(key, method, params)


def _fault(body: dict[str, Any], key: int | str | None) -> Fault:
    error = body.get("error")
    if not isinstance(error, dict):
        raise RpcLineError(RpcCode.INVALID_REQUEST, "neither a call nor an answer", id=key)
    code, message = error.get("code"), error.get("message")
    if type(code) is not int or not isinstance(message, str):
        raise RpcLineError(RpcCode.INVALID_REQUEST, "error needs code and message", id=key)
    return Fault(key, code, message)
