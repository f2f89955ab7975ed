"""The verbs that read the cabinet's books: journal, attempts, grants, outbox."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from locker.contract import tech
from locker.contract.chain import Checkpoint, Entry, Stamp
from locker.contract.event import UNTOLD
from locker.contract.text import Catalogue
from locker.diag import clock_text
from locker.diag.call import Call
from locker.diag.exported import (
    BadLineError,
    Chained,
    Heads,
    check_chain,
    checkpoint_json,
    entry_json,
    entry_of_json,
    read_export,
)
from locker.diag.reach import cabinet_settings, reach_daemon
from locker.diag.refusal import journal_taken
from locker.diag.tech_client import TechClient
from locker.diag.trouble import ExitCode, TroubleError
from locker.journal.error import JournalError, JournalTakenError
from locker.journal.journal import Journal

PAGE = 500
BODY_SHOWN = 140

journal_app = typer.Typer(help="Show, export or verify the journal.", rich_markup_mode=None)


@journal_app.callback(invoke_without_command=True)
def journal(
    ctx: typer.Context,
    *,
    last: Annotated[int, typer.Option(min=1, max=500, help="So many of the latest.")] = 40,
) -> None:
    """Show the latest entries of the journal."""
    if ctx.invoked_subcommand is not None:
        return
    call: Call = ctx.obj
    with call.telling():
        client = reach_daemon(call.options)
        page = client.ask(tech.JournalPage, "journal", limit=last)
        entries = list(page.entries)
        while page.next < page.last:
            page = client.ask(tech.JournalPage, "journal", after=page.next, limit=last)
            entries += page.entries
        client.close()
        for entry in entries:
            entry["body"] = {k: v for k, v in entry["body"].items() if k not in UNTOLD}
        if call.options.json:
            call.print_json({"entries": entries, "acked": page.acked})
            return
        table = _table(call.texts, "time", "number", "event", "content")
        for entry in entries:
            body = {k: v for k, v in entry["body"].items() if v not in {None, ""}}
            words = " ".join(f"{key}={value}" for key, value in body.items())
            if len(words) > BODY_SHOWN:
                words = words[: BODY_SHOWN - 1] + "…"
            table.add_row(
                clock_text.short(entry["stamp"]["wall"]), str(entry["sequence"]), entry["kind"],
                Text(words, overflow="fold"),
            )  # fmt: skip
        call.console.print(table)


@journal_app.command("export")
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write, one entry a line.")],
) -> None:
    """Write the whole journal to a file that `journal verify --file` can check."""
    call: Call = ctx.obj
    with call.telling():
        count = 0
        begins, entries = _daemon_journal(reach_daemon(call.options))
        try:
            with file.open("x", encoding="utf-8") as out:
                if begins is not None:
                    out.write(json.dumps(checkpoint_json(begins)) + "\n")
                for entry in entries:
                    out.write(json.dumps(entry_json(entry), ensure_ascii=False) + "\n")
                    count += 1
        except OSError as error:
            raise TroubleError(
                "export_not_written", file=file, detail=str(error.strerror), code=ExitCode.USAGE
            ) from error
        if call.options.json:
            call.print_json({"file": str(file), "events": count})
        else:
            call.console.print(call.texts("books.exported", count=count, file=file))


@journal_app.command("verify")
def verify(
    ctx: typer.Context,
    *,
    file: Annotated[Path | None, typer.Option(help="An exported file instead.")] = None,
    heads: Annotated[
        Path | None, typer.Option(help="What `central journal-heads` wrote: the signed heads.")
    ] = None,
) -> None:
    """Follow the chain of hashes from the first event to the last."""
    call: Call = ctx.obj
    with call.telling():
        signed = None if heads is None else _read_heads(heads)
        found = _verified_file(file, signed) if file else _verified_here(call, signed)
        if call.options.json:
            call.print_json(_verdict_json(found))
        else:
            _show_verdict(call, found)
        if not found.intact:
            raise typer.Exit(int(ExitCode.FAILED))


def attempts(ctx: typer.Context) -> None:
    """Show the latest pulses that the daemon holds, and what became of each."""
    call: Call = ctx.obj
    with call.telling():
        records = sorted(_records(call, "attempts"), key=lambda record: float(record["at"]))
        if call.options.json:
            call.print_json({"attempts": records})
            return
        table = _table(call.texts, "time", "attempt", "door", "state", "visit", "before")
        for one in records:
            table.add_row(
                clock_text.short(one["at"]), one["attempt"], str(one["compartment"]), one["state"],
                one["visit"], one["door_before"],
            )  # fmt: skip
        call.console.print(table)


def grants(ctx: typer.Context) -> None:
    """Show the permissions that the daemon holds; no code and no name is among them."""
    call: Call = ctx.obj
    with call.telling():
        records = _records(call, "grants")
        if call.options.json:
            call.print_json({"grants": records})
            return
        table = _table(call.texts, "grant", "purpose", "state", "reference", "ends", "door")
        for one in records:
            door = one.get("opened_compartment")
            table.add_row(
                one["grant"], one["purpose"], one["state"], one["reference"] or "-",
                clock_text.short(one["expires_at"]), "-" if door is None else str(door),
            )  # fmt: skip
        call.console.print(table)


def outbox(ctx: typer.Context) -> None:
    """Show how much waits for the centre."""
    call: Call = ctx.obj
    with call.telling():
        client = reach_daemon(call.options)
        page = client.ask(tech.JournalPage, "journal", limit=1)
        health = client.call("status").get("health", {})
        client.close()
        waiting = max(0, page.last - page.acked)
        centre = health.get("centre", "starting")
        if call.options.json:
            told = {"waiting": waiting, "acked": page.acked, "last": page.last, "centre": centre}
            call.print_json(told)
            return
        call.console.print(call.texts("books.waiting", waiting=waiting, centre=centre))
        call.console.print(call.texts("books.acked", acked=page.acked, last=page.last))


# --- reading ------------------------------------------------------------------------------


def _daemon_journal(client: TechClient) -> tuple[Checkpoint | None, Iterator[Entry]]:
    """Give what the daemon's journal begins after, if it was thinned, and all its entries."""
    first = client.ask(tech.JournalPage, "journal", after=0, limit=PAGE)
    begins = None if first.checkpoint is None else Checkpoint(**first.checkpoint)
    return begins, _daemon_entries(client, first)


def _daemon_entries(client: TechClient, page: tech.JournalPage) -> Iterator[Entry]:
    while page.entries:
        yield from map(entry_of_json, page.entries)
        page = client.ask(tech.JournalPage, "journal", after=page.next, limit=PAGE)
    client.close()


def _records(call: Call, method: str) -> list[dict[str, Any]]:
    client = reach_daemon(call.options)
    found: list[dict[str, Any]] = []
    start: int | None = 0
    while start is not None:
        page = client.ask(tech.RecordPage, method, start=start)
        found += page.records
        start = page.next
    client.close()
    return found


def _read_heads(file: Path) -> Heads:
    try:
        return Heads.read(file)
    except (OSError, ValueError) as error:
        raise TroubleError(
            "no_heads_file", file=file, detail=str(error), code=ExitCode.USAGE
        ) from error


def _verified_file(file: Path, heads: Heads | None) -> Chained:
    try:
        with file.open(encoding="utf-8") as lines:
            begins, entries = read_export(lines)
            return check_chain(entries, checkpoint=begins, heads=heads)
    except (OSError, UnicodeDecodeError) as error:
        raise TroubleError(
            "no_export", file=file, detail=str(error), code=ExitCode.USAGE
        ) from error
    except BadLineError as error:
        raise TroubleError("export_changed", file=file, detail=str(error)) from error


def _verified_here(call: Call, heads: Heads | None) -> Chained:
    """Through the daemon; where it does not run, on the file itself with a replay of all events."""
    try:
        client = reach_daemon(call.options)
    except TroubleError as trouble:
        settings = cabinet_settings(call.options)
        if trouble.code is not ExitCode.NO_DAEMON or settings is None:
            raise
        if not settings.journal.exists():
            raise
        return _verified_journal(settings.journal, heads)
    rows = client.ask(tech.JournalPage, "journal", limit=1)
    begins, entries = _daemon_journal(client)
    found = check_chain(entries, checkpoint=begins, heads=heads)
    return found if heads else replace(found, unanchored=max(0, rows.last - rows.acked))


def _verified_journal(path: Path, heads: Heads | None) -> Chained:
    stamp = Stamp("diag", 0, time.time(), trusted=False)
    try:
        held = Journal.open(path, stamp=stamp)
        try:
            chained = check_chain(held.entries(), checkpoint=held.checkpoint, heads=heads)
            verdict = held.verify()
        finally:
            held.close()
    except JournalTakenError as error:
        raise journal_taken(path) from error
    except (JournalError, ValueError) as error:
        raise TroubleError("journal_not_verified", file=path, detail=str(error)) from error
    left = verdict.unanchored if heads is None else chained.unanchored
    return replace(chained, unanchored=left, differing=len(verdict.differing))


# --- showing ------------------------------------------------------------------------------


def _verdict_json(found: Chained) -> dict[str, Any]:
    return {
        "intact": found.intact,
        "events": found.events,
        "journals": list(found.journals),
        "broken": found.broken,
        "unanchored": found.unanchored,
        "begins_after": None if found.checkpoint is None else asdict(found.checkpoint),
        "checkpoint_vouched": found.vouched,
        "records_differing": found.differing,
    }


def _show_verdict(call: Call, found: Chained) -> None:
    texts, none = call.texts, call.texts("not_available")
    style, word = ("green", "intact") if found.intact else ("red", "not_intact")
    words = Text(texts(f"verify.{word}"), style=f"bold {style}")
    call.console.print(Text(texts("verify.events", count=found.events) + " ") + words)
    if found.broken is not None:
        call.console.print(f"  {texts('verify.broken', where=found.broken)}", markup=False)
    if found.checkpoint is not None:
        call.console.print(f"  {_begins_after(found.checkpoint, found.vouched, texts)}")
    left = texts("verify.no_heads") if found.unanchored is None else str(found.unanchored)
    call.console.print(f"  {texts('verify.unanchored', count=left)}")
    differing = none if found.differing is None else str(found.differing)
    call.console.print(f"  {texts('verify.differing', count=differing)}")


def _begins_after(begins: Checkpoint, vouched: bool | None, texts: Catalogue) -> str:  # noqa: FBT001 - as found
    word = {None: "unchecked", True: "vouched", False: "forged"}[vouched]
    told = {"count": begins.removed, "journal": begins.journal, "sequence": begins.sequence}
    return texts("verify.let_go", **told, signature=texts(f"verify.{word}"))


def _table(texts: Catalogue, *heads: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in heads:
        table.add_column(texts(f"books.{head}"), overflow="fold")
    return table
