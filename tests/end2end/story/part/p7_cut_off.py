"""Part 7: the line cut with the centre alive; the centre dead; then everything arrives once."""

from __future__ import annotations

import sqlite3

from tests.end2end.story.cabinet import wait_for
from tests.end2end.story.cast import Case, Cast
from tests.end2end.story.deed import (
    PAPERS,
    choose_matter,
    put_papers_in,
    scan_the_glass,
    take_certificate,
)
from tests.end2end.story.pictures import read_qr
from tests.end2end.story.plot import Plot, check

PLOT = Plot("7")


@PLOT.step("the line is cut, the centre lives: a drop-off by a signed QR from the phone")
def drops_off_by_qr(cast: Cast) -> str:
    """Scan the glass, cut the line, ask; the phone gives a QR for the cabinet's scanner."""
    scan_the_glass(cast)
    cast.line.cut()
    case = choose_matter(cast)
    cast.phone.tap("#ask")
    cast.phone.wait_for_scene("qr")
    case.qr = read_qr(cast.phone.picture("deposit-qr"))
    cast.glass.wait_for_text("cut-title")
    cast.glass.picture("cut-off")
    cast.cabinet.mark()
    cast.cabinet.scan(case.qr)
    case.compartment = cast.cabinet.wait_for_open()
    put_papers_in(cast, case)
    state = cast.rows.matter_state(case.matter)
    check(state == "waiting_for_papers", f"the centre already has it {state}")
    inside = cast.cabinet.door(case.compartment).contents
    check(inside == (PAPERS,), f"the box holds {inside}")
    return f"papers lie in {case.compartment} by one pulse; the centre knows nothing of it yet"


@PLOT.step("still cut off: a collection by QR")
def collects_while_cut_off(cast: Cast) -> str:
    """The third matter."""
    return _collect(cast, cast.cases[2])


@PLOT.step("the centre is dead: the glass says what works, and a collection by code works")
def collects_with_a_dead_centre(cast: Cast) -> str:
    """Stop the centre's process, then type the fourth matter's code."""
    cast.stage.parts["centre"].stop()
    cast.line.restore()
    cast.glass.wait_for_text("cut-works")
    cast.glass.picture("centre-dead")
    works = cast.glass.text("cut-works")
    case = cast.cases[3]
    cast.glass.press("collect")
    cast.glass.wait_for("code")
    cast.cabinet.mark()
    cast.glass.type_digits(case.code)
    opened = cast.cabinet.wait_for_open()
    check(opened == case.compartment, f"door {opened} opened, not {case.compartment}")
    take_certificate(cast, case)
    cast.glass.go_home()
    return f"the glass says: {works}; door {opened} opened by one pulse"


@PLOT.step("the line is back: the centre has every event, once and in order")
def everything_arrives_once(cast: Cast) -> str:
    """Start the centre again and compare its rows with the cabinet's journal on disk."""
    cast.stage.start_centre()
    for case, state in (
        (cast.cases[-1], "papers_received"),
        (cast.cases[2], "collected"),
        (cast.cases[3], "collected"),
    ):
        cast.rows.wait_for_state(case.matter, state)
    written = _journal_rows(cast)
    wait_for(
        lambda: _journal_rows(cast) == (held := _centre_rows(cast)) and held,
        what=f"the centre's rows to be the journal's {len(written)}",
    )
    held, missing, doubled = cast.rows.gaps_and_doubles()
    check(missing == 0, f"{missing} events miss at the centre")
    check(doubled == 0, f"{doubled} events came twice")
    flags = cast.rows.rows("SELECT kind, flag FROM cabinet_event WHERE flag <> ''")
    check(not flags, f"the centre flagged {flags}")
    return f"{held} events at the centre, none missing, none twice, chain intact"


def _collect(cast: Cast, case: Case) -> str:
    cast.cabinet.mark()
    cast.cabinet.scan(case.qr)
    opened = cast.cabinet.wait_for_open()
    check(opened == case.compartment, f"door {opened} opened, not {case.compartment}")
    frames = cast.cabinet.pulse_frames()
    check(len(frames) == 1, f"{len(frames)} pulses")
    take_certificate(cast, case)
    cast.glass.go_home()
    state = cast.rows.matter_state(case.matter)
    check(state == "in_cabinet", f"the centre already has it {state}")
    return f"door {opened} opened by {frames[0].hex}; box empty; the centre knows nothing of it yet"


def _journal_rows(cast: Cast) -> list[tuple[int, str]]:
    """Read sequence and hash of every event from the cabinet's disk, past the daemon."""
    file = cast.stage.plan.directory / "state" / "journal.db"
    journal = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return list(journal.execute("SELECT sequence, hash FROM event ORDER BY sequence"))
    finally:
        journal.close()


def _centre_rows(cast: Cast) -> list[tuple[int, str]]:
    rows = cast.rows.rows("SELECT sequence, hash FROM cabinet_event ORDER BY sequence")
    return [(row["sequence"], row["hash"]) for row in rows]
