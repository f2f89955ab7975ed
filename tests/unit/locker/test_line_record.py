"""What a bus has been like: counted as it happened; what cannot be told is not available."""

from __future__ import annotations

import itertools

from drivers.codec import DoorsReply, QueryDoors
from drivers.exchange import Direction, Exchange, TraceEntry
from drivers.profile import load_profile, make_codec
from locker.line_record import STRAYS_KEPT, LineRecord, damaged_frames, trace_page

SHUOMING = load_profile("shuoming")
ASKED = QueryDoors(1)


def record(family: str = "shuoming") -> LineRecord:
    return LineRecord(
        1, load_profile(family), numbers=itertools.count(), mono=lambda: 10.0, wall=lambda: 1000.0
    )


def answered(trip_s: float) -> Exchange:
    return Exchange(request=ASKED, sent_at=5.0, reply=DoorsReply(1, {}), replied_at=5.0 + trip_s)


def test_replies_time_outs_and_round_trips_are_counted() -> None:
    line = record()
    for trip_s in (0.02, 0.03, 0.04):
        line.exchanged(answered(trip_s))
    line.exchanged(Exchange(request=ASKED, sent_at=6.0))
    line.exchanged(Exchange(request=ASKED, sent_at=6.0, expected=False))
    line.refused()
    now = line.now()
    assert (now.asked, now.replies, now.time_outs, now.not_sent) == (5, 3, 1, 1)
    assert now.round_trip is not None
    assert (now.round_trip.count, now.round_trip.least_ms) == (3, 20.0)
    assert (now.round_trip.median_ms, now.round_trip.most_ms) == (30.0, 40.0)


def test_nothing_measured_is_no_number() -> None:
    now = record().now()
    assert now.round_trip is None
    assert now.bad_checksums == 0


def test_damaged_frames_are_told_from_noise() -> None:
    damaged = bytes.fromhex("80 01 07 11 96")
    noise = bytes.fromhex("FA FD 99 99")
    fresh = lambda: make_codec(SHUOMING)  # noqa: E731
    assert damaged_frames(damaged, fresh) == 1
    assert damaged_frames(noise + damaged + noise + damaged, fresh) == 2
    assert damaged_frames(noise, fresh) == 0
    line = record()
    line.strayed(damaged)
    line.strayed(noise)
    now = line.now()
    assert (now.stray_bytes, now.bad_checksums) == (9, 1)
    assert line.now().bad_checksums == 1


def test_where_frames_have_no_check_bad_ones_are_not_available() -> None:
    line = record("winnsen")
    line.strayed(b"\x90\x07")
    assert line.now().bad_checksums is None
    assert line.now().stray_bytes == 2


def test_more_noise_than_can_be_judged_is_not_available() -> None:
    line = record()
    for _ in range(STRAYS_KEPT + 1):
        line.strayed(b"\xfa")
    assert line.now().bad_checksums is None


def test_the_traces_of_two_buses_are_joined_in_order_and_paged() -> None:
    numbers = itertools.count()
    lines = [
        LineRecord(n, SHUOMING, numbers=numbers, mono=lambda: 10.0, wall=lambda: 1000.0)
        for n in (1, 2)
    ]
    assert trace_page(lines, -1).entries == ()
    for n in range(300):
        lines[n % 2].trace(TraceEntry(9.0, Direction.OUT, b"\x80", f"n{n}"))
    page = trace_page(lines, -1)
    assert (page.entries, page.next) == ((), 299)
    first = trace_page(lines, 0)
    second = trace_page(lines, first.next)
    meanings = [entry.meaning for entry in (*first.entries, *second.entries)]
    assert meanings == [f"n{n}" for n in range(1, 300)]
    assert first.entries[0].at == 999.0
    assert {entry.bus for entry in first.entries} == {1, 2}
    assert trace_page(lines, 299).entries == ()
