"""The cabinet's window against a control socket that answers like a simulator."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from drivers.simulator.control import SimulatorClient
from kiosk_ui.cabinet_window import LEAF, CabinetWindow
from kiosk_ui.samples import default_layout
from kiosk_ui.theme import load_font

FRONT = default_layout()


class FakeSimulator:
    """One board of 24 doors on a control socket."""

    def __init__(self, path: Path) -> None:
        """Listen."""
        self.doors: dict[int, dict[str, Any]] = {
            lock: {
                "board": 1, "lock": lock, "open": False, "contents": [], "energised_ms": 0,
                "pulses": 0,
            }
            for lock in range(1, 25)
        }  # fmt: skip
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Go away."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(2)

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as lines:
                for line in lines:
                    order = json.loads(line)
                    answer = {"id": order["id"], "ok": True, "result": self._do(order)}
                    lines.write(json.dumps(answer).encode() + b"\n")
                    lines.flush()

    def _do(self, order: dict[str, Any]) -> dict[str, Any]:
        door = self.doors.get(order.get("lock", 0), {})
        match order["do"]:
            case "open_by_hand":
                door["open"] = True
            case "shut":
                door["open"] = False
            case "put":
                door["contents"].append(order["thing"])
            case "take":
                door["contents"].remove(order["thing"])
        return {"doors": list(self.doors.values()), "pulses": 0}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[FakeSimulator]:
    """Start a simulator."""
    simulator = FakeSimulator(tmp_path / "control.sock")
    yield simulator
    simulator.close()


@pytest.fixture
def window(simulator: FakeSimulator, tmp_path: Path, qtbot: QtBot) -> CabinetWindow:
    """Show the cabinet as it is."""
    load_font()
    window = CabinetWindow(FRONT, str(tmp_path / "control.sock"))
    qtbot.addWidget(window)
    window.show()
    with SimulatorClient(tmp_path / "control.sock") as client:
        window.show_state(client.state())
    return window


def _at(window: CabinetWindow, number: int, across: float) -> QPoint:
    """Give a point in a door's box; `across` from 0, its left edge, to 1."""
    box = window.box_of(next(cell for cell in FRONT.cells if cell.number == number))
    return QPoint(int(box.left() + box.width() * across), int(box.center().y()))


def _click(qtbot: QtBot, window: CabinetWindow, at: QPoint, *, double: bool = False) -> None:
    press = qtbot.mouseDClick if double else qtbot.mouseClick
    press(window, Qt.MouseButton.LeftButton, pos=at)  # type: ignore[no-untyped-call]


def test_a_shut_door_is_opened_with_the_key_filled_emptied_and_shut(
    qtbot: QtBot, window: CabinetWindow, simulator: FakeSimulator
) -> None:
    door = simulator.doors[7]
    inside, leaf = _at(window, 7, 0.7), _at(window, 7, LEAF / 2)
    _click(qtbot, window, inside)
    assert not door["open"]
    _click(qtbot, window, inside, double=True)
    assert door["open"]
    _click(qtbot, window, inside)
    assert door["contents"] == ["envelope"]
    _click(qtbot, window, inside)
    assert door["contents"] == []
    _click(qtbot, window, leaf)
    assert not door["open"]


def test_every_door_can_be_reached_and_the_console_is_none(window: CabinetWindow) -> None:
    for cell in FRONT.cells:
        found = window.part_at(window.box_of(cell).center())
        assert found is not None
        assert found[0] is cell
    assert window.part_at(window.box_of(FRONT.console).center()) is None


def test_a_simulator_that_went_away_is_said(
    qtbot: QtBot, window: CabinetWindow, simulator: FakeSimulator
) -> None:
    simulator.close()
    _click(qtbot, window, _at(window, 7, 0.7), double=True)
    assert "no simulator" in window.trouble


def test_the_picture_shows_an_open_door_in_green(
    qtbot: QtBot, window: CabinetWindow, simulator: FakeSimulator
) -> None:
    _click(qtbot, window, _at(window, 7, 0.7), double=True)
    at = _at(window, 7, LEAF / 2) - QPoint(0, 30)
    assert window.grab().toImage().pixelColor(at).name() == "#0b5d3b"
