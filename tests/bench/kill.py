"""`kill`: the daemon is killed at random moments, over and over, while people show codes.

The witness is the simulator's trace: `tests.bench.intent`. Each life is a process of its own,
forked from one that has the libraries loaded already, so that a thousand lives take minutes; it
opens the journal, reconciles, reads the doors and serves like any other. Floor: lives without a
broken promise that were asked for.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from drivers.simulator.control import SimulatorClient
from locker.contract.chain import Stamp
from locker.contract.event import BootStarted
from locker.contract.vocabulary import AttemptState
from locker.core.state import AttemptRecord, Table
from locker.journal.journal import Journal
from tests.bench.figure import Figure
from tests.bench.history import OCCUPIED
from tests.bench.intent import Pulse, broken_promises, intents_of, pulses_of
from tests.bench.opening import CODE_END
from tests.bench.rig import Rig, Size
from tests.bench.unlock import SEED

KILLS = 1000
EARLY = 0.3
"""The part of the lives that end within `EARLY_S` of their start, mostly before they serve."""
EARLY_S = (0.05, 1.3)
SERVED_S = (0.0, 0.7)
"""So long the others serve before they end."""
SCAN_EVERY_S = (0.05, 0.5)
STAMP = Stamp("b-witness", 0, 0.0, trusted=False)
PENDING = frozenset({AttemptState.COMMITTED, AttemptState.ACKNOWLEDGED})


@dataclass(slots=True)
class Lives:
    """What many short lives left."""

    begun_s: float = field(default_factory=time.monotonic)
    deaths: list[float] = field(default_factory=list)
    pulses: list[Pulse] = field(default_factory=list)
    boots: int = 0
    intents: int = 0
    events: int = 0
    broken: list[str] = field(default_factory=list)


def measure(directory: Path, say: Callable[[str], None]) -> list[Figure]:
    """Kill a thousand times, and give how many lives were as they must be."""
    rig = Rig(directory, Size(typed=1, events=300))
    try:
        lives = kill_often(rig, KILLS, say)
    finally:
        rig.close()
    note = (
        f"{lives.boots} lives came as far as their boot event, {lives.intents} intents, "
        f"{len(lives.pulses)} pulses; broken promises: {len(lives.broken)}"
    )
    for line in lives.broken:
        say(f"kill: {line}")
    good = len(lives.deaths) - len(lives.broken)
    return [Figure("kill.lives", good, "", len(lives.deaths), note)]


def kill_often(rig: Rig, kills: int, say: Callable[[str], None]) -> Lives:
    """Let the daemon live and die, and judge everything it left."""
    simulator = rig.start_simulator()
    dice = random.Random(SEED)
    early = [dice.random() < EARLY for _ in range(kills)]
    lives = Lives()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["locker.daemon"])
    seen = 0
    try:
        for number, is_early in enumerate(early, start=1):
            _shut_all(simulator)
            process = context.Process(target=live, args=(rig.settings, rig.directory / "lives.log"))
            process.start()
            _live_a_while(rig, simulator, dice, first=number, is_early=is_early)
            lives.deaths.append(_kill(process, lives))
            trace = simulator.trace(seen)
            seen = trace[-1].n + 1 if trace else seen
            lives.pulses += pulses_of(trace)
            if number % 50 == 0:
                say(f"kill: {number} of {kills}, {len(lives.pulses)} pulses")
        time.sleep(1.0)
        lives.pulses += pulses_of(simulator.trace(seen))
        _judge(rig, lives)
    finally:
        simulator.close()
        rig.stop_all()
    return lives


def live(settings: Path, log: Path) -> None:
    """Be the daemon, until killed.

    Its wall clock is believed, as one that the network sets: on another every lock that was pulsed
    in an earlier life rests for two seconds, longer than most of these lives.
    """
    from locker import daemon
    from locker.settings import load_settings

    daemon.Clock = partial(daemon.Clock, synchronised=lambda: True)  # type: ignore[attr-defined, assignment]
    logging.basicConfig(filename=log, level=logging.INFO)
    raise SystemExit(daemon.serve(load_settings(settings)))


def _live_a_while(
    rig: Rig, simulator: SimulatorClient, dice: random.Random, *, first: int, is_early: bool
) -> None:
    """Let people show codes for one box after the other, from box number `first` on."""
    if is_early:
        life_s = dice.uniform(*EARLY_S)
    else:
        rig.connect()[0].close()
        life_s = dice.uniform(*SERVED_S)
    until_s = time.monotonic() + life_s
    for box in itertools.count(first):
        if time.monotonic() >= until_s:
            return
        token = rig.past.sign_collection(box % OCCUPIED + 1)
        simulator.scan(token.encode() + CODE_END)
        left_s = until_s - time.monotonic()
        time.sleep(max(0.0, min(dice.uniform(*SCAN_EVERY_S), left_s)))


def _kill(process: BaseProcess, lives: Lives) -> float:
    process.kill()
    at = time.monotonic()
    process.join()
    if process.exitcode != -signal.SIGKILL:
        lives.broken.append(f"a daemon ended by itself with {process.exitcode}")
    return at


def _shut_all(simulator: SimulatorClient) -> None:
    for door in simulator.state().doors:
        if door.open:
            simulator.shut(door.board, door.lock)


def _judge(rig: Rig, lives: Lives) -> None:
    """Hold the wire against the journal, and the journal against itself."""
    journal = Journal.open(rig.journal, stamp=STAMP)
    try:
        entries = list(journal.entries())
        verdict = journal.verify()
        state = journal.load_state()
    finally:
        journal.close()
    intents = intents_of(entries)
    begun = [intent for intent in intents if intent.at >= lives.begun_s]
    lives.intents, lives.events = len(begun), len(entries)
    lives.boots = sum(entry.kind == BootStarted.kind for entry in entries)
    lives.broken += broken_promises(lives.pulses, begun, lives.deaths)
    if not verdict.intact:
        lives.broken.append(f"the journal: {verdict.broken} {verdict.differing}")
    last_boot = max(n for n, entry in enumerate(entries) if entry.kind == BootStarted.kind)
    lived_last = {e.body["attempt"] for e in entries[last_boot:] if "attempt" in e.body}
    for key in state.keys(Table.ATTEMPT):
        attempt = state.get(Table.ATTEMPT, key)
        pending = isinstance(attempt, AttemptRecord) and attempt.state in PENDING
        if pending and key not in lived_last:
            lives.broken.append(f"attempt {key} of an earlier life was never reconciled")
