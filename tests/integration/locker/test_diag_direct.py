"""The technician's command directly on a port: a board in a box, as found, pulled and put back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.port import PortUnavailableError
from drivers.profile import load_profile
from locker.contract.vocabulary import DoorState
from locker.diag.bare_bench import BareBench
from locker.diag.bench import Channel, Outcome, Way
from locker.diag.probe import Probe
from locker.diag.trouble import ExitCode, TroubleError
from tests.integration.drivers.running_simulator import RunningSimulator, running_simulator
from tests.integration.locker.cabinet_process import wait_for

pytestmark = pytest.mark.timeout(180)
SHUOMING = load_profile("shuoming")
SEVEN = Channel(1, 1, 7)
WATCH_S = 1.0
"""A simulated door springs open within 0.2 s; the rule is the same for any time."""


@pytest.fixture(scope="module")
def board() -> Iterator[RunningSimulator]:
    with running_simulator() as made:
        yield made


@pytest.fixture(autouse=True)
def _at_rest(board: RunningSimulator) -> Iterator[None]:
    yield
    board.client.clear_faults()
    if any(door.open for door in board.client.state().doors):
        time.sleep(0.4)  # a coil that is still pulled lets no door be pushed shut
    for door in board.client.state().doors:
        board.client.shut(door.board, door.lock)


def words_of(port: object, *words: str, board: str = "shuoming") -> list[str]:
    program = [sys.executable, "-m", "locker", "diag", "--json"]
    return [*program, "--port", str(port), "--board", board, *words]


def run(port: object, *words: str, cwd: Path, board: str = "shuoming") -> Any:
    return subprocess.run(
        words_of(port, *words, board=board), capture_output=True, text=True, timeout=90,
        check=False, cwd=cwd,
    )  # fmt: skip


def bench(board: RunningSimulator, folder: Path) -> BareBench:
    return BareBench(str(board.link), SHUOMING, folder=folder, watch_s=WATCH_S)


def test_an_opening_on_a_bare_bench_is_written_down_before_and_after(
    board: RunningSimulator, tmp_path: Path
) -> None:
    done = run(board.link, "open", "1:7", "--reason", "box on the desk", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert set(shown) == {"channel", "outcome", "pulses", "time_to_open_ms"}
    assert (shown["channel"], shown["outcome"], shown["pulses"]) == ("1:7", "opened", 1)
    (file,) = tmp_path.glob("diag-*.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["what"] for line in lines] == ["committed", "observed"]
    assert lines[0]["reason"] == "box on the desk"
    assert lines[0]["by"]


@pytest.mark.parametrize(
    ("fault", "outcome"), [("jammed", Outcome.NOT_OPENED), ("stuck-open", Outcome.UNKNOWN)]
)
def test_only_an_edge_is_called_opened(
    board: RunningSimulator, tmp_path: Path, fault: str, outcome: Outcome
) -> None:
    board.client.fault(fault, board=1, lock=7)
    direct = bench(board, tmp_path)
    assert direct.open(SEVEN, reason="r", by="lin").outcome is outcome
    direct.close()


def test_a_lost_reply_is_no_second_pulse_and_the_door_tells(
    board: RunningSimulator, tmp_path: Path
) -> None:
    before = board.client.state().pulses
    board.client.fault("reply-lost", count=1, on="pulse")
    direct = bench(board, tmp_path)
    done = direct.open(SEVEN, reason="r", by="lin")
    direct.close()
    assert (done.outcome, done.pulses) == (Outcome.OPENED, 1)
    assert board.client.state().pulses == before + 1


def test_the_coil_rests_between_two_pulses(board: RunningSimulator, tmp_path: Path) -> None:
    direct = bench(board, tmp_path)
    first = direct.open(SEVEN, reason="r", by="lin")
    direct.close()
    time.sleep(0.4)  # the coil is still pulled: a door pushed shut now springs open again
    board.client.shut(1, 7)
    again = bench(board, tmp_path)
    began = time.time()
    assert first.outcome is again.open(SEVEN, reason="r", by="lin").outcome is Outcome.OPENED
    again.close()
    times = sorted(
        json.loads(line)["at"]
        for file in tmp_path.glob("*.jsonl")
        for line in file.read_text().splitlines()
        if json.loads(line)["what"] == "committed"
    )
    assert times[1] - times[0] >= SHUOMING.coil_rest_ms / 1000 - 0.01
    assert times[1] >= began


def test_the_cable_pulled_in_mid_watch_shows_unknown_and_comes_back(
    board: RunningSimulator, tmp_path: Path
) -> None:
    command = words_of(board.link, "watch", "--seconds", "60")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        try:
            shut = {f"1:{lock}": "closed" for lock in range(1, 25)}
            shown = _shown(process.stdout)
            assert shut in shown
            board.client.unplug()
            assert dict.fromkeys(shut, "unknown") in shown
            board.client.replug()
            assert shut in shown
            board.client.open_by_hand(1, 3)
            assert shut | {"1:3": "open"} in shown
        finally:
            process.terminate()


def _shown(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Give all doors after each line; `in` reads on until they stand so, or the lines end."""
    doors: dict[str, str] = {}
    for line in lines:
        doors |= {door["channel"]: door["state"] for door in json.loads(line)["doors"]}
        yield dict(doors)


def test_the_wrong_board_named_is_silence_with_a_way_on(
    board: RunningSimulator, tmp_path: Path
) -> None:
    done = run(board.link, "doors", cwd=tmp_path, board="winnsen")
    assert done.returncode == 4
    told = json.loads(done.stderr)["error"]
    assert set(told) == {"tried", "seen", "cause", "remedy", "exit_code"}
    assert "winnsen" in told["tried"]
    assert "probe" in told["remedy"]
    opened = run(board.link, "open", "1:1", "--reason", "x", cwd=tmp_path, board="winnsen")
    assert opened.returncode == 4
    assert board.client.state().door(1, 1).pulses == 0


def test_a_board_that_does_not_exist_and_a_setting_it_lacks_are_usage(
    board: RunningSimulator, tmp_path: Path
) -> None:
    assert run(board.link, "doors", cwd=tmp_path, board="acme").returncode == 2
    asked = [*words_of(board.link)[:-2], "--board", "shuoming", "--set", "volume=11", "doors"]
    assert subprocess.run(asked, capture_output=True, check=False, timeout=60).returncode == 2


def test_a_lock_that_the_board_cannot_have_is_usage_and_a_silent_address_is_named(
    board: RunningSimulator, tmp_path: Path
) -> None:
    direct = bench(board, tmp_path)
    try:
        for channel in (Channel(1, 1, 25), Channel(1, 100, 1), Channel(2, 1, 1)):
            with pytest.raises(TroubleError) as caught:
                direct.open(channel, reason="r", by="lin")
            assert caught.value.code is ExitCode.USAGE
        with pytest.raises(TroubleError) as caught:
            direct.open(Channel(1, 2, 1), reason="r", by="lin")
        assert caught.value.code is ExitCode.SILENT
        assert "board 2" in caught.value.tried
    finally:
        direct.close()
    assert not list(tmp_path.iterdir()), "nothing was asked of a lock, so nothing is written down"


def test_a_pulled_cable_is_seen_in_the_trace(board: RunningSimulator, tmp_path: Path) -> None:
    direct = bench(board, tmp_path)
    try:
        trace = direct.trace()
        next(trace)
        board.client.unplug()
        told = [wire.meaning for _ in range(3) for wire in next(trace)]
        assert any(meaning.startswith("port lost") for meaning in told), told
    finally:
        board.client.replug()
        direct.close()


def test_nothing_attached_names_the_port(tmp_path: Path) -> None:
    done = run(tmp_path / "ttyNONE", "doors", cwd=tmp_path)
    assert done.returncode == 1
    assert "ttyNONE" in json.loads(done.stderr)["error"]["tried"]


def test_a_taken_port_is_refused(board: RunningSimulator, tmp_path: Path) -> None:
    with board.port(), pytest.raises(TroubleError) as caught:
        bench(board, tmp_path)
    assert "daemon" in caught.value.cause
    assert isinstance(caught.value.__cause__, PortUnavailableError)


def test_the_line_is_measured(board: RunningSimulator, tmp_path: Path) -> None:
    board.client.fault("garbage", count=2)
    board.client.fault("corrupt", count=1)
    direct = bench(board, tmp_path)
    (quality,) = direct.line()
    direct.close()
    assert direct.about.way is Way.BARE
    assert quality.asked == quality.replies + quality.time_outs
    assert quality.bad_checksums == 1
    assert quality.stray_bytes >= 8
    assert quality.round_trip is not None
    assert quality.round_trip.count == quality.replies


def test_a_dead_board_refuses_before_the_pulse(board: RunningSimulator, tmp_path: Path) -> None:
    board.client.fault("silent")
    before = board.client.state().pulses
    direct = bench(board, tmp_path)
    with pytest.raises(TroubleError) as caught:
        direct.open(SEVEN, reason="r", by="lin")
    direct.close()
    assert caught.value.code is ExitCode.SILENT
    assert board.client.state().pulses == before
    assert not list(tmp_path.iterdir())


def test_probe_finds_the_board_and_moves_nothing(board: RunningSimulator, tmp_path: Path) -> None:
    before = board.client.state().pulses
    since = len(board.client.trace())
    done = run(board.link, "probe", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["found"]
    assert ("shuoming", 9600, 1) in {(f["board"], f["baud"], f["address"]) for f in found}
    assert {f["sure"] for f in found} <= {"certain", "likely", "perhaps"}
    assert board.client.state().pulses == before
    heard = [line.hex.replace(" ", "").upper() for line in board.client.trace(since)]
    assert not [frame for frame in heard if frame.startswith("8A")]


def test_a_slower_board_on_the_same_bus_is_not_missed() -> None:
    slow = ("--fault", "late:board=3,delay_ms=95")
    with running_simulator("--address", "1", "--address", "3", *slow, board="dc02") as made:
        probe = Probe(str(made.link), every_address=False, tell=lambda *_: None)
        assert [(f.board, f.address, f.sure) for f in probe.run().found] == [
            ("dc02", 1, "certain"),
            ("dc02", 3, "certain"),
        ]


def test_trace_goes_on_while_the_doors_are_read(board: RunningSimulator, tmp_path: Path) -> None:
    done = run(board.link, "trace", "--seconds", "1", cwd=tmp_path)
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert ("in", "80 01 FF FF FF 33 4D") in {(one["direction"], one["hex"]) for one in shown}
    assert wait_for(lambda: shown)


@pytest.mark.parametrize("family", ["kerong-cu16", "winnsen", "wkly", "dc02", "modbus-relay"])
def test_an_unknown_board_is_found_and_its_first_door_opened(tmp_path: Path, family: str) -> None:
    with running_simulator("--board", family) as made:
        probed = run(made.link, "probe", cwd=tmp_path)
        found = json.loads(probed.stdout)["found"]
        assert [one["board"] for one in found] == [family]
        address = found[0]["address"]
        assert made.client.state().pulses == 0
        words = words_of(made.link, board=family)
        opening = ["--set", f"boards=[{address}]", "open", f"{address}:1", "--reason", "first"]
        done = subprocess.run(
            [*words, *opening], capture_output=True, text=True, timeout=60, check=False,
            cwd=tmp_path,
        )  # fmt: skip
        assert json.loads(done.stdout)["outcome"] == "opened"
        assert made.client.state().door(address, 1).pulses == made.client.state().pulses == 1


def test_a_damaged_bit_that_no_check_can_tell_opens_no_door(tmp_path: Path) -> None:
    """Family D has no checksum: bit 0 of the third byte from the end is lock 1, 1 is open."""
    with running_simulator(board="winnsen") as made:
        direct = BareBench(str(made.link), made.profile, folder=tmp_path)
        try:
            assert {door.state for door in direct.doors()} == {DoorState.CLOSED}
            made.client.fault("corrupt", count=1, place=3, xor=1)
            assert {door.state for door in direct.doors()} == {DoorState.CLOSED}
            made.client.open_by_hand(1, 1)
            assert direct.doors()[0].state is DoorState.OPEN
        finally:
            direct.close()


def test_simulate_passes_its_words_to_the_simulator(board: RunningSimulator) -> None:
    folder = board.link.parent
    command = [sys.executable, "-m", "locker", "diag", "simulate", "--board", "wkly"]
    with subprocess.Popen(
        [*command, "--link", str(folder / "w")], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline().startswith("simulator ready: wkly")
        assert (folder / "w.control").exists()
        process.terminate()
        assert process.wait(timeout=20) == 0
