"""The root command, `bangbangui`: finds the subcommand by name, loads it and only it.

It must know no subcommand beyond this table: the daemon never loads Qt or FastAPI because
nothing is imported before its name was given.
"""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast

PROGRAM = "bangbangui"
OUR_PACKAGES = frozenset({"drivers", "locker", "kiosk_ui", "central", "config"})


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One row of the table: `target` is `module:attribute`, a typer application."""

    target: str
    help: str
    extra: str | None = None


SUBCOMMANDS = {
    "daemon": Subcommand(
        "locker.daemon_command:app", "Drive one cabinet: lock boards, scanner, journal."
    ),
    "kiosk": Subcommand("kiosk_ui.command:app", "Show the touchscreen of a cabinet.", "kiosk"),
    "voice": Subcommand(
        "kiosk_ui.voice.command:app", "Record what the glass says in your own voice.", "kiosk"
    ),
    "central": Subcommand("central.command:app", "Serve the centre of many cabinets.", "central"),
    "diag": Subcommand("locker.diag.command:app", "Find and test a cabinet's hardware."),
    "simulate": Subcommand(
        "drivers.simulator.command:app", "Simulate a lock board on a pseudo-terminal."
    ),
    "demo": Subcommand(
        "locker.demo.command:app", "Run a simulated cabinet and its centre here.", "kiosk,central"
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the subcommand named first in `arguments` (default: the process's own).

    Raises:
        SystemExit: 0 after help or version, 2 for an unknown or uninstalled subcommand,
            otherwise what the subcommand decides.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words:
        print(help_text(), file=sys.stderr)
        raise SystemExit(2)
    first, *rest = words
    if first in {"--help", "-h"}:
        print(help_text())
    elif first == "--version":
        print(f"{PROGRAM} {version(PROGRAM)}")
    elif (subcommand := SUBCOMMANDS.get(first)) is None:
        raise _refusal(_unknown(first))
    else:
        _load(first, subcommand)(args=rest, prog_name=f"{PROGRAM} {first}")


def help_text() -> str:
    """Say how the command is used, one line a subcommand."""
    width = max(map(len, (*SUBCOMMANDS, "--version")))
    rows = (f"  {name:<{width}}  {row.help}" for name, row in SUBCOMMANDS.items())
    return "\n".join(
        (
            f"Usage: {PROGRAM} COMMAND [ARGUMENTS]...",
            "",
            "帮办柜: a smart service locker for documents.",
            "",
            "Commands:",
            *rows,
            "",
            "Options:",
            f"  {'--help':<{width}}  This text; COMMAND --help says more of one command.",
            "  --version  The version.",
        )
    )


def _load(name: str, subcommand: Subcommand) -> Callable[..., object]:
    module, attribute = subcommand.target.split(":")
    try:
        return cast(Callable[..., object], getattr(importlib.import_module(module), attribute))
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if subcommand.extra is None or package in OUR_PACKAGES:
            raise
        raise _refusal(
            f"{name} needs the Python package {package}, which is not installed. Install it with: "
            f"pip install '{PROGRAM}[{subcommand.extra}]'"
        ) from error


def _unknown(word: str) -> str:
    if word.startswith("-"):
        return f"no such option: {word}. See {PROGRAM} --help."
    near = difflib.get_close_matches(word, SUBCOMMANDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" See {PROGRAM} --help."
    return f"no such command: {word}.{hint}"


def _refusal(message: str) -> SystemExit:
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    return SystemExit(2)
