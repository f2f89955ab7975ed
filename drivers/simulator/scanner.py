"""Simulated scanners that answer set-up commands. Written from the facts 11.2 to 11.4 alone.

Shares no code with the driver's frames: the checks are computed bit by bit here. Knows no port.
"""

from __future__ import annotations

from typing import Protocol

REPLY_DELAY_S = 0.020

Emission = tuple[float, bytes]


class SimulatedScanner(Protocol):
    """The scanner's side of its line."""

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take bytes that were complete at `now_s`; return what the scanner sends."""
        ...

    def show(self, code: bytes) -> bytes:
        """Let it see a code with its end; return what it sends, b"" if it acted upon it."""
        ...

    def power_cycle(self) -> None:
        """Lose what was not saved."""
        ...


def _xmodem(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc


class GrowScanner:
    """GM65 or GM812: registers, flash, and configuration barcodes that can be switched off."""

    def __init__(self) -> None:
        self.flash = {0x00: 0xD5, 0x0D: 0x00, 0x0E: 0x00, 0x2A: 0x39, 0x2B: 0x01}
        self.registers = dict(self.flash)
        self.locked = self.flash_locked = False
        self.saves = 0
        self._unread = b""

    def power_cycle(self) -> None:
        """Lose what was not saved."""
        self.registers, self.locked = dict(self.flash), self.flash_locked

    def show(self, code: bytes) -> bytes:
        """Act upon a configuration barcode `_SET_REG_<hex>_<hex>`, made up for this simulator."""
        content = code.rstrip(b"\r\n\t")
        if not content.startswith(b"_SET_") or self.locked:
            return code
        if content.startswith(b"_SET_REG_"):
            address, value = content.removeprefix(b"_SET_REG_").split(b"_")
            self.registers[int(address, 16)] = int(value, 16)
        return b""

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take commands in any portions."""
        self._unread += data
        sent: list[Emission] = []
        while self._unread:
            if self._unread.startswith(b"_SET_CODE_OFF"):
                self.locked, self._unread = True, self._unread[13:]
            elif self._unread.startswith(b"\x7e\x00"):
                if len(self._unread) < 4 or len(self._unread) < 8 + self._unread[3]:
                    break
                size = 8 + self._unread[3]
                frame, self._unread = self._unread[:size], self._unread[size:]
                reply = self._answer(frame)
                if reply:
                    sent.append((now_s + REPLY_DELAY_S, reply))
            elif b"_SET_CODE_OFF".startswith(self._unread) or self._unread == b"\x7e":
                break
            else:
                self._unread = self._unread[1:]
        return sent

    def _answer(self, frame: bytes) -> bytes:
        body, check = frame[2:-2], frame[-2:]
        if check not in {b"\xab\xcd", _xmodem(body).to_bytes(2)}:
            return b""
        kind, address, data = body[0], body[2] << 8 | body[3], body[4:]
        match kind:
            case 0x07:
                found = bytes(self.registers.get(address + k, 0) for k in range(data[0]))
                return self._reply(found)
            case 0x08:
                self.registers.update({address + k: byte for k, byte in enumerate(data)})
                return self._reply(b"\x00")
            case 0x09 if address == 0 and data == b"\x00":
                self.flash, self.flash_locked = dict(self.registers), self.locked
                self.saves += 1
                return self._reply(b"\x00")
            case _:
                return b""

    def _reply(self, data: bytes) -> bytes:
        body = bytes([0x00, len(data)]) + data
        return b"\x02\x00" + body + _xmodem(body).to_bytes(2)


class SsiScanner:
    """GM72: start and stop in host mode only; sees codes while started."""

    def __init__(self) -> None:
        self.host_mode = self.started = False
        self.saves = 0
        self._unread = b""

    def power_cycle(self) -> None:
        """Stop reading; host mode was kept."""
        self.started = False

    def show(self, code: bytes) -> bytes:
        """Give a code while started, and stop; a made-up barcode takes it out of host mode."""
        if code.startswith(b"_SSI_NO_HOST"):
            self.host_mode = self.started = False
            return b""
        seen, self.started = self.started, False
        return code if seen else b""

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take commands in any portions; a single 00 only wakes it."""
        self._unread += data
        sent: list[Emission] = []
        while self._unread:
            size = self._unread[0]
            if size < 4:
                self._unread = self._unread[1:]
                continue
            if len(self._unread) < size + 2:
                break
            frame, self._unread = self._unread[: size + 2], self._unread[size + 2 :]
            if (sum(frame[:-2]) + (frame[-2] << 8 | frame[-1])) & 0xFFFF == 0:
                sent.append((now_s + REPLY_DELAY_S, self._answer(frame)))
        return sent

    def _answer(self, frame: bytes) -> bytes:
        ack, nak = bytes.fromhex("04 D0 00 00 FF 2C"), bytes.fromhex("05 D1 00 00 06 FF 24")
        if frame == bytes.fromhex("07 C6 04 08 00 8A 08 FE 95"):
            self.host_mode = True
            self.saves += 1
            return ack
        if frame[1] in {0xE4, 0xE5} and self.host_mode:
            self.started = frame[1] == 0xE4
            return ack
        return nak


class NewlandScanner:
    """Commands with `@` (kept) and `#`; configuration barcodes always work."""

    def __init__(self) -> None:
        self.kept = {"SCNMOD": "0", "RRDDUR": "500"}
        self.values = dict(self.kept)
        self.saves = 0
        self.set_up_left = 0
        self._unread = b""

    def power_cycle(self) -> None:
        """Lose what was not kept."""
        self.values = dict(self.kept)

    def show(self, code: bytes) -> bytes:
        """Act upon a configuration barcode such as `@SCNMOD0`."""
        content = code.rstrip(b"\r\n\t;")
        if content[:1] not in {b"@", b"#"} or content[1:7].decode() not in self.values:
            return code
        self.values[content[1:7].decode()] = content[7:].decode()
        return b""

    def feed(self, data: bytes, now_s: float) -> list[Emission]:
        """Take commands in any portions."""
        self._unread += data
        sent: list[Emission] = []
        while (end := self._unread.find(b";\x03")) >= 0:
            frame, self._unread = self._unread[: end + 2], self._unread[end + 2 :]
            start = frame.find(b"\x7e\x010000")
            if start >= 0:
                body = frame[start + 6 : -2]
                reply = b"\x02\x010000" + self._answer(body) + b";\x03"
                sent.append((now_s + REPLY_DELAY_S, reply))
        return sent

    def _answer(self, body: bytes) -> bytes:
        tag, value = body[1:7].decode(), body[7:].decode()
        if tag == "SETUPE":
            self.set_up_left += 1
            return body + b"\x06"
        if tag not in self.values:
            return body + b"\x05"
        if value == "*":
            return body[:7] + self.values[tag].encode() + b"\x06"
        if not value.isdigit():
            return body + b"\x15"
        self.values[tag] = value
        if body[:1] == b"@":
            self.kept[tag] = value
            self.saves += 1
        return body + b"\x06"


def make_scanner(model: str) -> SimulatedScanner | None:
    """Make the scanner of a model; None for "plain", which only sends."""
    match model:
        case "plain":
            return None
        case "gm65" | "gm812":
            return GrowScanner()
        case "gm72":
            return SsiScanner()
        case "newland":
            return NewlandScanner()
        case _:
            raise ValueError(f"no scanner {model!r}; there is: plain, gm65, gm812, gm72, newland")
