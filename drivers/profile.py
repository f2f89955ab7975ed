"""A board profile: everything about one installed kind of board that a frame does not tell.

Read strictly from `config/boards/<name>.toml`: a wrong key or value is refused with the file, the
key, the value and what is allowed. Knows no lockers and no ports.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import TypeVar, assert_never

from drivers.boards.shuoming import ShuomingCodec
from drivers.codec import BoardCodec
from drivers.wiring import ByteOrder, Contact, Echo, PackedSense, UnlockReply

BOARDS_FOLDER = Path(__file__).resolve().parent.parent / "config" / "boards"

_E = TypeVar("_E", bound=enum.Enum)


class Family(enum.Enum):
    """The board families that have a codec."""

    SHUOMING = "shuoming"


class ProfileError(ValueError):
    """A board profile is wrong: which file, key and value, and what is allowed."""

    def __init__(self, *, file: str, key: str, value: object, allowed: str) -> None:
        self.file = file
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(f"{file}: {key} = {value!r} is not allowed; allowed: {allowed}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardProfile:
    """One installed kind of board. Times in milliseconds; the keys are the file's keys.

    `pulse_ms` states what the board does on a pulse; no frame carries it.
    """

    family: Family
    baud: int = 9600
    gap_ms: int = 5
    reply_timeout_ms: int = 250
    late_ms: int = 2000
    echo: Echo = Echo.AUTO
    pulse_ms: int = 300
    coil_rest_ms: int = 2000
    unlock_reply: UnlockReply = UnlockReply.MAYBE
    contact: Contact = Contact.SHORT_WHEN_LOCKED
    packed: PackedSense = PackedSense.SAME
    byte_order: ByteOrder = ByteOrder.LAST_IS_FIRST_CHANNELS
    report_heads: frozenset[int] = frozenset({0x81, 0x82})
    channels: int = 24
    boards: tuple[int, ...] = (1,)
    held_outputs: bool = False
    power_to_lock: bool = False

    @property
    def byte_s(self) -> float:
        """Time of one byte on the wire: start bit, eight data bits, stop bit."""
        return 10 / self.baud


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


def _addresses(value: object) -> object:
    read = _whole(1, 99)
    if not isinstance(value, list) or not value or len(set(map(repr, value))) != len(value):
        raise _RefusedError("a list of different board addresses, each from 1 to 99")
    return tuple(read(address) for address in value)


def _heads(value: object) -> object:
    if not isinstance(value, list) or any(head not in {0x81, 0x82} for head in map(_as_int, value)):
        raise _RefusedError("a list of 0x81, 0x82, both or none")
    return frozenset(value)


def _as_int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _must_be_false(value: object) -> object:
    if value is not False:
        raise _RefusedError(
            "false (board-timed pulses need no held outputs, and power-to-lock is unsafe)"
        )
    return value


_READERS: Mapping[str, _Reader] = {
    "family": _one_of(Family),
    "baud": _one_in(1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200),
    "gap_ms": _whole(1, 1000),
    "reply_timeout_ms": _whole(10, 10_000),
    "late_ms": _whole(0, 10_000),
    "echo": _one_of(Echo),
    "pulse_ms": _whole(10, 60_000),
    "coil_rest_ms": _whole(2000, 600_000),
    "unlock_reply": _one_of(UnlockReply),
    "contact": _one_of(Contact),
    "packed": _one_of(PackedSense),
    "byte_order": _one_of(ByteOrder),
    "report_heads": _heads,
    "channels": _whole(1, 50),
    "boards": _addresses,
    "held_outputs": _must_be_false,
    "power_to_lock": _must_be_false,
}


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
    values: dict[str, object] = {}
    for key, value in table.items():
        reader = _READERS.get(key)
        if reader is None:
            allowed = "the keys " + ", ".join(_READERS)
            raise ProfileError(file=file, key=key, value=value, allowed=allowed)
        try:
            values[key] = reader(value)
        except _RefusedError as refused:
            raise ProfileError(file=file, key=key, value=value, allowed=str(refused)) from None
    for field in fields(BoardProfile):
        if field.default is MISSING and field.name not in values:
            words = ", ".join(f'"{family.value}"' for family in Family)
            raise ProfileError(file=file, key=field.name, value=None, allowed=words)
    return BoardProfile(**values)  # type: ignore[arg-type]  # each reader returns its field's type


def make_codec(profile: BoardProfile) -> BoardCodec:
    """Return a fresh codec of the profile's family."""
    match profile.family:
        case Family.SHUOMING:
            return ShuomingCodec(
                channels=profile.channels,
                contact=profile.contact,
                packed=profile.packed,
                byte_order=profile.byte_order,
                report_heads=profile.report_heads,
            )
        case _:
            assert_never(profile.family)
