"""Assess and apply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")


def upgrade() -> None:  # one statement a table and index
    """Bring the schema forward."""
    op.create_table(
        "assessments",
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("occasion", sa.String(300), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("current_version_id", sa.String(36), nullable=True),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("author_id", _ID, nullable=False),
        sa.Column("submitted_by", _ID, nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_assessments_author_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_assessments_decided_by"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_assessments_subject_id"),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name="fk_assessments_submitted_by"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_assessments_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
    )
    op.create_index("ix_assessments_author_id", "assessments", ["author_id"])
    op.create_index("ix_assessments_decided_by", "assessments", ["decided_by"])
    op.create_index("ix_assessments_state", "assessments", ["state"])
    op.create_index("ix_assessments_subject_id", "assessments", ["subject_id"])
    op.create_index("ix_assessments_submitted_by", "assessments", ["submitted_by"])
    op.create_index("ix_assessments_unit_id", "assessments", ["unit_id"])
    op.create_table(
        "assessment_versions",
        sa.Column("assessment_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("circumstances", sa.Text(), nullable=False),
        sa.Column("author_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_assessment_versions_assessment_id"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_assessment_versions_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_versions"),
        sa.UniqueConstraint("assessment_id", "number", name="uq_assessment_versions_assessment_id_number"),
    )
    op.create_index("ix_assessment_versions_author_id", "assessment_versions", ["author_id"])
    op.create_table(
        "decisions",
        sa.Column("assessment_id", _ID, nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("measure", sa.String(32), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_by", _ID, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(300), nullable=True),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_decisions_assessment_id"),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name="fk_decisions_closed_by"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_decisions_created_by"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_decisions_subject_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_decisions_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("case_id", name="uq_decisions_case_id"),
    )
    op.create_index("ix_decisions_assessment_id", "decisions", ["assessment_id"])
    op.create_index("ix_decisions_closed_by", "decisions", ["closed_by"])
    op.create_index("ix_decisions_created_by", "decisions", ["created_by"])
    op.create_index("ix_decisions_follow_up_on", "decisions", ["follow_up_on"])
    op.create_index("ix_decisions_state", "decisions", ["state"])
    op.create_index("ix_decisions_subject_id", "decisions", ["subject_id"])
    op.create_index("ix_decisions_unit_id", "decisions", ["unit_id"])
    op.create_table(
        "assessment_cases",
        sa.Column("assessment_id", _ID, nullable=False),
        sa.Column("assessment_version_id", _ID, nullable=False),
        sa.Column("case_id", sa.String(300), nullable=False),
        sa.Column("case_unit", sa.String(300), nullable=True),
        sa.Column("case_confidentiality", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_assessment_cases_assessment_id"),
        sa.ForeignKeyConstraint(
            ["assessment_version_id"], ["assessment_versions.id"], name="fk_assessment_cases_assessment_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_cases"),
        sa.UniqueConstraint(
            "assessment_version_id", "case_id", name="uq_assessment_cases_assessment_version_id_case_id"
        ),
    )
    op.create_index("ix_assessment_cases_assessment_id", "assessment_cases", ["assessment_id"])
    op.create_table(
        "findings",
        sa.Column("assessment_id", _ID, nullable=False),
        sa.Column("assessment_version_id", _ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("label", sa.String(64), nullable=True),
        sa.Column("polarity", sa.String(1), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_findings_assessment_id"),
        sa.ForeignKeyConstraint(
            ["assessment_version_id"], ["assessment_versions.id"], name="fk_findings_assessment_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("assessment_version_id", "ordinal", name="uq_findings_assessment_version_id_ordinal"),
    )
    op.create_index("ix_findings_assessment_id", "findings", ["assessment_id"])
    op.create_table(
        "finding_evidence",
        sa.Column("finding_id", _ID, nullable=False),
        sa.Column("assessment_id", _ID, nullable=False),
        sa.Column("tag_id", _ID, nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name="fk_finding_evidence_assessment_id"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_finding_evidence_finding_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_finding_evidence_record_id"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_finding_evidence_tag_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_finding_evidence_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finding_evidence"),
        sa.UniqueConstraint("finding_id", "tag_id", name="uq_finding_evidence_finding_id_tag_id"),
    )
    op.create_index("ix_finding_evidence_assessment_id", "finding_evidence", ["assessment_id"])
    op.create_index("ix_finding_evidence_record_id", "finding_evidence", ["record_id"])
    op.create_index("ix_finding_evidence_tag_id", "finding_evidence", ["tag_id"])
    op.create_index("ix_finding_evidence_version_id", "finding_evidence", ["version_id"])
