"""One program of the demo: started, waited for, watched and ended, by its own process id."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.02


class PartError(Exception):
    """A part did not start, or ended by itself. `part` names it, `log` holds its last lines."""

    def __init__(self, part: str, reason: str, log: str) -> None:
        self.part = part
        self.reason = reason
        self.log = log
        super().__init__(f"{part} {reason}" + (f"; it said:\n{log}" if log else ""))


class Part:
    """A program under a name, with a log file of its own, in a session of its own.

    The session keeps Ctrl-C for us: we end the parts in order, instead of all at once.
    """

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.words = tuple(words)
        self.log = log
        self._environment = {**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id; an error while the part does not run."""
        if self._process is None:
            raise PartError(self.name, "is not running", "")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the program ended by itself; None while it runs, or was never started."""
        return None if self._process is None else self._process.poll()

    def start(self, *, ready: Callable[[], bool], timeout_s: float = READY_TIMEOUT_S) -> None:
        """Start the program and wait until `ready`. Raises PartError when it is not in time."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                own_command(self.words),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        if not wait_until(lambda: not self.is_running or ready(), timeout_s=timeout_s):
            self.stop()
            raise PartError(self.name, f"was not ready within {timeout_s:.0f} s", self.last_lines())
        self.check()

    def check(self) -> None:
        """Raise PartError if the program has ended by itself."""
        if (code := self.exit_code) is not None:
            raise PartError(self.name, f"ended with exit code {code}", self.last_lines())

    def stop(self, *, signal_number: int = signal.SIGTERM) -> int | None:
        """End the program and wait; after five seconds it is killed. Returns its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal_number)
        try:
            return process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def last_lines(self, count: int = 15) -> str:
        """Give the end of the log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text("utf-8", errors="replace").splitlines()[-count:])


def own_command(words: Sequence[str]) -> list[str]:
    """Give the command line that runs `bangbangui WORD …` with this Python."""
    return [sys.executable, "-m", "locker", *words]


def run_once(words: Sequence[str], *, timeout_s: float = READY_TIMEOUT_S) -> str:
    """Run `bangbangui WORD …` to its end and give what it printed. Raises PartError."""
    name = " ".join(words[:2])
    try:
        done = subprocess.run(
            own_command(words), capture_output=True, timeout=timeout_s, check=False, text=True
        )
    except subprocess.TimeoutExpired as error:
        raise PartError(name, f"did not end within {timeout_s:.0f} s", "") from error
    if done.returncode:
        raise PartError(name, f"failed with exit code {done.returncode}", done.stderr[-2000:])
    return done.stdout


def wait_until(is_so: Callable[[], bool], *, timeout_s: float) -> bool:
    """Wait until `is_so`; tell whether it came to be in time."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True
