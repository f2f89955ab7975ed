"""The floor of `memory` and `start`: an interpreter with the same libraries, and nothing of ours.

Which those are is asked of the program itself: a first process imports our modules and lists every
module of a third party that came with them; then a bare interpreter imports exactly these.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DAEMON_MODULES = ("locker.command", "locker.daemon_command")
KIOSK_MODULES = (
    "locker.command",
    "kiosk_ui.command",
    "kiosk_ui.client",
    "kiosk_ui.theme",
    "kiosk_ui.window",
    "kiosk_ui.rehearsal",
)

_LIST = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
files = {name: getattr(module, "__file__", "") or "" for name, module in sys.modules.items()}
print(json.dumps([name for name, file in files.items() if "site-packages" in file]))
"""
_IMPORT = """
import importlib, json, sys, time
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
print(json.dumps(time.monotonic()), flush=True)
sys.stdin.readline()
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process holds, MB of 10^6 bytes; `pss_mb`: shared pages divided by who shares them."""

    rss_mb: float
    pss_mb: float | None


@dataclass(frozen=True, slots=True)
class Bare:
    """A bare interpreter with the libraries: seconds until it has them, and its memory then."""

    ready_s: float
    memory: Memory


def libraries_of(modules: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """List the third-party modules that come with ours, in the order in which they were loaded."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST, json.dumps(list(modules))],
        env={**os.environ, **environment}, capture_output=True, check=True, text=True,
    )  # fmt: skip
    found: list[str] = json.loads(done.stdout)
    return found


def bare(libraries: Sequence[str], environment: Mapping[str, str]) -> Bare:
    """Start a bare interpreter, let it import the libraries, and look at it."""
    begun_s = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", _IMPORT, json.dumps(list(libraries))],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        ready_s = float(process.stdout.readline()) - begun_s
        memory = memory_of(process.pid)
        process.communicate("\n")
    return Bare(ready_s, memory)


def memory_of(pid: int) -> Memory:
    """Read what a process holds now, from /proc."""
    rss_mb = _kilobytes(f"/proc/{pid}/status", "VmRSS:")
    try:
        pss_mb = _kilobytes(f"/proc/{pid}/smaps_rollup", "Pss:")
    except OSError:
        return Memory(rss_mb, None)
    return Memory(rss_mb, pss_mb)


def _kilobytes(path: str, key: str) -> float:
    """Read a line such as `VmRSS:  61234 kB` (of 1,024 bytes) as MB of 10^6 bytes."""
    with open(path, encoding="ascii", errors="replace") as file:  # noqa: PTH123 - no folder's file
        for line in file:
            if line.startswith(key):
                return int(line.split()[1]) * 1024 / 1e6
    raise OSError(f"{path} has no {key}")
