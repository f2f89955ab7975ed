"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_audit()
    _create_cabinet()
    _create_resident()
    _create_staff()
    _create_tries()
    _create_access_grant()
    _create_alarm()
    _create_badge()
    _create_binding()
    _create_cabinet_event()
    _create_cabinet_news()
    _create_cabinet_session()
    _create_consignment()
    _create_door()
    _create_door_attempt()
    _create_door_visit()
    _create_enrolment_code()
    _create_head_signature()
    _create_journal()
    _create_login_nonce()
    _create_matter()
    _create_notice()
    _create_staff_session()
    _create_task()
    _create_matter_step()
    _create_turn()


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_resident"), ["resident"], unique=False)


def _create_cabinet() -> None:
    op.create_table(
        "cabinet",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("short", sa.String(length=12), nullable=False),
        sa.Column("community", sa.String(length=60), nullable=False),
        sa.Column("site", sa.String(length=60), nullable=False),
        sa.Column("telephone", sa.String(length=30), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("enrolled_at", sa.Float(), nullable=True),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.Column("login_key", sa.String(length=44), nullable=False),
        sa.Column("head_key", sa.String(length=44), nullable=False),
        sa.Column("code_salt", sa.String(length=64), nullable=False),
        sa.Column("badge_key", sa.String(length=44), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("software", sa.String(length=40), nullable=False),
        sa.Column("journal", sa.String(length=64), nullable=False),
        sa.Column("news_n", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=True),
        sa.Column("posted_at", sa.Float(), nullable=True),
        sa.Column("wall_offset", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("short"),
    )


def _create_resident() -> None:
    op.create_table(
        "resident",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=False),
        sa.Column("building", sa.String(length=500), nullable=False),
        sa.Column("phone_index", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("consent_at", sa.Float(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resident_phone_index"), ["phone_index"], unique=False)


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("capabilities", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("left_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )


def _create_tries() -> None:
    op.create_table(
        "tries",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("began_at", sa.Float(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _create_access_grant() -> None:
    op.create_table(
        "access_grant",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("consignment", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("low_door", sa.Boolean(), nullable=False),
        sa.Column("size", sa.String(length=1), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("from_cabinet", sa.Boolean(), nullable=False),
        sa.Column("used_after_revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_grant_cabinet"), ["cabinet"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_access_grant_consignment"), ["consignment"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_access_grant_matter"), ["matter"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_grant_state"), ["state"], unique=False)


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("closed_at", sa.Float(), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarm_cabinet"), ["cabinet"], unique=False)


def _create_badge() -> None:
    op.create_table(
        "badge",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.String(length=300), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("shown_at", sa.Float(), nullable=True),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_staff"), ["staff"], unique=False)


def _create_binding() -> None:
    op.create_table(
        "binding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident"],
            ["resident.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("binding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_binding_resident"), ["resident"], unique=False)


def _create_cabinet_event() -> None:
    op.create_table(
        "cabinet_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("journal", sa.String(length=64), nullable=False),
        sa.Column("journal_number", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("mono_ms", sa.BigInteger(), nullable=False),
        sa.Column("wall", sa.Float(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("arrived_at", sa.Float(), nullable=False),
        sa.Column("flag", sa.String(length=20), nullable=False),
        sa.Column("fork", sa.Boolean(), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cabinet", "journal", "sequence", "hash"),
    )
    with op.batch_alter_table("cabinet_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cabinet_event_visit"), ["visit"], unique=False)


def _create_cabinet_news() -> None:
    op.create_table(
        "cabinet_news",
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("item", sa.JSON(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("cabinet", "n"),
    )


def _create_cabinet_session() -> None:
    op.create_table(
        "cabinet_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("cabinet_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cabinet_session_cabinet"), ["cabinet"], unique=False)


def _create_consignment() -> None:
    op.create_table(
        "consignment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("compartment", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("walk_in", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("moved_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("consignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consignment_cabinet"), ["cabinet"], unique=False)
        batch_op.create_index(batch_op.f("ix_consignment_matter"), ["matter"], unique=False)


def _create_door() -> None:
    op.create_table(
        "door",
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("compartment", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("condition", sa.String(length=20), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("cabinet", "compartment"),
    )


def _create_door_attempt() -> None:
    op.create_table(
        "door_attempt",
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("cabinet", "attempt"),
    )


def _create_door_visit() -> None:
    op.create_table(
        "door_visit",
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("grant", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("consignment", sa.String(length=64), nullable=False),
        sa.Column("compartment", sa.Integer(), nullable=False),
        sa.Column("credential", sa.String(length=20), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("attempt", sa.String(length=64), nullable=False),
        sa.Column("attempt_state", sa.String(length=20), nullable=False),
        sa.Column("door", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("cabinet", "visit"),
    )
    with op.batch_alter_table("door_visit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_door_visit_consignment"), ["consignment"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_door_visit_grant"), ["grant"], unique=False)


def _create_enrolment_code() -> None:
    op.create_table(
        "enrolment_code",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("used_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )


def _create_head_signature() -> None:
    op.create_table(
        "head_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("journal", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=100), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("head_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_head_signature_cabinet"), ["cabinet"], unique=False)


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("journal", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head_sequence", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("forked", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("cabinet", "journal"),
    )


def _create_login_nonce() -> None:
    op.create_table(
        "login_nonce",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("nonce"),
    )


def _create_matter() -> None:
    op.create_table(
        "matter",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("state_since", sa.Float(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("rating", sa.String(length=20), nullable=False),
        sa.Column("rated_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.ForeignKeyConstraint(
            ["resident"],
            ["resident.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_cabinet"), ["cabinet"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_resident"), ["resident"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_state"), ["state"], unique=False)


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident"],
            ["resident.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_matter"), ["matter"], unique=False)


def _create_staff_session() -> None:
    op.create_table(
        "staff_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )


def _create_task() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("consignment", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("done_at", sa.Float(), nullable=True),
        sa.Column("done_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_cabinet"), ["cabinet"], unique=False)


def _create_matter_step() -> None:
    op.create_table(
        "matter_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("trigger", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["matter"],
            ["matter.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("matter_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_step_matter"), ["matter"], unique=False)


def _create_turn() -> None:
    op.create_table(
        "turn",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("cabinet", sa.String(length=32), nullable=False),
        sa.Column("grant", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("looked_at", sa.Float(), nullable=False),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("failure", sa.String(length=10), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["cabinet"],
            ["cabinet.id"],
        ),
        sa.ForeignKeyConstraint(
            ["grant"],
            ["access_grant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turn_cabinet"), ["cabinet"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_grant"), ["grant"], unique=False)
        batch_op.create_index(batch_op.f("ix_turn_state"), ["state"], unique=False)
