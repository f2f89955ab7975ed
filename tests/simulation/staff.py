"""Those who work at the cabinet: rounds, loading, audits, and the technician with the locks."""

from __future__ import annotations

from typing import Any

from locker.contract.vocabulary import Choice
from locker.core import input as i
from tests.simulation.centre import BADGE_KEY, PIN, BadgeInHand, quick_digest
from tests.simulation.person import Person
from tests.simulation.promise import PUTS_IN
from tests.simulation.world import Deed, Script


class Staff(Person):
    """Takes papers out, looks into boxes, loads certificates."""

    called = "staff"

    def round(self) -> Script:
        """Sign in and do what the glass says there is to do."""
        if not (yield from self.sign_in()):
            return
        yield from self.empty_boxes()
        yield from self.recall()
        yield from self.load()
        if not self.often(0.2):
            self.tell(i.StaffLeft())

    def sign_in(self) -> Deed:
        """Badge and PIN, the PIN sometimes wrong at first. Gives whether it worked."""
        for _ in range(3):
            # The own badge, shown while signed in, says of the last envelope that it lies inside.
            yield from self.look_after_the_last()
            yield from self.show_badge(self.life.centre.badge)
            if self.page("stage") == "menu":
                return True
        return False

    def show_badge(self, badge: BadgeInHand) -> Script:
        """Scan a badge and type its PIN."""
        self.scan(badge.text)
        yield 2.1
        pin = "0000" if self.often(0.1) else PIN
        secret = badge.text.rpartition(":")[2]
        lookup = self.life.badge_lookup(secret)
        self.tell(i.PinTyped(lookup, quick_digest(secret + pin, salt=BADGE_KEY)))
        yield 0.5

    def call_colleague(self) -> Script:
        """Where the glass wants a second person: fetch one, mostly, and mostly in time."""
        if self.page("second") != "badge" or self.often(0.2):
            return
        self.life.world.tell("a colleague comes to vouch")
        yield self.dice.choice([1.0, 30.0, 70.0])
        yield from self.show_badge(self.life.centre.colleague)

    def page(self, name: str) -> Any:
        """Give a field of the staff page."""
        machine = self.life.machine
        page = None if machine is None else machine.shown("staff")
        return None if page is None else page[name]

    def empty_boxes(self) -> Script:
        """Take out what waits, and look where somebody must look."""
        rows = [row["compartment"] for row in self.page("take_out") or ()]
        look_at = list(self.page("look_at") or ())
        for box in (rows + look_at)[: self.dice.choice([1, 3, 8])]:
            self.life.world.tell(f"staff ask for door {box}")
            yield from self.ask_for(box, i.StaffDoorAsked(box))

    def recall(self) -> Script:
        """Take back what was kept for too long."""
        for row in self.page("recall") or ():
            self.life.world.tell(f"staff take back what lies in box {row['compartment']}")
            yield from self.ask_for(row["compartment"], i.RecallAsked(row["compartment"]))

    def ask_for(self, box: int, ask: i.Input) -> Script:
        """Ask for a door, with a second person where one is needed, and stand at it."""
        self.tell(ask)
        yield 0.4
        yield from self.call_colleague()
        visit = self.glass()
        if visit is None or visit["compartment"] != box or visit["purpose"] in PUTS_IN:
            yield 2.5
            return
        yield from self.stand_at(visit["visit"], thing=None)
        yield 1.0

    def load(self) -> Script:
        """Make certificates of what lies on the desk, and load what is made."""
        life = self.life
        for about in list(life.desk):
            made = life.centre.make_certificate(about)
            if made is not None:
                life.desk.remove(about)
                life.made[made.consignment] = made
        waiting = [c for c in life.made if not life.lies_at(c) and c not in life.taken]
        for consignment in waiting[: self.dice.choice([1, 3, 10])]:
            yield from self.load_one(consignment)

    def load_one(self, consignment: str) -> Script:
        """Scan a label, put the envelope in; now and then the wrong one."""
        if self.life.auditor is not None:
            return  # a label would be taken for one that lies in the open box
        yield from self.look_after_the_last()
        self.life.world.tell(f"staff scan the label of {consignment}")
        self.scan(f"BBG:L:{consignment}")
        yield 0.4
        visit = self.glass()
        if visit is None or self.life.loading(visit["visit"]) != consignment:
            yield 2.5
            return
        wrong = [c for c in self.life.made if not self.life.lies_at(c) and c not in self.life.taken]
        thing = consignment
        if self.often(0.04) and len(wrong) > 1:
            thing = self.dice.choice(wrong)
            self.life.excuse(consignment, thing)
        yield from self.stand_at(visit["visit"], thing=thing)
        yield 0.5

    def look_after_the_last(self) -> Script:
        """Say that nothing was put in, where the last envelope is still in the hand.

        Who forgets even that says, by scanning the next label, that it lies inside. Where the door
        stands open somebody may be about to put it in, and is let finish.
        """
        yield from self.let_finish()
        visit = self.glass()
        held = None if visit is None else self.life.loading(visit["visit"])
        if visit is None or held is None or self.life.lies_at(held):
            return
        if self.life.content(visit["compartment"]):
            return  # a wrong one was put in, and nobody noticed
        if self.often(0.2):
            self.life.excuse(held)
        elif Choice.NOTHING in visit["choices"]:
            self.tell(i.Chosen(visit["visit"], Choice.NOTHING))
            yield 0.5

    def let_finish(self) -> Script:
        """Wait a little while the door of the visit on the glass truly stands open."""
        for _ in range(10):
            visit = self.glass()
            if visit is None or not self.life.door(visit["compartment"]).open:
                return
            yield 2.0

    def look_again(self) -> Script:
        """Say at the console that a certificate that was to be looked at is there."""
        for consignment, errand in list(self.life.made.items()):
            if self.life.lies_at(consignment):
                self.life.centre.looked(errand.matter)
        yield 0.0


class Keeper(Staff):
    """A member of staff who looks after the boxes themselves: audits, takes some out of service."""

    def out_of_service(self) -> Script:
        """Take a box out of service, and put it back when whatever it was is mended."""
        used = [box for box in self.life.numbers if self.life.content(box)]
        box = self.dice.choice(used or self.life.numbers)
        for in_service in (False, True):
            if (yield from self.sign_in()):
                self.life.world.tell(f"box {box}: back in service: {in_service}")
                self.tell(i.ServiceAsked(box, in_service))
                yield 0.5
                self.tell(i.StaffLeft())
            yield self.dice.choice([30.0, 900.0, 20_000.0])

    def audit(self) -> Script:
        """Go through the boxes, look, say what is inside; nothing is taken out."""
        if not (yield from self.sign_in()):
            return
        self.life.world.tell("an audit begins or goes on")
        self.life.auditor = self
        try:
            yield from self.go_round()
        finally:
            self.life.auditor = None
        self.tell(i.StaffLeft())

    def go_round(self) -> Script:
        """Open box after box, or skip it; sometimes stop before the end."""
        self.tell(i.AuditAsked(everything=self.often(0.6)))
        for _ in range(self.dice.choice([2, 6, 12])):
            yield 0.3
            audit = self.page("audit")
            if audit is None or audit["at"] is None:
                break
            if self.often(0.1):
                self.tell(i.AuditSkipped())
            else:
                yield from self.ask_for(audit["at"], i.AuditOpened())
        else:
            if self.often(0.5):
                self.tell(i.AuditStopped())

    def use_box(self, box: int, thing: str | None) -> None:
        """Touch nothing; now and then scan the label of the envelope that lies there."""
        held = self.life.content(box)
        if len(held) == 1 and held[0] in self.life.made and self.often(0.4):
            self.life.world.tell(f"the label of {held[0]} is scanned in box {box}")
            self.scan(f"BBG:L:{held[0]}")


class Technician(Person):
    """Opens boxes to test locks."""

    def test_locks(self) -> Script:
        """Ask for a few doors, open and shut them, say what is empty."""
        for _ in range(self.dice.choice([1, 3, 5])):
            box = self.dice.choice(self.life.numbers)
            self.life.world.tell(f"the technician asks for door {box}")
            ticket = f"t{self.life.number()}"
            self.tell(i.TechnicianAsked(ticket, box, "li", "test"))
            yield self.dice.choice([0.4, 3.5])
            if self.life.door(box).open:
                self.life.shut(box)
            yield 0.8
            if not self.life.content(box) and not self.life.door(box).open:
                self.tell(i.TechnicianSawEmpty(box, "li"))
            yield self.dice.choice([1.0, 2.5])
