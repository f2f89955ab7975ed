"""What a phone sends as a photo, judged by its content and drawn anew. Pure; knows no table.

Nothing of the file but its picture is kept: place, time, maker and whatever hides behind it go.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from locker.contract.failure import Failure

FILE_BYTES = 12 * 1024 * 1024
"""The largest file that is looked at."""
PIXELS = 26_000_000
"""The largest picture that is decoded; what its header says is believed before anything is."""
SIDE_PX = 1800
"""The longer side of what is kept: a page of small print can be read."""
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that was drawn anew. `jpeg`: pixels and nothing else."""

    jpeg: bytes
    size: tuple[int, int]


def read(raw: bytes) -> Picture | Failure:
    """Decode what was sent and encode it anew, upright and no larger than `SIDE_PX`."""
    if not raw or len(raw) > FILE_BYTES:
        return Failure.PHOTO_UNREADABLE
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures and of broken tags; the first is judged here, and
            # tags are not kept.
            warnings.simplefilter("ignore")
            return _drawn(raw)
    except Exception:  # noqa: BLE001  (a hostile file may raise anything in a decoder)
        return Failure.PHOTO_UNREADABLE


def _drawn(raw: bytes) -> Picture | Failure:
    with Image.open(io.BytesIO(raw), formats=_FORMATS) as sent:
        if sent.width * sent.height > PIXELS:
            return Failure.PHOTO_UNREADABLE
        sent.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))  # JPEG: most pixels are never decoded
        upright = ImageOps.exif_transpose(sent)
        upright.thumbnail((SIDE_PX, SIDE_PX))
        flat = Image.new("RGB", upright.size, "white")
        seen = upright.convert("RGBA")
        flat.paste(seen, mask=seen)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(out.getvalue(), flat.size)
