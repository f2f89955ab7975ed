"""The verbs of a cabinet's later life: soak, health, bundle."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from locker.contract.text import Catalogue
from locker.diag import clock_text
from locker.diag.bench import Bench, Channel
from locker.diag.bundle import LAST_LINES, journal_lines, json_text, pack, versions, without_secrets
from locker.diag.call import Call
from locker.diag.door_text import door_json
from locker.diag.health import Histories, read_histories
from locker.diag.journal_source import read_journal
from locker.diag.lock_health import LockHealth, LockVerdict
from locker.diag.pace import RealPace
from locker.diag.person import PersonLeftError
from locker.diag.reach import cabinet_settings
from locker.diag.report_page import (
    SOAK_COLUMNS,
    door_words,
    soak_end,
    soak_facts,
    soak_page,
    soak_row,
)
from locker.diag.soak import (
    Ended,
    Pulsed,
    Resting,
    Soak,
    SoakPlan,
    SoakResult,
    Step,
    Stop,
    WaitsForShut,
    Working,
    coil_pause_s,
    count_locks,
)
from locker.diag.technician import make_person, person_console, plain_table
from locker.diag.trouble import ExitCode, TroubleError
from locker.diag.wiring_map import profile_toml, write_whole
from locker.settings import Settings

_VERDICT_STYLE = {
    LockVerdict.GOOD: "green",
    LockVerdict.WATCH: "yellow",
    LockVerdict.REPLACE_SOON: "red",
    LockVerdict.NOT_ENOUGH_DATA: "dim",
}
TRACE_S = 5.0
SHUT_WITHIN_S = 120.0


def soak(
    ctx: typer.Context,
    *,
    reason: Annotated[str, typer.Option(help="Why; recorded with each opening.")],
    rounds: Annotated[int, typer.Option(min=1, max=100_000, help="Openings of each lock.")] = 10,
    channels: Annotated[
        list[str] | None, typer.Option("--channel", metavar="CH", help="Only this lock.")
    ] = None,
    pause: Annotated[float, typer.Option(min=0, help="Least seconds between pulses.")] = 1.0,
    empty: Annotated[
        bool, typer.Option("--empty", help="I looked: the boxes are empty; do not ask.")
    ] = False,
    to: Annotated[Path, typer.Option(help="The folder for the HTML and JSON.")] = Path(),
) -> None:
    """Open locks for real, round after round; somebody must shut the doors."""
    call: Call = ctx.obj
    with call.telling(), call.bench() as bench:
        texts = call.texts
        plan = SoakPlan(
            channels=_chosen(bench, channels or []), rounds=rounds,
            coil_pause_s=coil_pause_s(list(bench.profiles.values()), at_least_s=pause),
            between_s=pause, shut_within_s=SHUT_WITHIN_S, reason=reason, by=call.by,
        )  # fmt: skip
        _must_be_empty(call, plan, texts, said=empty)
        result = _soaked(call, bench, plan, texts)
        _show_soak(call, result, texts, to=to)
        raise typer.Exit(int(_soak_code(result)))


def _chosen(bench: Bench, words: list[str]) -> tuple[Channel, ...]:
    every = bench.channels()
    try:
        named = [Channel.parse(word) for word in words]
    except ValueError as error:
        raise _no_such_lock(str(error), every) from error
    for channel in named:
        if channel not in every:
            raise _no_such_lock(f"there is no lock {channel}", every)
    return tuple(dict.fromkeys(named)) or every


def _no_such_lock(seen: str, every: tuple[Channel, ...]) -> TroubleError:
    return TroubleError(
        "wrong_locks", detail=seen, first=every[0], last=every[-1], code=ExitCode.USAGE
    )


def _must_be_empty(call: Call, plan: SoakPlan, texts: Catalogue, *, said: bool) -> None:
    person = make_person(call)
    person.tell(texts("soak.begin", locks=len(plan.channels), rounds=plan.rounds))
    if said:
        return
    with contextlib.suppress(PersonLeftError):
        if person.choose(texts("soak.empty"), {"y": texts("yes"), "n": texts("no")}) == "y":
            return
    raise TroubleError("boxes_not_empty", code=ExitCode.USAGE)


def _soaked(call: Call, bench: Bench, plan: SoakPlan, texts: Catalogue) -> SoakResult:
    pace, pulsed, doors = RealPace(), list[Pulsed](), bench.doors()
    began_s, ended = pace.wall_s(), Ended(Stop.STOPPED)
    locks = count_locks([], channels=plan.channels, doors=doors)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=person_console(call)) as bar:
        task = bar.add_task("", total=plan.rounds * len(plan.channels))
        with contextlib.suppress(KeyboardInterrupt):
            for step in _told(Soak(bench, plan, pace).steps(), texts):
                words = step_words(step, lambda channel: door_words(channel, locks, texts), texts)
                bar.update(task, description=words, refresh=True)
                if isinstance(step, Pulsed):
                    pulsed.append(step)
                    opened = step.opening.time_to_open_ms is not None
                    bar.update(task, advance=int(opened))
                elif isinstance(step, Ended):
                    ended = step
    profiles = bench.profiles.values()
    return SoakResult(
        plan=plan, boards=tuple(f"{p.family.value} {p.baud}" for p in profiles),
        rest_s=max(p.coil_rest_ms for p in profiles) / 1000, began_s=began_s,
        ended_s=pace.wall_s(), ended=ended,
        locks=count_locks(pulsed, channels=plan.channels, doors=doors),
    )  # fmt: skip


def _told(steps: Iterator[Step], texts: Catalogue) -> Iterator[Step]:
    """Turn trouble on the way into the soak's end: its figures must not be lost with it."""
    try:
        yield from steps
    except TroubleError as trouble:
        yield Ended(Stop.BROKEN_OFF, None, trouble.in_one_line(texts.language))


def step_words(step: Step, named: Callable[[Channel], str], texts: Catalogue) -> str:
    """Say what happens now, for the line beside the bar."""
    match step:
        case WaitsForShut(channel, waited_s):
            return texts("soak.wait_shut", door=named(channel), waited_s=f"{waited_s:.0f}")
        case Working(channel):
            return texts("soak.working", door=named(channel))
        case Resting():
            return texts("soak.resting")
        case Pulsed(opening):
            return texts("soak.working", door=named(opening.channel))
        case Ended():
            return ""


def _show_soak(call: Call, result: SoakResult, texts: Catalogue, *, to: Path) -> None:
    name = f"soak-{clock_text.stamp(result.began_s)}"
    page, data = to / f"{name}.html", to / f"{name}.json"
    write_whole(page, soak_page(result, texts))
    write_whole(data, json_text(result.as_json()))
    if call.options.json:
        call.print_json({**result.as_json(), "files": [str(page), str(data)]})
        return
    table = plain_table(*(texts(f"soak.{key}") for key in SOAK_COLUMNS))
    for column in table.columns:
        column.justify = "right"
    for lock in result.locks:
        table.add_row(*soak_row(lock), style="" if lock.pulses == lock.opened else "red")
    call.console.print(table)
    for line in soak_facts(result, texts)[2:]:
        call.console.print(line, style="dim")
    good = _soak_code(result) is ExitCode.OK
    call.console.print(soak_end(result, texts), style="green" if good else "bold red")
    call.console.print(f"{page}\n{data}")


def _soak_code(result: SoakResult) -> ExitCode:
    if result.ended.stop in {Stop.NOT_SENT, Stop.SILENT}:
        return ExitCode.SILENT
    all_opened = all(lock.pulses == lock.opened for lock in result.locks)
    good = result.ended.stop in {Stop.DONE, Stop.STOPPED} and all_opened
    return ExitCode.OK if good else ExitCode.FAILED


def health(
    ctx: typer.Context,
    *,
    file: Annotated[Path | None, typer.Option(help="An exported journal instead.")] = None,
) -> None:
    """Tell each lock's trend from the journal, and which to replace soon."""
    call: Call = ctx.obj
    with call.telling():
        texts = call.texts
        source, entries = read_journal(call.options, file=file)
        found = read_histories(entries)
        settings = cabinet_settings(call.options)
        rows = _lock_rows(found, settings)
        if call.options.json:
            call.print_json({"source": source, **health_json(found, rows, settings)})
            return
        _show_health(call, found, rows, settings, texts=texts, source=source)
        _tell_demo_time(call, settings)


def _pulse_s(settings: Settings | None) -> dict[int, float]:
    """Give how long one pulse feeds each compartment's coil, by its board's profile."""
    if settings is None:
        return {}
    by_bus = {bus.number: bus.profile.pulse_ms / 1000 for bus in settings.buses}
    return {cell.number: by_bus[cell.bus] for cell in settings.layout.cells}


def _lock_rows(
    found: Histories, settings: Settings | None
) -> list[tuple[int, Channel | None, LockHealth]]:
    """Give every compartment of the layout, or those of the journal where there is no layout."""
    if settings is None:
        return [(n, None, found.health(n)) for n in sorted(found.tries)]
    cells = sorted(settings.layout.cells, key=lambda cell: cell.number)
    return [
        (cell.number, Channel(cell.bus, cell.board, cell.channel), found.health(cell.number))
        for cell in cells
    ]


def health_json(
    found: Histories,
    rows: list[tuple[int, Channel | None, LockHealth]],
    settings: Settings | None,
) -> dict[str, Any]:
    """Give the verdicts as `--json` prints them and the bundle holds them.

    `on_s` is derived: the attempts times the profile's pulse; None where no profile is known.
    `ahead_s`: by how much a demo, and so its journal, is ahead of the machine's time.
    """
    pulse_s = _pulse_s(settings)
    locks = [
        {
            "compartment": number, "channel": None if channel is None else str(channel),
            "attempts": one.attempts, "failures": one.failures, "unresolved": one.unresolved,
            "on_s": _on_s(one, pulse_s.get(number)),
            "measured": one.measured, "then_ms": one.then_ms, "now_ms": one.now_ms,
            "verdict": one.verdict.value, "why": one.why.value,
        }
        for number, channel, one in rows
    ]  # fmt: skip
    ahead_s = 0.0 if settings is None else settings.ahead_s()
    return {"entries": found.entries, "since": found.since_s, "until": found.until_s,
            "ahead_s": ahead_s, "locks": locks}  # fmt: skip


def _tell_demo_time(call: Call, settings: Settings | None) -> None:
    """Say of a demo that was put forward that its times are its own."""
    if settings is not None and settings.ahead_s():
        machine_s = time.time()
        now = clock_text.full(machine_s + settings.ahead_s())
        told = call.texts("demo_time", now=now, machine=clock_text.full(machine_s))
        call.console.print(told, style="yellow")


def _on_s(one: LockHealth, pulse_s: float | None) -> float | None:
    return None if pulse_s is None else round(one.attempts * pulse_s, 1)


def _show_health(
    call: Call, found: Histories, rows: list[tuple[int, Channel | None, LockHealth]],
    settings: Settings | None, *, texts: Catalogue, source: str,
) -> None:  # fmt: skip
    pulse_s = _pulse_s(settings)
    on = ("on",) if pulse_s else ()
    keys = ("door", "lock", "attempts", *on, "failures", "unresolved", "then", "now", "verdict")
    table = plain_table(*(texts(f"health.{key}") for key in keys), title=texts("health.title"))
    for number, channel, one in rows:
        style = _VERDICT_STYLE[one.verdict]
        word = f"{texts(f'health.{one.verdict.value}')}: {texts(f'health.why.{one.why.value}')}"
        table.add_row(
            str(number), "—" if channel is None else str(channel), str(one.attempts),
            *(_ms(_on_s(one, pulse_s.get(number))) for _ in on),
            str(one.failures), str(one.unresolved), *map(_ms, (one.then_ms, one.now_ms)),
            f"[{style}]{word}[/]",
        )  # fmt: skip
    call.console.print(table)
    since, until = (
        "—" if at is None else clock_text.full(at) for at in (found.since_s, found.until_s)
    )
    told = {"journal": source, "events": found.entries, "since": since, "until": until}
    call.console.print(texts("health.source", **told), style="dim")
    call.console.print(texts("health.how"), style="dim")


def _ms(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def bundle(
    ctx: typer.Context,
    *,
    out: Annotated[Path | None, typer.Option(help="The archive to write (.tar.gz).")] = None,
    traces: Annotated[
        list[Path] | None, typer.Option("--trace", help="A trace file to put in.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0, help="Trace the line so long.")] = TRACE_S,
    last: Annotated[int, typer.Option(min=1, help="Entries of the journal.")] = LAST_LINES,
) -> None:
    """Pack one archive for support; no key, no code, no personal data."""
    call: Call = ctx.obj
    with call.telling():
        files, settings = _bundle_files(call, seconds=seconds, last=last, traces=traces or [])
        now_s = time.time() + (0.0 if settings is None else settings.ahead_s())
        name = f"bangbangui-{clock_text.stamp(now_s)}"
        path = out or Path(f"{name}.tar.gz")
        data = pack(files, at_s=now_s, folder=name)
        path.write_bytes(data)
        if call.options.json:
            call.print_json({"file": str(path), "bytes": len(data), "files": sorted(files)})
            return
        texts = call.texts
        told = {"file": path, "count": len(files), "size": len(data)}
        call.console.print(texts("bundle.written", **told))
        call.console.print(texts("bundle.note"))
        _tell_demo_time(call, settings)


def _bundle_files(
    call: Call, *, seconds: float, last: int, traces: list[Path]
) -> tuple[dict[str, str | bytes], Settings | None]:
    """Gather what there is, and the settings; what is missing is named in a file of its own."""
    files: dict[str, str | bytes] = {"versions.json": json_text(versions(machine=_machine()))}
    missing: list[str] = []
    settings: Settings | None = None

    def put(name: str, make: Callable[[], str | bytes]) -> None:
        try:
            files[name] = make()
        except (TroubleError, OSError) as error:
            missing.append(f"{name}: {error}")

    try:
        settings = cabinet_settings(call.options)
    except TroubleError as trouble:
        missing.append(f"settings: {trouble}")
    if settings is not None:
        front = settings.layout
        put("settings.toml", lambda: without_secrets(call.options.settings.read_text("utf-8")))
        put("layout.json", lambda: front.model_dump_json(indent=1) + "\n")
        for bus in settings.buses:
            files[f"board-{bus.number}.toml"] = profile_toml(bus.profile, why="as it was read")
    put("line.json", lambda: _line_and_trace(call, files, seconds))
    put("journal.json", lambda: _journal_and_health(call, files, settings, last))
    for trace in traces:
        put(f"trace-{trace.name}", trace.read_bytes)
    if missing:
        files["missing.txt"] = "\n".join(missing) + "\n"
    return files, settings


def _journal_and_health(
    call: Call, files: dict[str, str | bytes], settings: Settings | None, last: int
) -> str:
    _, entries = read_journal(call.options, file=None)
    found = read_histories(entries)
    files["health.json"] = json_text(health_json(found, _lock_rows(found, settings), settings))
    return json_text(journal_lines(entries, last=last))


def _line_and_trace(call: Call, files: dict[str, str | bytes], seconds: float) -> str:
    """Measure the line, and read some of what goes over it."""
    with call.bench() as bench:
        files["doors.json"] = json_text(
            [{**door_json(door), "compartment": door.compartment} for door in bench.doors()]
        )
        quality = json_text([one.model_dump() for one in bench.line()])
        until_s = time.monotonic() + seconds
        lines = []
        for portion in bench.trace():
            lines += [f"{w.at:.4f} {w.bus} {w.direction} {w.data.hex(' ')}" for w in portion]
            if time.monotonic() >= until_s:
                break
        files["trace.txt"] = "\n".join(lines) + "\n"
    return quality


def _machine() -> dict[str, str]:
    return {"python": platform.python_version(), "system": platform.platform(),
            "cpus": str(os.cpu_count())}  # fmt: skip
