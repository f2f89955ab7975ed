"""Drop off: with a phone, or without one: what must not go in, the papers, and the number."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from kiosk_ui.glass_text import GlassText, day_and_time
from kiosk_ui.pages.cut import CutPanel
from kiosk_ui.pages.kit import Kit, on_press, regions
from kiosk_ui.pages.rows import Row, Rows
from kiosk_ui.theme import GAP, plain_font
from kiosk_ui.touch import Go, Lack, Noted, Place, TickOff, WalkIn
from kiosk_ui.view_state import NEVER_IN, Day, ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.icon import Icon
from kiosk_ui.widgets.label import Label, body, lead, quiet, title
from kiosk_ui.widgets.panel import Panel
from kiosk_ui.widgets.qr_view import QrView
from locker.contract.bulletin import Bulletin, WalkInPaper
from locker.contract.vocabulary import Health, SlipState


class DropOffPage(QWidget):
    """How to hand papers in: the QR leads where the centre can be reached."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "drop-title")
        self._phone = lead(theme, "drop-phone")
        self._qr = QrView("qr", kit.qr)
        self._cut = CutPanel(theme)
        self._ready = lead(theme, "drop-have-code")
        self._full = body(theme, "drop-full")
        self._walk_in = on_press(
            Button("walk-in", theme, look=Look.PLAIN, least=theme.main_height),
            kit,
            Go(Place.MATTERS),
        )
        self._tell = on_press(Button("tell-free", theme, look=Look.MAIN), kit, Go(Place.TELL_FREE))
        page = regions(self, theme, shows=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._phone)
        page.picture.addWidget(self._qr, 1)
        page.picture.addWidget(self._cut, 1)
        page.ways.addWidget(self._ready)
        page.ways.addWidget(self._full)
        page.ways.addWidget(self._walk_in)
        page.ways.addWidget(self._tell)

    def show_state(self, state: ViewState) -> None:
        """Render the ways of handing in that work now."""
        text, snapshot = self._kit.text, state.snapshot
        if snapshot is None:
            return
        reachable = snapshot.invitation.qr is not None
        self._title.say(text("drop_off.title"))
        narrow = self._kit.theme.elder and self._kit.theme.lying and snapshot.service.full
        self._phone.say(text("drop_off.phone") if reachable and not narrow else "")
        self._qr.setVisible(reachable)
        self._cut.setVisible(not reachable)
        works = text("drop_off.cut_works") if snapshot.service.walk_in else ""
        self._cut.say(text("home.cut"), works=works, waits=text("home.cut_not"))
        self._walk_in.set_look(Look.PLAIN if reachable else Look.MAIN)
        service = snapshot.service
        scans = service.scanner is not Health.DOWN and not service.full
        self._ready.say(text("drop_off.have_code") if scans else "")
        self._full.say(_full_words(text, snapshot.bulletin, state.day) if service.full else "")
        self._tell.say(text("drop_off.tell_free"))
        self._tell.setVisible(service.full and reachable and snapshot.bulletin.tells)
        self._walk_in.setEnabled(service.walk_in)
        closed = "drop_off.walk_in_full" if service.full else "drop_off.walk_in_paused"
        second = text("drop_off.walk_in_how" if service.walk_in else closed)
        self._walk_in.say(text("drop_off.walk_in"), second)


def _full_words(text: GlassText, bulletin: Bulletin, today: Day | None) -> str:
    """Say when the cabinet is cleared and which other one has room, as far as that is known."""
    found = []
    if bulletin.clearing_at is not None:
        at = day_and_time(text, bulletin.clearing_at, today)
        found.append(text("drop_off.clearing", at=at))
    if bulletin.neighbours:
        there = text("list_comma").join(
            text("drop_off.place", site=one.site, number=one.short) for one in bulletin.neighbours
        )
        found.append(text("drop_off.elsewhere", places=there))
    return "\n".join(found)


class WalkInPage(QWidget):
    """Without a phone: what must not go in is ticked off, line by line, before a number is made."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "walk-in-title")
        self._never = lead(theme, "walk-in-never-title")
        self._ticks = [
            on_press(
                Button(
                    f"tick-{line}",
                    theme,
                    size=40,
                    icon=Icon.BOX,
                    beside=True,
                    least=0 if theme.elder else theme.main_height,
                ),
                kit,
                TickOff(n),
            )
            for n, line in enumerate(NEVER_IN)
        ]
        self._after = body(theme, "walk-in-after")
        self._doors = _Doors(kit)
        page = regions(self, theme)
        page.words.addWidget(self._title)
        page.words.addStretch(1)
        within_reach = page.words if theme.lying else page.ways
        for widget in (self._never, *self._ticks):
            within_reach.addWidget(widget)
        page.ways.addWidget(self._after)
        page.ways.addWidget(self._doors)

    def show_state(self, state: ViewState) -> None:
        """Render the list; where no papers are asked for, the two doors once all is ticked."""
        text = self._kit.text
        matter = state.chosen_matter
        looks_on = matter is not None and bool(matter.papers)
        self._title.say(matter.title(text.language) if matter else text("walk_in.title"))
        self._never.say(text("walk_in.never"))
        for n, (line, tick) in enumerate(zip(NEVER_IN, self._ticks, strict=True)):
            tick.say(text(f"walk_in.tick_{line}"))
            tick.set_icon(Icon.TICK if n in state.ticked else Icon.BOX)
        ready = len(state.ticked) == len(NEVER_IN)
        todo = "walk_in.then_papers" if looks_on else "walk_in.tick_all"
        self._after.say(text("walk_in.after" if ready else todo))
        self._doors.setVisible(not looks_on or self._kit.theme.lying)
        self._doors.show_ways(ready=ready and not looks_on and not state.waiting)


ROWS, ROWS_LARGE, ROWS_LYING, ROWS_LYING_LARGE = 5, 3, 4, 2


class PapersPage(QWidget):
    """Which papers the matter takes, line by line: those that are missing are tapped."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "papers-title")
        self._how = (body if theme.elder else lead)(theme, "papers-how")
        lying = ROWS_LYING_LARGE if theme.elder else ROWS_LYING
        upright = ROWS_LARGE if theme.elder else ROWS
        self._rows = Rows(kit, lines=lying if theme.lying else upright)
        self._after = body(theme, "papers-after")
        self._doors = _Doors(kit)
        page = regions(self, theme)
        page.words.addWidget(self._title)
        page.words.addStretch(1)
        within_reach = page.words if theme.lying else page.ways
        within_reach.addWidget(self._how)
        within_reach.addWidget(self._rows)
        page.ways.addWidget(self._after)
        page.ways.addWidget(self._doors)

    def show_state(self, state: ViewState) -> None:
        """Render the papers, and the two doors, which open with some missing too."""
        text, matter = self._kit.text, state.chosen_matter
        if matter is None:
            return
        self._title.say(matter.title(text.language))
        self._how.say(text("papers.how"))
        rows = [self._row(paper, paper.key in state.missing) for paper in matter.papers]
        self._rows.show_rows(tuple(rows), state)
        self._after.say(text("papers.some" if state.missing else "walk_in.after"))
        self._doors.show_ways(ready=not state.waiting)

    def _row(self, paper: WalkInPaper, missing: bool) -> Row:  # noqa: FBT001 - what was tapped
        title = paper(self._kit.text.language)
        words = self._kit.text("papers.missing", paper=title) if missing else title
        icon = Icon.CROSS if missing else Icon.TICK
        return Row(f"paper-{paper.key}", Lack(paper.key), words, icon=icon)


class _Doors(QWidget):
    """A number, please; and one for a lower door."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        theme, self._text = kit.theme, kit.text
        self._open = on_press(
            Button("walk-in-open", theme, look=Look.MAIN),
            kit,
            WalkIn(low_door=False),
        )
        self._low = on_press(Button("walk-in-low", theme, size=40), kit, WalkIn(low_door=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._low)
        column.addWidget(self._open)

    def show_ways(self, *, ready: bool) -> None:
        self._open.say(self._text("walk_in.open"))
        self._low.say(self._text("walk_in.low"))
        for button in (self._open, self._low):
            button.setEnabled(ready)


class WalkInNumberPage(QWidget):
    """The number and the code, before the door opens: on paper, or written down."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "noted-title")
        self._panel = Panel("noted-panel", theme.card, pad=40)
        self._number_is = quiet(theme, "noted-number-is")
        self._code_is = quiet(theme, "noted-code-is")
        big = plain_font(104 if theme.lying else 144)
        self._number = Label("noted-number", font=big, colour=theme.ink, bold=True)
        self._code = Label("noted-code", font=big, colour=theme.ink, bold=True)
        for label in (self._number_is, self._number, self._code_is, self._code):
            self._panel.column.addWidget(label)
        self._panel.column.insertSpacing(2, GAP)
        self._use = lead(theme, "noted-use")
        self._fine = body(theme, "noted-privacy")
        self._noted = on_press(Button("noted", theme, look=Look.MAIN), kit, Noted())
        page = regions(self, theme)
        page.words.addWidget(self._title)
        page.words.addStretch(1)
        page.words.addWidget(self._panel)
        page.words.addStretch(1)
        page.ways.addWidget(self._use)
        page.ways.addWidget(self._fine)
        page.ways.addWidget(self._noted)

    def show_state(self, state: ViewState) -> None:
        """Render the number, grouped as it is read aloud, and what became of the slip."""
        text, snapshot = self._kit.text, state.snapshot
        if snapshot is None or (offer := snapshot.offer) is None:
            return
        slip = offer.slip.value
        self._title.say(text(f"noted.title_{slip}"))
        self._number_is.say(text("noted.number"))
        self._number.say(offer.number)
        self._code_is.say(text("noted.code"))
        self._code.say(f"{offer.code[:4]} {offer.code[4:]}")
        self._use.say(text(f"noted.use_{slip}"))
        self._fine.say(text("noted.secret"))
        self._noted.say(text(f"noted.button_{slip}"))
        self._noted.setEnabled(not state.waiting and offer.slip is not SlipState.PRINTING)
