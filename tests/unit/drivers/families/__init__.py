"""What the shared suite must be told of each family: one module each, one line here."""

from __future__ import annotations

from tests.unit.drivers.families import (
    dc02,
    kecheng,
    kerong_cu16,
    kerong_cu48,
    modbus_relay,
    shuoming,
    winnsen,
    wkly,
)
from tests.unit.drivers.sample import FamilySample

SAMPLES: tuple[FamilySample, ...] = (
    shuoming.SAMPLE,
    kecheng.SAMPLE,
    kerong_cu16.SAMPLE,
    kerong_cu48.SAMPLE,
    winnsen.SAMPLE,
    wkly.SAMPLE,
    dc02.SAMPLE,
    modbus_relay.SAMPLE,
)
