"""`bangbangui voice`: what the glass says, and recording it in a steward's own voice."""

from __future__ import annotations

import shlex
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from kiosk_ui.voice.recording import Recording, State, is_sound, recordings
from locker.contract.layout import Layout
from locker.contract.text import LANGUAGES, Catalogue

RECORDER = "arecord -q -f S16_LE -r 22050 -c 1 -d 8"
PLAYER = "aplay -q"

app = typer.Typer(
    help="What the glass says, and recording it in a steward's own voice.", no_args_is_help=True
)
Folder = Annotated[Path, typer.Option("--recordings", help="The folder of the recordings.")]
Language = Annotated[str, typer.Option(help="zh_CN or en.")]
LayoutName = Annotated[str, typer.Option(help="A name in config/cabinets, or a .toml file.")]


@app.command("list")
def list_(folder: Folder, language: Language = "zh_CN", layout: LayoutName = "runyuan-24") -> None:
    """Show every sentence, and which of them are recorded with today's words."""
    found = [(one, one.state()) for one in recordings(folder, _known(language), _doors(layout))]
    for recording, state in found:
        typer.echo(f"{state:<10} {recording.key:<16} {recording.words}")
        if state is State.OLD_WORDS:
            typer.echo(f"{'':<27} {recording.made_from()}")
    count = sum(state is State.RECORDED for _, state in found)
    typer.echo(f"{count} of {len(found)} recorded; speech fills the gaps, if fitted")


@app.command()
def record(
    folder: Folder,
    language: Language = "zh_CN",
    layout: LayoutName = "runyuan-24",
    recorder: Annotated[
        str, typer.Option(help="The program that records; the file's path is added.")
    ] = RECORDER,
    player: Annotated[
        str, typer.Option(help="The program that plays; the file's path is added.")
    ] = PLAYER,
) -> None:
    """Walk through what is missing or says other words now: read, listen, keep it or not."""
    every = recordings(folder, _known(language), _doors(layout))
    todo = [one for one in every if one.state() is not State.RECORDED]
    text = Catalogue.load("kiosk_ui", "record", language)
    draft = folder / "draft.wav"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(b"")
    except OSError as error:
        typer.echo(text("no_folder", folder=folder, why=error.strerror), err=True)
        raise typer.Exit(1) from error
    try:
        for at, one in enumerate(todo, 1):
            typer.echo(f"\n{at}/{len(todo)}  {one.key}\n    {one.words}")
            if not _take(one, draft, recorder=recorder, player=player, text=text):
                break
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(text("kept_in", folder=folder))


def _take(one: Recording, draft: Path, *, recorder: str, player: str, text: Catalogue) -> bool:
    """Record one sentence until it is kept or passed over; False ends the walk."""
    state = one.state()
    old = state in {State.OLD_WORDS, State.UNSURE}
    if old:
        before = one.made_from()
        typer.echo(text("unsure") if before is None else text("old_words", words=before))
        _run(player, one.path)
    while True:
        word = typer.prompt(text("ask_old" if old else "ask"), default="", show_default=False)
        if word == "q":
            return False
        if word == "s":
            return True
        if word == "k" and old:
            one.note_words()
            return True
        draft.unlink(missing_ok=True)
        typer.echo(text("read"))
        if not _run(recorder, draft) or not is_sound(draft):
            typer.echo(text("nothing"), err=True)
            continue
        _run(player, draft)
        if typer.confirm(text("keep"), default=True):
            draft.replace(one.path)
            one.note_words()
            return True


def _run(program: str, path: Path) -> bool:
    try:
        return subprocess.run([*shlex.split(program), str(path)], check=False).returncode == 0
    except OSError as error:
        typer.echo(f"{program.split(maxsplit=1)[0]}: {error.strerror}", err=True)
        return False


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise typer.BadParameter("zh_CN or en", param_hint="--language")
    return language


def _doors(layout: str) -> list[int]:
    named = files("config") / "cabinets" / f"{layout}.toml"
    path = Path(layout) if layout.endswith(".toml") else named
    try:
        front = Layout.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise typer.BadParameter(f"no cabinet can be read there: {layout}") from error
    return [cell.number for cell in front.cells]
