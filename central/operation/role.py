"""What each role of the staff may do at the centre and at cabinets: two literal tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from locker.contract.vocabulary import Capability


class Duty(StrEnum):
    """One thing that a member of staff may do at the centre."""

    MATTERS = "matters"
    """See matters and tasks, and move them."""
    PERSON = "person"
    """Open a resident's details; each time is written down."""
    CABINETS = "cabinets"
    """See cabinets as they are."""
    TEND = "tend"
    """Say when a cabinet is visited and what its glass says; close alarms that were seen to."""
    DISPATCH = "dispatch"
    """Give matters to teams and stewards (派单), and let a deputy stand in."""
    DOORS = "doors"
    """Open a door from afar, with a reason."""
    SERVICE = "service"
    """Get a pass to the technician's page of a cabinet."""
    CATALOGUE = "catalogue"
    """Edit what residents can choose."""
    FIGURES = "figures"
    """See what was done, and take it away as a table."""
    AUDIT = "audit"
    """Follow one matter or one door through centre and cabinet."""
    PEOPLE = "people"
    """Make and end accounts, badges, teams and the roster."""


class Role(StrEnum):
    """What a member of staff is."""

    STEWARD = "steward"
    STAFF = "staff"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


D, C = Duty, Capability

DUTIES: Mapping[Role, frozenset[Duty]] = MappingProxyType(
    {
        Role.STEWARD: frozenset({D.MATTERS, D.PERSON, D.CABINETS, D.TEND, D.DOORS}),
        Role.STAFF: frozenset(
            {
                D.MATTERS, D.PERSON, D.CABINETS, D.TEND, D.DISPATCH, D.DOORS, D.CATALOGUE,
                D.FIGURES,
            }
        ),
        Role.TECHNICIAN: frozenset({D.CABINETS, D.TEND, D.SERVICE}),
        Role.AUDITOR: frozenset({D.AUDIT, D.CABINETS, D.FIGURES}),
        Role.ADMINISTRATOR: frozenset(Duty),
    }
)  # fmt: skip

BADGE: Mapping[Role, tuple[Capability, ...]] = MappingProxyType(
    {
        Role.STEWARD: (C.TAKE_OUT, C.LOAD),
        Role.STAFF: (C.TAKE_OUT, C.LOAD, C.RECALL),
        Role.TECHNICIAN: (C.MAINTAIN,),
        Role.AUDITOR: (),
        Role.ADMINISTRATOR: tuple(C),
    }
)
"""What the badge of a role opens at cabinets."""


def may_be_let_maintain(opens: Sequence[str]) -> bool:
    """Tell whether a badge opens things besides, so that to look and to audit is a choice."""
    return any(word != C.MAINTAIN for word in opens)


def duties_of(role: str) -> frozenset[Duty]:
    """Give what a role may do; a role that this version does not know may do nothing."""
    try:
        return DUTIES[Role(role)]
    except ValueError:
        return frozenset()
