"""The package's own files as they will lie: cheap checks; `./run bench package` is the proof."""

from __future__ import annotations

import gzip
import itertools
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from locker.command import SUBCOMMANDS
from locker.settings import load_settings

ROOT = Path(__file__).parents[3]
DEBIAN = ROOT / "packaging" / "debian"
SCRIPTS = ("postinst", "prerm", "postrm")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stage")
    subprocess.run(
        [ROOT / "packaging" / "build", sys.executable, "--stage", folder], check=True, timeout=60
    )
    return folder


def test_what_is_built_from_a_later_commit_is_newer_for_apt_and_older_than_the_next_release(
    stage: Path,
) -> None:
    built = _version(stage)
    release = version("bangbangui")
    assert re.fullmatch(re.escape(release) + r"\+\d{8}\.\d{6}-1", built)
    in_order = (f"{release}-1", built, f"{release}+20991231.235959-1", f"{release}.1-1")
    for older, newer in itertools.pairwise(in_order):
        subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=True)


def test_what_is_built_from_an_archive_without_git_bears_the_moment_of_its_files(
    tmp_path: Path,
) -> None:
    tree = tmp_path / "tree"
    for folder in ("config", "packaging", "systemd"):
        shutil.copytree(ROOT / folder, tree / folder)
    (tree / "docs").mkdir()
    for name in ("CHANGELOG.md", "README.md", "README.zh-CN.md"):
        shutil.copy(ROOT / name, tree)
    os.utime(tree / "CHANGELOG.md", (1_800_000_000.0, 1_800_000_000.0))
    built = tmp_path / "stage"
    subprocess.run(
        [tree / "packaging" / "build", sys.executable, "--stage", built], check=True, timeout=60
    )
    assert _version(built) == f"{version('bangbangui')}+20270115.080000-1"


def _version(stage: Path) -> str:
    lies = stage / "usr/share/doc/bangbangui/changelog.Debian.gz"
    found = re.search(r"^bangbangui \((\S+)\)", gzip.decompress(lies.read_bytes()).decode())
    assert found is not None
    return found[1]


def test_every_unit_and_its_company_lie_where_the_system_looks_for_them(stage: Path) -> None:
    units = {path.name for path in (ROOT / "systemd").glob("*.service")}
    assert {path.name for path in (stage / "lib/systemd/system").iterdir()} == units
    for name in (
        "usr/lib/sysusers.d/bangbangui.conf",
        "usr/lib/tmpfiles.d/bangbangui.conf",
        "lib/udev/rules.d/99-bangbangui.rules",
        "usr/share/doc/bangbangui/README.md",
        "usr/share/doc/bangbangui/copyright",
    ):
        assert (stage / name).stat().st_mode & 0o777 == 0o644, name


def test_the_settings_of_a_cabinet_are_read_and_name_ports_and_groups(stage: Path) -> None:
    settings = load_settings(stage / "etc/bangbangui/settings.toml")
    assert settings.buses[0].port == "/dev/bangbangui-board"
    assert (settings.kiosk_group, settings.tech_group) == ("bangbangui-kiosk", "bangbangui-tech")
    assert str(settings.state_dir) == "/var/lib/bangbangui"


def test_what_an_administrator_changes_is_kept_over_an_upgrade(stage: Path) -> None:
    named = set((stage / "DEBIAN/conffiles").read_text().split())
    lie = {f"/{path.relative_to(stage)}" for path in (stage / "etc").rglob("*") if path.is_file()}
    assert named == lie


def test_the_file_that_may_hold_a_password_is_the_administrators_alone(stage: Path) -> None:
    assert (stage / "etc/bangbangui/central.env").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_maintainer_script_is_good_shell_that_stops_at_an_error(stage: Path, name: str) -> None:
    script = stage / "DEBIAN" / name
    assert script.stat().st_mode & 0o777 == 0o755
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/bin/sh"
    assert "set -e" in lines
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    if (shellcheck := shutil.which("shellcheck")) is not None:
        assert subprocess.run([shellcheck, script], check=False).returncode == 0


def test_only_a_purge_touches_what_a_cabinet_is() -> None:
    text = (DEBIAN / "postrm").read_text()
    before, _, after = text.partition('if [ "$1" = purge ]; then')
    assert "rm -rf" not in before
    assert "/var/lib/bangbangui" in after
    for name in ("postinst", "prerm"):
        assert "/var/lib/bangbangui" not in (DEBIAN / name).read_text()


def test_the_scripts_name_units_that_there_are() -> None:
    units = {path.name for path in (ROOT / "systemd").glob("*.service")}
    for name in SCRIPTS:
        named = re.findall(r"bangbangui-\w+\.service", (DEBIAN / name).read_text())
        assert set(named) <= units, name


def test_the_manual_page_names_every_subcommand(stage: Path) -> None:
    page = gzip.decompress((stage / "usr/share/man/man1/bangbangui.1.gz").read_bytes()).decode()
    assert {word for word in SUBCOMMANDS if word not in page} == set()


def test_the_command_runs_the_packages_own_python(stage: Path) -> None:
    script = (stage / "usr/bin/bangbangui").read_text()
    assert script.endswith('exec /usr/lib/bangbangui/bin/python3 -I -m locker "$@"\n')
