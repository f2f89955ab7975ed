"""Enrolling a cabinet, once, with the one-time code that the centre's console shows."""

from __future__ import annotations

from pathlib import Path

from locker.centre_client import check_address, enrol
from locker.clock import Clock
from locker.contract import centre as wire
from locker.contract.event import Event, KeyPut
from locker.core import unsure
from locker.core.fold import fold
from locker.core.place import Place
from locker.core.state import CompartmentRecord, Draft
from locker.identity import (
    NEXT,
    Enrolment,
    Keys,
    b64,
    make_next,
    public_text,
    save_enrolment,
    take_next,
)
from locker.journal.journal import Journal
from locker.settings import Settings


def enrol_cabinet(
    settings: Settings,
    *,
    centre: str,
    code: str,
    version: str,
    given: Path | None = None,
    new_keys: bool = False,
) -> Enrolment:
    """Introduce this cabinet and keep what the centre answered; its keys are made here.

    Raises CentreError, JournalError and IdentityError. After a lost answer it can be done again
    with the same keys. `given` as in `Keys`. `new_keys`: for a cabinet that has keys already; the
    new ones are used once the centre has agreed to them, and the old ones are gone.
    """
    clock = Clock()
    check_address(centre)
    folder = settings.state_dir
    keys = make_next(folder, given) if new_keys else Keys.load_or_make(folder, given)
    journal = Journal.open(settings.journal, stamp=clock.stamp(clock.moment()))
    try:
        answer = enrol(
            centre,
            wire.Enrolment(
                code=code,
                login_key=public_text(keys.login),
                head_key=public_text(keys.head),
                journal=journal.id,
                code_salt=b64(keys.code_salt),
                badge_key=b64(keys.badge_key),
                layout=settings.layout,
                software=version,
            ),
            ca_file=settings.ca_file,
        )
        _learn(journal, clock, answer, settings.places)
        enrolment = Enrolment(
            cabinet=answer.cabinet,
            centre=centre,
            journal=journal.id,
            enrolled_at=answer.centre_time,
            public_url=answer.public_url.rstrip("/"),
            community=answer.community,
            site=answer.site,
            telephone=answer.telephone,
            keys=answer.keys,
        )
    finally:
        journal.close()
    save_enrolment(folder / NEXT if new_keys else folder, enrolment)
    take_next(folder)
    return enrolment


def _learn(
    journal: Journal, clock: Clock, answer: wire.Enrolled, places: tuple[Place, ...]
) -> None:
    """Put the centre's keys into the books, and doubt into those of a cabinet with a new disk."""
    now = clock.moment()
    draft = Draft(journal.load_state())
    events: list[Event] = [KeyPut(key.kid, key.key) for key in answer.keys]
    if answer.earlier:
        held = draft.all(CompartmentRecord)
        events += unsure.replaced(held, (place.number for place in places))
    for event in events:
        fold(draft, event, now.wall)
    journal.append(events, draft.changes, clock.stamp(now))
