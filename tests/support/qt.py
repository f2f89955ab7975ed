"""Qt without a screen: the kiosk's 1080x1920 display, in memory."""

from __future__ import annotations

from pathlib import Path


def offscreen_environment() -> dict[str, str]:
    """Return the environment variables that give a process an off-screen display of 1080x1920.

    It paints in one thread: handing each stretch of a text to a pool costs a quarter of the time
    where every core is at work already.
    """
    screens = Path(__file__).with_name("offscreen.json")
    return {"QT_QPA_PLATFORM": f"offscreen:configfile={screens}", "QT_NO_GUI_THREADPOOL": "1"}
