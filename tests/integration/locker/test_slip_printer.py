"""Slips on a printer at the other end of a pseudo-terminal: what is printed, and what is said."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from locker.contract.vocabulary import SlipState
from locker.core.effect import PrintSlip
from locker.core.input import Input, SlipPrinted
from locker.crew import SignOfLife
from locker.printer_worker import PrinterWorker
from locker.slip import Job, Printer, Slip, picture

SLIP = Slip("W073112", "48301957", "润园社区", "RY01", "0311-5550 0142", "2026-11-25 21:30")
WELL = {1: 0x12, 3: 0x12, 4: 0x12}
PAPER_OUT = {1: 0x1A, 3: 0x12, 4: 0x7E}
JAMMED = {1: 0x1A, 3: 0x32, 4: 0x12}
"""Answers to the real-time requests 1 (line), 3 (errors) and 4 (paper)."""
RASTER = b"\x1dv0"


class FakePrinter:
    """The device: answers real-time status requests, and keeps what it was sent to print."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.status = WELL
        self.printed = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asked = b""
        while True:
            try:
                data = os.read(self._master, 4096)
            except OSError:
                return
            for byte in data:
                asked = (asked + bytes([byte]))[-3:]
                if asked[:2] == b"\x10\x04" and byte in self.status:
                    os.write(self._master, bytes([self.status[byte]]))
            self.printed += data

    def close(self) -> None:
        os.close(self._slave)
        self._thread.join(10)  # its read ends with the last slave; the number is free after that
        os.close(self._master)


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    fake = FakePrinter()
    yield fake
    fake.close()


def on_paper(data: bytes) -> Image.Image:
    """Put the raster blocks that a printer was sent below each other again."""
    strips: list[Image.Image] = []
    at = data.find(RASTER)
    while at >= 0:
        width, height = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (4, 6))
        bits = data[at + 8 : at + 8 + width * height]
        strips.append(Image.frombytes("1", (width * 8, height), bytes(b ^ 0xFF for b in bits)))
        at = data.find(RASTER, at + 8 + width * height)
    made = Image.new("1", (strips[0].width, sum(strip.height for strip in strips)), 1)
    y = 0
    for strip in strips:
        made.paste(strip, (0, y))
        y += strip.height
    return made


def printed_by(printer: Printer, slip: PrintSlip) -> SlipState:
    """Have a slip printed by the worker, in its process, and give what it told the core."""
    told: list[Input] = []
    line = Job(printer, SLIP).to_json()
    worker = PrinterWorker(job=lambda _: line, tell=told.append, clock=time.monotonic)
    worker.submit(slip)
    stop = threading.Event()
    life = SignOfLife("printer", limit_s=60, clock=time.monotonic)
    thread = threading.Thread(target=worker.run, args=(life, stop))
    thread.start()
    while not told and thread.is_alive():
        stop.wait(0.05)
    stop.set()
    thread.join(5)
    assert isinstance(told[0], SlipPrinted)
    assert told[0].number == slip.number
    return told[0].slip


ASKED = PrintSlip(SLIP.number, SLIP.code)


def test_the_slip_on_the_paper_is_read_by_the_cabinets_scanner(printer: FakePrinter) -> None:
    assert printed_by(Printer("serial", printer.port), ASKED) is SlipState.PRINTED
    found = zxingcpp.read_barcodes(on_paper(printer.printed).convert("L"))
    assert [code.text for code in found] == [SLIP.code]
    assert printer.printed.rstrip().find(b"\x1dV") > 0  # it was cut


@pytest.mark.logs_may_warn("printer")
@pytest.mark.parametrize(
    ("status", "said"), [(PAPER_OUT, SlipState.NO_PAPER), (JAMMED, SlipState.FAILED)]
)
def test_no_paper_and_a_jam_are_told_and_nothing_is_sent(
    printer: FakePrinter, status: dict[int, int], said: SlipState
) -> None:
    printer.status = status
    assert printed_by(Printer("serial", printer.port), ASKED) is said
    assert RASTER not in printer.printed


@pytest.mark.logs_may_warn("printer")
def test_a_printer_that_is_gone_is_told() -> None:
    assert printed_by(Printer("serial", "/dev/no-such-printer"), ASKED) is SlipState.FAILED


def test_a_device_file_is_printed_to_without_being_asked(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    device.touch()
    assert printed_by(Printer("file", str(device), dots=384), ASKED) is SlipState.PRINTED
    made = on_paper(device.read_bytes())
    assert made.width == 384
    assert [code.text for code in zxingcpp.read_barcodes(made.convert("L"))] == [SLIP.code]


def test_the_code_is_in_no_argument_and_in_no_error() -> None:
    job = Job(Printer("serial", "/dev/no-such-printer"), SLIP)
    done = subprocess.run(
        [sys.executable, "-m", "locker.slip"], input=job.to_json() + "\n",
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == SlipState.FAILED
    assert SLIP.code not in done.stderr


@pytest.mark.parametrize("dots", [576, 384])
def test_nothing_of_the_slip_reaches_beyond_the_paper(dots: int) -> None:
    made = picture(SLIP, dots=dots).convert("L")
    edge = made.crop((dots - 4, 0, dots, made.height))
    assert edge.getextrema() == (255, 255)
