"""Pictures of every screen and page, numbered as they were seen, and the QR codes read in them."""

from __future__ import annotations

from pathlib import Path

import zxingcpp
from PIL import Image


class Pictures:
    """A folder of PNG files; the folder is emptied of earlier pictures first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()
        self._count = 0

    def next_path(self, who: str, what: str) -> Path:
        """Give the path of the next picture, for example 07-kiosk-open.png."""
        self._count += 1
        return self.folder / f"{self._count:02}-{who}-{what}.png"


def read_qr(picture: Path) -> str:
    """Read the one QR code in a picture. Raises ValueError where there is none, or more."""
    with Image.open(picture) as image:
        found = [
            code.text
            for code in zxingcpp.read_barcodes(image)
            if code.format == zxingcpp.BarcodeFormat.QRCode
        ]
    if len(found) != 1:
        raise ValueError(f"{len(found)} QR codes in {picture.name}, wanted one")
    return found[0]
