"""What people do more than once in the story, each time the whole way."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from tests.end2end.story.cabinet import wait_for
from tests.end2end.story.cast import Case, Cast
from tests.end2end.story.pictures import read_qr
from tests.end2end.story.plot import check

PAPERS, CERTIFICATE = "envelope with papers", "certificate"
ITEM = "residence_proof"
SAME_CODE_S = 2.5
"""The scanner takes the same code within two seconds for one and the same holding-up."""


def scan_the_glass(cast: Cast, *, what: str = "home") -> str:
    """Read the QR in a picture of the glass and open its address on the phone."""
    cast.glass.wait_for("home")
    address = cast.glass.read_invitation(what)
    cast.phone.open(address)
    return address


def choose_matter(cast: Cast) -> Case:
    """On the phone, after a scan: choose the matter, so that its checklist is on the page."""
    cast.phone.tap(f"#choose-{ITEM}")
    cast.phone.wait_for_scene("prepare")
    matter = cast.phone.attribute("#scene", "data-matter")
    case = Case(matter, cast.phone.attribute("#scene", "data-reference"))
    cast.cases.append(case)
    return case


def ask_for_a_door(cast: Cast, case: Case) -> float:
    """Touch "open a compartment" and give the seconds until a door stands open."""
    cast.cabinet.mark()
    open_before = tuple(cast.cabinet.open_doors())
    asked_s = time.monotonic()
    cast.phone.tap("#ask")
    case.compartment = cast.cabinet.wait_for_open(but=open_before)
    opened_s = time.monotonic()
    return opened_s - asked_s


def put_papers_in(cast: Cast, case: Case) -> None:
    """Put the envelope in, shut the door and say so."""
    cast.glass.wait_for("open")
    cast.cabinet.put(case.compartment, PAPERS)
    cast.cabinet.shut(case.compartment)
    cast.glass.wait_for("ask")
    cast.glass.press("choice-confirm")
    cast.glass.wait_for("done")
    cast.glass.go_home()


def drop_off(cast: Cast) -> Case:
    """Scan, choose, ask, put in: a whole drop-off of a resident who is bound already."""
    scan_the_glass(cast)
    case = choose_matter(cast)
    ask_for_a_door(cast, case)
    put_papers_in(cast, case)
    cast.rows.wait_for_state(case.matter, "papers_received")
    return case


def sign_in_at_the_glass(cast: Cast) -> None:
    """Badge to the scanner, PIN by the keys."""
    cast.glass.wait_for("home")
    cast.cabinet.scan(cast.staff.badge)
    cast.glass.wait_for("pin")
    cast.glass.type_digits(cast.staff.pin)
    cast.glass.press("key-enter")
    cast.glass.wait_for("staff")


def take_papers_out(cast: Cast, case: Case) -> None:
    """Touch the row, take the papers, shut, confirm."""
    cast.glass.press(f"take-out-{case.compartment}")
    cast.glass.wait_for("open")
    wait_for(lambda: cast.cabinet.door(case.compartment).open, what="the door to be open")
    cast.cabinet.take(case.compartment, PAPERS)
    cast.cabinet.shut(case.compartment)
    cast.glass.wait_for("ask")
    cast.glass.press("choice-confirm")
    cast.glass.go_home()
    cast.rows.wait_for_state(case.matter, "to_be_checked")


def mark_ready(cast: Cast, case: Case) -> None:
    """On the console: tick the papers, say it is ready, print the label, read the label's code."""
    cast.console.open(f"/staff/m/{case.matter}")
    cast.console.tick_all("#check input[value=here]")
    cast.console.click("#check-done")
    cast.rows.wait_for_state(case.matter, "being_done")
    cast.console.click("#mark-ready")
    cast.rows.wait_for_state(case.matter, "ready_to_load")
    cast.console.open(f"/staff/m/{case.matter}/label")
    case.label = read_qr(cast.console.picture("label"))
    check(case.label.startswith("BBG:L:"), f"the label says {case.label}")


def scan_label(cast: Cast, case: Case, *, but: tuple[int, ...] = ()) -> None:
    """Hold the label to the scanner, as soon as the cabinet has heard of it."""

    def opened() -> bool:
        cast.cabinet.scan(case.label)
        page = cast.glass.wait_for("open", "opening", "refused")
        if page == "refused":
            cast.glass.press("refused-seen")
            time.sleep(SAME_CODE_S)
        return page != "refused"

    wait_for(opened, what="the label to open a compartment")
    cast.glass.wait_for("open")
    case.compartment = cast.cabinet.wait_for_open(but=but)


def read_collection(cast: Cast, case: Case) -> None:
    """On the phone: read the collection QR in a picture, and the eight digits."""
    cast.phone.open(f"{origin(cast)}/m/{case.matter}")
    cast.phone.wait_for_scene("collect")
    case.qr = read_qr(cast.phone.picture("collect"))
    case.code = cast.phone.attribute("#collect-code", "data-code")
    check(len(case.code) == 8 and case.code.isdigit(), f"the code is {case.code!r}")


def take_certificate(cast: Cast, case: Case) -> None:
    """Take it out of the open door, shut, say that everything is taken."""
    wait_for(lambda: cast.cabinet.door(case.compartment).open, what="the door to be open")
    cast.glass.wait_for("open")
    cast.cabinet.take(case.compartment, CERTIFICATE)
    cast.cabinet.shut(case.compartment)
    cast.glass.wait_for("ask")
    cast.glass.press("choice-confirm")
    cast.glass.wait_for("done")


def origin(cast: Cast) -> str:
    """Give the centre's public address."""
    parts = urlsplit(cast.stage.plan.public_url)
    return f"{parts.scheme}://{parts.netloc}"
