"""The units say what systemd understands, and let each program do only what it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
EXPOSURE = {"bangbangui-daemon": 1.6, "bangbangui-kiosk": 1.5, "bangbangui-central": 1.2}
"""At most; what `systemd-analyze security` counts, from 0 (closed) to 10."""
RULE = re.compile(r'([A-Z]+(\{[\w.]+\})?(==|!=|\+=|=)"[^"]*"(, |$))+')


def lines_of(name: str) -> list[str]:
    return (FOLDER / f"{name}.service").read_text("utf-8").splitlines()


def analyzed(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing: ./run check installs Debian's package systemd"
    return subprocess.run([program, *words], capture_output=True, text=True, check=False)


def test_the_three_programs_have_units() -> None:
    assert [unit.stem for unit in UNITS] == sorted(EXPOSURE)


@pytest.mark.needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing_to_say_about_a_unit(unit: Path, tmp_path: Path) -> None:
    # The programs of the package are not installed here: an existing one stands in for each.
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
    copy = tmp_path / unit.name
    copy.write_text(text)
    said = analyzed("verify", "--man=no", str(copy))
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


@pytest.mark.needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_exposed_no_more_than_it_must_be(unit: Path) -> None:
    said = analyzed("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said.stdout)
    assert found, said.stderr
    assert float(found[1]) <= EXPOSURE[unit.stem], said.stdout


@pytest.mark.parametrize("name", sorted(EXPOSURE))
def test_a_unit_is_restarted_for_ever_and_gains_no_privilege(name: str) -> None:
    lines = lines_of(name)
    for line in ("Restart=always", "StartLimitIntervalSec=0", "NoNewPrivileges=yes"):
        assert line in lines
    assert not [line for line in lines if line.startswith("PrivateUsers")]


@pytest.mark.parametrize("name", ["bangbangui-daemon", "bangbangui-kiosk"])
def test_daemon_and_kiosk_are_watched(name: str) -> None:
    lines = lines_of(name)
    assert "Type=notify" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)


def test_a_glass_that_stands_still_leaves_five_of_fifteen_seconds_for_its_start() -> None:
    figures = dict(line.split("=", 1) for line in lines_of("bangbangui-kiosk") if "=" in line)
    assert figures["WatchdogSignal"] == "SIGKILL"  # no time goes by between the silence and its end
    assert int(figures["WatchdogSec"]) + int(figures["RestartSec"]) <= 10


def test_a_call_that_is_not_allowed_fails_and_kills_nobody() -> None:
    """The clock's state is asked for by a call that ProtectClock forbids."""
    for name in EXPOSURE:
        assert "SystemCallErrorNumber=EPERM" in lines_of(name)


@pytest.mark.needs_systemd
def test_the_daemon_may_give_its_sockets_to_their_groups() -> None:
    """`@privileged` names the calls for that among the forbidden; a later line allows them."""
    allowed: set[str] = set()
    for line in lines_of("bangbangui-daemon"):
        if line.startswith("SystemCallFilter="):
            words = line.removeprefix("SystemCallFilter=")
            calls = {call for word in words.lstrip("~").split() for call in calls_of(word)}
            allowed = allowed - calls if words.startswith("~") else allowed | calls
    assert {"chown", "fchownat"} <= allowed
    assert not {"setuid", "mount", "chroot", "reboot"} & allowed


def calls_of(group: str) -> set[str]:
    """Name the calls of a group of systemd's, and of the groups in it."""
    said = analyzed("syscall-filter", "--no-pager", group).stdout.splitlines()
    names = {line.strip() for line in said[1:] if line.strip() and "#" not in line}
    inner = {name for name in names if name.startswith("@")}
    return (names - inner).union(*(calls_of(name) for name in inner))


def test_no_unit_waits_for_a_network_or_for_a_synchronised_clock_to_open_doors() -> None:
    waits = [
        line for line in lines_of("bangbangui-daemon") if re.match("After|Wants|Requires", line)
    ]
    assert waits == ["After=systemd-timesyncd.service time-set.target"]


def test_the_glass_is_not_in_the_technicians_group() -> None:
    (groups,) = [line for line in lines_of("bangbangui-kiosk") if "SupplementaryGroups" in line]
    assert "tech" not in groups
    assert "bangbangui" not in groups.split("=")[1].split()


def test_the_glass_keeps_its_sockets_where_the_unit_lets_it() -> None:
    """ProtectHome hides /run/user."""
    lines = lines_of("bangbangui-kiosk")
    folder = {"RuntimeDirectory=bangbangui-kiosk", "RuntimeDirectoryMode=0700"}
    named = "Environment=XDG_RUNTIME_DIR=/run/bangbangui-kiosk"
    assert {"ProtectHome=yes", named, *folder} <= {*lines}


def test_systemd_hears_the_glass_which_a_session_of_pam_would_take_out_of_its_unit() -> None:
    lines = lines_of("bangbangui-kiosk")
    assert "NotifyAccess=all" in lines
    assert [line for line in lines if line.startswith("PAMName")] == []
    (wanted,) = [line for line in lines if line.startswith("Wants=")]
    assert "seatd.service" in wanted, "who gives screen and touch panel instead"
    control = FOLDER.parent / "packaging" / "debian" / "control.in"
    (recommended,) = re.findall("^Recommends: (.*)$", control.read_text(), re.MULTILINE)
    assert {"cage", "seatd"} <= set(recommended.split(", "))


def test_the_glass_has_no_title_bar_that_could_be_closed() -> None:
    assert any(
        "QT_WAYLAND_DISABLE_WINDOWDECORATION=1" in line for line in lines_of("bangbangui-kiosk")
    )


def test_every_account_of_the_units_is_made() -> None:
    made = re.findall(r"^[ug] (\S+)", (FOLDER / "bangbangui.sysusers").read_text(), re.MULTILINE)
    wanted = {
        name
        for unit in UNITS
        for line in unit.read_text().splitlines()
        if (found := re.match(r"(User|Group|SupplementaryGroups)=(.*)", line))
        for name in found[2].split()
    }
    assert {name for name in wanted if name.startswith("bangbangui")} == set(made)


def test_each_line_of_the_udev_rules_is_a_rule_and_names_a_port_of_ours() -> None:
    text = (FOLDER / "99-bangbangui.rules").read_text("utf-8")
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in rules if not RULE.fullmatch(line)] == []
    links = set(re.findall(r'SYMLINK\+="([^"]+)"', "\n".join(rules)))
    assert links == {"bangbangui-board", "bangbangui-scanner"}
    labels = set(re.findall(r'GOTO="(\w+)"', text)) - set(re.findall(r'LABEL="(\w+)"', text))
    assert labels == set()
