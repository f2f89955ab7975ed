"""The bench through the running daemon: its doors, its core, its journal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from drivers.family import BoardProfile
from drivers.profile import profile_from_table
from locker.contract import tech
from locker.diag.bench import About, Channel, DoorReading, Opening, Way, Wire, changes
from locker.diag.measure import wire_of
from locker.diag.refusal import is_decided, opening_of, refused
from locker.diag.tech_client import TechClient
from locker.diag.trouble import ExitCode, TroubleError

POLL_S = 0.03
DECIDED_S = 15.0
SHUT_S = 1.5


class DaemonBench:
    """A `Bench` over tech.sock."""

    def __init__(self, client: TechClient) -> None:
        self.client = client
        self._tickets: dict[Channel, str] = {}
        self._last_pulse_s: dict[Channel, float] = {}
        self.profiles: dict[int, BoardProfile] = {
            bus.number: profile_from_table(bus.profile, file=f"bus {bus.number} of the daemon")
            for bus in client.welcome.buses
        }

    @property
    def about(self) -> About:
        """The daemon and its cabinet."""
        welcome = self.client.welcome
        return About(Way.DAEMON, "the cabinet's journal", welcome.cabinet)

    def channels(self) -> tuple[Channel, ...]:
        """Every lock that a door of the layout hangs on."""
        return tuple(door.channel for door in self.doors())

    def doors(self) -> tuple[DoorReading, ...]:
        """Give the daemon's latest readings; it reads each board several times a second."""
        found = [
            DoorReading(
                Channel(d.bus, d.board, d.number), d.state, d.read_at, d.compartment, d.contact
            )
            for d in self.client.ask(tech.Doors, "doors").doors
        ]
        return tuple(sorted(found, key=lambda door: door.channel))

    def watch(self) -> Iterator[tuple[DoorReading, ...]]:
        """Give all doors at each change, and every second."""
        return changes(self.doors, lambda: time.sleep(0.1))

    def open(self, channel: Channel, *, reason: str, by: str) -> Opening:
        """Ask the core for an opening and follow it until its evidence is complete."""
        self._rest(channel)
        place = {"bus": channel.bus, "board": channel.board, "number": channel.number}
        if not any(door.channel == channel for door in self.doors()):
            raise no_such_door(channel)
        ticket = self.client.ask(tech.Ticket, "open", **place, reason=reason, by=by).ticket
        self._tickets[channel] = ticket
        told = self._follow(ticket, is_decided, timeout_s=DECIDED_S)
        if told.visit is None and not told.failure:
            raise refused(channel, "BBG-205")
        self._last_pulse_s[channel] = time.monotonic()
        return opening_of(channel, told, glass=True)

    def confirm_empty(self, channel: Channel, *, by: str) -> None:  # noqa: ARG002 - the ticket has it
        """Hand the word to the core, once the door was read shut."""
        ticket = self._tickets.get(channel)
        if ticket is None:
            raise not_taken(channel)
        self._follow(ticket, lambda told: told.shut, timeout_s=SHUT_S)
        self.client.ask(tech.Opening, "confirm_empty", ticket=ticket)
        if not self._follow(ticket, lambda told: told.looked, timeout_s=SHUT_S).looked:
            raise not_taken(channel)

    def line(self) -> tuple[tech.LineNow, ...]:
        """Give what the daemon has measured since it started."""
        return self.client.ask(tech.Lines, "line").lines

    def trace(self) -> Iterator[tuple[Wire, ...]]:
        """Give what goes over the daemon's buses from now on."""
        after = self.client.ask(tech.TracePage, "trace").next
        while True:
            page = self.client.ask(tech.TracePage, "trace", after=after)
            after = page.next
            yield tuple(map(wire_of, page.entries))
            if not page.entries:
                time.sleep(0.2)

    def close(self) -> None:
        """Hang up."""
        self.client.close()

    def _rest(self, channel: Channel) -> None:
        last_s = self._last_pulse_s.get(channel)
        profile = self.profiles.get(channel.bus)
        if last_s is not None and profile is not None:
            time.sleep(max(0.0, last_s + profile.coil_rest_ms / 1000 - time.monotonic()))

    def _follow(self, ticket: str, done: Any, *, timeout_s: float) -> tech.Opening:
        until_s = time.monotonic() + timeout_s
        while True:
            told = self.client.ask(tech.Opening, "opening", ticket=ticket)
            if done(told) or time.monotonic() >= until_s:
                return told
            time.sleep(POLL_S)


def no_such_door(channel: Channel) -> TroubleError:
    """Make the error of a lock on which no door of the layout hangs."""
    return TroubleError("no_such_door", channel=channel, code=ExitCode.USAGE)


def not_taken(channel: Channel) -> TroubleError:
    """Make the error of a person's word that does not fit what is known."""
    return TroubleError("word_not_taken", channel=channel)
