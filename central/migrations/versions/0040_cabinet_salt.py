"""A cabinet's salt of codes is sealed, and its events' digests go: codes could be tried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040_cabinet_salt"
down_revision = "0039_shift_off_too"

_KINDS = ("grant.put", "staff.put", "card.counted")
_DIGESTS = frozenset({
    "code_digest", "last_four_digest", "card_digest", "card_lookup", "digest", "lookup", "card",
})  # fmt: skip


def upgrade() -> None:
    sealed = sa.Column("sealed_salt", sa.String(length=200), nullable=False, server_default="")
    op.add_column("cabinet", sealed)
    events = sa.table(
        "cabinet_event", sa.column("id"), sa.column("kind"), sa.column("body", sa.JSON)
    )
    found = sa.select(events.c.id, events.c.body).where(events.c.kind.in_(_KINDS))
    for row in op.get_bind().execute(found).all():
        if isinstance(row.body, dict):
            body = {name: value for name, value in row.body.items() if name not in _DIGESTS}
            op.execute(events.update().where(events.c.id == row.id).values(body=body))
