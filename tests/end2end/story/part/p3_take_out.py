"""Part 3: staff see the matter, badge in, take the papers out, mark it ready, print the label."""

from __future__ import annotations

from tests.end2end.story.cast import Cast
from tests.end2end.story.deed import drop_off, mark_ready, sign_in_at_the_glass, take_papers_out
from tests.end2end.story.plot import Plot, check

PLOT = Plot("3")
MORE_MATTERS = 4
"""Dropped off for the parts that follow: by code, cut off, with the centre dead, with a jam."""


@PLOT.step("staff sign in at the console and see the matter")
def sees_the_matter(cast: Cast) -> str:
    """Sign in and find the row."""
    cast.console.sign_in(cast.staff.name, cast.staff.password)
    cast.console.picture("today")
    found = cast.console.count(
        f"[data-testid=matter][data-matter='{cast.cases[0].matter}'][data-state=papers_received]"
    )
    check(found == 1, f"the console lists it {found} times")
    cast.console.open("/staff/take-out")
    cast.console.picture("take-out")
    return f"{cast.cases[0].reference} waits on the console"


@PLOT.step("the same resident drops off four more matters, each at a door of its own")
def drops_off_more(cast: Cast) -> str:
    """Drop off what the later parts need."""
    for _ in range(MORE_MATTERS):
        drop_off(cast)
    boxes = [case.compartment for case in cast.cases]
    check(len(set(boxes)) == len(boxes), f"two matters share a box: {boxes}")
    return f"papers lie in {boxes}"


@PLOT.step("staff badge in at the glass: badge by scanner, PIN by touch")
def badges_in(cast: Cast) -> str:
    """Sign in, with a picture of the PIN page and of the staff page."""
    sign_in_at_the_glass(cast)
    cast.glass.picture("staff")
    signed = cast.rows.rows("SELECT id FROM staff")
    check(signed, "no staff at the centre")
    return "signed in; badge and PIN both checked on the cabinet"


@PLOT.step("staff take the papers out of every box: door opens, closes, confirmed")
def takes_out(cast: Cast) -> str:
    """Empty every box of the list."""
    for case in cast.cases:
        take_papers_out(cast, case)
    left = [c.compartment for c in cast.cases if cast.cabinet.door(c.compartment).contents]
    check(not left, f"papers are still in {left}")
    cast.glass.picture("staff-empty")
    cast.glass.press("staff-leave")
    cast.glass.wait_for("home")
    return f"{len(cast.cases)} boxes truly empty; all papers are to be checked"


@PLOT.step("each paper is ticked, the certificates are marked ready and their labels printed")
def prints_labels(cast: Cast) -> str:
    """Mark ready; read each label's code from its picture."""
    for case in cast.cases:
        mark_ready(cast, case)
    check(len({case.label for case in cast.cases}) == len(cast.cases), "two labels are alike")
    told = [case.reference for case in cast.cases if cast.rows.notices(case.matter)]
    return f"{len(cast.cases)} labels read from their pictures; told so far: {len(told)}"
