"""Fifty lives of a daemon, each ended by SIGKILL at a random moment while people show codes.

The thousand are in `./run bench kill`; the witness is the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.kill import kill_often
from tests.bench.rig import Rig, Size

KILLS = 50


@pytest.mark.untraced
def test_fifty_kills_leave_no_pulse_without_its_intent_and_a_whole_journal(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "bench", Size(typed=1, events=100))
    try:
        lives = kill_often(rig, KILLS, lambda _: None)
    finally:
        rig.close()
    assert lives.broken == []
    assert len(lives.deaths) == KILLS
    assert lives.boots > KILLS // 2
    assert len(lives.pulses) > KILLS // 10, "doors were opened"
    assert lives.intents >= len(lives.pulses)
