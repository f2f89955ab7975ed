"""Codec, bus and serial port against the simulator process, over a paced pseudo-terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.bus import Bus
from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
)
from drivers.exchange import NotSentCause, NotSentError
from drivers.port import PortCause, PortUnavailableError
from drivers.serial_port import open_serial_port
from tests.integration.drivers.running_simulator import (
    PROFILE,
    RunningSimulator,
    running_simulator,
)

BYTE_S = 10 / 9600
ANSWERS_S = 20.0
"""For what must be answered: no stall of this machine is a silent board."""


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


def open_doors(bus: Bus) -> set[int]:
    """Read until there is an answer; return the locks of the open doors."""
    for _ in range(20):
        reply = bus.exchange(QueryDoors(1)).reply
        if isinstance(reply, DoorsReply):
            return {lock for lock, door in reply.doors.items() if door is DoorState.OPEN}
    raise AssertionError("the board answers no more")


def wait_for_open(bus: Bus, lock: int) -> None:
    while lock not in open_doors(bus):
        pass


def test_a_pulse_opens_its_door_and_the_wire_shows_it(simulator: RunningSimulator) -> None:
    with simulator.bus() as bus:
        assert open_doors(bus) == set()
        exchange = bus.exchange(Pulse(1, 7), timeout_s=ANSWERS_S)
        assert isinstance(exchange.reply, PulseReply)
        wait_for_open(bus, 7)
        read = bus.exchange(QueryDoor(1, 7), timeout_s=ANSWERS_S)
        assert read.reply == DoorReply(1, 7, DoorState.OPEN)
    state = simulator.client.state()
    assert [door.lock for door in state.doors if door.open] == [7]
    assert state.pulses == 1
    assert state.door(1, 7).energised_ms == 300
    [pulse] = [line for line in simulator.client.trace() if line.meaning == "pulse 1:7"]
    assert pulse.direction == "in"
    assert pulse.hex == "8A 01 07 11 9D"
    assert exchange.sent_at - 0.05 < pulse.first_at
    assert pulse.last_at - pulse.first_at == pytest.approx(5 * BYTE_S)


def test_the_trace_has_both_directions_at_the_pace_of_the_wire(
    simulator: RunningSimulator,
) -> None:
    with simulator.bus() as bus:
        bus.exchange(QueryDoors(1), timeout_s=ANSWERS_S)
    request, answer = simulator.client.trace()
    assert (request.direction, answer.direction) == ("in", "out")
    assert answer.hex == "80 01 FF FF FF 33 4D"
    assert answer.last_at - answer.first_at == pytest.approx(7 * BYTE_S)
    assert answer.first_at - request.last_at == pytest.approx(0.020)
    assert simulator.client.trace(since=1) == [answer]
    assert simulator.client.trace(since=2) == []


def test_the_story_of_a_box(simulator: RunningSimulator) -> None:
    client = simulator.client
    client.open_by_hand(1, 3)
    client.put(1, 3, "papers")
    client.shut(1, 3)
    door = client.state().door(1, 3)
    assert (door.open, door.contents) == (False, ("papers",))
    client.open_by_hand(1, 3)
    client.take(1, 3, "papers")
    assert client.state().door(1, 3).contents == ()


@pytest.mark.parametrize(
    "fault", ["late", "reply-lost", "garbage", "split", "glued", "report", "echo", "corrupt"]
)
def test_after_every_fault_the_truth_is_read(simulator: RunningSimulator, fault: str) -> None:
    with simulator.bus() as bus:
        simulator.client.fault(fault, count=2)
        bus.exchange(QueryDoors(1))
        simulator.client.open_by_hand(1, 5)
        assert open_doors(bus) == {5}
        simulator.client.shut(1, 5)
        assert open_doors(bus) == set()


def test_a_lost_pulse_reply_opens_the_door_with_one_pulse(simulator: RunningSimulator) -> None:
    simulator.client.fault("reply-lost", on="pulse", count=1)
    with simulator.bus() as bus:
        assert bus.exchange(Pulse(1, 2)).in_doubt
        wait_for_open(bus, 2)
    assert simulator.client.state().door(1, 2).pulses == 1


def test_a_jammed_door_answers_and_stays_shut(simulator: RunningSimulator) -> None:
    simulator.client.fault("jammed", lock=4, count=1)
    with simulator.bus() as bus:
        assert bus.exchange(Pulse(1, 4), timeout_s=ANSWERS_S).reply is not None
        bus.listen(0.2)
        assert open_doors(bus) == set()
        bus.exchange(Pulse(1, 4))
        wait_for_open(bus, 4)


def test_a_silent_board_answers_again_when_the_fault_is_cleared(
    simulator: RunningSimulator,
) -> None:
    simulator.client.fault("silent")
    with simulator.bus() as bus:
        assert bus.exchange(QueryDoors(1)).reply is None
        simulator.client.clear_faults()
        assert open_doors(bus) == set()


def test_doors_shut_by_hand_are_reported_where_the_board_reports(
    simulator: RunningSimulator,
) -> None:
    simulator.client.fault("auto-report")
    with simulator.bus() as bus:
        simulator.client.open_by_hand(1, 6)
        simulator.client.shut(1, 6)
        reports: list[DoorReport] = []
        while len(reports) < 2:
            reports += bus.listen(0.5).reports
    assert reports == [DoorReport(1, 6, DoorState.OPEN), DoorReport(1, 6, DoorState.CLOSED)]


def test_listening_ends_when_there_is_work(simulator: RunningSimulator) -> None:
    wake, waker = os.pipe()
    with simulator.bus() as bus:
        threading.Timer(0.05, os.write, (waker, b".")).start()
        bus.listen(60, wake_fd=wake)
    assert os.read(wake, 1) == b"."
    os.close(wake)
    os.close(waker)


def test_a_pulled_cable_is_told_and_a_new_port_works_when_it_is_back(
    simulator: RunningSimulator,
) -> None:
    with simulator.bus() as bus:
        open_doors(bus)
        simulator.client.unplug()
        with pytest.raises(NotSentError) as caught:
            bus.exchange(Pulse(1, 1))
        assert caught.value.cause is NotSentCause.PORT_LOST
    with pytest.raises(PortUnavailableError) as refused, simulator.port():
        pass
    assert refused.value.cause is PortCause.MISSING
    simulator.client.replug()
    with simulator.bus() as bus:
        assert open_doors(bus) == set()
    assert simulator.client.state().pulses == 0


def test_a_cable_pulled_before_the_answer_leaves_the_pulse_in_doubt(
    simulator: RunningSimulator,
) -> None:
    simulator.client.fault("late", delay_ms=60_000)

    def pull() -> None:
        while not simulator.client.state().pulses:
            time.sleep(0.02)
        simulator.client.unplug()

    with simulator.bus() as bus:
        pulling = threading.Thread(target=pull)
        pulling.start()
        exchange = bus.exchange(Pulse(1, 1), timeout_s=60)
        pulling.join()
        assert exchange.in_doubt
        assert exchange.lost is not None


def test_a_port_in_use_by_another_program_is_taken(simulator: RunningSimulator) -> None:
    holder = (
        "import sys, time; from drivers.serial_port import open_serial_port\n"
        "port = open_serial_port(sys.argv[1], baud=9600, clock=time.monotonic)\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holder, str(simulator.link)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(PortUnavailableError) as caught, simulator.port():
            pass
        process.communicate()
    assert caught.value.cause is PortCause.TAKEN
    with simulator.bus() as bus:
        assert open_doors(bus) == set()


def test_a_board_at_the_wrong_baud_rate_or_address_is_only_silent() -> None:
    with running_simulator("--address", "2") as simulator, simulator.bus() as bus:
        assert bus.exchange(QueryDoors(1)).reply is None
        assert bus.exchange(QueryDoors(2), timeout_s=ANSWERS_S).reply is not None


def test_a_scan_comes_byte_for_byte(simulator: RunningSimulator) -> None:
    port = open_serial_port(str(simulator.scanner_link), baud=9600, clock=time.monotonic)
    data = bytes(range(256)) + b"\r"
    line = simulator.client.scan(data)
    came = b""
    while len(came) < len(data):
        came += port.read(time.monotonic() + 5)
    port.close()
    assert came == data
    assert line.direction == "scan"
    assert line.last_at - line.first_at == pytest.approx(len(data) * BYTE_S)
    assert simulator.client.trace() == [line]


def test_every_signal_ends_it_cleanly() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with running_simulator() as simulator:
            simulator.process.send_signal(number)
            assert simulator.process.wait(timeout=20) == 0
            assert not simulator.link.is_symlink()
            assert not simulator.control.exists()


def test_faults_can_be_given_at_the_start() -> None:
    with (
        running_simulator("--fault", "silent:count=1", "--fault", "jammed:lock=2") as simulator,
        simulator.bus() as bus,
    ):
        assert bus.exchange(QueryDoors(1)).reply is None
        bus.exchange(Pulse(1, 2))
        assert open_doors(bus) == set()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--fault", "broken"], "no fault 'broken'"),
        (["--board", "acme"], "there is no board"),
        (["--link", "/dev/null"], "exists and is no link"),
    ],
)
def test_a_wrong_start_says_why(options: list[str], told: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "drivers.simulator.command"]
    command += ["--link", str(tmp_path / "b"), "--control", str(tmp_path / "c"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert told in done.stderr.replace("\n", " ")


def test_the_profile_of_the_tests_is_the_shipped_one() -> None:
    assert PROFILE.family.value == "shuoming"
