"""What a board family is to the rest of the drivers: its profile's values, limits and codec.

Each module in `drivers/boards/` says its own in one `FACTS`; `drivers.boards.registry` has them
all. Knows no frames, no files and no ports.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.codec import BoardCodec, QueryDoor, QueryDoors
from drivers.wiring import ByteOrder, Contact, DoorQuery, Echo, PackedSense, UnlockReply


class Family(enum.Enum):
    """The board families that have a codec."""

    SHUOMING = "shuoming"
    KECHENG = "kecheng"
    KERONG_CU16 = "kerong-cu16"
    KERONG_CU48 = "kerong-cu48"
    WINNSEN = "winnsen"
    WKLY = "wkly"
    DC02 = "dc02"
    MODBUS_RELAY = "modbus-relay"


MOST_COIL_PULSES = 20
"""However short its pulse: no lock is made for more in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardProfile:
    """One installed kind of board. Times in milliseconds; the keys are the file's keys.

    `pulse_ms` states what the board does on a pulse. Only modbus-relay's frame carries it. A lock's
    coil is on for at most `coil_on_ms` within `coil_window_s`.
    """

    family: Family
    baud: int = 9600
    gap_ms: int = 5
    reply_timeout_ms: int = 250
    late_ms: int = 2000
    echo: Echo = Echo.AUTO
    pulse_ms: int = 300
    coil_rest_ms: int = 2000
    coil_on_ms: int = 10_000
    coil_window_s: int = 60
    unlock_reply: UnlockReply = UnlockReply.MAYBE
    contact: Contact = Contact.SHORT_WHEN_LOCKED
    packed: PackedSense = PackedSense.SAME
    byte_order: ByteOrder = ByteOrder.LAST_IS_FIRST_CHANNELS
    report_heads: frozenset[int] = frozenset({0x81, 0x82})
    unlock_function: int = 0x33
    door_query: DoorQuery = DoorQuery.MASK
    channels: int = 24
    boards: tuple[int, ...] = (1,)
    held_outputs: bool = False
    power_to_lock: bool = False

    @property
    def byte_s(self) -> float:
        """Time of one byte on the wire: start bit, eight data bits, stop bit."""
        return 10 / self.baud

    @property
    def coil_pulses(self) -> int:
        """How many pulses of one lock fit into `coil_window_s`: at least one, at most twenty."""
        return min(MOST_COIL_PULSES, max(1, self.coil_on_ms // self.pulse_ms))

    @property
    def coil_pace_s(self) -> float:
        """Least time between two pulses of one lock in a long row of them."""
        return max(self.coil_rest_ms / 1000, self.coil_window_s / self.coil_pulses)

    def door_reads(self, board: int) -> tuple[QueryDoors | QueryDoor, ...]:
        """Return the reads that together tell all doors of a board: one, where it can be one."""
        if self.door_query is DoorQuery.SINGLE:
            return tuple(QueryDoor(board, lock) for lock in range(1, self.channels + 1))
        return (QueryDoors(board),)


COMMON_SETTINGS = (
    "family",
    "baud",
    "gap_ms",
    "reply_timeout_ms",
    "late_ms",
    "echo",
    "pulse_ms",
    "coil_rest_ms",
    "coil_on_ms",
    "coil_window_s",
    "unlock_reply",
    "channels",
    "boards",
    "held_outputs",
    "power_to_lock",
)
"""The keys that a profile of every family may have. A family names its further ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFacts:
    """What one family allows and starts from, and how its codec is made.

    `addresses` and `channels` are what a board of the family can have. `settings` are the profile's
    keys that the family has beside the common ones; `defaults` are its values where they differ
    from those of `BoardProfile`. An address in `alone` may only be used as the one board of a bus.
    `rare`: addresses of which the sources disagree; many boards of the family cannot have them.
    `checked`: its frames carry a check; where not, a changed door counts when it was read twice.
    """

    codec: Callable[[BoardProfile], BoardCodec]
    addresses: range
    channels: range
    settings: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    alone: frozenset[int] = frozenset()
    rare: range = range(0)
    may_hold_outputs: bool = False
    checked: bool = True
