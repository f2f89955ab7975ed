"""The core's thread: the single writer. Input in, one commit, then what follows from it.

Nothing moves and nothing is told before the commit; what a failed commit would have done is not
done. Knows the other workers only by what it hands them.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from locker.clock import Clock
from locker.contract.centre import DoorNow
from locker.contract.chain import Checkpoint
from locker.contract.event import UNTOLD, Event
from locker.contract.kiosk import LineFigures, PartFigures, Workings
from locker.contract.vocabulary import DoorState
from locker.core.effect import Effect, PrintSlip, PulseLock, WatchDoors
from locker.core.engine import Engine, Turn
from locker.core.input import (
    Input,
    JournalForked,
    NewsCame,
    PartChanged,
    RecordingChanged,
    Tick,
)
from locker.core.memory import Memory
from locker.core.moment import Moment
from locker.core.state import CompartmentRecord, KeyRecord, LedgerRecord, Record, Table
from locker.crew import SignOfLife
from locker.inbox import Acknowledged, Forked, Inbox, Message
from locker.journal.error import JournalChangedError, JournalError
from locker.journal.journal import new_journal_id
from locker.recorder import Fate, Recorder
from locker.staff_view import staff_slice
from locker.view import Around, Shown, slices

log = logging.getLogger(__name__)

IDLE_S = 1.0
ALIVE_S = 60.0
TRUST_S = 10.0
"""How long after the start the centre may take to confirm the wall clock."""
PROBE_S = 5.0
"""How often a disk that took no record is tried again."""
KEPT_S = 180 * 86_400.0
"""So long an event stays here; the centre has it for ever."""
THIN_AT_ONCE, THIN_AGAIN_S, THIN_EVERY_S = 200, 5.0, 600.0
"""A few events at a time while nobody is there: each time all records are written anew."""
YIELD_S = 0.0002
QUIET_KINDS = frozenset({"grant.put", "staff.put", "key.put", "key.removed", "news.applied"})
UNLOGGED = UNTOLD | {"key"}


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the core's thread hands things to; each returns at once.

    `around`: what the glass shows beside the state, at a monotonic second, with the centre
    reachable or not. `forked`: a new journal began at this Unix second. `witness`: is told what
    was committed. `sign_checkpoint`: without it nothing is let go from the journal.
    """

    pulse: Callable[[PulseLock], None]
    watch: Callable[[frozenset[int]], None]
    print_slip: Callable[[PrintSlip], None]
    publish: Callable[[dict[str, Shown]], None]
    learn_keys: Callable[[dict[str, str]], None]
    events_wait: Callable[[], None]
    news_settled: Callable[[int], None]
    forked: Callable[[float], None]
    around: Callable[[float, bool], Around]
    witness: Callable[[Sequence[Event]], None]
    sign_checkpoint: Callable[[Checkpoint], str] | None = None


class CoreWorker:
    """Owner of the engine and the journal."""

    def __init__(
        self, engine: Engine, recorder: Recorder, *, clock: Clock, inbox: Inbox, outlets: Outlets
    ) -> None:
        self._engine = engine
        self._journal = recorder.journal
        self._clock = clock
        self._inbox = inbox
        self._outlets = outlets
        self._shown: dict[str, Shown] = {}
        self._trusted: bool | None = None
        self._patient_until_s = clock.mono_s() + TRUST_S
        self._alive_at_s = clock.mono_s() + ALIVE_S
        self._probe_at_s = 0.0
        self._thin_at_s = 0.0
        self._recorder = recorder

    def run(self, life: SignOfLife, stop: threading.Event) -> None:
        """Take what comes until stopped; what is in the inbox by then is still done."""
        self.learn_keys()
        while not stop.is_set():
            life.beat()
            self.take(self._inbox.take(self._wait_s()))
        while (message := self._inbox.take(0.0)) is not None:
            self.take(message)
        self._note_alive(self._clock.moment())

    def take(self, message: Message | None) -> None:
        """Do what one message wants; None means that time passed."""
        match message:
            case Acknowledged(row=row):
                self._journal.acknowledge(row)
            case Forked(journal=journal):
                self._begin_new_journal(journal)
            case None:
                self.handle(Tick())
            case _:
                self.handle(message)
        self._keep_house(self._clock.moment())

    def handle(self, happened: Input) -> None:
        """Judge, commit, adopt, act, tell: one turn."""
        now = self._clock.moment()
        turn = self._engine.handle(happened, now)
        if not turn.events or self._recorded(turn, now):
            self._carry_out(turn, now)
        self._note_refusal()
        if isinstance(happened, NewsCame):
            self._outlets.news_settled(self._ledger().news)

    @property
    def ready(self) -> bool:
        """Whether the first readings of the doors are in, or overdue; from any thread."""
        return self._engine.memory.ready

    def doors(self) -> tuple[DoorNow, ...]:
        """Give all doors as they are now; from any thread."""
        memory, state = self._engine.memory, self._engine.state
        found = []
        for place in self._engine.places:
            reading = memory.doors.get(place.number)
            fresh_s = self._engine.settings.board_fresh_s
            fresh = reading and self._clock.mono_s() - reading.at_s <= fresh_s
            box = state.get(Table.COMPARTMENT, str(place.number))
            condition = box.condition.value if isinstance(box, CompartmentRecord) else ""
            found.append(
                DoorNow(
                    compartment=place.number,
                    state=reading.state.value if reading and fresh else "unknown",
                    condition=condition,
                )
            )
        return tuple(found)

    def readings(self) -> Mapping[int, tuple[DoorState, float | None]]:
        """Give each door's state now and the Unix second of its last reading; from any thread."""
        memory, now = self._engine.memory, self._clock.moment()
        fresh_s = self._engine.settings.board_fresh_s
        return {
            number: (
                reading.state if now.mono_s - reading.at_s <= fresh_s else DoorState.UNKNOWN,
                round(now.wall - (now.mono_s - reading.at_s), 3),
            )
            for number, reading in memory.doors.items()
        }

    def records(self, table: Table) -> list[Record]:
        """Give all records of a table; from any thread."""
        state = self._engine.state
        found = (state.get(table, key) for key in list(state.keys(table)))
        return [record for record in found if record is not None]

    def acked(self) -> int:
        """Give the row up to which the centre has everything; from any thread."""
        return self._journal.acked

    def status(self) -> dict[str, Any]:
        """Give what a technician asks first; from any thread."""
        memory, head = self._engine.memory, self._journal.head
        return {
            "journal": head.journal if head else "",
            "sequence": head.sequence if head else 0,
            "recording": memory.recording,
            "ready": memory.ready,
            "health": {what: health.value for what, health in memory.health.items()},
            "clock_trusted": bool(self._trusted),
            "doors": [door.model_dump() for door in self.doors()],
        }

    def workings(
        self, *, version: str, lines: tuple[LineFigures, ...], parts: tuple[PartFigures, ...]
    ) -> Workings:
        """Give what a technician at the glass is shown of the daemon; in the core's thread."""
        return Workings(
            version=version,
            boot=self._clock.boot,
            clock_trusted=bool(self._trusted),
            waiting=self._journal.waiting(),
            heard_at=self._engine.memory.centre_heard,
            lines=lines,
            parts=parts,
        )

    def learn_keys(self) -> None:
        """Hand on the centre's keys as they are in the books."""
        state = self._engine.state
        records = [state.get(Table.KEY, kid) for kid in state.keys(Table.KEY)]
        self._outlets.learn_keys({r.kid: r.public for r in records if isinstance(r, KeyRecord)})

    # --- a turn ---------------------------------------------------------------------------

    def _recorded(self, turn: Turn, now: Moment) -> bool:
        """Commit a turn's events; False where the turn is to be dropped whole."""
        fate = self._recorder.record(turn, (turn.events, turn.changes, self._clock.stamp(now)))
        return fate is not Fate.DROPPED

    def _carry_out(self, turn: Turn, now: Moment) -> None:
        before = self._engine.memory
        self._engine.adopt(turn)
        for effect in turn.effects:
            self._act(effect)
        if turn.effects:
            self._let_others_run()
        self._show(now, staff=bool(turn.events) or _staff_moved(before, turn.memory))
        if turn.events:
            self._outlets.witness(turn.events)
            self._outlets.events_wait()
            _log(turn.events)
        if any(table is Table.KEY for table, _ in turn.changes):
            self.learn_keys()

    def _let_others_run(self) -> None:
        """The board's thread is woken by now: let it have the interpreter first."""
        time.sleep(YIELD_S)

    def _act(self, effect: Effect) -> None:
        match effect:
            case PulseLock():
                self._outlets.pulse(effect)
            case WatchDoors(compartments=compartments):
                self._outlets.watch(compartments)
            case PrintSlip():
                self._outlets.print_slip(effect)
            case _:
                assert_never(effect)

    def _show(self, now: Moment, *, staff: bool) -> None:
        reachable = self._engine.memory.health.get("centre") == "ok"
        docket = self._engine.docket(now)
        around = self._outlets.around(now.mono_s, reachable)
        found = slices(docket, around)
        session = docket.memory.staff
        watches = session is not None and session.technician
        if staff or watches or "staff" not in self._shown:
            found["staff"] = staff_slice(docket, around)
        changed = {name: s for name, s in found.items() if self._shown.get(name) != s}
        if changed:
            self._shown.update(changed)
            self._outlets.publish(changed)

    # --- between turns --------------------------------------------------------------------

    def _wait_s(self) -> float:
        now_s = self._clock.mono_s()
        due_s = self._engine.next_due_s()
        return IDLE_S if due_s is None else min(max(due_s - now_s, 0.0), IDLE_S)

    def _keep_house(self, now: Moment) -> None:
        hopeful = self._trusted is None and now.mono_s < self._patient_until_s
        if now.trusted is not self._trusted and (now.trusted or not hopeful):
            self._trusted = now.trusted
            log.info("clock: %s", "trusted" if now.trusted else "not trusted")
            self.handle(PartChanged("clock", ok=now.trusted))
        if not self._engine.memory.recording and now.mono_s >= self._probe_at_s:
            self._probe(now)
        elif now.mono_s >= self._alive_at_s:
            self._note_alive(now)
        elif now.mono_s >= self._thin_at_s and self._engine.memory.visit is None:
            self._thin(now)

    def _note_alive(self, now: Moment) -> None:
        self._alive_at_s = now.mono_s + ALIVE_S
        try:
            self._journal.alive(wall=now.wall, trusted=now.trusted)
            if self._engine.memory.visit is None:
                self._journal.tidy()
        except JournalChangedError:
            raise
        except JournalError as error:
            self._recorder.refuse(error, now.wall)
            self._note_refusal()

    def _thin(self, now: Moment) -> None:
        """Let go of what is long past, never on a clock that may be wrong."""
        self._thin_at_s = now.mono_s + THIN_EVERY_S
        sign = self._outlets.sign_checkpoint
        if sign is None or not self._engine.memory.recording or not self._clock.settled(now):
            return
        try:
            gone = self._journal.thin(older_than=now.wall - KEPT_S, limit=THIN_AT_ONCE, sign=sign)
        except JournalChangedError:
            raise
        except JournalError as error:
            log.error("journal: %s", error)  # noqa: TRY400 - the cause is in the text
            return
        if gone:
            self._thin_at_s = now.mono_s + THIN_AGAIN_S
            log.info("journal: %d events older than 180 days let go", gone)

    def _begin_new_journal(self, forked: str) -> None:
        head = self._journal.head
        if head is None or forked != head.journal or not self._engine.memory.recording:
            return
        now = self._clock.moment()
        # The centre issues codes anew when it hears of the new journal: by its clock, from then on.
        began = float(int(self._clock.centre.at(now.mono_s) or now.wall))
        turn = self._engine.handle(JournalForked(new_journal_id(), head.journal, head.hash), now)
        stamp = self._clock.stamp(now)
        try:
            self._journal.start_new(turn.events, turn.changes, stamp, began=began)
        except JournalChangedError:
            raise
        except JournalError as error:
            self._recorder.refuse(error, now.wall)
            self._note_refusal()
            return
        self._outlets.forked(began)
        log.warning("journal: %s begun, since %s has a fork", self._journal.id, forked)
        self._carry_out(turn, now)

    # --- a disk that takes nothing --------------------------------------------------------

    def _note_refusal(self) -> None:
        """Let the core and the glass know, where the disk refused and they do not know yet."""
        if self._recorder.refusing_since is None or not self._engine.memory.recording:
            return
        memory = dataclasses.replace(self._engine.memory, recording=False)
        self._engine.adopt(Turn((), {}, (), memory))
        self._probe_at_s = self._clock.mono_s() + PROBE_S
        self._show(self._clock.moment(), staff=False)

    def _probe(self, now: Moment) -> None:
        since = self._recorder.refusing_since
        self._probe_at_s = now.mono_s + PROBE_S
        if since is not None and self._recorder.probe(wall=now.wall, trusted=now.trusted):
            self._alive_at_s = now.mono_s + ALIVE_S
            self.handle(RecordingChanged(ok=True, off_s=max(0.0, now.wall - since)))

    def _ledger(self) -> LedgerRecord:
        found = self._engine.state.get(Table.LEDGER, "")
        return found if isinstance(found, LedgerRecord) else LedgerRecord()


def _staff_moved(before: Memory, after: Memory) -> bool:
    """Whether the staff page may look different though nothing was journaled."""
    return (before.staff, before.second, before.second_wanted, before.report) != (
        after.staff,
        after.second,
        after.second_wanted,
        after.report,
    )


def _log(events: tuple[Event, ...]) -> None:
    for event in events:
        level = logging.DEBUG if event.kind in QUIET_KINDS else logging.INFO
        if log.isEnabledFor(level):
            fields = dataclasses.fields(event)
            shown = {f.name: getattr(event, f.name) for f in fields if f.name not in UNLOGGED}
            words = " ".join(f"{k}={v}" for k, v in shown.items() if v is not None and v != "")
            log.log(level, "%s %s", event.kind, words)
