"""A warning or an error in the log that a test did not expect fails the test.

A test that expects some says so: `@pytest.mark.logs_may_warn("port lost", ...)`; each pattern is
a regular expression searched in `logger name: message`. Without a pattern everything may be logged.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest


class UnexpectedRecords(logging.Handler):
    """Keep the records at WARNING or above that match none of the expected patterns."""

    def __init__(self, expected: tuple[str, ...]) -> None:
        super().__init__(level=logging.WARNING)
        self._expected = [re.compile(pattern) for pattern in expected]
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.name}: {record.getMessage()}"
        if not any(pattern.search(line) for pattern in self._expected):
            self.lines.append(f"{record.levelname} {line}")


@pytest.fixture(autouse=True)
def _no_unexpected_log_records(request: pytest.FixtureRequest) -> Iterator[None]:
    marker = request.node.get_closest_marker("logs_may_warn")
    expected = () if marker is None else (marker.args or ("",))
    handler = UnexpectedRecords(expected)
    root = logging.getLogger()
    root.addHandler(handler)
    yield
    root.removeHandler(handler)
    if handler.lines:
        pytest.fail("unexpected in the log:\n" + "\n".join(handler.lines), pytrace=False)
