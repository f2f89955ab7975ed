"""What goes wrong: hardware, lines, disk, power and clocks. Everything is repaired in the end."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from drivers.simulator.fault import FaultError, fault_from_fields
from tests.simulation.disk import Disk
from tests.simulation.world import Script

if TYPE_CHECKING:
    from tests.simulation.life import Life

HOUR_S, DAY_S = 3600.0, 86_400.0
LOCK_FAULTS = ("jammed", "stuck-open", "stuck-shut", "flicker")
LINE_FAULTS = ("silent", "reply-lost", "late", "garbage", "split", "corrupt", "no-unlock-reply",
               "refused")  # fmt: skip


class Trouble:
    """One kind of trouble a method; each is a script that begins now."""

    def __init__(self, life: Life, dice: random.Random) -> None:
        self.life = life
        self.dice = dice

    # --- hardware -------------------------------------------------------------------------

    def lock_fails(self) -> Script:
        """A lock jams, or its contact sticks or flickers, mostly where somebody stands."""
        life = self.life
        kind = self.dice.choice(LOCK_FAULTS)
        flickers = kind == "flicker"
        boxes = set(self.dice.sample(life.numbers, 1 if flickers else self.dice.choice([1, 3, 8])))
        if (busy := life.busy_box()) is not None:
            boxes.add(busy)
        for box in sorted(boxes):
            cell = life.cell(box)
            fields: dict[str, object] = {"kind": kind, "board": cell.board, "lock": cell.channel}
            if kind == "jammed" and self.dice.random() < 0.5:
                fields["count"] = self.dice.choice([1, 2, 3])
            life.device.faults.add(fault_from_fields(fields))
        life.world.tell(f"locks {sorted(boxes)}: {kind}")
        yield 30.0 if flickers else self.dice.choice([30.0, 400.0, HOUR_S, 2 * DAY_S])
        life.world.tell("a technician repairs all locks")
        life.device.faults.clear()

    def locks_are_slow(self) -> Script:
        """Doors spring open late: within the watch, after it, and long after it."""
        late_by_s = self.dice.choices([1.0, 2.8, 3.5, 20.0, 55.0, 70.0], k=self.dice.choice([1, 3]))
        self.life.doors.late_by_s.extend(late_by_s)
        self.life.world.tell(f"the next doors spring open late, by {late_by_s}")
        yield 0.0

    def line_fails(self) -> Script:
        """The board does not answer, or late, or garbled, for some exchanges."""
        kind = self.dice.choice(LINE_FAULTS)
        on = self.dice.choice(["any", "pulse", "query"])
        fields = {"kind": kind, "on": on, "count": self.dice.choice([1, 2, 5, 40])}
        try:
            self.life.device.faults.add(fault_from_fields(fields))
        except FaultError:
            return  # this family cannot have it
        self.life.world.tell(f"bus: {kind}, {fields['count']} times, on {on}")
        yield 0.0

    def noise(self) -> Script:
        """Bytes get lost on the wire."""
        self.life.cable.noise_left = self.dice.choice([1, 3, 20])
        self.life.world.tell("bus: noise")
        yield 0.0

    def cable_pulled(self) -> Script:
        """The board's cable is pulled, perhaps within a frame, and put back."""
        cable = self.life.cable
        if self.dice.random() < 0.4:
            cable.pull_after_bytes = self.dice.choice([0, 1, 3, 5])
        else:
            self.life.world.tell("the board's cable is pulled")
            cable.pull()
        yield self.dice.choice([0.3, 3.0, 60.0, 5 * HOUR_S])
        self.life.world.tell("the board's cable is put back")
        cable.pull_after_bytes = None
        cable.plugged = True

    def disk_refuses(self) -> Script:
        """The disk takes no record for a while, or is full."""
        machine = self.life.machine
        if machine is None:
            return
        machine.journal.refuses = self.dice.choice([1, 2, 50])
        machine.journal.full = self.dice.random() < 0.4
        self.life.world.tell(f"the disk {'is full' if machine.journal.full else 'refuses'}")
        yield self.dice.choice([5.0, 100.0])
        machine.journal.refuses, machine.journal.full = 0, False

    # --- power, clocks and disks ----------------------------------------------------------

    def power_cut(self) -> Script:
        """The plug is pulled within the next steps, wherever that is."""
        self.life.world.cut_after = self.dice.choice([0, 1, 2, 3, 5, 8, 13, 30])
        yield 0.0

    def power_cut_soon(self) -> Script:
        """The plug is pulled while somebody stands at a door."""
        for _ in range(200):
            if self.life.busy_box() is not None:
                break
            yield 1.0
        yield self.dice.choice([0.0, 0.05, 0.3, 1.0, 3.0, 10.0])
        self.life.world.cut_after = self.dice.choice([0, 0, 1, 2, 3, 5, 8])

    def two_boots_without_clock(self) -> Script:
        """The clock chip's battery is empty: two boots believe that it is years ago."""
        self.life.chip_is_empty = 2
        self.life.world.cut_after = 0
        yield 100.0
        self.life.world.cut_after = self.dice.choice([0, 3])

    def clock_jumps(self) -> Script:
        """Somebody sets the wall clock, forwards or back; later it is set right."""
        world = self.life.world
        world.wall_error_s += self.dice.choice([-1, 1]) * self.dice.choice(
            [3.0, 600.0, 2 * HOUR_S, 40 * DAY_S]
        )
        world.synchronised = self.dice.random() < 0.5
        world.tell(f"the wall clock is {world.wall_error_s:+.0f} s off")
        yield self.dice.choice([60.0, HOUR_S, DAY_S])
        world.wall_error_s, world.synchronised = 0.0, True
        world.tell("the wall clock is right")

    def image_restored(self) -> Script:
        """A copy of the disk is made, and put back later."""
        life = self.life
        image = life.disk.image()
        life.world.tell("an image of the disk is made")
        yield self.dice.choice([20.0, 900.0, 5 * HOUR_S, 2 * DAY_S])
        life.world.tell("the older image of the disk is put back")
        life.put_in(image)

    def disk_replaced(self) -> Script:
        """The disk breaks: a technician puts an empty one in and enrols the cabinet anew."""
        self.life.world.tell("an empty disk is put in")
        self.life.put_in(Disk())
        yield 0.0

    # --- the line to the centre -----------------------------------------------------------

    def partition(self) -> Script:
        """The centre cannot be reached for a while."""
        self.life.network.up = False
        self.life.world.tell("the line to the centre is cut")
        yield self.dice.choice([20.0, 600.0, 6 * HOUR_S, 3 * DAY_S, 7 * DAY_S])
        self.life.network.up = True
        self.life.world.tell("the line to the centre is back")

    def line_loses(self) -> Script:
        """Requests or answers get lost."""
        network, n = self.life.network, self.dice.choice([1, 2, 6, 12])
        if self.dice.random() < 0.5:
            network.lose_requests += n
        else:
            network.lose_answers += n
        self.life.world.tell(f"the line to the centre loses {n} requests or answers")
        yield 0.0

    def line_repeats(self) -> Script:
        """Posts come again later, after newer ones."""
        self.life.network.copies += self.dice.choice([1, 3, 8])
        yield 0.0

    def line_is_slow(self) -> Script:
        """Answers take their time."""
        self.life.network.slow_s = self.dice.choice([0.3, 2.0, 8.0])
        yield self.dice.choice([30.0, 600.0])
        self.life.network.slow_s = 0.02

    def permission_withdrawn(self) -> Script:
        """Staff withdraw a permission at the centre."""
        live = sorted(self.life.centre.live_grants())
        if live:
            grant = self.dice.choice(live)
            self.life.world.tell(f"{grant} is withdrawn")
            self.life.centre.withdraw(grant)
            self.life.withdrawn.add(grant)
        yield 0.0

    def cabinet_revoked(self) -> Script:
        """The operator revokes the cabinet; later a technician takes it in again."""
        self.life.revoke()
        yield self.dice.choice([60.0, 2 * HOUR_S, DAY_S])
        self.life.enrol_if_shut_out()

    def keys_changed(self) -> Script:
        """The centre makes a new signing key, uses it once it is known here, drops the old one."""
        centre = self.life.centre
        centre.tell_next_key()
        yield self.dice.choice([60.0, HOUR_S, DAY_S])
        if old := centre.use_next_key():
            self.life.world.tell(f"the centre signs with another key than {old}")
            yield self.dice.choice([60.0, HOUR_S, DAY_S])
            self.life.world.tell(f"key {old} is withdrawn")
            centre.drop_key(old)

    def badge_replaced(self) -> Script:
        """The member of staff gets a new badge."""
        self.life.centre.replace_badge()
        yield 0.0
