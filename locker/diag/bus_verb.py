"""The verbs that speak with boards: doors, watch, open, line, trace, ports, probe."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.columns import Columns
from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from drivers.serial_port import list_serial_ports
from locker.contract.vocabulary import DoorState
from locker.diag.bare_bench import BareBench
from locker.diag.bench import Bench, Channel, DoorReading, LineQuality, Opening, Outcome, Way
from locker.diag.call import Call
from locker.diag.probe import Finding, Probe, Probed
from locker.diag.profile_choice import choose_profile
from locker.diag.refusal import silent_board
from locker.diag.trace_text import TraceLine, TraceReader, read_trace
from locker.diag.trouble import ExitCode, TroubleError

_STYLE = {DoorState.CLOSED: "green", DoorState.OPEN: "yellow", DoorState.UNKNOWN: "red"}
_OUTCOME = {Outcome.OPENED: "green", Outcome.NOT_OPENED: "red", Outcome.UNKNOWN: "yellow"}
_ARROWS = {"out": ("→", "cyan"), "in": ("←", "green"), "note": ("·", "dim")}
NOT_AVAILABLE = "not available"
SHUT_WITHIN_S = 120.0

Seconds = Annotated[float | None, typer.Option("--seconds", min=0.1, help="End after so long.")]


def ports(ctx: typer.Context) -> None:
    """List the serial ports, with what is known of each."""
    call: Call = ctx.obj
    with call.telling():
        found = list_serial_ports()
        if call.options.json:
            call.print_json({"ports": [asdict(fact) for fact in found]})
            return
        if not found:
            call.console.print("no serial port on this machine: is the adapter plugged in? (dmesg)")
            return
        table = _table("port", "what it is", "maker", "usb", "serial number", "place")
        for fact in found:
            named = fact.product or fact.description or "-"
            rest = (fact.maker, fact.usb_id, fact.serial_number, fact.place)
            table.add_row(fact.path, named, *(word or "-" for word in rest))
        call.console.print(table)


def probe(
    ctx: typer.Context,
    *,
    every_address: Annotated[
        bool, typer.Option("--every-address", help="Ask every address; takes minutes.")
    ] = False,
) -> None:
    """Find board family, baud rate and address on --port; asks for doors only, fires nothing."""
    call: Call = ctx.obj
    with call.telling():
        if call.options.port is None:
            known = ", ".join(fact.path for fact in list_serial_ports()) or "none was found"
            raise TroubleError(
                tried="probe", seen="no --port was named", cause="a probe needs one port",
                remedy=f"bangbangui diag --port PORT probe; ports: {known}", code=ExitCode.USAGE,
            )  # fmt: skip
        told = _searched(call, call.options.port, every_address=every_address)
        if call.options.json:
            found = [asdict(one) for one in told.found]
            stray = told.stray.hex(" ").upper()
            call.print_json({"found": found, "tried": told.tried, "stray": stray})
        else:
            _show_findings(call, told)
        if not told.found:
            raise silent_board(
                tried=f"{told.tried} read-only questions of every family on {call.options.port}",
                stray=told.stray,
                port=call.options.port,
            )


def doors(ctx: typer.Context) -> None:
    """Read every door once, with the time of its reading."""
    call: Call = ctx.obj
    with call.telling(), call.bench() as bench:
        found = bench.doors()
        if call.options.json:
            call.print_json({"doors": list(map(_door_json, found))})
        else:
            call.console.print(_doors_table(found, bench))
        _refuse_silence(bench, found)


def watch(ctx: typer.Context, *, seconds: Seconds = None) -> None:
    """Show the doors live until Ctrl-C; with --json one object at each change."""
    call: Call = ctx.obj
    with call.telling(), call.bench() as bench:
        until_s = None if seconds is None else time.monotonic() + seconds
        if call.options.json:
            _watch_lines(call, bench, until_s)
            return
        with Live(console=call.console, auto_refresh=False) as live:
            for found in bench.watch():
                live.update(_watched(found, bench), refresh=True)
                if until_s is not None and time.monotonic() >= until_s:
                    return


def open_door(
    ctx: typer.Context,
    channel: Annotated[str, typer.Argument(metavar="CH", help="BOARD:NUMBER, for example 1:7.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is recorded with your login.")],
    empty: Annotated[
        bool,
        typer.Option("--empty", help="Wait until it is shut; you say that the box is empty."),
    ] = False,
) -> None:
    """Pulse one lock once, then tell what its door contact showed."""
    call: Call = ctx.obj
    with call.telling():
        wanted = parse_channel(channel)
        if not reason.strip() or len(reason) > 200:
            raise TroubleError(
                tried=f"open {wanted}", seen="no reason, or one of more than 200 characters",
                cause="every opening is recorded with its reason",
                remedy="--reason 'new hinge, customer 12'", code=ExitCode.USAGE,
            )  # fmt: skip
        with call.bench() as bench:
            done = bench.open(wanted, reason=reason.strip(), by=call.by)
            _show_opening(call, bench, done, empty=empty)
            if empty and done.outcome is Outcome.OPENED:
                _until_shut(call, bench, wanted)
                bench.confirm_empty(wanted, by=call.by)
        if done.outcome is not Outcome.OPENED:
            raise typer.Exit(int(ExitCode.FAILED))


def line(ctx: typer.Context) -> None:
    """Tell how good the bus is; through the daemon since its start, directly measured now."""
    call: Call = ctx.obj
    with call.telling(), call.bench() as bench:
        found = bench.line()
        if call.options.json:
            call.print_json({"lines": [_line_json(quality) for quality in found]})
        else:
            for quality in found:
                call.console.print(_line_table(quality))
        if any(quality.asked and not quality.replies for quality in found):
            port = call.options.port or ""
            raise silent_board(tried="ask the boards for their doors", port=port)


def trace(
    ctx: typer.Context,
    *,
    file: Annotated[Path | None, typer.Option(help="A saved trace instead of the line.")] = None,
    board: Annotated[str | None, typer.Option(help="How to decode a saved trace.")] = None,
    seconds: Seconds = None,
) -> None:
    """Show frames and hex side by side, live until Ctrl-C or from a file."""
    call: Call = ctx.obj
    with call.telling():
        if file is not None:
            named = board or call.options.board
            profile = None if named is None else choose_profile(named, call.options.sets)
            _show_trace(call, read_trace(_lines_of(file), profile))
            return
        with call.bench() as bench:
            until_s = None if seconds is None else time.monotonic() + seconds
            _show_trace(call, _live(bench, until_s))


def parse_channel(text: str) -> Channel:
    """Read a channel as it was typed. Raises TroubleError."""
    try:
        return Channel.parse(text)
    except ValueError as error:
        raise TroubleError(
            tried=f"read the channel {text!r}", seen=str(error),
            cause="boards count as on their switches, locks from 1",
            remedy="bangbangui diag doors names every channel", code=ExitCode.USAGE,
        ) from error  # fmt: skip


# --- showing ------------------------------------------------------------------------------


def _table(*heads: str, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for head in heads:
        table.add_column(head)
    return table


def _door_json(door: DoorReading) -> dict[str, object]:
    return {"channel": str(door.channel), "state": door.state.value, "read_at": door.read_at}


def _doors_table(found: Iterable[DoorReading], bench: Bench) -> Table:
    table = _table("channel", "door", "state", "read at", title=f"doors, {bench.about.way.value}")
    for door in found:
        number = "-" if door.compartment is None else str(door.compartment)
        state = Text(door.state.value, style=_STYLE[door.state])
        at = "never" if door.read_at is None else _time_of_day(door.read_at)
        table.add_row(str(door.channel), number, state, at)
    return table


def _watched(found: tuple[DoorReading, ...], bench: Bench) -> Group:
    """The doors beside each other, so that a whole cabinet fits on a screen; and what is silent."""
    cells = []
    for door in found:
        number = "" if door.compartment is None else f" door {door.compartment}"
        state = Text(f"{door.state.value:<8}", style=_STYLE[door.state])
        cells.append(Text(f"{door.channel!s:>6}{number:<9} ") + state)
    silent = not any(door.state is not DoorState.UNKNOWN for door in found)
    words = f"{_why_silent(bench)}; it goes on by itself" if silent else "Ctrl-C ends"
    foot = Text(words, style="red" if silent else "dim")
    head = Text(f"doors, {bench.about.way.value}, {_time_of_day(time.time())}", style="bold")
    return Group(head, Columns(cells, padding=(0, 3)), foot)


def _why_silent(bench: Bench) -> str:
    """Say what is known of the silence; only a bench that holds the port knows of the port."""
    silence: TroubleError | None = bench.silence() if isinstance(bench, BareBench) else None
    return "the boards do not answer" if silence is None else silence.seen


def _time_of_day(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at)) + f".{int(at % 1 * 10)}"


def _refuse_silence(bench: Bench, found: tuple[DoorReading, ...]) -> None:
    """End with "board silent" where a board told of no door at all."""
    boards: dict[tuple[int, int], bool] = {}
    for door in found:
        place = (door.channel.bus, door.channel.board)
        boards[place] = boards.get(place, False) or door.state is not DoorState.UNKNOWN
    silent = [f"{bus}/{board}" if bus > 1 else str(board) for (bus, board), on in boards.items()
              if not on]  # fmt: skip
    if not silent:
        return
    if isinstance(bench, BareBench):
        raise bench.silence()
    raise silent_board(
        tried=f"read the doors of board {', '.join(silent)}",
        seen="no fresh reading: the board does not answer, or its port is gone",
    )


def _watch_lines(call: Call, bench: Bench, until_s: float | None) -> None:
    told: dict[str, str] = {}
    for found in bench.watch():
        now = {str(door.channel): door.state.value for door in found}
        changed = [door for door in found if told.get(str(door.channel)) != door.state.value]
        if changed:
            call.print_json({"doors": list(map(_door_json, changed))})
        told = now
        if until_s is not None and time.monotonic() >= until_s:
            return


def _show_opening(call: Call, bench: Bench, done: Opening, *, empty: bool) -> None:
    if call.options.json:
        shown = {"channel": str(done.channel), "outcome": done.outcome.value}
        call.print_json({**shown, "pulses": done.pulses, "time_to_open_ms": done.time_to_open_ms})
        return
    words = Text(done.outcome.value.replace("_", " "), style=f"bold {_OUTCOME[done.outcome]}")
    call.console.print(Text(f"{done.channel}  ") + words)
    if done.detail:
        call.console.print(f"  {done.detail}", highlight=False)
    told = NOT_AVAILABLE if done.time_to_open_ms is None else f"≤ {done.time_to_open_ms} ms"
    call.console.print(f"  pulses {done.pulses}, time to open {told}", highlight=False)
    call.console.print(f"  recorded in {bench.about.record}", highlight=False, soft_wrap=True)
    if done.outcome is Outcome.OPENED and not empty and bench.about.way is not Way.BARE:
        call.console.print("  shut it; until staff have looked the box is withheld (see --empty)")


def _until_shut(call: Call, bench: Bench, channel: Channel) -> None:
    if not call.options.json:
        call.console.print("  shut the door, please …")
    until_s = time.monotonic() + SHUT_WITHIN_S
    for found in bench.watch():
        if any(d.channel == channel and d.state is DoorState.CLOSED for d in found):
            return
        if time.monotonic() >= until_s:
            raise TroubleError(
                tried=f"wait for {channel} to be shut", seen="it is not read shut",
                cause="the door is open, or its contact is stuck",
                remedy="shut it; staff must look into the box",
            )  # fmt: skip


def _line_json(quality: LineQuality) -> dict[str, object]:
    return asdict(quality)


def _line_table(quality: LineQuality) -> Table:
    since = time.strftime("%m-%d %H:%M:%S", time.localtime(quality.since))
    table = _table("", "measured", title=f"bus {quality.bus}, since {since}")
    for name, value in (
        ("questions", quality.asked),
        ("replies", quality.replies),
        ("time-outs", quality.time_outs),
        ("not sent", quality.not_sent),
        ("bad checksums", quality.bad_checksums),
        ("stray bytes", quality.stray_bytes),
    ):
        table.add_row(name, NOT_AVAILABLE if value is None else str(value))
    trip = quality.round_trip
    told = NOT_AVAILABLE
    if trip is not None:
        told = f"median {trip.median_ms} ms, {trip.least_ms} to {trip.most_ms}, {trip.count} times"
    table.add_row("round trip", told)
    if trip is not None:
        table.add_row("  95 % within", f"{trip.p95_ms} ms")
    return table


def _live(bench: Bench, until_s: float | None) -> Iterator[TraceLine]:
    reader = TraceReader(bench.profiles)
    for wires in bench.trace():
        yield from reader.feed(wires)
        if until_s is not None and time.monotonic() >= until_s:
            yield from reader.rest()
            return


def _lines_of(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TroubleError(
            tried=f"read {file}", seen=str(error), cause="no such file, or no text",
            remedy="a file that trace --json or the simulator wrote", code=ExitCode.USAGE,
        ) from error  # fmt: skip


def _show_trace(call: Call, lines: Iterable[TraceLine]) -> None:
    for one in lines:
        if call.options.json:
            print(json.dumps(asdict(one), ensure_ascii=False), file=call.console.file, flush=True)
            continue
        arrow, style = _ARROWS[one.direction]
        head = Text(f"{one.clock:<12} {one.bus} ", style="dim") + Text(arrow, style=style)
        text = head + Text(f" {one.hex:<32}  ", style=style) + Text(one.meaning)
        call.console.print(text, soft_wrap=True)


def _searched(call: Call, port: str, *, every_address: bool) -> Probed:
    if call.options.json:
        return Probe(port, every_address=every_address, tell=lambda *_: None).run()
    bar = Progress(TextColumn("{task.description:<40}"), BarColumn(), console=call.console,
                   transient=True)  # fmt: skip
    with bar:
        task = bar.add_task("", total=1.0)

        def tell(what: str, done: float) -> None:
            bar.update(task, description=what, completed=done)

        return Probe(port, every_address=every_address, tell=tell).run()


def _show_findings(call: Call, told: Probed) -> None:
    if not told.found:
        return
    table = _table("board", "baud", "address", "sure", "because", "answer")
    for one in told.found:
        style = {"certain": "green", "likely": "yellow"}.get(one.sure, "red")
        table.add_row(
            one.board, str(one.baud), str(one.address), Text(one.sure, style=style), one.because,
            one.reply,
        )  # fmt: skip
    call.console.print(table)
    port = call.options.port or "PORT"
    call.console.print(f"next: {next_command(told.found, port)}", highlight=False, soft_wrap=True)


def next_command(found: Sequence[Finding], port: str) -> str:
    """Write the command that reads the doors of the likeliest board, as it was found."""
    best = found[0]
    usual = choose_profile(best.board)
    addresses = tuple(one.address for one in found if one.board == best.board)
    words = ["bangbangui", "diag", "--port", port, "--board", best.board]
    if best.baud != usual.baud:
        words += ["--set", f"baud={best.baud}"]
    if addresses != usual.boards:
        words += ["--set", f"boards=[{','.join(map(str, addresses))}]"]
    return shlex.join([*words, "doors"])
