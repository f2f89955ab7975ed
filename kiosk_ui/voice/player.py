"""Plays sounds one after another, through a program that reads a WAV file from stdin (`aplay`).

Starts programs for the voice, and says once when one has ended. Knows nothing of what is played.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PyQt6.QtCore import QObject, QProcess, QTimer

WAITING = 3
"""Sounds that may wait; a page that is gone need not be spoken of."""


class Player(QObject):
    """A queue of sounds before one program; without a program nothing is played."""

    def __init__(self, parent: QObject, program: tuple[str, ...]) -> None:
        super().__init__(parent)
        self._program = program
        self._waiting: deque[bytes] = deque(maxlen=WAITING)
        self._process: QProcess | None = None

    @property
    def is_fitted(self) -> bool:
        """Tell whether there is something to play with."""
        return bool(self._program)

    @property
    def is_playing(self) -> bool:
        """Tell whether a sound is being played."""
        return self._process is not None

    def play(self, sounds: list[bytes]) -> None:
        """Play these after what is played and waits."""
        if self._program:
            self._waiting.extend(sounds)
            self._next()

    def cut(self) -> None:
        """Let what is played end now, and forget what waits."""
        self._waiting.clear()
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        """Fall silent."""
        self._waiting.clear()
        if self._process is not None:
            end(self._process)

    def _next(self) -> None:
        if self._process is not None or not self._waiting:
            return
        self._process = start(self._program, self, ended=self._played)
        self._process.write(self._waiting.popleft())
        self._process.closeWriteChannel()

    def _played(self) -> None:
        self._process = None
        self._next()


def start(command: tuple[str, ...], parent: QObject, *, ended: Callable[[], None]) -> QProcess:
    """Start a program; `ended` is called once, when it is no more, or could not start.

    Other errors of a process are of a pipe, and it may still run: they are no end.
    """
    program, *words = command
    process = QProcess(parent)

    def failed(error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            QTimer.singleShot(0, gone)  # not within `start`: nobody holds the handle yet

    def gone(*_: object) -> None:
        process.deleteLater()
        ended()

    process.finished.connect(gone)
    process.errorOccurred.connect(failed)
    process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
    process.start(program, words)
    return process


def end(process: QProcess) -> None:
    """End a program, and hear no more of it."""
    process.blockSignals(True)
    process.kill()
    process.waitForFinished(500)
