"""All parts of the product on one machine, in the order in which they need each other.

  simulated board and readers ─ centre ─ enrolment ─ daemon ─ kiosk ─ window of the cabinet

Everything lives in one folder, made anew at each start. Nothing here is a secret that holds
anywhere else: passwords, badge and PIN are drawn at random for each demo.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from locker.contract.vocabulary import Capability
from locker.demo.part import Part, PartError, run_once
from locker.demo.wiring import Wiring, wire

SHORT, COMMUNITY, SITE = "7", "润园社区", "居委会门口"
TELEPHONE = "0311-00000000"
LAYOUT = "runyuan-24"
SCANNER_BAUD, CARD_READER_BAUD = 115_200, 9600
KIOSK = "kiosk"
CENTRE, STATE = "centre", "state"
"""Where the centre and the cabinet keep their books."""


UPRIGHT, LYING = (1080, 1920), (1920, 1080)
"""The two shapes of a screen."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to put on stage.

    `cabinet_centre_url`: how the cabinet reaches the centre, where that is not the public address
    (the story puts a line in between that can be cut). `board_port`: a real board's port; None for
    the simulated one. `board`: its family. `display`: whether windows can be shown.
    """

    directory: Path
    port: int
    public_url: str
    host: str = "127.0.0.1"
    cabinet_centre_url: str | None = None
    board_port: str | None = None
    board: str = "shuoming"
    display: bool = False
    rehearsal: bool = False
    kiosk_environment: dict[str, str] = field(default_factory=dict)
    core_settings: str = ""


@dataclass(frozen=True, slots=True)
class StaffCard:
    """The demo's member of staff: sign-in of the console, badge and PIN of the kiosk."""

    name: str
    password: str
    badge: str
    pin: str


class Stage:
    """The running parts; `stop` ends them in reverse order.

    Raises PartError where another demo has this folder: making it anew would take it away.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        if answers(self.control):
            words = "end it with Ctrl-C, or give another --directory and --centre-port 0"
            raise PartError("another demo", f"runs in {plan.directory} already: {words}", "")
        shutil.rmtree(plan.directory, ignore_errors=True)
        self.logs = plan.directory / "logs"
        self.logs.mkdir(parents=True)
        self.parts: dict[str, Part] = {}
        self.staff: StaffCard | None = None
        self.cabinet = ""
        self.wiring = wire(plan.board, layout=LAYOUT, folder=plan.directory)
        write_plan(plan, self.wiring)

    @property
    def control(self) -> Path:
        """The simulator's control socket."""
        return self.plan.directory / "simulator.sock"

    @property
    def rehearsal(self) -> Path:
        """The kiosk's rehearsal socket."""
        return self.plan.directory / "rehearsal.sock"

    @property
    def kiosk_socket(self) -> Path:
        """The daemon's socket for the glass."""
        return self.plan.directory / "run" / "kiosk.sock"

    @property
    def settings(self) -> Path:
        """The daemon's settings file."""
        return self.plan.directory / "settings.toml"

    @property
    def database(self) -> str:
        """The centre's database."""
        return f"sqlite:///{self.plan.directory / 'centre.db'}"

    @property
    def local_url(self) -> str:
        """The centre as this machine reaches it."""
        return f"http://127.0.0.1:{self.plan.port}"

    def start(self) -> None:
        """Start everything. Raises PartError; what was started is ended by `stop`."""
        self.start_simulator()
        self.start_centre()
        self.enrol()
        self.start_daemon()
        self.start_kiosk()
        if self.plan.display and self.plan.board_port is None:
            self.start_cabinet_window()

    def start_simulator(self) -> None:
        """Start the simulated readers, and the board unless a real one is used."""
        addresses = [word for n in self.wiring.boards for word in ("--address", str(n))]
        words = [
            "simulate", "--board", self.plan.board, *addresses,
            "--channels", str(self.wiring.channels), "--link", str(self.plan.directory / "board"),
            "--scanner-link", str(self.plan.directory / "scanner"), "--codes-at-once",
            "--scanner-baud", str(SCANNER_BAUD), "--control", str(self.control),
            "--card-reader-link", str(self.plan.directory / "card-reader"),
            "--card-reader-baud", str(CARD_READER_BAUD),
        ]  # fmt: skip
        self._start("simulator", words, ready=self.control.exists)

    def start_centre(self) -> None:
        """Start the centre; it makes and migrates its own database."""
        words = [
            "central", "serve", "--demo", "--database", self.database, "--data", str(self._data),
            "--public-url", self.plan.public_url, "--host", self.plan.host,
            "--port", str(self.plan.port),
        ]  # fmt: skip
        if answers(self.plan.port):
            # Another's answers would be taken for those of our own.
            taken = f"port {self.plan.port}: address already in use; --centre-port 0: any free one"
            raise PartError("centre", taken, "")
        self._start("centre", words, ready=self._centre_answers)

    def enrol(self) -> None:
        """Create cabinet and staff at the centre, and enrol the cabinet with its one-time code."""
        made = self._centre_says(
            "create-cabinet",
            "--short",
            SHORT,
            "--community",
            COMMUNITY,
            "--site",
            SITE,
            "--telephone",
            TELEPHONE,
        )
        self.cabinet, code = made["cabinet"], made["enrolment_code"]
        url = self.plan.cabinet_centre_url or self.local_url
        run_once(
            ["daemon", "enrol", "--settings", str(self.settings), "--centre", url, "--code", code]
        )
        self._create_staff()

    def _create_staff(self) -> None:
        password, pin = secrets.token_urlsafe(9), f"{secrets.randbelow(10**4):04}"
        made = self._centre_says(
            "create-staff",
            "--data",
            str(self._data),
            "--login",
            "zhiban",
            "--name",
            "值班员",
            "--password",
            password,
            "--pin",
            pin,
            *(word for may in Capability for word in ("--may", may.value)),
        )
        self.staff = StaffCard("zhiban", password, made["badge"], pin)

    def start_daemon(self) -> None:
        """Start the cabinet's daemon."""
        words = ["daemon", "run", "--settings", str(self.settings)]
        if self.plan.board_port:
            words += ["--port", self.plan.board_port]
        self._start("daemon", words, ready=self._daemon_answers)

    def start_kiosk(self, size: tuple[int, int] = UPRIGHT) -> None:
        """Start the glass: a window where there is a display, otherwise off-screen."""
        words = ["kiosk", "--socket", str(self.kiosk_socket)]
        words += ["--windowed"] if self.plan.display else []
        words += ["--rehearsal-socket", str(self.rehearsal)] if self.plan.rehearsal else []
        environment = dict(self.plan.kiosk_environment)
        if not self.plan.display:
            environment |= offscreen(self.plan.directory, size)
        ready = self.rehearsal.exists if self.plan.rehearsal else lambda: True
        self._start(KIOSK, words, ready=ready, environment=environment)

    def start_cabinet_window(self) -> None:
        """Start the window of the simulated cabinet, whose doors can be clicked shut."""
        layout = str(self.wiring.layout_file)
        words = ["kiosk", "cabinet-window", "--control", str(self.control), "--layout", layout]
        self._start("cabinet window", words, ready=lambda: True)

    def check(self) -> None:
        """Start the glass anew where it ended in order, as a service manager does.

        Raises PartError if another part has ended by itself, or the glass with an error.
        """
        for name, part in self.parts.items():
            if name == KIOSK and part.exit_code == 0:
                part.start(ready=lambda: True)
            part.check()

    def stop(self) -> None:
        """End every part, the last started first."""
        for part in reversed(list(self.parts.values())):
            part.stop()

    @property
    def _data(self) -> Path:
        return self.plan.directory / CENTRE

    def _start(
        self, name: str, words: list[str], *, ready: Any, environment: dict[str, str] | None = None
    ) -> None:
        log = self.logs / f"{name.replace(' ', '-')}.log"
        part = Part(name, words, log=log, environment=environment)
        self.parts[name] = part
        part.start(ready=ready)

    def _centre_says(self, *words: str) -> dict[str, Any]:
        """Run an administrative command of the centre and read its answer."""
        words = ("central", *words, "--database", self.database, "--json")
        said: dict[str, Any] = json.loads(run_once(words))
        return said

    def _centre_answers(self) -> bool:
        try:
            return requests.get(f"{self.local_url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def _daemon_answers(self) -> bool:
        return answers(self.kiosk_socket)


def answers(at: Path | int) -> bool:
    """Tell whether somebody listens at a socket, or at a TCP port of this machine."""
    kind, address = (
        (socket.AF_INET, ("127.0.0.1", at)) if isinstance(at, int) else (socket.AF_UNIX, str(at))
    )
    with socket.socket(kind) as probe:
        return probe.connect_ex(address) == 0


def write_plan(plan: Plan, wiring: Wiring) -> None:
    """Write the daemon's settings file of this demo."""
    board = plan.board_port or str(plan.directory / "board")
    centre = plan.cabinet_centre_url or f"http://127.0.0.1:{plan.port}"
    lines = [
        f'state_dir = "{plan.directory / STATE}"',
        f'run_dir = "{plan.directory / "run"}"',
        f'layout = "{wiring.layout_file}"',
        f'short = "{SHORT}"',
        "demo = true",
        "[[bus]]",
        f"port = {json.dumps(board)}",
        f'profile = "{wiring.profile_file}"',
        "[scanner]",
        f'port = "{plan.directory / "scanner"}"',
        f"baud = {SCANNER_BAUD}",
        "[card_reader]",
        f'port = "{plan.directory / "card-reader"}"',
        f"baud = {CARD_READER_BAUD}",
        "[centre]",
        f'url = "{centre}"',
        plan.core_settings,
    ]
    (plan.directory / "settings.toml").write_text("\n".join(lines) + "\n", "utf-8")


def offscreen(directory: Path, size: tuple[int, int] = UPRIGHT) -> dict[str, str]:
    """Give the environment of a kiosk with a screen that nobody sees."""
    screens = directory / "offscreen.json"
    width, height = size
    screen = {"name": "kiosk", "x": 0, "y": 0, "width": width, "height": height, "dpi": 96}
    screens.write_text(json.dumps({"synchronousWindowSystemEvents": False, "screens": [screen]}))
    return {"QT_QPA_PLATFORM": f"offscreen:configfile={screens}"}


def free_port(among: range = range(20_000, 32_000)) -> int:
    """Find a TCP port on loopback that nobody uses now, below those that are lent to callers.

    One of these may be anybody's before it is served.
    """
    while True:
        port = secrets.choice(among)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
