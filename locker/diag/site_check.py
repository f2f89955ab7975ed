"""The parts of the cabinet and its surroundings: doors, clock, disk, network, centre, key.

Each function is one item of `diag check`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryFile

import requests

from drivers.profile import rare_addresses
from locker.clock import network_synchronised
from locker.contract.failure import Failure
from locker.contract.vocabulary import DoorState
from locker.diag.acceptance import Finding, Result, Source
from locker.diag.bench import Bench, DoorReading
from locker.diag.check import Check, Spot
from locker.diag.pc_check import (
    check_card_reader,
    check_printer,
    check_scanner,
    check_screen,
    check_speaker,
    check_touch,
)

LEAST_FREE_GB = 1.0
DISK_BYTES = 1_000_000
CLOCK_MOST_S = 5.0
KEY_S = 60.0
LOOK_S = 0.25
FETCH_S = 10.0


def check_doors(spot: Spot) -> Finding:
    """Read every contact: it answers, and its door is shut."""
    if spot.bench is None:
        seen = spot.texts("check.doors.unreached", detail=spot.bench_trouble)
        return spot.found("doors", Result.FAILED, seen=seen)
    doors = spot.bench.doors()
    for state in (DoorState.UNKNOWN, DoorState.OPEN):
        if named := [door_name(door) for door in doors if door.state is state]:
            told = spot.texts(f"check.doors.{state.value}", doors=", ".join(named))
            seen = told + _rare_boards(spot)
            return spot.found("doors", Result.FAILED, seen=seen)
    seen = spot.texts("check.doors.seen", count=len(doors)) + _rare_boards(spot)
    return spot.found("doors", Result.PASSED if doors else Result.FAILED, seen=seen)


def _rare_boards(spot: Spot) -> str:
    """Warn of addresses that many boards of their family cannot have."""
    buses = spot.settings.buses if spot.settings else ()
    rare = [str(address) for bus in buses for address in rare_addresses(bus.profile)]
    told = {"code": Failure.BOARD_ADDRESS_RARE, "boards": ", ".join(rare)}
    return f"；{spot.texts('check.doors.rare', **told)}" if rare else ""


def door_name(door: DoorReading) -> str:
    """Name a door by its printed number and lock."""
    channel = str(door.channel)
    return channel if door.compartment is None else f"{door.compartment} ({channel})"


def check_clock(spot: Spot) -> Finding:
    """Ask the kernel, and compare with the centre where there is one."""
    synced = network_synchronised()
    words = [spot.texts(f"check.clock.{'synced' if synced else 'not_synced'}")]
    offset = _centre_offset(spot)
    if offset is None:
        words.append(spot.texts("check.clock.no_offset"))
    else:
        told = {"offset_s": f"{offset[0]:+.1f}", "error_s": f"{offset[1]:.1f}"}
        words.append(spot.texts("check.clock.offset", **told))
    close = offset is None or abs(offset[0]) - offset[1] <= CLOCK_MOST_S
    good = close and (synced or offset is not None)
    return spot.found("clock", Result.PASSED if good else Result.FAILED, seen="；".join(words))


def _centre_offset(spot: Spot) -> tuple[float, float] | None:
    """Give how far the centre's time is from ours and how wrong that may be, from one answer."""
    if not spot.centre_url:
        return None
    sent_s, sent_wall = spot.pace.mono_s(), spot.pace.wall_s()
    try:
        answer = requests.head(spot.centre_url, timeout=FETCH_S, verify=_trust(spot))
        told = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (requests.RequestException, KeyError, ValueError):
        return None
    half_s = (spot.pace.mono_s() - sent_s) / 2
    # The header has whole seconds: the middle of its second, and half a second more of doubt.
    return told + 0.5 - (sent_wall + half_s), half_s + 0.5


def check_disk(spot: Spot) -> Finding:
    """Measure free space, and how long a megabyte takes to be on the disk."""
    folder = spot.settings.state_dir if spot.settings else Path.cwd()
    try:
        free_gb = shutil.disk_usage(folder).free / 1e9
        began_s = spot.pace.mono_s()
        with TemporaryFile(dir=folder) as file:
            file.write(os.urandom(DISK_BYTES))
            file.flush()
            os.fsync(file.fileno())
        took_ms = (spot.pace.mono_s() - began_s) * 1000
    except OSError as error:
        seen = spot.texts("check.disk.refused", folder=folder, detail=error.strerror)
        return spot.found("disk", Result.FAILED, seen=seen)
    if free_gb < LEAST_FREE_GB:
        seen = spot.texts("check.disk.little", free_gb=f"{free_gb:.1f}")
        return spot.found("disk", Result.FAILED, seen=seen)
    seen = spot.texts("check.disk.seen", free_gb=f"{free_gb:.1f}", ms=f"{took_ms:.0f}")
    return spot.found("disk", Result.PASSED, seen=seen)


def check_network(spot: Spot) -> Finding:
    """Look for a default route and the state of its card."""
    device = default_route(spot.root)
    if device is None:
        return spot.found("network", Result.FAILED, seen=spot.texts("check.network.none"))
    try:
        state = (spot.root / "sys/class/net" / device / "operstate").read_text("utf-8").strip()
    except OSError:
        state = "unknown"
    seen = spot.texts("check.network.seen", device=device, state=state)
    # Tunnels and some cards have no carrier to tell: the kernel calls them "unknown".
    good = state in {"up", "unknown"}
    return spot.found("network", Result.PASSED if good else Result.FAILED, seen=seen)


def default_route(root: Path) -> str | None:
    """Give the card of the default route, from the kernel's table."""
    try:
        lines = (root / "proc/net/route").read_text("utf-8").splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        device, destination, *_ = line.split()
        if destination == "00000000":
            return device
    return None


def check_centre(spot: Spot) -> Finding:
    """Ask the centre's address once."""
    if not spot.centre_url:
        return spot.found("centre", Result.NOT_FITTED, seen=spot.texts("check.centre.none"))
    began_s = spot.pace.mono_s()
    try:
        answer = requests.get(spot.centre_url, timeout=FETCH_S, verify=_trust(spot))
    except requests.RequestException as error:
        detail = type(error).__name__
        seen = spot.texts("check.centre.silent", url=spot.centre_url, detail=detail)
        return spot.found("centre", Result.FAILED, seen=seen)
    took_ms = (spot.pace.mono_s() - began_s) * 1000
    seen = spot.texts(
        "check.centre.seen", url=spot.centre_url, ms=f"{took_ms:.0f}", status=answer.status_code
    )
    good = answer.status_code < 500
    return spot.found("centre", Result.PASSED if good else Result.FAILED, seen=seen)


def _trust(spot: Spot) -> str | bool:
    ca_file = spot.settings.ca_file if spot.settings else None
    return str(ca_file) if ca_file else True


def check_key(spot: Spot) -> Finding:
    """Let a person open a door with the mechanical key; the contact is the witness."""
    texts = spot.texts
    if spot.bench is None:
        return spot.found("key", Result.NOT_DONE, seen=texts("check.key.no_doors"))
    if spot.person is None:
        return spot.not_done("key")
    if not spot.says_yes(texts("check.key.ask")):
        return spot.found(
            "key", Result.NOT_DONE, seen=texts("check.key.no_key"), source=Source.PERSON
        )
    before = {door.channel: door.state for door in spot.bench.doors()}
    spot.person.tell(texts("check.key.which"))
    opened = _wait(
        spot,
        spot.bench,
        lambda door: door.state is DoorState.OPEN
        and before.get(door.channel) is DoorState.CLOSED,
    )  # fmt: skip
    if opened is None:
        return spot.found("key", Result.FAILED, seen=texts("check.key.not_opened"))
    name = door_name(opened)
    spot.person.tell(texts("check.key.shut", door=name))
    shut = _wait(
        spot,
        spot.bench,
        lambda door: door.channel == opened.channel and door.state is DoorState.CLOSED,
    )
    if shut is None:
        return spot.found("key", Result.FAILED, seen=texts("check.key.not_shut", door=name))
    return spot.found("key", Result.PASSED, seen=texts("check.key.seen", door=name))


def _wait(spot: Spot, bench: Bench, is_it: Callable[[DoorReading], bool]) -> DoorReading | None:
    until_s = spot.pace.mono_s() + KEY_S
    while spot.pace.mono_s() < until_s:
        found = next((door for door in bench.doors() if is_it(door)), None)
        if found is not None:
            return found
        spot.pace.sleep(LOOK_S)
    return None


CHECKS: tuple[tuple[str, Check], ...] = (
    ("screen", check_screen),
    ("touch", check_touch),
    ("speaker", check_speaker),
    ("scanner", check_scanner),
    ("card_reader", check_card_reader),
    ("printer", check_printer),
    ("doors", check_doors),
    ("clock", check_clock),
    ("disk", check_disk),
    ("network", check_network),
    ("centre", check_centre),
    ("key", check_key),
)
"""All items, in the order in which they are done."""
