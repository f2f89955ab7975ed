"""All board families that can be simulated, one line each."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.simulator import kecheng, kerong_cu16, kerong_cu48, shuoming
from drivers.simulator.device import SimulatedFamily

SIMULATED: Mapping[str, SimulatedFamily] = {
    "shuoming": shuoming.FAMILY,
    "kecheng": kecheng.FAMILY,
    "kerong-cu16": kerong_cu16.FAMILY,
    "kerong-cu48": kerong_cu48.FAMILY,
}
