"""What is personal moves to tables of its own: keys, values, keyed hashes, consent, erasures.

Residents of before are carried over; they are found by their telephone number, and by the rest
when they next correct their data.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_privacy"
down_revision = "0002_staff_role"

_SEALED = ("name", "phone", "building")


def upgrade() -> None:
    _create_tables()
    op.execute("INSERT INTO person_key (resident, wrapped) SELECT id, wrapped_key FROM resident")
    for field in _SEALED:
        op.execute(
            "INSERT INTO personal_value (resident, field, sealed, at)"  # noqa: S608 (our own words)
            f" SELECT id, '{field}', {field}, created_at FROM resident"
        )
    op.execute(
        "INSERT INTO blind_index (resident, field, digest) SELECT id, 'phone', phone_index"
        " FROM resident"
    )
    op.execute(
        "INSERT INTO consent (resident, act, version, text, how, at)"
        " SELECT id, 'given', consent_version, '', 'phone', consent_at FROM resident"
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resident_phone_index"))
        for column in ("wrapped_key", *_SEALED, "phone_index", "consent_version", "consent_at"):
            batch_op.drop_column(column)
        batch_op.add_column(sa.Column("erase_asked_at", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.Float(), nullable=True))


def _of_resident(*columns: sa.Column[object], primary: bool) -> list[sa.schema.SchemaItem]:
    resident = sa.Column("resident", sa.String(length=32), nullable=False)
    own = [sa.PrimaryKeyConstraint("resident")] if primary else []
    return [resident, *columns, sa.ForeignKeyConstraint(["resident"], ["resident.id"]), *own]


def _create_tables() -> None:
    op.create_table(
        "person_key",
        *_of_resident(sa.Column("wrapped", sa.String(length=200), nullable=False), primary=True),
    )
    op.create_table(
        "personal_value",
        *_of_resident(
            sa.Column("field", sa.String(length=30), nullable=False),
            sa.Column("sealed", sa.String(length=1000), nullable=False),
            sa.Column("at", sa.Float(), nullable=False),
            primary=False,
        ),
        sa.PrimaryKeyConstraint("resident", "field"),
    )
    op.create_table(
        "blind_index",
        *_of_resident(
            sa.Column("field", sa.String(length=30), nullable=False),
            sa.Column("digest", sa.String(length=64), nullable=False),
            primary=False,
        ),
        sa.PrimaryKeyConstraint("resident", "field"),
    )
    op.create_index("ix_blind_index_digest", "blind_index", ["digest"])
    op.create_table(
        "sealed_item",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_of_resident(
            sa.Column("matter", sa.String(length=32), nullable=False),
            sa.Column("kind", sa.String(length=20), nullable=False),
            sa.Column("sealed", sa.String(), nullable=False),
            sa.Column("at", sa.Float(), nullable=False),
            sa.Column("keep_until", sa.Float(), nullable=False),
            primary=False,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("resident", "matter", "keep_until"):
        op.create_index(f"ix_sealed_item_{column}", "sealed_item", [column])
    _create_ledgers()


def _create_ledgers() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_resident(
            sa.Column("act", sa.String(length=10), nullable=False),
            sa.Column("version", sa.String(length=20), nullable=False),
            sa.Column("text", sa.String(length=64), nullable=False),
            sa.Column("how", sa.String(length=20), nullable=False),
            sa.Column("at", sa.Float(), nullable=False),
            primary=False,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consent_resident", "consent", ["resident"])
    op.create_table(
        "erasure",
        *_of_resident(
            sa.Column("at", sa.Float(), nullable=False),
            sa.Column("reason", sa.String(length=30), nullable=False),
            sa.Column("by", sa.String(length=32), nullable=False),
            sa.Column("destroyed", sa.JSON(), nullable=False),
            sa.Column("proof", sa.String(length=2000), nullable=False),
            primary=True,
        ),
    )
    op.create_table(
        "retention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_retention_at", "retention", ["at"])
    op.create_table(
        "chore",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
