"""What the glass says, as recordings: which are there, and whether their words are today's.

Beside each recording, `<key>.<language>.wav`, lie the words it was made from, as `.txt`: a sentence
that a release has changed is noticed. Knows no microphone and no loudspeaker.
"""

from __future__ import annotations

import logging
import wave
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from locker.contract.text import LANGUAGES, Catalogue

log = logging.getLogger(__name__)


class State(StrEnum):
    """What there is of one sentence."""

    RECORDED = "recorded"
    MISSING = "missing"
    DAMAGED = "damaged"
    OLD_WORDS = "old words"
    """The glass says it otherwise now."""
    UNSURE = "words?"
    """Nothing says what it was made from: somebody must listen."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One sentence and where its recording lies."""

    key: str
    words: str
    path: Path

    def state(self) -> State:
        """Tell what is there."""
        if not self.path.exists():
            return State.MISSING
        if not is_sound(self.path):
            return State.DAMAGED
        made_from = self.made_from()
        if made_from is None:
            return State.UNSURE
        return State.RECORDED if made_from == self.words else State.OLD_WORDS

    def made_from(self) -> str | None:
        """Give the words that it was made from; None where nothing says so."""
        try:
            return self._note.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def note_words(self) -> None:
        """Write down that it says today's words. Raises OSError."""
        self._note.write_text(f"{self.words}\n", "utf-8")

    @property
    def _note(self) -> Path:
        return self.path.with_suffix(".txt")


def recordings(folder: Path, language: str, doors: list[int]) -> list[Recording]:
    """Give everything that the glass says, in the order of the catalogue; doors come last."""
    text = Catalogue.load("kiosk_ui", "voice", language)
    said = [(key, text(key)) for key in sorted(text.keys - {"door"})]
    said += [(f"door_{n}", text("door", n=n)) for n in doors]
    return [Recording(key, words, folder / f"{key}.{language}.wav") for key, words in said]


def tell_of_old_words(folder: Path) -> None:
    """Say in the log which recordings are not known to say today's words; doors never change."""
    doubtful = {State.OLD_WORDS, State.UNSURE}
    for language in LANGUAGES:
        found = [one for one in recordings(folder, language, []) if one.state() in doubtful]
        if found:
            keys = ", ".join(one.path.name for one in found)
            log.warning("voice: other words than the glass's, perhaps; listen and record: %s", keys)


def is_sound(path: Path) -> bool:
    """Tell whether a file can be played: 16 bits, one channel, and something in it."""
    try:
        with wave.open(str(path)) as read:
            form = read.getsampwidth(), read.getnchannels()
            return form == (2, 1) and read.getnframes() > 0
    except (OSError, EOFError, wave.Error):
        return False
