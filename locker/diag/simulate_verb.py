"""The verb simulate: a board on a pseudo-terminal, its doors worked from the prompt.

The simulator is a process of its own, as `bangbangui simulate` starts it; here are only its words.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import sys
from pathlib import Path

import typer

from drivers.simulator.control import SimulatorClient, SimulatorError
from locker.diag.bench import Channel
from locker.diag.call import Call
from locker.diag.trouble import ExitCode, TroubleError

PROMPT_HELP = """  open CH      open a door by hand, as with the key     shut CH     push it shut
  state        every door as it truly is                fault TEXT  such as jammed:lock=3
  clear        end all faults                           trace       the last frames
  unplug       pull the cable                           replug      put it back
  quit         end"""


def simulate(ctx: typer.Context) -> None:
    """Simulate a board: simulate --board B --link PATH [--fault TEXT]… [--control PATH].

    All options are those of `bangbangui simulate`; see its --help.
    """
    call: Call = ctx.obj
    words = list(ctx.args)
    if call.options.board is not None and "--board" not in words:
        words += ["--board", call.options.board]
    with call.telling():
        link = _value_of("--link", words)
        control = _value_of("--control", words)
        if control is None and link is not None:
            control = f"{link}.control"
            words += ["--control", control]
        if "--help" in words or control is None or not sys.stdin.isatty():
            raise typer.Exit(_passed_on(words))
        _at_the_prompt(call, words, Path(control))


def _value_of(option: str, words: list[str]) -> str | None:
    for at, word in enumerate(words):
        if word == option and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def _passed_on(words: list[str]) -> int:
    from drivers.simulator.command import app

    try:
        app(args=words, prog_name="bangbangui simulate")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _at_the_prompt(call: Call, words: list[str], control: Path) -> None:
    command = [sys.executable, "-m", "drivers.simulator.command", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            ready = process.stdout.readline() if process.stdout else ""
            if not ready:
                raise typer.Exit(process.wait() or int(ExitCode.FAILED))
            call.console.print(ready.strip(), soft_wrap=True)
            call.console.print(PROMPT_HELP, markup=False)
            with SimulatorClient(control) as client:
                _converse(call, client)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _converse(call: Call, client: SimulatorClient) -> None:
    while True:
        try:
            words = shlex.split(input("simulator> "))
        except (EOFError, KeyboardInterrupt):
            call.console.print()
            return
        except ValueError as error:
            call.console.print(str(error), markup=False)
            continue
        if words and words[0] in {"quit", "exit", "q"}:
            return
        try:
            _carry_out(call, client, words)
        except SimulatorError as error:
            call.console.print(error.text, style="red", markup=False)
            if error.code in {"gone", "not-running"}:
                raise TroubleError(
                    "simulator_ended", words=" ".join(words), detail=error.text
                ) from error


def _carry_out(call: Call, client: SimulatorClient, words: list[str]) -> None:
    match words:
        case []:
            return
        case ["open" | "shut" as what, place]:
            channel = _channel(call, place)
            if channel is not None:
                work = client.open_by_hand if what == "open" else client.shut
                work(channel.board, channel.number)
        case ["state"]:
            for door in client.state().doors:
                told = "open" if door.open else "closed"
                inside = f", holds {', '.join(door.contents)}" if door.contents else ""
                call.console.print(
                    f"{door.board}:{door.lock} {told}, {door.pulses} pulses{inside}", markup=False
                )
        case ["fault", text]:
            _fault(client, text)
        case ["clear"]:
            client.clear_faults()
        case ["unplug"]:
            client.unplug()
        case ["replug"]:
            client.replug()
        case ["trace"]:
            for line in client.trace()[-20:]:
                call.console.print(f"{line.direction:>4} {line.hex}  {line.meaning}", markup=False)
        case _:
            call.console.print(PROMPT_HELP, markup=False)


def _channel(call: Call, text: str) -> Channel | None:
    with contextlib.suppress(ValueError):
        return Channel.parse(text if ":" in text else f"1:{text}")
    call.console.print(f"{text}: no channel; write 1:7", markup=False)
    return None


def _fault(client: SimulatorClient, text: str) -> None:
    kind, _, rest = text.partition(":")
    fields: dict[str, object] = {}
    for pair in filter(None, rest.split(",")):
        name, _, value = pair.partition("=")
        fields[name] = int(value) if value.isdigit() else value
    client.fault(kind, **fields)  # type: ignore[arg-type]  # the simulator judges them
