"""The units say what systemd understands; an unknown key is only a warning there, so it is read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[3] / "systemd").glob("*.service"))


def test_the_three_programs_have_units() -> None:
    names = [unit.name for unit in UNITS]
    assert names == [
        "bangbangui-central.service",
        "bangbangui-daemon.service",
        "bangbangui-kiosk.service",
    ]


@pytest.mark.needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing_to_say_about_a_unit(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing: ./run check installs Debian's package systemd"
    # The programs of the package are not installed here: an existing one stands in for each.
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
    copy = tmp_path / unit.name
    copy.write_text(text)
    said = subprocess.run(
        [program, "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    ours = [line for line in said.stderr.splitlines() if unit.stem in line]
    assert (said.returncode, ours) == (0, [])


def test_the_daemon_is_restarted_for_ever_and_watched() -> None:
    daemon = next(unit for unit in UNITS if "daemon" in unit.name).read_text()
    for line in ("Type=notify", "Restart=always", "StartLimitIntervalSec=0", "NoNewPrivileges=yes"):
        assert line in daemon.splitlines()
