"""`bangbangui central`: serve the centre, and the operator's first steps. Answers by --json too."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from central.app import from_environment
from central.backup import Backup, BackupError
from central.backup import restore as restore_backup
from central.backup import write as write_backup
from central.beginning import make_ready
from central.clock import SystemClock
from central.database import Database
from central.key import (
    MASTER,
    KeyFileError,
    KeyRing,
    drop_old,
    drop_old_master,
    keep_apart,
    make_next,
    make_next_master,
    use_next,
    use_next_master,
)
from central.ledger import FILE as LEDGER_FILE
from central.ledger import Ledger, LedgerError
from central.migration import NewerSchemaError
from central.notice_settings import read as read_notices
from central.operation import anchor, audit, enrolment, master_key, second_factor, signing_key
from central.operation import staff as staff_members
from central.operation.role import Role
from central.record.cabinet import Cabinet
from central.record.people import Staff
from central.record.privacy import Chore
from central.settings import SettingsError, database_url, read_settings
from locker.contract.failure import Failure
from locker.contract.local_time import local_time
from locker.contract.vocabulary import Capability

app = typer.Typer(
    help="Serve the centre of many cabinets.", no_args_is_help=True, add_completion=False
)

DatabaseOption = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="BANGBANGUI_DATABASE",
        help="sqlite:///FILE or postgresql://USER@HOST/NAME",
    ),
]
DataOption = Annotated[
    Path, typer.Option("--data", envvar="BANGBANGUI_DATA", help="Folder of the centre's keys.")
]
PasswordOption = Annotated[
    str,
    typer.Option(
        envvar="BANGBANGUI_STAFF_PASSWORD",
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        help="At least 8 characters.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]

_DATABASE = "sqlite:///central.sqlite3"
_DATA = Path("central-data")


@app.command()
def serve(  # noqa: PLR0913  (one option each)
    *,
    database: DatabaseOption = _DATABASE,
    data: DataOption = _DATA,
    public_url: Annotated[
        str, typer.Option(envvar="BANGBANGUI_PUBLIC_URL", help="What phones open.")
    ] = "http://127.0.0.1:8460",
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8460,
    workers: Annotated[
        int, typer.Option(min=1, envvar="BANGBANGUI_WORKERS", help="Several only on PostgreSQL.")
    ] = 1,
    notices: Annotated[
        Path | None,
        typer.Option(envvar="BANGBANGUI_NOTICES", help="TOML file: how residents are told."),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Print notices if no file; show /demo/notices.")
    ] = False,
) -> None:
    """Serve the cabinet API, the residents' pages and the console."""
    try:
        settings = read_settings(database=database, data=data, public_url=public_url, demo=demo)
        read_notices(notices)
    except (SettingsError, KeyFileError, OSError) as error:
        raise _refusal(str(error)) from error
    if settings.is_sqlite and workers > 1:
        raise _refusal(f"workers is {workers}; allowed on SQLite: 1. Use PostgreSQL for more")
    os.environ |= {
        "BANGBANGUI_CENTRAL_DATABASE": settings.database_url,
        "BANGBANGUI_CENTRAL_DATA": str(settings.data),
        "BANGBANGUI_CENTRAL_PUBLIC_URL": settings.public_url,
        "BANGBANGUI_CENTRAL_NOTICES": "" if notices is None else str(notices.absolute()),
        "BANGBANGUI_CENTRAL_DEMO": "1" if demo else "0",
    }
    with _alone(settings.data, wanted=settings.is_sqlite):
        # The schema is up to date, and the keys are there, before any worker starts.
        with _opened(database) as opened, opened.reading() as session, _key_refused():
            _keys_of(session, settings.data)
        uvicorn.run(
            "central.app:from_environment" if workers > 1 else from_environment,
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=2,
        )


@app.command()
def migrate(*, database: DatabaseOption = _DATABASE) -> None:
    """Bring the database's schema up to date."""
    with _opened(database):
        typer.echo("the schema is up to date")


@app.command("create-cabinet")
def create_cabinet(
    *,
    database: DatabaseOption = _DATABASE,
    short: Annotated[str, typer.Option(help="Number to tell on the telephone, e.g. 7-0412.")],
    community: Annotated[str, typer.Option()],
    site: Annotated[str, typer.Option(help="Where it stands.")],
    telephone: Annotated[str, typer.Option(help="Whom residents call.")],
    as_json: JsonOption = False,
) -> None:
    """Make a cabinet and a one-time code to enrol it with."""
    place = enrolment.Place(short=short, community=community, site=site, telephone=telephone)
    now = SystemClock().now()
    with _opened(database) as opened, opened.writing() as session:
        cabinet = _or_refused(
            enrolment.create_cabinet(session, place, now=now), f"short {short!r} is taken"
        )
        code = enrolment.new_code(session, cabinet.id, now=now)
    _answer({"cabinet": cabinet.id, "enrolment_code": code}, as_json=as_json)


@app.command("enrolment-code")
def enrolment_code(
    cabinet: str, *, database: DatabaseOption = _DATABASE, as_json: JsonOption = False
) -> None:
    """Make another one-time code: the cabinet enrols anew and gets new keys."""
    with _opened(database) as opened, opened.writing() as session:
        if session.get(Cabinet, cabinet) is None:
            raise _refusal(f"cabinet is {cabinet!r}; there is none of that id")
        code = enrolment.new_code(session, cabinet, now=SystemClock().now())
    _answer({"cabinet": cabinet, "enrolment_code": code}, as_json=as_json)


@app.command("revoke-cabinet")
def revoke_cabinet(
    cabinet: str, *, database: DatabaseOption = _DATABASE, as_json: JsonOption = False
) -> None:
    """Shut a cabinet out at once."""
    with _opened(database) as opened, opened.writing() as session:
        if session.get(Cabinet, cabinet) is None:
            raise _refusal(f"cabinet is {cabinet!r}; there is none of that id")
        enrolment.revoke(session, cabinet, now=SystemClock().now())
    _answer({"revoked": cabinet}, as_json=as_json)


@app.command("journal-heads")
def journal_heads(cabinet: str, *, database: DatabaseOption = _DATABASE) -> None:
    """Print the signed heads of a cabinet's journals, for `diag journal verify --heads`."""
    with _opened(database) as opened, opened.reading() as session:
        row = session.get(Cabinet, cabinet)
        if row is None:
            raise _refusal(f"cabinet is {cabinet!r}; there is none of that id")
        typer.echo(json.dumps(anchor.heads(session, row), indent=1))


@app.command("new-signing-key")
def new_signing_key(
    *, database: DatabaseOption = _DATABASE, data: DataOption = _DATA, as_json: JsonOption = False
) -> None:
    """Make the next key for signed QR codes and tell the cabinets."""
    _as_owner(data)
    with _opened(database) as opened, opened.writing() as session, _key_refused():
        _keys_of(session, data)
        key = make_next(data)
        signing_key.tell(session, key, now=SystemClock().now())
        waiting = [row.short for row in signing_key.waiting(session, key.kid)]
    _answer({"key": key.kid, "waiting_for": waiting}, as_json=as_json)


@app.command("use-signing-key")
def use_signing_key(
    *,
    database: DatabaseOption = _DATABASE,
    data: DataOption = _DATA,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Though some cabinets do not have it yet.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Sign with the next key from now on; old codes stay good."""
    with _opened(database) as opened, opened.reading() as session, _key_refused():
        ring = KeyRing.open(data)
        coming = ring.upcoming
        if coming is None:
            raise _refusal("there is no next key; make one: bangbangui central new-signing-key")
        waiting = [row.short for row in signing_key.waiting(session, coming.kid)]
        if waiting and not anyway:
            raise _refusal(
                f"these cabinets do not have key {coming.kid} yet: {', '.join(waiting)}. What "
                "it signs would be refused there. Wait until they were in touch, or say --anyway"
            )
        used = use_next(data)
    answer = {"key": used.kid, "key_to_drop": ring.public.kid, "waiting_for": waiting}
    _answer(answer, as_json=as_json)


@app.command("drop-signing-key")
def drop_signing_key(
    key: str,
    *,
    database: DatabaseOption = _DATABASE,
    data: DataOption = _DATA,
    as_json: JsonOption = False,
) -> None:
    """Let cabinets refuse what an old key signed."""
    with _opened(database) as opened, opened.writing() as session, _key_refused():
        if not drop_old(data, key):
            raise _refusal(f"key is {key!r}; it is none of those that were used before")
        signing_key.tell_gone(session, key, now=SystemClock().now())
    _answer({"dropped": key}, as_json=as_json)


@app.command("new-master-key")
def new_master_key(
    *,
    database: DatabaseOption = _DATABASE,
    data: DataOption = _DATA,
    old_to: Annotated[
        Path, typer.Option(help="A file, kept elsewhere, for the old key: old backups need it.")
    ],
    pause: Annotated[
        float, typer.Option(min=0, help="Seconds for requests that are under way.")
    ] = 10.0,
    as_json: JsonOption = False,
) -> None:
    """Change the master key while the centre serves; cut off, it is begun again the same way."""
    if old_to.parent.resolve() == data.resolve():
        raise _refusal(f"{old_to}: the old key is kept elsewhere than beside the new one")
    if not old_to.parent.is_dir():
        raise _refusal(f"{old_to}: there is no folder {old_to.parent}")
    _as_owner(data)
    with _opened(database) as opened, _key_refused():
        KeyRing.open(data)
        keep_apart(data, old_to)
        if make_next_master(data):
            time.sleep(pause)  # every worker opens with it before the first seals with it
            use_next_master(data)
        time.sleep(pause)  # what was begun before with the old key is written by then
        sealed, keys = 0, KeyRing.read(data)
        while (found := master_key.renew(opened, keys)).renewed:
            sealed += found.renewed
        drop_old_master(data)
    answer = {"sealed_anew": sealed, "opens_with_no_key": found.shut, "old_key": str(old_to)}
    _answer(answer, as_json=as_json)


@app.command("create-staff")
def create_staff(  # noqa: PLR0913
    *,
    database: DatabaseOption = _DATABASE,
    data: DataOption = _DATA,
    login: Annotated[str, typer.Option()],
    name: Annotated[str, typer.Option()],
    password: PasswordOption,
    pin: Annotated[str, typer.Option(help="4-8 digits; makes a badge too.")] = "",
    role: Annotated[Role, typer.Option()] = Role.ADMINISTRATOR,
    may: Annotated[list[Capability] | None, typer.Option(
        help="What the badge opens, else what the role's does; repeat for several.")] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Make an account for the console and, with a PIN, a badge for the cabinets."""
    _long_enough(password)
    new = staff_members.NewStaff(login, name, password, role, tuple(may) if may else None)
    answer: dict[str, Any] = {}
    with _opened(database) as opened, opened.writing() as session:
        now = SystemClock().now()
        person = _or_refused(
            staff_members.create(session, new, now=now),
            f"login {login!r} is taken",
        )
        answer |= {"staff": person.id, "login": login}
        if pin:
            keys = _keys_of(session, data)
            badge = _or_refused(
                staff_members.issue_badge(session, person, pin=pin, keys=keys, now=now),
                "pin: 4 to 8 digits are allowed",
            )
            badge.shown_at = now
            answer["badge"] = staff_members.badge_text(badge, keys=keys)
    _answer(answer, as_json=as_json)


@app.command("drop-second-factor")
def drop_second_factor(
    login: str, *, database: DatabaseOption = _DATABASE, as_json: JsonOption = False
) -> None:
    """Take the second factor away from who lost phone and recovery codes."""
    with _opened(database) as opened, opened.writing() as session:
        second_factor.drop(session, _account(session, login).id)
    _answer({"second_factor_dropped": login}, as_json=as_json)


@app.command("set-password")
def set_password(
    login: str,
    *,
    database: DatabaseOption = _DATABASE,
    password: PasswordOption,
    as_json: JsonOption = False,
) -> None:
    """Give an account another password, which its owner must change at the next sign-in."""
    _long_enough(password)
    with _opened(database) as opened, opened.writing() as session:
        person, now = _account(session, login), SystemClock().now()
        if person.left_at is not None:
            raise _refusal(f"login is {login!r}; that account has ended")
        staff_members.set_password(session, person, password, given_at=now)
        audit.note(
            session, "password_set", resident="", staff=audit.OPERATOR, reason=person.id, now=now
        )
    _answer({"password_set": login}, as_json=as_json)


@app.command()
def backup(
    *,
    database: DatabaseOption = _DATABASE,
    data: DataOption = _DATA,
    to: Annotated[Path, typer.Option(help="A new folder for the rows.")],
    keys_to: Annotated[Path, typer.Option(help="A new folder, kept elsewhere, for their keys.")],
    as_json: JsonOption = False,
) -> None:
    """Write one moment of the database into two folders; the centre may go on serving."""
    if not (data / MASTER).exists():
        raise _refusal(
            f"{data}: no centre's keys lie here, so the erasures would be missed: --data"
        )
    ledger = Ledger(data / LEDGER_FILE)
    with _opened(database) as opened, _backup_refused():
        counts = write_backup(opened, ledger, Backup(to, keys_to), now=SystemClock().now())
    _answer({"rows": counts.total(), "tables": len(counts)}, as_json=as_json)


@app.command()
def restore(
    *,
    database: DatabaseOption = _DATABASE,
    data: DataOption = _DATA,
    source: Annotated[Path, typer.Option("--from", help="The folder of the rows.")],
    keys_from: Annotated[Path, typer.Option(help="The folder of their keys.")],
    as_json: JsonOption = False,
) -> None:
    """Fill a new database from a backup; who was erased stays erased. Stop the centre first."""
    try:
        opened, keys = Database(database_url(database)), KeyRing.open(data)
    except (SettingsError, KeyFileError) as error:
        raise _refusal(str(error)) from error
    ledger = Ledger(data / LEDGER_FILE)
    try:
        with _alone(data, wanted=opened.is_sqlite), _backup_refused():
            counts, erased = restore_backup(opened, ledger, Backup(source, keys_from), keys=keys)
    finally:
        opened.close()
    _answer({"rows": counts.total(), "tables": len(counts), "stay_erased": erased}, as_json=as_json)


@app.command("check-proof")
def check_proof(
    proof: Annotated[str, typer.Argument(help="Its text, as the QR of the printed page gives it.")],
    *,
    data: DataOption = _DATA,
    as_json: JsonOption = False,
) -> None:
    """Say what a proof of erasure says, if a key of this centre signed it."""
    try:
        said = KeyRing.read(data).read_erasure(proof.strip())
    except KeyFileError as error:
        raise _refusal(str(error)) from error
    if said is None:
        raise _refusal("no key of this centre signed that")
    at = local_time(said["at"]).strftime("%Y-%m-%d %H:%M:%S")
    _answer(
        said | {"at": at, "in_ledger": proof.strip() in Ledger(data / LEDGER_FILE).proofs()},
        as_json=as_json,
    )


def _account(session: Session, login: str) -> Staff:
    person = session.exec(select(Staff).where(Staff.login == login)).first()
    if person is None:
        raise _refusal(f"login is {login!r}; there is none of that name")
    return person


def _long_enough(password: str) -> None:
    if len(password) < staff_members.PASSWORD_LENGTH:
        raise _refusal(f"password: at least {staff_members.PASSWORD_LENGTH} characters")


def _keys_of(session: Session, data: Path) -> KeyRing:
    """Open the keys; none are made for a database that a centre has served with others."""
    if not (data / MASTER).exists() and session.exec(select(Chore.name)).first() is not None:
        raise _refusal(f"{data}: no centre's keys lie here, and this database has some: --data")
    return KeyRing.open(data)


def _as_owner(data: Path) -> None:
    """Refuse to make a key file that the centre's workers could not read."""
    if data.exists() and data.owner() != (who := pwd.getpwuid(os.geteuid()).pw_name):
        raise _refusal(f"{data} belongs to {data.owner()}, and this is {who}: run it as its owner")


@contextlib.contextmanager
def _key_refused() -> Iterator[None]:
    try:
        yield
    except (KeyFileError, OSError) as error:
        raise _refusal(str(error)) from error


@contextlib.contextmanager
def _backup_refused() -> Iterator[None]:
    try:
        yield
    except (BackupError, LedgerError, NewerSchemaError) as error:
        raise _refusal(str(error)) from error


def _or_refused(answer: Any, message: str) -> Any:
    if isinstance(answer, Failure):
        raise _refusal(message)
    return answer


@contextlib.contextmanager
def _opened(url: str) -> Iterator[Database]:
    try:
        database = Database(database_url(url))
    except SettingsError as error:
        raise _refusal(str(error)) from error
    try:
        try:
            make_ready(database, now=SystemClock().now())
            yield database
        except OperationalError as error:
            raise _refusal(f"the database cannot be used: {error.orig}") from error
        except NewerSchemaError as error:
            raise _refusal(str(error)) from error
    finally:
        database.close()


@contextlib.contextmanager
def _alone(data: Path, *, wanted: bool) -> Iterator[None]:
    """Hold the data folder's lock: a second server on one SQLite file would wake nobody."""
    if not wanted:
        yield
        return
    with _key_refused():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = (data / "serve.lock").open("w")
    with held as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _refusal(
                f"{lock.name}: another centre serves this folder. SQLite has room for one worker"
            ) from error
        yield


def _answer(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for name, value in answer.items():
            typer.echo(f"{name}: {value}")


def _refusal(message: str) -> typer.Exit:
    typer.echo(f"bangbangui central: {message}", err=True)
    return typer.Exit(2)
