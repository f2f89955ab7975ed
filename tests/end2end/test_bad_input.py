"""What is wrong, old, foreign or garbled opens nothing, says why by a code, and loses nothing.

Real processes: simulator, centre, daemon and kiosk. The witnesses are the wire and the glass.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from central.key import KeyRing
from locker.contract.credential import CLAIMS_VERSION, GrantClaims
from locker.contract.vocabulary import Purpose
from locker.demo.stage import Plan, Stage
from tests.end2end.story.cabinet import Cabinet, wait_for
from tests.end2end.story.glass import Glass
from tests.end2end.story.pictures import Pictures
from tests.support.port import free_port

TEN_KILOBYTES = 10_000


@dataclass(slots=True)
class Scene:
    """A running cabinet, with the centre's signing key at hand."""

    stage: Stage
    cabinet: Cabinet
    glass: Glass
    keys: KeyRing
    served_at: float

    def claims(self, **changes: object) -> GrantClaims:
        """Give the claims of a good drop-off QR for this cabinet, with changes."""
        now = int(time.time())
        good = GrantClaims(
            v=CLAIMS_VERSION,
            grant=f"g{time.monotonic_ns()}",
            cabinet=self.stage.cabinet,
            purpose=Purpose.DEPOSIT,
            consignment=f"k{time.monotonic_ns()}",
            matter="m1",
            reference="A-1",
            iat=now,
            exp=now + 600,
        )
        return replace(good, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the cabinet once for all tests of this file."""
    folder = tmp_path_factory.mktemp("bad-input")
    port = free_port()
    stage = Stage(
        Plan(
            directory=folder / "stage",
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            rehearsal=True,
        )
    )
    try:
        stage.start()
        cabinet = Cabinet(stage.control, stage.wiring)
        glass = Glass(stage.rehearsal, Pictures(folder / "pictures"))
        glass.wait_for("home")
        keys = KeyRing.open(folder / "stage" / "centre")
        yield Scene(stage, cabinet, glass, keys, served_at=time.time())
        cabinet.close()
        glass.close()
    finally:
        stage.stop()


def refused_with(scene: Scene, scanned: str | bytes, failure: str) -> None:
    """Scan something; the glass must say this code, the wire must stay silent."""
    scene.glass.wait_for("home")
    scene.cabinet.mark()
    data = scanned if isinstance(scanned, bytes) else scanned.encode()
    scene.cabinet.scan_bytes(data + b"\r\n")
    scene.glass.wait_for("refused")
    shown = scene.glass.all_texts()
    scene.glass.press("refused-seen")
    scene.glass.wait_for("home")
    assert failure in shown
    assert scene.cabinet.pulse_frames() == []
    assert scene.cabinet.open_doors() == []


@pytest.mark.parametrize(
    ("scanned", "failure"),
    [
        ("https://example.org/menu", "BBG-107"),
        ("6901234567892", "BBG-107"),
        ("x" * TEN_KILOBYTES, "BBG-108"),
        (b"\x02\x7f\x00\x1b[2J", "BBG-108"),
        (b"\xff\xfe\x80\x81\x82\x83", "BBG-108"),
        ("' OR 1=1 --", "BBG-107"),
        ("BBG:B:AAAAAAAAAAAAAAAAAAAAAAAAAA", "BBG-401"),
        ("BBG:L:knobody", "BBG-404"),
    ],
    ids=[
        "an address of something else",
        "a product's number",
        "ten kilobytes",
        "control characters",
        "no text",
        "a hostile text",
        "an unknown badge",
        "a label with no staff there",
    ],
)
def test_what_is_not_ours_is_refused_and_nothing_moves(
    scene: Scene, scanned: str | bytes, failure: str
) -> None:
    refused_with(scene, scanned, failure)


def test_a_qr_for_another_cabinet_is_refused(scene: Scene) -> None:
    token = scene.keys.sign_grant(scene.claims(cabinet="cother"))
    refused_with(scene, token, "BBG-105")


def test_an_expired_qr_is_refused(scene: Scene) -> None:
    # Every deadline gets back the outages since its issue: this one was issued when all worked.
    time.sleep(max(0.0, scene.served_at + 3 - time.time()))
    now = int(time.time())
    token = scene.keys.sign_grant(scene.claims(iat=now - 2, exp=now - 1))
    refused_with(scene, token, "BBG-102")


def test_a_qr_from_before_the_enrolment_is_refused(scene: Scene) -> None:
    long_ago = int(time.time()) - 86_400
    token = scene.keys.sign_grant(scene.claims(iat=long_ago))
    refused_with(scene, token, "BBG-112")


def test_a_qr_with_one_changed_letter_is_refused(scene: Scene) -> None:
    token = scene.keys.sign_grant(scene.claims())
    body, signature = token.rsplit(".", 1)
    other = "A" if signature[10] != "A" else "B"
    refused_with(scene, f"{body}.{signature[:10]}{other}{signature[11:]}", "BBG-106")


def test_a_qr_for_a_certificate_that_is_not_there_is_refused(scene: Scene) -> None:
    token = scene.keys.sign_grant(scene.claims(purpose=Purpose.COLLECT))
    refused_with(scene, token, "BBG-110")


def test_a_qr_that_claims_a_staff_purpose_is_refused(scene: Scene) -> None:
    token = scene.keys.sign_grant(scene.claims(purpose=Purpose.TAKE_OUT))
    refused_with(scene, token, "BBG-403")


def test_a_pulled_board_cable_is_said_and_comes_back_by_itself(scene: Scene) -> None:
    scene.glass.wait_for("home")
    scene.cabinet.unplug("board")
    scene.glass.wait_for("out_of_service")
    shown = scene.glass.all_texts()
    scene.cabinet.replug("board")
    scene.glass.wait_for("home")
    assert "BBG-201" in shown


def test_a_pulled_scanner_comes_back_by_itself(scene: Scene) -> None:
    scene.cabinet.unplug("scanner")
    scene.cabinet.replug("scanner")
    wait_for(lambda: _is_read(scene), what="a scan after the scanner came back")


def _is_read(scene: Scene) -> bool:
    scene.cabinet.scan_bytes(b"nothing of ours\r\n")
    page = scene.glass.wait_for("refused", "home")
    if page == "refused":
        scene.glass.press("refused-seen")
        scene.glass.wait_for("home")
    return page == "refused"


def test_after_all_that_the_journal_is_whole_and_a_good_qr_opens_a_door(scene: Scene) -> None:
    scene.glass.wait_for("home")
    scene.cabinet.scan(scene.keys.sign_grant(scene.claims()))
    opened = scene.cabinet.wait_for_open()
    scene.glass.wait_for("open")
    scene.cabinet.put(opened, "papers")
    scene.cabinet.shut(opened)
    scene.glass.wait_for("ask")
    scene.glass.press("choice-confirm")
    scene.glass.go_home()
    file = scene.stage.plan.directory / "state" / "journal.db"
    rows = _sequences(file)
    assert rows == list(range(1, len(rows) + 1))
    assert scene.cabinet.door(opened).contents == ("papers",)


def test_codes_and_tokens_are_in_no_log(scene: Scene) -> None:
    token = scene.keys.sign_grant(scene.claims())
    scene.glass.wait_for("home")
    scene.cabinet.scan_bytes(token[:-4].encode() + b"AAAA\r\n")
    scene.glass.wait_for("refused")
    scene.glass.press("refused-seen")
    for log in scene.stage.logs.glob("*.log"):
        said = log.read_text("utf-8", errors="replace")
        assert token[:60] not in said
        assert token.split(".")[1][:40] not in said


def _sequences(journal: Path) -> list[int]:
    database = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        return [row[0] for row in database.execute("SELECT sequence FROM event ORDER BY sequence")]
    finally:
        database.close()
