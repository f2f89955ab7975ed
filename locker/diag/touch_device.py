"""The kernel's touch device, read as it is: finds it, its ranges, and where a finger came down.

Linux's evdev interface (include/uapi/linux/input.h). Knows no screen.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from locker.diag.nine_points import AxisRange

_EVENT = struct.Struct("llHHi")
_EV_SYN, _EV_KEY, _EV_ABS = 0, 1, 3
_BTN_TOUCH = 0x14A
_X, _Y = 0x00, 0x01
_ABSINFO = struct.Struct("6i")
_EVIOCGABS = 0x80184540
_DIRECT = 1 << 1
"""INPUT_PROP_DIRECT: the finger touches the picture itself; a mouse or touchpad has it not."""


@dataclass(frozen=True, slots=True)
class TouchDevice:
    """One touch panel; `path` is its event device."""

    name: str
    path: Path


def find_touch(root: Path = Path("/")) -> TouchDevice | None:
    """Find the first touch panel in /proc/bus/input/devices."""
    try:
        listed = (root / "proc/bus/input/devices").read_text("utf-8", errors="replace")
    except OSError:
        return None
    for block in listed.split("\n\n"):
        facts = dict(line[3:].split("=", 1) for line in block.splitlines() if "=" in line)
        handlers = [h for h in facts.get("Handlers", "").split() if h.startswith("event")]
        if handlers and "ABS" in facts and int(facts.get("PROP", "0"), 16) & _DIRECT:
            return TouchDevice(facts.get("Name", "").strip('"'), root / "dev/input" / handlers[0])
    return None


def read_touches(
    device: TouchDevice, *, count: int, each_s: float, before: Callable[[int], None]
) -> tuple[list[tuple[int, int]], AxisRange, AxisRange]:
    """Wait for so many touches, `each_s` for each; `before` is told the number of the next.

    Fewer come back where nobody touched. Raises OSError where the device cannot be read.
    """
    descriptor = os.open(device.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        ranges = _range(descriptor, _X), _range(descriptor, _Y)
        touches: list[tuple[int, int]] = []
        for number in range(1, count + 1):
            before(number)
            touch = _one(descriptor, each_s)
            if touch is None:
                break
            touches.append(touch)
        return touches, *ranges
    finally:
        os.close(descriptor)


def _range(descriptor: int, axis: int) -> AxisRange:
    data = fcntl.ioctl(descriptor, _EVIOCGABS + axis, bytes(_ABSINFO.size))
    _, least, most, *_ = _ABSINFO.unpack(data)
    return AxisRange(least, most)


def _one(descriptor: int, within_s: float) -> tuple[int, int] | None:
    """Wait for one finger to come down and go up; return where it came down."""
    track = TouchTrack()
    while select.select([descriptor], [], [], within_s)[0]:
        data = os.read(descriptor, _EVENT.size * 64)
        for at in range(0, len(data) - _EVENT.size + 1, _EVENT.size):
            _, _, kind, code, value = _EVENT.unpack_from(data, at)
            if (touch := track.feed(kind, code, value)) is not None:
                return touch
    return None


class TouchTrack:
    """One touch, put together from the kernel's events. Pure."""

    def __init__(self) -> None:
        self._x: int | None = None
        self._y: int | None = None
        self._down_at: tuple[int, int] | None = None
        self._down = False

    def feed(self, kind: int, code: int, value: int) -> tuple[int, int] | None:
        """Take an event; return where the finger came down once it is up again."""
        if kind == _EV_ABS and code == _X:
            self._x = value
        elif kind == _EV_ABS and code == _Y:
            self._y = value
        elif kind == _EV_KEY and code == _BTN_TOUCH:
            self._down = bool(value)
        elif kind == _EV_SYN:
            if self._down and self._down_at is None and None not in {self._x, self._y}:
                self._down_at = self._x or 0, self._y or 0
            elif not self._down and self._down_at is not None:
                return self._down_at
        return None
