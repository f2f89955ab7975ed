"""Enrolling a cabinet, once, with the one-time code that the centre's console shows."""

from __future__ import annotations

from pathlib import Path

from locker.centre_client import check_address, enrol
from locker.clock import Clock
from locker.contract import centre as wire
from locker.contract.event import KeyPut
from locker.core.fold import fold
from locker.core.state import Draft
from locker.identity import Enrolment, Keys, b64, public_text, save_enrolment
from locker.journal import Journal
from locker.settings import Settings


def enrol_cabinet(
    settings: Settings, *, centre: str, code: str, version: str, given: Path | None = None
) -> Enrolment:
    """Introduce this cabinet and keep what the centre answered; its keys are made here.

    Raises CentreError, JournalError and IdentityError. After a lost answer it can be done again
    with the same keys. `given` as in `Keys`.
    """
    clock = Clock()
    check_address(centre)
    keys = Keys.load_or_make(settings.state_dir, given)
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
        _learn(journal, clock, answer.keys)
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
    save_enrolment(settings.state_dir, enrolment)
    return enrolment


def _learn(journal: Journal, clock: Clock, keys: tuple[wire.SigningKey, ...]) -> None:
    """Put the centre's public keys into the books."""
    now = clock.moment()
    draft = Draft(journal.load_state())
    events = [KeyPut(key.kid, key.key) for key in keys]
    for event in events:
        fold(draft, event, now.wall)
    journal.append(events, draft.changes, clock.stamp(now))
