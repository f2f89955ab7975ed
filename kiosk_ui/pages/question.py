"""After the door: is everything taken, did it open, what now, and thank you."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from kiosk_ui.pages.choices import ChoiceButtons
from kiosk_ui.pages.door import DoorSign
from kiosk_ui.pages.kit import ButtonGrid, Kit, on_press, regions
from kiosk_ui.touch import Pick, Place
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from kiosk_ui.widgets.icon import Icon
from kiosk_ui.widgets.label import CENTRE, LEFT, body, lead, tick, title
from locker.contract.failure import Failure
from locker.contract.kiosk import Visit
from locker.contract.layout import Layout
from locker.contract.vocabulary import STAFF_PURPOSES, Choice, VisitOutcome, VisitPhase

_WHY: dict[str, str] = {
    Failure.BOARD_SILENT: "not_opened.why_silent",
    Failure.CONTACT_DOUBTFUL: "look.why_contact",
}
"""Words for what is no fault of the door; the others go by the visit's phase."""


_FACES = {
    Choice.SATISFIED: Icon.SMILE,
    Choice.FAIR: Icon.FLAT,
    Choice.DISSATISFIED: Icon.FROWN,
}


class QuestionPage(QWidget):
    """One question about one door, with the daemon's choices as answers."""

    def __init__(self, kit: Kit, layout: Layout) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        self._title = title(theme, "question-title")
        self._why = lead(theme, "question-why")
        self._sign = DoorSign(kit, layout, pixels=200)
        self._tell = body(theme, "tell")
        self._choices = ChoiceButtons(kit)
        page = regions(self, theme, shows=True)
        page.words.addWidget(self._title)
        page.words.addWidget(self._why)
        page.picture.addWidget(self._sign, 1)
        page.ways.addWidget(self._tell)
        page.ways.addWidget(self._choices)

    def show_state(self, state: ViewState) -> None:
        """Render the question of the visit's phase."""
        visit, snapshot, text = state.visit, state.snapshot, self._kit.text
        if visit is None or snapshot is None:
            return
        number, words = visit.compartment, visit.purpose.value
        failure = visit.failure
        if not failure:
            self._title.say(text(f"ask.title.{words}", n=number))
            at_audit = state.place is Place.AUDIT
            self._why.say(text("audit.label" if at_audit else f"ask.why.{words}", n=number))
            self._tell.say("")
        else:
            key = visit.phase.value
            staff = "_staff" if visit.purpose in STAFF_PURPOSES else ""
            self._title.say(text(f"{key}.title", n=number))
            self._why.say(text(_WHY.get(failure, f"{key}.why{staff}"), n=number))
            tell = text(
                "tell", telephone=snapshot.face.telephone,
                number=f"{snapshot.face.short}-{number}", code=failure,
            )  # fmt: skip
            jammed, theme = visit.phase is VisitPhase.JAMMED, self._kit.theme
            leads = jammed and not theme.lying and not theme.elder  # there the call is the way on
            self._tell.setFont(theme.font(theme.lead if leads else theme.body))
            by_phone = jammed or not state.elder
            self._tell.say(tell if by_phone and visit.phase is not VisitPhase.LOOK else "")
        self._sign.show_door(number, is_open=False)
        self._choices.show_choices(state)


class DonePage(QWidget):
    """The visit is over: what is known of it, said plainly, and home by itself.

    Lying, the door is shown in the place of the tick where nobody confirmed.
    """

    def __init__(self, kit: Kit, layout: Layout) -> None:
        super().__init__()
        self._kit = kit
        theme = kit.theme
        align = LEFT if theme.lying else CENTRE
        self._mark = tick(theme, "done-mark")
        self._sign = DoorSign(kit, layout, pixels=200)
        self._title = title(theme, "done-title", align=align)
        self._next = lead(theme, "done-next", align=align)
        self._reference = body(theme, "done-reference", align=align)
        self._home = on_press(
            Button("done-home", theme, look=Look.MAIN),
            kit,
            Pick(Choice.LEAVE),
        )
        self._how = lead(theme, "done-how", align=align)
        self._marks = {
            mark: on_press(
                Button(f"rate-{mark.value}", theme, size=40, icon=icon), kit, Pick(mark)
            )
            for mark, icon in _FACES.items()
        }  # fmt: skip
        self._rating = ButtonGrid(len(_FACES))
        self._rating.fill(list(self._marks.values()))
        page = regions(self, theme, shows=theme.lying)
        page.words.addStretch(0 if theme.lying else 1)
        (page.picture if theme.lying else page.words).addWidget(self._mark, 1 if theme.lying else 0)
        page.picture.addWidget(self._sign, 1)
        for label in (self._title, self._next, self._reference):
            page.words.addWidget(label)
        page.words.addStretch(0 if theme.lying else 2)
        for way in (self._how, self._rating, self._home):
            page.ways.addWidget(way)

    def show_state(self, state: ViewState) -> None:
        """Render the outcome; the tick only where a person confirmed."""
        if (visit := state.visit) is None:
            return
        text = self._kit.text
        confirmed = visit.outcome is VisitOutcome.CONFIRMED
        self._mark.say("✓" if confirmed else "")
        self._sign.setVisible(self._kit.theme.lying and not confirmed)
        self._sign.show_door(visit.compartment, is_open=False)
        title_key, next_key = _done_keys(visit, state.picked)
        if next_key == "done.confirmed.next.load" and not _signed_in(state):
            next_key = "done.signed_out"
        self._title.say(text(title_key, n=visit.compartment))
        self._next.say(text(next_key, n=visit.compartment))
        shown = text("done.reference", reference=visit.reference) if visit.reference else ""
        self._reference.say(shown)
        self._home.say(text("done.go_on" if _signed_in(state) else "home_button"))
        asks = Choice.SATISFIED in visit.choices
        self._how.say(text("done.how") if asks else "")
        self._rating.setVisible(asks)
        for mark, button in self._marks.items():
            button.say(text(f"choice.{mark.value}"))


def _signed_in(state: ViewState) -> bool:
    return state.snapshot is not None and state.snapshot.staff.stage == "menu"


def _done_keys(visit: Visit, picked: Choice | None) -> tuple[str, str]:
    if picked is Choice.NOT_MINE:
        return "done.not_mine.title", "done.not_mine.next"
    outcome = visit.outcome or VisitOutcome.PRESUMED
    if outcome in {VisitOutcome.CONFIRMED, VisitOutcome.PRESUMED, VisitOutcome.NOTHING}:
        words = visit.purpose.value
        return f"done.{outcome.value}.title.{words}", f"done.{outcome.value}.next.{words}"
    return f"done.{outcome.value}.title", f"done.{outcome.value}.next"
