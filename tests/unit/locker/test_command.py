"""The root command finds, loads and runs one subcommand, and says what is missing."""

from __future__ import annotations

import subprocess
import sys
import types
from importlib.metadata import version

import pytest
import typer

from locker import command
from locker.command import SUBCOMMANDS, Subcommand, main


def _subcommand(
    monkeypatch: pytest.MonkeyPatch, app: object, *, target: str = "imagined_module:app"
) -> None:
    module = types.ModuleType("imagined_module")
    module.__dict__["app"] = app
    monkeypatch.setitem(sys.modules, "imagined_module", module)
    monkeypatch.setitem(SUBCOMMANDS, "imagined", Subcommand(target, "Imagined.", "kiosk"))


def _exit_code(*words: str) -> object:
    with pytest.raises(SystemExit) as leaving:
        main(words)
    return leaving.value.code


def test_help_names_every_subcommand_and_loads_none() -> None:
    probe = (
        "import sys; from locker.command import main; main(['--help']);"
        "sys.exit(any(n in sys.modules for n in ('typer', 'PyQt6', 'fastapi', 'serial')))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    for name, row in SUBCOMMANDS.items():
        assert f"  {name} " in done.stdout
        assert row.help in done.stdout


def test_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--version"])
    assert capsys.readouterr().out == f"bangbangui {version('bangbangui')}\n"


def test_no_words_print_the_help_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_code() == 2
    assert "Usage: bangbangui COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "advice"),
    [("demon", "Did you mean daemon?"), ("xyz", "bangbangui --help"), ("--x", "no such option")],
)
def test_unknown_word_is_refused_with_advice(
    capsys: pytest.CaptureFixture[str], word: str, advice: str
) -> None:
    assert _exit_code(word) == 2
    assert advice in capsys.readouterr().err


def test_app_with_one_command_takes_its_arguments_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = typer.Typer()

    @app.command()
    def greet(name: str) -> None:
        typer.echo(f"hello {name}")

    _subcommand(monkeypatch, app)
    assert _exit_code("imagined", "润园") == 0
    assert capsys.readouterr().out == "hello 润园\n"


def test_app_with_several_commands_is_a_group(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = typer.Typer()

    @app.command()
    def scan() -> None:
        typer.echo("scanned")

    @app.command()
    def ports() -> None:
        typer.echo("listed")

    _subcommand(monkeypatch, app)
    assert _exit_code("imagined", "ports") == 0
    assert capsys.readouterr().out == "listed\n"
    assert _exit_code("imagined", "--help") == 0
    assert "bangbangui imagined" in capsys.readouterr().out


def test_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _subcommand(monkeypatch, None, target="package_not_installed.command:app")
    assert _exit_code("imagined") == 2
    assert "pip install 'bangbangui[kiosk]'" in capsys.readouterr().err


def test_missing_module_of_ours_is_a_bug_and_not_a_missing_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _subcommand(monkeypatch, None, target="locker.no_such_module:app")
    with pytest.raises(ModuleNotFoundError):
        main(["imagined"])


def test_every_target_is_in_a_package_of_ours() -> None:
    for row in SUBCOMMANDS.values():
        assert row.target.partition(".")[0] in command.OUR_PACKAGES
