"""All board families, one line each."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.boards import shuoming
from drivers.family import Family, FamilyFacts

FACTS_OF: Mapping[Family, FamilyFacts] = {
    Family.SHUOMING: shuoming.FACTS,
}
