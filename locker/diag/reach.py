"""Which bench the options mean: the daemon's, the cabinet's own journal, or a bare bench."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from drivers.family import BoardProfile
from locker.diag.bench import Bench
from locker.diag.options import Options
from locker.diag.profile_choice import choose_profile
from locker.diag.tech_client import TechClient
from locker.diag.trouble import ExitCode, TroubleError
from locker.settings import (
    BusSettings,
    Settings,
    SettingsError,
    check_wiring,
    load_settings,
)

DEFAULT_RUN = Path("/run/bangbangui")


def open_bench(options: Options) -> Bench:
    """Open the bench. Raises TroubleError."""
    if options.port is None:
        from locker.diag.daemon_bench import DaemonBench

        return DaemonBench(reach_daemon(options))
    settings = cabinet_settings(options)
    if options.board is None and settings is None:
        raise _no_board()
    if settings is not None and settings.journal.exists():
        from locker.diag.cabinet_bench import CabinetBench

        return CabinetBench(_with_port(settings, options))
    from locker.diag.bare_bench import BareBench

    profile = _profile(options, settings)
    return BareBench(options.port, profile, folder=Path.cwd())


def reach_daemon(options: Options) -> TechClient:
    """Connect to the daemon that the settings name. Raises TroubleError."""
    if options.board is not None or options.sets:
        raise TroubleError("board_without_port", code=ExitCode.USAGE)
    settings = cabinet_settings(options)
    run = DEFAULT_RUN if settings is None else settings.run_dir
    return TechClient(run / "tech.sock")


def with_the_port(options: Options, bus: int) -> Options:
    """Name the port of a cabinet's own bus, where none is named. Raises TroubleError.

    For work that needs the port itself: the daemon must not have it.
    """
    settings = cabinet_settings(options)
    if options.port is not None or settings is None:
        return options
    try:
        reach_daemon(options).close()
    except TroubleError as trouble:
        if trouble.code is not ExitCode.NO_DAEMON:
            raise
    else:
        raise _daemon_has_it(settings)
    meant = next((one for one in settings.buses if one.number == bus), settings.buses[0])
    return replace(options, port=meant.port)


def cabinet_settings(options: Options) -> Settings | None:
    """Read the cabinet's settings; None where none are named and none are at the usual place."""
    if not options.settings_named and not options.settings.exists():
        return None
    try:
        return load_settings(options.settings)
    except SettingsError as error:
        raise TroubleError(
            "settings_unreadable", file=options.settings, detail=str(error), code=ExitCode.USAGE
        ) from error


def _profile(options: Options, settings: Settings | None) -> BoardProfile:
    if options.board is not None or settings is None:
        return choose_profile(options.board or "", options.sets)
    return _bus_at(settings, options.port or "").profile


def _bus_at(settings: Settings, port: str) -> BusSettings:
    return next((bus for bus in settings.buses if bus.port == port), settings.buses[0])


def _with_port(settings: Settings, options: Options) -> Settings:
    """Put the port, and the board where one is named, in the place of the bus that has it."""
    port = options.port or ""
    meant = _bus_at(settings, port)
    profile = meant.profile if options.board is None else _profile(options, settings)
    buses = tuple(
        replace(bus, port=port, profile=profile) if bus is meant else bus for bus in settings.buses
    )
    found = replace(settings, buses=buses)
    try:
        check_wiring(found, file="--board")
    except SettingsError as error:
        raise TroubleError(
            "wrong_board",
            family=profile.family.value,
            bus=meant.number,
            detail=str(error),
            code=ExitCode.USAGE,
        ) from error
    return found


def _daemon_has_it(settings: Settings) -> TroubleError:
    ports = ", ".join(bus.port for bus in settings.buses)
    return TroubleError("daemon_has_port", ports=ports, code=ExitCode.USAGE)


def _no_board() -> TroubleError:
    return TroubleError("no_board", code=ExitCode.USAGE)
