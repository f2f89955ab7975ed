"""`bangbangui demo`: the whole product on this machine, until Ctrl-C.

`demo` starts everything; `demo phone`, `demo badge` and `demo scan` speak to the one that runs.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from drivers.simulator.control import SimulatorClient, SimulatorError
from locker.contract import jsonrpc
from locker.demo.part import PartError
from locker.demo.stage import Plan, Stage, free_port

app = typer.Typer(add_completion=False, help="The whole product on this machine.")
DEFAULT_DIRECTORY = Path(tempfile.gettempdir()) / f"bangbangui-demo-{os.getuid()}"
Directory = Annotated[Path, typer.Option(help="Where the demo keeps everything; made anew.")]


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    *,
    port: Annotated[
        str, typer.Option(help="A real lock board's port instead of the simulated board.")
    ] = "",
    host: Annotated[str, typer.Option(help="Address that the centre listens on.")] = "127.0.0.1",
    public_url: Annotated[
        str, typer.Option(help="What phones open; needed when they are not this machine.")
    ] = "",
    centre_port: Annotated[int, typer.Option(help="The centre's port; 0: any free one.")] = 8200,
    directory: Directory = DEFAULT_DIRECTORY,
) -> None:
    """Start board, centre, daemon and kiosk, and say how to use them. Ctrl-C ends them all."""
    if context.invoked_subcommand is not None:
        return
    number = centre_port or free_port()
    plan = Plan(
        directory=directory.absolute(),
        port=number,
        host=host,
        public_url=public_url.rstrip("/") or f"http://127.0.0.1:{number}",
        board_port=port or None,
        display=has_display(),
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
    stage = Stage(plan)
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
    board = plan.board_port or "simulated, 24 doors"
    glass = "a window" if plan.display else "off-screen (no display here)"
    lines = [
        "",
        "帮办柜 bangbangui: the demo is running. Ctrl-C ends it.",
        "",
        f"  lock board        {board}",
        f"  kiosk             {glass}",
        f"  resident's phone  {plan.public_url}/   scan the kiosk's QR, or: ./run demo phone",
        f"  staff console     {plan.public_url}/staff",
        f"  notices sent      {plan.public_url}/demo/notices",
    ]
    if staff is not None:
        lines += [
            f"  console sign-in   {staff.name}   password {staff.password}",
            f"  staff badge       ./run demo badge   then PIN {staff.pin} on the kiosk",
        ]
    lines += [
        "  a QR or label     ./run demo scan TEXT   reads it with the cabinet's scanner",
        f"  logs              {stage.logs}",
        "",
    ]
    (plan.directory / "badge").write_text(staff.badge if staff else "")
    return "\n".join(lines)


@app.command()
def phone(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Print the address that the kiosk's QR shows right now; good for about a minute."""
    snapshot = _ask_kiosk_socket(directory)
    address = snapshot["invitation"]["qr"]
    print(address or "the glass shows no QR now: the cabinet cannot reach its centre")


@app.command()
def badge(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Hold the demo's staff badge to the cabinet's scanner."""
    _scan(directory, (directory / "badge").read_text().encode())


@app.command()
def scan(text: str, directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Hold a code with this text to the cabinet's scanner."""
    _scan(directory, text.encode())


def _scan(directory: Path, data: bytes) -> None:
    try:
        with SimulatorClient(directory / "simulator.sock") as simulator:
            simulator.scan(data + b"\r\n")
    except SimulatorError as error:
        print(f"demo: {error}. Is the demo running in {directory}?", file=sys.stderr)
        raise typer.Exit(1) from error


def _ask_kiosk_socket(directory: Path) -> dict[str, dict[str, str | None]]:
    hello = jsonrpc.Request(1, "hello", {"protocol": 1, "client": "demo phone"})
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(directory / "run" / "kiosk.sock"))
            line.sendall(jsonrpc.encode(hello))
            answer = json.loads(line.makefile("rb").readline())
    except OSError as error:
        print(f"demo: {error}. Is the demo running in {directory}?", file=sys.stderr)
        raise typer.Exit(1) from error
    snapshot: dict[str, dict[str, str | None]] = answer["result"]
    return snapshot
