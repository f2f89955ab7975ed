"""`bangbangui simulate`: a lock board on a pseudo-terminal, until it is told to end."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from drivers.simulator.cabinet import Cabinet
from drivers.simulator.control_server import ControlServer
from drivers.simulator.device import BoardBuild, Device, SimulatedFamily
from drivers.simulator.fault import FaultError, fault_from_text
from drivers.simulator.paced_pty import LinkError
from drivers.simulator.pty_board import PtyBoard
from drivers.simulator.registry import SIMULATED
from drivers.simulator.scanner import SimulatedScanner, make_scanner

app = typer.Typer(add_completion=False, invoke_without_command=True)


@app.callback(invoke_without_command=True)
def simulate(  # noqa: PLR0913  # a command line has as many options as it needs
    *,
    link: Annotated[Path, typer.Option(help="Where the board's serial port appears.")],
    control: Annotated[Path, typer.Option(help="The control socket to make.")],
    board: Annotated[
        str, typer.Option(help=f"The board family: {', '.join(SIMULATED)}.")
    ] = "shuoming",
    scanner_link: Annotated[
        Path | None, typer.Option(help="Where a scanner's serial port appears.")
    ] = None,
    address: Annotated[
        list[int] | None,
        typer.Option(help="A board's address on the bus; repeat for more. The family's first"),
    ] = None,
    channels: Annotated[
        int | None, typer.Option(min=1, max=64, help="Locks of each board. As the family has")
    ] = None,
    baud: Annotated[int | None, typer.Option(help="Baud rate of the board. The family's")] = None,
    scanner_baud: Annotated[int, typer.Option(help="Baud rate of the scanner.")] = 9600,
    scanner_model: Annotated[
        str, typer.Option(help="The scanner: plain, gm65, gm812, gm72 or newland.")
    ] = "plain",
    card_reader_link: Annotated[
        Path | None, typer.Option(help="Where a card reader's serial port appears.")
    ] = None,
    card_reader_baud: Annotated[int, typer.Option(help="Baud rate of the card reader.")] = 9600,
    codes_at_once: Annotated[
        bool,
        typer.Option("--codes-at-once", help="A code comes whole, however busy this machine is."),
    ] = False,
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
    own: Annotated[
        list[str] | None,
        typer.Option("--with", help="NAME=WORD, a setting that only this family has."),
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(help="A fault, such as jammed:lock=3 or late:count=2.")
    ] = None,
) -> None:
    """Simulate a lock board with its doors, faults included, until SIGTERM or Ctrl-C."""
    family = _family(board)
    flags = {
        "short-when-open": short_when_open,
        "packed-inverted": packed_inverted,
        "first-byte-first": first_byte_first,
        "no-unlock-reply": no_unlock_reply,
    }
    _refuse_strange(board, family, {name for name, given in flags.items() if given})
    build = BoardBuild(
        channels=_channels(board, family, channels),
        reply_delay_s=reply_delay_ms / 1000,
        shorted_means_shut=not short_when_open,
        bit_set_means_shorted=not packed_inverted,
        first_byte_is_locks_1_to_8=first_byte_first,
        answers_unlock=not no_unlock_reply,
        byte_s=10 / (baud or family.baud),
        own=_own(board, family, own or []),
    )
    cabinet = Cabinet(dict.fromkeys(address or [family.first_address], build.channels), seed=seed)
    device = family.device(cabinet, build)
    _add_faults(device, fault or [])
    try:
        simulator = PtyBoard(
            device,
            link=link,
            baud=baud or family.baud,
            clock=time.monotonic,
            meaning=family.meaning,
            scanner_link=scanner_link,
            scanner_baud=scanner_baud,
            scanner_device=_scanner(scanner_model),
            card_reader_link=card_reader_link,
            card_reader_baud=card_reader_baud,
            codes_at_once=codes_at_once,
        )
        server = ControlServer(control, simulator)
    except (LinkError, OSError) as error:
        typer.echo(f"cannot start: {error}", err=True)
        raise typer.Exit(1) from error
    _run(simulator, server, ready=f"simulator ready: {board} on {link}, control {control}")


def _scanner(model: str) -> SimulatedScanner | None:
    try:
        return make_scanner(model)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _family(board: str) -> SimulatedFamily:
    family = SIMULATED.get(board)
    if family is None:
        raise typer.BadParameter(f"there is no board {board!r}; there is: {', '.join(SIMULATED)}")
    return family


def _refuse_strange(board: str, family: SimulatedFamily, given: set[str]) -> None:
    for name in sorted(given - family.flags):
        raise typer.BadParameter(f"boards of the family {board} have no --{name}")


def _channels(board: str, family: SimulatedFamily, channels: int | None) -> int:
    if channels is not None and channels > family.max_channels:
        raise typer.BadParameter(f"{board} has at most {family.max_channels} channels")
    return channels or family.channels


def _own(board: str, family: SimulatedFamily, given: list[str]) -> dict[str, str]:
    words = {name: allowed[0] for name, allowed in family.own.items()}
    for text in given:
        name, _, word = text.partition("=")
        if word not in family.own.get(name, ()):
            shown = [f"{n}={'|'.join(allowed)}" for n, allowed in family.own.items()]
            raise typer.BadParameter(
                f"{board} has no {text!r}; it has: {', '.join(shown) or 'none'}"
            )
        words[name] = word
    return words


def _add_faults(device: Device, texts: list[str]) -> None:
    try:
        for text in texts:
            device.faults.add(fault_from_text(text))
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
