"""The set-up commands of scanner models: frames out, replies in. Pure; knows no port and no plan.

Grow (GM65, GM812), facts 11.2; CRC-16/XMODEM over type to data, high byte first::

    7E 00 | type | len | address, 2 | data, len | CRC, 2      type: 07 read, 08 write, 09 save
    02 00 |  00  | len | data, len  | CRC, 2                   the reply

SSI (GM72), facts 11.3; the sum is the two's complement of all before it, high byte first::

    len | op | 04 | status | data | sum, 2                     len counts itself, not the sum
    04 D0 00 00 FF 2C   ACK             05 D1 00 00 why sum    NAK

Newland "unified", facts 11.4; `@` is kept for good, `#` until power goes::

    7E 01 30 30 30 30 | @ or # | TAG SUB data | 3B 03
    02 01 30 30 30 30 | @ or # | TAG SUB data | ACK 06, NAK 15 or ENQ 05 | 3B 03
"""

from __future__ import annotations

import binascii
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass


class ScannerModel(enum.Enum):
    """What is fitted. PLAIN is never written to."""

    PLAIN = "plain"
    GM65 = "gm65"
    GM812 = "gm812"
    GM72 = "gm72"
    NEWLAND = "newland"


class ScannerFrameError(ValueError):
    """Bytes that are no reply of this model."""


Match = Callable[[bytes], int | None]
"""Says how many bytes of a reply begin here: 0 if more must come to tell, None if none does."""


def match_nothing(_data: bytes) -> int | None:
    """Find no reply in anything: a plain scanner sends codes only."""
    return None


# --- Grow: GM65, GM812 ------------------------------------------------------------------------

_GROW_HEAD = b"\x7e\x00"
_GROW_REPLY = b"\x02\x00\x00"
_GROW_MOST = 16
"""Bytes of data in a reply: we never read more than one register's worth."""

SET_CODE_OFF = b"_SET_CODE_OFF"
"""Locks configuration barcodes. It has no frame, and no source shows a reply to it."""


def _grow_frame(kind: int, address: int, *, size: int, data: bytes) -> bytes:
    body = bytes([kind, size]) + address.to_bytes(2) + data
    return _GROW_HEAD + body + binascii.crc_hqx(body, 0).to_bytes(2)


def grow_read(address: int, count: int = 1) -> bytes:
    """Ask for `count` registers from `address` on."""
    return _grow_frame(0x07, address, size=1, data=bytes([count]))


def grow_write(address: int, data: bytes) -> bytes:
    """Write registers; they are lost with the power until `grow_save`."""
    return _grow_frame(0x08, address, size=len(data), data=data)


def grow_save() -> bytes:
    """Save all registers to flash, which wears."""
    return _grow_frame(0x09, 0, size=1, data=b"\x00")


def match_grow(data: bytes) -> int | None:
    """Match a reply; its CRC must be right (our own wildcard AB CD is not taken back)."""
    if data[:3] != _GROW_REPLY[: len(data)]:
        return None
    if len(data) < 4:
        return 0
    size = 4 + data[3] + 2
    if not 1 <= data[3] <= _GROW_MOST:
        return None
    if len(data) < size:
        return 0
    body, check = data[2 : size - 2], data[size - 2 : size]
    return size if binascii.crc_hqx(body, 0).to_bytes(2) == check else None


def decode_grow(frame: bytes) -> bytes:
    """Give the data of one whole reply. Raises ScannerFrameError."""
    if match_grow(frame) != len(frame) or not frame:
        raise ScannerFrameError("no reply of a Grow scanner")
    return frame[4:-2]


# --- SSI: GM72 --------------------------------------------------------------------------------

SSI_WAKE = b"\x00"
SSI_START, SSI_STOP, SSI_PARAM = 0xE4, 0xE5, 0xC6
_SSI_ACK, _SSI_NAK = 0xD0, 0xD1
_FROM_HOST = 0x04
_KEPT = 0x08


def ssi_frame(op: int, *, status: int = 0, data: bytes = b"") -> bytes:
    """Frame a command."""
    body = bytes([4 + len(data), op, _FROM_HOST, status]) + data
    return body + _ssi_sum(body)


def ssi_host_mode() -> bytes:
    """Set host mode, in which start and stop work. Kept for good: it wears the flash."""
    return ssi_frame(SSI_PARAM, status=_KEPT, data=b"\x00\x8a\x08")


def _ssi_sum(body: bytes) -> bytes:
    return (-sum(body) & 0xFFFF).to_bytes(2)


def match_ssi(data: bytes) -> int | None:
    """Match an ACK or a NAK; no other reply is ever asked for."""
    if data[:1] not in {b"\x04", b"\x05"}:
        return None
    head = bytes([data[0], _SSI_ACK if data[0] == 4 else _SSI_NAK, 0x00, 0x00])
    if data[:4] != head[: len(data)]:
        return None
    size = data[0] + 2
    if len(data) < size:
        return 0
    return size if _ssi_sum(data[: size - 2]) == data[size - 2 : size] else None


def decode_ssi(frame: bytes) -> bool:
    """Tell an ACK (True) from a NAK. Raises ScannerFrameError."""
    if match_ssi(frame) != len(frame) or not frame:
        raise ScannerFrameError("no reply of an SSI scanner")
    return frame[1] == _SSI_ACK


# --- Newland ----------------------------------------------------------------------------------

_NEWLAND_HEAD = b"\x7e\x010000"
_NEWLAND_REPLY = b"\x02\x010000"
_NEWLAND_END = b";\x03"
_NEWLAND_MOST = 64
_NEWLAND_COMMAND = re.compile(r"[A-Z]{6}[0-9A-Za-z*%^]{0,24}")
_NEWLAND_BODY = re.compile(rb"([@#])([A-Z]{6}[0-9A-Za-z*%^]{0,24})([\x05\x06\x15])")


class Verdict(enum.Enum):
    """How a Newland scanner took a command: done, value refused, command unknown."""

    ACK = 0x06
    NAK = 0x15
    ENQ = 0x05


@dataclass(frozen=True, slots=True)
class NewlandReply:
    """The command as the scanner gives it back, with the value it has after a query."""

    command: str
    kept: bool
    verdict: Verdict


def newland_frame(command: str, *, kept: bool = False) -> bytes:
    """Frame a command such as SCNMOD2, or SCNMOD* to ask what is set. `kept`: for good."""
    if not _NEWLAND_COMMAND.fullmatch(command):
        raise ValueError(f"no Newland command: {command!r}")
    return _NEWLAND_HEAD + (b"@" if kept else b"#") + command.encode() + _NEWLAND_END


def match_newland(data: bytes) -> int | None:
    """Match a reply to one command."""
    if data[:6] != _NEWLAND_REPLY[: len(data)]:
        return None
    end = data.find(_NEWLAND_END, 6, _NEWLAND_MOST)
    if end < 0:
        return 0 if len(data) < _NEWLAND_MOST else None
    return end + 2 if _NEWLAND_BODY.fullmatch(data[6:end]) else None


def decode_newland(frame: bytes) -> NewlandReply:
    """Read one whole reply. Raises ScannerFrameError."""
    found = _NEWLAND_BODY.fullmatch(frame[6:-2])
    if match_newland(frame) != len(frame) or not frame or found is None:
        raise ScannerFrameError("no reply of a Newland scanner")
    return NewlandReply(found[2].decode(), found[1] == b"@", Verdict(found[3][0]))


# --- telling replies from codes ---------------------------------------------------------------

MATCHES: dict[ScannerModel, Match] = {
    ScannerModel.PLAIN: match_nothing,
    ScannerModel.GM65: match_grow,
    ScannerModel.GM812: match_grow,
    ScannerModel.GM72: match_ssi,
    ScannerModel.NEWLAND: match_newland,
}


class ReplySieve:
    """Takes replies out of what a scanner sends; all else goes on as codes, unchanged.

    A reply stands alone: it begins after a silence or a code's end, and a silence follows. A frame
    that an end mark follows is a code that shows a frame; one that other bytes follow is thrown
    away and is no answer. Nothing is held back of bytes that cannot begin a reply.
    """

    def __init__(self, model: ScannerModel, *, marks: bytes = b"\r\n\t") -> None:
        self._match = MATCHES[model]
        self._marks = marks
        self._held = b""
        self._fresh = True

    def feed(self, data: bytes) -> bytes:
        """Take bytes in any portions; give those that belong to codes."""
        self._held += data
        codes = b""
        while self._held:
            if not self._fresh:
                codes += self._rest_of_code()
                continue
            size = self._match(self._held)
            if size is None:
                self._fresh = False
            elif size in {0, len(self._held)}:
                break
            elif self._held[size] in self._marks:
                self._fresh = False
            else:
                self._held = self._held[size:]
        return codes

    def receive_silence(self) -> tuple[bytes | None, bytes]:
        """Take the news that nothing came for a while; give a reply, or bytes of a code."""
        held, self._held, self._fresh = self._held, b"", True
        if held and self._match(held) == len(held):
            return held, b""
        return None, held

    def _rest_of_code(self) -> bytes:
        """Cut up to the code's end, or all there is."""
        places = [at for at, byte in enumerate(self._held) if byte in self._marks]
        if not places:
            code, self._held = self._held, b""
            return code
        code, self._held = self._held[: places[0] + 1], self._held[places[0] + 1 :]
        self._fresh = True
        return code
