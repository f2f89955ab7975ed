"""Makes a database ready: this version's schema, and the catalogue a new centre starts with."""

from __future__ import annotations

from sqlalchemy import text

from central import migration
from central.database import Database
from central.operation import catalogue

_LOCK = 0x626268


def make_ready(database: Database, *, now: float) -> None:
    """Bring the schema up to date and put in the first catalogue where there is none."""
    migration.upgrade(database)
    with database.writing() as session:
        if not database.is_sqlite:  # two that start together put it in once
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        catalogue.begin(session, now=now)
