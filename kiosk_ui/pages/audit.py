"""The guided audit: what the books say of the next box, its door, and at the end the report."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.kit import ButtonGrid, Kit, on_press, regions
from kiosk_ui.touch import StaffAsk
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.cabinet_map import CabinetMap
from kiosk_ui.widgets.label import body, lead, title
from locker.contract.kiosk import Audit
from locker.contract.layout import Layout

_BEGIN = (
    ("audit-all", StaffAsk("audit.start", (("everything", True),)), "audit.all"),
    ("audit-some", StaffAsk("audit.start", (("everything", False),)), "audit.some"),
)
_GO_ON = (
    ("audit-stop", StaffAsk("audit.stop"), "audit.stop"),
    ("audit-skip", StaffAsk("audit.skip"), "audit.skip"),
    ("audit-open", StaffAsk("audit.open"), "staff.row"),
)
_READ = (("audit-seen", StaffAsk("audit.stop"), "refused.seen"),)


class AuditPage(QWidget):
    """Begin, the next box, or what was found."""

    def __init__(self, kit: Kit, layout: Layout) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "audit-title")
        self._how = lead(theme, "audit-how")
        self._count = body(theme, "audit-count")
        self._map = CabinetMap("map", theme, layout)
        self._ways = ButtonGrid(columns=1)
        self._shown: tuple[tuple[str, StaffAsk, str], ...] = ()
        self._buttons: list[Button] = []
        page = regions(self, theme)
        for label in (self._title, self._how, self._count):
            page.words.addWidget(label)
        page.words.addWidget(self._map, 1)
        page.words.addStretch(0)
        page.ways.addWidget(self._ways)

    def show_state(self, state: ViewState) -> None:
        """Render where the audit is."""
        if state.snapshot is None:
            return
        audit, text = state.snapshot.staff.audit, self._kit.text
        self._map.setVisible(audit is not None and audit.at is not None)
        if audit is None:
            self._title.say(text("audit.title"))
            self._how.say(text("audit.how"))
            self._count.say("")
        elif audit.at is None:
            self._title.say(text("audit.done"))
            self._how.say(self._report(audit))
            self._count.say("")
        else:
            self._title.say(text("audit.next", n=audit.at))
            self._map.mark(audit.at, is_open=False)
            self._how.say(self._said(audit))
            self._count.say(text("audit.count", checked=audit.checked, total=audit.total))
        self._show_ways(audit, waiting=state.waiting)

    def _said(self, audit: Audit) -> str:
        text = self._kit.text
        said = text(f"boxes.condition.{audit.said.value}") if audit.said else ""
        words = [text("audit.said", said=said)]
        if audit.reference:
            words.append(text("staff.row_confirmed", reference=audit.reference))
        return text("boxes.join").join(words)

    def _report(self, audit: Audit) -> str:
        text = self._kit.text
        if not audit.total:
            return text("audit.nothing")
        return text(
            "audit.report", checked=audit.checked, missing=audit.missing,
            unexpected=audit.unexpected, left=audit.left,
        )  # fmt: skip

    def _show_ways(self, audit: Audit | None, *, waiting: bool) -> None:
        ways = _BEGIN if audit is None else _READ if audit.at is None else _GO_ON
        if ways != self._shown:
            self._shown = ways
            theme = self._kit.theme
            self._buttons = [
                on_press(
                    Button(way[0], theme, look=Look.MAIN if way is ways[-1] else Look.PLAIN),
                    self._kit,
                    way[1],
                )
                for way in ways
            ]
            self._ways.fill(self._buttons)
        for button, (_, _, key) in zip(self._buttons, ways, strict=True):
            number = audit.at if audit is not None and audit.at is not None else 0
            button.say(self._kit.text(key, n=number))
            button.setEnabled(not waiting)
