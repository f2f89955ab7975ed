"""Consent to one WeChat message about one matter: asked at drop-off, used up by one message."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlmodel import Session

from central.key import KeyRing
from central.operation import resident
from central.provider.wechat import SCENES
from central.record.case import Matter
from central.record.told import Subscription


@dataclass(frozen=True, slots=True)
class Agreed:
    """One consent that was not used yet."""

    openid: str
    scene: int


def scene_of(matter: str) -> int:
    """Give the scene of a matter: WeChat counts one consent a person and scene."""
    return int.from_bytes(hashlib.sha256(matter.encode()).digest()[:4]) % SCENES


def agree(session: Session, matter: Matter, openid: str, *, keys: KeyRing, now: float) -> bool:
    """Keep a consent, sealed; False where the person was erased."""
    person = resident.sealer(session, matter.resident, keys=keys)
    if person is None:
        return False
    row = session.get(Subscription, matter.id) or Subscription(
        matter=matter.id, resident=matter.resident, scene=0, sealed="", at=now
    )
    row.scene, row.at, row.used_at = scene_of(matter.id), now, None
    row.sealed = person.seal(openid, place=f"openid:{matter.id}")
    session.add(row)
    return True


def unused(session: Session, matter: str, *, keys: KeyRing) -> Agreed | None:
    """Give the consent to one message about a matter, if there is one."""
    row = session.get(Subscription, matter)
    if row is None or row.used_at is not None:
        return None
    person = resident.sealer(session, row.resident, keys=keys)
    if person is None:
        return None
    return Agreed(person.open(row.sealed, place=f"openid:{matter}"), row.scene)


def use(session: Session, matter: str, *, now: float) -> None:
    """Note that the one message was sent."""
    row = session.get(Subscription, matter)
    if row is not None:
        row.used_at = now
