"""The person at the cabinet: told things, asked things. Knows no hardware and no verb.

What only a person can see (which door moved, whether a tone was heard) is asked here, and is kept
apart from what was measured.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from typing import Protocol

from rich.console import Console


class PersonLeftError(Exception):
    """Nobody answers any more: the input ended, or Ctrl-C."""


class Person(Protocol):
    """Who stands at the cabinet. `ask` and `choose` may raise `PersonLeftError`."""

    def tell(self, text: str) -> None:
        """Say something that needs no answer."""
        ...

    def ask(self, question: str) -> str:
        """Ask for one line; return it without blanks at its ends."""
        ...

    def ask_unseen(self, question: str) -> str:
        """Ask for one line that is not shown while it is typed."""
        ...

    def choose(self, question: str, answers: Mapping[str, str]) -> str:
        """Ask for one of the keys of `answers`, whose values say what each means."""
        ...


class ConsolePerson:
    """A person at a terminal. `read_line` prints a prompt and returns a line, as `input` does.

    `read_unseen`: the same without an echo.
    """

    def __init__(
        self,
        console: Console,
        *,
        read_line: Callable[[], str] = input,
        read_unseen: Callable[[], str] = lambda: getpass.getpass(""),
    ) -> None:
        self._console = console
        self._read_line = read_line
        self._read_unseen = read_unseen

    def tell(self, text: str) -> None:
        """Print a text of ours; rich's markup is not read in it."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def ask(self, question: str) -> str:
        """Print the question and read a line."""
        return self._read(question, self._read_line)

    def ask_unseen(self, question: str) -> str:
        """Print the question and read a line without an echo."""
        return self._read(question, self._read_unseen)

    def _read(self, question: str, read: Callable[[], str]) -> str:
        self._console.print(question, markup=False, highlight=False, end=" ", style="bold")
        try:
            return read().strip()
        except (EOFError, KeyboardInterrupt) as error:
            self._console.print()
            raise PersonLeftError from error

    def choose(self, question: str, answers: Mapping[str, str]) -> str:
        """Ask until one of the keys was typed."""
        shown = "  ".join(f"{key}={meaning}" for key, meaning in answers.items())
        while True:
            answer = self.ask(f"{question} [{shown}]").lower()
            if answer in answers:
                return answer
