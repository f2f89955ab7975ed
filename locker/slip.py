"""The slip of somebody with no phone: its picture, and the printing of it.

It runs as a process of its own, `python -m locker.slip`, that reads one job as JSON from stdin,
says on stdout what became of it and ends: the printer's and the picture's libraries are not for the
daemon to carry. The code comes by stdin and stands in no argument. Knows no core.

The picture is drawn here, letters and all, so that Chinese does not depend on the printer's type.
"""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from typing import Any, Protocol

from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from locker.contract.text import Catalogue
from locker.contract.vocabulary import SlipState

MARGIN = 16
STATUS_ONLINE = b"\x10\x04\x01"
STATUS_ERROR = b"\x10\x04\x03"
OFF_LINE = 0x08
ANSWER_S = 0.3
"""A status is one byte, sent at once; the library waits for sixteen."""
ERRORS = 0x08 | 0x20 | 0x40
"""Cutter, mechanical and heat: what a jam shows as."""


@dataclass(frozen=True, slots=True)
class Printer:
    """Where the printer is. `kind`: usb, serial or file; `port`: vvvv:pppp, or a device path."""

    kind: str
    port: str
    baud: int = 9600
    dots: int = 576


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed. `date`: the local time as it is shown."""

    number: str
    code: str
    community: str
    short: str
    telephone: str
    date: str
    language: str = "zh_CN"


@dataclass(frozen=True, slots=True)
class Job:
    """One slip and its printer."""

    printer: Printer
    slip: Slip

    def to_json(self) -> str:
        """Give the job as one line."""
        return json.dumps({"printer": asdict(self.printer), "slip": asdict(self.slip)})

    @classmethod
    def from_json(cls, line: str) -> Job:
        """Read a job back. Raises ValueError, KeyError or TypeError for anything else."""
        body = json.loads(line)
        return cls(Printer(**body["printer"]), Slip(**body["slip"]))


class EscPos(Protocol):
    """What is used of python-escpos, which brings no types."""

    def query_status(self, mode: bytes) -> bytes:
        """Ask a real-time status; empty where the printer does not answer."""
        ...

    def paper_status(self) -> int:
        """Give 0 for no paper."""
        ...

    def image(self, img_source: Image.Image, *, impl: str) -> None:
        """Print a picture."""
        ...

    def cut(self) -> None:
        """Feed and cut."""
        ...

    def close(self) -> None:
        """Let go of the device, everything written."""
        ...


def picture(slip: Slip, *, dots: int) -> Image.Image:
    """Draw the slip as wide as the paper, black on white."""
    text = Catalogue.load("locker", "slip", slip.language)
    rows = [
        (text("where", community=slip.community, short=slip.short), 28),
        (text("title"), 52),
        (text("number"), 24),
        (slip.number, 76),
        (text("code"), 24),
        (f"{slip.code[:4]} {slip.code[4:]}", 76),
        (text("use"), 28),
        (text("ask", telephone=slip.telephone), 28),
        (text("secret"), 28),
        (text("at", date=slip.date), 24),
    ]
    code = _qr(slip.code, module=max(4, dots // 96))
    scale = dots / 576
    sized = [(words, _font(round(size * scale))) for words, size in rows]
    made = Image.new("1", (dots, 40 * dots), 1)
    pen, y = ImageDraw.Draw(made), MARGIN
    for words, font in sized:
        pen.multiline_text((MARGIN, y), words, font=font, fill=0, spacing=8)
        y = round(pen.multiline_textbbox((MARGIN, y), words, font=font, spacing=8)[3]) + 14
    made.paste(code, ((dots - code.width) // 2, y))
    return made.crop((0, 0, dots, y + code.height + MARGIN))


def put_on_paper(printer: EscPos, made: Image.Image) -> SlipState:
    """Print, and say what the printer says of it before and after."""
    trouble = _trouble(printer)
    if trouble is None:
        printer.image(made, impl="bitImageRaster")
        printer.cut()
        trouble = _trouble(printer)
    return trouble or SlipState.PRINTED


def main() -> int:
    """Do the job on stdin; the state of the slip goes to stdout, why it failed to stderr."""
    job = Job.from_json(sys.stdin.readline())
    made = picture(job.slip, dots=job.printer.dots)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # the library talks
            printer = _open(job.printer)
            try:
                state = put_on_paper(printer, made)
            finally:
                printer.close()
    except Exception as error:  # noqa: BLE001 - the library raises whatever its devices do
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        state = SlipState.FAILED
    sys.stdout.write(f"{state.value}\n")
    return 0


def _trouble(printer: EscPos) -> SlipState | None:
    """Give what keeps the printer from printing; one that never answers is believed to be well."""
    try:
        online = printer.query_status(STATUS_ONLINE)
    except NotImplementedError:
        return None  # a file cannot answer
    if not online:
        return None
    if printer.paper_status() == 0:
        return SlipState.NO_PAPER
    failing = printer.query_status(STATUS_ERROR)
    if online[0] & OFF_LINE or (failing and failing[0] & ERRORS):
        return SlipState.FAILED
    return None


def _open(printer: Printer) -> EscPos:
    from escpos.printer import (  # type: ignore[import-untyped] # it brings no types
        File,
        Serial,
        Usb,
    )

    opened: Any
    match printer.kind:
        case "usb":
            vendor, product = (int(part, 16) for part in printer.port.split(":"))
            opened = Usb(vendor, product)
        case "serial":
            opened = Serial(
                devfile=printer.port, baudrate=printer.baud, dsrdtr=False, timeout=ANSWER_S
            )
        case _:
            opened = File(printer.port)
    opened.open()
    made: EscPos = opened
    return made


def _qr(text: str, *, module: int) -> Image.Image:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    matrix = code.get_matrix()
    made = Image.new("1", (len(matrix), len(matrix)), 1)
    for y, row in enumerate(matrix):
        for x, is_dark in enumerate(row):
            made.putpixel((x, y), 0 if is_dark else 1)
    side = len(matrix) * module
    return made.resize((side, side), Image.Resampling.NEAREST)


def _font(size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as path:
        return ImageFont.truetype(str(path), size)


if __name__ == "__main__":
    raise SystemExit(main())
