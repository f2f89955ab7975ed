"""A QR code, made off the UI thread and painted with whole pixels, so that it is always crisp.

The old code stays until the new one is ready, so a rotation never shows an empty square.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QObject, QRect, QRunnable, QSize, QThreadPool, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

QUIET_ZONE = 4
DARK, LIGHT = "#000000", "#FFFFFF"

Matrix = tuple[tuple[bool, ...], ...]


def make_matrix(text: str) -> Matrix:
    """Compute the modules of a QR code, error correction M, without its quiet zone."""
    import qrcode.constants
    from qrcode.main import QRCode

    code = QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    rows: Sequence[Sequence[bool | None]] = code.get_matrix()
    return tuple(tuple(bool(module) for module in row) for row in rows)


class _Made(QObject):
    matrix = pyqtSignal(str, object)


class _Maker(QRunnable):
    def __init__(self, text: str, made: _Made) -> None:
        super().__init__()
        self._text = text
        self._made = made

    @override
    def run(self) -> None:
        try:
            self._made.matrix.emit(self._text, make_matrix(self._text))
        except RuntimeError:
            return  # the window went away meanwhile


class QrMaker(QObject):
    """Makes matrices one at a time in a thread, and keeps the last one made."""

    ready = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._made = _Made()
        self._made.matrix.connect(self._take)
        self._wanted: str | None = None
        self.text: str | None = None
        self.matrix: Matrix | None = None

    def want(self, text: str | None) -> None:
        """Ask for the code of a text; None forgets the last one."""
        if text == self._wanted:
            return
        self._wanted = text
        if text is None:
            self.text = self.matrix = None
            self.ready.emit()
        else:
            self._pool.start(_Maker(text, self._made))

    @property
    def is_busy(self) -> bool:
        """Tell whether the code that is wanted is not made yet."""
        return self._wanted != self.text

    def stop(self) -> None:
        """Wait for the thread."""
        self._pool.waitForDone(2_000)

    def _take(self, text: str, matrix: Matrix) -> None:
        if text == self._wanted:
            self.text, self.matrix = text, matrix
            self.ready.emit()


class QrView(QWidget):
    """Paint what the maker has, black on white in every theme: phones read that best."""

    def __init__(self, name: str, maker: QrMaker) -> None:
        super().__init__()
        self.setObjectName(name)
        self._maker = maker
        maker.ready.connect(self.update)
        policy = QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(320, 320)

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        matrix = self._maker.matrix
        if matrix is None:
            return
        painter = QPainter(self)
        modules = len(matrix) + 2 * QUIET_ZONE
        module = max(1, min(self.width(), self.height()) // modules)
        side = module * modules
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter.fillRect(QRect(left, top, side, side), QColor(LIGHT))
        dark = QColor(DARK)
        for y, row in enumerate(matrix, QUIET_ZONE):
            for x, is_dark in enumerate(row, QUIET_ZONE):
                if is_dark:
                    at = QRect(left + x * module, top + y * module, module, module)
                    painter.fillRect(at, dark)
