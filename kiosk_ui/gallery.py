"""Remake the pictures of every page, or of the handbooks (`--handbook docs/pictures/kiosk`).

Each sample in Chinese, English, large type and at night, upright and lying, as
<name>.<variant>.png.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PyQt6.QtCore import QDeadlineTimer, QEvent, QEventLoop, Qt
from PyQt6.QtWidgets import QApplication

from kiosk_ui.samples import NOW, Sample, samples
from kiosk_ui.theme import Shape, load_font
from kiosk_ui.view_state import Tick, ViewState
from kiosk_ui.window import KioskWindow
from locker.contract.text import LANGUAGES


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of showing a page."""

    name: str
    language: str = "zh_CN"
    elder: bool = False
    night: bool = False
    shape: Shape = Shape.PORTRAIT

    def of(self, state: ViewState) -> ViewState:
        """Show a state this way; in large type everything has taken twice as long."""
        minute = 21 * 60 + 30 if self.night else state.minute_of_day
        touched_at = state.now - (state.now - state.touched_at) * (2 if self.elder else 1)
        return replace(
            state, language=self.language, elder=self.elder, minute_of_day=minute,
            touched_at=touched_at,
        )  # fmt: skip


def _variant(language: str, *, elder: bool, night: bool, shape: Shape) -> Variant:
    words = [language.removesuffix("_CN")]
    words += [word for word, is_so in (("elder", elder), ("night", night)) if is_so]
    words += ["lying"] if shape is Shape.LANDSCAPE else []
    return Variant("-".join(words), language, elder, night, shape)


VARIANTS = tuple(
    _variant(language, elder=elder, night=night, shape=shape)
    for shape in Shape
    for language in LANGUAGES
    for elder in (False, True)
    for night in (False, True)
)


def still_window() -> KioskWindow:
    """Make a window whose clock stands still and whose calls go nowhere."""
    return KioskWindow(ask=lambda _: None, monotonic=lambda: NOW, tick=lambda _ahead_s: Tick(0))


def show(
    window: KioskWindow, state: ViewState, *, application: QApplication,
    shape: Shape = Shape.PORTRAIT,
) -> None:  # fmt: skip
    """Put a state on a glass of this shape, and wait until its QR is there."""
    if (window.width(), window.height()) != shape.value:
        window.resize(*shape.value)
    window.show_state(state)
    # What the last page was made of goes now: no event loop of its own runs here.
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    deadline = QDeadlineTimer(3_000)
    while window.is_making_qr and not deadline.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    for _ in range(3):
        application.processEvents()


def main(arguments: list[str]) -> int:
    """Write the pictures; gives the exit code."""
    asked = _parser().parse_args(arguments)
    folder: Path = asked.out
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(["gallery"])
    load_font()
    window = still_window()
    window.show()
    if asked.handbook:
        _handbook(folder, window, application)
        window.stop()
        return 0
    for sample, variant in _wanted(asked.names):
        state = variant.of(sample.state)
        show(window, state, application=application, shape=variant.shape)
        window.grab().save(str(folder / f"{sample.name}.{variant.name}.png"), "PNG")
    window.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk_ui.gallery", description=__doc__)
    parser.add_argument(
        "--handbook", action="store_true", help="remake the handbooks' pictures instead"
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder of the pictures")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", type=_sample, help="a page, such as open-collect; all"
    )
    return parser


def _sample(word: str) -> str:
    if word not in (known := [sample.name for sample in samples()]):
        raise argparse.ArgumentTypeError(f"no page {word!r}; there are: {', '.join(known)}")
    return word


HANDBOOK = (
    "invite", "home", "code", "card", "last-four-phone", "lost-code", "new-code", "open-collect",
    "ask-collect", "done-rating", "not-opened", "look", "jammed", "matters", "walk-in-matter",
    "papers-missing", "walk-in-number-printed", "walk-in-number-no_paper", "open-deposit",
    "open-wish", "help", "help-unanswered", "help-coming", "call-back",
    "home-offline", "home-door-open", "out-board", "badge", "pin", "staff", "open-load", "ask-load",
    "staff-all", "boxes", "box-unclear", "audit-next", "technician", "technician-door",
)  # fmt: skip
"""The pages that the handbooks show, in Chinese by day; each is <name>.png at a third."""
HANDBOOK_WIDTH = 405


def _handbook(folder: Path, window: KioskWindow, application: QApplication) -> None:
    by_name = {sample.name: sample for sample in samples()}
    for name in HANDBOOK:
        show(window, VARIANTS[0].of(by_name[name].state), application=application)
        small = window.grab().scaledToWidth(
            HANDBOOK_WIDTH, Qt.TransformationMode.SmoothTransformation
        )
        small.save(str(folder / f"{name}.png"), "PNG")


def _wanted(names: list[str]) -> Iterator[tuple[Sample, Variant]]:
    for sample in samples():
        if not names or sample.name in names:
            for variant in VARIANTS:
                yield sample, variant


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
