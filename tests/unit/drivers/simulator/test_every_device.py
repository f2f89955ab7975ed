"""What the simulated boards of all families do alike."""

from __future__ import annotations

import pytest

from drivers.simulator.fault import FaultError
from drivers.simulator.registry import SIMULATED
from tests.unit.drivers.board_suite import BOARDS
from tests.unit.drivers.simulator.simulated import answered, device

W = "57 4B 4C 59 "
UNANSWERED = {
    "shuoming": ("8002 0033 B1", "8001 1933 AB", "8001 0033 B3", "9A01 0111 8B", "FF" * 8),
    "kecheng": (
        "8A020133BA", "8A011933A1", "8A010133B8", "9D010133", "9A010133A9", "FF" * 8,
    ),
    "kerong-cu16": (
        "0210300345", "0200300336", "0200310337", "02F0320327", "F5B600005F0A", "30323030",
    ),
    "kerong-cu48": ("020100600366", "020030610396", "020000600366", "02" * 9),
    "winnsen": (
        "90 06 05 02 01 03", "90 06 05 01 11 03", "90 06 05 01 01 04", "90 07 05 01 01 03 03",
        "03",
    ),
    "wkly": (
        W + "09 01 82 01 82", W + "09 00 82 19 9B", W + "09 00 82 01 84", W + "09 00 92 01 93",
    ),
    "dc02": (
        "DC 02 02 10 01 01 14", "DC 02 01 10 01 0D 1F", "DC 02 01 10 01 01 14",
        "DC FE 01 10 01 01 13", "DC 02 01 10 02 01 01 15",
    ),
}  # fmt: skip
"""Other boards, unknown locks, wrong sums, lengths and heads. Modbus answers by exceptions."""


@pytest.mark.parametrize(
    ("family", "request_"), [(name, asked) for name, all_ in UNANSWERED.items() for asked in all_]
)
def test_what_is_not_for_it_gets_no_answer_and_moves_nothing(family: str, request_: str) -> None:
    made = device(family)
    assert answered(made, request_) == ""
    assert not any(door.pulses for door in made.cabinet.doors)


@pytest.mark.parametrize("family", SIMULATED)
def test_wrong_published_frames_move_nothing(family: str) -> None:
    for refused in BOARDS[family].refused:
        made = device(family)
        sent = made.feed(refused.frame, 10.0)
        assert sent == [] or family in {"shuoming", "modbus-relay"}
        assert not any(door.pulses for door in made.cabinet.doors)


@pytest.mark.parametrize("family", sorted(SIMULATED.keys() - {"shuoming", "wkly"}))
def test_who_knows_no_report_tells_nothing_unasked(family: str) -> None:
    made = device(family)
    assert made.report(made.cabinet.doors[0], 10.0) == []
    with pytest.raises(FaultError, match="no fault 'glued'"):
        device(family, "glued")
