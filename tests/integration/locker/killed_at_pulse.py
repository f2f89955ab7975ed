"""A daemon that is killed after the commit, at the moment when it would hand over the pulse."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from locker.board_worker import BoardWorker
from locker.core.effect import PulseLock
from locker.daemon import serve
from locker.settings import load_settings


def _die(_worker: BoardWorker, _job: PulseLock) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    BoardWorker.submit = _die  # type: ignore[assignment, method-assign] # a fault
    serve(load_settings(Path(sys.argv[-1])))
