"""Triggers that keep rows as they were written, whoever writes to the database and however."""

from __future__ import annotations

from alembic import op


def forbid(table: str, *verbs: str) -> None:
    """Refuse ``update`` or ``delete`` of the rows of a table, and on PostgreSQL TRUNCATE as well."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION yanpan_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for verb, each in [*((verb, "ROW") for verb in verbs), ("truncate", "STATEMENT")]:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION yanpan_append_only()"
        )
