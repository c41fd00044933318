"""Review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")


def upgrade() -> None:  # one statement a table and index
    """Bring the schema forward."""
    op.create_table(
        "review_rounds",
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_review_rounds_created_by"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_review_rounds_record_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_review_rounds_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_rounds"),
    )
    op.create_index("ix_review_rounds_created_by", "review_rounds", ["created_by"])
    op.create_index("ix_review_rounds_record_id", "review_rounds", ["record_id"])
    op.create_index("ix_review_rounds_state", "review_rounds", ["state"])
    op.create_index("ix_review_rounds_version_id", "review_rounds", ["version_id"])
    op.create_table(
        "review_assignments",
        sa.Column("round_id", _ID, nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("reviewer_id", _ID, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_review_assignments_record_id"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name="fk_review_assignments_reviewer_id"),
        sa.ForeignKeyConstraint(["round_id"], ["review_rounds.id"], name="fk_review_assignments_round_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_review_assignments_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_review_assignments"),
        sa.UniqueConstraint("round_id", "reviewer_id", name="uq_review_assignments_round_id_reviewer_id"),
    )
    op.create_index("ix_review_assignments_record_id", "review_assignments", ["record_id"])
    op.create_index("ix_review_assignments_reviewer_id", "review_assignments", ["reviewer_id"])
    op.create_index("ix_review_assignments_version_id", "review_assignments", ["version_id"])
    op.create_table(
        "reviews",
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("round_id", _ID, nullable=True),
        sa.Column("tag_id", _ID, nullable=True),
        sa.Column("result_tag_id", _ID, nullable=True),
        sa.Column("reviewer_id", _ID, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_reviews_record_id"),
        sa.ForeignKeyConstraint(["result_tag_id"], ["tags.id"], name="fk_reviews_result_tag_id"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name="fk_reviews_reviewer_id"),
        sa.ForeignKeyConstraint(["round_id"], ["review_rounds.id"], name="fk_reviews_round_id"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_reviews_tag_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_reviews_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_record_id", "reviews", ["record_id"])
    op.create_index("ix_reviews_result_tag_id", "reviews", ["result_tag_id"])
    op.create_index("ix_reviews_reviewer_id", "reviews", ["reviewer_id"])
    op.create_index("ix_reviews_round_id", "reviews", ["round_id"])
    op.create_index("ix_reviews_tag_id", "reviews", ["tag_id"])
    op.create_index("ix_reviews_version_id_reviewer_id", "reviews", ["version_id", "reviewer_id"])
    op.create_table(
        "adjudications",
        sa.Column("round_id", _ID, nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("chosen_review_id", _ID, nullable=True),
        sa.Column("result_tag_id", _ID, nullable=True),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("adjudicator_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["adjudicator_id"], ["users.id"], name="fk_adjudications_adjudicator_id"),
        sa.ForeignKeyConstraint(["chosen_review_id"], ["reviews.id"], name="fk_adjudications_chosen_review_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_adjudications_record_id"),
        sa.ForeignKeyConstraint(["result_tag_id"], ["tags.id"], name="fk_adjudications_result_tag_id"),
        sa.ForeignKeyConstraint(["round_id"], ["review_rounds.id"], name="fk_adjudications_round_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_adjudications_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_adjudications"),
    )
    op.create_index("ix_adjudications_adjudicator_id", "adjudications", ["adjudicator_id"])
    op.create_index("ix_adjudications_chosen_review_id", "adjudications", ["chosen_review_id"])
    op.create_index("ix_adjudications_record_id", "adjudications", ["record_id"])
    op.create_index("ix_adjudications_result_tag_id", "adjudications", ["result_tag_id"])
    op.create_index("ix_adjudications_round_id", "adjudications", ["round_id"])
    op.create_index("ix_adjudications_version_id", "adjudications", ["version_id"])
