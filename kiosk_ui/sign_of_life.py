"""The kiosk's sign of life: says that it is ready, and then that it turns.

It is the event loop itself that tells, so a glass that stands still falls silent and is started
anew by the service manager. Must know no page and no daemon.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer

TELL_MS = 1000


class SignOfLife(QObject):
    """Tells once the event loop turns. `tell` takes lines such as READY=1."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self._timer = QTimer(self)
        self._timer.timeout.connect(lambda: tell("WATCHDOG=1"))

    def start(self) -> None:
        """Say READY=1 in the first turn of the event loop, and WATCHDOG=1 each second after."""
        QTimer.singleShot(0, lambda: self._tell("READY=1"))
        self._timer.start(TELL_MS)

    def stop(self) -> None:
        """Say that the end is meant."""
        self._timer.stop()
        self._tell("STOPPING=1")
