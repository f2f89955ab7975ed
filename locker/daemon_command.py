"""`bangbangui daemon`: what is typed to start the daemon of a cabinet, or to introduce it.

`enrol` introduces the cabinet to its centre, once; `run` serves. What is wrong is said with what
helps. Knows no part of the daemon.
"""

from __future__ import annotations

import logging
import os
import sys
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from drivers.profile import rare_addresses
from locker.centre_client import CentreError, CentreRefusedError, CentreUntrustedError
from locker.contract.failure import Failure
from locker.contract.text import failure_texts
from locker.daemon import serve
from locker.enrolment import enrol_cabinet
from locker.identity import IdentityError, credentials_folder
from locker.journal.error import JournalError
from locker.settings import Settings, SettingsError, load_settings

log = logging.getLogger(__name__)
app = typer.Typer(help="Drive one cabinet: lock boards, scanner, journal.", no_args_is_help=True)

_SHORTEST_CODE = 8
_NO_CODE = (
    "the centre does not know this code; one is good once, within a day. Another, at the centre: "
    "bangbangui central enrolment-code CABINET"
)

SettingsPath = Annotated[Path, typer.Option("--settings", help="The cabinet's settings.toml.")]


@app.command()
def run(
    settings: SettingsPath,
    port: Annotated[str | None, typer.Option(help="Another port for the first bus.")] = None,
) -> None:
    """Serve the cabinet until SIGTERM or Ctrl-C."""
    try:
        found = load_settings(settings)
        _log_to_stderr(found.log_level)
        warn_of_addresses(found)
        code = serve(found if port is None else found.with_port(port))
    except (SettingsError, JournalError, IdentityError, CentreError, OSError) as error:
        raise _refusal(error) from error
    logging.shutdown()
    raise SystemExit(code)


@app.command()
def enrol(
    settings: SettingsPath,
    centre: Annotated[str, typer.Option(help="The centre's address, http(s)://host[:port].")],
    code: Annotated[str, typer.Option(help="The one-time code that the console shows.")],
    *,
    new_keys: Annotated[
        bool, typer.Option("--new-keys", help="Replace this cabinet's keys by new ones.")
    ] = False,
) -> None:
    """Introduce this cabinet to its centre, once; or again, with new keys."""
    if len(code) < _SHORTEST_CODE:
        raise _refusal(_NO_CODE)
    try:
        found = load_settings(settings)
        _become_owner_of(found.state_dir)
        enrolment = enrol_cabinet(
            found, centre=centre.rstrip("/"), code=code, version=version("bangbangui"),
            given=credentials_folder(os.environ), new_keys=new_keys,
        )  # fmt: skip
    except CentreRefusedError as error:
        raise _refusal(_NO_CODE if error.status == HTTPStatus.UNAUTHORIZED else error) from error
    except (SettingsError, JournalError, IdentityError, CentreError, OSError) as error:
        raise _refusal(error) from error
    typer.echo(f"enrolled as {enrolment.cabinet} at {enrolment.centre}")


def warn_of_addresses(settings: Settings) -> None:
    """Say which boards have an address that their like may not have; the daemon serves."""
    failure, texts = Failure.BOARD_ADDRESS_RARE, failure_texts("en")
    for bus in settings.buses:
        for address in rare_addresses(bus.profile):
            told = [texts(f"{failure}.{part}") for part in ("title", "cause", "remedy")]
            log.warning("%s bus %d, board %d: %s", failure, bus.number, address, ". ".join(told))


def _become_owner_of(folder: Path) -> None:
    """Go on as the account whose state folder it is: what root made there it could not read."""
    if os.geteuid() != 0 or not folder.exists():
        return
    about = folder.stat()
    if about.st_uid != 0:
        os.setgroups([])
        os.setgid(about.st_gid)
        os.setuid(about.st_uid)


def _refusal(error: Exception | str) -> SystemExit:
    """Say what is wrong and what helps; a failure with a code says its remedy."""
    typer.echo(f"bangbangui daemon: {error}", err=True)
    match error:
        case IdentityError(failure=None):
            typer.echo("Enrol it first: bangbangui daemon enrol --help", err=True)
        case IdentityError(failure=Failure() as failure) | CentreUntrustedError(failure=failure):
            texts = failure_texts("en")
            for part in ("cause", "remedy"):
                typer.echo(f"{failure} {part}: {texts(f'{failure}.{part}')}", err=True)
        case _:
            pass
    return SystemExit(2)


def _log_to_stderr(level: str) -> None:
    """One line an event; under systemd the journal adds the time."""
    stamp = "" if "JOURNAL_STREAM" in os.environ else "%(asctime)s "
    logging.basicConfig(
        level=level.upper(), format=f"{stamp}%(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("urllib3").setLevel(logging.WARNING)
