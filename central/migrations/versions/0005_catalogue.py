"""The catalogue in versions; a matter's clock, outcome and ticked papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_catalogue"
down_revision = "0004_head_key"


def upgrade() -> None:
    op.create_table(
        "catalogue_item",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key", "version"),
    )
    op.create_index("ix_catalogue_item_newest", "catalogue_item", ["newest"], unique=False)
    for column in (
        sa.Column("item_version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("outcome", sa.String(length=12), nullable=False, server_default=""),
        sa.Column("accepted_at", sa.Float(), nullable=True),
        sa.Column("due_at", sa.Float(), nullable=True),
        sa.Column("due_sure", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("papers", sa.JSON(), nullable=False, server_default="{}"),
    ):
        op.add_column("matter", column)
    op.create_index("ix_matter_due_at", "matter", ["due_at"], unique=False)
