"""The verbs of a cabinet's first day: commission, check, stickers."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from drivers.serial_port import list_serial_ports
from locker.contract.text import Catalogue
from locker.diag import clock_text
from locker.diag.acceptance import (
    Content,
    Finding,
    Result,
    Sheet,
    SheetVerdict,
    sign_sheet,
    verify_sheet,
)
from locker.diag.bench import Bench
from locker.diag.call import Call
from locker.diag.check import Spot, run_checks
from locker.diag.commission import REASON, Ended, Walk, WalkPlan, WalkReport, judge_walk
from locker.diag.options import Options
from locker.diag.pace import RealPace
from locker.diag.reach import cabinet_settings, open_bench, with_the_port
from locker.diag.reading_rule import Contacts
from locker.diag.site_check import CHECKS
from locker.diag.technician import (
    make_person,
    person_console,
    plain_table,
    read_enrolment,
    somebody_is_there,
)
from locker.diag.trouble import ExitCode, TroubleError
from locker.diag.wiring_map import (
    MapFile,
    layout_toml,
    load_layout,
    profile_toml,
    wired_layout,
    write_whole,
)
from locker.identity import Identity, IdentityError, public_text

_CONTACT_STYLE = {Contacts.TRUE.value: "green"}
_RESULT_STYLE = {
    Result.PASSED: "green",
    Result.FAILED: "red",
    Result.NOT_FITTED: "dim",
    Result.NOT_DONE: "yellow",
}


def commission(
    ctx: typer.Context,
    *,
    layout: Annotated[str, typer.Option(help="The cabinet's drawing: name or file.")],
    to: Annotated[Path, typer.Option(help="The folder of the walk.")] = Path("commission"),
    bus: Annotated[int, typer.Option(min=1, max=8, help="Number of this port's bus.")] = 1,
    again: Annotated[
        list[int] | None, typer.Option(help="Walk this printed door (0: the silent locks) again.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Recorded with each opening.")] = REASON,
) -> None:
    """Walk the cabinet lock by lock; write the wiring and how the contacts are wired."""
    call: Call = ctx.obj
    with call.telling():
        call.options = with_the_port(call.options, bus)
        _must_name_a_port(call.options)
        _walk(call, layout=layout, to=to, bus=bus, again=again or (), reason=reason)


def _must_name_a_port(options: Options) -> None:
    if options.port is None:
        ports = ", ".join(fact.path for fact in list_serial_ports()) or "none was found"
        raise TroubleError("walk_without_port", ports=ports, code=ExitCode.USAGE)


def _walk(
    call: Call, *, layout: str, to: Path, bus: int, again: Sequence[int], reason: str
) -> None:  # fmt: skip
    texts, front = call.texts, load_layout(layout)
    with call.bench() as bench:
        plan = WalkPlan(layout=front, bus=bus, by=call.by, reason=reason)
        file = MapFile(to / "commission.json")
        walk = Walk(bench, make_person(call), texts, plan=plan, file=file)
        walk.forget({number or None for number in again})
        ended = walk.run()
        profile = bench.profiles.get(bus) or next(iter(bench.profiles.values()))
        report = judge_walk(walk.wiring, layout=front, bus=bus, profile=profile, ended=ended)
        files = _write_findings(report, to)
        _show_walk(call, report, files, texts)
        if not report.good:
            raise typer.Exit(int(ExitCode.FAILED))


def _write_findings(report: WalkReport, to: Path) -> list[Path]:
    files = []
    if report.finding.doors:
        board = to / f"board-{report.bus}.toml"
        why = "Written by `bangbangui diag commission`: contacts as they were found at the doors."
        write_whole(board, profile_toml(report.finding.profile, why=why))
        files.append(board)
    if report.complete:
        front = to / "layout.toml"
        write_whole(front, layout_toml(wired_layout(report.layout, report.wiring)))
        files.append(front)
    return files


def _show_walk(call: Call, report: WalkReport, files: list[Path], texts: Catalogue) -> None:
    if call.options.json:
        call.print_json({**report.as_json(), "files": list(map(str, files))})
        return
    heads = [texts(f"commission.{key}") for key in ("door", "channel", "contact", "time")]
    table = plain_table(*heads, title=texts("commission.title"))
    for door in report.as_json()["doors"]:
        contact = door["contact"]
        word = "—" if contact is None else texts(f"commission.contact_{contact}")
        style = _CONTACT_STYLE.get(contact, "red")
        took = door["time_to_open_ms"]
        shown = texts("not_available") if took is None else f"{took} ms"
        table.add_row(str(door["number"]), door["channel"], f"[{style}]{word}[/]", shown)
    call.console.print(table)
    for line in walk_words(report, texts):
        call.console.print(line, markup=False, soft_wrap=True)
    if files:
        written = texts("commission.written", files=", ".join(map(str, files)))
        call.console.print(written, soft_wrap=True)
    if report.good:
        call.console.print(texts("commission.next_step"))


def walk_words(report: WalkReport, texts: Catalogue) -> list[str]:
    """Say everything that a technician must know of a walk, worst last."""
    finding, numbers = report.finding, {}
    words = [
        texts("commission.changed", key=key, was=was, is_now=is_now)
        for key, (was, is_now) in finding.changed.items()
    ]
    if finding.doors and not words:
        words.append(texts("commission.unchanged"))
    if finding.undecided:
        words.append(texts("commission.undecided", keys=", ".join(finding.undecided)))
    if silent := [str(door.place) for door in report.wiring.tried if door.number is None]:
        words.append(texts("commission.no_door", channels=", ".join(silent)))
    for door in report.wiring.found:
        if door.bus == report.bus:
            numbers[door.board, door.channel] = (door.number, door.place)
    for verdict in finding.doors:
        if verdict.contacts is not Contacts.TRUE:
            number, place = numbers[verdict.board, verdict.lock]
            other = ", ".join(f"{verdict.board}:{lock}" for lock in verdict.crossed_with)
            told = {"number": number, "channel": place, "other": other}
            words.append(texts(f"commission.{verdict.contacts.value}", **told))
    if report.missing:
        words.append(texts("commission.missing", numbers=", ".join(map(str, report.missing))))
    if report.ended is Ended.STOPPED:
        words.append(texts("commission.stopped"))
    elif report.good:
        words.append(texts("commission.complete"))
    return words


def check(
    ctx: typer.Context,
    *,
    to: Annotated[Path, typer.Option(help="The folder for the sheet.")] = Path(),
    site: Annotated[str, typer.Option(help="Where the cabinet stands; else the enrolment's.")] = "",
    alone: Annotated[
        bool, typer.Option("--alone", help="Nobody is there: only what can be measured.")
    ] = False,
    verify: Annotated[
        Path | None, typer.Option(help="Only verify the signature of this sheet (.json).")
    ] = None,
) -> None:
    """Check the whole kiosk PC in order; write the acceptance sheet (验收单), PDF and JSON."""
    call: Call = ctx.obj
    with call.telling():
        texts = call.texts
        if verify is not None:
            _verify(call, verify, texts)
            return
        bench, trouble = _bench_or_trouble(call)
        try:
            spot = _spot(call, texts, bench=bench, trouble=trouble, alone=alone)
            findings = _checked(call, spot)
        finally:
            if bench is not None:
                bench.close()
        sheet = _sheet(call, findings, site=site)
        _write_sheet(call, sheet, to, texts)
        if not sheet.content.accepted:
            raise typer.Exit(int(ExitCode.FAILED))


def _bench_or_trouble(call: Call) -> tuple[Bench | None, str]:
    """Open the bench; where there is none, the rest can be checked all the same."""
    try:
        return open_bench(call.options), ""
    except TroubleError as trouble:
        return None, trouble.in_one_line(call.options.language)


def _spot(
    call: Call, texts: Catalogue, *, bench: Bench | None, trouble: str, alone: bool
) -> Spot:  # fmt: skip
    settings = cabinet_settings(call.options)
    enrolment = read_enrolment(settings)
    url = settings.centre_url if settings else ""
    there = not alone and somebody_is_there()
    return Spot(
        texts=texts, pace=RealPace(), person=make_person(call) if there else None, bench=bench,
        bench_trouble=trouble, settings=settings,
        centre_url=url or (enrolment.centre if enrolment else ""), root=Path("/"), run=_run,
    )  # fmt: skip


def _run(command: Sequence[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        return 127, ""
    except subprocess.TimeoutExpired:
        return 1, "20 s"
    return done.returncode, done.stdout + done.stderr


def _checked(call: Call, spot: Spot) -> tuple[Finding, ...]:
    console, texts = person_console(call), spot.texts
    findings = []
    for finding in run_checks(spot, CHECKS):
        word, style = texts(f"check.{finding.result.value}"), _RESULT_STYLE[finding.result]
        source = texts(f"check.{finding.source.value}")
        console.print(f"[{style}]{word}[/]  {finding.name}（{source}）", end="  ")
        console.print(finding.seen, markup=False)
        findings.append(finding)
    return tuple(findings)


def _sheet(call: Call, findings: tuple[Finding, ...], *, site: str) -> Sheet:
    settings = cabinet_settings(call.options)
    enrolment = read_enrolment(settings)
    content = Content(
        cabinet=enrolment.cabinet if enrolment else "",
        site=site or (f"{enrolment.community} {enrolment.site}".strip() if enrolment else ""),
        by=call.by, at_s=int(time.time()), version=version("bangbangui"), findings=findings,
    )  # fmt: skip
    if settings is None or enrolment is None:
        return sign_sheet(content, None)
    try:
        return sign_sheet(content, Identity.load(settings.state_dir).keys.head)
    except (IdentityError, OSError):
        return sign_sheet(content, None)


def _write_sheet(call: Call, sheet: Sheet, to: Path, texts: Catalogue) -> None:
    from locker.diag.acceptance_sheet import sheet_pdf, verdict_words

    name = f"acceptance-{clock_text.stamp(sheet.content.at_s)}"
    to.mkdir(parents=True, exist_ok=True)
    paper, data = to / f"{name}.pdf", to / f"{name}.json"
    paper.write_bytes(sheet_pdf(sheet, texts))
    write_whole(data, sheet.model_dump_json(indent=1))
    if call.options.json:
        call.print_json({**sheet.model_dump(mode="json"), "files": [str(paper), str(data)]})
        return
    style = "green" if sheet.content.accepted else "red"
    call.console.print(f"[bold {style}]{verdict_words(sheet.content, texts)}[/]")
    if sheet.signature is None:
        call.console.print(texts("check.unsigned"))
    call.console.print(texts("check.written", files=f"{paper}, {data}"), soft_wrap=True)


def _verify(call: Call, file: Path, texts: Catalogue) -> None:
    try:
        sheet = Sheet.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise TroubleError(
            "no_sheet", file=file, detail=str(error).splitlines()[0], code=ExitCode.USAGE
        ) from error
    verdict = verify_sheet(sheet, key=_own_key(call, sheet))
    if call.options.json:
        call.print_json({"verdict": verdict.value, "public_key": sheet.public_key})
    else:
        call.console.print(texts(f"check.{verdict.value}"))
        call.console.print(f"{texts('check.public_key')}  {sheet.public_key or '—'}")
    if verdict is not SheetVerdict.GENUINE:
        raise typer.Exit(int(ExitCode.FAILED))


def _own_key(call: Call, sheet: Sheet) -> str | None:
    """Give the key of the cabinet that the sheet names, where that cabinet is this one."""
    settings = cabinet_settings(call.options)
    enrolment = read_enrolment(settings)
    if settings is None or enrolment is None or enrolment.cabinet != sheet.content.cabinet:
        return None
    try:
        return public_text(Identity.load(settings.state_dir).keys.head)
    except (IdentityError, OSError):
        return None


def stickers(
    ctx: typer.Context,
    *,
    camera: Annotated[
        bool, typer.Option("--camera/--no-camera", help="Which sign: say it, it is a promise.")
    ],
    layout: Annotated[str, typer.Option(help="Name or file; else the settings' own.")] = "",
    cabinet: Annotated[str, typer.Option(help="The cabinet's number; else the enrolment's.")] = "",
    telephone: Annotated[str, typer.Option(help="Else the enrolment's.")] = "",
    url: Annotated[str, typer.Option(help="Address of the cabinet's state page.")] = "",
    out: Annotated[Path, typer.Option(help="The PDF to write.")] = Path("stickers.pdf"),
) -> None:
    """Write the stickers as A4 pages: doors, cabinet, telephone, state page, camera sign."""
    call: Call = ctx.obj
    with call.telling():
        from locker.diag.stickers import StickerFacts, sticker_pdf

        settings = cabinet_settings(call.options)
        enrolment = read_enrolment(settings)
        known: dict[str, Any] = {} if enrolment is None else enrolment.model_dump()
        front = load_layout(layout) if layout or settings is None else settings.layout
        texts = call.texts
        facts = StickerFacts(
            layout=front, cabinet=cabinet or known.get("cabinet", "") or front.name,
            telephone=telephone or known.get("telephone", ""), state_url=url, camera=camera,
        )  # fmt: skip
        data, pages = sticker_pdf(facts, texts)
        out.write_bytes(data)
        if call.options.json:
            call.print_json({"file": str(out), "pages": pages})
            return
        call.console.print(texts("sticker.written", file=out, pages=pages))
        for missing, key in ((facts.state_url, "no_url"), (facts.telephone, "no_telephone")):
            if not missing:
                call.console.print(texts(f"sticker.{key}"), style="yellow")
