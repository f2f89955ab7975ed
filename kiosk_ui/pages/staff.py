"""Staff: scan the badge; then the take-out list, and "scan a label to load"."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import ButtonGrid, Kit, on_press, regions, sheet
from kiosk_ui.pages.rows import Row, Rows
from kiosk_ui.touch import Go, Place, StaffLeave, TakeOut
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button
from kiosk_ui.widgets.label import CENTRE, LEFT, body, lead, title
from kiosk_ui.widgets.panel import Panel
from locker.contract.kiosk import Staff, TakeOutRow
from locker.contract.vocabulary import Capability


class BadgePage(QWidget):
    """The staff entrance before a badge was scanned."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        align = CENTRE if kit.theme.lying else LEFT
        self._title = title(kit.theme, "badge-title", align=align)
        self._how = lead(kit.theme, "badge-how", align=align)
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
    """Signed in: load by scanning, take out by touching a row; and what else this badge may do."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "staff-title")
        self._load = Panel("staff-load", theme.card)
        self._scan = lead(theme, "staff-scan")
        self._counts = body(theme, "staff-counts")
        self._load.column.addWidget(self._scan)
        self._load.column.addWidget(self._counts)
        self._look = body(theme, "staff-look")
        self._take = body(theme, "staff-take-out")
        self._rows = _rows(kit)
        self._more = ButtonGrid(columns=3)
        self._places: tuple[Place, ...] = ()
        self._buttons: dict[Place, Button] = {}
        self._leave = on_press(Button("staff-leave", theme), kit, StaffLeave())
        page = regions(self, theme)
        for widget in (self._title, self._load, self._look):
            page.words.addWidget(widget)
        page.words.addStretch(1)
        beside = page.picture if theme.lying else page.ways
        beside.addWidget(self._take)
        beside.addWidget(self._rows)
        below = page.words if theme.lying else page.ways
        below.addWidget(self._more)
        below.addWidget(self._leave)

    def show_state(self, state: ViewState) -> None:
        """Render the lists."""
        if state.snapshot is None:
            return
        text, staff = self._kit.text, state.snapshot.staff
        self._title.say(text("staff.title"))
        awaited = staff.second == "badge"  # a colleague; till then nothing else is to do
        self._scan.say(text("staff.second" if awaited else "staff.scan"))
        counts = text("staff.counts", to_load=staff.to_load, free=staff.free)
        self._counts.say("" if awaited else counts)
        doors = text("list_comma").join(map(str, staff.look_at))
        look = staff.look_at and not awaited
        self._look.say(text("staff.look_at", doors=doors) if look else "")
        self._take.say(self._take_words(staff))
        self._rows.show_rows(tuple(map(self._row, staff.take_out)), state)
        self._show_places(staff)
        self._leave.say(text("staff.leave"))

    def _take_words(self, staff: Staff) -> str:
        if not staff.take_out:
            return self._kit.text("staff.nothing_to_take")
        return self._kit.text("staff.take_out", count=len(staff.take_out))

    def _row(self, row: TakeOutRow) -> Row:
        text, number = self._kit.text, row.compartment
        kind = "staff.row_confirmed" if row.confirmed else "staff.row_unconfirmed"
        second = text(kind, reference=row.reference)
        return Row(f"take-out-{number}", TakeOut(number), text("staff.row", n=number), second)

    def _show_places(self, staff: Staff) -> None:
        places = tuple(p for p, right in _RIGHTS.items() if right in staff.capabilities)
        if places != self._places:
            self._places = places
            self._buttons = {
                place: on_press(
                    Button(f"go-{place.value}", self._kit.theme, size=40), self._kit, Go(place)
                )
                for place in places
            }
            self._more.fill(list(self._buttons.values()))
        for place, button in self._buttons.items():
            audit = staff.audit if place is Place.AUDIT else None
            going = audit is not None and audit.at is not None
            key = "staff.audit_on" if going else f"staff.{place.value}"
            button.say(self._kit.text(key, count=len(staff.recall)))
        self._more.setVisible(bool(places))


_RIGHTS = {
    Place.RECALL: Capability.RECALL,
    Place.BOXES: Capability.MAINTAIN,
    Place.AUDIT: Capability.MAINTAIN,
}


def _rows(kit: Kit) -> Rows:
    elder = kit.theme.elder
    if kit.theme.lying:
        return Rows(kit, lines=2 if elder else 3, columns=1 if elder else 2)
    return Rows(kit, lines=2 if elder else 3)
