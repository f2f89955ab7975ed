"""One call of the technician's command: its options, its bench, and how it prints.

A verb gets it as `context.obj`. It chooses the bench; a verb must not.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import sys
from collections.abc import Iterator
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from locker.contract.text import Catalogue
from locker.diag.bench import Bench
from locker.diag.options import Language, Options
from locker.diag.trouble import PARTS, ExitCode, TroubleError, trouble_texts


class Call:
    """Options, a place to print, and the bench they mean."""

    def __init__(self, options: Options, *, console: Console, by: str) -> None:
        self.options = options
        self.console = console
        self.by = by
        self.texts = Catalogue.load("locker.diag", "technician", options.language)

    @contextlib.contextmanager
    def bench(self) -> Iterator[Bench]:
        """Open the bench that the options mean, and close it. Raises TroubleError."""
        from locker.diag.reach import open_bench

        found = open_bench(self.options)
        try:
            yield found
        finally:
            found.close()

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """Tell what goes wrong inside as a technician wants to read it, and end with its code.

        Every verb's body stands in it.
        """
        try:
            yield
        except TroubleError as trouble:
            self.tell(trouble)
            raise typer.Exit(int(trouble.code)) from trouble
        except KeyboardInterrupt:
            raise typer.Exit(int(ExitCode.OK)) from None

    def tell(self, trouble: TroubleError) -> None:
        """Print what went wrong: on stderr, as an object with `--json`."""
        if self.options.json:
            sys.stderr.write(json.dumps({"error": trouble.as_json()}, ensure_ascii=False) + "\n")
            return
        console = Console(stderr=True, highlight=False)
        texts = trouble_texts(self.options.language)
        labels = {part: texts(f"label.{part}") for part in PARTS}
        width = max(map(cell_len, labels.values()))
        for part, label in labels.items():
            indent = " " * (width + 1 - cell_len(label))
            style = "red" if part == "seen" else ""
            words = Text(trouble.words(part, texts), style=style)
            console.print(Text(f"{indent}{label}  ", style="bold") + words, soft_wrap=True)

    def print_json(self, value: Any) -> None:
        """Print one JSON value on one line, as `--json` promises."""
        print(json.dumps(value, ensure_ascii=False), file=self.console.file, flush=True)


def english() -> Catalogue:
    """Load the words that `--json` has in any language."""
    return Catalogue.load("locker.diag", "technician", Language.ENGLISH)


def login() -> str:
    """Name who gives the command: the account, or who became root by sudo."""
    uid = os.getuid()
    if uid == 0 and os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
