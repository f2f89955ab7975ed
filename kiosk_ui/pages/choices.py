"""The ways on that the daemon offers in a visit, as buttons. It offers none of its own."""

from __future__ import annotations

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from kiosk_ui.pages.kit import ButtonGrid, Kit, group, on_press
from kiosk_ui.touch import Pick
from kiosk_ui.view_state import ViewState
from kiosk_ui.widgets.button import Button, Look
from locker.contract.kiosk import Visit
from locker.contract.vocabulary import Choice, VisitPhase

_ORDER = (
    Choice.CONFIRM, Choice.SAW_OPEN, Choice.SAW_SHUT, Choice.REOPEN, Choice.NOTHING, Choice.LEAVE,
)  # fmt: skip
_MAIN = {
    VisitPhase.ASK: {Choice.CONFIRM},
    VisitPhase.NOT_OPENED: {Choice.REOPEN},
    VisitPhase.LOOK: {Choice.SAW_OPEN, Choice.SAW_SHUT},
}


class ChoiceButtons(QWidget):
    """Buttons named choice-<choice>, the first way on filled and across the whole width."""

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self._kit = kit
        self._shown: tuple[VisitPhase, tuple[Choice, ...]] | None = None
        self._buttons: dict[Choice, Button] = {}
        self._main, self._others = ButtonGrid(), ButtonGrid()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(24)
        layout.addWidget(self._main)
        layout.addWidget(self._others)

    def show_choices(self, state: ViewState) -> None:
        """Render what the visit offers now."""
        visit = state.visit
        if visit is None:
            return
        if self._shown != (visit.phase, visit.choices):
            self._shown = (visit.phase, visit.choices)
            self._make(visit)
        for choice, button in self._buttons.items():
            waits = choice is Choice.REOPEN and state.rest_s > 0
            button.setEnabled(not waits and not state.waiting)
            button.say(self._words(choice, visit, state.rest_s if waits else 0))

    def _make(self, visit: Visit) -> None:
        main = _MAIN.get(visit.phase, set())
        offered = [choice for choice in _ORDER if choice in visit.choices]
        theme = self._kit.theme
        self._buttons = {
            choice: on_press(
                Button(
                    f"choice-{choice.value}",
                    theme,
                    look=Look.MAIN if choice in main else Look.PLAIN,
                    least=192 if choice in main else 144,
                ),
                self._kit,
                Pick(choice),
            )
            for choice in offered
        }
        self._main.fill([self._buttons[choice] for choice in offered if choice in main])
        self._others.fill([self._buttons[choice] for choice in offered if choice not in main])
        self._main.setVisible(bool(main & set(offered)))
        self._others.setVisible(bool(set(offered) - main))

    def _words(self, choice: Choice, visit: Visit, rest_s: int) -> str:
        text = self._kit.text
        match choice:
            case Choice.SAW_OPEN if visit.phase is VisitPhase.NOT_OPENED:
                return text("choice.open_after_all")
            case Choice.SAW_SHUT if visit.phase is VisitPhase.OPEN:
                return text("choice.shut_already")
            case Choice.SAW_OPEN | Choice.SAW_SHUT:
                return text(f"choice.{choice.value}")
            case Choice.REOPEN if rest_s:
                return text("choice.reopen.wait", seconds=rest_s)
            case Choice.REOPEN:
                again = visit.phase in {VisitPhase.NOT_OPENED, VisitPhase.LOOK}
                return text("choice.reopen.try" if again else "choice.reopen.ask")
            case Choice.LEAVE if visit.phase is VisitPhase.OPEN:
                return text("choice.leave.open")
            case _:
                return text(f"choice.{choice.value}.{group(visit.purpose)}")
