"""One run of the cabinet's PC, from boot to plug: the product's own parts on the simulated world.

Real: core and its worker, view, clocks, board worker, bus, codec, credential edge, scan gate and
both sync workers. Simulated: disk, cable, board, scanner's cable and network. One thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from drivers.boards.registry import FACTS_OF
from drivers.bus import Bus
from drivers.family import BoardProfile
from drivers.profile import make_codec
from drivers.scanners import judge_line
from locker.ballast import Ballast
from locker.board_worker import BoardWorker, Line
from locker.centre_client import CentreClient
from locker.clock import Clock
from locker.contract.layout import Layout
from locker.core.effect import PulseLock
from locker.core.engine import Engine
from locker.core.input import DoorsRead, Input, Settings, Started
from locker.core.moment import Moment
from locker.core.place import Place
from locker.core.state import LedgerRecord, Table
from locker.core_worker import CoreWorker, Outlets
from locker.credential import CabinetSecrets, CredentialEdge, KeyRing
from locker.enrolment import _learn
from locker.events_worker import EventsSource, EventsWorker
from locker.identity import Enrolment, Identity
from locker.inbox import Inbox, Message
from locker.journal.journal import Journal
from locker.journal.outbox import Outbox
from locker.news_worker import NewsWorker
from locker.recorder import Recorder
from locker.scan_gate import ScanGate
from locker.staff_view import staff_slice
from locker.view import Around, Shown, slices
from tests.simulation.centre import BADGE_KEY
from tests.simulation.disk import PATH, Disk, FakeBallast, FakeJournal, FakeOutbox
from tests.simulation.line import Cable
from tests.simulation.network import Network
from tests.simulation.promises import Promises
from tests.simulation.world import World

NEWS_S = 25.0
POST_DELAYS_S = (0.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Site:
    """What stands there and outlives boots."""

    world: World
    cable: Cable
    network: Network
    profile: BoardProfile
    layout: Layout
    places: tuple[Place, ...]
    promises: Promises


@dataclass(frozen=True, slots=True)
class FakeIdentity:
    """Who the cabinet is; heads are not signed here."""

    cabinet: str

    def sign_head(self, journal: str, sequence: int, digest: str) -> str:
        """Leave the head unsigned."""
        return ""


class SimulatedBoardWorker(BoardWorker):
    """The real one, but that waiting for a port moves the world's clock."""

    def __init__(self, *args: Any, pause: Callable[[float], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pause = pause

    def _sleep(self, duration_s: float) -> None:
        self._pause(min(max(duration_s, 0.01), 1.0))


class SimulatedCoreWorker(CoreWorker):
    """The real one, but that the slices of the last turn are made when somebody looks.

    The staff page is not: it is made when the worker believes that it changed.
    """

    _shown_at: Moment | None = None

    def _let_others_run(self) -> None:
        """There is but one thread."""

    def _show(self, now: Moment, *, staff: bool) -> None:
        self._shown_at = now
        if staff or "staff" not in self._shown:
            self._shown["staff"] = staff_slice(self._engine.docket(now), Around())

    def shown(self, name: str) -> Shown | None:
        """Give a slice as the last turn left it: nothing that it is made of has changed since."""
        if self._shown_at is None:
            return None
        if name == "staff":
            return self._shown[name]
        return slices(self._engine.docket(self._shown_at), Around())[name]


@dataclass
class Machine:
    """A boot. Every method may raise PowerCutError: then this object is no more."""

    site: Site
    disk: Disk
    boot: str

    def __post_init__(self) -> None:
        """Power comes: read the disk, reconcile, serve."""
        site, world = self.site, self.site.world
        self._base_s = world.now_s - 7.0
        self.journal = FakeJournal(self.disk, step=world.step, committed=site.promises.committed)
        self.clock = _clock(world, self.journal, mono=self.mono_s)
        self.clock.boot = self.boot
        self.inbox = Inbox()
        self.keys = KeyRing()
        profile = site.profile
        settings = Settings(
            coil_rest_s=profile.coil_rest_ms / 1000,
            coil_pulses=profile.coil_pulses,
            coil_window_s=profile.coil_window_s,
        )
        self.engine = Engine(site.places, self.journal.load_state(), settings)
        self._make_workers()
        alive = self.journal.boot_alive
        site.promises.booted(self)
        self.core.learn_keys()
        self.core.handle(Started(self.boot, "0", alive.wall if alive else None))
        self.look()

    def _make_workers(self) -> None:
        site, enrolment = self.site, self.disk.enrolment
        assert enrolment is not None
        client = site.network.client(self.clock, token=self.disk.token)
        since = enrolment.tokens_from(self.journal.id, began=self.journal.began)
        secrets = CabinetSecrets(enrolment.cabinet, BADGE_KEY, since)
        self.edge = CredentialEdge(secrets, self.keys, hold=lambda _secret: None)
        self.gate = ScanGate(
            self.edge.read, clock=self.mono_s, tell=self.inbox.put, typed=lambda _digits: None
        )
        self.board = SimulatedBoardWorker(
            site.layout.cells,
            open_line=self._open_line,
            clock=self.mono_s,
            tell=self._heard,
            reads=site.profile.door_reads,
            held_outputs=site.profile.held_outputs,
            checked=FACTS_OF[site.profile.family].checked,
            pause=lambda s: site.world.advance(site.world.now_s + s),
        )
        identity = cast(Identity, FakeIdentity(secrets.cabinet))
        self.outbox = FakeOutbox(self.disk)
        self.events = EventsWorker(
            EventsSource(PATH, self.journal.acked, identity),
            cast(CentreClient, client),
            doors=tuple,
            clock=self.mono_s,
            tell=self._told,
        )
        ledger = self.engine.state.get(Table.LEDGER, "")
        self.news = NewsWorker(
            cast(CentreClient, client),
            after=ledger.news if isinstance(ledger, LedgerRecord) else 0,
            centre_time=self.clock.centre,
            clock=self.mono_s,
            tell=self._told,
            line_is_back=self.events.line_is_back,
        )
        recorder = Recorder(cast(Journal, self.journal), mark=PATH)
        recorder._ballast = cast(Ballast, FakeBallast(self.journal))
        self.core = SimulatedCoreWorker(
            self.engine,
            recorder,
            clock=self.clock,
            inbox=self.inbox,
            outlets=self._outlets(),
        )
        self.events_at_s = self.news_at_s = self.mono_s()

    def _outlets(self) -> Outlets:
        return Outlets(
            pulse=self._pulse,
            watch=self.board.watch,
            print_slip=lambda _slip: None,
            publish=lambda _slices: None,
            learn_keys=self.keys.learn,
            events_wait=self.events.wake,
            news_settled=self.news.settled,
            forked=self.edge.refuse_before,
            around=lambda _mono_s, _reachable: Around(),
            witness=lambda _events: None,
        )

    # --- the boot's own time --------------------------------------------------------------

    def mono_s(self) -> float:
        """Give the monotonic second of this boot."""
        return self.site.world.now_s - self._base_s

    def moment(self) -> Moment:
        """Read all the cabinet's clocks."""
        return self.clock.moment()

    # --- a turn of everything -------------------------------------------------------------

    def turn(self) -> None:
        """Let each thread have one turn; the board's moves the clock."""
        self.board.turn()
        self.drain()
        now_s = self.mono_s()
        if now_s >= self.news_at_s:
            self.news_at_s = now_s + 0.2
            pause_s = self.news.turn()
            self.news_at_s = self.mono_s() + (pause_s or NEWS_S)
        if self.events._wanted.is_set():
            self.events._wanted.clear()
            # A line has its delays: what happens within seconds arrives together.
            delay_s = self.site.world.dice.choice(POST_DELAYS_S)
            self.events_at_s = min(self.events_at_s, now_s + delay_s)
        if now_s >= self.events_at_s:
            pause_s = self.events.turn(cast(Outbox, self.outbox))
            self.events_at_s = self.mono_s() + pause_s

    def drain(self) -> None:
        """Let the core's thread do all that waits for it, and what is due."""
        quiet = True
        while (message := self.inbox.take(0.0)) is not None:
            quiet = False
            self.core.take(message)
            self.look()
        due_s = self.engine.next_due_s()
        if quiet or (due_s is not None and due_s <= self.mono_s()):
            self.core.take(None)
            self.look()

    def look(self) -> None:
        """Judge the promises."""
        self.site.promises.stepped(self)

    def tell(self, message: Message) -> None:
        """Put something into the core's inbox: a touch of the glass."""
        self.inbox.put(message)
        self.drain()

    def scan(self, text: str) -> None:
        """Show a code to the scanner."""
        self.site.promises.scanned(text)
        self.gate.take(judge_line(text.encode()))
        self.drain()

    def shown(self, name: str) -> Any:
        """Give a slice as the glass shows it now; None where nothing is shown."""
        slice_ = self.core.shown(name)
        return None if slice_ is None else slice_.at(self.mono_s())

    # --- between the threads --------------------------------------------------------------

    def _open_line(self) -> Line:
        port = self.site.cable.open(base_s=self._base_s)
        profile = self.site.profile
        return Line(Bus(port, make_codec(profile), profile, self.mono_s), port.close)

    def _heard(self, heard: Input) -> None:
        """What the board worker tells, seen by the witness as it passes."""
        if isinstance(heard, DoorsRead):
            self.site.promises.heard_doors(heard.doors, heard.at_s)
        self.inbox.put(heard)

    def _told(self, message: Message) -> None:
        """What the sync workers tell: the core answers at once, or they would wait for it."""
        self.inbox.put(message)
        self.drain()

    def _pulse(self, job: PulseLock) -> None:
        world = self.site.world
        world.step(f"before the pulse of {job.attempt} is handed on")
        self.board.submit(job)
        world.step(f"after the pulse of {job.attempt} was handed on")

    def off(self) -> None:
        """Give back what the operating system lent."""
        os.close(self.board._wake.fd)


def enrol(site: Site, disk: Disk, *, token: str, journal: str) -> None:
    """Introduce the cabinet with this disk, as the technician's command does; it is off meanwhile.

    `journal`: the name of the journal that an empty disk begins. No power goes in between.
    """
    world, centre = site.world, site.network.centre
    opened = FakeJournal(disk, step=lambda _: None, committed=site.promises.committed)
    clock = _clock(world, opened, mono=lambda: world.now_s)
    clock.boot = f"e-{token}"
    if not disk.rows:
        opened.begin_first(journal, clock.stamp(clock.moment()))
    answer = centre.enrol(opened.id, site.layout, token=token)
    _learn(cast(Journal, opened), clock, answer, site.places)
    disk.token = token
    disk.enrolment = Enrolment(
        cabinet=answer.cabinet, centre="", journal=opened.id, enrolled_at=answer.centre_time,
        public_url="", community="", site="", telephone="", keys=answer.keys,
    )  # fmt: skip


def _clock(world: World, journal: FakeJournal, *, mono: Callable[[], float]) -> Clock:
    return Clock(
        known_past=journal.last_trusted_wall(),
        mono=mono,
        wall=world.cabinet_wall,
        synchronised=lambda: world.synchronised,
    )
