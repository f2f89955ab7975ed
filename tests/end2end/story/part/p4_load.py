"""Part 4: scan a label, a free compartment opens, the certificate goes in; then they are told."""

from __future__ import annotations

from tests.end2end.story.cabinet import wait_for
from tests.end2end.story.cast import Case, Cast
from tests.end2end.story.deed import CERTIFICATE, scan_label, sign_in_at_the_glass
from tests.end2end.story.plot import Plot, check

PLOT = Plot("4")


@PLOT.step("staff scan the label at the glass: a free compartment opens")
def scans_the_label(cast: Cast) -> str:
    """Sign in and scan the first label."""
    sign_in_at_the_glass(cast)
    case = cast.cases[0]
    cast.cabinet.mark()
    scan_label(cast, case)
    frames = cast.cabinet.pulse_frames()
    check(len(frames) == 1, f"{len(frames)} pulses on the wire")
    cast.glass.picture("open-load")
    return f"{case.label} opened {case.compartment}; on the wire {frames[0].hex}"


@PLOT.step("certificate in, door shut, confirmed: only then the resident is told")
def tells_the_resident(cast: Cast) -> str:
    """Watch that no notice goes before the door is shut and the loader says so."""
    case = cast.cases[0]
    cast.cabinet.put(case.compartment, CERTIFICATE)
    check(not _ready_notices(cast, case), "told while the door is open")
    cast.cabinet.shut(case.compartment)
    cast.glass.wait_for("ask")
    cast.glass.picture("ask-loaded")
    cast.glass.press("choice-confirm")
    cast.rows.wait_for_state(case.matter, "in_cabinet")
    notice = wait_for(lambda: _ready_notices(cast, case), what="the notice")[0]
    return f"told after the door was shut: {notice['text']}"


@PLOT.step("the other certificates follow, one scan after another")
def loads_the_others(cast: Cast) -> str:
    """Load in a row; the next label says that the one before is in its box."""
    for case in cast.cases[1:]:
        scan_label(cast, case)
        cast.cabinet.put(case.compartment, CERTIFICATE)
        cast.cabinet.shut(case.compartment)
        cast.glass.wait_for("ask")
    cast.glass.press("choice-confirm")
    cast.glass.go_home()
    cast.glass.press("staff-leave")
    for case in cast.cases[1:]:
        cast.rows.wait_for_state(case.matter, "in_cabinet")
    boxes = {case.compartment for case in cast.cases}
    check(len(boxes) == len(cast.cases), f"two certificates share a box: {sorted(boxes)}")
    cast.console.open("/demo/notices")
    cast.console.picture("notices")
    return f"certificates lie in {sorted(boxes)}; each resident was told once"


def _ready_notices(cast: Cast, case: Case) -> list[dict[str, str]]:
    return [n for n in cast.rows.notices(case.matter) if n["kind"] == "ready" and n["text"]]
