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
from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from drivers.serial_port import list_serial_ports
from locker.contract.tech import LineNow
from locker.contract.text import Catalogue
from locker.contract.vocabulary import Contact, DoorState
from locker.diag import clock_text, door_text
from locker.diag.bare_bench import BareBench
from locker.diag.bench import Bench, Channel, DoorReading, Opening, Outcome, Way, Why
from locker.diag.call import Call, english
from locker.diag.probe import Finding, Probe, Probed, because
from locker.diag.profile_choice import choose_profile
from locker.diag.refusal import silent_daemon, silent_port
from locker.diag.trace_text import TraceLine, TraceReader, read_trace
from locker.diag.trouble import ExitCode, TroubleError, trouble_texts

_OUTCOME = {Outcome.OPENED: "green", Outcome.NOT_OPENED: "red", Outcome.UNKNOWN: "yellow"}
_ARROWS = {"out": ("→", "cyan"), "in": ("←", "green"), "note": ("·", "dim")}
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
            call.console.print(call.texts("ports.none"))
            return
        table = _table(call.texts, "ports", "port", "what", "maker", "usb", "serial", "place")
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
            raise TroubleError("probe_needs_port", known=known, code=ExitCode.USAGE)
        told = _searched(call, call.options.port, every_address=every_address)
        if call.options.json:
            found = [asdict(one) for one in told.found]
            stray = told.stray.hex(" ").upper()
            call.print_json({"found": found, "tried": told.tried, "stray": stray})
        else:
            _show_findings(call, told)
        if not told.found:
            port = call.options.port
            raise silent_port("probe", told.stray, tried=told.tried, port=port)


def doors(ctx: typer.Context) -> None:
    """Read every door once, with the time of its reading."""
    call: Call = ctx.obj
    with call.telling(), call.bench() as bench:
        found = bench.doors()
        if call.options.json:
            call.print_json({"doors": list(map(door_text.door_json, found))})
        else:
            call.console.print(_doors_table(found, bench, call.texts))
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
                live.update(_watched(found, bench, call), refresh=True)
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
            raise TroubleError("no_reason", channel=wanted, code=ExitCode.USAGE)
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
            call.print_json({"lines": [line.model_dump() for line in found]})
        else:
            for line in found:
                call.console.print(_line_table(line, call.texts))
        if any(line.asked and not line.replies for line in found):
            boards = sorted({str(channel.board) for channel in bench.channels()})
            raise (
                bench.silence()
                if isinstance(bench, BareBench)
                else silent_daemon(", ".join(boards))
            )


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
            _show_trace(call, read_trace(_lines_of(file), profile, _told_in(call)))
            return
        with call.bench() as bench:
            until_s = None if seconds is None else time.monotonic() + seconds
            _show_trace(call, _live(bench, until_s, _told_in(call)))


def parse_channel(text: str) -> Channel:
    """Read a channel as it was typed. Raises TroubleError."""
    try:
        return Channel.parse(text)
    except ValueError as error:
        raise TroubleError("wrong_channel", text=repr(text), code=ExitCode.USAGE) from error


# --- showing ------------------------------------------------------------------------------


def _table(texts: Catalogue, about: str, *heads: str, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for head in heads:
        table.add_column(texts(f"{about}.{head}"), overflow="fold")
    return table


def _doors_title(bench: Bench, texts: Catalogue) -> str:
    return texts("doors.title", way=texts(f"way.{bench.about.way.name.lower()}"))


def _doors_table(found: Iterable[DoorReading], bench: Bench, texts: Catalogue) -> Table:
    table = _table(texts, "doors", *door_text.HEADS, title=_doors_title(bench, texts))
    door_text.fill_table(table, found, texts)
    return table


def _watched(found: tuple[DoorReading, ...], bench: Bench, call: Call) -> Group:
    """All doors, and what is silent."""
    texts = call.texts
    silent = not any(door.state is not DoorState.UNKNOWN for door in found)
    words = texts("doors.goes_on", why=_why_silent(bench, call)) if silent else texts("doors.ends")
    foot = Text(words, style="red" if silent else "dim")
    head = f"{_doors_title(bench, texts)}  {clock_text.time_of_day(time.time(), digits=1)}"
    return door_text.side_by_side(found, texts, head=head, foot=foot)


def _why_silent(bench: Bench, call: Call) -> str:
    """Say what is known of the silence; only a bench that holds the port knows of the port."""
    silence: TroubleError | None = bench.silence() if isinstance(bench, BareBench) else None
    if silence is None:
        return call.texts("doors.silent")
    return silence.words("seen", trouble_texts(call.options.language))


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
    raise silent_daemon(", ".join(silent))


def _watch_lines(call: Call, bench: Bench, until_s: float | None) -> None:
    told: dict[str, tuple[DoorState, Contact | None]] = {}
    for found in bench.watch():
        now = {str(door.channel): (door.state, door.contact) for door in found}
        changed = [door for door in found if told.get(str(door.channel)) != now[str(door.channel)]]
        if changed:
            call.print_json({"doors": list(map(door_text.door_json, changed))})
        told = now
        if until_s is not None and time.monotonic() >= until_s:
            return


def _show_opening(call: Call, bench: Bench, done: Opening, *, empty: bool) -> None:
    if call.options.json:
        shown = {"channel": str(done.channel), "outcome": done.outcome.value}
        call.print_json({**shown, "pulses": done.pulses, "time_to_open_ms": done.time_to_open_ms})
        return
    texts, bare = call.texts, bench.about.way is Way.BARE
    words = Text(texts(f"open.{done.outcome.value}"), style=f"bold {_OUTCOME[done.outcome]}")
    call.console.print(Text(f"{done.channel}  ") + words)
    if done.detail:
        known = {str(why): texts(f"open.{why.name.lower()}") for why in Why}
        call.console.print(f"  {known.get(done.detail, done.detail)}", markup=False)
    ms = done.time_to_open_ms
    told = texts("not_available") if ms is None else f"≤ {ms} ms"
    call.console.print(f"  {texts('open.pulses', pulses=done.pulses, time=told)}")
    record = bench.about.record if bare else texts("open.journal")
    call.console.print(f"  {texts('open.recorded', record=record)}", soft_wrap=True)
    if done.outcome is Outcome.OPENED and not empty and not bare:
        call.console.print(f"  {texts('open.withheld')}")


def _until_shut(call: Call, bench: Bench, channel: Channel) -> None:
    if not call.options.json:
        call.console.print(f"  {call.texts('open.shut')}")
    until_s = time.monotonic() + SHUT_WITHIN_S
    for found in bench.watch():
        if any(d.channel == channel and d.state is DoorState.CLOSED for d in found):
            return
        if time.monotonic() >= until_s:
            raise TroubleError("not_shut", channel=channel)


def _line_table(line: LineNow, texts: Catalogue) -> Table:
    since = clock_text.short(line.since)
    title = texts("line.title", bus=line.bus, since=since)
    table = _table(texts, "line", "what", "measured", title=title)
    for name in ("asked", "replies", "time_outs", "not_sent", "bad_checksums", "stray_bytes"):
        value = getattr(line, name)
        table.add_row(
            texts(f"line.{name}"), texts("not_available") if value is None else str(value)
        )
    trip = line.round_trip
    if trip is None:
        table.add_row(texts("line.round_trip"), texts("not_available"))
        return table
    table.add_row(texts("line.round_trip"), texts("line.spread", **trip.model_dump()))
    table.add_row(texts("line.p95"), f"{trip.p95_ms} ms")
    return table


def _told_in(call: Call) -> Catalogue:
    """Give the words of a trace: with `--json` they are English in any language."""
    return english() if call.options.json else call.texts


def _live(bench: Bench, until_s: float | None, texts: Catalogue) -> Iterator[TraceLine]:
    reader = TraceReader(bench.profiles, texts)
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
            "no_trace_file", file=file, detail=str(error), code=ExitCode.USAGE
        ) from error


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
    heads = ("board", "baud", "address", "sure", "because", "answer")
    table = _table(call.texts, "probe", *heads)
    for one in told.found:
        style = {"certain": "green", "likely": "yellow"}.get(one.sure, "red")
        table.add_row(
            one.board, str(one.baud), str(one.address),
            Text(call.texts(f"probe.{one.sure}"), style=style),
            because(one, told.found, call.texts),
            one.reply,
        )  # fmt: skip
    call.console.print(table)
    port = call.options.port or "PORT"
    call.console.print(
        call.texts("probe.next", command=next_command(told.found, port)), soft_wrap=True
    )


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
