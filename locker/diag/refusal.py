"""What a technician reads when the core, the port or the journal refuses. Knows no screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from drivers.port import PortUnavailableError
from locker.contract.failure import Failure
from locker.contract.tech import Opening as Told
from locker.contract.vocabulary import AttemptState
from locker.diag.bench import Channel, Opening, Outcome, Why
from locker.diag.trouble import ExitCode, TroubleError

_REFUSALS: Mapping[str, tuple[str, ExitCode]] = MappingProxyType(
    {
        Failure.NEEDS_SECOND_PERSON: ("needs_second_person", ExitCode.FAILED),
        Failure.BUSY: ("busy", ExitCode.FAILED),
        Failure.COOLING: ("cooling", ExitCode.FAILED),
        Failure.IN_USE: ("in_use", ExitCode.FAILED),
        Failure.BOARD_SILENT: ("board_silent", ExitCode.SILENT),
        Failure.STARTING: ("starting", ExitCode.FAILED),
        Failure.NOT_RECORDED: ("not_recorded", ExitCode.FAILED),
        Failure.NOT_FOUND: ("not_found", ExitCode.USAGE),
    }
)
_DECIDED = frozenset(
    {
        AttemptState.OPENED,
        AttemptState.COMPLETED,
        AttemptState.FAILED,
        AttemptState.UNRESOLVED,
        AttemptState.NOT_SENT,
    }
)


def is_decided(told: Told) -> bool:
    """Whether the opening was refused, or its evidence is complete."""
    return bool(told.failure) or told.state in _DECIDED


def opening_of(channel: Channel, told: Told, *, glass: bool) -> Opening:
    """Say what the evidence shows; `glass`: whether there is one, for a second person.

    Raises TroubleError where the opening was refused.
    """
    if told.failure:
        raise refused(channel, told.failure, glass=glass)
    match told.state:
        case AttemptState.OPENED | AttemptState.COMPLETED:
            return Opening(channel, Outcome.OPENED, 1, told.after_ms)
        case AttemptState.FAILED:
            return Opening(channel, Outcome.NOT_OPENED, 1, None, Why.SHUT_THROUGHOUT)
        case AttemptState.NOT_SENT:
            return Opening(channel, Outcome.NOT_OPENED, 0, None, f"nothing sent: {told.reason}")
        case _:
            return Opening(channel, Outcome.UNKNOWN, int(told.pulsed), None, told.reason)


def refused(channel: Channel, failure: str, *, glass: bool = True) -> TroubleError:
    """Make the error of an opening that was refused, by its stable code."""
    key, code = _REFUSALS.get(failure, ("other", ExitCode.FAILED))
    if failure == Failure.NEEDS_SECOND_PERSON and not glass:
        key = "nobody_to_ask"
    return TroubleError(f"refused.{key}", channel=channel, failure=failure, code=code)


def unavailable(error: PortUnavailableError) -> TroubleError:
    """Make the error of a port that could not be opened."""
    return TroubleError(f"port.{error.cause.value}", port=error.url, detail=error.detail)


def journal_taken(where: object) -> TroubleError:
    """Make the error of a journal that the running daemon has."""
    return TroubleError("journal_taken", file=where)


def silent_daemon(boards: str) -> TroubleError:
    """Make the error of boards of which the daemon has no fresh reading."""
    return TroubleError("silent.daemon", boards=boards, code=ExitCode.SILENT)


def silent_port(key: str, stray: bytes, **told: object) -> TroubleError:
    """Make the error of a port on which no board answered; `key` is port or probe."""
    if not stray:
        return TroubleError(f"silent.{key}", **told, code=ExitCode.SILENT)
    key = "stray" if key == "port" else f"{key}_stray"
    shown = stray[:16].hex(" ").upper()
    return TroubleError(
        f"silent.{key}", **told, count=len(stray), bytes=shown, code=ExitCode.SILENT
    )
