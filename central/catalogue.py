"""The matters that residents can choose, and the papers each asks for, told all at once.

Titles and explanations are texts under `item.<key>.*` and `paper.<key>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Item:
    """One matter of the catalogue. `days`: working days it is promised in, from acceptance."""

    key: str
    papers: tuple[str, ...]
    days: int


ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        item.key: item
        for item in (
            Item("residence_proof", ("application", "id_copy", "home_proof"), 3),
            Item("medical_insurance", ("application", "id_copy", "photo"), 5),
            Item("elder_allowance", ("application", "id_copy", "bank_copy"), 10),
        )
    }
)
"""In the order in which they are offered."""
