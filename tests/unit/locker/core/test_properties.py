"""Whatever people and hardware do, and wherever the power is cut: the promises hold.

The promises are in `bench_witness`, judged after every turn. A failure prints a short replay.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from locker.contract import event as e
from locker.contract.vocabulary import Choice, Condition, DoorState, Purpose, VisitPhase
from locker.core import input as i
from locker.core.input import PulseResult
from tests.unit.locker.core.bench_cabinet import (
    ALL_STAFF,
    YEAR_S,
    BenchCabinet,
    DiskError,
    PowerCutError,
)

BOXES = 8
PUTS_IN = {Purpose.DEPOSIT, Purpose.LOAD}
boxes = st.integers(1, BOXES)
some_grant = st.integers(0, 40)
FAULTS = (
    "lock jams",
    "contact open for ever",
    "contact shut for ever",
    "contact flickers",
    "bus silent",
    "door forced",
    "disk refuses",
    "clock not believed",
)


class Life(RuleBasedStateMachine):
    """Random days of a small cabinet."""

    def __init__(self) -> None:
        super().__init__()
        self.cabinet = BenchCabinet(count=BOXES)
        self.grants: list[str] = []
        self.consignments: list[str] = []

    @initialize()
    def staff_is_known(self) -> None:
        self.cabinet.sign_in()

    def do(self, act: Callable[[], object]) -> None:
        """Act; where the power is cut meanwhile, boot again; a refused batch is not there."""
        try:
            act()
        except PowerCutError:
            self.cabinet.plug(off_s=0.3)
        except DiskError:
            self.cabinet.journal.refuse = False

    # --- who may --------------------------------------------------------------------------

    @rule(purpose=st.sampled_from(Purpose), n=some_grant)
    def a_grant_comes(self, purpose: Purpose, n: int) -> None:
        name = f"g{len(self.grants)}"
        cabinet = self.cabinet
        self.grants.append(name)
        consignment = f"c{len(self.consignments)}"
        if purpose in PUTS_IN:
            self.consignments.append(consignment)
        elif self.consignments:
            consignment = self.consignments[n % len(self.consignments)]
        self.do(lambda: cabinet.put_grant(name, purpose, consignment, code=f"code-{name}"))

    @rule(n=some_grant, by_command=st.booleans())
    def a_grant_is_used(self, *, n: int, by_command: bool) -> None:
        if self.grants:
            name = self.grants[n % len(self.grants)]
            shown = i.CodeTyped(f"code-{name}")
            command = lambda: self.cabinet.command(name)  # noqa: E731 - one of two acts
            self.do(command if by_command else lambda: self.cabinet.tell(shown))

    @rule(n=some_grant)
    def a_grant_is_revoked(self, n: int) -> None:
        if self.grants:
            name = self.grants[n % len(self.grants)]
            self.do(lambda: self.cabinet.news(e.GrantRevoked(name, "withdrawn")))

    @rule(n=some_grant)
    def staff_scan_a_label(self, n: int) -> None:
        consignment = self.consignments[n % len(self.consignments)] if self.consignments else "c"
        self.do(lambda: self.cabinet.tell(i.LabelShown(consignment)))

    @rule(box=boxes)
    def staff_ask_for_a_door(self, box: int) -> None:
        self.do(lambda: self.cabinet.tell(i.StaffDoorAsked(box)))

    @rule(box=boxes)
    def staff_take_back_what_was_kept_too_long(self, box: int) -> None:
        self.do(lambda: self.cabinet.tell(i.RecallAsked(box)))

    @rule(box=boxes, in_service=st.booleans())
    def staff_put_a_box_out_of_service_or_back(self, *, box: int, in_service: bool) -> None:
        self.do(lambda: self.cabinet.tell(i.ServiceAsked(box, in_service)))

    @rule(
        step=st.sampled_from(
            [
                i.AuditAsked(everything=False),
                i.AuditAsked(everything=True),
                i.AuditOpened(),
                i.AuditSkipped(),
                i.AuditStopped(),
            ]
        )
    )
    def staff_audit(self, step: i.AuditInput) -> None:
        self.do(lambda: self.cabinet.tell(step))

    @rule()
    def a_colleague_vouches(self) -> None:
        ends = self.cabinet.clock.wall + YEAR_S
        badge = e.StaffPut("s2", "badge2", "badge2+pin", ALL_STAFF, ends)
        self.do(lambda: self.cabinet.news(badge))
        self.do(lambda: self.cabinet.tell(i.BadgeShown("badge2")))
        self.do(lambda: self.cabinet.tell(i.PinTyped("badge2", "badge2+pin")))

    @rule(box=boxes, by=st.sampled_from(["lin", "wu"]))
    def a_technician_asks_for_a_door(self, box: int, by: str) -> None:
        self.do(lambda: self.cabinet.tell(i.TechnicianAsked("t", box, by, "hinge")))

    @rule(days=st.integers(1, 20))
    def days_pass(self, days: int) -> None:
        self.cabinet.clock.pass_s(days * 86_400.0)
        self.do(lambda: self.cabinet.wait(0.2))

    @rule()
    def staff_sign_in_again(self) -> None:
        self.do(lambda: self.cabinet.tell(i.BadgeShown("badge")))
        self.do(lambda: self.cabinet.tell(i.PinTyped("badge", "badge+pin")))

    @rule()
    def somebody_walks_in(self) -> None:
        n = len(self.grants)
        self.grants += [f"w{n}", f"g{n + 1}"]
        ask = i.WalkInAsked(f"w{n}", f"g{n + 1}", f"w-c{n}", "7", "12345678", f"code-g{n + 1}")
        self.do(lambda: self.cabinet.tell(ask))
        self.do(lambda: self.cabinet.tell(i.WalkInNoted()))

    @rule(purpose=st.sampled_from(Purpose), box=boxes, wait_s=st.sampled_from([0.0, 0.3, 3.3]))
    def somebody_comes_with_a_good_grant(self, purpose: Purpose, box: int, wait_s: float) -> None:
        """The way most visits begin: a grant for what is there, or for what is brought."""
        name, number = f"g{len(self.grants)}", len(self.consignments)
        held = self.cabinet.box(box).consignment
        if purpose in PUTS_IN:
            held = f"c{number}"
            self.consignments.append(held)
        if held is None:
            return
        self.grants.append(name)
        consignment = held

        def come() -> None:
            self.cabinet.put_grant(name, purpose, consignment, code=f"code-{name}")
            if purpose is Purpose.LOAD:
                self.cabinet.tell(i.LabelShown(consignment))
            elif purpose in {Purpose.DEPOSIT, Purpose.COLLECT}:
                self.cabinet.tell(i.CodeTyped(f"code-{name}"))
            else:
                self.cabinet.tell(i.StaffDoorAsked(box))
            self.cabinet.wait(wait_s)

        self.do(come)

    @rule(acts=st.booleans(), choice=st.sampled_from(Choice), wait_s=st.sampled_from([0.2, 2.1]))
    def who_stands_at_the_door_goes_on(
        self,
        *,
        acts: bool,
        choice: Choice,
        wait_s: float,
    ) -> None:
        """Put in or take out, or not; push the door shut; answer; wait a little."""
        if self.cabinet.engine.memory.visit is None:
            return
        box = self.cabinet.visit.compartment
        if acts:
            self.somebody_uses_an_open_door(box)
        self.cabinet.doors[box].open = False
        self.do(lambda: self.cabinet.wait(wait_s))
        if self._may_say(choice):
            self.do(lambda: self.cabinet.choose(choice))
            self.do(lambda: self.cabinet.wait(wait_s))

    # --- what people do -------------------------------------------------------------------

    @rule(choice=st.sampled_from(Choice))
    def a_person_chooses_honestly(self, choice: Choice) -> None:
        if self._may_say(choice):
            self.do(lambda: self.cabinet.choose(choice))

    def _may_say(self, choice: Choice) -> bool:
        return self.cabinet.engine.memory.visit is not None and self._is_true(choice)

    def _is_true(self, choice: Choice) -> bool:
        visit = self.cabinet.visit
        door = self.cabinet.doors[visit.compartment]
        match choice:
            case Choice.CONFIRM:
                return (door.content is not None) == (visit.purpose in PUTS_IN)
            case Choice.NOTHING | Choice.LARGER if visit.purpose in PUTS_IN:
                return door.content is None
            case Choice.NOTHING if visit.purpose is Purpose.MAINTAIN:
                return door.content is not None
            case Choice.SAW_OPEN:
                return door.open
            case Choice.SAW_SHUT:
                return not door.open
            case _:
                return True

    @rule(box=boxes)
    def somebody_uses_an_open_door(self, box: int) -> None:
        door, books = self.cabinet.doors[box], self.cabinet.box(box)
        if not door.open or door.forced or books.condition is Condition.FREE:
            return
        visit = self.cabinet.engine.docket(self.cabinet.clock.moment()).visit
        if door.content is not None:
            door.content = None
        elif visit is not None and visit.compartment == box and visit.purpose in PUTS_IN:
            door.content = visit.consignment

    @rule(box=boxes)
    def somebody_pushes_a_door_shut(self, box: int) -> None:
        self.cabinet.doors[box].open = False

    @rule(seconds=st.sampled_from([0.1, 0.3, 1.0, 3.5, 10.0, 65.0, 130.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        step_s = 0.1 if seconds < 20 else 1.0
        self.do(lambda: self.cabinet.wait(seconds, step_s=step_s))

    # --- what breaks ----------------------------------------------------------------------

    @rule(box=boxes, fault=st.sampled_from(FAULTS))
    def something_breaks(self, box: int, fault: str) -> None:
        cabinet = self.cabinet
        if cabinet.engine.memory.visit is not None:
            box = cabinet.visit.compartment
        door = cabinet.doors[box]
        match fault:
            case "lock jams":
                door.jammed = True
            case "contact open for ever":
                door.stuck = DoorState.OPEN
            case "contact shut for ever":
                door.stuck = DoorState.CLOSED
            case "contact flickers":
                for state in (DoorState.OPEN, DoorState.CLOSED) * 4:
                    door.stuck = state
                    self.do(lambda: cabinet.wait(0.2))
                door.stuck = None
            case "bus silent":
                cabinet.bus_silent = True
            case "door forced":
                door.forced = door.forced or not door.open
                door.open = True
            case "disk refuses":
                cabinet.journal.refuse = True
            case _:
                cabinet.clock.trusted = False

    @rule(reply=st.sampled_from(PulseResult))
    def the_board_answers_so(self, reply: PulseResult) -> None:
        self.cabinet.reply = reply

    @rule()
    def everything_is_repaired(self) -> None:
        cabinet = self.cabinet
        cabinet.bus_silent, cabinet.reply = False, PulseResult.ACKNOWLEDGED
        cabinet.clock.trusted = True
        for door in cabinet.doors.values():
            door.jammed, door.stuck = False, None

    @rule(steps=st.integers(0, 12))
    def the_power_will_be_cut(self, steps: int) -> None:
        self.cabinet.cut_after_steps = steps

    @rule(off_s=st.sampled_from([0.3, 5.0, 90.0]))
    def the_power_is_cut(self, off_s: float) -> None:
        self.cabinet.plug(off_s=off_s)

    @invariant()
    def a_visit_has_a_way_on(self) -> None:
        """Nobody is stuck: each visit can be left, or will end or move by itself."""
        if self.cabinet.engine.memory.visit is None or self.cabinet.visit.outcome is not None:
            return
        opening = self.cabinet.phase() is VisitPhase.OPENING
        assert not opening or self.cabinet.engine.memory.watches
        assert self.cabinet.engine.next_due_s() is not None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40)
