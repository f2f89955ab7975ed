"""A technician at the glass: let in by the picture on their phone, with the network cut."""

from __future__ import annotations

import time

from central.qr_image import svg
from locker.contract.credential import CLAIMS_VERSION, PASS_LIFE_S, GrantClaims
from locker.contract.vocabulary import Purpose
from locker.journal.outbox import Outbox
from tests.end2end.people.conftest import World
from tests.end2end.people.person import Person
from tests.support.qr_picture import read_svg_qr

DOOR = 7
ASKED = "technician.asked"


def test_a_technician_sees_the_figures_pulses_a_lock_once_and_starts_the_glass_anew(
    world: World,
) -> None:
    world.start()
    shown = picture_on_the_phone(world)
    world.centre.refuse = 503
    technician = world.person("a technician with a pass on the phone")
    world.scan(shown)
    technician.reads("technician")
    assert "✓ 锁控线 1" in technician.says("technician-checks")
    assert "✓ 记录能写" in technician.says("technician-checks")
    assert "✓ 扫码口：最近读到 " in technician.says("technician-parts")
    assert "最近读到 —" not in technician.says("technician-parts")
    pulses_the_lock(world, technician)
    technician.presses("restart-glass")
    assert world.kiosks[-1].wait() == 0
    technician.glass = world.kiosk()  # as systemd does
    technician.reads("technician")
    technician.presses("staff-leave")
    technician.reads("home")
    world.scan(shown)
    technician.reads("refused")
    outbox = Outbox(world.cabinet.journal)
    told = [entry.body for _, entry in outbox.rows_after(0, limit=500) if entry.kind == ASKED]
    assert [(b["compartment"], b["by"], b["reason"]) for b in told] == [(DOOR, "s-lin", "repaired")]
    technician.is_done("done")


def picture_on_the_phone(world: World) -> str:
    """Give what a scanner reads from the picture of a pass that the centre signed."""
    now = int(time.time()) - 1  # the cabinet follows the centre's clock, a second behind
    claims = GrantClaims(
        v=CLAIMS_VERSION, grant="g-pass", cabinet="cab-1", purpose=Purpose.MAINTAIN,
        consignment="technician", matter="", reference="", iat=now, exp=now + PASS_LIFE_S,
        staff="s-lin",
    )  # fmt: skip
    return read_svg_qr(str(svg(world.centre.token(claims), element_id="q", label="")))


def pulses_the_lock(world: World, technician: Person) -> None:
    """Find the door in the list, pulse its lock, push it shut, and go back to the figures."""
    technician.presses("go-boxes")
    technician.reads("boxes")
    while not technician.says(f"box-{DOOR}"):
        technician.presses("rows-after")
    assert "门关着" in technician.says(f"box-{DOOR}")
    technician.presses(f"box-{DOOR}")
    technician.presses("pulse-repaired")
    technician.reads("open")
    assert world.open_door() == DOOR
    assert [door.pulses for door in world.cabinet.board.state().doors if door.pulses] == [1]
    world.shut(DOOR)
    technician.reads("ask")
    technician.presses("choice-confirm")
    technician.reads("boxes")
    technician.presses("back")
    technician.presses("back")
    technician.reads("technician")
