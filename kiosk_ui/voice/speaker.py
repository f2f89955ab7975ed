"""Plays what is to be heard, one thing after another: chimes, recordings, and speech for the gaps.

Sound goes to a program that reads a WAV file from stdin (`aplay`), so that no sound library is
loaded into the glass. Where nothing is fitted, nothing is played, and `silent` says so.
"""

from __future__ import annotations

import logging
import shutil
import wave
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QLocale, QObject, QProcess

from kiosk_ui.view_state import ViewState
from kiosk_ui.voice.chime import chime_wav, scaled_wav
from kiosk_ui.voice.cue import Cue, cue_of, loudness
from locker.contract.text import Catalogue

if TYPE_CHECKING:
    from PyQt6.QtTextToSpeech import QTextToSpeech

log = logging.getLogger(__name__)

CARDS = Path("/proc/asound/cards")
VOICES = {"zh_CN": "Chinese (Mandarin"}
"""How voices of a language are named whose locale Qt does not know."""
WAITING = 3
"""Sounds that may wait; a page that is gone need not be spoken of."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What there is to be heard with. `player`: a program and its words, or none.

    `recordings`: the folder of the community's own; `engine`: of Qt TextToSpeech, or none.
    """

    player: tuple[str, ...] = ()
    recordings: Path | None = None
    engine: str = ""


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


class Speaker(QObject):
    """Hears the states that follow each other, and says what belongs to them."""

    def __init__(self, fitted: Fitted) -> None:
        super().__init__()
        self._fitted = fitted
        self._texts: dict[str, Catalogue] = {}
        self._waiting: deque[bytes] = deque(maxlen=WAITING)
        self._process: QProcess | None = None
        self._speech = _speech(fitted.engine, self) if fitted.engine else None

    @property
    def silent(self) -> bool:
        """Tell whether nobody can hear a sentence from this glass."""
        folder = self._fitted.recordings
        recorded = folder is not None and any(folder.glob("*.wav"))
        return self._speech is None and not (self._fitted.player and recorded)

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
        if self._speech is not None:
            self._speech.stop()
        if self._process is not None:
            self._process.blockSignals(True)
            self._process.kill()
            self._process.waitForFinished(500)

    def _say(self, cue: Cue, *, language: str, loud: float) -> None:
        keys = ([f"door_{cue.door}"] if cue.door is not None else []) + [cue.sentence]
        recorded = [self._recording(key, language=language, loud=loud) for key in keys]
        found = [data for data in recorded if data is not None]
        if len(found) == len(keys):
            self._waiting.extend(found)
        elif self._speech is not None and _speaks(self._speech, language):
            self._speech.setVolume(loud)
            self._speech.say(self._words(cue, language=language))

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
        program, *words = self._fitted.player
        process = QProcess(self)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._ended)
        self._process = process
        process.start(program, words)
        process.write(self._waiting.popleft())
        process.closeWriteChannel()

    def _ended(self, *_: object) -> None:
        """Qt may say so twice of one process: it failed, and it ended."""
        if (process := self._process) is None:
            return
        self._process = None
        process.deleteLater()
        self._next()


def _speaks(speech: QTextToSpeech, language: str) -> bool:
    """Let the engine speak a language; False where it cannot: nothing is said in a foreign voice.

    What espeak-ng calls cmn is no locale that Qt knows: such voices stand under C, by their names.
    """
    wanted = QLocale(language).language()
    for locale in speech.availableLocales():
        if locale.language() == wanted:
            speech.setLocale(locale)
            return True
    speech.setLocale(QLocale.c())
    named = [v for v in speech.availableVoices() if v.name().startswith(VOICES.get(language, "?"))]
    if not named:
        log.warning("voice: the speech engine does not speak %s", language)
        return False
    speech.setVoice(named[0])
    return True


def _speech(engine: str, parent: QObject) -> QTextToSpeech | None:
    from PyQt6.QtTextToSpeech import QTextToSpeech

    if engine not in QTextToSpeech.availableEngines():
        log.warning("voice: no speech engine %r on this machine", engine)
        return None
    return QTextToSpeech(engine, parent)
