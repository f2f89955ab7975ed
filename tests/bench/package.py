"""The Debian package in a clean Debian 12: installed, at work, booted, upgraded, removed, purged.

Not a figure of speed: value and floor are steps, so a ratio of 1 means that all passed. Needs root,
debootstrap, systemd-nspawn and half an hour on a slow disk; apt as this machine has it set up. What
needs a simulated board is started by hand; then systemd itself boots there and starts the units.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from drivers.simulator.control import SimulatorClient
from locker.contract.credential import GrantClaims
from locker.contract.vocabulary import Purpose
from locker.demo.stage import free_port
from tests.bench.figure import Figure
from tests.integration.locker.cabinet_process import Glass, wait_for
from tests.integration.locker.fake_centre import FakeCentre, serving
from tests.support.notify_socket import NotifySocket

PROJECT = Path(__file__).parents[2]
DEBIAN = "bookworm"
SETTINGS = "/etc/bangbangui/settings.toml"
DAEMON_GROUPS = "bangbangui-kiosk,bangbangui-tech"
LEFT_BY_APT = ("/var/cache/", "/var/log/", "/var/lib/apt/", "/var/lib/dpkg/", "/etc/", "/run/")
"""Where other programs write of an installation; our own files there are looked for by name."""


@dataclass(frozen=True, slots=True)
class CleanRoot:
    """A Debian in a folder."""

    path: Path

    def run(self, *words: str, user: str = "", stdin: str = "") -> str:
        """Run a program inside to its end and give what it said. Raises where it fails."""
        done = subprocess.run(
            self.command(*words, user=user), input=stdin, capture_output=True, text=True,
            check=False, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                              "DEBIAN_FRONTEND": "noninteractive"},
        )  # fmt: skip
        if done.returncode != 0:
            said = f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            raise AssertionError(f"{' '.join(words)} ended with {done.returncode}: {said}")
        return done.stdout

    def command(self, *words: str, user: str = "") -> list[str]:
        """Give the words that run a program inside, as an account with the daemon's groups."""
        options = [f"--userspec={user}:{user}", f"--groups={DAEMON_GROUPS}"] if user else []
        return ["chroot", *options, str(self.path), *words]

    def files(self) -> set[str]:
        """Name every file and folder, as the inside sees it."""
        found = subprocess.run(
            ["find", ".", "-xdev", "-printf", "/%P\n"],
            cwd=self.path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return set(found.stdout.splitlines())

    def install(self, package: Path) -> None:
        """Install a package file with what it depends on."""
        shutil.copy(package, self.path / "run")
        self.run("apt-get", "install", "-qq", "--no-install-recommends", f"/run/{package.name}")
        (self.path / "run" / package.name).unlink()


def measure(directory: Path, say: Callable[[str], None]) -> list[Figure]:
    """Walk through the package's life; a step that fails ends it."""
    programs = ("debootstrap", "systemd-nspawn", "nsenter")
    if os.geteuid() != 0 or not all(map(shutil.which, programs)):
        raise SystemExit(f"bench package needs root and the programs {', '.join(programs)}")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    passed, steps = 0, (_install, _start_all, _boot, _upgrade, _remove, _purge)
    say("the package is being built, twice")
    first, second = _build(directory)
    say(f"Debian {DEBIAN} is being unpacked")
    with _clean_root() as root:
        life = Life(root, first, second)
        for step in steps:
            began = time.monotonic()
            step(life)
            passed += 1
            say(f"{step.__doc__} {time.monotonic() - began:.0f} s")
    size = first.stat().st_size / 1e6
    return [
        Figure("package.life", passed, "steps", len(steps), note="floor: the steps"),
        Figure("package.size", size, "MB", None, note="the .deb"),
    ]


@dataclass(slots=True)
class Life:
    """One package in one root; `before` is what was there without it."""

    root: CleanRoot
    first: Path
    second: Path
    before: frozenset[str] = frozenset()


def _build(directory: Path) -> tuple[Path, Path]:
    subprocess.run(
        [PROJECT / "packaging" / "build", sys.executable, directory], check=True, cwd=PROJECT
    )
    (first,) = directory.glob("*.deb")
    tree = directory / "tree"
    subprocess.run(["dpkg-deb", "-R", first, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(control.read_text().replace("\nArchitecture", "+next\nArchitecture", 1))
    second = directory / "next.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, second], check=True)
    shutil.rmtree(tree)
    return first, second


@contextlib.contextmanager
def _clean_root() -> Iterator[CleanRoot]:
    folder = Path(tempfile.mkdtemp(prefix="root-"))
    folder.chmod(0o755)  # it is everybody's root
    root = CleanRoot(folder)
    mounts = [folder / "proc", folder / "dev", folder / "dev" / "pts"]
    mounted: list[Path] = []
    try:
        subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=ca-certificates", DEBIAN, folder,
             _archive()],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        for name in ("sources.list.d/debian.sources", "sources.list", "apt.conf.d"):
            _copy(Path("/etc/apt") / name, folder / "etc" / "apt" / name)
        for place in mounts:
            subprocess.run(["mount", "--bind", f"/{place.relative_to(folder)}", place], check=True)
            mounted.append(place)
        root.run("apt-get", "update", "-qq")
        yield root
    finally:
        for place in reversed(mounted):
            subprocess.run(["umount", place], check=True)
        if not mounted or not os.path.ismount(mounts[1]):
            shutil.rmtree(folder)


def _archive() -> str:
    """Give where this machine's apt gets Debian from."""
    said = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: " + DEBIAN],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return said.stdout.splitlines()[0]


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


# --- the steps ------------------------------------------------------------------------------


def _install(life: Life) -> None:
    """Installed: accounts, folders, units, and a command that answers."""
    root = life.root
    depends = subprocess.run(
        ["dpkg-deb", "-f", life.first, "Depends"], capture_output=True, text=True, check=True
    ).stdout.strip()
    root.run("apt-get", "satisfy", "-qq", "--no-install-recommends", depends)
    life.before = frozenset(root.files())
    root.install(life.first)
    assert root.run("bangbangui", "--version").startswith("bangbangui ")
    for account in ("bangbangui", "bangbangui-kiosk", "bangbangui-central"):
        root.run("getent", "passwd", account)
    root.run("getent", "group", "bangbangui-tech")
    state = (root.path / "var/lib/bangbangui").stat()
    assert state.st_mode & 0o777 == 0o700
    assert str(state.st_uid) == root.run("id", "-u", "bangbangui").strip()
    wanted = root.path / "etc/systemd/system/multi-user.target.wants"
    enabled = {path.name for path in wanted.glob("bangbangui-*")}
    assert enabled == {"bangbangui-daemon.service", "bangbangui-kiosk.service"}
    for unit in ("daemon", "central"):  # the kiosk's needs cage, which is only recommended
        root.run("systemd-analyze", "verify", f"/lib/systemd/system/bangbangui-{unit}.service")


def _start_all(life: Life) -> None:
    """At work, each by its account: a door opened, the glass lit, the page of the centre."""
    root = life.root
    centre = FakeCentre()
    with serving(centre) as server, contextlib.ExitStack() as parts:
        root.run(
            "bangbangui", "daemon", "enrol", "--settings", SETTINGS, "--centre", server.url,
            "--code", "CODE-1234",
        )  # fmt: skip
        owners = {path.stat().st_uid for path in _state(root).iterdir()}
        assert owners == {int(root.run("id", "-u", "bangbangui"))}
        _prepare(root)
        parts.enter_context(_running(root, "bangbangui", "simulate", "--link", "/run/sim/board",
                                     "--scanner-link", "/run/sim/scanner",
                                     "--control", "/run/sim/control"))  # fmt: skip
        wait_for((root.path / "run/sim/control").exists)
        board = SimulatorClient(root.path / "run/sim/control")
        told = NotifySocket(root.path / "run/notify")
        (root.path / "run/notify").chmod(0o666)
        environment = {"NOTIFY_SOCKET": "/run/notify"}
        parts.enter_context(
            _running(root, "bangbangui", "daemon", "run", "--settings", SETTINGS,
                     environment=environment)
        )  # fmt: skip
        told.wait_for("READY=1")
        groups = {
            name: (root.path / "run/bangbangui" / name).stat().st_gid
            for name in ("kiosk.sock", "tech.sock")
        }
        for name, group in (("kiosk.sock", "bangbangui-kiosk"), ("tech.sock", "bangbangui-tech")):
            assert groups[name] == int(root.run("getent", "group", group).split(":")[2])
        glass = Glass(root.path / "run/bangbangui/kiosk.sock")
        glass.hello()
        glass.until("service", lambda s: s["board"] == "ok" and s["scanner"] == "ok")
        now = int(time.time())
        claims = GrantClaims(1, "g", "cab-1", Purpose.DEPOSIT, "c", "m", "R", now, now + 600)
        board.scan(centre.token(claims).encode() + b"\r")
        glass.phase("open")
        assert board.state().pulses == 1
        glass.close()
        parts.enter_context(
            _running(root, "bangbangui-kiosk", "kiosk", "--socket", "/run/bangbangui/kiosk.sock",
                     environment={**environment, "QT_QPA_PLATFORM": "offscreen"})
        )  # fmt: skip
        told.forget()
        told.wait_for("READY=1")
        told.close()
    _serve_pages(root)


def _serve_pages(root: CleanRoot) -> None:
    """Start the centre as its unit does, by its own account, and ask for its first page."""
    port = free_port()
    words = [
        "central", "serve", "--database", "sqlite:////var/lib/bangbangui-central/central.sqlite3",
        "--data", "/var/lib/bangbangui-central", "--public-url", "https://bbg.example.org",
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip

    def answers() -> bool:
        with contextlib.suppress(OSError):
            return requests.get(f"http://127.0.0.1:{port}/", timeout=5).ok
        return False

    with _running(root, "bangbangui-central", *words):
        wait_for(answers, timeout_s=60.0)


def _boot(life: Life) -> None:
    """Booted: systemd itself starts daemon and centre by their units, filters of calls and all."""
    units = [f"bangbangui-{name}" for name in ("daemon", "central")]
    there = life.root.files()
    life.root.run("systemctl", "enable", *units)
    with _booted(life.root) as inside:
        for unit in units:
            wait_for(functools.partial(_is_active, inside, unit), timeout_s=60.0)
        time.sleep(2.0)  # one that ends by itself would be tried again by now
        for unit in units:
            assert inside("show", "-p", "NRestarts", "--value", unit) == "0", unit
    life.root.run("systemctl", "disable", "bangbangui-central")
    own = {name for name in life.root.files() - there if "bangbangui" not in name}
    life.before |= own  # systemd's: its journal, its random seed


def _is_active(inside: Callable[..., str], unit: str) -> bool:
    return inside("is-active", unit) == "active"


@contextlib.contextmanager
def _booted(root: CleanRoot) -> Iterator[Callable[..., str]]:
    """Boot systemd in the root, with a network of its own; gives what runs `systemctl WORDS`."""
    # systemd-nspawn makes a /dev of its own and wants none that is mounted already.
    boot = (
        'umount "$1/dev/pts" "$1/dev" "$1/proc" && exec systemd-nspawn --quiet --directory "$1" '
        "--register=no --keep-unit --private-network --resolv-conf=off --console=pipe --boot"
    )
    with (root.path / "run" / "boot.log").open("w") as log:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", boot, "sh", root.path],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")

    def inside(*words: str) -> str:
        namespaces = ["nsenter", "-t", children.read_text().split()[0], "-m", "-p", "-n"]
        done = subprocess.run(
            [*namespaces, "systemctl", *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    try:
        wait_for(lambda: bool(children.read_text().strip()), timeout_s=20.0)
        yield inside
    finally:
        process.terminate()
        process.wait(60)


def _upgrade(life: Life) -> None:
    """Upgraded: the settings that were changed and the cabinet's state are as they were."""
    root = life.root
    settings = root.path / SETTINGS.lstrip("/")
    changed, enrolment = settings.read_text(), (_state(root) / "cabinet.json").read_bytes()
    root.install(life.second)
    assert "+next" in root.run("dpkg-query", "-W", "-f=${Version}", "bangbangui")
    assert settings.read_text() == changed
    assert (_state(root) / "cabinet.json").read_bytes() == enrolment


def _remove(life: Life) -> None:
    """Removed: nothing of ours is left but the state and the settings."""
    life.root.run("apt-get", "remove", "-qq", "bangbangui")
    assert (_state(life.root) / "journal.db").exists()
    left = {name for name in _left(life) if not name.startswith("/var/lib/bangbangui")}
    kept = {
        "/etc/bangbangui",
        SETTINGS,
        *(f"/etc/bangbangui/{n}.env" for n in ("central", "kiosk")),
    }
    assert left == kept, left


def _purge(life: Life) -> None:
    """Purged: nothing of ours is left, accounts included."""
    life.root.run("apt-get", "purge", "-qq", "bangbangui")
    assert _left(life) == set(), _left(life)
    for database in ("passwd", "group"):
        assert "bangbangui" not in (life.root.path / "etc" / database).read_text()


def _left(life: Life) -> set[str]:
    """Name what was not there before: ours by name, and anything outside other programs' places."""
    new = life.root.files() - life.before
    dpkg = "/var/lib/dpkg/"  # its own record of a package whose settings are kept
    return {
        name
        for name in new
        if not name.startswith((dpkg, "/run/"))
        and ("bangbangui" in name or not name.startswith(LEFT_BY_APT))
    }


def _state(root: CleanRoot) -> Path:
    return root.path / "var/lib/bangbangui"


def _prepare(root: CleanRoot) -> None:
    """Do what systemd does before it starts the daemon, and name the simulated ports."""
    settings = root.path / SETTINGS.lstrip("/")
    text = settings.read_text().replace('port = ""', 'port = "/run/sim/scanner"', 1)
    settings.write_text(text.replace("/dev/bangbangui-board", "/run/sim/board"))
    for folder in ("/run/bangbangui", "/run/sim"):
        root.run("install", "-d", "-o", "bangbangui", "-g", "bangbangui", "-m", "755", folder)


@contextlib.contextmanager
def _running(
    root: CleanRoot, user: str, *words: str, environment: dict[str, str] | None = None
) -> Iterator[None]:
    """Run `bangbangui WORDS` inside, as an account, until the end."""
    base = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    with (root.path / "run" / f"{words[0]}.log").open("w") as log:
        process = subprocess.Popen(
            root.command("bangbangui", *words, user=user),
            env={**base, **(environment or {})}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
