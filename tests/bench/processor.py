"""How much of a processor a program takes, and what the same readings cost bare."""

from __future__ import annotations

import os
import select
import time
import tty
from collections.abc import Sequence
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PATIENCE_S = 0.5


def used_s(pid: int) -> float:
    """Give the processor seconds that a program has used so far, all its threads together."""
    told = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS_A_SECOND


def share(pid: int, duration_s: float) -> float:
    """Give the part of one core that a program takes over a time, in per cent."""
    began_s, before_s = time.monotonic(), used_s(pid)
    time.sleep(duration_s)
    return 100 * (used_s(pid) - before_s) / (time.monotonic() - began_s)


def bare_share(port: Path, frames: Sequence[bytes], *, every_s: float, duration_s: float) -> float:
    """Give the same for a thread that only writes these questions and reads what comes."""
    line = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(line)
        began_s, before_s = time.monotonic(), time.thread_time()
        while time.monotonic() < began_s + duration_s:
            due_s = time.monotonic() + every_s
            for frame in frames:
                os.write(line, frame)
                _take_answer(line)
            time.sleep(max(0.0, due_s - time.monotonic()))
        return 100 * (time.thread_time() - before_s) / (time.monotonic() - began_s)
    finally:
        os.close(line)


def _take_answer(line: int) -> None:
    """Read until nothing came for some milliseconds: a bare program knows no frames."""
    wait_s = PATIENCE_S
    while select.select([line], [], [], wait_s)[0] and os.read(line, 512):
        wait_s = 0.010
