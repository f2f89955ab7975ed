"""Where the verbs that look back find the journal: an export, the daemon, or the file itself.

Reads only, and takes no lock: the daemon may run meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from locker.contract import tech
from locker.contract.chain import Entry
from locker.diag.exported import BadLineError, entry_of_json, read_export
from locker.diag.options import Options
from locker.diag.reach import cabinet_settings, reach_daemon
from locker.diag.tech_client import TechClient
from locker.diag.trouble import ExitCode, TroubleError
from locker.journal.error import JournalError
from locker.journal.outbox import Outbox

PAGE = 500


def read_journal(options: Options, *, file: Path | None) -> tuple[str, list[Entry]]:
    """Give the name of the source and every entry, oldest first. Raises TroubleError."""
    if file is not None:
        return str(file), _of_export(file)
    if options.port is not None:
        return _of_settings(options, None)
    try:
        client = reach_daemon(options)
    except TroubleError as trouble:
        if trouble.code is not ExitCode.NO_DAEMON:
            raise
        return _of_settings(options, trouble)
    try:
        return client.welcome.cabinet or "daemon", list(_of_daemon(client))
    finally:
        client.close()


def _of_settings(options: Options, trouble: TroubleError | None) -> tuple[str, list[Entry]]:
    """Read the file that the settings name; `trouble` is what is told where there is none."""
    settings = cabinet_settings(options)
    if settings is None or not settings.journal.exists():
        raise trouble or _no_journal()
    return str(settings.journal), _of_file(settings.journal)


def _of_daemon(client: TechClient) -> Iterator[Entry]:
    after = 0
    while True:
        page = client.ask(tech.JournalPage, "journal", after=after, limit=PAGE)
        if not page.entries:
            return
        yield from map(entry_of_json, page.entries)
        after = page.next


def _of_file(path: Path) -> list[Entry]:
    entries: list[Entry] = []
    try:
        outbox = Outbox(path)
        try:
            row = 0
            while (batch := outbox.after(row, limit=PAGE)) is not None:
                entries += batch.entries
                row = batch.row
        finally:
            outbox.close()
    except JournalError as error:
        raise _unreadable(path, error) from error
    return entries


def _of_export(file: Path) -> list[Entry]:
    try:
        with file.open(encoding="utf-8") as lines:
            return list(read_export(lines)[1])
    except (OSError, UnicodeDecodeError, BadLineError) as error:
        raise _unreadable(file, error) from error


def _unreadable(path: Path, error: Exception) -> TroubleError:
    return TroubleError("journal_unreadable", file=path, detail=str(error), code=ExitCode.USAGE)


def _no_journal() -> TroubleError:
    return TroubleError("no_journal")
