"""Part 5: the collection QR, from the phone's picture to the scanner's port, to a rated matter."""

from __future__ import annotations

import time

from tests.end2end.story.cast import Cast
from tests.end2end.story.deed import SAME_CODE_S, read_collection, take_certificate
from tests.end2end.story.plot import Plot, check

PLOT = Plot("5")
COIL_REST_S = 2.1


@PLOT.step("the phone shows the collection QR, read from its picture")
def shows_the_qr(cast: Cast) -> str:
    """Read QR and code of every matter; each has its own."""
    for case in cast.cases:
        read_collection(cast, case)
    check(len({case.code for case in cast.cases}) == len(cast.cases), "two codes are alike")
    return f"a signed QR of {len(cast.cases[0].qr)} characters, and a code of eight digits"


@PLOT.step("its bytes go to the scanner's serial port: the door opens by one pulse")
def opens_by_qr(cast: Cast) -> str:
    """Scan it; a resident comes later than the two seconds for which the lock's coil rests."""
    case = cast.cases[0]
    cast.cabinet.wait_for_rest(COIL_REST_S)
    cast.cabinet.mark()
    cast.cabinet.scan(case.qr)
    opened = cast.cabinet.wait_for_open()
    frames = cast.cabinet.pulse_frames()
    check(opened == case.compartment, f"door {opened} opened, not {case.compartment}")
    check(len(frames) == 1, f"{len(frames)} pulses on the wire")
    cast.glass.wait_for("open")
    cast.glass.picture("open-collect")
    return f"door {opened} is truly open; on the wire {frames[0].hex}"


@PLOT.step("taken, shut, “everything taken?” answered: the matter is collected")
def is_collected(cast: Cast) -> str:
    """Take it."""
    case = cast.cases[0]
    take_certificate(cast, case)
    cast.glass.picture("done-collect")
    said = cast.rows.wait_for_state(case.matter, "collected")
    check(not cast.cabinet.door(case.compartment).contents, "something is left in the box")
    cast.glass.go_home()
    return f"{said}; box {case.compartment} is truly empty"


@PLOT.step("the same QR, shown again within its five minutes, reopens that box and no other")
def a_used_qr_reopens_its_own_box(cast: Cast) -> str:
    """A used grant may reopen its own box only; the box is given back afterwards."""
    case = cast.cases[0]
    time.sleep(SAME_CODE_S)
    cast.cabinet.mark()
    cast.cabinet.scan(case.qr)
    opened = cast.cabinet.wait_for_open()
    check(opened == case.compartment, f"door {opened} opened, not {case.compartment}")
    cast.glass.wait_for("open")
    cast.cabinet.shut(opened)
    cast.glass.wait_for("ask")
    cast.glass.press("choice-confirm")
    cast.glass.go_home()
    frames = cast.cabinet.pulse_frames()
    check(len(frames) == 1, f"{len(frames)} pulses")
    return f"box {opened} reopened by one pulse; the grant is used at the centre all the while"


@PLOT.step("the resident rates it")
def is_rated(cast: Cast) -> str:
    """One touch."""
    case = cast.cases[0]
    cast.phone.open(f"{cast.stage.plan.public_url}/m/{case.matter}")
    cast.phone.wait_for_scene("rate")
    cast.phone.picture("rate")
    cast.phone.tap("[id^=rate-] >> nth=0")
    cast.phone.wait_for_scene("rated")
    cast.phone.picture("rated")
    rating = cast.rows.rows("SELECT rating FROM matter WHERE id = ?", case.matter)[0]["rating"]
    check(rating, "the centre has no rating")
    return f"centre: rated {rating}"
