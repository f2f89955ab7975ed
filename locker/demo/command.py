"""`bangbangui demo`: the whole product on this machine, until Ctrl-C.

`demo` starts everything; its subcommands (`demo phone`, `demo badge`, `demo door` …) speak to the
one that runs.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import threading
import tomllib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from drivers.simulator.control import SimulatorClient, SimulatorError
from locker.contract.demo_clock import DemoClock
from locker.contract.kiosk import KIOSK_PROTOCOL
from locker.contract.local_time import local_time
from locker.demo.part import PartError
from locker.demo.stage import CENTRE, STATE, Plan, Stage, free_port
from locker.demo.when import meant

app = typer.Typer(add_completion=False, help="The whole product on this machine.")
DEFAULT_DIRECTORY = Path(tempfile.gettempdir()) / f"bangbangui-demo-{os.getuid()}"
ENVELOPE = "envelope"
Directory = Annotated[Path, typer.Option(help="Where the demo keeps everything; made anew.")]


class Deed(StrEnum):
    """What a hand can do at an open door."""

    SHUT = "shut"
    PUT = "put"
    TAKE = "take"


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    *,
    port: Annotated[
        str, typer.Option(help="A real lock board's port instead of the simulated board.")
    ] = "",
    board: Annotated[str, typer.Option(help="The board's family.")] = "shuoming",
    host: Annotated[str, typer.Option(help="Address that the centre listens on.")] = "127.0.0.1",
    public_url: Annotated[
        str, typer.Option(help="What phones open; needed when they are not this machine.")
    ] = "",
    centre_port: Annotated[int, typer.Option(help="The centre's port; 0: any free one.")] = 8200,
    directory: Directory = DEFAULT_DIRECTORY,
) -> None:
    """Start board, centre, daemon and kiosk, and say how to use them. Ctrl-C ends them all."""
    if context.invoked_subcommand is not None:
        # `demo --directory X badge` means the same as `demo badge --directory X`.
        context.default_map = {context.invoked_subcommand: {"directory": directory}}
        return
    number = centre_port or free_port()
    plan = Plan(
        directory=directory.absolute(),
        port=number,
        host=host,
        public_url=public_url.rstrip("/") or f"http://127.0.0.1:{number}",
        board_port=port or None,
        board=board,
        display=has_display(),
        rehearsal=True,
    )
    raise typer.Exit(run(plan))


def has_display() -> bool:
    """Whether windows can be shown."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(plan: Plan) -> int:
    """Run the demo until it is told to end; returns the exit code."""
    ending = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        stage = Stage(plan)
    except PartError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    try:
        stage.start()
        print(welcome(stage), flush=True)
        while not ending.wait(0.5):
            stage.check()
    except PartError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    finally:
        stage.stop()
        print("demo: every part has ended", flush=True)
    return 0


def welcome(stage: Stage) -> str:
    """Say what runs and what to open."""
    plan, staff = stage.plan, stage.staff
    wiring = stage.wiring
    doors = f"{plan.board}, {len(wiring.doors)} doors on board {', '.join(map(str, wiring.boards))}"
    board = f"{plan.board_port or 'simulated'}: {doors}"
    word = "./run demo"
    if plan.directory != DEFAULT_DIRECTORY:
        word += f" --directory {plan.directory}"
    glass = "a window" if plan.display else "off-screen (no display here)"
    lines = [
        "",
        "帮办柜 bangbangui: the demo is running. Ctrl-C ends it.",
        "",
        f"  lock board        {board}",
        f"  kiosk             {glass}",
        f"  resident's phone  {plan.public_url}/   scan the kiosk's QR, or: {word} phone",
        f"  staff console     {plan.public_url}/staff",
        f"  notices sent      {plan.public_url}/demo/notices",
    ]
    if staff is not None:
        lines += [
            f"  console sign-in   {staff.name}   password {staff.password}",
            f"  staff badge       {word} badge   then PIN {staff.pin} on the kiosk",
        ]
    lines += [
        f"  a QR or label     {word} scan TEXT   reads it with the cabinet's scanner",
        f"  a person's card   {word} card NUMBER   ten digits of your own choosing",
        f"  the glass         {word} glass FILE.png, {word} press NAME",
        f"  a door            {word} door NUMBER shut|put|take",
        f"  days in a minute  {word} clock +3d, {word} clock tomorrow 08:30",
        f"  logs              {stage.logs}",
        "",
    ]
    (plan.directory / "badge").write_text(staff.badge if staff else "")
    return "\n".join(lines)


@app.command()
def phone(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Print the address that the kiosk's QR shows right now; good for about a minute."""
    address = _greet(directory, "demo phone")["invitation"]["qr"]
    print(address or "the glass shows no QR now: the cabinet cannot reach its centre")


@app.command()
def clock(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="+3d, +2h, +30m, 08:30, tomorrow 08:30, 2026-12-01 08:30; or nothing."),
    ] = None,
    directory: Directory = DEFAULT_DIRECTORY,
) -> None:
    """Say the demo's time, or put it forward, at the cabinet and its centre at once."""
    _greet(directory, "demo clock")  # a demo that does not run has no time
    parts = [DemoClock(directory / name) for name in (CENTRE, STATE)]
    if words:
        said, now = " ".join(words), parts[0].now()
        try:
            ahead_s = parts[0].ahead_s() + meant(said, now=now) - now
        except ValueError as error:
            raise _not_done(f"{said!r} is no later time: +3d, tomorrow 08:30 are") from error
        for part in parts:
            part.put(ahead_s)
        print("over by themselves: a phone's scan (15 min), a sign-in at the console (4 h)")
    print(f"{local_time(parts[0].now()):%Y-%m-%d %H:%M}")


@app.command()
def badge(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Hold the demo's staff badge to the cabinet's scanner."""
    try:
        text = (directory / "badge").read_text()
    except OSError as error:
        raise _unreached(directory / "badge", error) from error
    scan(text, directory)


@app.command()
def scan(text: str, directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Hold a code with this text to the cabinet's scanner."""
    _work(directory, lambda cabinet: cabinet.scan(text.encode() + b"\r\n"))


@app.command()
def card(number: str, directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Hold a person's own card to the cabinet's reader: ten digits, as they stand on the card."""
    _work(directory, lambda cabinet: cabinet.scan(number.encode() + b"\r\n", "card_reader"))


@app.command()
def door(
    number: int,
    deed: Annotated[Deed, typer.Argument(help="shut it, put an envelope in, or take it out")],
    directory: Directory = DEFAULT_DIRECTORY,
) -> None:
    """Work a door of the simulated cabinet by hand; with a display its window does the same."""
    board, lock = _lock_of(directory, number)
    match deed:
        case Deed.SHUT:
            _work(directory, lambda cabinet: cabinet.shut(board, lock))
        case Deed.PUT:
            _work(directory, lambda cabinet: cabinet.put(board, lock, ENVELOPE))
        case Deed.TAKE:
            _work(directory, lambda cabinet: cabinet.take(board, lock, ENVELOPE))


def _lock_of(directory: Path, number: int) -> tuple[int, int]:
    """Find the board and lock behind a printed number, as the demo is wired."""
    layout = directory / "layout.toml"
    if not layout.exists():
        raise _not_done(f"no demo runs here: {layout} is not there")
    cells = tomllib.loads(layout.read_text("utf-8"))["cells"]
    for cell in cells:
        if cell["number"] == number:
            return cell["board"], cell["channel"]
    raise _not_done(f"there is no door {number}; there are 1 to {len(cells)}")


@app.command()
def glass(picture: Path, directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Save what the kiosk shows, and list what a finger could press there."""
    _ask_glass(directory, {"do": "grab", "path": str(picture.absolute())})
    for row in _ask_glass(directory, {"do": "texts"})["texts"]:
        print(f"{row['name']:<18} {' '.join(row['text'].split())}")


@app.command()
def press(name: str, directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Press a button of the kiosk, by the name that `demo glass` lists."""
    _ask_glass(directory, {"do": "press", "name": name})


def _work(directory: Path, deed: Callable[[SimulatorClient], object]) -> None:
    try:
        with SimulatorClient(directory / "simulator.sock") as cabinet:
            deed(cabinet)
    except SimulatorError as error:
        raise _unreached(directory / "simulator.sock", error) from error


def _greet(directory: Path, client: str) -> dict[str, Any]:
    """Ask the daemon for all that it shows."""
    hello = {"jsonrpc": "2.0", "id": 1, "method": "hello"}
    hello |= {"params": {"protocol": KIOSK_PROTOCOL, "client": client}}
    snapshot: dict[str, Any] = _ask_line(directory / "run" / "kiosk.sock", hello)["result"]
    return snapshot


def _ask_glass(directory: Path, order: dict[str, object]) -> dict[str, Any]:
    answer = _ask_line(directory / "rehearsal.sock", order)
    if not answer["ok"]:
        raise _not_done(answer["reason"])
    return answer


def _ask_line(path: Path, question: dict[str, object]) -> dict[str, Any]:
    """Send one line of JSON to a part's socket and read its answer."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(path))
            line.sendall(json.dumps(question).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile("rb").readline())
    except (OSError, ValueError) as error:
        raise _unreached(path, error) from error
    return answer


def _unreached(path: Path, error: Exception) -> typer.Exit:
    """Say why a demo's file or socket is of no use; without it no demo runs there."""
    return _not_done(str(error) if path.exists() else f"no demo runs here: {path} is not there")


def _not_done(why: str) -> typer.Exit:
    print(f"demo: {why}", file=sys.stderr)
    return typer.Exit(1)
