"""A cabinet of the daemon's own parts on a fake clock: core worker, journal, edge and sync workers.

Only the wire is played: true doors that spring when pulsed. The journal is a real file, and what
goes to a centre goes over HTTP where one is given. No thread: a test says what happens next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from drivers.scanners import Scan
from locker.centre_client import CentreClient
from locker.clock import Clock
from locker.contract.centre import DoorNow
from locker.contract.vocabulary import Choice, Condition, DoorState, VisitPhase
from locker.core import visit as visits
from locker.core.effect import PulseLock
from locker.core.engine import Engine
from locker.core.input import Chosen, DoorsRead, Input, PulseDone, PulseResult, Settings, Started
from locker.core.place import Place
from locker.core.state import CompartmentRecord, LedgerRecord, Table, VisitRecord
from locker.core_worker import CoreWorker, Outlets
from locker.credential import CabinetSecrets, CredentialEdge, KeyRing
from locker.events_worker import EventsSource, EventsWorker
from locker.identity import Identity
from locker.inbox import Inbox
from locker.journal.journal import Journal
from locker.journal.outbox import Outbox
from locker.news_worker import NewsWorker
from locker.recorder import UNRECORDED, Recorder
from locker.view import Around, Shown
from tests.unit.locker.fake_clock import FakeClock

WALL = 1_800_000_000.0
DOORS = 24
STEP_S = 0.1
SPRING_S = 0.08


@dataclass
class FakeTime:
    """Monotonic and wall clock that move together; the wall may be pushed by itself."""

    mono: FakeClock = field(default_factory=FakeClock)
    wall: FakeClock = field(default_factory=lambda: FakeClock(WALL))
    synchronised: bool = True

    def push(self, seconds: float) -> None:
        self.mono.push(seconds)
        self.wall.push(seconds)


def make_places(count: int = DOORS) -> tuple[Place, ...]:
    return tuple(Place(n, "M", 900, n) for n in range(1, count + 1))


class WrittenCabinet:
    """`start` opens the journal in `folder`; `end` gives it back, as a power cut would."""

    def __init__(self, folder: Path, time: FakeTime, *, identity: Identity | None = None) -> None:
        self.folder = folder
        self.time = time
        self.identity = identity
        self.open: set[int] = set()
        self.wire: list[PulseLock] = []
        self.pulses: list[str] = []
        self.shown: dict[str, Shown] = {}
        folder.mkdir(parents=True, exist_ok=True)

    # --- the process ----------------------------------------------------------------------

    def start(self, *, url: str = "") -> None:
        """Come up: journal, core and, where there is a centre to speak to, both sync workers."""
        clock = Clock(mono=self.time.mono, wall=self.time.wall, synchronised=self._synchronised)
        self.journal = Journal.open(self.path, stamp=clock.stamp(clock.moment()))
        clock.know_past(self.journal.last_trusted_wall())
        self.clock = clock
        self.inbox = Inbox()
        self.keys = KeyRing()
        self.engine = Engine(make_places(), self.journal.load_state(), Settings())
        self.recorder = Recorder(self.journal, mark=self.folder.parent / UNRECORDED)
        if self.identity is not None:
            self._connect(self.identity, url)
        self.core = CoreWorker(
            self.engine, self.recorder, clock=clock, inbox=self.inbox, outlets=self._outlets()
        )
        self.core.learn_keys()
        alive = self.journal.boot_alive
        self.core.handle(Started(clock.boot, "test", alive.wall if alive else None))
        self.read_doors()

    def _connect(self, identity: Identity, url: str) -> None:
        enrolment = identity.enrolment
        since = enrolment.tokens_from(self.journal.id, began=self.journal.began)
        known = CabinetSecrets(identity.cabinet, identity.keys.badge_key, since)
        self.edge = CredentialEdge(known, self.keys, hold=lambda _: None)
        self.outbox = Outbox(self.path)

        def client() -> CentreClient:
            where = url or enrolment.centre
            mono = self.time.mono
            return CentreClient(
                identity, where, ca_file=None, clock=mono, centre_time=self.clock.centre
            )

        self.events = EventsWorker(
            EventsSource(self.path, self.journal.acked, identity),
            client(), doors=self._doors, clock=self.time.mono, tell=self.inbox.put,
        )  # fmt: skip
        ledger = self.engine.state.get(Table.LEDGER, "")
        self.news = NewsWorker(
            client(), after=ledger.news if isinstance(ledger, LedgerRecord) else 0,
            centre_time=self.clock.centre, clock=self.time.mono, tell=self._news_came,
            line_is_back=self.events.line_is_back,
        )  # fmt: skip

    def use(self, url: str) -> None:
        """Let both sync workers look for the centre elsewhere: the line is cut, or back."""
        for worker in (self.events, self.news):
            worker._client._url = url

    def end(self) -> None:
        """Cut the power: nothing is said to anybody, and the files are as they are."""
        if self.identity is not None:
            self.outbox.close()
            self.events._client.close()
            self.news._client.close()
        self.journal.close()
        self.wire.clear()

    @property
    def path(self) -> Path:
        return self.folder / "journal.db"

    def _outlets(self) -> Outlets:
        connected = self.identity is not None
        return Outlets(
            pulse=self.wire.append,
            watch=lambda _: None,
            print_slip=lambda _: None,
            publish=self.shown.update,
            learn_keys=self.keys.learn,
            events_wait=lambda: None,
            news_settled=self.news.settled if connected else lambda _: None,
            forked=self.edge.refuse_before if connected else lambda _: None,
            around=lambda _s, _ok: Around(),
            witness=lambda _: None,
            sign_checkpoint=self.identity.sign_checkpoint if self.identity else None,
        )

    def _doors(self) -> tuple[DoorNow, ...]:
        return self.core.doors()

    def _synchronised(self) -> bool:
        return self.time.synchronised

    # --- the world ------------------------------------------------------------------------

    def tell(self, happened: Input) -> None:
        """Hand the core one message as its thread would."""
        self.core.take(happened)

    def read_doors(self) -> None:
        doors = {
            n: DoorState.OPEN if n in self.open else DoorState.CLOSED for n in range(1, DOORS + 1)
        }
        self.core.take(DoorsRead(doors, self.time.mono.now_s))

    def wait(self, seconds: float) -> None:
        """Let time pass: pulses go out, doors spring, the board is read at every step."""
        until_s = self.time.mono.now_s + seconds
        while self.time.mono.now_s < until_s - 1e-9:
            self._work_wire()
            self.time.push(STEP_S)
            self.read_doors()

    def _work_wire(self) -> None:
        while self.wire:
            job = self.wire.pop(0)
            self.pulses.append(job.attempt)
            at_s = self.time.mono.now_s
            self.open.add(job.compartment)
            self.core.take(PulseDone(job.attempt, PulseResult.ACKNOWLEDGED, at_s))

    def pass_s(self, seconds: float) -> None:
        """Let a long time pass in which nobody comes; readings go on at its end."""
        self.time.push(seconds)
        self.read_doors()
        self.core.take(None)

    def scan(self, token: str) -> None:
        """Show a code to the scanner."""
        self.core.take(self.edge.read(Scan(token, token.encode())))

    def finish_visit(self, choice: Choice = Choice.CONFIRM) -> int:
        """Let the door of the visit spring, be shut and the question be answered."""
        self.wait(0.3)
        visit = self.visit
        self.open.discard(visit.compartment)
        self.wait(0.3)
        self.core.take(Chosen(visit.visit, choice))
        self.wait(2.5)  # the coil's rest
        return visit.compartment

    # --- the centre -----------------------------------------------------------------------

    def _news_came(self, message: object) -> None:
        """The core takes news at once, since no thread waits for it."""
        self.inbox.put(message)  # type: ignore[arg-type]
        self.take_all()

    def take_all(self) -> None:
        """Let the core take what its inbox holds."""
        while (message := self.inbox.take(0.0)) is not None:
            self.core.take(message)

    def post(self) -> float:
        """Make one post and let the core hear of it; give when the next is due."""
        due_s = self.events.turn(self.outbox)
        self.take_all()
        return due_s

    def post_all(self) -> int:
        """Post until nothing waits; give how many posts it took."""
        for count in range(1, 1000):
            if self.post() > 0:
                return count
        raise AssertionError("it never ends")

    def ask_news(self) -> None:
        """Ask once for news, without waiting for some."""
        self.news._connected = False
        self.news.turn()
        self.take_all()

    # --- what is held ---------------------------------------------------------------------

    @property
    def visit(self) -> VisitRecord:
        found = self.engine.state.get(Table.VISIT, self.engine.memory.visit or "")
        assert isinstance(found, VisitRecord), self.refusal()
        return found

    def phase(self) -> VisitPhase:
        docket = self.engine.docket(self.clock.moment())
        return visits.phase(docket.draft, self.visit, docket.door(self.visit.compartment))

    @property
    def recording(self) -> bool:
        return self.engine.memory.recording

    def refusal(self) -> str | None:
        refused = self.engine.memory.refused
        return None if refused is None else refused.failure.name

    def condition(self, compartment: int) -> Condition:
        box = self.engine.state.get(Table.COMPARTMENT, str(compartment))
        assert isinstance(box, CompartmentRecord)
        return box.condition

    def conditions(self) -> set[Condition]:
        return {self.condition(n) for n in range(1, DOORS + 1)}

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.journal.entries()]
