"""The parts of the PC that a person sees, hears and touches, from the screen to the printer.

Each function is one item of `diag check`.
"""

from __future__ import annotations

import io
import math
import struct
import tempfile
import wave
from pathlib import Path

from drivers.port import PortCause, PortLostError, PortUnavailableError
from drivers.serial_port import open_serial_port
from locker.contract.credential import card_number
from locker.diag.acceptance import Finding, Result, Source
from locker.diag.check import Spot
from locker.diag.nine_points import POINTS, judge_nine
from locker.diag.touch_device import TouchDevice, find_touch, read_touches
from locker.settings import ReaderSection

TOUCH_S = 20.0
SCAN_S = 30.0
SCAN_GAP_S = 0.2
TONE_HZ, TONE_RATE = 880, 16_000
_SLIP = b"\x1b@TEST bangbangui\n\n\n\n\x1dV\x01"
"""ESC/POS: reset, a line, feed, cut."""


def check_screen(spot: Spot) -> Finding:
    """Look for a connected output; a person judges the picture."""
    outputs = connected_outputs(spot.root)
    if not outputs:
        return spot.found("screen", Result.FAILED, seen=spot.texts("check.screen.none"))
    if spot.person is None:
        return spot.not_done("screen")
    good = spot.says_yes(spot.texts("check.screen.ask"))
    word = spot.texts(f"check.screen.{'upright' if good else 'wrong'}")
    seen = spot.texts("check.screen.seen", outputs=", ".join(outputs), word=word)
    return spot.found("screen", _result(good=good), seen=seen, source=Source.PERSON)


def connected_outputs(root: Path) -> list[str]:
    """List the connected outputs with their first mode, as the kernel names them."""
    found = []
    for status in sorted((root / "sys/class/drm").glob("card*-*/status")):
        if status.read_text("utf-8").strip() != "connected":
            continue
        modes = status.with_name("modes")
        first = modes.read_text("utf-8").split("\n", 1)[0] if modes.exists() else ""
        found.append(f"{status.parent.name} {first}".strip())
    return found


def check_touch(spot: Spot) -> Finding:
    """Measure nine touches; where there is no device to read, a person says whether they react."""
    device = find_touch(spot.root)
    if spot.person is None:
        return spot.not_done("touch")
    if device is not None:
        try:
            return _measured_touch(spot, device)
        except OSError:
            pass
    good = spot.says_yes(spot.texts("check.touch.ask"))
    seen = spot.texts(f"check.touch.{'reacted' if good else 'not_reacted'}")
    result = _result(good=good)
    return spot.found("touch", result, seen=seen, source=Source.PERSON, how="how_person")


def _measured_touch(spot: Spot, device: TouchDevice) -> Finding:
    texts, person = spot.texts, spot.someone
    person.tell(texts("check.touch.begin"))
    touches, x_range, y_range = read_touches(
        device, count=POINTS, each_s=TOUCH_S,
        before=lambda n: person.tell(
            texts("check.touch.point", n=n, where=texts(f"check.touch.where{n}"))
        ),
    )  # fmt: skip
    if len(touches) < POINTS:
        return spot.found("touch", Result.FAILED, seen=texts("check.touch.few", count=len(touches)))
    verdict = judge_nine(touches, x_range=x_range, y_range=y_range)
    if verdict.wrong:
        points = ", ".join(map(str, verdict.wrong))
        return spot.found("touch", Result.FAILED, seen=texts("check.touch.wrong", points=points))
    turn = texts(f"check.touch.turn{verdict.turn_deg}")
    return spot.found("touch", Result.PASSED, seen=texts("check.touch.right", turn=turn))


def check_speaker(spot: Spot) -> Finding:
    """Play a tone; a person listens."""
    if spot.person is None:
        return spot.not_done("speaker")
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(tone())
        file.flush()
        code, said = spot.run(["aplay", "-q", file.name])
    if code == 127 or (code != 0 and "no soundcards" in spot.run(["aplay", "-l"])[1].lower()):
        seen = spot.texts("check.speaker.no_player")
        return spot.found("speaker", Result.NOT_FITTED, seen=seen)
    if code != 0:
        detail = (said.strip().splitlines() or ["?"])[-1]
        seen = spot.texts("check.speaker.play_failed", detail=detail)
        return spot.found("speaker", Result.FAILED, seen=seen)
    good = spot.says_yes(spot.texts("check.speaker.ask"))
    seen = spot.texts(f"check.speaker.{'heard' if good else 'silent'}")
    return spot.found("speaker", _result(good=good), seen=seen, source=Source.PERSON)


def tone() -> bytes:
    """Make a second of tone as a WAV file."""
    loud = [math.sin(2 * math.pi * TONE_HZ * n / TONE_RATE) for n in range(TONE_RATE)]
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(TONE_RATE)
        sound.writeframes(b"".join(struct.pack("<h", int(20_000 * v)) for v in loud))
    return out.getvalue()


def check_scanner(spot: Spot) -> Finding:
    """Wait for one code of any kind; its content is neither shown nor kept."""
    if spot.person is None:
        return spot.not_done("scanner")
    if spot.settings is None or not spot.settings.scanner.port:
        return _wedge(spot)
    data = _heard(spot, "scanner", spot.settings.scanner)
    return data if isinstance(data, Finding) else _scanned(spot, data, how="how")


def _heard(spot: Spot, what: str, line: ReaderSection) -> bytes | Finding:
    """Wait for what comes on a reader's port; a finding where that cannot be had."""
    try:
        port = open_serial_port(line.port, baud=line.baud, clock=spot.pace.mono_s)
    except PortUnavailableError as error:
        if error.cause is PortCause.TAKEN:
            spot.someone.tell(spot.texts(f"check.{what}.held"))
            return _glass_reacts(spot, what, how="held")
        seen = spot.texts("check.port", detail=error.cause.value)
        return spot.found(what, Result.FAILED, seen=seen)
    try:
        spot.someone.tell(spot.texts(f"check.{what}.begin"))
        data = port.read(spot.pace.mono_s() + SCAN_S)
        while data and (more := port.read(spot.pace.mono_s() + SCAN_GAP_S)):
            data += more
    except PortLostError as error:
        seen = spot.texts("check.port", detail=str(error))
        return spot.found(what, Result.FAILED, seen=seen)
    finally:
        port.close()
    return data


def check_card_reader(spot: Spot) -> Finding:
    """Let a person tap a card: on its port, into this terminal, or on the glass.

    Its number is never shown.
    """
    if spot.settings is None or not spot.settings.reads_cards:
        seen = spot.texts("check.card_reader.none")
        return spot.found("card_reader", Result.NOT_FITTED, seen=seen, source=Source.MEASURED)
    on_port = bool(spot.settings.card_reader.port)
    if on_port:
        data = _heard(spot, "card_reader", spot.settings.card_reader)
        if isinstance(data, Finding):
            return data
        line = data.decode(errors="replace").strip("\r\n\t")
    else:
        line = spot.someone.ask_unseen(spot.texts("check.card_reader.ask"))
    if number := card_number(line):
        seen = spot.texts("check.card_reader.seen", length=len(number))
        return spot.found("card_reader", Result.PASSED, seen=seen)
    if line:
        seen = spot.texts("check.card_reader.odd", length=len(line))
        return spot.found("card_reader", Result.FAILED, seen=seen)
    if on_port:
        seen = spot.texts("check.card_reader.nothing")
        return spot.found("card_reader", Result.FAILED, seen=seen)
    return _glass_reacts(spot, "card_reader", how="how")


def _wedge(spot: Spot) -> Finding:
    """A scanner that types as a keyboard: into this terminal, or on the glass."""
    if not spot.says_yes(spot.texts("check.scanner.ask_fitted")):
        return spot.found(
            "scanner", Result.NOT_FITTED, seen=spot.texts("check.scanner.none"),
            source=Source.PERSON, how="how_person",
        )  # fmt: skip
    line = spot.someone.ask(spot.texts("check.scanner.ask_wedge"))
    if line:
        return _scanned(spot, line.encode(), how="how_person")
    return _glass_reacts(spot, "scanner", how="how_person")


def _scanned(spot: Spot, data: bytes, *, how: str) -> Finding:
    code = data.strip(b"\r\n\t")
    if not code:
        seen = spot.texts("check.scanner.nothing")
        return spot.found("scanner", Result.FAILED, seen=seen, how=how)
    seen = spot.texts("check.scanner.seen", length=len(code))
    return spot.found("scanner", Result.PASSED, seen=seen, how=how)


def _glass_reacts(spot: Spot, what: str, *, how: str) -> Finding:
    good = spot.says_yes(spot.texts(f"check.{what}.ask_glass"))
    seen = spot.texts(f"check.{what}.{'reacted' if good else 'no_reaction'}")
    return spot.found(what, _result(good=good), seen=seen, source=Source.PERSON, how=how)


def check_printer(spot: Spot) -> Finding:
    """Print one line; a person looks."""
    device = next(iter(sorted((spot.root / "dev/usb").glob("lp*"))), None)
    if device is None:
        return spot.found("printer", Result.NOT_FITTED, seen=spot.texts("check.printer.none"))
    if spot.person is None:
        return spot.not_done("printer")
    try:
        device.write_bytes(_SLIP)
    except OSError as error:
        seen = spot.texts("check.printer.refused", device=device, detail=error.strerror)
        return spot.found("printer", Result.FAILED, seen=seen)
    good = spot.says_yes(spot.texts("check.printer.ask"))
    word = "printed" if good else "not_printed"
    seen = spot.texts(f"check.printer.{word}", device=device)
    return spot.found("printer", _result(good=good), seen=seen, source=Source.PERSON)


def _result(*, good: bool) -> Result:
    return Result.PASSED if good else Result.FAILED
