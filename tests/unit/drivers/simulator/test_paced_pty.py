"""The simulated cable, with times handed in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.simulator.paced_pty import LinkError, PacedPty, Passed

BYTE_S = 10 / 9600


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[PacedPty]:
    line = PacedPty(tmp_path / "port", baud=9600)
    yield line
    line.unplug()


@pytest.fixture
def host(cable: PacedPty, tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path / "port", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    yield fd
    os.close(fd)


def read_now(host: int) -> bytes:
    try:
        return os.read(host, 4096)
    except BlockingIOError:
        return b""


def test_bytes_to_the_host_are_handed_over_one_by_one_at_their_deadlines(
    cable: PacedPty, host: int
) -> None:
    passed: list[Passed] = []
    cable.send(10.0, b"abc", passed.append)
    came = b""
    for n, expected in enumerate((b"", b"a", b"ab", b"abc")):
        cable.turn(10.0 + n * BYTE_S + 1e-6)
        came += read_now(host)
        assert came == expected
    [record] = passed
    assert (record.first_at_s, record.data) == (10.0, b"abc")
    assert record.last_at_s == pytest.approx(10.0 + 3 * BYTE_S)


def test_a_code_that_comes_at_once_has_no_gap_that_could_end_it(tmp_path: Path) -> None:
    """However late a turn is: silence ends a code where no mark does."""
    cable = PacedPty(tmp_path / "scanner", baud=9600, at_once=True)
    host = os.open(tmp_path / "scanner", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    cable.send(10.0, b"abc")
    cable.turn(10.0 + 2.9 * BYTE_S)
    assert read_now(host) == b""
    assert cable.next_s() == pytest.approx(10.0 + 3 * BYTE_S)
    cable.turn(10.0 + 3 * BYTE_S + 1e-6)
    assert read_now(host) == b"abc"
    os.close(host)
    cable.unplug()


def test_a_late_turn_catches_up_without_drifting(cable: PacedPty, host: int) -> None:
    cable.send(10.0, b"abcdef")
    cable.turn(10.0 + 4.5 * BYTE_S)
    assert read_now(host) == b"abcd"
    assert cable.next_s() == pytest.approx(10.0 + 5 * BYTE_S)


def test_what_the_host_writes_arrives_when_its_last_byte_is_over(
    cable: PacedPty, host: int
) -> None:
    os.write(host, b"hello")
    cable.read(10.0)
    assert cable.arrived(10.0 + 4.9 * BYTE_S) == []
    [passed] = cable.arrived(10.0 + 5.1 * BYTE_S)
    assert passed.data == b"hello"
    assert passed.last_at_s - passed.first_at_s == pytest.approx(5 * BYTE_S)


def test_two_writes_follow_each_other_on_the_wire(cable: PacedPty, host: int) -> None:
    os.write(host, b"one")
    cable.read(10.0)
    os.write(host, b"two")
    cable.read(10.001)
    one, two = cable.arrived(11.0)
    assert two.first_at_s == one.last_at_s


def test_sendings_go_in_the_order_of_their_times(cable: PacedPty, host: int) -> None:
    cable.send(12.0, b"late")
    cable.send(11.0, b"soon")
    cable.turn(11.0 + 5 * BYTE_S)
    assert read_now(host) == b"soon"
    for _ in range(4):
        cable.turn(13.0)
    assert read_now(host) == b"late"


def test_a_pulled_cable_kills_the_host_and_takes_the_link_away(
    cable: PacedPty, host: int, tmp_path: Path
) -> None:
    passed: list[Passed] = []
    cable.send(10.0, b"abc", passed.append)
    cable.unplug()
    assert not (tmp_path / "port").is_symlink()
    assert passed[0].data == b""
    with pytest.raises(OSError, match=r"\[Errno 5\]"):
        os.write(host, b"x")
    cable.send(10.0, b"abc", passed.append)
    assert passed[1].data == b""
    assert cable.next_s() is None


def test_a_cable_put_back_works_behind_the_same_link(cable: PacedPty, tmp_path: Path) -> None:
    cable.unplug()
    cable.plug()
    cable.plug()
    fd = os.open(tmp_path / "port", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    cable.send(20.0, b"a")
    cable.turn(21.0)
    assert os.read(fd, 10) == b"a"
    os.close(fd)


def test_bytes_that_nobody_reads_are_lost_and_stop_nothing(cable: PacedPty) -> None:
    cable.send(10.0, b"x" * 100_000)
    cable.turn(1000.0)
    assert cable.next_s() is None


def test_a_path_that_is_a_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "papers"
    path.write_text("important", encoding="utf-8")
    with pytest.raises(LinkError):
        PacedPty(path, baud=9600)
    assert path.read_text(encoding="utf-8") == "important"
