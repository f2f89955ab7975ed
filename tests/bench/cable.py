"""`cable`: board, scanner and network pulled together and put back, over and over, with no restart.

A real daemon on the simulator, and a small centre over real HTTP whose line is cut. After each pull
everything must work again by itself: the board answers, the scanner reads, the centre is asked. The
floor is the number of pulls asked for.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Figure, median
from tests.bench.unlock import SEED
from tests.integration.locker.cabinet_process import CabinetProcess, wait_for, whole_cabinet
from tests.integration.locker.fake_centre import FakeCentre

PULLS = 100
PULLED_S = (0.02, 0.4)
SCAN_AGAIN_S = 0.15


@dataclass(frozen=True, slots=True)
class Pulls:
    """How often everything came back, and how long each time took."""

    back: int
    took_s: tuple[float, ...]
    restarted: bool


def measure(_directory: Path, say: Callable[[str], None]) -> list[Figure]:
    """Pull a hundred times, and give how often all came back."""
    with whole_cabinet(FakeCentre()) as cabinet:
        cabinet.start()
        done = pull_often(cabinet, PULLS, say)
    note = f"daemon restarted: {done.restarted}; slowest {max(done.took_s):.1f} s"
    return [
        Figure("cable.back", done.back, "", PULLS, note),
        Figure("cable.back.median", median(done.took_s), "s", None, "all three work again"),
    ]


def pull_often(cabinet: CabinetProcess, pulls: int, say: Callable[[str], None]) -> Pulls:
    """Pull all three cables `pulls` times; each time wait until all three work again."""
    centre = cabinet.server.centre
    glass = cabinet.ready_glass()
    glass.health("centre", "ok")
    assert cabinet.process is not None
    pid = cabinet.process.pid
    dice = random.Random(SEED)
    took_s: list[float] = []
    for number in range(1, pulls + 1):
        cabinet.board.unplug("board")
        cabinet.board.unplug("scanner")
        cabinet.server.cut()
        time.sleep(dice.uniform(*PULLED_S))
        answered = centre.answered
        begun_s = time.monotonic()
        cabinet.board.replug("board")
        cabinet.board.replug("scanner")
        cabinet.server.listen()
        wait_for(lambda: centre.answered > answered)  # noqa: B023 - called before the next pull
        wait_for(lambda: _board_answers(cabinet, begun_s))  # noqa: B023
        _scan_until_read(cabinet)
        took_s.append(time.monotonic() - begun_s)
        if number % 10 == 0:
            say(f"cable: {number} of {pulls}")
    alive = cabinet.process.poll() is None and cabinet.process.pid == pid
    return Pulls(len(took_s), tuple(took_s), restarted=not alive)


def _board_answers(cabinet: CabinetProcess, since_s: float) -> bool:
    trace = cabinet.board.trace()
    return any(line.direction == "out" and line.first_at > since_s for line in trace[-50:])


def _scan_until_read(cabinet: CabinetProcess) -> None:
    """Show foreign codes until the glass refuses one: what nobody reads is lost, not kept."""
    before, number = _refusals(cabinet), 0
    until_s = time.monotonic() + 20.0
    while _refusals(cabinet) <= before:
        assert time.monotonic() < until_s, "the scanner does not read again"
        number += 1  # the same code twice in a row counts as shown once
        cabinet.board.scan(f"https://example.org/{number}\r".encode())
        time.sleep(SCAN_AGAIN_S)


def _refusals(cabinet: CabinetProcess) -> int:
    """Ask a glass of its own how many refusals there were."""
    glass = cabinet.glass()
    refusal = glass.hello()["refusal"]
    glass.close()
    return int(refusal["n"]) if refusal else 0
