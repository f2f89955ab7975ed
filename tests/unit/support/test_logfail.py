"""An unexpected warning in the log fails the test; an expected one does not."""

from __future__ import annotations

import logging

import pytest

from tests.support.logfail import UnexpectedRecords

_LOG = logging.getLogger("imagined.worker")


def _logged(*expected: str) -> list[str]:
    handler = UnexpectedRecords(expected)
    logging.getLogger().addHandler(handler)
    try:
        _LOG.info("fine")
        _LOG.warning("port %s lost", "A")
    finally:
        logging.getLogger().removeHandler(handler)
    return handler.lines


@pytest.mark.logs_may_warn
def test_warning_is_kept_and_information_is_not() -> None:
    assert _logged() == ["WARNING imagined.worker: port A lost"]


@pytest.mark.logs_may_warn
def test_expected_warning_is_not_kept() -> None:
    assert _logged("worker: port . lost") == []


@pytest.mark.logs_may_warn("port A lost")
def test_marker_lets_the_named_warning_pass() -> None:
    _LOG.warning("port A lost")


def test_unexpected_warning_fails_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import logging
        pytest_plugins = ["tests.support.logfail"]

        def test_that_warns():
            logging.getLogger("door").error("stuck")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:pytest-qt")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR door: stuck*"])
