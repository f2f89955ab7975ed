"""The verbs that need no hardware: decode, encode, simulate."""

from __future__ import annotations

import re
from typing import Annotated

import typer
from rich.text import Text

from drivers.codec import Pulse, RequestRangeError, Stray
from drivers.profile import make_codec
from locker.diag.bus_verb import parse_channel
from locker.diag.call import Call
from locker.diag.frame_text import best_values, hex_of, value_json, value_words, widest
from locker.diag.profile_choice import choose_profile
from locker.diag.trouble import ExitCode, TroubleError

BoardOption = Annotated[str | None, typer.Option("--board", help="A board profile's name or file.")]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE of the profile.")]


def decode(
    ctx: typer.Context,
    data: Annotated[list[str], typer.Argument(metavar="HEX...", help="Bytes as they came.")],
    *,
    board: BoardOption = None,
    sets: SetOption = None,
) -> None:
    """Tell what bytes from a board mean; what is no valid frame is stray, never a value."""
    call: Call = ctx.obj
    with call.telling():
        profile = choose_profile(_named(call, board), (*call.options.sets, *(sets or ())))
        found = best_values(profile, _bytes(data))
        if call.options.json:
            call.print_json([value_json(one) for one in found])
            return
        for one in found:
            style = "red" if isinstance(one.event, Stray) else "green"
            words = Text(value_words(one, call.texts), style)
            call.console.print(Text(f"{hex_of(one.data):<32}  ") + words)


def encode(
    ctx: typer.Context,
    verb: Annotated[str, typer.Argument(metavar="open", help="What to ask of the board.")],
    channel: Annotated[str, typer.Argument(metavar="CH", help="BOARD:NUMBER, for example 1:7.")],
    *,
    board: BoardOption = None,
    sets: SetOption = None,
) -> None:
    """Write the frame that would open a channel; nothing is sent."""
    call: Call = ctx.obj
    with call.telling():
        if verb != "open":
            raise TroubleError("no_such_frame", verb=verb, code=ExitCode.USAGE)
        profile = choose_profile(_named(call, board), (*call.options.sets, *(sets or ())))
        wanted = parse_channel(channel)
        try:
            frame = make_codec(widest(profile)).encode(Pulse(wanted.board, wanted.number))
        except RequestRangeError as error:
            raise TroubleError(
                "not_encoded",
                channel=wanted,
                family=profile.family.value,
                detail=str(error),
                code=ExitCode.USAGE,
            ) from error
        if call.options.json:
            call.print_json({"hex": hex_of(frame)})
        else:
            call.console.print(hex_of(frame), highlight=False)


def _named(call: Call, board: str | None) -> str:
    named = board or call.options.board
    if named is None:
        raise TroubleError("no_board_for_bytes", code=ExitCode.USAGE)
    return named


def _bytes(words: list[str]) -> bytes:
    text = re.sub(r"0[xX]|[\s,:]", "", " ".join(words))
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise TroubleError(
            "no_hex", words=repr(" ".join(words)[:60]), code=ExitCode.USAGE
        ) from error
