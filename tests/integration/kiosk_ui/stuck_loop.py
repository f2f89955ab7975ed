"""A kiosk whose event loop is blocked as soon as the daemon's invitation shows a word."""

from __future__ import annotations

import os
import threading
from typing import Any

from kiosk_ui.command import app
from kiosk_ui.view_state import Message, SliceCame
from kiosk_ui.window import KioskWindow
from locker.service_manager import ServiceManager

_take = KioskWindow.take


def _block(window: KioskWindow, message: Message) -> None:
    if isinstance(message, SliceCame) and message.name == "invitation":
        value: Any = message.value
        if value.word:
            ServiceManager(os.environ).tell("STUCK=1")
            threading.Event().wait()
    _take(window, message)


if __name__ == "__main__":
    KioskWindow.take = _block  # type: ignore[method-assign, assignment] # a fault
    app()
