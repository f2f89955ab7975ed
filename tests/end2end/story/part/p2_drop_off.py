"""Part 2: details, consent, the matter and its checklist, a door, papers in, received."""

from __future__ import annotations

from tests.end2end.story.cast import Cast
from tests.end2end.story.deed import PAPERS, ask_for_a_door, choose_matter
from tests.end2end.story.plot import Plot, check

PLOT = Plot("2")
RESIDENT = {"name": "欧阳拾穗", "phone": "139 7316 4208", "building": "17 号楼 3 单元 1906"}
"""Words that are nowhere else, so that part 8 can look for them in every file."""


@PLOT.step("the resident fills in the details, consents and is bound")
def is_bound(cast: Cast) -> str:
    """Details, then consent."""
    cast.phone.fill(**RESIDENT)
    cast.phone.picture("details")
    cast.phone.tap("#details-next")
    cast.phone.picture("consent")
    cast.phone.tap("#consent-next")
    cast.phone.picture("home")
    bound = cast.rows.rows("SELECT * FROM resident")
    check(len(bound) == 1, f"{len(bound)} residents at the centre")
    return "one resident at the centre, by pseudonym"


@PLOT.step("the resident chooses 居住证明 and sees all papers it needs")
def sees_the_checklist(cast: Cast) -> str:
    """Choose, and count the papers."""
    case = choose_matter(cast)
    cast.phone.picture("checklist")
    papers = cast.phone.count("#papers li")
    check(papers > 1, f"the checklist has {papers} papers")
    check(cast.rows.matter_state(case.matter) == "draft", "the matter is no draft")
    return f"{papers} papers told at once, matter {case.reference} is a draft"


@PLOT.step("asked for a compartment, a door springs open")
def opens_a_door(cast: Cast) -> str:
    """Ask, and look at the true doors and the wire."""
    case = cast.cases[0]
    took_s = ask_for_a_door(cast, case)
    frames = cast.cabinet.pulse_frames()
    check(took_s <= cast.door_limit_s, f"it took {took_s:.2f} s")
    check(len(frames) == 1, f"{len(frames)} pulses on the wire")
    return f"door {case.compartment} open after {took_s:.2f} s; on the wire {frames[0].hex}"


@PLOT.step("the glass and the phone show which door")
def shows_which_door(cast: Cast) -> str:
    """Read the number on both."""
    number = str(cast.cases[0].compartment)
    cast.glass.wait_for("open")
    cast.glass.picture("open")
    check(cast.glass.text("number") == number, f"the glass says {cast.glass.text('number')}")
    on_phone = cast.phone.wait_for_text("[data-testid=door-number]")
    cast.phone.picture("door-open")
    check(on_phone == number, f"the phone says {on_phone}")
    return f"both say {number}; the glass adds {cast.glass.text('place')}"


@PLOT.step("papers in, door shut, confirmed: the matter is papers received")
def papers_are_received(cast: Cast) -> str:
    """Put in, shut, confirm."""
    case = cast.cases[0]
    cast.cabinet.put(case.compartment, PAPERS)
    check(cast.rows.matter_state(case.matter) != "papers_received", "received before shut")
    cast.cabinet.shut(case.compartment)
    cast.glass.wait_for("ask")
    cast.glass.picture("ask-put-in")
    cast.glass.press("choice-confirm")
    cast.glass.wait_for("done")
    cast.glass.picture("done-deposit")
    said = cast.rows.wait_for_state(case.matter, "papers_received")
    cast.phone.wait_for_state("papers_received")
    cast.phone.picture("received")
    cast.glass.go_home()
    inside = cast.cabinet.door(case.compartment).contents
    check(inside == (PAPERS,), f"the box holds {inside}")
    return f"{said}; box {case.compartment} holds {inside[0]!r}"
