"""Help: who is there, whom to call, and what still works. It is read before anybody is called."""

from __future__ import annotations

from typing import assert_never

from PyQt6.QtWidgets import QWidget

from kiosk_ui.duty import NextDuty, OnDuty, on_duty
from kiosk_ui.glass_text import GlassText, day_and_time
from kiosk_ui.pages.kit import Kit, on_press, regions
from kiosk_ui.theme import plain_font
from kiosk_ui.touch import Back, CallBack, Summon
from kiosk_ui.view_state import UNANSWERED_S, Day, ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.label import Label, body, lead, quiet, title
from kiosk_ui.widgets.panel import Panel
from kiosk_ui.works import works_keys
from locker.contract.kiosk import Snapshot
from locker.contract.local_time import local_time
from locker.contract.number_text import runs
from locker.contract.vocabulary import Health


class HelpPage(QWidget):
    """The telephone, in giant figures, over whatever page asked."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "help-title")
        self._why = body(theme, "help-why")
        self._panel = Panel("help-panel", theme.card, pad=40)
        self._duty = body(theme, "help-duty")
        self._call = quiet(theme, "help-call")
        self._phone = Label(
            "help-telephone",
            font=plain_font(88 if theme.lying else 104),
            colour=theme.red,
            bold=True,
        )
        self._tell = body(theme, "help-tell")
        for label in (self._duty, self._call, self._phone, self._tell):
            self._panel.column.addWidget(label)
        self._works_title = lead(theme, "help-works-title")
        self._works = body(theme, "help-works")
        running = body if theme.elder else lead
        self._called = running(theme, "help-called")
        self._summon = on_press(Button("help-summon", theme, look=Look.MAIN), kit, Summon())
        self._call_back = on_press(Button("help-call-back", theme, look=Look.MAIN), kit, CallBack())
        self._back = on_press(Button("help-back", theme), kit, Back())
        page = regions(self, theme)
        page.words.addWidget(self._title)
        page.words.addWidget(self._why)
        page.words.addWidget(self._panel)
        page.words.addStretch(1)
        for label in (self._works_title, self._works):
            page.picture.addWidget(label)
        page.ways.addWidget(self._called)
        for button in (self._back, self._call_back, self._summon):
            page.ways.addWidget(button)

    def show_state(self, state: ViewState) -> None:
        """Render whom to call, what became of a call, and what works."""
        if state.snapshot is None:
            return
        text, snapshot = self._kit.text, state.snapshot
        face, call = snapshot.face, _call(state)
        why = "" if call else state.help_why
        about = call or why
        self._title.say(text(f"help.title_{about}" if about else "help.title"))
        self._why.say(text(f"help.why_{why}") if why else "")
        narrow = self._kit.theme.elder and self._kit.theme.lying
        self._duty.say("" if narrow and why else _duty_words(text, state))
        self._call.say("" if narrow else text("help.call", community=face.community))
        self._phone.say(face.telephone)
        self._tell.say(text("help.tell", number=_short(snapshot)))
        fewer = bool(about) or narrow
        self._works_title.say("" if fewer else text("help.works"))
        self._works.say("" if fewer else _works_words(text, state))
        cut = "" if snapshot.service.centre is Health.OK else "cut"
        self._called.say(text(f"help.{call or cut}") if call or cut else "")
        self._summon.say(text("help.summon"))
        reachable = snapshot.service.centre is Health.OK
        self._summon.setVisible(reachable and not call)
        self._call_back.say(text("help.call_back"))
        self._call_back.setVisible(reachable and call == "unanswered")
        self._back.say(text("help.back"))


def _works_words(text: GlassText, state: ViewState) -> str:
    silent = runs(state.snapshot.service.silent) if state.snapshot else ""
    return "\n".join(text(key, doors=silent) for key in works_keys(state))


def _call(state: ViewState) -> str:
    """Give what became of a call for help, as a part of a key; empty where nobody was called."""
    if state.summoned_at is None or state.snapshot is None:
        return ""
    if (answer := state.snapshot.help.answer) is not None:
        return f"answered_{answer.value}"
    return "unanswered" if state.now - state.summoned_at >= UNANSWERED_S else "called"


def _duty_words(text: GlassText, state: ViewState) -> str:
    if state.snapshot is None or state.day is None:
        return ""
    if turns := state.snapshot.bulletin.duty:
        key = "help.roster_on" if len(turns) % 2 else "help.roster_off"
        return text(key, at=_when(text, state.day, turns[0]))
    hours = state.snapshot.face.duty
    match found := on_duty(hours, weekday=state.day.weekday, minute=state.minute_of_day):
        case None:
            return ""
        case OnDuty():
            return text("help.on_duty", who=found.who, time=_clock(found.until))
        case NextDuty():
            weekday = text("header.weekdays").split("|")[found.weekday]
            near = {0: "help.today", 1: "help.tomorrow"}.get(found.days)
            day = text(near) if near else weekday
            return text("help.off_duty", who=found.who, day=day, time=_clock(found.begins))
        case _:
            assert_never(found)


def _when(text: GlassText, today: Day, at: float) -> str:
    """Write the time alone where it is today's."""
    then = local_time(at)
    is_today = (then.month, then.day) == (today.month, today.day)
    return f"{then:%H:%M}" if is_today else day_and_time(text, at, today)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _short(snapshot: Snapshot) -> str:
    """Give the number to tell: the cabinet's, and the door's while there is one."""
    visit = snapshot.visit
    return f"{snapshot.face.short}-{visit.compartment}" if visit else snapshot.face.short
