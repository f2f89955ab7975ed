"""The end of the daemon's process: awaited here, and what systemd is told until then.

The process ends by a signal, or when a thread of its crew has died. Knows no part of the cabinet.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable

from locker.crew import Crew
from locker.service_manager import ServiceManager

log = logging.getLogger(__name__)

READY_LOOK_S, LOOK_S = 0.05, 1.0
SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})
"""They are blocked in every thread and waited for in the first."""
_SENT = frozenset({0, -1, -6, 0x80})
"""How a signal is sent: kill, sigqueue, tgkill, the kernel (`si_code`)."""


def wake_first_thread() -> None:
    """End the wait, from any thread."""
    os.kill(os.getpid(), signal.SIGTERM)


def supervise(crew: Crew, manager: ServiceManager, *, is_ready: Callable[[], bool]) -> int:
    """Wait for the end: 0 after a signal, 1 after the death of a thread. Signals are blocked.

    Ready is told once the doors were read, or the boards had their time to answer.
    """
    ready = False
    while True:
        if not ready and is_ready():
            ready = True
            manager.tell("READY=1")
        got = ended_by(within_s=LOOK_S if ready else READY_LOOK_S)
        if crew.dead is not None:
            log.critical("ending, since thread %s died", crew.dead)
            return 1
        if got is not None:
            log.info("ending by %s", got.name)
            return 0
        late = crew.overdue()
        if late:
            log.error("no sign of life from: %s", ", ".join(late))
        elif ready:
            manager.tell("WATCHDOG=1")


def ended_by(*, within_s: float) -> signal.Signals | None:
    """Wait for a signal that ends the daemon.

    Where the process was stopped (SIGSTOP, a debugger) until the time was over, Python 3.11 gives
    what happened to lie in memory as the signal, SIGINT even: but nobody sent that.
    """
    got = signal.sigtimedwait(SIGNALS, within_s)
    is_sent = got is not None and got.si_signo in SIGNALS and got.si_code in _SENT
    return signal.Signals(got.si_signo) if got is not None and is_sent else None
