"""The floors: what this machine needs for the bare minimum, measured in the same run.

`CommitFloor`: one insert and one update in one commit by plain sqlite3 (WAL, synchronous=FULL) on
the journal's disk. `TerminalFloor`: 8 bytes through a pseudo-terminal and 8 bytes back. Both are
done once between any two unlocks, with the machine as idle as it is then.
"""

from __future__ import annotations

import os
import pty
import sqlite3
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

MESSAGE = b"8 bytes."


class CommitFloor:
    """A file of its own beside the journal."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
        run = self._connection.execute
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        run("CREATE TABLE event (row INTEGER PRIMARY KEY, body TEXT)")
        run("CREATE TABLE record (key TEXT PRIMARY KEY, value TEXT)")
        run("INSERT INTO record VALUES ('one', '')")

    def sample_s(self) -> float:
        """Give the seconds of one commit."""
        run = self._connection.execute
        begun_s = time.monotonic()
        run("BEGIN IMMEDIATE")
        run("INSERT INTO event (body) VALUES (?)", ("x" * 300,))
        run("UPDATE record SET value = ? WHERE key = 'one'", ("y" * 300,))
        run("COMMIT")
        return time.monotonic() - begun_s

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class TerminalFloor:
    """A pseudo-terminal whose other end is answered by a thread."""

    def __init__(self) -> None:
        self._near, self._far = pty.openpty()
        tty.setraw(self._near)
        tty.setraw(self._far)
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def sample_s(self) -> float:
        """Give the seconds of one round trip."""
        begun_s = time.monotonic()
        os.write(self._near, MESSAGE)
        _read(self._near, len(MESSAGE))
        return time.monotonic() - begun_s

    def close(self) -> None:
        """Hang up; the answering thread ends."""
        os.write(self._near, b"\x00" * len(MESSAGE))
        self._thread.join(5)
        os.close(self._near)
        os.close(self._far)

    def _answer(self) -> None:
        while (data := _read(self._far, len(MESSAGE))) == MESSAGE:
            os.write(self._far, data)


class Floor:
    """One commit and one round trip: the floor of an unlock."""

    def __init__(self, folder: Path) -> None:
        self._commit = CommitFloor(folder)
        self._terminal = TerminalFloor()
        self.samples_s: list[float] = []

    def sample(self) -> None:
        """Measure once."""
        self.samples_s.append(self._commit.sample_s() + self._terminal.sample_s())

    def close(self) -> None:
        """Give back what it holds."""
        self._commit.close()
        self._terminal.close()


def timed_s(work: Callable[[], object]) -> float:
    """Give the seconds that some work takes."""
    begun_s = time.monotonic()
    work()
    return time.monotonic() - begun_s


def _read(fd: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += os.read(fd, count - len(data))
    return data
