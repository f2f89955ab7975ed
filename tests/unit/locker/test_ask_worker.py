"""A number from the glass is handed on once, and what became of it is told without it."""

from __future__ import annotations

import logging

import pytest

from locker.ask_worker import AskWorker
from locker.centre_client import CentreError, CentreRefusedError, CentreUnreachableError
from locker.contract.centre import AskTaken, GlassAsk
from locker.contract.kiosk import Asked
from locker.contract.vocabulary import AskState, PhoneUse

NUMBER = GlassAsk(use=PhoneUse.NEW_CODE, phone="13800138000")


class Line:
    """A session with the centre that fails as it is told to."""

    def __init__(self, error: CentreError | None = None) -> None:
        self.error = error
        self.asks: list[GlassAsk] = []

    def ask(self, ask: GlassAsk) -> AskTaken:
        self.asks.append(ask)
        if self.error is not None:
            raise self.error
        return AskTaken()

    def close(self) -> None:
        self.asks.clear()


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
    error: CentreError | None, state: AskState, caplog: pytest.LogCaptureFixture
) -> None:
    line, shown = Line(error), list[Asked]()
    worker = AskWorker(line, show=shown.append)
    with caplog.at_level(logging.DEBUG):
        assert worker.submit(NUMBER)
        assert not worker.submit(NUMBER)  # one person at a time
        worker.turn(timeout_s=0)
        worker.turn(timeout_s=0)
    assert shown == [Asked(n=1, state=AskState.SENDING), Asked(n=1, state=state)]
    assert line.asks == [NUMBER]
    assert "13800138000" not in caplog.text
