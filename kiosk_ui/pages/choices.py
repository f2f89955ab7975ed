"""The ways on that the daemon offers in a visit, as buttons. It offers none of its own."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from kiosk_ui.pages.kit import ButtonGrid, Kit, on_press
from kiosk_ui.touch import Help, Pick, Stay, Touch
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from locker.contract.kiosk import Visit
from locker.contract.vocabulary import Choice, Purpose, VisitPhase

SECOND = 36
RESIDENTS = {Purpose.COLLECT, Purpose.DEPOSIT}
_ORDER = (
    Choice.CONFIRM, Choice.SAW_OPEN, Choice.SAW_SHUT, Choice.REOPEN, Choice.NOTHING,
    Choice.OTHER_BOX, Choice.LOWER, Choice.LARGER, Choice.NOT_MINE, Choice.LEAVE,
)  # fmt: skip
_MAIN = {
    VisitPhase.ASK: {Choice.CONFIRM},
    VisitPhase.NOT_OPENED: {Choice.REOPEN},
    VisitPhase.LOOK: {Choice.SAW_OPEN, Choice.SAW_SHUT},
}


class ChoiceButtons(QWidget):
    """Buttons named choice-<choice>; the way on is filled, across the whole width, and lowest.

    At an open door the glass adds ways of its own: [还要用], [门没开], [够不着], for a contact may
    be wrong and a door too high, and nobody shall be left without a way on.
    """

    def __init__(self, kit: Kit, *, help_page: str = "") -> None:
        super().__init__()
        self._kit = kit
        self._help_page = help_page
        self._shown: tuple[VisitPhase, Purpose, tuple[Choice, ...]] | None = None
        self._buttons: dict[Choice, Button] = {}
        self._stay: Button | None = None
        self._main, self._others = ButtonGrid(), ButtonGrid(2 if kit.theme.elder else 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(24)
        layout.addWidget(self._others)
        layout.addWidget(self._main)

    def show_choices(self, state: ViewState) -> None:
        """Render what the visit offers now."""
        visit = state.visit
        if visit is None:
            return
        if self._shown != (offered := (visit.phase, visit.purpose, visit.choices)):
            self._shown = offered
            self._make(visit)
        for choice, button in self._buttons.items():
            waits = choice is Choice.REOPEN and state.rest_s > 0
            wished = visit.wish is not None and choice is not Choice.LEAVE
            button.setEnabled(not waits and not wished and not state.waiting)
            button.say(self._words(choice, visit, state.rest_s if waits else 0))
        if self._stay is not None:
            said = "choice.stayed" if state.has_stayed else "choice.stay"
            self._stay.say(self._kit.text(said))

    def _make(self, visit: Visit) -> None:
        main = _MAIN.get(visit.phase, set())
        if (visit.phase, visit.purpose) == (VisitPhase.ASK, Purpose.MAINTAIN):
            main = {Choice.CONFIRM, Choice.NOTHING}  # empty or not: neither answer is led to
        offered = [choice for choice in _ORDER if choice in visit.choices]
        theme = self._kit.theme
        self._buttons = {
            choice: on_press(
                Button(
                    f"choice-{choice.value}",
                    theme,
                    look=Look.MAIN if choice in main else Look.PLAIN,
                    size=theme.lead if choice in main else SECOND,
                ),
                self._kit,
                Pick(choice),
            )
            for choice in offered
        }
        self._main.fill([self._buttons[choice] for choice in offered if choice in main])
        others = [self._buttons[choice] for choice in offered if choice not in main]
        own = self._own(visit)
        self._stay = own[-1] if own else None
        others += own
        self._others.fill(others)
        self._main.setVisible(bool(main & set(offered)))
        self._others.setVisible(bool(others))

    def _own(self, visit: Visit) -> list[Button]:
        """Give the glass's own ways on at an open door, [还要用] last; staff need none of them."""
        if visit.phase is not VisitPhase.OPEN or visit.purpose not in RESIDENTS:
            return []
        ways: list[tuple[str, Touch]] = [
            ("out_of_reach", Help(self._help_page, "out_of_reach")),
            ("not_open", Help(self._help_page, "not_open")),
            ("stay", Stay()),
        ]
        if visit.purpose is not Purpose.COLLECT:
            ways = ways[1:]  # a lower door is offered instead
        return [self._way(name, touch) for name, touch in ways]

    def _way(self, name: str, touch: Touch) -> Button:
        kit = self._kit
        named = f"way-{name.replace('_', '-')}"
        button = on_press(Button(named, kit.theme, size=SECOND), kit, touch)
        button.say(kit.text(f"choice.{name}"))
        return button

    def _words(self, choice: Choice, visit: Visit, rest_s: int) -> str:
        text = self._kit.text
        match choice:
            case Choice.SAW_OPEN if visit.phase is VisitPhase.NOT_OPENED:
                return text("choice.open_after_all")
            case Choice.SAW_SHUT if visit.phase is VisitPhase.OPEN:
                return text("choice.shut_already")
            case (
                Choice.SAW_OPEN | Choice.SAW_SHUT | Choice.OTHER_BOX | Choice.LOWER
                | Choice.LARGER | Choice.NOT_MINE
            ):  # fmt: skip
                return text(f"choice.{choice.value}")
            case Choice.REOPEN if rest_s:
                return text("choice.reopen.wait", seconds=rest_s)
            case Choice.REOPEN:
                again = visit.phase in {VisitPhase.NOT_OPENED, VisitPhase.LOOK}
                return text("choice.reopen.try" if again else "choice.reopen.ask")
            case Choice.LEAVE if visit.phase is VisitPhase.OPEN:
                return text("choice.leave.open")
            case _:
                return text(f"choice.{choice.value}.{visit.purpose.value}")
