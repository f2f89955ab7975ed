"""Part 1: the glass shows a QR, a phone reads it, and both show the same word."""

from __future__ import annotations

from tests.end2end.story.cast import Cast
from tests.end2end.story.deed import scan_the_glass
from tests.end2end.story.plot import Plot, check

PLOT = Plot("1")


@PLOT.step("the glass is home; its QR is read from the picture and opened on a phone")
def opens_the_phone_page(cast: Cast) -> str:
    """Read the QR and open it."""
    address = scan_the_glass(cast)
    check(f"/s/{cast.stage.cabinet}?t=" in address, f"the QR says {address}")
    signature = address.rsplit(".", 1)[-1]
    return f"QR of {len(address)} characters, {len(signature)} of them the cabinet's signature"


@PLOT.step("the glass answers the scan, and phone and glass show the same word")
def shows_the_same_word(cast: Cast) -> str:
    """Compare the word on both."""
    on_phone = cast.phone.text("[data-testid=word]")
    cast.phone.picture("scanned")
    on_glass = cast.glass.wait_for_text("word")
    cast.glass.picture("answered")
    check(on_glass == on_phone, f"the glass says {on_glass!r}, the phone {on_phone!r}")
    return f"both say {on_phone}"
