"""Makes a database ready: this version's schema, and the catalogue a new centre starts with."""

from __future__ import annotations

from central import migration
from central.database import Database
from central.operation import catalogue


def make_ready(database: Database, *, now: float) -> None:
    """Bring the schema up to date and put in the first catalogue where there is none."""
    migration.upgrade(database)
    with database.writing() as session:
        catalogue.begin(session, now=now)
