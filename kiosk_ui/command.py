"""`bangbangui kiosk`: the composition root of the touchscreen."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated

import typer

from locker.contract.local_time import local_time

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

log = logging.getLogger(__name__)

TITLE_BAR_PX = 40

app = typer.Typer(add_completion=False, help="Show the touchscreen of a cabinet.")


@app.callback(invoke_without_command=True)
def kiosk(
    context: typer.Context,
    socket: Annotated[Path | None, typer.Option(help="The daemon's kiosk.sock.")] = None,
    windowed: Annotated[
        bool, typer.Option("--windowed", help="In a window, not on the whole screen.")
    ] = False,
    language: Annotated[str, typer.Option(help="zh_CN or en, for the home page.")] = "zh_CN",
    rehearsal_socket: Annotated[
        Path | None,
        typer.Option(help="For tests: a socket over which the glass can be touched and seen."),
    ] = None,
) -> None:
    """Show the touchscreen of a cabinet; it holds no truth and may be restarted at any time."""
    if context.invoked_subcommand is not None:
        return
    if socket is None:
        raise typer.BadParameter("the daemon's socket is needed", param_hint="--socket")
    if language not in {"zh_CN", "en"}:
        raise typer.BadParameter("zh_CN or en", param_hint="--language")
    _need_display()
    raise typer.Exit(_run(socket, windowed=windowed, language=language, rehearsal=rehearsal_socket))


@app.command("cabinet-window")
def cabinet_window(
    control: Annotated[Path, typer.Option(help="The simulator's control socket.")],
    layout: Annotated[Path, typer.Option(help="The cabinet's layout, a TOML file.")],
) -> None:
    """Show the simulated cabinet: doors spring open, and can be clicked shut."""
    _need_display()
    from kiosk_ui.cabinet_window import run

    _install_hook()
    raise typer.Exit(run(str(control), layout))


def _need_display() -> None:
    """Refuse with a word that helps; Qt would abort. Who starts us may choose off-screen."""
    known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if not any(os.environ.get(name) for name in known):
        raise typer.BadParameter(
            "there is no display; set QT_QPA_PLATFORM=offscreen to run without one",
            param_hint="the environment",
        )


def _run(socket: Path, *, windowed: bool, language: str, rehearsal: Path | None) -> int:
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication

    from kiosk_ui.client import DaemonClient
    from kiosk_ui.sign_of_life import SignOfLife
    from kiosk_ui.theme import load_font
    from kiosk_ui.window import KioskWindow
    from locker.service_manager import ServiceManager

    logging.basicConfig(
        level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    _install_hook()
    application = QApplication(["bangbangui-kiosk"])
    application.setQuitOnLastWindowClosed(True)
    if windowed and application.platformName() != "offscreen":
        _fit_to_screen(application)
    load_font()
    window = KioskWindow(
        ask=lambda call: client.call(call),  # noqa: PLW0108 - the client is made after the window
        monotonic=time.monotonic,
        minute_of_day=_minute_of_day,
        language=language,
    )
    client = DaemonClient(str(socket), window.take)
    stage = None
    if rehearsal is not None:
        from kiosk_ui.rehearsal import Rehearsal

        stage = Rehearsal(window, str(rehearsal))
    if windowed or application.platformName() == "offscreen":
        window.show()
    else:
        window.showFullScreen()
    window.start()
    life = SignOfLife(ServiceManager(os.environ).tell)
    life.start()
    QTimer.singleShot(0, client.start)
    for number in (signal.SIGINT, signal.SIGTERM):
        # The window's own tick gives Python the turn in which it notices.
        # exit, not quit: quit closes the window first, and a paint under way has nowhere to go.
        signal.signal(number, lambda *_: application.exit(0))
    code = application.exec()
    life.stop()
    client.stop()
    window.stop()
    if stage is not None:
        stage.close()
    return code


def _fit_to_screen(application: QApplication) -> None:
    """Start over at a scale at which the whole glass fits on this screen, if it is smaller.

    Qt reads the scale once, before its first window; the pages are laid out for one size only.
    """
    from kiosk_ui.theme import SCREEN_HEIGHT, SCREEN_WIDTH

    screen = application.primaryScreen()
    if screen is None or "QT_SCALE_FACTOR" in os.environ:
        return
    room = screen.availableGeometry()
    scale = min(room.width() / SCREEN_WIDTH, (room.height() - TITLE_BAR_PX) / SCREEN_HEIGHT)
    if scale < 1:
        os.environ["QT_SCALE_FACTOR"] = f"{scale:.3f}"
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - ourselves, with the same words


def _minute_of_day() -> int:
    now = local_time(time.time())
    return now.hour * 60 + now.minute


def _install_hook() -> None:
    """Log an exception in a slot: without a hook PyQt aborts the process."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("an exception reached the event loop", exc_info=(kind, error, trace))

    sys.excepthook = hook
