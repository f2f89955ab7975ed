"""What the daemon says of its settings before it serves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from locker.daemon_command import warn_of_addresses
from locker.settings import Settings, load_settings

SHIPPED = Path(__file__).parents[3] / "config" / "settings.toml"


def with_boards(*boards: int) -> Settings:
    settings = load_settings(SHIPPED)
    (bus,) = settings.buses
    return replace(settings, buses=(replace(bus, profile=replace(bus.profile, boards=boards)),))


@pytest.mark.logs_may_warn("BBG-605")
def test_a_board_above_31_is_warned_of_with_its_remedy(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_addresses(with_boards(1, 31))
    assert not caplog.records
    warn_of_addresses(with_boards(1, 32))
    (record,) = caplog.records
    assert "BBG-605 bus 1, board 32:" in record.getMessage()
    assert "set its switches to an address from 1 to 31" in record.getMessage()
