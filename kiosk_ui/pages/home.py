"""Home: what the cabinet is for, the QR for phones, and two large ways in."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from kiosk_ui.glass_text import GlassText, day_and_time
from kiosk_ui.pages.cut import CutPanel
from kiosk_ui.pages.kit import Kit, on_press, regions
from kiosk_ui.theme import GAP, plain_font
from kiosk_ui.touch import Go, Place
from kiosk_ui.view_state import Day, ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.icon import Icon
from kiosk_ui.widgets.label import CENTRE, Label, body, lead, quiet, title
from kiosk_ui.widgets.panel import Panel
from kiosk_ui.widgets.qr_view import QrView
from locker.contract.kiosk import Service, Snapshot
from locker.contract.vocabulary import Health
from locker.contract.word_list import WORDS


class HomePage(QWidget):
    """The page that waits for the next person."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "home-title", align=CENTRE)
        self._for = lead(theme, "home-for", align=CENTRE)
        self._upper = QStackedWidget()
        self._phone, self._answer, self._cut = _Phone(kit), _Answer(kit), CutPanel(theme)
        for widget in (self._phone, self._answer, self._cut):
            self._upper.addWidget(widget)
        self._collect = _way_in(kit, "collect", Icon.COLLECT, Place.CODE)
        self._drop_off = _way_in(kit, "drop-off", Icon.DEPOSIT, Place.DROP_OFF)
        ways = QHBoxLayout()
        ways.setSpacing(GAP)
        ways.addWidget(self._collect)
        ways.addWidget(self._drop_off)
        self._notice = body(theme, "home-notice", align=CENTRE)
        self._never = quiet(theme, "home-never", align=CENTRE)
        page = regions(self, theme, shows=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._for)
        page.words.addWidget(self._notice)
        page.picture.addWidget(self._upper, 1)
        page.ways.addLayout(ways)
        page.ways.addWidget(self._never)

    def show_state(self, state: ViewState) -> None:
        """Render the home page; the upper half answers a phone at once."""
        text, snapshot = self._kit.text, state.snapshot
        if snapshot is None:
            return
        self._title.say(text("home.title"))
        self._for.say("" if state.elder else text("home.for"))
        self._notice.say("" if state.elder else _notice(text, snapshot, state.day))
        self._collect.say(text("home.collect"), text(_collect_key(snapshot.service)))
        self._drop_off.say(text("home.drop_off"), text("home.drop_off_by"))
        self._never.say(text("home.never"))
        invitation = snapshot.invitation
        if invitation.word is not None:
            self._answer.show_word(invitation.word, state.language)
            self._upper.setCurrentWidget(self._answer)
        elif invitation.qr is not None:
            self._phone.show_texts()
            self._upper.setCurrentWidget(self._phone)
        else:
            is_starting = snapshot.service.centre is Health.STARTING
            self._cut.say(
                text("home.connecting" if is_starting else "home.cut"),
                works=text("home.cut_works"),
                waits=text("home.cut_not"),
            )
            self._upper.setCurrentWidget(self._cut)


def _collect_key(service: Service) -> str:
    card = "_card" if service.reads_cards else ""
    return f"home.collect_by{card}{'_typed' if service.scanner is Health.DOWN else ''}"


def _notice(text: GlassText, snapshot: Snapshot, today: Day | None) -> str:
    """Give the theme and the next activity as the centre has them, or the settings' own words."""
    bulletin = snapshot.bulletin
    lines = [text("home.theme", theme=bulletin.theme)] if bulletin.theme else []
    if bulletin.activity:
        at = day_and_time(text, bulletin.activity_at, today)
        lines.append(text("home.activity", activity=bulletin.activity, at=at))
    return "\n".join(lines) or snapshot.face.notice


def _way_in(kit: Kit, name: str, icon: Icon, place: Place) -> Button:
    size = 64
    button = Button(name, kit.theme, look=Look.MAIN, size=size, icon=icon, least=320)
    return on_press(button, kit, Go(place))


class _Phone(QWidget):
    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._text = kit.text
        self._qr = QrView("qr", kit.qr)
        self._scan = lead(kit.theme, "qr-caption", align=CENTRE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._qr, 1)
        layout.addWidget(self._scan)

    def show_texts(self) -> None:
        self._scan.say(self._text("home.scan"))


class _Answer(QWidget):
    """A phone has scanned: the glass says so at once, with the word that the phone shows too."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        theme, self._text = kit.theme, kit.text
        panel = Panel("answer", theme.card)
        self._seen = lead(theme, "answer-title", align=CENTRE)
        pixels = 160 if kit.text.language == "zh_CN" else 112
        self._word = Label(
            "word", font=plain_font(pixels), colour=theme.green, align=CENTRE, bold=True
        )
        running = body if theme.elder else lead
        self._why = running(theme, "answer-why", align=CENTRE)
        panel.column.addStretch(1)
        for label in (self._seen, self._word, self._why):
            panel.column.addWidget(label)
        panel.column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(panel)

    def show_word(self, key: str, language: str) -> None:
        pair = WORDS.get(key)
        word = key if pair is None else pair[0 if language == "zh_CN" else 1]
        self._seen.say(self._text("home.scanned"))
        self._word.say(word)
        self._why.say(self._text("home.same_word"))
