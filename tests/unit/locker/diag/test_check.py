"""The check of the PC: what is measured, what a person says, and what nobody did."""

from __future__ import annotations

import os
import tty
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from locker.contract.text import Catalogue
from locker.diag.acceptance import Finding, Result, Source
from locker.diag.check import Spot, run_checks
from locker.diag.pace import Pace, RealPace
from locker.diag.pc_check import (
    check_card_reader,
    check_printer,
    check_scanner,
    check_screen,
    check_speaker,
    check_touch,
    tone,
)
from locker.diag.site_check import (
    CHECKS,
    check_centre,
    check_disk,
    check_doors,
    check_key,
    check_network,
)
from locker.diag.trouble import TroubleError
from locker.settings import CardReaderSection, load_settings
from tests.unit.locker.diag.fake_bench import FakeBench, FakePace, FakePerson

TEXTS = Catalogue.load("locker.diag", "technician", "en")
SHIPPED = Path(__file__).parents[4] / "config" / "settings.toml"


def _spot(
    root: Path, *, person: FakePerson | None = None, bench: FakeBench | None = None,
    player: tuple[int, str] = (0, ""), pace: Pace | None = None,
) -> Spot:  # fmt: skip
    def run(_: Sequence[str]) -> tuple[int, str]:
        return player

    return Spot(
        texts=TEXTS, pace=pace or FakePace(), person=person, bench=bench,
        bench_trouble="no daemon" if bench is None else "", settings=None,
        centre_url="", root=root, run=run,
    )  # fmt: skip


def _screen(root: Path) -> None:
    card = root / "sys/class/drm/card0-HDMI-A-1"
    card.mkdir(parents=True)
    (card / "status").write_text("connected\n")
    (card / "modes").write_text("1080x1920\n")


def test_a_screen_is_found_by_the_kernel_and_judged_by_a_person(tmp_path: Path) -> None:
    _screen(tmp_path)
    good = check_screen(_spot(tmp_path, person=FakePerson("y")))
    assert (good.result, good.source) == (Result.PASSED, Source.PERSON)
    assert "card0-HDMI-A-1 1080x1920" in good.seen
    assert check_screen(_spot(tmp_path, person=FakePerson("n"))).result is Result.FAILED


def test_without_a_connected_screen_nobody_is_asked(tmp_path: Path) -> None:
    assert check_screen(_spot(tmp_path)).result is Result.FAILED


def test_touch_without_a_readable_device_is_a_persons_word(tmp_path: Path) -> None:
    finding = check_touch(_spot(tmp_path, person=FakePerson("y")))
    assert (finding.result, finding.source) == (Result.PASSED, Source.PERSON)


def _silent(root: Path, cards: str) -> Result:
    """Give the verdict of a PC that plays no tone, by what it says of its cards."""

    def run(words: Sequence[str]) -> tuple[int, str]:
        return (0, cards) if "-l" in words else (1, "aplay: main:831: audio open error")

    return check_speaker(replace(_spot(root, person=FakePerson()), run=run)).result


def test_a_tone_is_played_and_listened_to(tmp_path: Path) -> None:
    assert check_speaker(_spot(tmp_path, person=FakePerson("n"))).result is Result.FAILED
    missing = _spot(tmp_path, person=FakePerson(), player=(127, ""))
    assert check_speaker(missing).result is Result.NOT_FITTED
    assert _silent(tmp_path, "aplay: device_list:274: no soundcards found...") is Result.NOT_FITTED
    assert _silent(tmp_path, "card 0: PCH [HDA Intel PCH], device 0: ALC887") is Result.FAILED
    assert tone().startswith(b"RIFF")


def test_a_scanner_that_types_as_a_keyboard_is_fitted_wherever_it_types(tmp_path: Path) -> None:
    def scanned(*answers: str) -> Finding:
        return check_scanner(_spot(tmp_path, person=FakePerson(*answers)))

    here = scanned("y", "BBG:L:anything")
    assert (here.result, here.source) == (Result.PASSED, Source.MEASURED)
    assert "14" in here.seen
    assert "BBG" not in here.seen
    assert scanned("y", "", "y").result is Result.PASSED
    assert scanned("y", "", "n").result is Result.FAILED
    assert scanned("n").result is Result.NOT_FITTED


def test_a_card_reader_is_tried_where_one_is_set_and_no_number_is_shown(tmp_path: Path) -> None:
    assert check_card_reader(_spot(tmp_path)).result is Result.NOT_FITTED
    fitted = replace(load_settings(SHIPPED), card_reader=CardReaderSection(fitted=True))

    def tapped(*answers: str) -> Finding:
        return check_card_reader(
            replace(_spot(tmp_path, person=FakePerson(*answers)), settings=fitted)
        )

    read = tapped("0078754499")
    assert (read.result, read.source) == (Result.PASSED, Source.MEASURED)
    assert "0078754499" not in read.seen
    assert "04B1B2C3" not in read.seen
    assert tapped("12345678").result is Result.FAILED
    assert tapped("", "y").source is Source.PERSON
    assert tapped("", "n").result is Result.FAILED


@pytest.mark.parametrize(
    ("sent", "result"), [(b"04B1B2C3\r\n", "passed"), (b"12345678\r", "failed")]
)
def test_a_card_reader_on_a_port_of_its_own_is_listened_to_there(
    tmp_path: Path, sent: bytes, result: str
) -> None:
    host, line = os.openpty()
    tty.setraw(line)
    port = CardReaderSection(port=os.ttyname(line))

    class Tapping(FakePerson):
        def tell(self, text: str) -> None:
            os.write(host, sent)

    settings = replace(load_settings(SHIPPED), card_reader=port)
    spot = _spot(tmp_path, person=Tapping(), pace=RealPace())
    found = check_card_reader(replace(spot, settings=settings))
    assert (found.result.value, found.source) == (result, Source.MEASURED)
    assert sent.decode().strip() not in found.seen
    os.close(host)
    os.close(line)


def test_no_printer_is_not_fitted_and_one_that_prints_passes(tmp_path: Path) -> None:
    assert check_printer(_spot(tmp_path)).result is Result.NOT_FITTED
    device = tmp_path / "dev/usb/lp0"
    device.parent.mkdir(parents=True)
    device.write_bytes(b"")
    assert check_printer(_spot(tmp_path, person=FakePerson("y"))).result is Result.PASSED
    assert b"TEST" in device.read_bytes()


def test_all_doors_must_answer_and_be_shut(tmp_path: Path) -> None:
    bench = FakeBench()
    assert check_doors(_spot(tmp_path, bench=bench)).result is Result.PASSED
    bench.open_locks = {2}
    assert "2 (1:2)" in check_doors(_spot(tmp_path, bench=bench)).seen
    bench.blind = {3}
    assert check_doors(_spot(tmp_path, bench=bench)).result is Result.FAILED


def test_an_address_that_many_boards_cannot_have_is_told_with_the_doors(tmp_path: Path) -> None:
    settings = load_settings(SHIPPED)
    (bus,) = settings.buses
    rare = replace(bus, profile=replace(bus.profile, boards=(1, 40)))
    bench = FakeBench()
    bench.blind = {3}
    spot = replace(_spot(tmp_path, bench=bench), settings=replace(settings, buses=(rare,)))
    assert "BBG-605: address 40" in check_doors(spot).seen
    assert "BBG-605" not in check_doors(replace(spot, settings=settings)).seen


def test_the_mechanical_key_is_believed_only_by_the_contact(tmp_path: Path) -> None:
    bench, pace = FakeBench(), FakePace()
    turns = iter([{2}, set[int]()])

    def hands() -> None:
        bench.open_locks = next(turns, set())

    pace.on_sleep = hands
    done = check_key(_spot(tmp_path, person=FakePerson("y"), bench=bench, pace=pace))
    assert (done.result, done.source) == (Result.PASSED, Source.MEASURED)
    nothing = check_key(_spot(tmp_path, person=FakePerson("y"), bench=bench))
    assert nothing.result is Result.FAILED
    assert check_key(_spot(tmp_path, person=FakePerson("n"), bench=bench)).result is Result.NOT_DONE
    blind = check_key(_spot(tmp_path, person=FakePerson("y")))
    assert (blind.result, "cannot be reached" in blind.seen) == (Result.NOT_DONE, True)


def test_disk_network_and_centre_say_what_they_saw(tmp_path: Path) -> None:
    spot = _spot(tmp_path)
    assert "GB" in check_disk(spot).seen
    assert check_network(spot).result is Result.FAILED
    assert check_centre(spot).result is Result.NOT_FITTED
    route = tmp_path / "proc/net/route"
    route.parent.mkdir(parents=True)
    route.write_text("Iface\tDestination\tGateway\neth0\t00000000\t0101A8C0\n")
    assert "eth0" in check_network(spot).seen


def test_what_needs_a_person_is_not_done_when_nobody_is_there(tmp_path: Path) -> None:
    _screen(tmp_path)
    findings: list[Finding] = list(run_checks(_spot(tmp_path), CHECKS))
    assert [f.key for f in findings] == [key for key, _ in CHECKS]
    undone = {f.key for f in findings if f.result is Result.NOT_DONE}
    assert undone == {"screen", "touch", "speaker", "scanner", "key"}


def test_a_person_who_leaves_leaves_the_rest_undone(tmp_path: Path) -> None:
    _screen(tmp_path)
    findings = list(run_checks(_spot(tmp_path, person=FakePerson("y")), CHECKS))
    assert findings[0].result is Result.PASSED
    assert findings[1].result is Result.NOT_DONE


def test_a_cable_pulled_meanwhile_fails_its_item_and_the_rest_goes_on(tmp_path: Path) -> None:
    def pulled(_: Spot) -> Finding:
        raise TroubleError("port_lost", port="P", detail="port lost")

    items = (("doors", pulled), ("network", check_network))
    doors, network = run_checks(_spot(tmp_path), items)
    assert (doors.result, "port lost" in doors.seen) == (Result.FAILED, True)
    assert network.key == "network"
