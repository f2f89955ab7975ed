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
        return TroubleError("no_right_to_daemon", file=path)
    return TroubleError(
        "no_daemon", file=path, detail=error.strerror or str(error), code=ExitCode.NO_DAEMON
    )


def _hung_up(path: Path, method: str, error: Exception) -> TroubleError:
    return TroubleError(
        "daemon_hung_up",
        file=path,
        method=method,
        detail=str(error) or type(error).__name__,
        code=ExitCode.NO_DAEMON,
    )


def _faulted(method: str, code: int, message: str) -> TroubleError:
    other = code in {RpcCode.WRONG_PROTOCOL, RpcCode.NO_SUCH_METHOD}
    key = "daemon.other_release" if other else "daemon.refused"
    return TroubleError(key, method=method, detail=message)
