"""Scanners of each model on a pseudo-terminal, set up and read by the real worker and daemon."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.scanner_models import ScannerModel
from drivers.scanners import Scan, ScanEnd, ScanResult
from drivers.serial_port import open_serial_port
from drivers.simulator.control import SimulatorClient
from locker.core.input import Input, PartChanged
from locker.crew import SignOfLife
from locker.scanner_worker import Reader, ScannerWorker
from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator
from tests.integration.locker.cabinet_process import CabinetProcess, Glass, wait_for
from tests.integration.locker.fake_centre import FakeCentre, serving

SAVES = {
    "gm65": "7E 00 09",
    "gm812": "7E 00 09",
    "gm72": "07 C6",
    "newland": "7E 01 30 30 30 30 40",
}
LAST = {
    "gm65": "7E 00 09 01 00 00 00 DE C8",
    "gm812": "7E 00 09 01 00 00 00 DE C8",
    "gm72": "04 E4 04 00 FF 14",
    "newland": "7E 01 30 30 30 30 23 53 45 54 55 50 45 30 3B 03",
}


class Cable:
    """A worker in a thread, on the simulator's scanner, and what came of it."""

    def __init__(self, simulator: RunningSimulator, model: str, end: ScanEnd) -> None:
        self.simulator = simulator
        self.scans: list[ScanResult] = []
        self.told: list[Input] = []
        self.worker = ScannerWorker(
            open_port=lambda: open_serial_port(
                str(simulator.scanner_link), baud=9600, clock=time.monotonic
            ),
            take=self.scans.append,
            clock=time.monotonic,
            tell=self.told.append,
            reader=Reader(model=ScannerModel(model), end=end),
        )

    def sent(self, beginning: str) -> int:
        """Count the frames to the scanner that begin so; the line may join what is glued."""
        lines = [t for t in self.simulator.client.trace() if t.direction == "to-scanner"]
        return sum(line.hex.count(beginning) for line in lines)

    def answered(self) -> int:
        """Count what the scanner answered."""
        return sum(t.direction == "from-scanner" for t in self.simulator.client.trace())

    def is_set_up(self) -> bool:
        """Tell whether a run that had begun is through: a code would be glued to its answers."""
        return self.worker._set_up._plan is None

    def details(self) -> list[str]:
        """Give what was said of the scanner."""
        return [t.detail for t in self.told if isinstance(t, PartChanged) and t.detail]

    def texts(self) -> list[str]:
        """Give the codes; anything else that came as one fails."""
        assert all(isinstance(scan, Scan) for scan in self.scans), self.scans
        return [scan.text for scan in self.scans if isinstance(scan, Scan)]


@contextmanager
def cable(model: str, *options: str, end: ScanEnd = ScanEnd.CR) -> Iterator[Cable]:
    """Run a simulator and a worker."""
    with running_simulator(*options) as simulator:
        made, stop = Cable(simulator, model, end), threading.Event()
        life = SignOfLife("scanner", limit_s=10.0, clock=time.monotonic)
        thread = threading.Thread(target=made.worker.run, args=(life, stop))
        thread.start()
        try:
            yield made
        finally:
            stop.set()
            thread.join(10)


@pytest.mark.logs_may_warn("scanner")
@pytest.mark.parametrize("model", sorted(LAST))
def test_each_model_is_set_up_reads_codes_and_is_set_up_again_after_its_cable_was_out(
    model: str,
) -> None:
    with cable(model, "--scanner-model", model) as line:
        wait_for(lambda: line.sent(LAST[model]) and line.answered())
        wait_for(line.is_set_up)
        line.simulator.client.scan(b"code-0001\r")
        wait_for(lambda: line.texts() == ["code-0001"])
        asked = line.answered()
        line.simulator.client.unplug("scanner")
        wait_for(lambda: "lost" in line.details())
        line.simulator.client.replug("scanner")
        wait_for(lambda: line.answered() > asked)
        wait_for(line.is_set_up)
        line.simulator.client.scan(b"code-0002\r")
        wait_for(lambda: line.texts() == ["code-0001", "code-0002"])
        assert line.sent(SAVES[model]) <= 2


@pytest.mark.logs_may_warn("scanner")
def test_a_scanner_that_answers_no_set_up_is_said_and_read_all_the_same() -> None:
    with cable("gm65") as line:
        wait_for(lambda: line.details() == ["set-up-unanswered"])
        line.simulator.client.scan(b"code-0001\r")
        wait_for(lambda: line.texts() == ["code-0001"])


CARD = "04B1B2C3"


def reads_a_card_on_its_own_line(glass: Glass, simulator: SimulatorClient) -> None:
    """A card asks for its four digits; while its line is cut, cards are not offered."""
    simulator.unplug("card_reader")
    glass.until("service", lambda service: not service["reads_cards"])
    simulator.replug("card_reader")
    glass.until("service", lambda service: service["reads_cards"])
    simulator.scan(CARD.encode() + b"\r", "card_reader")
    glass.until("keypad", lambda keypad: keypad["card"])


def test_a_locked_scanner_shows_a_configuration_code_and_the_daemon_refuses_it(
    tmp_path: Path,
) -> None:
    centre = FakeCentre()
    reader = tmp_path / "card-reader"
    options = ("--scanner-model", "gm812", "--card-reader-link", str(reader))
    with running_simulator(*options) as simulator, serving(centre) as server:
        cabinet = CabinetProcess(simulator.control.parent, simulator, server)
        with cabinet.settings.open("a") as settings:
            settings.write(f'model = "gm812"\nend = "cr"\n[card_reader]\nport = "{reader}"\n')
        cabinet.enrol()
        try:
            cabinet.start()
            glass = cabinet.ready_glass()
            wait_for(lambda: any(LAST["gm812"] in line.hex for line in simulator.client.trace()))
            simulator.client.scan(b"_SET_REG_00_D5\r")
            assert glass.refusal(1) == "BBG-107"
            simulator.client.scan(bytes.fromhex("02 00 00 01 00 33 31") + b"\r")
            assert glass.refusal(2) == "BBG-108"
            assert "_SET_REG" not in cabinet.log()
            reads_a_card_on_its_own_line(glass, simulator.client)
            assert CARD not in cabinet.log()
            assert cabinet.stop() == 0
        finally:
            cabinet.end()
