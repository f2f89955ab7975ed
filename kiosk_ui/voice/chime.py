"""The chimes, made here from sines: two soft tones up for open, two down for shut."""

from __future__ import annotations

import io
import math
import wave
from array import array

from kiosk_ui.voice.cue import Chime

RATE = 22_050
_TONES: dict[Chime, tuple[tuple[float, float], ...]] = {
    Chime.OPEN: ((659.3, 0.16), (987.8, 0.34)),
    Chime.SHUT: ((784.0, 0.14), (523.3, 0.30)),
    Chime.WARN: ((587.3, 0.22), (587.3, 0.22)),
    Chime.KEY: ((1400.0, 0.025),),
}
"""Frequency in hertz and length in seconds of each tone."""
_FADE_S = 0.008


def chime_wav(chime: Chime, *, loudness: float) -> bytes:
    """Give a chime as a WAV file: 16 bits, mono; every tone swells and fades, so none clicks."""
    samples = array("h")
    for hertz, length_s in _TONES[chime]:
        count = round(length_s * RATE)
        for n in range(count):
            at_s, left_s = n / RATE, (count - n) / RATE
            swell = min(1.0, at_s / _FADE_S, left_s / _FADE_S) * math.exp(-3 * at_s / length_s)
            tone = math.sin(2 * math.pi * hertz * at_s)
            samples.append(round(12_000 * loudness * swell * tone))
    return _wav(samples, rate=RATE)


def scaled_wav(data: bytes, *, loudness: float) -> bytes:
    """Give a 16-bit recording more quietly. Raises wave.Error or EOFError for what is none."""
    with wave.open(io.BytesIO(data)) as read:
        if read.getsampwidth() != 2 or read.getnchannels() != 1:
            raise wave.Error("a recording has 16 bits and one channel")
        samples = array("h", read.readframes(read.getnframes()))
        rate = read.getframerate()
    return _wav(array("h", (round(sample * loudness) for sample in samples)), rate=rate)


def _wav(samples: array[int], *, rate: int) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(samples.tobytes())
    return made.getvalue()
