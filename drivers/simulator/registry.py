"""All board families that can be simulated, one line each."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.simulator import (
    dc02,
    kecheng,
    kerong_cu16,
    kerong_cu48,
    modbus_relay,
    shuoming,
    winnsen,
    wkly,
)
from drivers.simulator.device import SimulatedFamily

SIMULATED: Mapping[str, SimulatedFamily] = {
    "shuoming": shuoming.FAMILY,
    "kecheng": kecheng.FAMILY,
    "kerong-cu16": kerong_cu16.FAMILY,
    "kerong-cu48": kerong_cu48.FAMILY,
    "winnsen": winnsen.FAMILY,
    "wkly": wkly.FAMILY,
    "dc02": dc02.FAMILY,
    "modbus-relay": modbus_relay.FAMILY,
}
