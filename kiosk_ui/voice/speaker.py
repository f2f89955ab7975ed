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
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QElapsedTimer, QObject, QProcess, QTimer, pyqtSignal

from kiosk_ui.view_state import ViewState
from kiosk_ui.voice.chime import chime_wav, scaled_wav
from kiosk_ui.voice.cue import Cue, cue_of, loudness
from kiosk_ui.voice.speech import READY, Sentence
from locker.contract.text import Catalogue

log = logging.getLogger(__name__)

CARDS = Path("/proc/asound/cards")
WAITING = 3
"""Sounds that may wait; a page that is gone need not be spoken of."""
AGAIN_S = (1, 5, 30, 120, 600)
"""After so long the process that speaks is started again, each time it ended; then no more."""
STEADY_S = 60
"""Whoever spoke for so long counts as new when it ends."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What there is to be heard with. `player`: a program and its words, or none.

    `recordings`: the folder of the community's own; `speech`: the process that speaks, or none.
    """

    player: tuple[str, ...] = ()
    recordings: Path | None = None
    speech: tuple[str, ...] = ()


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
        self._waiting: deque[bytes] = deque(maxlen=WAITING)
        self._process: QProcess | None = None
        self._speaks = False
        self._speech: QProcess | None = None
        self._failures = 0
        self._why = ""
        self._lived = QElapsedTimer()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._start_speech)
        if fitted.speech:
            self._start_speech()

    @property
    def silent(self) -> bool:
        """Tell whether nobody can hear a sentence from this glass."""
        folder = self._fitted.recordings
        recorded = folder is not None and any(folder.glob("*.wav"))
        return not self._speaks and not (self._fitted.player and recorded)

    def hear(self, before: ViewState, after: ViewState) -> None:
        """Play what is heard when one state follows the other."""
        cue = cue_of(before, after)
        if cue is not None:
            self.play(cue, language=after.language, minute_of_day=after.minute_of_day)

    def play(self, cue: Cue, *, language: str, minute_of_day: int) -> None:
        """Play a cue; a sentence puts an end to the one before it."""
        loud = loudness(minute_of_day)
        if cue.sentence:
            self._waiting.clear()
        if cue.chime is not None and self._fitted.player:
            self._waiting.append(chime_wav(cue.chime, loudness=loud))
        if cue.sentence:
            self._say(cue, language=language, loud=loud)
        self._next()

    def stop(self) -> None:
        """Fall silent."""
        self._waiting.clear()
        self._again.stop()
        for process in (self._speech, self._process):
            if process is not None:
                process.blockSignals(True)
                process.kill()
                process.waitForFinished(500)

    def _say(self, cue: Cue, *, language: str, loud: float) -> None:
        keys = ([f"door_{cue.door}"] if cue.door is not None else []) + [cue.sentence]
        recorded = [self._recording(key, language=language, loud=loud) for key in keys]
        found = [data for data in recorded if data is not None]
        if len(found) == len(keys):
            self._waiting.extend(found)
        elif self._speech is not None and self._speaks:
            said = Sentence(self._words(cue, language=language), language, loud)
            self._speech.write(said.line())

    def _start_speech(self) -> None:
        self._why = ""
        self._lived.start()
        self._speech = self._start(self._fitted.speech, ended=self._speech_gone)
        self._speech.readyReadStandardOutput.connect(self._speech_said)

    def _speech_said(self) -> None:
        """Read its lines: that it is ready, or why it will end."""
        while self._speech is not None and self._speech.canReadLine():
            line = self._speech.readLine().data()
            if line == READY:
                self._speaks = True
                self.silence_changed.emit()
            else:
                self._why = line.decode(errors="replace").strip()

    def _speech_gone(self) -> None:
        """Start it again after a while; longer each time, unless it had been well."""
        why = self._why or (_end_of(self._speech) if self._speech is not None else "")
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
        if folder is None or not self._fitted.player:
            return None
        try:
            return scaled_wav((folder / f"{key}.{language}.wav").read_bytes(), loudness=loud)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, wave.Error) as error:
            log.info("voice: %s.%s.wav cannot be played: %s", key, language, error)
            return None

    def _next(self) -> None:
        if self._process is not None or not self._waiting:
            return
        self._process = self._start(self._fitted.player, ended=self._played)
        self._process.write(self._waiting.popleft())
        self._process.closeWriteChannel()

    def _played(self) -> None:
        self._process = None
        self._next()

    def _start(self, command: tuple[str, ...], *, ended: Callable[[], None]) -> QProcess:
        """Start a program; `ended` is called once, when it is no more, or could not start.

        Other errors of a process are of a pipe, and it may still run: they are no end.
        """
        program, *words = command
        process = QProcess(self)

        def failed(error: QProcess.ProcessError) -> None:
            if error is QProcess.ProcessError.FailedToStart:
                QTimer.singleShot(0, gone)  # not within `start`: nobody holds the handle yet

        def gone(*_: object) -> None:
            process.deleteLater()
            ended()

        process.finished.connect(gone)
        process.errorOccurred.connect(failed)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        process.start(program, words)
        return process


def _end_of(process: QProcess) -> str:
    if process.error() is QProcess.ProcessError.UnknownError:
        return f"exit code {process.exitCode()}"
    return process.errorString()
