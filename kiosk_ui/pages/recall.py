"""The recall round: what was kept too long, in walking order, a door a touch."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from kiosk_ui.pages.kit import Kit, head, regions
from kiosk_ui.pages.rows import Row, list_of
from kiosk_ui.touch import StaffAsk
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.label import Label, lead, title
from kiosk_ui.widgets.panel import Panel
from locker.contract.kiosk import RecallRow
from locker.contract.vocabulary import Health


class RecallPage(QWidget):
    """Buttons named recall-<number>; each opens one door."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "recall-title")
        self._how = lead(theme, "recall-how")
        self._cut = Panel("recall-cut", theme.attention, pad=24)
        self._cut_words = Label(
            "recall-cut-words", font=theme.font(theme.body), colour=theme.attention_ink, bold=True
        )
        self._cut.column.addWidget(self._cut_words)
        self._rows = list_of(kit)
        page = regions(self, theme, stacked=True)
        either = QWidget()
        beside = QVBoxLayout(either)
        beside.setContentsMargins(0, 0, 0, 0)
        for widget in (self._how, self._cut):
            beside.addWidget(widget)
        head(page.words, theme, self._title, either)
        page.words.addStretch(1)
        page.ways.addWidget(self._rows)

    def show_state(self, state: ViewState) -> None:
        """Render the list."""
        if state.snapshot is None:
            return
        text, rows = self._kit.text, state.snapshot.staff.recall
        self._title.say(text("recall.title"))
        cut = bool(rows) and state.snapshot.service.centre is not Health.OK
        how = text("recall.how", count=len(rows)) if rows else text("recall.none")
        self._how.say("" if cut else how)
        self._cut.setVisible(cut)
        self._cut_words.say(text("recall.cut"))
        self._rows.show_rows(tuple(map(self._row, rows)), state)

    def _row(self, row: RecallRow) -> Row:
        text, number = self._kit.text, row.compartment
        key = "recall.row" if row.days else "recall.row_today"
        second = text(key, reference=row.reference, days=row.days)
        touch = StaffAsk("staff.recall", (("compartment", number),))
        return Row(f"recall-{number}", touch, text("staff.row", n=number), second)
