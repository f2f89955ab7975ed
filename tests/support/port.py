"""Ports of this machine that no test beside this one has found, too."""

from __future__ import annotations

import os

from locker.demo import stage


def free_port() -> int:
    """Find a TCP port on loopback that nobody uses now, in the share of this process's tests.

    Until it is served it is anybody's: tests that run beside these look elsewhere.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    return stage.free_port(range(20_000 + worker, 32_000, 8))
