"""What the daemon tells the service manager, over a real NOTIFY_SOCKET."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.bench.cable import pull_often
from tests.integration.locker.cabinet_process import CabinetProcess, wait_for, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre
from tests.support.notify_socket import NotifySocket

FEED_S = 1.0
WAITS = """
import signal
from locker.supervision import SIGNALS, ended_by
signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
while (ended := ended_by(within_s=0.2)) is None:
    print(ended)
print(repr(ended))
"""
PULLS = 20


@pytest.fixture
def cabinet() -> Iterator[CabinetProcess]:
    with whole_cabinet(FakeCentre()) as made:
        yield made


@pytest.fixture
def told(cabinet: CabinetProcess) -> Iterator[NotifySocket]:
    made = NotifySocket(cabinet.folder / "notify")
    cabinet.environment = dict(made.environment)
    yield made
    made.close()


def test_ready_is_told_first_then_signs_of_life_and_the_end(
    cabinet: CabinetProcess, told: NotifySocket
) -> None:
    cabinet.start()
    assert told.next(timeout_s=30) == "READY=1"
    assert told.next(timeout_s=30) == "WATCHDOG=1"
    assert told.next(timeout_s=30) == "WATCHDOG=1"
    assert cabinet.stop() == 0
    told.wait_for("STOPPING=1")


def test_a_daemon_that_was_stopped_for_a_while_was_told_nothing() -> None:
    command = [sys.executable, "-u", "-c", WAITS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        heard = [waiting.stdout.readline()]
        for _ in range(3):
            waiting.send_signal(signal.SIGSTOP)
            time.sleep(0.3)
            waiting.send_signal(signal.SIGCONT)
            heard.append(waiting.stdout.readline())
        waiting.send_signal(signal.SIGTERM)
        *waited, ended = [*heard, *waiting.stdout]
    assert set(waited) == {"None\n"}
    assert ended == f"{signal.SIGTERM!r}\n"


def test_ready_is_told_when_the_doors_were_read(
    cabinet: CabinetProcess, told: NotifySocket
) -> None:
    cabinet.start()
    told.wait_for("READY=1")
    service = cabinet.glass().hello()["service"]
    assert service["board"] == "ok"


def test_ready_is_told_too_where_the_board_does_not_answer(
    cabinet: CabinetProcess, told: NotifySocket
) -> None:
    cabinet.board.unplug("board")
    cabinet.start()
    told.wait_for("READY=1")
    assert cabinet.glass().hello()["service"]["board"] == "down"


def test_cables_pulled_over_and_over_are_mended_without_a_restart(
    cabinet: CabinetProcess, told: NotifySocket
) -> None:
    cabinet.start()
    told.wait_for("READY=1")
    done = pull_often(cabinet, PULLS, lambda _: None)
    assert (done.back, done.restarted) == (PULLS, False)
    told.forget()
    told.wait_for("WATCHDOG=1")
    assert "no sign of life" not in cabinet.log()
    assert "Traceback" not in cabinet.log()
    assert cabinet.board.state().pulses == 0


def test_a_pulled_cable_does_not_stop_the_signs_of_life(
    cabinet: CabinetProcess, told: NotifySocket
) -> None:
    cabinet.start()
    glass = cabinet.ready_glass()
    cabinet.board.unplug("board")
    cabinet.board.unplug("scanner")
    cabinet.server.cut()
    for part in ("board", "scanner", "centre"):
        glass.health(part, "down")
    told.forget()
    for _ in range(3):
        assert told.next(timeout_s=30) == "WATCHDOG=1"
    assert "no sign of life" not in cabinet.log()


def test_a_thread_that_is_stuck_stops_the_signs_of_life(
    cabinet: CabinetProcess, told: NotifySocket
) -> None:
    cabinet.start("-m", "tests.integration.locker.stuck_thread")
    glass = cabinet.ready_glass()
    told.wait_for("WATCHDOG=1")
    glass.call("code.submit", digits="12345678")
    wait_for(lambda: "no sign of life from: hash" in cabinet.log())
    told.forget()
    assert told.next(timeout_s=3 * FEED_S) is None
    assert "result" in glass.call("snapshot")  # it is the one thread: the others still turn
