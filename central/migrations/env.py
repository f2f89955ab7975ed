"""Alembic's entry: runs the migrations on the connection that `central.migration` hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from central import record  # noqa: F401  (importing it registers the tables)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
