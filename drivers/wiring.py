"""How door contacts and status bits are wired and sensed, as settings shared by board families.

Sources disagree on each of them, so a board profile sets them and commissioning finds the truth.
This module must not know frames.
"""

from __future__ import annotations

import enum

from drivers.codec import DoorState


class Contact(enum.Enum):
    """Which door position shorts the lock's feedback contact."""

    SHORT_WHEN_LOCKED = "short-when-locked"
    SHORT_WHEN_OPEN = "short-when-open"

    def door(self, *, shorted: bool) -> DoorState:
        """Return the door state that a contact reading means."""
        if shorted == (self is Contact.SHORT_WHEN_LOCKED):
            return DoorState.CLOSED
        return DoorState.OPEN


class PackedSense(enum.Enum):
    """Whether a packed bit 1 means the same as a single state byte for "shorted"."""

    SAME = "same"
    INVERTED = "inverted"


class ByteOrder(enum.Enum):
    """Which status byte of a packed reply holds channels 1 to 8."""

    LAST_IS_FIRST_CHANNELS = "last-is-first-channels"
    FIRST_IS_FIRST_CHANNELS = "first-is-first-channels"


class UnlockReply(enum.Enum):
    """Whether the board answers a pulse request."""

    ALWAYS = "true"
    NEVER = "false"
    MAYBE = "maybe"


class Echo(enum.Enum):
    """Whether the adapter returns a copy of what we send.

    AUTO: assumed not, until a copy of a query (which no board sends) was seen.
    """

    ON = "on"
    OFF = "off"
    AUTO = "auto"


class DoorQuery(enum.Enum):
    """Which readings of doors a board knows, where boards of one family differ."""

    MASK = "mask"
    SINGLE = "single"
    BOTH = "both"
