"""Each signature of a journal's head names its key, and is found by its place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_head_key"
down_revision = "0003_privacy"


def upgrade() -> None:
    column = sa.Column("key", sa.String(length=44), nullable=False, server_default="")
    op.add_column("head_signature", column)
    op.execute(
        "UPDATE head_signature SET key = "
        "(SELECT head_key FROM cabinet WHERE cabinet.id = head_signature.cabinet)"
    )
    place = ["cabinet", "journal", "sequence"]
    op.create_index("ix_head_signature_place", "head_signature", place)
