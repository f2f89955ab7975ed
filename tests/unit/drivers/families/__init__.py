"""What the shared suite must be told of each family: one module each, one line here."""

from __future__ import annotations

from tests.unit.drivers.families import shuoming
from tests.unit.drivers.sample import FamilySample

SAMPLES: tuple[FamilySample, ...] = (shuoming.SAMPLE,)
