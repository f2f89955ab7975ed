"""`bangbangui diag`: the technician's command line. Here verbs get their names and options.

Knows no board and no socket: each verb is in a module of its own, loaded with the command.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from locker.diag import (
    bus_verb,
    care_verb,
    install_verb,
    ledger_verb,
    offline_verb,
    simulate_verb,
)
from locker.diag.call import Call, login
from locker.diag.options import DEFAULT_SETTINGS, Language, Options, language_of

HELP = """Find, test and repair a cabinet's locks.

Goes through the running daemon; with --port and --board directly to the boards.
CH is BOARD:NUMBER as the maker counts: the address on the board's switches, locks from 1
(on a second bus BUS/BOARD:NUMBER).

Exit codes: 0 ok, 1 it failed, 2 usage, 3 the daemon is not running, 4 the board is silent.
With --json a failure is one object on stderr: tried, seen, cause, remedy, exit_code.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def diag(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="JSON for machines.")] = False,
    port: Annotated[
        str | None, typer.Option(help="Work directly on this port; the daemon must not hold it.")
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="What hangs on --port: a board profile's name or file.")
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change the profile.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help=f"The cabinet's settings; {DEFAULT_SETTINGS}")
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Of what people read; else the terminal's, by LANG.")
    ] = None,
) -> None:
    """Take what stands before the verb."""
    options = Options(
        json=json, port=port, board=board, sets=tuple(sets or ()),
        settings=settings or DEFAULT_SETTINGS, settings_named=settings is not None,
        language=language.value if language else language_of(os.environ),
    )  # fmt: skip
    ctx.obj = Call(options, console=Console(highlight=False), by=login())


app.command("ports")(bus_verb.ports)
app.command("probe")(bus_verb.probe)
app.command("doors")(bus_verb.doors)
app.command("watch")(bus_verb.watch)
app.command("open")(bus_verb.open_door)
app.command("line")(bus_verb.line)
app.command("trace")(bus_verb.trace)
app.command("decode")(offline_verb.decode)
app.command("encode")(offline_verb.encode)
app.add_typer(ledger_verb.journal_app, name="journal")
app.command("attempts")(ledger_verb.attempts)
app.command("grants")(ledger_verb.grants)
app.command("outbox")(ledger_verb.outbox)
app.command("commission")(install_verb.commission)
app.command("check")(install_verb.check)
app.command("stickers")(install_verb.stickers)
app.command("soak")(care_verb.soak)
app.command("health")(care_verb.health)
app.command("bundle")(care_verb.bundle)
app.command(
    "simulate", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)(simulate_verb.simulate)


if __name__ == "__main__":
    app()
