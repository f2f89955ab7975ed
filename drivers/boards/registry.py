"""All board families, one line each."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.boards import (
    dc02,
    kecheng,
    kerong_cu16,
    kerong_cu48,
    modbus_relay,
    shuoming,
    winnsen,
    wkly,
)
from drivers.family import Family, FamilyFacts

FACTS_OF: Mapping[Family, FamilyFacts] = {
    Family.SHUOMING: shuoming.FACTS,
    Family.KECHENG: kecheng.FACTS,
    Family.KERONG_CU16: kerong_cu16.FACTS,
    Family.KERONG_CU48: kerong_cu48.FACTS,
    Family.WINNSEN: winnsen.FACTS,
    Family.WKLY: wkly.FACTS,
    Family.DC02: dc02.FACTS,
    Family.MODBUS_RELAY: modbus_relay.FACTS,
}
