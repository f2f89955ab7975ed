"""What stands around every page: the header, or what warns in its place, and the footer."""

from __future__ import annotations

from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from kiosk_ui.glass_text import GlassText, date_and_time
from kiosk_ui.page_choice import Page, help_band, page_of, refusal_band
from kiosk_ui.pages.kit import Kit, on_press
from kiosk_ui.theme import GAP, Theme, plain_font
from kiosk_ui.timing import warning_s
from kiosk_ui.touch import Back, Elder, Go, Help, Language, Place, Stay
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import CENTRE, RIGHT, Label
from kiosk_ui.widgets.panel import Panel
from kiosk_ui.works import status_key
from locker.contract.kiosk import Snapshot
from locker.contract.number_text import runs
from locker.contract.vocabulary import VisitPhase

_NO_BACK = {
    Page.STARTING, Page.OUT_OF_SERVICE, Page.OPENING, Page.OPEN, Page.ASK, Page.NOT_OPENED,
    Page.LOOK, Page.JAMMED, Page.DONE, Page.REFUSED, Page.STAFF, Page.TECHNICIAN,
    Page.HELP,
    Page.INVITE,
}  # fmt: skip


class Header(QStackedWidget):
    """Whose cabinet it is, the time, and how the cabinet is; or one band in their place.

    A band over them would take its height from the page, whose text would no longer fit.
    """

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._name = Label("community", font=plain_font(44), colour=theme.ink)
        small = plain_font(theme.body if theme.elder else theme.small)
        self._clock = Label("clock", font=small, colour=theme.quiet, align=RIGHT)
        self._status = Label("status", font=small, colour=theme.quiet, align=RIGHT)
        right = QHBoxLayout() if theme.lying else QVBoxLayout()
        right.setSpacing(GAP if theme.lying else 4)
        right.addWidget(self._clock)
        right.addWidget(self._status)
        state, row = QWidget(), _row()
        row.addWidget(self._name, 5)
        row.addLayout(right, 4)
        state.setLayout(row)
        self._told, self._warned = _Band("help-told", theme), _Band("band", theme)
        for face in (state, self._told, self._warned):
            self.addWidget(face)
        self.setFixedHeight(72 if theme.lying else 104)

    def show_state(self, state: ViewState) -> None:
        """Render the three, or what became of a call for help, or what warns."""
        text, theme = self._kit.text, self._kit.theme
        told = help_band(state)
        warned = _at_once(text, state) or ("" if told else _open_doors(text, state))
        self._told.say(text(told) if told else "")
        answered = state.answered_at is not None
        self._told.set_colours(
            theme.green if answered else theme.attention,
            theme.on_colour if answered else theme.attention_ink,
        )
        self._warned.say(f"⚠ {warned}" if warned else "")
        self.setCurrentIndex(2 if warned else 1 if told else 0)
        self._show_cabinet(state)

    def _show_cabinet(self, state: ViewState) -> None:
        text, snapshot, theme = self._kit.text, state.snapshot, self._kit.theme
        words = [snapshot.face.community] if snapshot else []
        words.append(text(_what_it_is(snapshot)))
        self._name.say(text("header.join").join(words))
        hour, minute = divmod(state.minute_of_day, 60)
        time = f"{hour:02}:{minute:02}"
        if (day := state.day) is not None:
            time = date_and_time(text, day, time)
        self._clock.say(time)
        key = status_key(state)
        well = key == "status.online"
        self._status.set_colour(theme.green if well else theme.ink)
        sign = "●" if well else "▲"
        if snapshot is None:
            self._status.say("")
            return
        told = {"count": snapshot.service.out_of_order, "doors": runs(snapshot.service.silent)}
        self._status.say(f"{sign} {text(key, **told)}")


def _what_it_is(snapshot: Snapshot | None) -> str:
    """Choose what stands beside the time: of a demo that was put forward, that it is its own."""
    if snapshot is None or not snapshot.face.demo:
        return "header.cabinet"
    return "header.demo_time" if snapshot.service.ahead_s else "header.demo"


class _Band(Panel):
    """One or two lines on a colour, as high as the header."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__(name, theme.attention, pad=4)
        font = plain_font(44 if theme.lying else 36)
        self._words = Label(
            f"{name}-words", font=font, colour=theme.attention_ink, align=CENTRE, bold=True
        )
        self.column.addWidget(self._words)

    def say(self, words: str) -> None:
        self._words.say(words)

    def set_colours(self, ground: QColor, ink: QColor) -> None:
        self.set_ground(ground)
        self._words.set_colour(ink)


def _at_once(text: GlassText, state: ViewState) -> str:
    """Give what must be said now: a press that came to nothing, a refusal during a visit."""
    if state.snapshot is None or page_of(state) is Page.OUT_OF_SERVICE:
        return ""
    if state.call_failed:
        return text("band.call_failed")
    code = refusal_band(state)
    return text.failure(code, "title") if code else ""


def _open_doors(text: GlassText, state: ViewState) -> str:
    """Name the doors that stand open, but for the visit's own."""
    if state.snapshot is None or page_of(state) is Page.OUT_OF_SERVICE:
        return ""
    doors = set(state.snapshot.open_doors)
    visit = state.visit
    if visit is not None and visit.phase is not VisitPhase.DONE:
        doors.discard(visit.compartment)
    numbers = text("list_comma").join(map(str, sorted(doors)))
    return text("band.open_door", doors=numbers) if doors else ""


class Footer(QWidget):
    """Back, large type, language, help; in the last seconds [我还在] and help."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._page = Page.STARTING
        self._back = on_press(_small("back", kit), kit, Back())
        self._elder = on_press(_small("elder", kit), kit, Elder())
        self._language = on_press(_small("language", kit), kit, Language())
        self._help = _small("help", kit)
        self._help.clicked.connect(lambda: kit.send(Help(self._page.value)))
        self._staff = on_press(_small("staff", kit), kit, Go(Place.STAFF))
        self._warning = Panel("warning", theme.attention, pad=0)
        font, ink = theme.font(theme.body), theme.attention_ink
        self._count = Label("warning-words", font=font, colour=ink, align=CENTRE, bold=True)
        stay = Button("stay", theme, look=Look.MAIN, size=theme.body, least=theme.target)
        self._stay = on_press(stay, kit, Stay())
        self._warning.column.addLayout(_row(self._count, self._stay))
        self._warning.column.setContentsMargins(16, 0, 0, 0)
        # What is not on every page stands first: the others keep their places.
        row = _row(self._back, self._staff, self._elder, self._language, self._help)
        row.insertWidget(0, self._warning, 3)  # of four: help stays where it was
        self.setLayout(row)
        self.setFixedHeight(theme.target)

    def show_state(self, state: ViewState) -> None:
        """Render the ways that every page has, or the warning and help."""
        text = self._kit.text
        page = self._page = page_of(state)
        left = warning_s(state)
        warns = left is not None
        self.setVisible(page is not Page.INVITE)
        self._warning.setVisible(warns)
        self._back.setVisible(not warns and page not in _NO_BACK and page is not Page.HOME)
        self._elder.setVisible(not warns)
        self._language.setVisible(not warns)
        self._staff.setVisible(page is Page.HOME)
        helps = page in {Page.HELP, Page.CALL_BACK}
        self._help.setVisible(not helps and state.snapshot is not None)
        self._back.say(text("footer.back"))
        self._elder.say(text("footer.elder_off" if state.elder else "footer.elder"))
        self._language.say(text("footer.language"))
        self._help.say(text("footer.help"))
        self._staff.say(text("footer.staff"))
        if left is not None:
            in_visit = state.visit is not None and page is not Page.HELP
            key = "footer.leaving_visit" if in_visit else "footer.leaving"
            self._count.say(text(key, seconds=left))
            self._stay.say(text("footer.stay"))


def _small(name: str, kit: Kit) -> Button:
    return Button(name, kit.theme, look=Look.QUIET, size=36)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GAP)
    for widget in widgets:
        row.addWidget(widget, 1)
    return row
