"""How the verbs that work with a person speak: language, terminal, and who the cabinet is."""

from __future__ import annotations

import sys

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from locker.diag.call import Call
from locker.diag.person import ConsolePerson
from locker.identity import Enrolment
from locker.settings import Settings


def person_console(call: Call) -> Console:
    """Where the person is spoken to: beside the answer where that is for machines."""
    return Console(stderr=True, highlight=False) if call.options.json else call.console


def make_person(call: Call) -> ConsolePerson:
    """The person at the terminal."""
    return ConsolePerson(person_console(call))


def somebody_is_there() -> bool:
    """Whether a question could be answered at all."""
    return sys.stdin is not None and not sys.stdin.closed


def read_enrolment(settings: Settings | None) -> Enrolment | None:
    """Read who this cabinet is; None where it is not enrolled, or may not be read."""
    if settings is None:
        return None
    try:
        return Enrolment.model_validate_json((settings.state_dir / "cabinet.json").read_bytes())
    except (OSError, ValidationError):
        return None


def plain_table(*heads: str, title: str = "") -> Table:
    """Make a table without lines, as the other verbs have."""
    table = Table(box=None, header_style="bold", pad_edge=False, title=title or None)
    table.title_justify = "left"
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
