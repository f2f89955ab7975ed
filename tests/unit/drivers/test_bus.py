"""The bus on a fake clock: turns, gaps, deadlines, echoes, and answers that come too late."""

from __future__ import annotations

import dataclasses

import pytest

from drivers.bus import Bus
from drivers.codec import (
    BoardCodec,
    DoorReply,
    DoorReport,
    DoorsReply,
    DoorState,
    Pulse,
    PulseReply,
    QueryDoor,
    QueryDoors,
    Request,
    RequestRangeError,
)
from drivers.exchange import Direction, Exchange, NotSentCause, NotSentError, TraceEntry
from drivers.profile import BoardProfile, load_profile, make_codec
from drivers.simulator.cabinet import Cabinet
from drivers.simulator.device import BoardBuild
from drivers.simulator.fault import fault_from_text
from drivers.simulator.shuoming import ShuomingDevice
from drivers.wiring import Echo, UnlockReply
from tests.unit.drivers.fake_port import BYTE_S, BoardSide, FakeClock, FakePort, FakeScript

PROFILE = load_profile("shuoming")
ALL_SHUT = bytes.fromhex("8001FFFFFF334D")
DOOR_1_OPEN = bytes.fromhex("8001FFFFFE334C")
PULSE_1 = bytes.fromhex("8A0101119B")
PULSE_1_DONE = bytes.fromhex("8A0101008A")
REPORT_2 = bytes.fromhex("8101021193")


class Bench:
    """A bus, its fake port and clock, and the trace."""

    def __init__(self, board: BoardSide, profile: BoardProfile = PROFILE) -> None:
        self.clock = FakeClock()
        self.port = FakePort(self.clock, board)
        self.trace: list[TraceEntry] = []
        self.bus = Bus(self.port, make_codec(profile), profile, self.clock, self.trace.append)

    def frames(self) -> list[bytes]:
        return [frame for _, frame in self.port.written]


def device_bench(*faults: str, profile: BoardProfile = PROFILE) -> tuple[Bench, ShuomingDevice]:
    device = ShuomingDevice(Cabinet({1: 24}, seed=1), BoardBuild())
    for fault in faults:
        device.faults.add(fault_from_text(fault))
    return Bench(device, profile), device


class WithoutFence:
    """A family that has only one form of reading."""

    def __init__(self, codec: BoardCodec) -> None:
        self.encode = codec.encode
        self.receive_data = codec.receive_data
        self.receive_silence = codec.receive_silence
        self.next_event = codec.next_event
        self.answers = codec.answers
        self.discard = codec.discard

    def fence(self, request: Request) -> Request | None:
        return None


def doors_of(exchange: Exchange) -> dict[int, DoorState]:
    assert isinstance(exchange.reply, DoorsReply)
    return dict(exchange.reply.doors)


def test_a_query_brings_all_doors_with_the_times_of_asking_and_answer() -> None:
    bench, _ = device_bench()
    begun_s = bench.clock()
    exchange = bench.bus.exchange(QueryDoors(1))
    assert set(doors_of(exchange).values()) == {DoorState.CLOSED}
    assert exchange.sent_at == begun_s
    assert exchange.replied_at == pytest.approx(begun_s + 5 * BYTE_S + 0.020 + 7 * BYTE_S)
    assert not exchange.in_doubt


def test_a_pulse_is_written_once_and_acknowledged() -> None:
    bench, device = device_bench()
    exchange = bench.bus.exchange(Pulse(1, 7))
    assert isinstance(exchange.reply, PulseReply)
    assert len(bench.port.written) == 1
    device.cabinet.advance(bench.clock() + 1)
    assert [door.lock for door in device.cabinet.doors if door.open] == [7]


def test_a_pulse_without_a_reply_is_in_doubt_and_never_written_again() -> None:
    bench, device = device_bench("reply-lost:on=pulse,count=1")
    exchange = bench.bus.exchange(Pulse(1, 7))
    assert exchange.in_doubt
    assert exchange.expected
    assert bench.frames() == [bytes.fromhex("8A0107119D")]
    device.cabinet.advance(bench.clock() + 1)
    assert doors_of(bench.bus.exchange(QueryDoors(1)))[7] is DoorState.OPEN
    assert device.cabinet.door(1, 7).pulses == 1


def test_where_pulses_are_not_answered_nothing_is_waited_for() -> None:
    profile = dataclasses.replace(PROFILE, unlock_reply=UnlockReply.NEVER)
    bench, _ = device_bench("no-unlock-reply", profile=profile)
    begun_s = bench.clock()
    exchange = bench.bus.exchange(Pulse(1, 7))
    assert not exchange.expected
    assert bench.clock() == begun_s


def test_frames_keep_the_bus_gap_after_the_last_byte() -> None:
    bench, _ = device_bench()
    answered = bench.bus.exchange(Pulse(1, 1)).replied_at
    bench.bus.exchange(QueryDoors(1))
    assert answered is not None
    assert bench.port.written[1][0] == pytest.approx(answered + 0.005)


def test_after_an_unanswered_pulse_the_gap_is_kept_too() -> None:
    profile = dataclasses.replace(PROFILE, unlock_reply=UnlockReply.NEVER)
    bench, _ = device_bench("no-unlock-reply", profile=profile)
    bench.bus.exchange(Pulse(1, 1))
    bench.bus.exchange(QueryDoors(1))
    assert bench.port.written[1][0] == pytest.approx(1000 + 5 * BYTE_S + 0.005)


def test_a_line_that_never_gets_quiet_sends_nothing() -> None:
    bench = Bench(FakeScript())
    bench.port.come(bench.clock() - 0.1, b"\x99" * 2000)
    with pytest.raises(NotSentError) as caught:
        bench.bus.exchange(Pulse(1, 1))
    assert caught.value.cause is NotSentCause.LINE_BUSY
    assert bench.frames() == []


def test_the_deadline_counts_from_the_last_byte_of_the_request() -> None:
    bench = Bench(FakeScript())
    begun_s = bench.clock()
    assert bench.bus.exchange(QueryDoors(1), timeout_s=0.1).reply is None
    assert bench.clock() == pytest.approx(begun_s + 5 * BYTE_S + 0.1)


def test_reports_between_request_and_reply_are_skipped_and_given_back() -> None:
    bench = Bench(FakeScript([(0.01, REPORT_2), (0.03, ALL_SHUT)]))
    exchange = bench.bus.exchange(QueryDoors(1))
    assert isinstance(exchange.reply, DoorsReply)
    assert exchange.reports == (DoorReport(1, 2, DoorState.CLOSED),)
    [reported_at] = exchange.reported_at
    assert reported_at == pytest.approx(exchange.sent_at + 0.01 + 10 * BYTE_S)


def test_a_report_glued_to_the_reply_is_given_back() -> None:
    bench = Bench(FakeScript([(0.01, REPORT_2 + ALL_SHUT + REPORT_2)]))
    exchange = bench.bus.exchange(QueryDoors(1))
    assert exchange.reply is not None
    assert len(exchange.reports + bench.bus.listen(0.1).reports) == 2


def test_reports_that_came_before_the_request_are_given_back() -> None:
    bench = Bench(FakeScript([(0.01, ALL_SHUT)]))
    bench.port.come(bench.clock() - 1, REPORT_2)
    exchange = bench.bus.exchange(QueryDoors(1))
    assert exchange.reports == (DoorReport(1, 2, DoorState.CLOSED),)
    assert exchange.reported_at[0] <= exchange.sent_at


def test_listening_brings_reports_for_its_whole_time() -> None:
    bench = Bench(FakeScript())
    bench.port.come(bench.clock() + 0.3, REPORT_2)
    bench.port.come(bench.clock() + 0.8, b"\x99" + REPORT_2)
    heard = bench.bus.listen(1.0)
    assert len(heard.reports) == 2
    assert heard.stray == b"\x99"
    assert bench.clock() == 1001.0


def test_noise_around_the_reply_is_stray() -> None:
    bench = Bench(FakeScript([(0.01, bytes.fromhex("FAFD9999") + ALL_SHUT)]))
    exchange = bench.bus.exchange(QueryDoors(1))
    assert exchange.reply is not None
    assert exchange.stray == bytes.fromhex("FAFD9999")


def test_half_a_frame_from_before_the_request_is_stray_and_no_part_of_the_reply() -> None:
    bench = Bench(FakeScript([(0.01, ALL_SHUT)]))
    bench.port.come(bench.clock() + 0.1, ALL_SHUT[:3])
    bench.bus.listen(0.2)
    exchange = bench.bus.exchange(QueryDoors(1))
    assert exchange.reply is not None
    assert exchange.stray == ALL_SHUT[:3]


def test_a_damaged_reply_is_no_reply() -> None:
    bench, _ = device_bench("corrupt:count=1")
    assert bench.bus.exchange(QueryDoors(1)).reply is None


def test_the_answer_of_another_board_is_no_answer() -> None:
    bench = Bench(FakeScript([(0.01, bytes.fromhex("8002FFFFFF334E"))]))
    exchange = bench.bus.exchange(QueryDoors(1))
    assert exchange.reply is None
    assert len(exchange.stale) == 1


# --- echo -----------------------------------------------------------------------------------


def test_a_copy_of_a_pulse_acknowledges_where_no_echo_is_known() -> None:
    bench = Bench(FakeScript([(0.02, PULSE_1)]))
    assert isinstance(bench.bus.exchange(Pulse(1, 1)).reply, PulseReply)


def test_a_copy_of_a_pulse_is_no_reply_where_the_adapter_echoes() -> None:
    profile = dataclasses.replace(PROFILE, echo=Echo.ON)
    bench = Bench(FakeScript([(0.0, PULSE_1)]), profile)
    exchange = bench.bus.exchange(Pulse(1, 1))
    assert exchange.reply is None
    assert exchange.echo


def test_behind_the_echo_the_real_reply_counts_even_if_it_is_the_same() -> None:
    profile = dataclasses.replace(PROFILE, echo=Echo.ON)
    bench = Bench(FakeScript([(0.0, PULSE_1), (0.02, PULSE_1)]), profile)
    exchange = bench.bus.exchange(Pulse(1, 1))
    assert isinstance(exchange.reply, PulseReply)
    assert exchange.echo


def test_an_echoing_adapter_is_found_out_by_a_query_and_forgotten_again() -> None:
    query = bytes.fromhex("80010033B2")
    bench = Bench(
        FakeScript([(0.0, query), (0.02, ALL_SHUT)], [(0.0, PULSE_1)], [(0.02, ALL_SHUT)])
    )
    exchange = bench.bus.exchange(QueryDoors(1))
    assert exchange.echo
    assert exchange.stray == b""
    assert bench.bus.echoes
    assert bench.bus.exchange(Pulse(1, 1)).reply is None
    bench.bus.exchange(QueryDoors(1))
    assert not bench.bus.echoes


def test_an_echo_behind_noise_is_found_too() -> None:
    query = bytes.fromhex("80010033B2")
    bench = Bench(FakeScript([(0.0, b"\x99" + query), (0.02, ALL_SHUT)]))
    exchange = bench.bus.exchange(QueryDoors(1))
    assert exchange.reply is not None
    assert exchange.echo
    assert exchange.stray == b"\x99"


# --- late answers ---------------------------------------------------------------------------


def test_a_late_answer_is_never_taken_for_the_next_one() -> None:
    """The first answer, from before the door opened, comes while the second is awaited."""
    bench = Bench(
        FakeScript(
            [(0.4, ALL_SHUT)],
            [(0.3, bytes.fromhex("8001010080"))],
            [(0.02, DOOR_1_OPEN)],
        )
    )
    assert bench.bus.exchange(QueryDoors(1)).reply is None
    states = [bench.bus.exchange(QueryDoors(1)) for _ in range(3)]
    answered = [doors_of(exchange)[1] for exchange in states if exchange.reply is not None]
    assert answered
    assert set(answered) == {DoorState.OPEN}


def test_after_one_lost_answer_the_next_read_is_answered_at_once() -> None:
    bench, _ = device_bench("reply-lost:count=1")
    assert bench.bus.exchange(QueryDoors(1)).reply is None
    lost_s = bench.clock()
    assert bench.bus.exchange(QueryDoors(1)).reply is not None
    assert bench.clock() - lost_s < 0.1
    assert bench.frames()[1] == make_codec(PROFILE).encode(QueryDoor(1, 1))


def test_a_single_read_is_fenced_by_a_read_of_all() -> None:
    bench, _ = device_bench("reply-lost:count=1")
    bench.bus.exchange(QueryDoor(1, 3))
    exchange = bench.bus.exchange(QueryDoor(1, 4))
    assert exchange.reply == DoorReply(1, 4, DoorState.CLOSED)
    assert bench.frames()[1] == make_codec(PROFILE).encode(QueryDoors(1))


def test_a_read_that_is_its_own_fence_goes_at_once() -> None:
    bench, _ = device_bench("reply-lost:count=1")
    bench.bus.exchange(QueryDoors(1))
    assert bench.bus.exchange(QueryDoor(1, 1)).reply is not None
    assert bench.bus.exchange(QueryDoors(1)).reply is not None
    assert len(bench.frames()) == 3


def test_a_silent_board_costs_one_time_out_a_call_and_comes_back() -> None:
    bench, device = device_bench("silent")
    for _ in range(20):
        begun_s = bench.clock()
        exchange = bench.bus.exchange(QueryDoors(1))
        assert exchange.reply is None
        assert exchange.request == QueryDoors(1)
        assert bench.clock() - begun_s < 0.27
    device.faults.clear()
    assert any(bench.bus.exchange(QueryDoors(1)).reply for _ in range(2))


def test_a_board_that_knows_no_single_reads_comes_back_by_waiting() -> None:
    class OnlyAll:
        def __init__(self) -> None:
            self.asked = 0

        def feed(self, data: bytes, now_s: float) -> list[tuple[float, bytes]]:
            self.asked += 1
            return [(now_s + 0.02, ALL_SHUT)] if self.asked > 1 and data[2] == 0 else []

    bench = Bench(OnlyAll())
    replies = [bench.bus.exchange(QueryDoors(1)).reply for _ in range(20)]
    assert replies[-1] is not None


def test_a_pulse_waits_for_no_fence() -> None:
    bench, _ = device_bench("reply-lost:count=1")
    bench.bus.exchange(QueryDoors(1))
    before_s = bench.clock()
    exchange = bench.bus.exchange(Pulse(1, 2))
    assert exchange.reply is not None
    assert exchange.sent_at - before_s < 0.006


def without_fence(late_ms: int, *answers: list[tuple[float, bytes]]) -> tuple[Bus, FakePort]:
    profile = dataclasses.replace(PROFILE, late_ms=late_ms)
    clock = FakeClock()
    port = FakePort(clock, FakeScript(*answers))
    return Bus(port, WithoutFence(make_codec(profile)), profile, clock), port


def test_without_a_fence_a_late_answer_is_waited_out_and_ends_the_wait() -> None:
    bus, port = without_fence(2000, [(0.4, ALL_SHUT)], [(0.02, DOOR_1_OPEN)])
    assert bus.exchange(QueryDoors(1)).reply is None
    exchange = bus.exchange(QueryDoors(1))
    assert doors_of(exchange)[1] is DoorState.OPEN
    assert len(exchange.stale) == 1
    assert len(port.written) == 2
    assert port.clock() < 1000.5


def test_a_read_that_waits_for_a_late_answer_lets_a_pulse_by_at_once() -> None:
    bus, port = without_fence(2000, [])
    assert bus.exchange(QueryDoors(1)).reply is None
    port.woken_at_s = port.clock() + 0.050
    read = bus.exchange(QueryDoors(1), wake_fd=0)
    assert not read.asked
    assert port.clock() == port.woken_at_s
    assert bus.exchange(Pulse(1, 1)).sent_at == pytest.approx(port.woken_at_s)
    assert [frame for _, frame in port.written][1:] == [PULSE_1]


def test_a_read_on_the_wire_is_not_broken_off_by_a_wake() -> None:
    bus, port = without_fence(2000, [(0.02, ALL_SHUT)])
    port.woken_at_s = port.clock()
    assert bus.exchange(QueryDoors(1), wake_fd=0).reply is not None


def test_without_a_fence_a_read_is_not_even_sent_while_a_late_answer_may_come() -> None:
    bus, port = without_fence(400, [], [(0.02, DOOR_1_OPEN)])
    assert bus.exchange(QueryDoors(1)).reply is None
    begun_s = port.clock()
    exchange = bus.exchange(QueryDoors(1))
    assert exchange.reply is None
    assert not exchange.asked
    assert port.clock() - begun_s == pytest.approx(0.250)
    assert len(port.written) == 1
    exchange = bus.exchange(QueryDoors(1))
    assert exchange.reply is not None
    assert exchange.asked


def test_without_a_fence_other_boards_and_pulses_do_not_wait() -> None:
    bus, port = without_fence(2000, [], [(0.02, PULSE_1_DONE)])
    bus.exchange(QueryDoors(1))
    begun_s = port.clock()
    assert bus.exchange(Pulse(1, 1)).reply is not None
    bus.exchange(QueryDoors(2), timeout_s=0.01)
    assert port.clock() - begun_s < 0.1
    assert len(port.written) == 3


# --- the cable dies -------------------------------------------------------------------------


def test_a_port_that_dies_before_the_first_byte_proves_that_nothing_was_sent() -> None:
    bench, _ = device_bench()
    bench.port.lose_write(0)
    with pytest.raises(NotSentError) as caught:
        bench.bus.exchange(Pulse(1, 1))
    assert caught.value.cause is NotSentCause.PORT_LOST


def test_a_port_found_dead_before_the_write_proves_it_too() -> None:
    bench, _ = device_bench()
    bench.port.lose_at_s = bench.clock()
    with pytest.raises(NotSentError):
        bench.bus.exchange(Pulse(1, 1))


@pytest.mark.parametrize("written", [1, 4, None])
def test_a_port_that_dies_within_the_write_leaves_the_pulse_in_doubt(written: int | None) -> None:
    bench, _ = device_bench()
    bench.port.lose_write(written)
    exchange = bench.bus.exchange(Pulse(1, 1))
    assert exchange.in_doubt
    assert exchange.lost is not None


def test_a_port_that_dies_while_waiting_leaves_the_pulse_in_doubt() -> None:
    bench, _ = device_bench()
    bench.port.lose_at_s = bench.clock() + 0.010
    exchange = bench.bus.exchange(Pulse(1, 1))
    assert exchange.in_doubt
    assert exchange.lost is not None


def test_a_port_that_dies_while_listening_is_told() -> None:
    bench, _ = device_bench()
    bench.port.come(bench.clock(), REPORT_2)
    bench.port.lose_at_s = bench.clock() + 0.1
    heard = bench.bus.listen(1.0)
    assert len(heard.reports) == 1
    assert heard.lost is not None


def test_a_request_out_of_range_sends_nothing() -> None:
    bench, _ = device_bench()
    with pytest.raises(RequestRangeError):
        bench.bus.exchange(Pulse(1, 0))
    assert bench.frames() == []


def test_the_trace_has_every_byte_and_what_it_meant() -> None:
    bench, _ = device_bench("garbage:count=1")
    bench.bus.exchange(QueryDoors(1))
    sent = b"".join(entry.data for entry in bench.trace if entry.direction is Direction.OUT)
    came = b"".join(entry.data for entry in bench.trace if entry.direction is Direction.IN)
    assert sent == bytes.fromhex("80010033B2")
    assert came == bytes.fromhex("FAFD9999") + ALL_SHUT
    assert any("Stray(FA" in e.note or "Stray" in e.note for e in bench.trace)
