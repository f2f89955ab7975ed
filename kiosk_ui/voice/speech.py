"""Speech for what is not recorded, in a process: `python -m kiosk_ui.voice.speech ENGINE`.

An engine may take its time to come up, or never answer; Qt waits for it. The glass does not: it
writes a line for each sentence and goes on, and hears `READY` once there is a voice, or why there
is none. An engine that fails later ends this process: who started it starts another.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QCoreApplication, QLocale, QSocketNotifier
from PyQt6.sip import voidptr

if TYPE_CHECKING:
    from PyQt6.QtTextToSpeech import QTextToSpeech

log = logging.getLogger(__name__)

READY = b"ready\n"
VOICES = {"zh_CN": "Chinese (Mandarin"}
"""How voices of a language are named whose locale Qt does not know."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is to be said, from 0 to 1 loud; without a text: fall silent."""

    text: str
    language: str = ""
    loud: float = 0.0

    def line(self) -> bytes:
        """Write it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"


def say(speech: QTextToSpeech, sentence: Sentence) -> None:
    """Say a sentence in place of the one before it."""
    speech.stop()
    if sentence.text and _speaks(speech, sentence.language):
        speech.setVolume(sentence.loud)
        speech.say(sentence.text)


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


class Ear:
    """Hears lines on a file and says the newest; at its end the process ends."""

    def __init__(self, speech: QTextToSpeech, source: int) -> None:
        self._speech = speech
        self.source = source
        self._rest = b""

    def read(self) -> None:
        """Take what has come."""
        data = os.read(self.source, 1 << 16)
        if not data:
            QCoreApplication.quit()
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines:
            say(self._speech, Sentence(**json.loads(lines[-1])))


def main(engine: str) -> int:
    """Say each line of stdin until it ends; gives the exit code."""
    from PyQt6.QtTextToSpeech import QTextToSpeech

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    application = QCoreApplication(["bangbangui-speech"])
    if engine not in QTextToSpeech.availableEngines():
        return _refuse(f"no speech engine {engine!r} on this machine")
    speech = QTextToSpeech(engine)
    if speech.state() is QTextToSpeech.State.Error:
        return _refuse(speech.errorString())
    speech.errorOccurred.connect(lambda _, why: application.exit(_refuse(why)))
    _tell(READY)
    ear = Ear(speech, sys.stdin.fileno())
    notifier = QSocketNotifier(voidptr(ear.source), QSocketNotifier.Type.Read)
    notifier.activated.connect(ear.read)
    return application.exec()


def _refuse(why: str) -> int:
    _tell(f"{why}\n".encode())
    return 1


def _tell(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
