"""Staff: scan the badge; then the take-out list, and "scan a label to load"."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from kiosk_ui.pages.kit import ButtonGrid, Kit, on_press, regions, sheet
from kiosk_ui.theme import GAP
from kiosk_ui.touch import More, StaffLeave, TakeOut
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import body, lead, title
from kiosk_ui.widgets.panel import Panel
from locker.contract.kiosk import Staff, TakeOutRow


class BadgePage(QWidget):
    """The staff entrance before a badge was scanned."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self._title = title(kit.theme, "badge-title")
        self._how = lead(kit.theme, "badge-how")
        page = sheet(self)
        page.addStretch(1)
        page.addWidget(self._title)
        page.addWidget(self._how)
        page.addStretch(1 if kit.theme.lying else 2)

    def show_state(self, _state: ViewState) -> None:
        """Render the two sentences."""
        self._title.say(self._kit.text("badge.title"))
        self._how.say(self._kit.text("badge.how"))


class StaffPage(QWidget):
    """Signed in: load by scanning, take out by touching a row."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._rows_shown = (1 if theme.elder else 2) if theme.lying else (2 if theme.elder else 4)
        self._title = title(theme, "staff-title")
        self._load = Panel("staff-load", theme.card)
        self._scan = lead(theme, "staff-scan")
        self._counts = body(theme, "staff-counts")
        self._load.column.addWidget(self._scan)
        self._load.column.addWidget(self._counts)
        self._look = body(theme, "staff-look")
        self._take = body(theme, "staff-take-out")
        self._rows = _Rows(kit)
        self._turn = ButtonGrid()
        self._before = on_press(Button("rows-before", theme, size=40), kit, More(-1))
        self._after = on_press(Button("rows-after", theme, size=40), kit, More(1))
        self._turn.fill([self._before, self._after])
        self._leave = on_press(Button("staff-leave", theme, look=Look.MAIN), kit, StaffLeave())
        page = regions(self, theme)
        for widget in (self._title, self._load, self._look):
            page.words.addWidget(widget)
        page.words.addStretch(1)
        for way in (self._take, self._rows, self._turn, self._leave):
            page.ways.addWidget(way)

    def show_state(self, state: ViewState) -> None:
        """Render the lists."""
        if state.snapshot is None:
            return
        text, staff = self._kit.text, state.snapshot.staff
        self._title.say(text("staff.title"))
        self._scan.say(text("staff.scan"))
        self._counts.say(text("staff.counts", to_load=staff.to_load, free=staff.free))
        doors = text("list_comma").join(map(str, staff.look_at))
        self._look.say(text("staff.look_at", doors=doors) if staff.look_at else "")
        self._take.say(self._take_words(staff))
        self._show_rows(state, staff)
        self._leave.say(text("staff.leave"))

    def _take_words(self, staff: Staff) -> str:
        if not staff.take_out:
            return self._kit.text("staff.nothing_to_take")
        return self._kit.text("staff.take_out", count=len(staff.take_out))

    def _show_rows(self, state: ViewState, staff: Staff) -> None:
        text, size = self._kit.text, self._rows_shown
        pages = max(1, -(-len(staff.take_out) // size))
        at = min(state.list_page, pages - 1)
        self._rows.show_rows(staff.take_out[at * size : (at + 1) * size], waiting=state.waiting)
        self._turn.setVisible(pages > 1)
        self._before.say(text("staff.before"))
        self._after.say(text("staff.after"))
        self._before.setEnabled(at > 0)
        self._after.setEnabled(at < pages - 1)


class _Rows(QWidget):
    """Buttons named take-out-<number>."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self._shown: tuple[TakeOutRow, ...] = ()
        self._buttons: list[Button] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP)

    def show_rows(self, rows: tuple[TakeOutRow, ...], *, waiting: bool) -> None:
        if rows != self._shown:
            self._shown = rows
            self._make(rows)
        for button in self._buttons:
            button.setEnabled(not waiting)
        self.setVisible(bool(rows))

    def _make(self, rows: tuple[TakeOutRow, ...]) -> None:
        for old in self._buttons:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._buttons = []
        for row in rows:
            name = f"take-out-{row.compartment}"
            touch = TakeOut(row.compartment)
            button = on_press(Button(name, self._kit.theme, size=44), self._kit, touch)
            kind = "staff.row_confirmed" if row.confirmed else "staff.row_unconfirmed"
            self._column.addWidget(button)
            second = self._kit.text(kind, reference=row.reference)
            button.say(self._kit.text("staff.row", n=row.compartment), second)
            button.show()
            self._buttons.append(button)
