"""Which board profile `--board` and `--set` mean: a profile's name or file, or a family's name."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from drivers.boards.registry import FACTS_OF
from drivers.family import BoardProfile
from drivers.profile import (
    BOARDS_FOLDER,
    ProfileError,
    load_profile,
    profile_from_table,
    profile_path,
    profile_table,
)
from locker.diag.trouble import ExitCode, TroubleError


def choose_profile(board: str, sets: Sequence[str] = ()) -> BoardProfile:
    """Read the profile and lay the settings over it. Raises TroubleError."""
    families = {family.value for family in FACTS_OF}
    try:
        if board in families and not profile_path(board).exists():
            table: dict[str, Any] = {"family": board}
        else:
            table = profile_table(load_profile(board))
        table |= dict(map(_setting, sets))
        return profile_from_table(table, file="--board, --set")
    except ProfileError as error:
        names = {*families, *(path.stem for path in BOARDS_FOLDER.glob("*.toml"))}
        if error.key == "(file)":
            raise TroubleError(
                "no_such_profile",
                board=repr(board),
                names=", ".join(sorted(names)),
                code=ExitCode.USAGE,
            ) from error
        raise TroubleError(
            "wrong_setting",
            board=repr(board),
            detail=str(error),
            allowed=error.allowed,
            code=ExitCode.USAGE,
        ) from error


def _setting(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise TroubleError("no_equals", text=text, code=ExitCode.USAGE)
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value
