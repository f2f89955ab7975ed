"""A scanner that types as a keyboard does, told from fingers by its speed.

`WedgeDetector` is pure; `WedgeKeys` hands it the keys of a window and swallows them all: a key
does nothing else here, whatever page is up. What was typed may be a credential: it is neither
shown nor logged.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, QTimer
from PyQt6.QtGui import QKeyEvent, QWindow
from typing_extensions import override

from locker.contract.kiosk import MAX_WEDGE

GAP_S = 0.035
"""The longest time between two characters of a scanner; fingers need more."""
LEAST = 6
SILENCE_S = 0.1
"""A code without Enter or Tab is over after so long."""
ENDS = frozenset("\r\n\t")
_KEYS = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride}
)  # fmt: skip


class WedgeDetector:
    """Finds codes in characters and their times (seconds of one clock).

    A code is at least `LEAST` characters, none more than `GAP_S` after the one before, ended by
    Enter, Tab or silence. Of one longer than `MAX_WEDGE` only so much is kept: it is no code of
    ours, and is to be refused as such.
    """

    def __init__(self) -> None:
        self._typed = ""
        self._at_s = float("-inf")

    @property
    def has_begun(self) -> bool:
        """Tell whether characters wait for their end."""
        return bool(self._typed)

    def type(self, characters: str, at_s: float) -> str | None:
        """Take what one key gave; return the code that it ends, if it does."""
        if not 0.0 <= at_s - self._at_s <= GAP_S:
            self._typed = ""
        self._at_s = at_s
        for character in characters:
            if character in ENDS:
                return self.receive_silence()
            if len(self._typed) < MAX_WEDGE:
                self._typed += character
        return None

    def receive_silence(self) -> str | None:
        """Take the news that no key came for `SILENCE_S`; return the code that this ends."""
        typed, self._typed = self._typed, ""
        return typed if len(typed) >= LEAST else None

    def forget(self) -> None:
        """Drop what was typed so far: it came from a finger."""
        self._typed = ""


class WedgeKeys(QObject):
    """All keys of a window; `scanned` gets each code.

    The times are those at which the keys were pressed where the system tells them, so that keys
    which waited for a busy window are not taken for fast ones.
    """

    def __init__(
        self, parent: QObject, *, monotonic: Callable[[], float], scanned: Callable[[str], None]
    ) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self._scanned = scanned
        self._detector = WedgeDetector()
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._receive_silence)

    def watch(self, window: QWindow | None) -> None:
        """Take the keys of a window from now on; asking twice is right."""
        if window is not None:
            window.installEventFilter(self)

    def stop(self) -> None:
        """Forget what was typed and wait for nothing."""
        self._silence.stop()
        self._detector.forget()

    @override
    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        if a1 is None or a1.type() not in _KEYS:
            return False
        if a1.type() is QEvent.Type.KeyPress and isinstance(a1, QKeyEvent):
            self._press(a1)
        a1.accept()
        return True

    def _press(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():  # a key that is held down repeats as fast as a scanner types
            self._detector.forget()
            return
        if not event.text():  # Shift and its like
            return
        stamp = event.timestamp()
        at_s = stamp / 1000 if stamp else self._monotonic()
        code = self._detector.type(event.text(), at_s)
        if self._detector.has_begun:
            self._silence.start(round(SILENCE_S * 1000))
        else:
            self._silence.stop()
        if code is not None:
            self._scanned(code)

    def _receive_silence(self) -> None:
        code = self._detector.receive_silence()
        if code is not None:
            self._scanned(code)
