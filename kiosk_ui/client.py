"""The kiosk's end of kiosk.sock: keeps a connection, turns lines into messages. Knows no page.

It reconnects by itself and believes nothing that does not fit the contract. A daemon that stops
answering is noticed by asking for a snapshot when nothing was heard for a while; nothing else is
ever asked again by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtNetwork import QLocalSocket

from kiosk_ui.view_state import (
    Call,
    CallFailed,
    Link,
    LinkChanged,
    Message,
    SliceCame,
    SnapshotCame,
)
from locker.contract.jsonrpc import (
    Fault,
    LineBuffer,
    LineTooLongError,
    Notice,
    Request,
    Result,
    RpcCode,
    RpcLineError,
    decode,
    encode,
)  # fmt: skip
from locker.contract.kiosk import KIOSK_PROTOCOL, Hello, SliceNotice, Snapshot

log = logging.getLogger(__name__)

CLIENT_NAME = "kiosk"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the client waits, in milliseconds."""

    retry_ms: int = 250
    retry_most_ms: int = 2_000
    odd_retry_ms: int = 3_000
    """After a wrong protocol or garbage: somebody must mend something first."""
    answer_ms: int = 3_000
    silence_ms: int = 10_000


class DaemonClient(QObject):
    """Speaks to the daemon over a Unix socket, and hands on what it says as messages."""

    def __init__(
        self, path: str, deliver: Callable[[Message], None], *, patience: Patience | None = None
    ) -> None:
        super().__init__()
        self._path = path
        self._deliver = deliver
        self._patience = patience or Patience()
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._connected)
        self._socket.disconnected.connect(self._lost)
        self._socket.errorOccurred.connect(self._lost)
        self._socket.readyRead.connect(self._read)
        self._retry = _single_shot(self, self._connect)
        self._answer_due = _single_shot(self, self._stalled)
        self._silence = _single_shot(self, self._ask_snapshot)
        self._lines = LineBuffer()
        self._pending: dict[int | str, str] = {}
        self._next_id = 0
        self._seq: int | None = None
        self._retry_ms = self._patience.retry_ms
        self._odd: Link | None = None
        self._lost_said = False

    def start(self) -> None:
        """Connect, and keep connected until `stop`."""
        self._connect()

    def stop(self) -> None:
        """Close for good; what was asked for is still handed on."""
        for timer in (self._retry, self._answer_due, self._silence):
            timer.stop()
        self._socket.blockSignals(True)
        self._socket.flush()
        self._socket.abort()

    def call(self, call: Call) -> None:
        """Ask the daemon; a refusal or a lost line comes back as `CallFailed`."""
        if self._seq is None:
            self._deliver(CallFailed(call.method))
            return
        self._send(call)

    def _send(self, call: Call) -> None:
        self._next_id += 1
        self._pending[self._next_id] = call.method
        self._socket.write(encode(Request(self._next_id, call.method, call.params)))
        if not self._answer_due.isActive():
            self._answer_due.start(self._patience.answer_ms)

    def _connect(self) -> None:
        self._lost_said = False
        self._socket.abort()
        self._socket.connectToServer(self._path)

    def _connected(self) -> None:
        self._lines = LineBuffer()
        self._pending.clear()
        hello = Hello(protocol=KIOSK_PROTOCOL, client=CLIENT_NAME)
        self._send(Call("hello", hello.model_dump()))

    def _lost(self, *_: object) -> None:
        """Note a lost or refused connection; Qt may say so twice, and inside connectToServer."""
        if self._lost_said:
            return
        self._lost_said = True
        self._answer_due.stop()
        self._silence.stop()
        pending, self._pending = list(self._pending.values()), {}
        was_up, self._seq = self._seq is not None, None
        odd, self._odd = self._odd, None
        self._deliver(LinkChanged(odd or Link.DOWN))
        for method in pending:
            if method not in {"hello", "snapshot"}:
                self._deliver(CallFailed(method))
        if odd is not None:
            self._retry.start(self._patience.odd_retry_ms)
            return
        self._retry_ms = self._patience.retry_ms if was_up else self._retry_ms
        self._retry.start(self._retry_ms)
        self._retry_ms = min(self._retry_ms * 2, self._patience.retry_most_ms)

    def _drop(self, link: Link | None, why: str) -> None:
        log.info("leaving the daemon's socket: %s", why)
        self._odd = link
        self._socket.abort()
        self._lost()

    def _stalled(self) -> None:
        self._drop(None, f"no answer to {', '.join(self._pending.values())}")

    def _ask_snapshot(self) -> None:
        self._send(Call("snapshot"))

    def _read(self) -> None:
        try:
            lines = self._lines.feed(self._socket.readAll().data())
        except LineTooLongError:
            self._drop(Link.GARBAGE, "a line over 64 KiB")
            return
        for line in lines:
            try:
                self._take(decode(line))
            except (RpcLineError, ValidationError, KeyError) as error:
                self._drop(Link.GARBAGE, f"a line outside the contract: {type(error).__name__}")
            if self._lost_said:
                return

    def _take(self, message: Request | Notice | Result | Fault) -> None:
        match message:
            case Result(id=key, result=result):
                self._answered(self._pending.pop(key), result)
            case Fault(id=key, code=code, message=text):
                self._refused(key, code, text)
            case Notice(method="slice", params=params):
                self._noticed(SliceNotice.model_validate(params))
            case Notice() | Request():
                self._drop(Link.GARBAGE, "a message that the glass has no use for")
        if not self._lost_said:
            self._heard()

    def _heard(self) -> None:
        if not self._pending:
            self._answer_due.stop()
        if self._seq is not None:
            self._silence.start(self._patience.silence_ms)

    def _answered(self, method: str, result: object) -> None:
        if method not in {"hello", "snapshot"}:
            return
        snapshot = Snapshot.model_validate(result)
        if snapshot.protocol != KIOSK_PROTOCOL:
            self._drop(Link.WRONG_PROTOCOL, f"the daemon speaks protocol {snapshot.protocol}")
            return
        self._seq = snapshot.seq
        self._retry_ms = self._patience.retry_ms
        self._deliver(SnapshotCame(snapshot))
        self._deliver(LinkChanged(Link.UP))

    def _refused(self, key: int | str | None, code: int, text: str) -> None:
        if code == RpcCode.WRONG_PROTOCOL:
            self._drop(Link.WRONG_PROTOCOL, text)
            return
        method = self._pending.pop(key, None) if key is not None else None
        if method in {"hello", "snapshot", None}:
            self._drop(Link.GARBAGE, f"the daemon refused {method}: {code} {text}")
            return
        log.info("the daemon refused %s: %s %s", method, code, text)
        self._deliver(CallFailed(method))

    def _noticed(self, notice: SliceNotice) -> None:
        if self._seq is None or notice.seq <= self._seq:
            return
        if notice.seq != self._seq + 1:
            if "snapshot" not in self._pending.values():
                self._ask_snapshot()
            return
        value: Any = _adapter(notice.name).validate_python(notice.value)
        self._seq = notice.seq
        self._deliver(SliceCame(notice.name, value))


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    shape: Any = Snapshot.model_fields[name].annotation
    return TypeAdapter(shape)


def _single_shot(parent: QObject, slot: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(slot)
    return timer
