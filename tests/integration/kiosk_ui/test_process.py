"""The kiosk as a process of its own, worked over its rehearsal socket."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk_ui.rehearsal_client import RehearsalClient, RehearsalRefusedError
from kiosk_ui.samples import ADDRESS, snapshot, visit
from locker.contract.kiosk import Invitation, Refusal
from locker.contract.vocabulary import Choice, VisitOutcome, VisitPhase
from tests.integration.kiosk_ui.fake_daemon import FakeDaemon


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeDaemon]:
    """Start a daemon that behaves."""
    daemon = FakeDaemon(tmp_path / "kiosk.sock", snapshot())
    yield daemon
    daemon.close()


@pytest.fixture
def process(tmp_path: Path, daemon: FakeDaemon) -> Iterator[subprocess.Popen[str]]:
    """Start the real command; it must end well and without a word from Qt."""
    log = tmp_path / "kiosk.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "locker", "kiosk", "--windowed",
                "--socket", str(tmp_path / "kiosk.sock"),
                "--rehearsal-socket", str(tmp_path / "rehearsal.sock"),
            ],
            env=dict(os.environ), stderr=output, text=True,
        )  # fmt: skip
        yield process
        process.terminate()
        assert process.wait(30) == 0
    said = log.read_text()
    assert not [line for line in said.splitlines() if not line.startswith("INFO ")], said


@pytest.fixture
def glass(tmp_path: Path, process: subprocess.Popen[str]) -> Iterator[RehearsalClient]:
    """Connect to the kiosk."""
    with RehearsalClient(tmp_path / "rehearsal.sock", timeout_s=20.0) as client:
        yield client


def test_a_collection_by_code_from_home_to_home(
    daemon: FakeDaemon, glass: RehearsalClient, tmp_path: Path
) -> None:
    glass.wait_for_page("home")
    glass.press("collect")
    glass.wait_for_page("code")
    glass.type_digits("48301957")
    glass.wait_until(
        lambda: daemon.params_of("code.submit") == [{"digits": "48301957"}],
        timeout_s=20, what="the code sent",
    )  # fmt: skip
    daemon.push("visit", visit(VisitPhase.OPENING))
    glass.wait_for_page("opening")
    daemon.push("visit", visit(VisitPhase.OPEN, door_open=True))
    glass.wait_for_page("open")
    assert glass.text_of("number") == "7"
    daemon.push("visit", visit(VisitPhase.ASK, Choice.CONFIRM, Choice.REOPEN))
    glass.wait_for_page("ask")
    glass.press_when_ready("choice-confirm")
    glass.wait_until(
        lambda: "visit.choose" in daemon.methods(), timeout_s=20, what="the answer sent"
    )
    daemon.push("visit", visit(VisitPhase.DONE, outcome=VisitOutcome.CONFIRMED))
    glass.wait_for_page("done")
    daemon.push("visit", None)
    glass.wait_for_page("home")
    assert glass.painted().count > 5


def test_the_qr_is_read_from_the_grabbed_picture(glass: RehearsalClient, tmp_path: Path) -> None:
    glass.wait_for_page("home")
    path = tmp_path / "home.png"

    def is_read() -> bool:
        with Image.open(glass.grab(path)) as picture:
            return [code.text for code in zxingcpp.read_barcodes(picture)] == [ADDRESS]

    glass.wait_until(is_read, timeout_s=20, what="the QR")
    with Image.open(path) as picture:
        assert picture.size == (1080, 1920)


def test_the_glass_answers_a_scan_with_the_shared_word(
    daemon: FakeDaemon, glass: RehearsalClient
) -> None:
    glass.wait_for_page("home")
    daemon.push("invitation", Invitation(qr=ADDRESS, word="shiliu"))
    glass.wait_until(lambda: glass.text_of("word") == "石榴", timeout_s=20, what="the word")


def test_a_finger_cannot_press_what_is_not_there_or_disabled(
    daemon: FakeDaemon, glass: RehearsalClient
) -> None:
    glass.wait_for_page("home")
    with pytest.raises(RehearsalRefusedError, match="not on the glass"):
        glass.press("choice-confirm")
    daemon.push("visit", visit(VisitPhase.NOT_OPENED, Choice.REOPEN, rest_s=60.0))
    glass.wait_for_page("not_opened")
    with pytest.raises(RehearsalRefusedError, match="disabled"):
        glass.press("choice-reopen")


def test_a_refusal_says_why_and_is_read(daemon: FakeDaemon, glass: RehearsalClient) -> None:
    glass.wait_for_page("home")
    daemon.push("refusal", Refusal(n=1, failure="BBG-107"))
    glass.wait_for_page("refused")
    assert "BBG-107" in (glass.text_of("tell") or "")
    glass.press("refused-seen")
    glass.wait_for_page("home")


def test_a_daemon_that_dies_is_said_on_the_glass_and_its_return_too(
    daemon: FakeDaemon, glass: RehearsalClient, tmp_path: Path
) -> None:
    glass.wait_for_page("home")
    daemon.close()
    glass.wait_for_page("out_of_service")
    back = FakeDaemon(tmp_path / "kiosk.sock", snapshot())
    glass.wait_for_page("home")
    back.close()
