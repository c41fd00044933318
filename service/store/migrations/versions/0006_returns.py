"""Every return of a note with its reason, where only the last reason was kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.ids import new_id
from service.store.migrations.append_only import forbid

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "assessment_returns",
        sa.Column("assessment_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("returned_by", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_assessment_returns_assessment_id"),
        sa.ForeignKeyConstraint(["returned_by"], ["users.id"], name="fk_assessment_returns_returned_by"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_returns"),
        sa.UniqueConstraint("assessment_id", "number", name="uq_assessment_returns_assessment_id_number"),
    )
    op.create_index("ix_assessment_returns_returned_by", "assessment_returns", ["returned_by"])
    _take_over()
    forbid("assessment_returns", "update", "delete")


def _take_over() -> None:
    """The last return of each note.

    Who returned a note that was approved since stands in the audit log only; there the column is empty, and the version
    is taken to be the one before the approved one.
    """
    notes = sa.table(
        "assessments",
        *(sa.column(name) for name in ("id", "state", "versions", "decided_by", "return_reason")),
        sa.column("decided_at", _MOMENT),
        sa.column("updated_at", _MOMENT),
    )
    versions = sa.table(
        "assessment_versions", sa.column("assessment_id"), sa.column("number"), sa.column("created_at", _MOMENT)
    )
    returns = sa.table(
        "assessment_returns",
        *(sa.column(name) for name in ("id", "assessment_id", "number", "reason", "returned_by")),
        sa.column("created_at", _MOMENT),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(notes).where(notes.c.return_reason.is_not(None))).all():
        approved = row.state == "approved"
        before = sa.select(sa.func.max(versions.c.number)).where(
            versions.c.assessment_id == row.id, versions.c.created_at <= row.decided_at
        )
        number = max(1, row.versions - 1) if approved else connection.scalar(before)
        values = {
            "id": new_id(),
            "assessment_id": row.id,
            "number": number or row.versions,
            "reason": row.return_reason,
            "returned_by": None if approved else row.decided_by,
            "created_at": row.updated_at if approved else row.decided_at,
        }
        connection.execute(sa.insert(returns).values(**values))
