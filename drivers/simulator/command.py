"""`bangbangui simulate`: a lock board on a pseudo-terminal, until it is told to end."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from drivers.simulator.cabinet import Cabinet
from drivers.simulator.control_server import ControlServer
from drivers.simulator.fault import Fault, FaultError, fault_from_text
from drivers.simulator.paced_pty import LinkError
from drivers.simulator.pty_board import PtyBoard
from drivers.simulator.shuoming import ShuomingDevice, ShuomingSettings, meaning

app = typer.Typer(add_completion=False, invoke_without_command=True)


@app.callback(invoke_without_command=True)
def simulate(  # noqa: PLR0913  # a command line has as many options as it needs
    *,
    link: Annotated[Path, typer.Option(help="Where the board's serial port appears.")],
    control: Annotated[Path, typer.Option(help="The control socket to make.")],
    board: Annotated[str, typer.Option(help="The board family: shuoming.")] = "shuoming",
    scanner_link: Annotated[
        Path | None, typer.Option(help="Where a scanner's serial port appears.")
    ] = None,
    address: Annotated[
        list[int] | None, typer.Option(help="A board's address on the bus; repeat for more. 1")
    ] = None,
    channels: Annotated[int, typer.Option(min=1, max=50, help="Locks of each board.")] = 24,
    baud: Annotated[int, typer.Option(help="Baud rate of the board.")] = 9600,
    scanner_baud: Annotated[int, typer.Option(help="Baud rate of the scanner.")] = 9600,
    seed: Annotated[int, typer.Option(help="Seed of the doors' spring times.")] = 1,
    reply_delay_ms: Annotated[
        float, typer.Option(min=0, max=5000, help="Time from a request to its answer.")
    ] = 20.0,
    short_when_open: Annotated[
        bool, typer.Option("--short-when-open", help="The contact is shorted while a door is open.")
    ] = False,
    packed_inverted: Annotated[
        bool, typer.Option("--packed-inverted", help="A bit 1 means: contact not shorted.")
    ] = False,
    first_byte_first: Annotated[
        bool, typer.Option("--first-byte-first", help="The first status byte is locks 1 to 8.")
    ] = False,
    no_unlock_reply: Annotated[
        bool, typer.Option("--no-unlock-reply", help="Pulses are not answered.")
    ] = False,
    fault: Annotated[
        list[str] | None, typer.Option(help="A fault, such as jammed:lock=3 or late:count=2.")
    ] = None,
) -> None:
    """Simulate a lock board with its doors, faults included, until SIGTERM or Ctrl-C."""
    if board != "shuoming":
        raise typer.BadParameter(f"there is no board {board!r}; there is: shuoming")
    settings = ShuomingSettings(
        reply_delay_s=reply_delay_ms / 1000,
        shorted_means_shut=not short_when_open,
        bit_set_means_shorted=not packed_inverted,
        first_byte_is_locks_1_to_8=first_byte_first,
        status_bytes=max(3, -(-channels // 8)),
        answers_unlock=not no_unlock_reply,
        byte_s=10 / baud,
    )
    cabinet = Cabinet(dict.fromkeys(address or [1], channels), seed=seed)
    device = ShuomingDevice(cabinet, settings)
    for given in _faults(fault or []):
        device.faults.add(given)
    try:
        simulator = PtyBoard(
            device,
            link=link,
            baud=baud,
            clock=time.monotonic,
            meaning=meaning,
            scanner_link=scanner_link,
            scanner_baud=scanner_baud,
        )
        server = ControlServer(control, simulator)
    except (LinkError, OSError) as error:
        typer.echo(f"cannot start: {error}", err=True)
        raise typer.Exit(1) from error
    _run(simulator, server, ready=f"simulator ready: {board} on {link}, control {control}")


def _faults(texts: list[str]) -> list[Fault]:
    try:
        return [fault_from_text(text) for text in texts]
    except FaultError as error:
        raise typer.BadParameter(str(error)) from error


def _run(simulator: PtyBoard, server: ControlServer, *, ready: str) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: simulator.stop())
    print(ready, flush=True)
    try:
        simulator.run(server)
    finally:
        server.close()
        simulator.close()


if __name__ == "__main__":
    app()
