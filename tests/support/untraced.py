"""Tests that run without coverage's tracer, and so do the processes they start.

Coverage counts what a test that looks at a part takes of that part. Whole stories, whole lives and
what a monkey makes up pass through everything: traced they would hardly add a branch, and take half
as long again. What they assert is the same.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from coverage import Coverage


@contextlib.contextmanager
def untraced() -> Iterator[None]:
    """Stop this process's tracer, if it has one, and start it again afterwards."""
    tracer = Coverage.current()
    if tracer is None:
        yield
        return
    tracer.stop()
    handed_on = os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    try:
        yield
    finally:
        if handed_on is not None:
            os.environ["COVERAGE_PROCESS_CONFIG"] = handed_on
        tracer.start()
