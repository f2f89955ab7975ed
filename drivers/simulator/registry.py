"""All board families that can be simulated, one line each."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.simulator import shuoming
from drivers.simulator.device import SimulatedFamily

SIMULATED: Mapping[str, SimulatedFamily] = {
    "shuoming": shuoming.FAMILY,
}
