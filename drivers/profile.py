"""Board profiles read from files: what is installed, as far as no frame tells it.

Read strictly from `config/boards/<name>.toml`: a wrong key or value is refused with the file, the
key, the value and what is allowed. Knows no lockers and no ports. A new setting is a field of
`BoardProfile`, a reader here, and its name in the facts of the families that have it.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from drivers.boards.registry import FACTS_OF
from drivers.codec import BoardCodec
from drivers.family import COMMON_SETTINGS, BoardProfile, Family, FamilyFacts
from drivers.wiring import ByteOrder, Contact, DoorQuery, Echo, PackedSense, UnlockReply

__all__ = [
    "BOARDS_FOLDER",
    "BoardProfile",
    "Family",
    "ProfileError",
    "load_profile",
    "make_codec",
    "profile_from_table",
    "profile_path",
    "profile_table",
]

BOARDS_FOLDER = Path(__file__).resolve().parent.parent / "config" / "boards"

_E = TypeVar("_E", bound=enum.Enum)


class ProfileError(ValueError):
    """A board profile is wrong: which file, key and value, and what is allowed."""

    def __init__(self, *, file: str, key: str, value: object, allowed: str) -> None:
        self.file = file
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(f"{file}: {key} = {value!r} is not allowed; allowed: {allowed}")


class _RefusedError(Exception):
    """A value is wrong; its text says what is allowed."""


_Reader = Callable[[object], object]


def _one_of(kind: type[_E]) -> _Reader:
    words = {str(member.value): member for member in kind}
    shown = [w if w in {"true", "false"} else f'"{w}"' for w in words]

    def read(value: object) -> object:
        word = str(value).lower() if isinstance(value, bool) else value
        if not isinstance(word, str) or word not in words:
            raise _RefusedError(" or ".join(shown))
        return words[word]

    return read


def _whole(low: int, high: int) -> _Reader:
    def read(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _RefusedError(f"a whole number from {low} to {high}")
        return value

    return read


def _one_in(*numbers: int) -> _Reader:
    def read(value: object) -> object:
        if isinstance(value, bool) or value not in numbers:
            raise _RefusedError(" or ".join(map(str, numbers)))
        return value

    return read


def rare_addresses(profile: BoardProfile) -> tuple[int, ...]:
    """Give the boards' addresses that many boards of the family cannot have."""
    return tuple(n for n in profile.boards if n in FACTS_OF[profile.family].rare)


def _addresses(facts: FamilyFacts) -> _Reader:
    read_one = _whole(facts.addresses[0], facts.addresses[-1])
    shown = f"{facts.addresses[0]} to {facts.addresses[-1]}"

    def read(value: object) -> object:
        if not isinstance(value, list) or not value or len(set(map(repr, value))) != len(value):
            raise _RefusedError(f"a list of different board addresses, each from {shown}")
        addresses = tuple(read_one(address) for address in value)
        if len(addresses) > 1 and (alone := facts.alone.intersection(value)):
            raise _RefusedError(f"{min(alone)} only as the one board of its bus")
        return addresses

    return read


def _heads(value: object) -> object:
    if not isinstance(value, list) or any(head not in {0x81, 0x82} for head in map(_as_int, value)):
        raise _RefusedError("a list of 0x81, 0x82, both or none")
    return frozenset(value)


def _unlock_function(value: object) -> object:
    if _as_int(value) not in {0x33, 0x11}:
        raise _RefusedError("0x33 or 0x11")
    return value


def _as_int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _must_be_false(value: object) -> object:
    if value is not False:
        raise _RefusedError(
            "false (board-timed pulses need no held outputs, and power-to-lock is unsafe)"
        )
    return value


def _held_outputs(facts: FamilyFacts) -> _Reader:
    return _one_of_booleans if facts.may_hold_outputs else _must_be_false


def _one_of_booleans(value: object) -> object:
    if not isinstance(value, bool):
        raise _RefusedError("true or false")
    return value


_READERS: Mapping[str, _Reader] = {
    "baud": _one_in(1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200),
    "gap_ms": _whole(1, 1000),
    "reply_timeout_ms": _whole(10, 10_000),
    "late_ms": _whole(0, 10_000),
    "echo": _one_of(Echo),
    "pulse_ms": _whole(10, 60_000),
    "coil_rest_ms": _whole(2000, 600_000),
    "coil_on_ms": _whole(10, 600_000),
    "coil_window_s": _whole(1, 3600),
    "unlock_reply": _one_of(UnlockReply),
    "contact": _one_of(Contact),
    "packed": _one_of(PackedSense),
    "byte_order": _one_of(ByteOrder),
    "report_heads": _heads,
    "door_query": _one_of(DoorQuery),
    "unlock_function": _unlock_function,
    "power_to_lock": _must_be_false,
}
"""The readers that are the same for every family."""


def _readers_of(facts: FamilyFacts) -> Mapping[str, _Reader]:
    """Return a reader for each key that a profile of the family may have."""
    every = {
        **_READERS,
        "family": _one_of(Family),
        "channels": _whole(facts.channels[0], facts.channels[-1]),
        "boards": _addresses(facts),
        "held_outputs": _held_outputs(facts),
    }
    return {key: every[key] for key in (*COMMON_SETTINGS, *facts.settings)}


def profile_path(path_or_name: str | Path) -> Path:
    """Return the file of a profile: a bare name means `config/boards/<name>.toml`."""
    path = Path(path_or_name)
    if path.suffix == ".toml" or len(path.parts) != 1:
        return path
    return BOARDS_FOLDER / f"{path}.toml"


def load_profile(path_or_name: str | Path) -> BoardProfile:
    """Read a board profile from a file, or by its name; raise `ProfileError`."""
    path = profile_path(path_or_name)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(sorted(p.stem for p in BOARDS_FOLDER.glob("*.toml")))
        allowed = f"a readable file ({error.strerror}), or one of the names: {known}"
        raise ProfileError(
            file=str(path), key="(file)", value=str(path_or_name), allowed=allowed
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(
            file=str(path), key="(file)", value=str(error), allowed="a TOML file in UTF-8"
        ) from error
    return profile_from_table(table, file=str(path))


def profile_from_table(table: Mapping[str, object], *, file: str) -> BoardProfile:
    """Judge a table of profile keys; `file` is named in errors. Raise `ProfileError`."""
    family = table.get("family")
    if family not in [member.value for member in Family]:
        words = ", ".join(f'"{member.value}"' for member in Family)
        raise ProfileError(file=file, key="family", value=family, allowed=words)
    facts = FACTS_OF[Family(family)]
    readers = _readers_of(facts)
    values = dict(facts.defaults)
    for key, value in table.items():
        reader = readers.get(key)
        if reader is None:
            allowed = "the keys " + ", ".join(readers)
            raise ProfileError(file=file, key=key, value=value, allowed=allowed)
        try:
            values[key] = reader(value)
        except _RefusedError as refused:
            raise ProfileError(file=file, key=key, value=value, allowed=str(refused)) from None
    return BoardProfile(**values)  # type: ignore[arg-type]  # each reader returns its field's type


def profile_table(profile: BoardProfile) -> dict[str, object]:
    """Write a profile as the table that `profile_from_table` reads: the keys its family has."""
    facts = FACTS_OF[profile.family]
    return {key: _plain(getattr(profile, key)) for key in (*COMMON_SETTINGS, *facts.settings)}


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    return sorted(value) if isinstance(value, frozenset | tuple) else value


def make_codec(profile: BoardProfile) -> BoardCodec:
    """Return a fresh codec of the profile's family."""
    return FACTS_OF[profile.family].codec(profile)
