"""All boxes as staff may see them: what the books say, look inside, out of service and back.

A technician sees how the doors read, and pulses a lock once, for a reason.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QBoxLayout, QWidget

from kiosk_ui.pages.kit import ButtonGrid, Kit, head, on_press, regions
from kiosk_ui.pages.rows import Row, list_of
from kiosk_ui.theme import GAP, MARGIN
from kiosk_ui.touch import SelectBox, StaffAsk, TakeOut
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.cabinet_map import CabinetMap
from kiosk_ui.widgets.label import lead, title
from locker.contract.kiosk import DoorRow
from locker.contract.layout import Layout
from locker.contract.vocabulary import Condition, Contact, DoorState, PulseReason

_IN_ORDER = frozenset({Condition.FREE, Condition.OCCUPIED, Condition.RESERVED})


class BoxesPage(QWidget):
    """The list, those first that somebody must see to; then one box and what may be done."""

    def __init__(self, kit: Kit, layout: Layout) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "boxes-title")
        self._how = lead(theme, "boxes-how")
        self._map = CabinetMap("map", theme, layout)
        self._rows = list_of(kit)
        self._ways = ButtonGrid(columns=1)
        self._shown: DoorRow | None = None
        self._technician = False
        self._buttons: list[tuple[Button, str]] = []
        page = regions(self, theme, stacked=True)
        head(page.words, theme, self._title, self._how)
        page.ways.addWidget(self._rows)
        beside = QBoxLayout(
            QBoxLayout.Direction.LeftToRight if theme.lying else QBoxLayout.Direction.TopToBottom
        )
        beside.setSpacing(MARGIN if theme.lying else GAP)
        beside.addWidget(self._map, 1)
        beside.addWidget(self._ways, 1 if theme.lying else 0, Qt.AlignmentFlag.AlignBottom)
        page.words.addLayout(beside, 1)

    def show_state(self, state: ViewState) -> None:
        """Render the list, or the box that was chosen."""
        if state.snapshot is None:
            return
        text, doors = self._kit.text, state.snapshot.staff.doors
        self._technician = state.snapshot.staff.stage == "technician"
        chosen = next((row for row in doors if row.compartment == state.box), None)
        self._rows.setVisible(chosen is None)
        self._ways.setVisible(chosen is not None)
        self._map.setVisible(chosen is not None)
        if chosen is None:
            self._title.say(text("boxes.title"))
            self._how.say(text("boxes.how"))
            self._rows.show_rows(tuple(map(self._row, sorted(doors, key=_rank))), state)
            return
        self._title.say(text("boxes.one", n=chosen.compartment))
        self._map.mark(chosen.compartment, is_open=chosen.state is DoorState.OPEN)
        unclear = chosen.condition is Condition.WITHHELD and not self._technician
        hint = "\n" + text("boxes.unclear") if unclear else ""
        self._how.say(self._words(chosen) + hint)
        if self._shown != chosen:
            self._shown = chosen
            self._make(chosen)
        for button, key in self._buttons:
            button.say(text(key, n=chosen.compartment))
            button.setEnabled(not state.waiting)

    def _row(self, row: DoorRow) -> Row:
        first = self._kit.text("boxes.one", n=row.compartment)
        touch = SelectBox(row.compartment)
        return Row(f"box-{row.compartment}", touch, first, self._words(row))

    def _words(self, row: DoorRow) -> str:
        text = self._kit.text
        words = [text(f"boxes.condition.{row.condition.value}")]
        if row.reference:
            key = "staff.row_confirmed" if row.confirmed else "staff.row_unconfirmed"
            words.append(text(key, reference=row.reference))
        if row.contact is not Contact.TRUSTED:
            words.append(text(f"boxes.contact.{row.contact.value}"))
        elif row.state is not DoorState.CLOSED or self._technician:
            words.append(text(f"boxes.door.{row.state.value}"))
        return text("boxes.join").join(words)

    def _make(self, row: DoorRow) -> None:
        out, number = row.condition is Condition.OUT_OF_SERVICE, row.compartment
        service = StaffAsk("staff.service", (("compartment", number), ("in_service", out)))
        made = []
        if self._technician:
            made = [
                (self._pulse(number, reason), f"pulse.{reason.value}") for reason in PulseReason
            ]
            self._buttons = made
            self._ways.fill([button for button, _ in made])
            return
        key = "boxes.in_service" if out else "boxes.out_of_service"
        made.append((self._button("box-service", service, Look.PLAIN), key))
        if row.condition is not Condition.FREE:
            made.append((self._button("box-look", TakeOut(number), Look.MAIN), "boxes.look"))
        self._buttons = made
        self._ways.fill([button for button, _ in made])

    def _pulse(self, number: int, reason: PulseReason) -> Button:
        params = (("compartment", number), ("reason", reason.value))
        touch = StaffAsk("technician.pulse", params)
        return self._button(f"pulse-{reason.value}", touch, Look.PLAIN)

    def _button(self, name: str, touch: StaffAsk | TakeOut, look: Look) -> Button:
        return on_press(Button(name, self._kit.theme, look=look), self._kit, touch)


def _rank(row: DoorRow) -> tuple[bool, bool]:
    """Those first that somebody must see to; otherwise in walking order."""
    shut = row.contact is Contact.TRUSTED and row.state is DoorState.CLOSED
    return (row.condition in _IN_ORDER and row.confirmed and shut, row.condition is Condition.FREE)
