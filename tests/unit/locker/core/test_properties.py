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
from tests.unit.locker.core.bench_cabinet import BenchCabinet, DiskError, PowerCutError

BOXES = 8
PUTS_IN = {Purpose.DEPOSIT, Purpose.LOAD}
boxes = st.integers(1, BOXES)
some_grant = st.integers(0, 40)


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
    def a_grant_is_used(self, n: int, by_command: bool) -> None:  # noqa: FBT001 - hypothesis names it
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

    # --- what people do -------------------------------------------------------------------

    @rule(choice=st.sampled_from(Choice))
    def a_person_chooses_honestly(self, choice: Choice) -> None:
        if self.cabinet.engine.memory.visit is not None and self._is_true(choice):
            self.do(lambda: self.cabinet.choose(choice))

    def _is_true(self, choice: Choice) -> bool:
        visit = self.cabinet.visit
        door = self.cabinet.doors[visit.compartment]
        match choice:
            case Choice.CONFIRM:
                return (door.content is not None) == (visit.purpose in PUTS_IN)
            case Choice.NOTHING if visit.purpose in PUTS_IN:
                return door.content is None
            case _:
                return True

    @rule(box=boxes)
    def somebody_uses_an_open_door(self, box: int) -> None:
        door, books = self.cabinet.doors[box], self.cabinet.box(box)
        if not door.open or books.condition is Condition.FREE:
            return
        visit = self.cabinet.engine.docket(self.cabinet.clock.moment()).visit
        here = visit is not None and visit.compartment == box
        if door.content is not None:
            door.content = None
        elif visit is not None and here and visit.purpose in PUTS_IN:
            door.content = visit.consignment

    @rule(box=boxes)
    def somebody_pushes_a_door_shut(self, box: int) -> None:
        self.cabinet.doors[box].open = False

    @rule(seconds=st.sampled_from([0.1, 0.3, 1.0, 3.5, 10.0, 65.0, 130.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        step_s = 0.1 if seconds < 20 else 1.0
        self.do(lambda: self.cabinet.wait(seconds, step_s=step_s))

    # --- what breaks ----------------------------------------------------------------------

    @rule(box=boxes, jammed=st.booleans())
    def a_lock_jams(self, box: int, jammed: bool) -> None:  # noqa: FBT001 - hypothesis names it
        self.cabinet.doors[box].jammed = jammed

    @rule(box=boxes, stuck=st.sampled_from([None, None, DoorState.OPEN, DoorState.CLOSED]))
    def a_contact_sticks(self, box: int, stuck: DoorState | None) -> None:
        self.cabinet.doors[box].stuck = stuck

    @rule(silent=st.booleans())
    def the_bus_is_silent(self, silent: bool) -> None:  # noqa: FBT001 - hypothesis names it
        self.cabinet.bus_silent = silent

    @rule(reply=st.sampled_from(PulseResult))
    def the_board_answers_so(self, reply: PulseResult) -> None:
        self.cabinet.reply = reply

    @rule(box=boxes)
    def a_door_is_forced(self, box: int) -> None:
        self.cabinet.doors[box].open = True

    @rule(steps=st.integers(0, 12))
    def the_power_will_be_cut(self, steps: int) -> None:
        self.cabinet.cut_after_steps = steps

    @rule(off_s=st.sampled_from([0.3, 5.0, 90.0]))
    def the_power_is_cut(self, off_s: float) -> None:
        self.cabinet.plug(off_s=off_s)

    @rule()
    def the_disk_refuses_the_next_batch(self) -> None:
        self.cabinet.journal.refuse = True

    @rule(trusted=st.booleans())
    def the_wall_clock_is_believed(self, trusted: bool) -> None:  # noqa: FBT001 - hypothesis names it
        self.cabinet.clock.trusted = trusted

    @invariant()
    def a_visit_has_a_way_on(self) -> None:
        """Nobody is stuck: each visit can be left, or will end or move by itself."""
        if self.cabinet.engine.memory.visit is None or self.cabinet.visit.outcome is not None:
            return
        opening = self.cabinet.phase() is VisitPhase.OPENING
        assert not opening or self.cabinet.engine.memory.watches
        assert self.cabinet.engine.next_due_s() is not None


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True
)
