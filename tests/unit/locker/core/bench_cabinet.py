"""A small whole cabinet for tests of the core: true doors and boxes, clock, journal and plug.

The journal keeps SQLite's promise: a batch is whole or absent, and a restart gets the records and
nothing else. Every turn is checked by `bench_witness` as it happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from locker.contract import event as e
from locker.contract.event import Event
from locker.contract.vocabulary import (
    Capability,
    Choice,
    Condition,
    DoorState,
    GrantState,
    LastFour,
    Purpose,
    VisitPhase,
)
from locker.core import input as i
from locker.core import visit as visits
from locker.core.effect import PulseLock
from locker.core.engine import Engine, Turn
from locker.core.fold import fold
from locker.core.input import PulseResult, Settings
from locker.core.moment import Moment
from locker.core.place import Place
from locker.core.state import (
    AttemptRecord,
    CompartmentRecord,
    Draft,
    GrantRecord,
    State,
    VisitRecord,
)
from tests.unit.locker.core.bench_witness import Witness

E = TypeVar("E", bound=Event)
YEAR_S = 365 * 86_400.0
START_WALL = 1_800_000_000.0
ALL_STAFF = tuple(Capability)


def make_places(count: int = 24) -> tuple[Place, ...]:
    """Give places whose handles rise by 75 mm in columns of eight; the eighth is the top row."""
    return tuple(
        Place(n, "SML"[(n - 1) % 3], 400 + 150 * ((n - 1) % 8), n, top_row=(n - 1) % 8 == 7)
        for n in range(1, count + 1)
    )


@dataclass
class FakeClock:
    """Monotonic and wall seconds that move only when told."""

    mono_s: float = 100.0
    wall: float = START_WALL
    trusted: bool = True
    floor: float = START_WALL

    def pass_s(self, seconds: float) -> None:
        """Let time pass on all clocks, in whole milliseconds so that sums stay exact."""
        self.mono_s = round(self.mono_s + seconds, 3)
        self.wall = round(self.wall + seconds, 3)
        self.floor = round(self.floor + seconds, 3)

    def moment(self) -> Moment:
        """Read all clocks at once."""
        return Moment(self.mono_s, self.wall, self.trusted, self.floor)


@dataclass
class FakeDoor:
    """One door as it truly is. `stuck`: what its contact says for ever, whatever is true.

    `forced`: opened with no pulse; no honest person puts anything in or takes anything out then.
    """

    open: bool = False
    content: str | None = None
    jammed: bool = False
    stuck: DoorState | None = None
    forced: bool = False
    spring_s: float = 0.08
    springs_at_s: float | None = None

    def contact(self, now_s: float) -> DoorState:
        """Give what the contact says now."""
        if self.springs_at_s is not None and now_s >= self.springs_at_s:
            self.open, self.forced, self.springs_at_s = True, False, None
        if self.stuck is not None:
            return self.stuck
        return DoorState.OPEN if self.open else DoorState.CLOSED


class DiskError(Exception):
    """The fake journal was told to refuse this batch."""


@dataclass
class FakeJournal:
    """Batches of events, and the records that they left; `refuse` makes the next batch absent."""

    events: list[tuple[Event, float]] = field(default_factory=list)
    state: State = field(default_factory=State)
    refuse: bool = False

    def commit(self, turn: Turn, wall: float) -> None:
        """Take a turn whole, or not at all."""
        if self.refuse and turn.events:
            raise DiskError
        self.events.extend((event, wall) for event in turn.events)
        self.state.put(turn.changes)

    def replay(self) -> State:
        """Fold all events again, one at a time."""
        state = State()
        for event, wall in self.events:
            draft = Draft(state)
            fold(draft, event, wall)
            state.put(draft.changes)
        return state


class PowerCutError(Exception):
    """The plug was pulled at a chosen step."""


class BenchCabinet:
    """Engine, doors, clock and journal; `wait` lets the wire and the doors do their part."""

    def __init__(self, *, count: int = 24, settings: Settings | None = None) -> None:
        self.clock = FakeClock()
        self.places = make_places(count)
        self.settings = settings or Settings()
        self.doors = {place.number: FakeDoor() for place in self.places}
        self.journal = FakeJournal()
        self.witness = Witness()
        self.reply = PulseResult.ACKNOWLEDGED
        self.bus_silent = False
        self.silent: set[int] = set()
        self.wire: list[PulseLock] = []
        self.cut_after_steps: int | None = None
        self.engine = Engine(self.places, State(), self.settings)
        self.tell(i.NewsCame(0))  # nothing: an engine that was not started yet takes it calmly
        self._boot(last_alive=None)

    # --- one turn -------------------------------------------------------------------------

    def tell(self, happened: i.Input) -> Turn:
        """Hand one input over as the daemon does: handle, commit, adopt, carry out."""
        self._step()
        before = (self.engine.state.records(), self.engine.memory)
        turn = self.engine.handle(happened, self.clock.moment())
        assert before == (self.engine.state.records(), self.engine.memory), "handle changed state"
        self._step()
        self.journal.commit(turn, self.clock.wall)
        self._step()
        self.engine.adopt(turn)
        self.wire.extend(effect for effect in turn.effects if isinstance(effect, PulseLock))
        self.witness.saw_turn(turn, self)
        self._step()
        return turn

    def _step(self) -> None:
        if self.cut_after_steps is not None:
            self.cut_after_steps -= 1
            if self.cut_after_steps < 0:
                raise PowerCutError

    # --- the world ------------------------------------------------------------------------

    def wait(self, seconds: float, *, step_s: float = 0.1) -> None:
        """Let time pass: pulses go out, doors spring, the board is read at every step."""
        ends_s = self.clock.mono_s + seconds
        while True:
            self._work_wire()
            left_s = ends_s - self.clock.mono_s
            if left_s <= 1e-9:
                return
            self.clock.pass_s(min(step_s, left_s))
            self.read()

    def read(self) -> None:
        """Read the board once, or find it silent."""
        now_s = self.clock.mono_s
        if self.bus_silent:
            self.tell(i.BoardSilent(frozenset(self.doors), now_s, "no reply"))
            return
        heard = self.doors.keys() - self.silent
        contacts = {number: self.doors[number].contact(now_s) for number in heard}
        self.tell(i.DoorsRead(contacts, now_s))

    def _work_wire(self) -> None:
        while self.wire:
            job = self.wire.pop(0)
            at_s = self.clock.mono_s
            result = PulseResult.NOT_SENT if at_s >= job.not_after_s else self.reply
            if result is not PulseResult.NOT_SENT:
                self._step()
                self.witness.saw_pulse(job, self)
                door = self.doors[job.compartment]
                if not door.jammed and not door.open:
                    door.springs_at_s = at_s + door.spring_s
                self._step()
            self.tell(i.PulseDone(job.attempt, result, at_s))

    def plug(self, *, off_s: float = 5.0) -> None:
        """Cut the power and boot again on the records alone; doors stay as they truly are."""
        last_alive = self.clock.wall
        self.cut_after_steps = None
        self.wire.clear()
        self.journal.refuse = False
        self.clock.pass_s(off_s)
        self.engine = Engine(self.places, State(self.journal.state.records()), self.settings)
        self._boot(last_alive=last_alive)

    def _boot(self, *, last_alive: float | None) -> None:
        boot = f"b{len(self.journal.events)}"
        if last_alive is None:
            self.journal.commit(self._first_entry(), self.clock.wall)
            self.engine = Engine(self.places, State(self.journal.state.records()), self.settings)
        self.tell(i.Started(boot, "0.1", last_alive))
        self.read()

    def _first_entry(self) -> Turn:
        draft = Draft(State())
        started = e.JournalStarted("j-1234567", "first")
        fold(draft, started, self.clock.wall)
        return Turn((started,), draft.changes, (), self.engine.memory)

    # --- people and the centre ------------------------------------------------------------

    def put_grant(
        self,
        grant: str,
        purpose: Purpose,
        consignment: str,
        *,
        code: str | None = None,
        life_s: float = YEAR_S,
        last_four: str | None = None,
    ) -> None:
        """Let the centre's news bring a grant; `last_four`: digest of the code and four digits."""
        now = self.clock.wall
        put = e.GrantPut(
            grant, purpose, consignment, now, now + life_s, "news", reference="R1",
            code_digest=code, last_four=None if last_four is None else LastFour.PHONE,
            last_four_digest=last_four,
        )  # fmt: skip
        self.news(put)

    def news(self, *items: i.NewsValue, snapshot: bool = False) -> Turn:
        """Let the next page of news come."""
        return self.tell(i.NewsCame(Draft(self.engine.state).ledger.news + 1, items, snapshot))

    def command(self, grant: str, *, left_s: float | None = 20.0) -> Turn:
        """Let the centre command an opening, under a fresh id."""
        return self.tell(i.OpenCommanded(f"k{len(self.journal.events)}", grant, left_s))

    def sign_in(self, capabilities: tuple[Capability, ...] = ALL_STAFF) -> None:
        """Let a member of staff show badge and PIN; one who is signed in leaves first."""
        self.tell(i.StaffLeft())
        ends = max(self.clock.wall, self.clock.floor) + YEAR_S
        self.news(e.StaffPut("s1", "badge", "badge+pin", capabilities, ends))
        self.tell(i.BadgeShown("badge"))
        self.tell(i.PinTyped("badge", "badge+pin"))
        assert self.engine.memory.staff is not None
        assert self.engine.memory.staff.signed_in

    def choose(self, choice: Choice) -> Turn:
        """Press a choice of the visit on the glass."""
        return self.tell(i.Chosen(self.engine.memory.visit or "", choice))

    def ask(self, shown: i.Input) -> None:
        """Show or press what asks for a door, and wait as long as a door needs to spring."""
        self.tell(shown)
        self.wait(0.3)

    def shut(self, compartment: int | None = None, *, then: Choice | None = None) -> None:
        """Push a door shut, the visit's where none is named, and let it be read; `then` answer."""
        self.doors[compartment or self.visit.compartment].open = False
        self.wait(0.2)
        if then is not None:
            self.choose(then)

    def take_all(self) -> None:
        """Let somebody empty the open box, push its door shut and say so."""
        self.doors[self.visit.compartment].content = None
        self.shut(then=Choice.CONFIRM)

    def deposit(self, grant: str, consignment: str) -> int:
        """Let somebody drop papers off, all of it, and confirm; give the compartment."""
        self.put_grant(grant, Purpose.DEPOSIT, consignment)
        self.command(grant)
        self.wait(0.3)
        return self._put_in(consignment)

    def load(self, grant: str, consignment: str) -> int:
        """Let the signed-in staff load an envelope and confirm; give the compartment."""
        self.put_grant(grant, Purpose.LOAD, consignment)
        self.ask(i.LabelShown(consignment))
        return self._put_in(consignment)

    def _put_in(self, consignment: str) -> int:
        box = self.visit.compartment
        self.doors[box].content = consignment
        self.shut(then=Choice.CONFIRM)
        self.wait(2.0)
        return box

    # --- what is held ---------------------------------------------------------------------

    @property
    def visit(self) -> VisitRecord:
        """The visit that the glass is for."""
        found = self.engine.state.get(VisitRecord.table, self.engine.memory.visit or "")
        assert isinstance(found, VisitRecord)
        return found

    def phase(self) -> VisitPhase:
        """What the person at the glass is living through."""
        door = self.engine.docket(self.clock.moment()).door(self.visit.compartment)
        return visits.phase(self.engine.state, self.visit, door)

    def attempt(self) -> AttemptRecord:
        """The latest attempt of the visit on the glass."""
        found = self.engine.state.get(AttemptRecord.table, self.visit.attempt or "")
        assert isinstance(found, AttemptRecord)
        return found

    def grant(self, grant: str) -> GrantRecord:
        """A grant as the cabinet holds it."""
        found = self.engine.state.get(GrantRecord.table, grant)
        assert isinstance(found, GrantRecord)
        return found

    def grant_state(self, grant: str) -> GrantState:
        """Where a grant stands."""
        return self.grant(grant).state

    def box(self, compartment: int) -> CompartmentRecord:
        """The books of a compartment."""
        found = self.engine.state.get(CompartmentRecord.table, str(compartment))
        assert isinstance(found, CompartmentRecord)
        return found

    def condition(self, compartment: int) -> Condition:
        """What the books say of a compartment."""
        return self.box(compartment).condition

    def refusal(self) -> str | None:
        """The code of what the glass refuses now."""
        refused = self.engine.memory.refused
        return None if refused is None else refused.failure.name

    def events(self, kind: type[E]) -> list[E]:
        """All committed events of a kind."""
        return [event for event, _ in self.journal.events if isinstance(event, kind)]
