"""The command's end of tech.sock: one call, one answer, each within its time. Knows no verb."""

from __future__ import annotations

import itertools
import socket
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from locker.contract.jsonrpc import (
    Fault,
    LineBuffer,
    LineTooLongError,
    Request,
    Result,
    RpcCode,
    RpcLineError,
    decode,
    encode,
)
from locker.contract.tech import TECH_PROTOCOL, Welcome
from locker.diag.trouble import ExitCode, TroubleError

ANSWER_S = 5.0
M = TypeVar("M", bound=BaseModel)


class TechClient:
    """A connection to the daemon. Raises TroubleError for all that can go wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids = itertools.count(1)
        self._lines = LineBuffer()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(ANSWER_S)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise _not_reached(path, error) from error
        try:
            self.welcome = self.ask(Welcome, "hello", protocol=TECH_PROTOCOL, client="diag")
        except TroubleError:
            self.close()
            raise

    def call(self, method: str, **params: Any) -> Any:
        """Call and give the answer as JSON."""
        key = next(self._ids)
        try:
            self._socket.sendall(encode(Request(key, method, params)))
            answer = decode(self._line())
        except (OSError, RpcLineError, LineTooLongError) as error:
            raise _hung_up(self._path, method, error) from error
        match answer:
            case Result(result=result):
                return result
            case Fault(code=code, message=message):
                raise _faulted(method, code, message)
        raise _hung_up(self._path, method, ValueError("an answer that nobody asked for"))

    def ask(self, model: type[M], method: str, **params: Any) -> M:
        """Call and give the answer as its message."""
        try:
            return model.model_validate(self.call(method, **params))
        except ValidationError as error:
            raise _faulted(method, RpcCode.WRONG_PROTOCOL, "an answer of another form") from error

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _line(self) -> bytes:
        while not (lines := self._lines.feed(data := self._socket.recv(1 << 16))):
            if not data:
                raise ConnectionError("hung up")
        return lines[0]


def _not_reached(path: Path, error: OSError) -> TroubleError:
    if isinstance(error, PermissionError):
        return TroubleError(
            tried=f"reach the daemon at {path}", seen="no right to connect",
            cause="your account is not in the technicians' group",
            remedy="add it to the group bangbangui-tech, then log in anew",
        )  # fmt: skip
    return TroubleError(
        tried=f"reach the daemon at {path}", seen=error.strerror or str(error),
        cause="the daemon is not running here, or its settings are elsewhere (--settings)",
        remedy="systemctl status bangbangui-daemon; or directly: --port /dev/ttyUSB0 --board NAME",
        code=ExitCode.NO_DAEMON,
    )  # fmt: skip


def _hung_up(path: Path, method: str, error: Exception) -> TroubleError:
    return TroubleError(
        tried=f"ask the daemon at {path} for {method}", seen=str(error) or type(error).__name__,
        cause="the daemon ended, or does not keep up",
        remedy="systemctl status bangbangui-daemon; journalctl -u bangbangui-daemon",
        code=ExitCode.NO_DAEMON,
    )  # fmt: skip


def _faulted(method: str, code: int, message: str) -> TroubleError:
    if code in {RpcCode.WRONG_PROTOCOL, RpcCode.NO_SUCH_METHOD}:
        cause, remedy = "command and daemon are of different releases", "update both to one release"
    else:
        cause, remedy = "what was asked for does not fit this cabinet", "bangbangui diag doors"
    return TroubleError(tried=f"ask the daemon for {method}", seen=message, cause=cause,
                        remedy=remedy)  # fmt: skip
