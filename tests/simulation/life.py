"""A cabinet, its centre and everything around them, alive on one clock: what scripts touch."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from drivers.codec import Pulse
from drivers.family import BoardProfile
from drivers.profile import load_profile, make_codec
from drivers.simulator.cabinet import Cabinet, Door
from drivers.simulator.device import BoardBuild
from drivers.simulator.registry import SIMULATED
from locker.contract.chain import Entry
from locker.contract.digest import badge_lookup
from locker.contract.event import Event, JournalStarted
from locker.contract.layout import Cell, Console, Layout
from locker.contract.vocabulary import Purpose
from locker.core.place import Place
from locker.core.state import Table, VisitRecord
from tests.simulation.centre import BADGE_KEY, Errand, SimulatedCentre, Storage
from tests.simulation.disk import Disk
from tests.simulation.line import Cable
from tests.simulation.machine import Machine, Site, enrol
from tests.simulation.network import Network
from tests.simulation.person import Resident
from tests.simulation.promises import Promises
from tests.simulation.world import PowerCutError, Script, World

BOXES = 8
LONGEST_IDLE_S = 3600.0
PEACEFUL_IDLE_S = 30.0
"""How long nobody looks while everything comes back, before the end is judged."""
FRESH_STEP_S = 1.2
"""How long nobody reads doors while a door or the board may do something by itself."""
LATE_S = 0.01
"""How late what is due is done."""
OFF_S = (0.3, 4.0, 90.0, 5000.0)
NO_CHIP_WALL = 1_600_000_000.0
"""What a PC with an empty clock chip believes."""


class WitnessedCabinet(Cabinet):
    """The true doors, which tell of every pulse."""

    promises: Promises
    late_by_s: list[float]
    """How much later than usual the doors of the next pulses spring open."""

    def pulse(self, door: Door, *, at_s: float, for_s: float, jammed: bool) -> None:
        """See Cabinet."""
        springs = door.springs_at_s
        super().pulse(door, at_s=at_s, for_s=for_s, jammed=jammed)
        if door.springs_at_s is not None and springs is None and self.late_by_s:
            door.springs_at_s += self.late_by_s.pop()
        self.promises.pulsed(door)


@dataclass
class Life:
    """See the module. What the scripts of people and troubles touch."""

    seed: int
    storage: Storage
    made: dict[str, Errand] = field(default_factory=dict)
    """Envelopes that staff have made, by consignment."""
    desk: list[str] = field(default_factory=list)
    """Matters whose papers lie on the desk."""
    auditor: object | None = None
    """Who goes through the boxes now."""
    taken: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    delegated: set[str] = field(default_factory=set)
    """Grants of delegates."""
    excused: set[object] = field(default_factory=set)
    """Boxes and consignments about which somebody erred so that nobody could know."""
    papers: set[str] = field(default_factory=set)
    """What residents put in."""
    matter_of: dict[str, str] = field(default_factory=dict)
    written: set[tuple[str, int, str]] = field(default_factory=set)
    chip_is_empty: int = 0
    enrolments: int = 0
    shut_out: set[str] = field(default_factory=set)
    """Sessions with which nobody gets in at the centre any more."""
    machine: Machine | None = None

    def __post_init__(self) -> None:
        dice = random.Random(f"life {self.seed}")
        self.world = World(dice.randrange(2**32))
        family = dice.choice(list(SIMULATED))
        self.profile: BoardProfile = load_profile(family)
        board, simulated = self.profile.boards[0], SIMULATED[family]
        self.doors = WitnessedCabinet({board: self.profile.channels}, seed=self.seed)
        build = BoardBuild(
            channels=self.profile.channels,
            byte_s=self.profile.byte_s,
            own={name: words[0] for name, words in simulated.own.items()},
        )
        self.device = simulated.device(self.doors, build)
        self.world.on_advance = self.doors.advance
        self.disk = Disk()
        self.centre = SimulatedCentre(self.world, self.storage)
        self.centre.on_news = self._news
        self.network = Network(self.world, self.centre)
        self.cable = Cable(self.world, self.device, byte_s=self.profile.byte_s)
        self.promises = Promises(self)
        self.doors.promises, self.doors.late_by_s = self.promises, []
        self.centre.on_notice = self._noticed
        self.numbers = tuple(range(1, BOXES + 1))
        self._cells = tuple(_cell(n, board) for n in self.numbers)
        self._box_of = {(c.board, c.channel): c.number for c in self._cells}
        codec = make_codec(self.profile)
        self.cable.asks = {codec.encode(Pulse(c.board, c.channel)): c.number for c in self._cells}
        self.cable.on_asked = self.promises.asked
        places = tuple(
            Place(c.number, c.size, c.handle_mm, c.number, top_row=c.number == BOXES)
            for c in self._cells
        )
        console = Console(x=0, y=0, width=400, height=300)
        layout = Layout(name="-", width=4000, height=300, console=console, cells=self._cells)
        self._site = Site(
            self.world, self.cable, self.network, self.profile, layout, places, self.promises
        )
        self.centre.on_answer = self.promises.answered
        self.boots = 0
        self._numbers = 0
        self.world.tell(f"a cabinet of {BOXES} doors on a {family} board")
        self.enrol()

    # --- what is true ---------------------------------------------------------------------

    def cell(self, box: int) -> Cell:
        """Give the wiring of a box."""
        return self._cells[box - 1]

    def door(self, box: int) -> Door:
        """Give the true door."""
        cell = self.cell(box)
        return self.doors.door(cell.board, cell.channel)

    def box_of(self, door: Door) -> int:
        """Give the number of a door."""
        return self._box_of.get((door.board, door.lock), 0)

    def content(self, box: int) -> list[str]:
        """Give what truly lies in a box."""
        return self.door(box).contents

    def lies_at(self, thing: str) -> int | None:
        """Give the box in which something truly lies."""
        return next((box for box in self.numbers if thing in self.content(box)), None)

    def deposits(self) -> dict[int, list[str]]:
        """Give the residents' papers that lie in boxes which the books are not excused for."""
        found = {
            box: [thing for thing in self.content(box) if thing in self.papers]
            for box in self.numbers
            if box not in self.excused
        }
        return {box: things for box, things in found.items() if things}

    def put(self, box: int, thing: str) -> None:
        """Put something into an open box."""
        self.doors.put(self.door(box), thing)
        self.promises.touched()
        self.world.tell(f"{thing} is put into box {box}")
        if thing not in self.made:
            self.papers.add(thing)

    def take_all(self, box: int, *, by: str = "somebody") -> list[str]:
        """Take everything out of an open box."""
        things = list(self.content(box))
        for thing in things:
            self.doors.take(self.door(box), thing)
            self.taken.add(thing)
            if by == "staff" and thing in self.matter_of:
                self.desk.append(self.matter_of[thing])
        self.excused.discard(box)
        self.promises.touched()
        self.world.tell(f"{by} takes {', '.join(things)} out of box {box}")
        return things

    def shut(self, box: int) -> None:
        """Push a door shut."""
        self.doors.shut(self.door(box), self.world.now_s)
        self.promises.touched()
        self.world.tell(f"door {box} is pushed shut")

    def force(self, box: int) -> None:
        """Open a door without its lock."""
        self.doors.open_by_hand(self.door(box), self.world.now_s)
        self.promises.touched()
        self.world.tell(f"door {box} is forced open")

    def excuse(self, *what: object) -> None:
        """Note what nobody can know from now on."""
        self.excused.update(what)

    # --- what people ask ------------------------------------------------------------------

    def number(self) -> int:
        """Give a number that was not given before."""
        self._numbers += 1
        return self._numbers

    def badge_lookup(self, secret: str) -> str:
        """Give a badge's keyed look-up."""
        return badge_lookup(secret, badge_key=BADGE_KEY)

    def grant_of(self, visit: str) -> str | None:
        """Give the grant that a visit is of."""
        found = self._visit(visit)
        return None if found is None else found.grant

    def loading(self, visit: str) -> str | None:
        """Give the consignment that a visit is there to load; None where it is none of loading."""
        found = self._visit(visit)
        is_load = found is not None and found.purpose is Purpose.LOAD
        return found.consignment if found is not None and is_load else None

    def _visit(self, visit: str) -> VisitRecord | None:
        if self.machine is None:
            return None
        found = self.machine.engine.state.get(Table.VISIT, visit)
        return found if isinstance(found, VisitRecord) else None

    def busy_box(self) -> int | None:
        """Give the box of the visit on the glass."""
        if self.machine is None:
            return None
        visit = self.machine.engine.docket_for_reading().visit
        return None if visit is None else visit.compartment

    # --- what the parts tell --------------------------------------------------------------

    def wrote(self, events: Sequence[Event], entries: Sequence[Entry]) -> None:
        """See promise.Promises."""
        for event, entry in zip(events, entries, strict=True):
            self.written.add((entry.journal, entry.sequence, entry.hash))
            self.world.tell(f"· {_plain(event)}")
            if isinstance(event, JournalStarted):
                # From here on nothing is believed that nobody has looked at.
                self.excused.difference_update(self.numbers)

    def _news(self) -> None:
        if self.machine is not None:
            self.machine.news_at_s = self.machine.mono_s()

    def _noticed(self, consignment: str) -> None:
        self.promises.notified(consignment)
        made = self.made.get(consignment)
        if made is not None:
            dice = random.Random(f"collector {self.seed} {len(self.made)}")
            at_s = self.world.now_s + dice.choice([1.0, 30.0, 900.0, 20_000.0])
            self.world.begin(Resident(self, dice).collect(made), at_s=at_s)

    # --- living ---------------------------------------------------------------------------

    def run(self, until_s: float) -> None:
        """Let time pass."""
        while self.world.now_s < until_s:
            try:
                self._turn(until_s)
            except PowerCutError:
                self._lights_out()

    def boot(self) -> None:
        """Power comes."""
        self.boots += 1
        if self.chip_is_empty:
            self.chip_is_empty -= 1
            self.world.wall_error_s = NO_CHIP_WALL - self.world.true_wall
            self.world.synchronised = False
        self.world.tell(f"boot {self.boots}")
        self.machine = Machine(self._site, self.disk, f"b{self.boots}")

    def put_in(self, disk: Disk) -> None:
        """Put another disk in: what it does not know, nobody there can know.

        One that the centre does not know as the cabinet's is enrolled.
        """
        if self.world.peaceful:
            return
        self.stop()
        self.disk = disk
        self.excused.update(self.numbers)
        self.promises.replaced(event for event, _ in disk.events())
        self.enrol_if_shut_out()
        self.world.begin(self._power_back(5.0))

    def enrol_if_shut_out(self) -> None:
        """Let a technician take the cabinet in again where the centre does not let it in."""
        if not self.centre.lets_in(self.disk.token):
            self.stop()
            self.enrol()
            self.world.begin(self._power_back(5.0))

    def enrol(self) -> None:
        """Enrol the cabinet, which is off, with the disk that is in it."""
        self.enrolments += 1
        n = self.enrolments
        self.world.tell(f"enrolment {n}")
        self.shut_out.add(self.disk.token)
        enrol(self._site, self.disk, token=f"session {n}", journal=f"j{n:05}")
        self.shut_out.discard(self.disk.token)
        self.promises.enrolled()

    def revoke(self) -> None:
        """The operator revokes the cabinet."""
        self.world.tell("the cabinet is revoked")
        self.centre.revoke()
        self.shut_out.add(self.disk.token)

    def heal(self) -> None:
        """Repair everything, for ever."""
        self.world.peaceful = True
        self.device.faults.clear()
        self.doors.late_by_s.clear()
        self.cable.plugged, self.cable.pull_after_bytes, self.cable.noise_left = True, None, 0
        self.network.up, self.network.slow_s = True, 0.02
        self.network.lose_requests = self.network.lose_answers = 0
        self.world.wall_error_s, self.world.synchronised = 0.0, True
        self.chip_is_empty = 0
        for box in self.numbers:
            if self.door(box).open:
                self.shut(box)
        self.enrol_if_shut_out()
        if self.machine is not None:
            self.machine.journal.refuses, self.machine.journal.full = 0, False
        else:
            self.world.begin(self._power_back(1.0))
        self.world.tell("everything is repaired")

    def drained(self) -> bool:
        """Whether everything on the disk has arrived."""
        return self.machine is not None and self.machine.journal.acked == len(self.disk.rows)

    def _turn(self, until_s: float) -> None:
        world, machine = self.world, self.machine
        if world.do_due():
            return
        next_s = min(world.next_s() or until_s, until_s)
        if machine is None:
            world.advance(next_s)
            return
        step_s = self._idle_s(machine)
        if step_s:
            world.advance(min(next_s, world.now_s + step_s))
        machine.turn()

    def _idle_s(self, machine: Machine) -> float:
        """Give how far the clock may be moved because nothing moves by itself."""
        memory = machine.engine.memory
        springs_s = self.doors.next_move_s()
        soon = springs_s is not None and springs_s < self.world.now_s + FRESH_STEP_S
        if memory.watches or memory.retry_wanted or soon:
            return 0.0
        waited_for = memory.visit or memory.staff or memory.refused
        if not memory.ready or springs_s is not None or (waited_for and not self._line_is_well()):
            return FRESH_STEP_S
        due_s = machine.engine.next_due_s(readings=False)
        longest_s = PEACEFUL_IDLE_S if self.world.peaceful else LONGEST_IDLE_S
        if due_s is None:
            return longest_s
        return min(max(due_s - machine.mono_s(), 0.0) + LATE_S, longest_s)

    def _line_is_well(self) -> bool:
        """Whether nothing but time and people can change what the board tells."""
        return self.cable.plugged and not self.cable.noise_left and not self.device.faults.are_any()

    def stop(self) -> None:
        """Let the machine go dark."""
        if self.machine is not None:
            self.machine.off()
            self.machine = None

    def _lights_out(self) -> None:
        self.stop()
        self.world.begin(self._power_back(self.world.dice.choice(OFF_S)))

    def _power_back(self, off_s: float) -> Script:
        yield off_s
        if self.machine is None:
            self.boot()


def _cell(number: int, board: int) -> Cell:
    return Cell(
        number=number, size="SML"[(number - 1) % 3], x=400 * number, y=0, width=400, height=300,
        handle_mm=400 + 150 * (number - 1), board=board, channel=number,
    )  # fmt: skip


def _plain(event: Event) -> str:
    fields = dataclasses.fields(event)
    hidden = {"code_digest", "digest", "lookup", "key", "public"}
    shown = {f.name: getattr(event, f.name) for f in fields if f.name not in hidden}
    words = " ".join(f"{k}={v}" for k, v in shown.items() if v not in {None, "", ()})
    return f"{event.kind} {words}"
