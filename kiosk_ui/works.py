"""What still works and what does not, as keys of texts: a pure function of the state."""

from __future__ import annotations

from kiosk_ui.view_state import Link, ViewState
from locker.contract.failure import Failure
from locker.contract.vocabulary import Health


def works_keys(state: ViewState) -> tuple[str, ...]:
    """Give the keys, under `works.`, of what a person can and cannot do now."""
    if (snapshot := state.snapshot) is None or not can_open(state):
        return ("works.no_doors", "works.nothing_lost")
    service = snapshot.service
    scans = service.scanner is Health.OK
    keys = ["works.collect_scan" if scans else "works.collect_type"]
    if service.centre is Health.OK:
        keys.append("works.drop_phone")
    elif scans:
        keys.append("works.drop_code")
    keys.append("works.walk_in" if service.walk_in else "works.no_walk_in")
    if service.centre is not Health.OK:
        keys.append("works.no_new_matter")
    if service.silent:
        keys.append("works.silent")
    return tuple(keys)


def can_open(state: ViewState) -> bool:
    """Tell whether any door may be opened now."""
    if state.snapshot is None or state.link is not Link.UP:
        return False
    service = state.snapshot.service
    return service.board is Health.OK and service.recording


def trouble(state: ViewState) -> tuple[str, float | None]:
    """Give the code of what keeps the cabinet from serving, and since when (Unix seconds)."""
    if state.snapshot is None or state.link is not Link.UP:
        return Failure.OUT_OF_SERVICE.value, None
    service = state.snapshot.service
    if service.board is not Health.OK:
        return Failure.BOARD_SILENT.value, service.board_since
    return Failure.NOT_RECORDED.value, None


def status_key(state: ViewState) -> str:
    """Give the key, under `status.`, of the one line that says how the cabinet is."""
    if not can_open(state):
        return "status.out"
    assert state.snapshot is not None  # noqa: S101 - can_open says so
    service = state.snapshot.service
    if service.scanner is Health.DOWN:
        return "status.no_scanner"
    if service.centre is Health.DOWN:
        return "status.offline"
    if service.silent:
        return "status.silent"
    if service.out_of_order:
        return "status.partly"
    return "status.online" if service.centre is Health.OK else "status.connecting"
