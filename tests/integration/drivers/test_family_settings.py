"""What single families do alone, over a paced pseudo-terminal: outputs, reports, other readings."""

from __future__ import annotations

import dataclasses
import time

from drivers.bus import Bus
from drivers.codec import (
    DoorReply,
    DoorReport,
    DoorState,
    OutputsOff,
    OutputsReply,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryOutputs,
)
from drivers.wiring import DoorQuery
from tests.integration.drivers.running_simulator import running_simulator

ANSWERS_S = 20.0
"""For what must be answered: no stall of this machine is a silent board."""


def outputs(bus: Bus) -> frozenset[int]:
    reply = bus.exchange(QueryOutputs(1), timeout_s=ANSWERS_S).reply
    assert isinstance(reply, OutputsReply)
    return reply.on


def test_outputs_that_another_program_left_on_are_put_off_at_the_start() -> None:
    with running_simulator("--with", "left-on=1", board="modbus-relay") as simulator:
        with simulator.bus() as bus:
            assert outputs(bus) == {1}
            assert bus.exchange(OutputsOff(1), timeout_s=ANSWERS_S).reply is not None
            assert outputs(bus) == frozenset()
        held_ms = simulator.client.state().door(1, 1).energised_ms
        assert held_ms > 0
        assert simulator.client.state().door(1, 1).energised_ms == held_ms
        meanings = [line.meaning for line in simulator.client.trace() if line.direction == "in"]
        assert meanings[1] == "all relays of board 1 off"


def test_a_coil_that_the_host_put_on_is_on_when_the_host_is_gone() -> None:
    """Why relays are flashed: the host of this test put one on, and its port is closed."""
    with running_simulator(board="modbus-relay") as simulator:
        with simulator.port() as port:
            port.write(bytes.fromhex("01 05 00 02 FF 00 2D FA"))
            came = b""
            while len(came) < 8:
                came += port.read(time.monotonic() + 5)
        with simulator.bus() as bus:
            bus.exchange(Pulse(1, 4))
        while simulator.client.state().door(1, 3).energised_ms < 400:
            pass
        assert simulator.client.state().door(1, 4).energised_ms == simulator.profile.pulse_ms


def test_a_board_of_family_e_reports_doors_by_itself() -> None:
    with running_simulator(board="wkly") as simulator, simulator.bus() as bus:
        simulator.client.open_by_hand(0, 6)
        simulator.client.shut(0, 6)
        reports: list[DoorReport] = []
        while len(reports) < 2:
            reports += bus.listen(0.5).reports
        assert reports == [DoorReport(0, 6, DoorState.OPEN), DoorReport(0, 6, DoorState.CLOSED)]


def test_a_board_of_family_d_that_reads_one_door_at_a_time_is_read_whole() -> None:
    with running_simulator("--with", "reads=single", board="winnsen") as running:
        profile = dataclasses.replace(running.profile, door_query=DoorQuery.SINGLE)
        simulator = dataclasses.replace(running, profile=profile)
        with simulator.bus() as bus:
            done = bus.exchange(Pulse(1, 7), timeout_s=ANSWERS_S).reply
            assert done == PulseReply(1, 7, DoorState.UNKNOWN, claim=True)
            while bus.exchange(QueryDoor(1, 7)).reply != DoorReply(1, 7, DoorState.OPEN):
                pass
            told = [bus.exchange(r, timeout_s=ANSWERS_S).reply for r in profile.door_reads(1)]
        opened = [r.lock for r in told if isinstance(r, DoorReply) and r.door is DoorState.OPEN]
        assert len(told) == 16
        assert opened == [7]
