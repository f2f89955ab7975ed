"""Plays what is to be heard, one thing after another: chimes, recordings, and speech for the gaps.

Sound goes to a program that reads a WAV file from stdin (`aplay`), speech to a process of its own
(`voice.speech`): no sound library is loaded into the glass, and no engine holds it up. Where
nothing is fitted, nothing is played, and `silent` says so.
"""

from __future__ import annotations

import logging
import shutil
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QElapsedTimer, QObject, QProcess, QTimer, pyqtSignal

from kiosk_ui.view_state import ViewState
from kiosk_ui.voice.chime import chime_wav, scaled_wav
from kiosk_ui.voice.cue import Cue, cue_of, loudness
from kiosk_ui.voice.player import Player, end, start
from kiosk_ui.voice.speech import READY, Sentence
from locker.contract.text import Catalogue

log = logging.getLogger(__name__)

CARDS = Path("/proc/asound/cards")
PRIVATE_LOUD = 0.9
"""Headphones wake nobody: they are as loud at night as by day."""
AGAIN_S = (1, 5, 30, 120, 600)
"""After so long the process that speaks is started again, each time it ended; then no more."""
READY_S = 30
"""A process that is not ready by then never will be: an engine that hangs is ended."""
STEADY_S = 60
"""Whoever spoke for so long counts as new when it ends."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What there is to be heard with. `player`: a program and its words, or none.

    `recordings`: the folder of the community's own; `speech`: the process that speaks, or none.
    `headphones`: a program that plays where only who wears them hears it, or none.
    """

    player: tuple[str, ...] = ()
    recordings: Path | None = None
    speech: tuple[str, ...] = ()
    headphones: tuple[str, ...] = ()


def find_player(wanted: str) -> tuple[str, ...]:
    """Give the program that plays: as wanted, or `aplay` where there is a sound card."""
    if wanted == "none":
        return ()
    if wanted != "auto":
        return tuple(wanted.split())
    try:
        has_card = "no soundcards" not in CARDS.read_text("utf-8")
    except OSError:
        has_card = False
    found = shutil.which("aplay")
    return (found, "-q", "-") if has_card and found else ()


def headphones_at(device: str) -> tuple[str, ...]:
    """Give the program that plays at an ALSA device of its own."""
    return ("aplay", "-q", "-D", device, "-") if device else ()


def speech_by(engine: str) -> tuple[str, ...]:
    """Give the process that speaks by an engine of Qt TextToSpeech."""
    return (sys.executable, "-m", "kiosk_ui.voice.speech", engine)


class Speaker(QObject):
    """Hears the states that follow each other, and says what belongs to them.

    `silence_changed`: a speech engine has come up, or gone.
    """

    silence_changed = pyqtSignal()

    def __init__(self, fitted: Fitted) -> None:
        super().__init__()
        self._fitted = fitted
        self._texts: dict[str, Catalogue] = {}
        self._player = Player(self, fitted.player)
        self._headphones = Player(self, fitted.headphones)
        self._speaks = False
        self._speech: QProcess | None = None
        self._failures = 0
        self._why = ""
        self._lived = QElapsedTimer()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._start_speech)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._give_up_waiting)
        if fitted.speech:
            self._start_speech()

    @property
    def silent(self) -> bool:
        """Tell whether nobody can hear a sentence from this glass."""
        folder = self._fitted.recordings
        recorded = folder is not None and any(folder.glob("*.wav"))
        return not self._speaks and not (self._player.is_fitted and recorded)

    def hear(self, before: ViewState, after: ViewState) -> None:
        """Play what is heard when one state follows the other."""
        cue = cue_of(before, after)
        if cue is not None:
            self.play(cue, language=after.language, minute_of_day=after.minute_of_day)

    def play(self, cue: Cue, *, language: str, minute_of_day: int) -> None:
        """Play a cue; a sentence puts an end to the one before it."""
        loud = loudness(minute_of_day)
        if cue.sentence:
            self._player.cut()
        if cue.chime is not None and self._player.is_fitted:
            self._player.play([chime_wav(cue.chime, loudness=loud)])
        if cue.sentence:
            self._say(cue, language=language, loud=loud)
        if self._headphones.is_fitted and (cue.sentence or cue.digit):
            # A digit is said here and nowhere else, at once.
            self._headphones.cut()
            keys = [f"digit_{cue.digit}"] if cue.digit else _keys(cue)
            self._headphones.play(self._recorded(keys, language=language, loud=PRIVATE_LOUD))

    def stop(self) -> None:
        """Fall silent."""
        self._again.stop()
        self._patience.stop()
        self._player.stop()
        self._headphones.stop()
        if self._speech is not None:
            end(self._speech)

    def _say(self, cue: Cue, *, language: str, loud: float) -> None:
        fitted = self._player.is_fitted
        if fitted and (found := self._recorded(_keys(cue), language=language, loud=loud)):
            self._player.play(found)
        elif self._speech is not None and self._speaks:
            said = Sentence(self._words(cue, language=language), language, loud)
            self._speech.write(said.line())

    def _recorded(self, keys: list[str], *, language: str, loud: float) -> list[bytes]:
        """Give the recordings of all the keys, or of none."""
        found = [self._recording(key, language=language, loud=loud) for key in keys]
        return [data for data in found if data is not None] if None not in found else []

    def _start_speech(self) -> None:
        self._why = ""
        self._lived.start()
        self._speech = start(self._fitted.speech, self, ended=self._speech_gone)
        self._speech.readyReadStandardOutput.connect(self._speech_said)
        self._patience.start(round(READY_S * 1000))

    def _give_up_waiting(self) -> None:
        if self._speech is not None:
            self._why = f"not ready within {READY_S} s"
            self._speech.kill()

    def _speech_said(self) -> None:
        """Read its lines: that it is ready, or why it will end."""
        while self._speech is not None and self._speech.canReadLine():
            line = self._speech.readLine().data()
            if line == READY:
                self._patience.stop()
                self._speaks = True
                self.silence_changed.emit()
            else:
                self._why = line.decode(errors="replace").strip()

    def _speech_gone(self) -> None:
        """Start it again after a while; longer each time, unless it had been well."""
        why = self._why or (_end_of(self._speech) if self._speech is not None else "")
        self._patience.stop()
        self._speaks, self._speech = False, None
        self.silence_changed.emit()
        if self._lived.hasExpired(STEADY_S * 1000):
            self._failures = 0
        if self._failures == len(AGAIN_S):
            log.warning("voice: the process that speaks has ended: %s; given up", why)
            return
        after_s = AGAIN_S[self._failures]
        self._failures += 1
        log.warning("voice: the process that speaks has ended: %s; again in %d s", why, after_s)
        self._again.start(round(after_s * 1000))

    def _words(self, cue: Cue, *, language: str) -> str:
        if language not in self._texts:
            self._texts[language] = Catalogue.load("kiosk_ui", "voice", language)
        text = self._texts[language]
        door = text("door", n=cue.door) if cue.door is not None else ""
        return door + text(cue.sentence)

    def _recording(self, key: str, *, language: str, loud: float) -> bytes | None:
        folder = self._fitted.recordings
        if folder is None:
            return None
        try:
            return scaled_wav((folder / f"{key}.{language}.wav").read_bytes(), loudness=loud)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, wave.Error) as error:
            log.info("voice: %s.%s.wav cannot be played: %s", key, language, error)
            return None


def _keys(cue: Cue) -> list[str]:
    """Give the recordings that make a cue's sentence."""
    door = [f"door_{cue.door}"] if cue.door is not None else []
    return [*door, cue.sentence] if cue.sentence else []


def _end_of(process: QProcess) -> str:
    if process.error() is QProcess.ProcessError.UnknownError:
        return f"exit code {process.exitCode()}"
    return process.errorString()
