"""The people: scripts of what somebody does at the cabinet, honest but human.

They forget, take nothing, leave doors open, walk off, come two at once, type wrong codes. What
they say on the glass is true; where somebody errs so that nobody could know (`Life.excuse`), the
promise about that box or envelope does not count until somebody has looked.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from locker.contract.failure import Failure
from locker.contract.vocabulary import Choice, CredentialKind, VisitPhase
from locker.core import input as i
from tests.simulation.centre import CODE_SALT, Errand, quick_digest
from tests.simulation.world import Deed, Script

if TYPE_CHECKING:
    from tests.simulation.life import Life

WALK_S = (1.0, 4.0, 20.0, 90.0)
PATIENCE = 60
"""How many times somebody looks at the glass again."""


class Person:
    """Somebody in front of the cabinet, with dice of their own."""

    called = "a resident"

    def __init__(self, life: Life, dice: random.Random) -> None:
        self.life = life
        self.dice = dice

    def often(self, share: float) -> bool:
        """Throw."""
        return self.dice.random() < share

    def glass(self) -> Any:
        """Give the visit on the glass; None where there is none or the PC is off."""
        machine = self.life.machine
        return None if machine is None else machine.shown("visit")

    def tell(self, message: i.Input) -> None:
        """Touch the glass."""
        if self.life.machine is not None:
            self.life.machine.tell(message)

    def scan(self, text: str) -> None:
        """Show a code."""
        if self.life.machine is not None:
            self.life.machine.scan(text)

    # --- at the door ----------------------------------------------------------------------

    def stand_at(self, mine: str, *, thing: str | None) -> Script:
        """Live through the visit on the glass, as long as it is `mine`.

        `thing`: what is put in; None where things are taken out. Returns when the visit is over,
        is somebody else's, or the person walks off.
        """
        for _ in range(PATIENCE):
            visit = self.glass()
            if visit is None or visit["visit"] != mine:
                return
            box, phase = visit["compartment"], VisitPhase(visit["phase"])
            if phase in {VisitPhase.DONE, VisitPhase.JAMMED}:
                return
            if self.life.door(box).open:
                if not (yield from self.use_open_door(box, thing)):
                    return
            elif phase in {VisitPhase.OPENING, VisitPhase.OPEN}:
                yield self.dice.choice([0.3, 0.7, 1.5])
            elif self.often(0.08):
                self.life.world.tell(f"somebody walks off from door {box}")
                return
            elif not self.answer(visit, box, thing):
                yield self.dice.choice([0.5, 2.2])
            else:
                yield self.dice.choice([0.3, 0.6, 2.2])

    def use_open_door(self, box: int, thing: str | None) -> Deed:
        """Put in or take out, or not; push the door shut, or not. Gives whether they stay."""
        life = self.life
        yield self.dice.choice([0.4, 1.5, 5.0])
        if life.door(box).open and not self.often(0.1):
            self.use_box(box, thing)
        yield self.dice.choice([0.2, 1.0, 8.0])
        if self.often(0.08):
            life.world.tell(f"door {box} is left open")
            return False
        life.shut(box)
        yield self.dice.choice([0.3, 0.8])
        return True

    def use_box(self, box: int, thing: str | None) -> None:
        """Put in or take out, before the open door."""
        if thing is not None and not self.life.lies_at(thing):
            self.life.put(box, thing)
        elif thing is None and self.life.content(box):
            self.life.take_all(box, by=self.called)

    def answer(self, visit: dict[str, Any], box: int, thing: str | None) -> bool:
        """Press what is true, if something is asked; whether something was pressed."""
        choices = [Choice(choice) for choice in visit["choices"]]
        true = [choice for choice in choices if self.is_true(choice, box, thing)]
        likely = [c for c in true if c not in {Choice.REOPEN, Choice.LEAVE}]
        pick = likely if likely and not self.often(0.15) else true
        if not pick:
            return False
        choice = self.dice.choice(pick)
        self.life.world.tell(f"presses {choice} for door {box}")
        self.tell(i.Chosen(visit["visit"], choice))
        return True

    def is_true(self, choice: Choice, box: int, thing: str | None) -> bool:
        """Whether this would be no lie."""
        held, puts_in = self.life.content(box), thing is not None
        match choice:
            case Choice.CONFIRM:
                return thing in held if puts_in else not held
            case Choice.NOTHING:
                return not held if puts_in else bool(held)
            case Choice.SAW_OPEN:
                return self.life.door(box).open
            case Choice.SAW_SHUT:
                return not self.life.door(box).open
            case Choice.OTHER_BOX:
                return any(lies != thing for lies in held)
            case Choice.LOWER | Choice.LARGER:
                return not held
            case Choice.NOT_MINE:
                return False  # nobody here finds a stranger's papers under their own code
            case _:
                return True


class Resident(Person):
    """Hands papers in, collects a certificate."""

    def hand_in(self) -> Script:
        """Ask on the phone, come, put the papers in; perhaps come back for what was forgotten."""
        errand = self.life.centre.ask_to_deposit()
        self.life.matter_of[errand.consignment] = errand.matter
        yield self.dice.choice(WALK_S)
        yield from self.come(errand, thing=errand.consignment)
        if self.often(0.15):
            yield self.dice.choice([3.0, 40.0, 290.0, 310.0])
            yield from self.come(errand, thing=errand.consignment)

    def collect(self, errand: Errand) -> Script:
        """Come for the certificate, perhaps twice; with a new code where the old one is over."""
        errand = self.life.centre.renewed(errand)
        yield from self.come(errand, thing=None)
        if self.often(0.25):
            yield self.dice.choice([3.0, 60.0, 250.0, 4000.0])
            yield from self.come(errand, thing=None)

    def come(self, errand: Errand, *, thing: str | None) -> Script:
        """Show what opens, a few times if it is refused, and stand at the door."""
        for _ in range(self.dice.choice([1, 3, 5])):
            yield from self.show(errand)
            visit = self.glass()
            if visit is not None and self.life.grant_of(visit["visit"]) == errand.grant:
                yield from self.stand_at(visit["visit"], thing=thing)
                return
            yield self.dice.choice([2.5, 12.0])

    def show(self, errand: Errand) -> Script:
        """By the scanner, the keypad or the phone."""
        how = self.dice.random()
        if errand.code and (how < 0.3 or not errand.qr):
            if self.often(0.2):
                self.tell(i.CodeTyped(quick_digest("00000000", salt=CODE_SALT)))
                yield 2.0
            self.life.world.tell(f"types the code of {errand.grant}")
            self.tell(i.CodeTyped(quick_digest(errand.code, salt=CODE_SALT)))
        elif how < 0.75 or not errand.matter:
            self.show_qr(errand)
        else:
            self.life.world.tell(f"presses open on the phone for {errand.grant}")
            for _ in range(4):
                state = self.life.centre.ask_by_phone(errand.grant)
                if state not in {"waiting", "sent"}:
                    break
                yield 1.0
        yield 0.2

    def show_qr(self, errand: Errand) -> None:
        """The code as it was first given, on paper or a picture, or as the phone shows it now."""
        old = self.often(0.5)
        self.life.world.tell(f"shows the {'first' if old else 'fresh'} QR of {errand.grant}")
        self.scan(errand.qr if old else self.life.centre.fresh_qr(errand.grant))

    def walk_in(self) -> Script:
        """Come with papers and no phone; perhaps take them back with the slip's code."""
        n = self.life.number()
        paper, code = f"k-walk{n}", f"{n:08d}"
        digest = quick_digest(code, salt=CODE_SALT)
        self.life.world.tell(f"walks in with {paper}")
        self.tell(i.WalkInAsked(f"g-in{n}", f"g-back{n}", paper, f"W{n}", code, digest))
        yield self.dice.choice([0.3, 20.0, 130.0])
        self.tell(i.WalkInNoted())
        yield 0.3
        yield from self.if_mine(f"g-in{n}", thing=paper)
        if self.often(0.4):
            yield self.dice.choice([60.0, 900.0, 90_000.0])
            self.tell(i.CodeTyped(digest))
            yield 0.3
            yield from self.if_mine(f"g-back{n}", thing=None)

    def if_mine(self, grant: str, *, thing: str | None) -> Script:
        """Stand at the door, if it was opened for this grant."""
        visit = self.glass()
        if visit is not None and self.life.grant_of(visit["visit"]) == grant:
            yield from self.stand_at(visit["visit"], thing=thing)


class Delegate(Resident):
    """Collects for somebody who has named them."""

    called = "a delegate"

    def collect_for_another(self) -> Script:
        """Be named, be given a code, come; now and then it is taken back meanwhile."""
        life = self.life
        waiting = [errand for c, errand in life.made.items() if c not in life.taken]
        if not waiting:
            return
        case = self.dice.choice(waiting).matter
        named = life.centre.name_delegate(case)
        code = None
        while named and code is None and not life.world.peaceful:
            yield self.dice.choice([30.0, 900.0, 20_000.0])
            code = life.centre.delegate_code(case, named)
        if code is None:
            return
        life.delegated.add(code.grant)
        life.world.tell(f"a delegate has the code of {code.grant}")
        if self.often(0.3):
            life.world.tell(f"{code.grant} is taken back")
            life.centre.revoke_delegate(case, named)
            life.withdrawn.add(code.grant)
            yield self.dice.choice([1.0, 40.0, 4000.0])
        yield from self.come(code, thing=None)


class PasserBy(Person):
    """Pushes doors shut, tries codes, takes what lies open."""

    def idle(self) -> Script:
        """Do something useless."""
        for _ in range(self.dice.choice([1, 4, 12])):
            self.tell(i.CodeTyped(quick_digest(f"{self.life.number():08d}", salt=CODE_SALT)))
            yield self.dice.choice([0.5, 3.0, 30.0])
        visit = self.glass()
        if visit is not None and self.often(0.5):
            self.tell(i.Chosen(visit["visit"], Choice.REOPEN))
        self.tell(i.HelpAsked("home"))
        self.tell(i.ShownRefused(Failure.UNREADABLE, CredentialKind.SIGNED_QR))

    def push_shut(self) -> Script:
        """Push all open doors shut."""
        for box in self.life.numbers:
            if self.life.door(box).open:
                self.life.shut(box)
                yield 0.7

    def steal(self) -> Script:
        """Take what lies behind a door that was left open."""
        for box in self.life.numbers:
            if self.life.door(box).open and self.life.content(box):
                self.life.excuse(*self.life.content(box))
                self.life.take_all(box, by="a thief")
                yield 0.5

    def force(self) -> Script:
        """Pull a door open without its lock; push it shut later. Nothing is put in or taken."""
        box = self.dice.choice(self.life.numbers)
        if not self.life.door(box).open:
            self.life.force(box)
            yield self.dice.choice([2.0, 100.0])
            self.life.shut(box)
