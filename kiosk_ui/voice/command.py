"""`bangbangui voice`: what the glass says, and recording it in a steward's own voice."""

from __future__ import annotations

import shlex
import subprocess
import tomllib
import wave
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

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


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing to be recorded."""

    key: str
    words: str

    def path(self, folder: Path, language: str) -> Path:
        """Give its file."""
        return folder / f"{self.key}.{language}.wav"


def sentences(language: str, doors: list[int]) -> list[Sentence]:
    """Give everything that the glass says, in the order of the catalogue; doors come last."""
    text = Catalogue.load("kiosk_ui", "voice", language)
    found = [Sentence(key, text(key)) for key in sorted(text.keys - {"door"})]
    return found + [Sentence(f"door_{n}", text("door", n=n)) for n in doors]


@app.command("list")
def list_(folder: Folder, language: Language = "zh_CN", layout: LayoutName = "runyuan-24") -> None:
    """Show every sentence, and which of them are recorded."""
    found = sentences(_known(language), _doors(layout))
    missing = 0
    for sentence in found:
        state = _state(sentence.path(folder, language))
        missing += state != "recorded"
        typer.echo(f"{state:<10} {sentence.key:<16} {sentence.words}")
    typer.echo(f"{len(found) - missing} of {len(found)} recorded; speech fills the gaps, if fitted")


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
    """Walk through every sentence that is not recorded yet: read it out, listen, keep it or not."""
    todo = [
        sentence
        for sentence in sentences(_known(language), _doors(layout))
        if _state(sentence.path(folder, language)) != "recorded"
    ]
    text = Catalogue.load("kiosk_ui", "record", language)
    draft = folder / "draft.wav"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(b"")
    except OSError as error:
        typer.echo(text("no_folder", folder=folder, why=error.strerror), err=True)
        raise typer.Exit(1) from error
    try:
        for at, sentence in enumerate(todo, 1):
            typer.echo(f"\n{at}/{len(todo)}  {sentence.key}\n    {sentence.words}")
            path = sentence.path(folder, language)
            if not _take(path, draft, recorder=recorder, player=player, text=text):
                break
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(text("kept_in", folder=folder))


def _take(path: Path, draft: Path, *, recorder: str, player: str, text: Catalogue) -> bool:
    """Record one sentence until it is kept or passed over; False ends the walk."""
    while True:
        word = typer.prompt(text("ask"), default="", show_default=False)
        if word == "q":
            return False
        if word == "s":
            return True
        draft.unlink(missing_ok=True)
        typer.echo(text("read"))
        if not _run(recorder, draft) or _state(draft) != "recorded":
            typer.echo(text("nothing"), err=True)
            continue
        _run(player, draft)
        if typer.confirm(text("keep"), default=True):
            draft.replace(path)
            return True


def _run(program: str, path: Path) -> bool:
    try:
        return subprocess.run([*shlex.split(program), str(path)], check=False).returncode == 0
    except OSError as error:
        typer.echo(f"{program.split(maxsplit=1)[0]}: {error.strerror}", err=True)
        return False


def _state(path: Path) -> str:
    """Tell whether a recording is there, and is one that can be played."""
    try:
        with wave.open(str(path)) as read:
            good = read.getsampwidth() == 2 and read.getnchannels() == 1 and read.getnframes() > 0
    except FileNotFoundError:
        return "missing"
    except (OSError, EOFError, wave.Error):
        return "damaged"
    return "recorded" if good else "damaged"


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
