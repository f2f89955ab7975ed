"""What the shared suite must be told of each family: one module each, one line here."""

from __future__ import annotations

from tests.unit.drivers.families import kecheng, kerong_cu16, kerong_cu48, shuoming
from tests.unit.drivers.sample import FamilySample

SAMPLES: tuple[FamilySample, ...] = (
    shuoming.SAMPLE,
    kecheng.SAMPLE,
    kerong_cu16.SAMPLE,
    kerong_cu48.SAMPLE,
)
