"""What Alembic runs. The connection comes from ``service.store.migrate``; there is no ``alembic.ini``."""

from __future__ import annotations

from alembic import context

import service.store.models  # noqa: F401  # fills the metadata
from service.store.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
