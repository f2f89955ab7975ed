"""The window: holds the state, feeds messages to the reducer, and shows the page it asks for.

The only place where state, daemon and widgets meet. A page is made anew when it comes up, or when
language, type size or day and night change; otherwise it is only handed the next state.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QMouseEvent, QPaintEvent, QPalette, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from kiosk_ui.frame import Footer, Header
from kiosk_ui.glass_text import GlassText
from kiosk_ui.page_choice import Page, page_of
from kiosk_ui.pages.audit import AuditPage
from kiosk_ui.pages.boxes import BoxesPage
from kiosk_ui.pages.code import CodePage, UnseenPage, card_page, last_four_page, pin_page
from kiosk_ui.pages.door import DoorPage
from kiosk_ui.pages.drop_off import DropOffPage, PapersPage, WalkInNumberPage, WalkInPage
from kiosk_ui.pages.help import HelpPage
from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.invite import InvitePage
from kiosk_ui.pages.kit import Kit, StatePage
from kiosk_ui.pages.lost_code import LostCodePage
from kiosk_ui.pages.matters import MattersPage
from kiosk_ui.pages.out_of_service import OutOfServicePage, StartingPage
from kiosk_ui.pages.phone import PhonePage
from kiosk_ui.pages.question import DonePage, QuestionPage
from kiosk_ui.pages.recall import RecallPage
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.pages.staff import BadgePage, StaffPage
from kiosk_ui.pages.technician import TechnicianPage
from kiosk_ui.reducer import reduce
from kiosk_ui.theme import GAP, MARGIN, PX_PER_MM, Shape, Theme
from kiosk_ui.touch import Digit, Erase, Touch, Wake
from kiosk_ui.view_state import Call, Message, Tick, ViewState
from kiosk_ui.wedge import WedgeKeys
from kiosk_ui.widgets.qr_view import QrMaker
from locker.contract.layout import Layout

log = logging.getLogger(__name__)

TICK_MS = 250
GUARD_S = 0.5
"""The same touch this soon, or any this soon after a page came up, belongs to a double press."""
KEY_GUARD_S = 0.15
"""The same for a digit's key: one digit twice is typed faster than anything else is meant."""

AnyPage = (
    StartingPage | OutOfServicePage | InvitePage | HomePage | CodePage | UnseenPage | LostCodePage
    | PhonePage | DropOffPage | MattersPage | WalkInPage | PapersPage | WalkInNumberPage | DonePage
    | RefusedPage | BadgePage | StaffPage | RecallPage | BoxesPage | AuditPage
    | TechnicianPage | HelpPage | DoorPage | QuestionPage
)  # fmt: skip
_PLAIN: dict[Page, Callable[[Kit], AnyPage]] = {
    Page.STARTING: StartingPage,
    Page.OUT_OF_SERVICE: OutOfServicePage,
    Page.HOME: HomePage,
    Page.CODE: CodePage,
    Page.CARD: card_page,
    Page.LAST_FOUR: last_four_page,
    Page.LOST_CODE: LostCodePage,
    Page.NEW_CODE: PhonePage,
    Page.CALL_BACK: PhonePage,
    Page.TELL_FREE: PhonePage,
    Page.DROP_OFF: DropOffPage,
    Page.MATTERS: MattersPage,
    Page.WALK_IN: WalkInPage,
    Page.PAPERS: PapersPage,
    Page.WALK_IN_NUMBER: WalkInNumberPage,
    Page.REFUSED: RefusedPage,
    Page.BADGE: BadgePage,
    Page.PIN: pin_page,
    Page.STAFF: StaffPage,
    Page.RECALL: RecallPage,
    Page.TECHNICIAN: TechnicianPage,
    Page.HELP: HelpPage,
}
_OF_A_DOOR: dict[Page, Callable[[Kit, Layout], AnyPage]] = {
    Page.INVITE: InvitePage,
    Page.OPENING: DoorPage,
    Page.OPEN: DoorPage,
    Page.DONE: DonePage,
    Page.BOXES: BoxesPage,
    Page.AUDIT: AuditPage,
}
"""Pages that draw the cabinet; those that are in neither table ask a question about a door."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How this glass stands and speaks. `hear` is told of every change of the state."""

    language: str = "zh_CN"
    shape: Shape = Shape.PORTRAIT
    px_per_mm: float = PX_PER_MM
    hear: Callable[[ViewState, ViewState], None] = lambda _before, _after: None
    silent: bool = True


class KioskWindow(QWidget):
    """The glass. `ask` carries calls to the daemon; clocks are handed in."""

    def __init__(
        self,
        *,
        ask: Callable[[Call], None],
        monotonic: Callable[[], float],
        tick: Callable[[float], Tick],
        manner: Manner | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("glass")
        self.setWindowTitle("帮办柜")
        manner = manner or Manner()
        language = manner.language
        self._shape, self._px_per_mm = manner.shape, manner.px_per_mm
        self.resize(*manner.shape.value)
        self._ask = ask
        self._hear = manner.hear
        self._monotonic = monotonic
        self._tick_at = tick
        self._qr = QrMaker()
        self._texts = {language: GlassText(language)}
        now, first = monotonic(), tick(0.0)
        self.state = ViewState(
            now=now, link_at=now, touched_at=now, minute_of_day=first.minute_of_day, day=first.day,
            language=language, home_language=language, silent=manner.silent,
        )  # fmt: skip
        self.painted_count = 0
        self.painted_at = 0.0
        self._drawn: tuple[object, ...] = ()
        self._page_came_at = now - GUARD_S
        self._last_touch: tuple[Touch | None, float] = (None, 0.0)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(GAP)
        self._column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self._shown: list[StatePage] = []
        self._render()
        self._ticker = QTimer(self)
        self._ticker.timeout.connect(self._tick)
        self._keys = WedgeKeys(self, monotonic=monotonic, scanned=self._scanned)

    def start(self) -> None:
        """Let time run."""
        self._ticker.start(TICK_MS)

    def stop(self) -> None:
        """Stop the clock and the thread that makes QR codes."""
        self._ticker.stop()
        self._keys.stop()
        self._qr.stop()

    def take(self, message: Message) -> None:
        """Reduce a message, show what comes of it, and ask the daemon what it wants asked."""
        step = reduce(self.state, message, now=self._monotonic())
        before, self.state = self.state, step.state
        self._render()
        self._hear(before, self.state)
        for call in step.calls:
            self._ask(call)

    def pass_time(self, seconds: float) -> None:
        """Let this glass's own clock be so much later: for rehearsals, where nobody waits."""
        clock = self._monotonic
        self._monotonic = lambda: clock() + seconds
        self._tick()

    def show_state(self, state: ViewState) -> None:
        """Put a state on the glass as it is: for the gallery and the tests."""
        self.state = state
        self._render()

    @property
    def is_making_qr(self) -> bool:
        """Tell whether a QR code is still being made."""
        return self._qr.is_busy

    @property
    def page(self) -> Page:
        """Give the page on the glass."""
        return page_of(self.state)

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        self.painted_count += 1
        self.painted_at = self._monotonic()

    @override
    def showEvent(self, a0: QShowEvent | None) -> None:
        super().showEvent(a0)
        self._keys.watch(self.windowHandle())

    @override
    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        super().resizeEvent(a0)
        shape = Shape.of(self.width(), self.height())
        if shape is not self._shape:
            self._shape = shape
            self._render()

    def _scanned(self, code: str) -> None:
        self._ask(Call("scan.wedge", {"text": code}))

    def _tick(self) -> None:
        snapshot = self.state.snapshot
        self.take(self._tick_at(snapshot.service.ahead_s if snapshot else 0.0))

    @property
    def guard_left_s(self) -> float:
        """Give the seconds for which a touch still counts as the second of a double press."""
        return max(0.0, self._page_came_at + GUARD_S - self._monotonic())

    def _touch(self, touch: Touch) -> None:
        now = self._monotonic()
        last, at = self._last_touch
        guard_s = KEY_GUARD_S if isinstance(touch, Digit | Erase) else GUARD_S
        if self.guard_left_s or (touch == last and now - at < guard_s):
            return
        self._last_touch = (touch, now)
        self.take(touch)

    @override
    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """Take a press that met no button: on a sleeping glass it wakes it, wherever it falls."""
        if self.page is Page.INVITE:
            self.take(Wake())

    def _render(self) -> None:
        state = self.state
        snapshot = state.snapshot
        self._qr.want(snapshot.invitation.qr if snapshot else None)
        page = page_of(state)
        front = snapshot.face.layout if snapshot else None
        wanted = (page, state.language, state.elder, state.night, front, self._shape)
        if wanted != self._drawn:
            if self._drawn and self._drawn[0] is not page:
                self._page_came_at = self._monotonic()
            self._drawn = wanted
            self._build(page)
        for part in self._shown:
            part.show_state(state)

    def _build(self, page: Page) -> None:
        log.info("page %s", page.value)
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        theme = Theme(
            night=self.state.night, elder=self.state.elder, shape=self._shape,
            px_per_mm=self._px_per_mm,
        )  # fmt: skip
        edges = (24, 24) if theme.lying else (40, 48)
        self._column.setContentsMargins(MARGIN, edges[0], MARGIN, edges[1])
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.paper)
        self.setPalette(palette)
        kit = Kit(theme, self._text(self.state.language), self._touch, self._qr)
        header, footer = Header(kit), Footer(kit)
        body = self._make(page, kit)
        for widget, stretch in ((header, 0), (body, 1), (footer, 0)):
            self._column.addWidget(widget, stretch)
            widget.show()  # now, not in a later turn of the event loop
        self._shown = [header, body, footer]

    def _make(self, page: Page, kit: Kit) -> AnyPage:
        if page in _PLAIN:
            return _PLAIN[page](kit)
        snapshot = self.state.snapshot
        assert snapshot is not None  # noqa: S101 - they come with one
        return _OF_A_DOOR.get(page, QuestionPage)(kit, snapshot.face.layout)

    def _text(self, language: str) -> GlassText:
        if language not in self._texts:
            self._texts[language] = GlassText(language)
        return self._texts[language]
