"""Books that cannot be believed: the disk is not the one that was here last, or a person says so.

A disk that was replaced knows nothing of what lies in the boxes; an older image of it that was put
back knows what lay there then. Every box is withheld until staff have looked into it, and nobody
else opens it meanwhile: what the books have there may be somebody else's by now. The same holds for
a box in which a resident found what is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from locker.contract import event as e
from locker.contract.vocabulary import Choice, Condition
from locker.core.docket import Docket
from locker.core.input import JournalForked
from locker.core.state import CompartmentRecord

FORKED, REPLACED = "fork", "disk_replaced"
UNSURE = frozenset({FORKED, REPLACED, Choice.NOT_MINE.value})
"""Reasons in the books for which only staff open a withheld box."""
_DOUBTED = {
    Condition.FREE: Condition.WITHHELD,
    Condition.OCCUPIED: Condition.WITHHELD,
    Condition.WITHHELD: Condition.WITHHELD,
    Condition.OUT_OF_SERVICE: Condition.OUT_OF_SERVICE,
}


def forked(docket: Docket, fork: JournalForked) -> None:
    """Begin the new journal, which names the old one, and believe no box.

    The visit that is on the glass goes on: its door is watched, and its end is entered.
    """
    docket.emit(e.JournalStarted(fork.journal, FORKED, fork.previous_journal, fork.previous_head))
    for place in docket.places:
        box = docket.box(place.number)
        if (condition := _DOUBTED.get(box.condition)) is not None:
            docket.emit(e.BooksEntered(box.number, condition, box.consignment, reason=FORKED))


def replaced(held: Iterable[CompartmentRecord], numbers: Iterable[int]) -> Iterator[e.Event]:
    """Give the first entries of a cabinet whose disk is new, where the cabinet itself is not."""
    known = {box.number for box in held}
    for number in numbers:
        if number not in known:
            yield e.BooksEntered(number, Condition.WITHHELD, None, reason=REPLACED)
