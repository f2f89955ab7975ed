"""Part 6: the second matter, by eight digits on the glass."""

from __future__ import annotations

from tests.end2end.story.cast import Cast
from tests.end2end.story.deed import take_certificate
from tests.end2end.story.plot import Plot, check

PLOT = Plot("6")


@PLOT.step("a wrong code opens nothing and says so")
def a_wrong_code_opens_nothing(cast: Cast) -> str:
    """Type a code that differs in every digit."""
    wrong = "".join(str((int(digit) + 5) % 10) for digit in cast.cases[1].code)
    cast.cabinet.mark()
    cast.glass.press("collect")
    cast.glass.wait_for("code")
    cast.glass.picture("code")
    cast.glass.type_digits(wrong)
    cast.glass.wait_for("refused")
    cast.glass.picture("refused-wrong-code")
    check("BBG-101" in cast.glass.all_texts(), "the glass does not tell the code BBG-101")
    check(not cast.cabinet.pulse_frames(), "a pulse went over the wire")
    cast.glass.press("refused-seen")
    return "BBG-101 on the glass; nothing on the wire"


@PLOT.step("the right code, typed by real presses, opens the door")
def opens_by_code(cast: Cast) -> str:
    """Type it."""
    case = cast.cases[1]
    cast.glass.wait_for("home", "code")
    if cast.glass.wait_for("home", "code") == "home":
        cast.glass.press("collect")
    cast.glass.wait_for("code")
    cast.cabinet.mark()
    cast.glass.type_digits(case.code)
    opened = cast.cabinet.wait_for_open()
    check(opened == case.compartment, f"door {opened} opened, not {case.compartment}")
    check(len(cast.cabinet.pulse_frames()) == 1, "not one pulse")
    return f"door {opened} is truly open, by one pulse"


@PLOT.step("taken and confirmed: the second matter is collected")
def is_collected(cast: Cast) -> str:
    """Take it."""
    case = cast.cases[1]
    take_certificate(cast, case)
    said = cast.rows.wait_for_state(case.matter, "collected")
    check(not cast.cabinet.door(case.compartment).contents, "something is left in the box")
    cast.glass.go_home()
    return said
