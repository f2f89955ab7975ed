"""What a technician reads when the core, the port or the journal refuses. Knows no screen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from drivers.port import PortCause, PortUnavailableError
from locker.contract.failure import Failure
from locker.contract.tech import Opening as Told
from locker.contract.vocabulary import AttemptState
from locker.diag.bench import Channel, Opening, Outcome
from locker.diag.trouble import ExitCode, TroubleError

_REFUSALS: Mapping[str, tuple[str, str, ExitCode]] = MappingProxyType(
    {
        Failure.NEEDS_SECOND_PERSON: (
            "more than three boxes that may hold something, within ten minutes",
            "a colleague who may maintain shows badge and PIN at the glass; then once more",
            ExitCode.FAILED,
        ),
        Failure.BUSY: (
            "somebody is at the glass, or this lock's coil must rest after its last pulse",
            "wait some seconds, then give the command again",
            ExitCode.FAILED,
        ),
        Failure.IN_USE: (
            "this door is being used at the glass",
            "wait until that visit is over",
            ExitCode.FAILED,
        ),
        Failure.BOARD_SILENT: (
            "the board has not answered for two seconds: cable, power, address or profile",
            "bangbangui diag line; then look at the cable and the board's lamp",
            ExitCode.SILENT,
        ),
        Failure.STARTING: (
            "the doors have not been read yet",
            "wait three seconds, then give the command again",
            ExitCode.FAILED,
        ),
        Failure.NOT_RECORDED: (
            "the disk takes no records: full, read-only or damaged",
            "df -h, dmesg; no door is opened without a record",
            ExitCode.FAILED,
        ),
        Failure.NOT_FOUND: (
            "the layout has no such door",
            "bangbangui diag doors names those it has",
            ExitCode.USAGE,
        ),
    }
)
_NOBODY_TO_ASK = (
    (
        "more than three boxes that may hold something, within ten minutes; with the daemon stopped"
        " no second person can be asked"
    ),
    (
        "systemctl start bangbangui-daemon; a colleague who may maintain shows badge and PIN at the"
        " glass; then the same command without --port"
    ),
    ExitCode.FAILED,
)
"""The rule of two people where there is no glass."""
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
        raise refused(f"open {channel}", told.failure, glass=glass)
    match told.state:
        case AttemptState.OPENED | AttemptState.COMPLETED:
            return Opening(channel, Outcome.OPENED, 1, told.after_ms)
        case AttemptState.FAILED:
            return Opening(channel, Outcome.NOT_OPENED, 1, None, "read shut throughout")
        case AttemptState.NOT_SENT:
            return Opening(channel, Outcome.NOT_OPENED, 0, None, f"nothing sent: {told.reason}")
        case _:
            return Opening(channel, Outcome.UNKNOWN, int(told.pulsed), None, told.reason)


def refused(tried: str, failure: str, *, glass: bool = True) -> TroubleError:
    """Make the error of a refusal by its stable code."""
    known = _REFUSALS.get(failure, ("see the handbook under this code", "", ExitCode.FAILED))
    if failure == Failure.NEEDS_SECOND_PERSON and not glass:
        known = _NOBODY_TO_ASK
    cause, remedy, code = known
    return TroubleError(
        tried=tried, seen=f"refused: {failure}", cause=cause, remedy=remedy, code=code
    )


def unavailable(error: PortUnavailableError) -> TroubleError:
    """Make the error of a port that could not be opened."""
    cause, remedy = {
        PortCause.MISSING: (
            "no adapter is plugged in there, or it has another name",
            "bangbangui diag ports",
        ),
        PortCause.TAKEN: (
            "the daemon, or another program, holds the port",
            "leave --port out to go through the daemon, or: systemctl stop bangbangui-daemon",
        ),
        PortCause.FORBIDDEN: (
            "your account may not use serial ports",
            "add it to the group dialout, then log in anew",
        ),
        PortCause.OTHER: ("the adapter refuses its settings, or is no serial port", "dmesg"),
    }[error.cause]
    return TroubleError(
        tried=f"open the port {error.url}",
        seen=f"{error.cause.value}: {error.detail}",
        cause=cause,
        remedy=remedy,
    )


def journal_taken(where: object) -> TroubleError:
    """Make the error of a journal that the running daemon has."""
    return TroubleError(
        tried=f"take the cabinet's journal {where}",
        seen="another process has it open",
        cause="the daemon is running: it holds the port and the journal",
        remedy="leave --port out to go through the daemon, or: systemctl stop bangbangui-daemon",
    )


def silent_board(
    *, tried: str, stray: bytes = b"", port: str = "", seen: str = ""
) -> TroubleError:  # fmt: skip
    """Make the error of a board that does not answer; `port` is empty through the daemon."""
    if seen:
        cause = "cable pulled, no power, another address, or another board family or baud rate"
    elif stray:
        seen = f"{len(stray)} bytes of no valid frame: {stray[:16].hex(' ').upper()}"
        cause = "another baud rate or board family, A and B crossed, or noise"
    else:
        seen = "not one byte came back"
        cause = "no power, A and B crossed, another address, or another board family or baud rate"
    return TroubleError(
        tried=tried, seen=seen, cause=cause,
        remedy=f"check power and wires, then: bangbangui diag --port {port} probe"
        if port
        else "check power and wires; with the daemon stopped, --port PORT probe finds the board",
        code=ExitCode.SILENT,
    )  # fmt: skip
