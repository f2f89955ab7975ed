"""A daemon one of whose threads stops turning as soon as a code was typed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from locker.crew import Crew, SignOfLife
from locker.daemon import serve
from locker.hash_worker import CodeJob, HashWorker, Job
from locker.settings import load_settings

LIMIT_S = 2.5
"""Instead of ten: the test waits as long. Every thread turns at least once a second."""


def _hang(_worker: HashWorker, job: Job) -> None:
    assert isinstance(job, CodeJob)
    threading.Event().wait()


class _ShortLife(SignOfLife):
    @property
    def overdue(self) -> bool:
        return self._clock() - self._at_s > min(self.limit_s, LIMIT_S) and self.limit_s <= 10.0


if __name__ == "__main__":
    HashWorker._do = _hang  # type: ignore[assignment, method-assign] # a fault
    sys.modules[Crew.__module__].SignOfLife = _ShortLife  # type: ignore[attr-defined]
    serve(load_settings(Path(sys.argv[-1])))
