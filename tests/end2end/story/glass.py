"""The kiosk's glass, touched by real mouse presses and seen by screenshots."""

from __future__ import annotations

from pathlib import Path

from kiosk_ui.rehearsal_client import RehearsalClient
from tests.end2end.story.cabinet import wait_for
from tests.end2end.story.pictures import Pictures, read_qr


class Glass:
    """What a person in front of the cabinet sees and touches."""

    def __init__(self, rehearsal: Path, pictures: Pictures) -> None:
        self._kiosk = RehearsalClient(rehearsal)
        self._pictures = pictures

    def close(self) -> None:
        """Close the connection."""
        self._kiosk.close()

    def reconnect(self, rehearsal: Path) -> None:
        """Go on with the process that took over."""
        self.close()
        self._kiosk = RehearsalClient(rehearsal)

    def picture(self, what: str) -> Path:
        """Save what the glass shows now."""
        return self._kiosk.grab(self._pictures.next_path("kiosk", what))

    def wait_for(self, *pages: str) -> str:
        """Wait for one of these pages and give its name."""
        return self._kiosk.wait_for_page(*pages)

    def press(self, name: str) -> None:
        """Press a button as soon as a finger could."""
        self._kiosk.press_when_ready(name)

    def type_digits(self, digits: str) -> None:
        """Press the keypad's keys."""
        for digit in digits:
            self._kiosk.press_when_ready(f"key-{digit}")

    def text(self, name: str) -> str:
        """Give the text of one widget."""
        return self._kiosk.text_of(name) or ""

    def wait_for_text(self, name: str) -> str:
        """Wait until a widget is on the glass and says something; give what it says."""
        return wait_for(lambda: self.text(name), what=f"a text in {name}")

    def all_texts(self) -> str:
        """Give every text on the glass."""
        return " | ".join(row.text for row in self._kiosk.texts())

    def go_home(self) -> None:
        """Leave a finished visit, or a refusal, and be home."""
        page = self.wait_for("done", "refused", "home", "staff", "jammed")
        if page == "done":
            self.press("done-home")
        elif page == "refused":
            self.press("refused-seen")
        elif page == "jammed":
            self.press("choice-leave")
        self.wait_for("home", "staff")

    def read_invitation(self, what: str = "home") -> str:
        """Take a picture of the home page and read its QR, waiting until there is one."""

        def read() -> str:
            picture = self.picture(what)
            try:
                return read_qr(picture)
            except ValueError:
                picture.unlink()
                return ""

        return wait_for(read, what="a QR on the glass")
