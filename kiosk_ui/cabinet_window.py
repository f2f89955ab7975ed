"""The simulator's face: the cabinet as it stands, for the demo on a screen.

A door that springs open is seen open; a click on its leaf shuts it; a click into its box puts an
envelope in or takes out what lies there; a double click on a shut door opens it by hand. Talks only
to the simulator's control socket, and shows the truth of the simulated cabinet, not what the
daemon believes.
"""

from __future__ import annotations

import signal
import threading
import time
import tomllib
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

from PyQt6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QTimer, pyqtBoundSignal, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from drivers.simulator.control import DoorTruth, SimulatorClient, SimulatorError, SimulatorState
from kiosk_ui.glass_text import GlassText
from kiosk_ui.theme import Theme, load_font, plain_font
from kiosk_ui.widgets.type_setting import paint_text
from locker.contract.layout import Cell, Console, Layout

ENVELOPE = "envelope"
LEAF = 0.3
"""How much of a box's width the open leaf takes, hinged at the left."""


class Part(Enum):
    """What of a compartment was clicked."""

    LEAF = auto()
    BOX = auto()


class SimulatorFeed(QObject):
    """Watches the simulator in a thread and hands its state to the window."""

    came = pyqtSignal(object)
    lost = pyqtSignal(str)

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulator-feed", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; it may still wait for the simulator's next word."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with SimulatorClient(self._path) as client:
                    changes = client.watch()  # before the first look: nothing moves unseen between
                    self._hand_on(self.came, client.state())
                    for _ in changes:
                        self._hand_on(self.came, client.state())
            except SimulatorError as error:
                self._hand_on(self.lost, error.text)
            time.sleep(0.5)

    def _hand_on(self, news: pyqtBoundSignal, value: object) -> None:
        if not self._stopped.is_set():
            news.emit(value)


class CabinetWindow(QWidget):
    """The whole front, drawn to scale."""

    def __init__(self, front: Layout, control: str) -> None:
        super().__init__()
        self.setObjectName("cabinet")
        self.setWindowTitle(f"帮办柜 {front.name}")
        self._front = front
        self._control = control
        self._theme = Theme()
        self._text = GlassText("zh_CN")
        self._state: SimulatorState | None = None
        self.trouble = ""
        self.resize(self.sizeHint())

    @override
    def sizeHint(self) -> QSize:
        screen = self.screen()
        room = screen.availableGeometry().height() - 60 if screen else 940
        height = min(940, max(room, 400))
        return QSize((height - 40) * self._front.width // self._front.height, height)

    def show_state(self, state: SimulatorState) -> None:
        """Draw the doors as they truly are."""
        self._state, self.trouble = state, ""
        self.update()

    def show_trouble(self, text: str) -> None:
        """Say that the simulator is not there."""
        self.trouble = text
        self.update()

    def box_of(self, cell: Cell | Console) -> QRectF:
        """Give where a cell is drawn."""
        scale = min(self.width() / self._front.width, (self.height() - 56) / self._front.height)
        left = (self.width() - self._front.width * scale) / 2
        y = (self._front.height - cell.y - cell.height) * scale
        box = QRectF(left + cell.x * scale, y, cell.width * scale, cell.height * scale)
        return box.adjusted(3, 3, -3, -3)

    def part_at(self, at: QPointF) -> tuple[Cell, Part] | None:
        """Find what is under the pointer; a shut door is all leaf."""
        for cell in self._front.cells:
            box = self.box_of(cell)
            if box.contains(at):
                door = self._door(cell)
                on_leaf = at.x() < box.left() + box.width() * LEAF
                is_open = door is not None and door.open
                return cell, Part.LEAF if on_leaf or not is_open else Part.BOX
        return None

    @override
    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None or (found := self.part_at(event.position())) is None:
            return
        cell, part = found
        door = self._door(cell)
        if door is not None and door.open:
            self._work(door, part)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if event is None or (found := self.part_at(event.position())) is None:
            return
        door = self._door(found[0])
        if door is not None and not door.open:
            self._ask(lambda client: client.open_by_hand(door.board, door.lock))

    def _work(self, door: DoorTruth, part: Part) -> None:
        if part is Part.LEAF:
            self._ask(lambda client: client.shut(door.board, door.lock))
        elif door.contents:
            self._ask(lambda client: client.take(door.board, door.lock, door.contents[-1]))
        else:
            self._ask(lambda client: client.put(door.board, door.lock, ENVELOPE))

    def _ask(self, order: Callable[[SimulatorClient], None]) -> None:
        try:
            with SimulatorClient(self._control, timeout_s=2.0) as client:
                order(client)
                self.show_state(client.state())
        except SimulatorError as error:
            self.show_trouble(error.text)

    def _door(self, cell: Cell) -> DoorTruth | None:
        if self._state is None:
            return None
        try:
            return self._state.door(cell.board, cell.channel)
        except KeyError:
            return None

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.fillRect(self.rect(), theme.quiet)
        for cell in self._front.cells:
            self._paint_cell(painter, cell)
        painter.setBrush(theme.ink)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRect(self.box_of(self._front.console))
        foot = self.rect().adjusted(8, self.height() - 56, -8, 0)
        words = self.trouble or self._text("cabinet.help")
        paint_text(painter, foot, words, font=plain_font(16), colour=theme.paper)

    def _paint_cell(self, painter: QPainter, cell: Cell) -> None:
        theme, box, door = self._theme, self.box_of(cell), self._door(cell)
        painter.setPen(QPen(theme.ink, 1))
        if door is None or not door.open:
            painter.setBrush(theme.card if door else theme.quiet)
            painter.drawRoundedRect(box, 4, 4)
            self._paint_number(painter, box, cell)
            return
        painter.setBrush(theme.ink)
        painter.drawRoundedRect(box, 4, 4)
        if door.contents:
            self._paint_envelope(painter, box)
        leaf = QRectF(box.left(), box.top(), box.width() * LEAF, box.height())
        painter.setPen(QPen(theme.ink, 1))
        painter.setBrush(theme.green)
        painter.drawPolygon(
            QPolygonF([
                leaf.topLeft(), leaf.topRight() + QPointF(0, 12),
                leaf.bottomRight() - QPointF(0, 12), leaf.bottomLeft(),
            ])
        )  # fmt: skip
        font, at = plain_font(18), leaf.toRect()
        paint_text(painter, at, str(cell.number), font=font, colour=theme.on_colour, bold=True)

    def _paint_number(self, painter: QPainter, box: QRectF, cell: Cell) -> None:
        theme = self._theme
        font = plain_font(26)
        paint_text(painter, box.toRect(), str(cell.number), font=font, colour=theme.ink, bold=True)

    def _paint_envelope(self, painter: QPainter, box: QRectF) -> None:
        theme = self._theme
        left = box.left() + box.width() * (LEAF + 0.1)
        width = box.right() - left - box.width() * 0.1
        paper = QRectF(left, box.center().y() - width * 0.35, width, width * 0.7)
        painter.setBrush(theme.paper)
        painter.drawRect(paper)
        painter.setPen(QPen(theme.red, 2))
        flap = [paper.topLeft(), paper.center(), paper.topRight()]
        painter.drawPolyline(QPolygonF(flap))


def run(control: str, layout_path: Path) -> int:
    """Show the window until it is closed; gives the exit code."""
    front = Layout.model_validate(tomllib.loads(layout_path.read_text("utf-8")))
    application = QApplication(["bangbangui-cabinet"])
    load_font()
    window = CabinetWindow(front, control)
    feed = SimulatorFeed(control)
    feed.came.connect(window.show_state)
    feed.lost.connect(window.show_trouble)
    window.show()
    feed.start()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.exit(0))
    turn = QTimer()
    turn.timeout.connect(lambda: None)  # gives Python the turns in which it notices a signal
    turn.start(250)
    code = application.exec()
    feed.stop()
    return code
