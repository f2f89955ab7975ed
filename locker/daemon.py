"""The daemon of one cabinet: the composition root, the only module that sees everything.

Everything that decides is elsewhere; here parts are made, joined, watched and stopped. What is
typed to start it is `daemon_command`'s.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from locker.ask_worker import AskWorker
from locker.bulletin_keeper import BulletinKeeper
from locker.centre_client import CentreClient, check_address
from locker.clock import Clock
from locker.contract.centre import DoorNow
from locker.contract.jsonrpc import Request
from locker.contract.kiosk import Face, PartFigures, Workings
from locker.contract.local_time import local_time
from locker.contract.vocabulary import SlipState
from locker.core.effect import PrintSlip
from locker.core.engine import Engine
from locker.core.input import RecordingChanged, Started
from locker.core.state import LedgerRecord, Table
from locker.core_worker import CoreWorker, Outlets
from locker.credential import CabinetSecrets, CredentialEdge, KeyRing, warm_up
from locker.crew import Crew
from locker.events_worker import EventsSource, EventsWorker
from locker.hash_worker import CodeJob, HashWorker
from locker.identity import Identity, credentials_folder
from locker.inbox import Inbox
from locker.ipc_worker import IpcWorker, Sockets
from locker.journal.journal import Journal
from locker.news_worker import NewsWorker
from locker.opening_book import OpeningBook
from locker.presence import Presence
from locker.printer_worker import PRINT_S, PrinterWorker
from locker.recorder import UNRECORDED, Recorder
from locker.scan_gate import ScanGate
from locker.service_manager import ServiceManager
from locker.settings import Settings
from locker.supervision import SIGNALS, supervise, wake_first_thread
from locker.tech_desk import DeskAbout, DeskBus, DeskSources, TechDesk
from locker.view import Around, face_slice, shown
from locker.wiring import Wiring

log = logging.getLogger(__name__)

SWITCH_S = 0.0005
"""How long a thread may keep the interpreter while another waits: the unlock path has three."""
SYNC_LIMIT_S = 120.0
STOP_S = 3.0


class Daemon:
    """All parts of one cabinet, made and joined; `start` sets them going."""

    def __init__(self, settings: Settings, identity: Identity, journal: Journal) -> None:
        self.clock = Clock(known_past=journal.last_trusted_wall(), ahead=settings.ahead_s)
        self.crew = Crew(clock=self.clock.mono_s, on_death=wake_first_thread)
        self._settings = settings
        self._identity = identity
        self._journal = journal
        self._inbox = Inbox()
        self._keys = KeyRing()
        self._presence = Presence(identity, self.clock.centre)
        engine = Engine(settings.places, journal.load_state(), settings.core)
        self._hash = self._hash_worker()
        self._edge = self._credential_edge()
        self._gate = self._scan_gate()
        self._openings = OpeningBook(self.clock.boot)
        self._wiring = Wiring(
            settings, clock=self.clock, take=self._gate.take, tell=self._inbox.put
        )
        self._asks = self._ask_worker()
        self._ipc = self._ipc_worker()
        self._events = self._events_worker()
        self._news = self._news_worker(after=_news_of(engine))
        self._recorder = Recorder(journal, mark=settings.run_dir / UNRECORDED)
        self._printer = PrinterWorker(
            job=self._slip_job, tell=self._inbox.put, clock=self.clock.mono_s
        )
        self._core = CoreWorker(
            engine, self._recorder, clock=self.clock, inbox=self._inbox, outlets=self._outlets()
        )
        self._desk = self._tech_desk()

    def start(self) -> None:
        """Begin to serve. Whatever was left by the last run is reconciled before anything else."""
        self._ipc.publish({"face": face_slice(self._face())})
        alive = self._journal.boot_alive
        known = alive.wall if alive is not None and alive.trusted else None
        started = Started(self.clock.boot, version("bangbangui"), known)
        self._core.handle(started)
        if (since := self._recorder.since()) is not None:
            off_s = max(0.0, self.clock.moment().wall - since)
            self._core.handle(RecordingChanged(ok=True, off_s=off_s))
        for number, board in self._wiring.boards.items():
            self.crew.start(f"board-{number}", board)
        self.crew.start("core", self._core)
        self.crew.start("ipc", self._ipc)
        for reader in self._wiring.readers:
            self.crew.start(reader.name, reader)
        if self._settings.printer.kind != "none":
            self.crew.start("printer", self._printer, limit_s=PRINT_S + 10)
        self.crew.start("hash", self._hash)
        self.crew.start("asks", self._asks, limit_s=SYNC_LIMIT_S, awaited=False)
        self.crew.start("news", self._news, limit_s=SYNC_LIMIT_S, awaited=False)
        self.crew.start("events", self._events, limit_s=SYNC_LIMIT_S, awaited=False)

    @property
    def ready(self) -> bool:
        """Whether what was left is reconciled and the doors were read, or could not be."""
        return self._core.ready

    def stop(self) -> None:
        """End every thread that can end soon, then close the journal."""
        left = self.crew.join(timeout_s=STOP_S)
        if left:
            log.info("not waited for: %s", ", ".join(left))
        if "core" not in left:
            self._journal.close()

    def _outlets(self) -> Outlets:
        return Outlets(
            pulse=self._wiring.pulse,
            watch=self._wiring.watch,
            print_slip=self._printer.submit,
            publish=self._ipc.publish,
            learn_keys=self._keys.learn,
            events_wait=self._events.wake,
            news_settled=self._news.settled,
            forked=self._edge.refuse_before,
            around=self._around,
            witness=self._openings.saw,
            sign_checkpoint=self._identity.sign_checkpoint,
        )

    def _around(self, mono_s: float, reachable: bool) -> Around:  # noqa: FBT001 - an outlet
        return Around(
            qr=self._presence.address(mono_s, reachable=reachable),
            checking=self._hash.checking,
            scanner_fitted=bool(self._settings.scanner.port),
            reads_cards=self._settings.reads_cards,
            ahead_s=self.clock.ahead_s(),
            workings=self._workings,
        )

    def _workings(self) -> Workings:
        return self._core.workings(
            version=version("bangbangui"),
            lines=self._wiring.figures(),
            parts=tuple(self._parts()),
        )

    def _parts(self) -> Iterator[PartFigures]:
        began = self.clock.moment().wall - self.clock.mono_s()

        def used(at_s: float | None) -> float | None:
            # Whole seconds: what did not change must not look as if it had.
            return None if at_s is None else float(round(began + at_s))

        for reader in self._wiring.readers:
            yield PartFigures(
                what=reader.name, works=reader.is_open, used_at=used(reader.read_at_s)
            )
        if self._settings.printer.kind != "none":
            slip, at_s = self._printer.last
            works = slip is None or slip is SlipState.PRINTED
            yield PartFigures(what="printer", works=works, used_at=used(at_s))

    def _face(self) -> Face:
        enrolment = self._identity.enrolment
        return Face(
            cabinet=enrolment.cabinet,
            short=self._settings.short or enrolment.cabinet[-6:],
            community=enrolment.community,
            site=enrolment.site,
            telephone=enrolment.telephone,
            layout=self._settings.layout,
            demo=self._settings.demo,
            duty=self._settings.duty,
            notice=self._settings.notice,
        )

    def _ask_worker(self) -> AskWorker:
        keeper = BulletinKeeper(
            self._settings.state_dir,
            wall=self.clock.wall,
            show=lambda bulletin: self._ipc.publish({"bulletin": shown(bulletin)}),
        )
        return AskWorker(
            self._centre_client(),
            keeper,
            clock=self.clock.mono_s,
            show=lambda asked: self._ipc.publish({"asked": shown(asked)}),
        )

    def _hash_worker(self) -> HashWorker:
        keys = self._identity.keys
        return HashWorker(
            code_salt=keys.code_salt,
            badge_key=keys.badge_key,
            clock=self.clock.mono_s,
            tell=self._inbox.put,
        )

    def _credential_edge(self) -> CredentialEdge:
        badge_key = self._identity.keys.badge_key
        since = self._identity.enrolment.tokens_from(self._journal.id, began=self._journal.began)
        secrets = CabinetSecrets(self._identity.cabinet, badge_key, since)
        hold_card = self._hash.hold_card if self._settings.reads_cards else None
        return CredentialEdge(
            secrets, self._keys, hold=self._hash.hold, hold_code=self._hash.hold_code,
            hold_card=hold_card,
        )  # fmt: skip

    def _events_worker(self) -> EventsWorker:
        return EventsWorker(
            EventsSource(self._settings.journal, self._journal.acked, self._identity),
            self._centre_client(),
            doors=self._doors,
            clock=self.clock.mono_s,
            tell=self._inbox.put,
            reads_cards=self._settings.reads_cards,
            wall=self.clock.wall,
        )

    def _news_worker(self, *, after: int) -> NewsWorker:
        return NewsWorker(
            self._centre_client(),
            after=after,
            centre_time=self.clock.centre,
            clock=self.clock.mono_s,
            tell=self._inbox.put,
            line_is_back=self._events.line_is_back,
        )

    def _scan_gate(self) -> ScanGate:
        return ScanGate(
            self._edge.read,
            clock=self.clock.mono_s,
            tell=self._inbox.put,
            typed=lambda digits: self._hash.submit(CodeJob(digits)),
        )

    def _slip_job(self, slip: PrintSlip) -> str:
        face = self._face()
        date = local_time(self.clock.moment().wall).strftime("%Y-%m-%d %H:%M")
        return json.dumps(
            {
                "printer": self._settings.printer.model_dump(exclude={"language"}),
                "slip": {
                    "number": slip.number,
                    "code": slip.code,
                    "community": face.community,
                    "short": face.short,
                    "telephone": face.telephone,
                    "date": date,
                    "language": self._settings.printer.language,
                },
            }
        )

    def _doors(self) -> tuple[DoorNow, ...]:
        return self._core.doors()

    def _answer_technician(self, request: Request, uid: int) -> Any:
        return self._desk.call(request, uid)

    def _tech_desk(self) -> TechDesk:
        about = DeskAbout(self._identity.cabinet, version("bangbangui"), self.clock.boot)
        buses = [
            DeskBus(bus.number, bus.port, bus.profile, self._wiring.records[bus.number])
            for bus in self._settings.buses
        ]
        sources = DeskSources(
            about=about,
            cells=self._settings.layout.cells,
            buses=buses,
            status=self._status,
            readings=self._core.readings,
            records=self._core.records,
            acked=self._core.acked,
            tell=self._inbox.put,
            journal=self._settings.journal,
        )
        return TechDesk(sources, self._openings)

    def _status(self) -> dict[str, Any]:
        about = {"cabinet": self._identity.cabinet, "version": version("bangbangui")}
        return {**about, "boot": self.clock.boot, **self._core.status()}

    def _ipc_worker(self) -> IpcWorker:
        settings = self._settings
        return IpcWorker(
            Sockets(settings.run_dir, settings.kiosk_group, settings.tech_group),
            clock=self.clock.mono_s,
            tell=self._inbox.put,
            submit=self._hash.submit,
            ask=self._asks.submit,
            scanned=self._gate.take_typed,
            tech=self._answer_technician,
        )

    def _centre_client(self) -> CentreClient:
        return CentreClient(
            self._identity,
            self._settings.centre_url or self._identity.enrolment.centre,
            ca_file=self._settings.ca_file,
            clock=self.clock.mono_s,
            centre_time=self.clock.centre,
        )


def _news_of(engine: Engine) -> int:
    ledger = engine.state.get(Table.LEDGER, "")
    return ledger.news if isinstance(ledger, LedgerRecord) else 0


def serve(settings: Settings) -> int:
    """Run the daemon until a signal; give the exit code."""
    manager = ServiceManager(os.environ)
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    sys.setswitchinterval(SWITCH_S)
    identity = Identity.load(settings.state_dir, credentials_folder(os.environ))
    check_address(settings.centre_url or identity.enrolment.centre)
    clock = Clock(ahead=settings.ahead_s)
    journal = Journal.open(settings.journal, stamp=clock.stamp(clock.moment()))
    warm_up()
    daemon = Daemon(settings, identity, journal)
    daemon.start()
    gc.collect()
    gc.freeze()
    log.info("serving as %s, boot %s", identity.cabinet, daemon.clock.boot)
    code = supervise(daemon.crew, manager, is_ready=lambda: daemon.ready)
    manager.tell("STOPPING=1")
    daemon.stop()
    return code
