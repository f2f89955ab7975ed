"""`bangbangui kiosk`: the composition root of the touchscreen."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kiosk_ui.view_state import RESTART, Call, Day, Tick, VoiceChanged
from locker.contract.local_time import local_time

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from kiosk_ui.client import DaemonClient
    from kiosk_ui.voice.speaker import Speaker
    from kiosk_ui.window import Manner

log = logging.getLogger(__name__)

TITLE_BAR_PX = 40

app = typer.Typer(add_completion=False, help="Show the touchscreen of a cabinet.")


@app.callback(invoke_without_command=True)
def kiosk(  # noqa: PLR0913, PLR0917 - a command line has as many options as it needs
    context: typer.Context,
    socket: Annotated[Path | None, typer.Option(help="The daemon's kiosk.sock.")] = None,
    windowed: Annotated[
        bool, typer.Option("--windowed", help="In a window, not on the whole screen.")
    ] = False,
    language: Annotated[str, typer.Option(help="zh_CN or en, for the home page.")] = "zh_CN",
    px_per_mm: Annotated[
        float, typer.Option(min=1, max=30, help="Dots of the screen on a millimetre.")
    ] = 4.0,
    voice: Annotated[
        Path | None, typer.Option(help="Recordings to speak with: bangbangui voice record.")
    ] = None,
    speech: Annotated[
        str, typer.Option(help="Engine that speaks where a recording is missing: speechd, or none.")
    ] = "none",
    player: Annotated[
        str, typer.Option(help="Program that plays a WAV from stdin; auto: aplay; or none.")
    ] = "auto",
    headphones: Annotated[
        str, typer.Option(help="ALSA device of a jack of its own: plughw:CARD=NAME,DEV=0.")
    ] = "",
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
    if headphones and not is_own_jack(headphones):
        raise typer.BadParameter(
            "a card of its own is needed: digits must not be heard from the loudspeaker, which "
            "is card 0 and whatever names no card, unless ALSA was told otherwise. Name the card "
            "as `aplay -L` does: plughw:CARD=NAME,DEV=0",
            param_hint="--headphones",
        )
    _need_display()
    sound = Sound(voice, "" if speech == "none" else speech, player, headphones)
    asked = Asked(socket, windowed, language, px_per_mm, sound, rehearsal_socket)
    _leave(_run(asked))


@app.command("cabinet-window")
def cabinet_window(
    control: Annotated[Path, typer.Option(help="The simulator's control socket.")],
    layout: Annotated[
        Path, typer.Option(help="The cabinet's layout, a TOML file.", exists=True, dir_okay=False)
    ],
) -> None:
    """Show the simulated cabinet: doors spring open, and can be clicked shut."""
    _need_display()
    from kiosk_ui.cabinet_window import run

    _install_hook()
    raise typer.Exit(run(str(control), layout))


def is_own_jack(device: str) -> bool:
    """Tell whether an ALSA device is one card by itself, and not the first: that everybody hears.

    What names no card, or another device behind it (`plughw`, `plug:dmix`), may end up there.
    """
    kind, _, where = device.partition(":")
    card = where.removeprefix("CARD=").partition(",")[0]
    return kind in {"hw", "plughw"} and card not in {"", "0"}


def _need_display() -> None:
    """Refuse with a word that helps; Qt would abort. Who starts us may choose off-screen."""
    known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if not any(os.environ.get(name) for name in known):
        raise typer.BadParameter(
            "there is no display; set QT_QPA_PLATFORM=offscreen to run without one",
            param_hint="the environment",
        )


@dataclass(frozen=True, slots=True)
class Sound:
    """What the command line says of sound."""

    recordings: Path | None
    engine: str
    player: str
    headphones: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for."""

    socket: Path
    windowed: bool
    language: str
    px_per_mm: float
    sound: Sound
    rehearsal: Path | None


def _run(asked: Asked) -> int:
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
    in_window = asked.windowed or application.platformName() == "offscreen"
    if application.platformName() != "offscreen":
        _fit_to_screen(application, in_window=in_window)
    load_font()
    speaker = _speaker(asked.sound)
    window = KioskWindow(
        ask=lambda call: _hand_on(call, client, application),
        monotonic=time.monotonic,
        tick=_tick,
        manner=_manner(asked, application, speaker),
    )
    client = DaemonClient(str(asked.socket), window.take)
    speaker.silence_changed.connect(lambda: window.take(VoiceChanged(speaker.silent)))
    stage = None
    if asked.rehearsal is not None:
        from kiosk_ui.rehearsal import Rehearsal

        stage = Rehearsal(window, str(asked.rehearsal))
    if in_window:
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
    speaker.stop()
    window.stop()
    if stage is not None:
        stage.close()
    return code


def _hand_on(call: Call, client: DaemonClient, application: QApplication) -> None:
    client.call(call)
    if call.method == RESTART:
        application.exit(0)


def _leave(code: int) -> NoReturn:
    """End the process here: all that is ours is stopped, and nothing of Qt is taken apart.

    Interpreter and Qt free each other's objects in no certain order, which crashes now and then.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _speaker(sound: Sound) -> Speaker:
    from kiosk_ui.voice.recording import tell_of_old_words
    from kiosk_ui.voice.speaker import Fitted, Speaker, find_player, headphones_at, speech_by

    if sound.recordings is not None:
        tell_of_old_words(sound.recordings)
    speech = speech_by(sound.engine) if sound.engine else ()
    player, headphones = find_player(sound.player), headphones_at(sound.headphones)
    return Speaker(Fitted(player, sound.recordings, speech, headphones))


def _manner(asked: Asked, application: QApplication, speaker: Speaker) -> Manner:
    """Let the glass stand as the screen does."""
    from kiosk_ui.theme import Shape
    from kiosk_ui.window import Manner

    screen = application.primaryScreen()
    room = screen.size() if screen is not None else None
    shape = Shape.of(room.width(), room.height()) if room else Shape.PORTRAIT
    return Manner(asked.language, shape, asked.px_per_mm, speaker.hear, speaker.silent)


def _fit_to_screen(application: QApplication, *, in_window: bool) -> None:
    """Start over at a scale at which the whole glass fits on this screen, if it has another size.

    Qt reads the scale once, before its first window; the pages are laid out for two sizes only.
    """
    from kiosk_ui.theme import Shape

    screen = application.primaryScreen()
    if screen is None or "QT_SCALE_FACTOR" in os.environ:
        return
    room = screen.availableGeometry() if in_window else screen.geometry()
    width, height = Shape.of(screen.size().width(), screen.size().height()).value
    bar_px = TITLE_BAR_PX if in_window else 0
    scale = min(room.width() / width, (room.height() - bar_px) / height)
    if scale < 1 or (scale > 1 and not in_window):
        os.environ["QT_SCALE_FACTOR"] = f"{scale:.3f}"
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - ourselves, with the same words


def _tick(ahead_s: float) -> Tick:
    """Read the wall clock, put forward as the daemon's is."""
    now = local_time(time.time() + ahead_s)
    return Tick(now.hour * 60 + now.minute, Day(now.month, now.day, now.weekday()))


def _install_hook() -> None:
    """Log an exception in a slot: without a hook PyQt aborts the process."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("an exception reached the event loop", exc_info=(kind, error, trace))

    sys.excepthook = hook
