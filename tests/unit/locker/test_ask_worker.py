"""A number from the glass is handed on once, and what became of it is told without it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from locker.ask_worker import BULLETIN_EVERY_S, AskWorker
from locker.bulletin_keeper import FILE, BulletinKeeper
from locker.centre_client import CentreError, CentreRefusedError, CentreUnreachableError
from locker.contract.bulletin import Bulletin
from locker.contract.centre import AskTaken, GlassAsk
from locker.contract.kiosk import Asked
from locker.contract.vocabulary import AskState, PhoneUse
from tests.unit.locker.fake_clock import FakeClock

NUMBER = GlassAsk(use=PhoneUse.NEW_CODE, phone="13800138000")


NOON = 1_800_000_000.0


class Line:
    """A session with the centre that fails as it is told to."""

    def __init__(self, error: CentreError | None = None) -> None:
        self.error = error
        self.asks: list[GlassAsk] = []
        self.theme_s = 3600.0

    def ask(self, ask: GlassAsk) -> AskTaken:
        self.asks.append(ask)
        if self.error is not None:
            raise self.error
        return AskTaken()

    def bulletin(self) -> Bulletin:
        if self.error is not None:
            raise self.error
        return Bulletin(made_at=NOON, theme="清洁日", theme_ends=NOON + self.theme_s)

    def close(self) -> None:
        self.asks.clear()


def worker_of(
    line: Line, folder: Path, *, shown: list[Asked] | None = None,
    bulletins: list[Bulletin] | None = None, clock: FakeClock | None = None, wall: float = NOON,
) -> AskWorker:  # fmt: skip
    show = [] if bulletins is None else bulletins
    keeper = BulletinKeeper(folder, wall=lambda: wall, show=show.append)
    asked = [] if shown is None else shown
    return AskWorker(line, keeper, clock=clock or FakeClock(), show=asked.append)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, AskState.TAKEN),
        (CentreUnreachableError("https://bbg.test/v1/asks: timed out"), AskState.CUT),
        (CentreRefusedError(429, "BBG-504", ""), AskState.TOO_MANY),
        (CentreRefusedError(404, "", "an older centre"), AskState.CUT),
    ],
)
def test_what_became_of_it_is_told_and_it_is_not_sent_again(
    error: CentreError | None, state: AskState, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    line, shown = Line(error), list[Asked]()
    worker = worker_of(line, tmp_path, shown=shown)
    with caplog.at_level(logging.DEBUG):
        assert worker.submit(NUMBER)
        assert not worker.submit(NUMBER)  # one person at a time
        worker.turn(timeout_s=0)
        worker.turn(timeout_s=0)
    assert shown == [Asked(n=1, state=AskState.SENDING), Asked(n=1, state=state)]
    assert line.asks == [NUMBER]
    assert "13800138000" not in caplog.text


def test_the_bulletin_is_asked_for_once_a_minute_and_shown_when_it_changed(tmp_path: Path) -> None:
    line, clock, seen = Line(), FakeClock(), list[Bulletin]()
    worker = worker_of(line, tmp_path, bulletins=seen, clock=clock)
    for _ in range(3):
        worker.turn(timeout_s=0)
    assert [bulletin.theme for bulletin in seen] == ["清洁日"]
    line.theme_s = 0.0  # it is over
    clock.push(BULLETIN_EVERY_S - 1)
    worker.turn(timeout_s=0)
    assert len(seen) == 1
    clock.push(1)
    worker.turn(timeout_s=0)
    assert [bulletin.theme for bulletin in seen] == ["清洁日", ""]


def test_without_a_network_a_restart_shows_what_was_kept_until_it_is_over(tmp_path: Path) -> None:
    worker_of(Line(), tmp_path).turn(timeout_s=0)
    cut = Line(CentreUnreachableError("gone"))
    for wall, themes in ((NOON + 60, ["清洁日"]), (NOON + 3601, [])):
        seen: list[Bulletin] = []
        worker_of(cut, tmp_path, bulletins=seen, wall=wall).turn(timeout_s=0)
        assert [bulletin.theme for bulletin in seen] == themes


def test_a_kept_bulletin_that_cannot_be_read_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_text('{"matters": 7')
    seen: list[Bulletin] = []
    with caplog.at_level(logging.ERROR):
        worker_of(Line(CentreUnreachableError("gone")), tmp_path, bulletins=seen)
    assert seen == []
