"""The technician's page: what works and what does not, in figures; the doors; this glass anew.

Whoever stands here came by a pass of the centre, on their phone. Doors are on the page of boxes.
"""

from __future__ import annotations

from importlib.metadata import version

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QBoxLayout, QWidget

from kiosk_ui.glass_text import GlassText
from kiosk_ui.pages.kit import ButtonGrid, Kit, head, on_press, regions
from kiosk_ui.theme import GAP, Theme, plain_font
from kiosk_ui.touch import Go, Place, StaffAsk, StaffLeave
from kiosk_ui.view_state import RESTART, ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import Label, body, quiet, title
from locker.contract.kiosk import LineFigures, Service, Snapshot, Workings
from locker.contract.local_time import local_time
from locker.contract.vocabulary import Health


class TechnicianPage(QWidget):
    """Lines that begin with a tick or a cross, and three ways on."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._glass = version("bangbangui")
        self._title = title(theme, "technician-title")
        self._second = body(theme, "technician-second")
        self._checks = Label("technician-checks", font=_font(theme), colour=theme.ink)
        self._parts = Label("technician-parts", font=_font(theme), colour=theme.ink)
        self._rest = quiet(theme, "technician-rest")
        self._doors = on_press(Button("go-boxes", theme, look=Look.MAIN), kit, Go(Place.BOXES))
        self._restart = on_press(Button("restart-glass", theme, size=36), kit, StaffAsk(RESTART))
        self._leave = on_press(Button("staff-leave", theme, size=36), kit, StaffLeave())
        page = regions(self, theme, stacked=True)
        head(page.words, theme, self._title, self._second)
        figures = _beside(theme, (self._checks, 3), (self._parts, 2), gap=0)
        figures.setAlignment(self._parts, Qt.AlignmentFlag.AlignTop)
        page.words.addLayout(figures)
        page.words.addWidget(self._rest)
        page.words.addStretch(1)
        ways = ButtonGrid(columns=2)
        ways.fill([self._restart, self._leave])
        page.ways.addLayout(_beside(theme, (ways, 1), (self._doors, 1), gap=GAP))

    def show_state(self, state: ViewState) -> None:
        """Render the figures as they are now."""
        snapshot = state.snapshot
        if snapshot is None or snapshot.staff.workings is None:
            return
        text, staff = self._kit.text, snapshot.staff
        self._title.say(text("technician.title"))
        self._second.say(text("staff.second") if staff.second == "badge" else "")
        now = snapshot.staff.workings
        self._checks.say("\n".join(_checks(text, snapshot, now, self._glass)))
        self._parts.say("\n".join(_parts(text, state, now)))
        self._rest.say("" if self._kit.theme.elder else text("technician.rest"))
        self._doors.say(text("technician.doors", count=len(staff.doors)))
        self._restart.say(text("technician.restart"))
        self._leave.say(text("staff.leave"))


def _beside(theme: Theme, *widgets: tuple[QWidget, int], gap: int) -> QBoxLayout:
    """Put widgets side by side lying, below each other, `gap` apart, upright."""
    way = QBoxLayout.Direction.LeftToRight if theme.lying else QBoxLayout.Direction.TopToBottom
    layout = QBoxLayout(way)
    layout.setSpacing(GAP if theme.lying else gap)
    for widget, share in widgets:
        layout.addWidget(widget, share)
    return layout


def _checks(text: GlassText, snapshot: Snapshot, now: Workings, glass: str) -> list[str]:
    service = snapshot.service
    checks = [_board(text, service.board is Health.OK, line) for line in now.lines]
    checks.append(_centre(text, service, now))
    checks.append(_line(text, service.recording, "record" if service.recording else "no_record"))
    clock = "clock" if now.clock_trusted else "clock_doubtful"
    checks.append(_line(text, now.clock_trusted, clock))
    one_release = "versions" if now.version == glass else "versions_differ"
    versions = {"daemon": now.version, "glass": glass, "boot": now.boot[:8]}
    return [*checks, _line(text, now.version == glass, one_release, **versions)]


def _board(text: GlassText, works: bool, line: LineFigures) -> str:  # noqa: FBT001 - a finding
    key = "line" if line.bad_checksums is not None else "line_unchecked"
    trip = "—" if line.median_ms is None else round(line.median_ms, 1)
    return _line(
        text, works, key, bus=line.bus, asked=line.asked, lost=line.time_outs,
        bad=line.bad_checksums or 0, ms=trip,
    )  # fmt: skip


def _parts(text: GlassText, state: ViewState, now: Workings) -> list[str]:
    """Tell of what people use: readers, printer, voice."""
    names = {part.what for part in now.parts}
    lines = [] if "scanner" in names else [_line(text, True, "no_scanner")]
    for part in now.parts:
        key = part.what if part.works else f"{part.what}_down"
        lines.append(_line(text, part.works, key, at=_clock(part.used_at)))
    return [*lines, _line(text, not state.silent, "no_voice" if state.silent else "voice")]


def _centre(text: GlassText, service: Service, now: Workings) -> str:
    works = service.centre is Health.OK
    key = "centre" if works else "no_centre"
    return _line(
        text, works, key, since=_clock(service.centre_since), heard=_clock(now.heard_at),
        count=now.waiting,
    )  # fmt: skip


def _line(text: GlassText, good: bool, key: str, **values: str | float) -> str:  # noqa: FBT001
    return ("✓ " if good else "✗ ") + text(f"technician.{key}", **values)


def _clock(at: float | None) -> str:
    return "—" if at is None else local_time(at).strftime("%m-%d %H:%M")


def _font(theme: Theme) -> QFont:
    """Give a size at which the lines find room beside the buttons, too."""
    return plain_font(32) if theme.lying and theme.elder else theme.font(36)
