"""Part 8: a jammed door, a reply lost while the door opens, and no name in any file at the end."""

from __future__ import annotations

from tests.end2end.story.cabinet import wait_for
from tests.end2end.story.cast import Cast
from tests.end2end.story.deed import take_certificate
from tests.end2end.story.part.p2_drop_off import RESIDENT
from tests.end2end.story.plot import Plot, check
from tests.support.canary import files, search

PLOT = Plot("8")


@PLOT.step("a jammed door: the glass never says opened, and offers what to do")
def a_jam_is_called_a_jam(cast: Cast) -> str:
    """Scan the fifth matter's QR with its lock jammed; read the glass until it gives up."""
    case = cast.cases[4]
    cast.cabinet.fault("jammed", case.compartment)
    cast.cabinet.mark()
    cast.cabinet.scan(case.qr)
    cast.glass.wait_for("opening")
    cast.glass.picture("opening")
    page = cast.glass.wait_for("open", "not_opened")
    cast.glass.picture("not-opened")
    check(page == "not_opened", f"the glass shows {page}")
    check(not cast.cabinet.door(case.compartment).open, "the door is open")
    check(cast.cabinet.pulses(case.compartment) > 0, "the lock was never pulsed")
    offered = [name for name in ("choice-reopen", "choice-leave") if cast.glass.text(name)]
    check(len(offered) == 2, f"offered: {offered}")
    frames = cast.cabinet.pulse_frames()
    check(len(frames) == 1, f"{len(frames)} pulses")
    cast.glass.press("choice-leave")
    cast.glass.go_home()
    return f"one pulse, door {case.compartment} truly shut, offered: try again, not today"


@PLOT.step("the credential is still good after the jam")
def the_credential_is_still_good(cast: Cast) -> str:
    """Look at the centre's grant, and at the attempt it was told of."""
    case = cast.cases[4]
    wait_for(lambda: cast.rows.events("attempt.failed"), what="the failed attempt at the centre")
    state = cast.rows.grant_state(case.matter, "collect")
    check(state == "live", f"the grant is {state}")
    check(cast.rows.matter_state(case.matter) == "in_cabinet", "the matter moved")
    cast.cabinet.clear_faults()
    return "centre: attempt failed, grant live, matter still in the cabinet"


@PLOT.step("its reply is lost on the wire while the door opens: no second pulse, counted as opened")
def a_lost_reply_is_no_second_pulse(cast: Cast) -> str:
    """The same QR, with the board's answer lost."""
    case = cast.cases[4]
    cast.cabinet.lose_next_unlock_reply()
    cast.cabinet.mark()
    cast.cabinet.scan(case.qr)
    opened = cast.cabinet.wait_for_open()
    check(opened == case.compartment, f"door {opened} opened, not {case.compartment}")
    cast.glass.wait_for("open")
    take_certificate(cast, case)
    frames = cast.cabinet.pulse_frames()
    check(len(frames) == 1, f"{len(frames)} pulses")
    said = cast.rows.wait_for_state(case.matter, "collected")
    doubts = cast.rows.events("attempt.in_doubt")
    check(doubts, "no attempt was in doubt: the reply was not lost")
    cast.glass.go_home()
    return f"one pulse ({frames[0].hex}), in doubt, then seen open; {said}"


@PLOT.step(
    "staff look the resident up with a reason; still no file of cabinet or centre has a name"
)
def no_file_has_a_name(cast: Cast) -> str:
    """Search by name, open the person, then read every byte that the parts wrote."""
    cast.console.open("/staff")
    cast.console.fill("#q", RESIDENT["name"])
    cast.console.fill("#reason", "check_identity")
    cast.console.click("#search")
    found = cast.console.text("#matters tbody")
    check(cast.cases[0].reference in found, f"searched by name, the list shows {found!r}")
    cast.console.open(f"/staff/m/{cast.cases[0].matter}")
    cast.console.fill("#reason", "check_identity")
    cast.console.click("#open-person")
    check(RESIDENT["name"] in cast.console.text("#person"), "the person's name is not shown")
    cast.console.picture("person-opened")
    words = RESIDENT | {"digits": RESIDENT["phone"].replace(" ", "")}
    folder = cast.stage.plan.directory
    told = search(words, [folder])
    check(not told, f"personal data in the open: {told}")
    read = len(files(folder))
    planted = folder / "logs" / "planted.log"
    planted.write_text(f"name={RESIDENT['name']}\n", "utf-8")
    missed = not search(words, [folder])
    planted.unlink()
    check(not missed, "a name planted in a log was not found: the search is blind")
    return (
        f"{read} files read, WAL and logs included: no name, telephone or building in any spelling"
    )
