"""Each model is set up against its simulated scanner, looked after, and spared its flash."""

from __future__ import annotations

from collections import deque

import pytest

from drivers.scanner_models import ScannerModel
from drivers.scanner_setup import DAY_S, SAVES_A_DAY, Outcome, SetUpRun
from drivers.scanners import ScanEnd
from drivers.simulator.scanner import (
    GrowScanner,
    NewlandScanner,
    SimulatedScanner,
    SsiScanner,
    make_scanner,
)

OTHERS = [model for model in ScannerModel if model is not ScannerModel.PLAIN]


class Desk:
    """A run joined to a scanner by a line without time; `silent` swallows replies."""

    def __init__(
        self, model: ScannerModel, scanner: SimulatedScanner, end: ScanEnd = ScanEnd.ANY
    ) -> None:
        self.run = SetUpRun(model, end)
        self.scanner = scanner
        self.now_s = 0.0
        self.sent: list[bytes] = []
        self.silent = 0
        self.late: deque[bytes] = deque()
        self.run.begin(self.now_s)

    def until_outcome(self) -> Outcome:
        for _ in range(200):
            self.now_s = max(self.now_s, self.run.next_s())
            frame = self.run.due(self.now_s)
            if frame is not None:
                self.sent.append(frame)
                self._answer(self.scanner.feed(frame, self.now_s))
            outcome = self.run.take_outcome()
            if outcome is not None:
                return outcome
        raise AssertionError("it came to nothing")

    def _answer(self, emissions: list[tuple[float, bytes]]) -> None:
        for at_s, reply in emissions:
            if self.silent:
                self.silent -= 1
                continue
            self.now_s = max(self.now_s, at_s)
            self.run.take_reply(reply, self.now_s)


def of(model: ScannerModel) -> SimulatedScanner:
    scanner = make_scanner(model.value)
    assert scanner is not None
    return scanner


def test_plain_scanner_has_nothing_due_ever() -> None:
    run = SetUpRun(ScannerModel.PLAIN)
    run.begin(0.0)
    run.code_came(1.0, odd=True)
    assert run.next_s() == float("inf")
    assert run.due(1e9) is None


def test_gm65_is_put_to_continuous_reading_locked_and_saved_once() -> None:
    scanner = GrowScanner()
    desk = Desk(ScannerModel.GM65, scanner, ScanEnd.TAB)
    outcome = desk.until_outcome()
    assert outcome == Outcome(changed=["mode"], unconfirmed=["lock"])
    assert scanner.registers[0x00] == 0xD6  # the other bits as they were
    assert scanner.registers[0x0E] == 0x00  # this model's register is not known
    assert scanner.flash_locked
    assert scanner.saves == 1


def test_gm812_is_also_set_to_the_end_that_the_settings_name() -> None:
    scanner = GrowScanner()
    desk = Desk(ScannerModel.GM812, scanner, ScanEnd.TAB)
    assert desk.until_outcome().changed == ["mode", "end"]
    assert scanner.registers[0x0E] == 3


def test_gm812_register_that_holds_something_else_is_left_alone() -> None:
    scanner = GrowScanner()
    scanner.registers[0x0E] = 0x77
    assert Desk(ScannerModel.GM812, scanner, ScanEnd.CR).until_outcome().failed == ["end"]
    assert scanner.registers[0x0E] == 0x77


def test_newland_is_put_to_sense_mode_and_leaves_set_up() -> None:
    scanner = NewlandScanner()
    assert Desk(ScannerModel.NEWLAND, scanner).until_outcome() == Outcome(
        changed=["mode", "same-code"]
    )
    assert scanner.kept == {"SCNMOD": "2", "RRDDUR": "1000"}
    assert scanner.set_up_left == 1


def test_gm72_is_put_to_host_mode_only_if_it_does_not_start() -> None:
    scanner = SsiScanner()
    desk = Desk(ScannerModel.GM72, scanner)
    assert desk.until_outcome().changed == ["mode"]
    assert scanner.started
    assert desk.until_outcome() == Outcome()
    assert scanner.saves == 1


def test_gm72_is_started_again_after_each_code() -> None:
    scanner = SsiScanner()
    desk = Desk(ScannerModel.GM72, scanner)
    desk.until_outcome()
    assert scanner.show(b"code\r") == b"code\r"
    assert not scanner.started
    desk.run.code_came(desk.now_s, odd=False)
    assert desk.run.next_s() == desk.now_s
    desk.until_outcome()
    assert scanner.started


@pytest.mark.parametrize("model", OTHERS)
def test_a_scanner_that_is_as_it_should_be_is_only_read(model: ScannerModel) -> None:
    scanner = of(model)
    desk = Desk(model, scanner)
    desk.until_outcome()
    desk.until_outcome()
    saves = getattr(scanner, "saves")  # noqa: B009 - each has it, the protocol does not
    for _ in range(20):
        outcome = desk.until_outcome()
        assert (outcome.changed, outcome.failed) == ([], [])
    assert getattr(scanner, "saves") == saves <= 2  # noqa: B009


@pytest.mark.parametrize("model", OTHERS)
def test_a_scanner_that_answers_nothing_is_no_failure_and_is_asked_seldom(
    model: ScannerModel,
) -> None:
    desk = Desk(model, of(model))
    desk.silent = 10_000
    assert desk.until_outcome() == Outcome(answered=False)
    assert desk.run.next_s() >= desk.now_s + 600
    for _ in range(5):
        desk.run.begin(desk.now_s)
        desk.until_outcome()
    kept = [f for f in desk.sent if f.startswith((b"\x07\xc6", b"\x7e\x00\x09"))]
    assert len(kept) <= SAVES_A_DAY


def test_one_lost_reply_is_asked_for_again() -> None:
    scanner = GrowScanner()
    desk = Desk(ScannerModel.GM65, scanner)
    desk.silent = 1
    assert desk.until_outcome().answered
    assert scanner.registers[0x00] & 3 == 2


def test_a_late_reply_is_never_taken_for_the_next_answer() -> None:
    run = SetUpRun(ScannerModel.GM65)
    run.begin(0.0)
    first = run.due(0.0)
    assert run.due(1.0) is None  # timed out: what comes now is late
    run.take_reply(bytes.fromhex("02 00 00 01 00 33 31"), 1.5)
    assert run.due(1.9) is None
    assert run.due(2.0) == first


def test_reprogrammed_newland_is_put_back_and_flash_is_spared() -> None:
    scanner = NewlandScanner()
    desk = Desk(ScannerModel.NEWLAND, scanner)
    desk.until_outcome()
    for _ in range(10):
        assert scanner.show(b"@SCNMOD0\r") == b""
        assert desk.until_outcome().changed == ["mode"]
        assert scanner.values["SCNMOD"] == "2"
    assert scanner.saves <= SAVES_A_DAY
    desk.now_s += DAY_S
    saves = scanner.saves
    scanner.show(b"@SCNMOD0\r")
    desk.until_outcome()
    assert scanner.saves == saves + 1


def test_locked_grow_gives_a_configuration_code_on_instead_of_obeying() -> None:
    scanner = GrowScanner()
    desk = Desk(ScannerModel.GM65, scanner)
    desk.until_outcome()
    scanner.power_cycle()
    assert scanner.show(b"_SET_REG_00_D5\r") == b"_SET_REG_00_D5\r"
    assert scanner.registers[0x00] & 3 == 2


def test_an_odd_code_makes_it_look_soon() -> None:
    desk = Desk(ScannerModel.NEWLAND, NewlandScanner())
    desk.until_outcome()
    desk.run.code_came(desk.now_s, odd=True)
    assert desk.run.next_s() == desk.now_s + 1.0
