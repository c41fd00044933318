"""Records, tags, subjects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.migrations.append_only import forbid

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
_HASH = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def upgrade() -> None:  # one statement a table and index
    """Bring the schema forward."""
    op.create_table(
        "records",
        sa.Column("current_version_id", sa.String(36), nullable=True),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(500), nullable=True),
        sa.Column("doc_type", sa.String(32), nullable=True),
        sa.Column("document_date", sa.String(10), nullable=True),
        sa.Column("source", sa.String(500), nullable=True),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_records_created_by"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_records_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
    )
    op.create_index("ix_records_created_by", "records", ["created_by"])
    op.create_index("ix_records_doc_type", "records", ["doc_type"])
    op.create_index("ix_records_document_date", "records", ["document_date"])
    op.create_index("ix_records_unit_id", "records", ["unit_id"])
    op.create_index("ix_records_unit_id_confidentiality_id", "records", ["unit_id", "confidentiality", "id"])
    op.create_table(
        "subjects",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_subjects_created_by"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_subjects_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
        sa.UniqueConstraint("code", name="uq_subjects_code"),
    )
    op.create_index("ix_subjects_created_by", "subjects", ["created_by"])
    op.create_index("ix_subjects_unit_id", "subjects", ["unit_id"])
    op.create_table(
        "record_versions",
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", _ID, nullable=True),
        sa.Column("duplicate_of_id", _ID, nullable=True),
        sa.Column("title", sa.String(500), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_sha256", _HASH, nullable=False),
        sa.Column("file_sha256", _HASH, nullable=True),
        sa.Column("file_name", sa.String(500), nullable=True),
        sa.Column("media_type", sa.String(200), nullable=True),
        sa.Column("doc_type", sa.String(32), nullable=True),
        sa.Column("document_date", sa.String(10), nullable=True),
        sa.Column("source", sa.String(500), nullable=True),
        sa.Column("source_kind", sa.String(16), nullable=True),
        sa.Column("author", sa.String(200), nullable=True),
        sa.Column("anchors", sa.Text(), nullable=True),
        sa.Column("source_map", sa.Text(), nullable=True),
        sa.Column("correction", sa.Text(), nullable=True),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confidentiality", sa.Integer(), nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_record_versions_created_by"),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["record_versions.id"], name="fk_record_versions_duplicate_of_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_versions_record_id"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["record_versions.id"], name="fk_record_versions_supersedes_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_record_versions_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_record_versions"),
        sa.UniqueConstraint("record_id", "number", name="uq_record_versions_record_id_number"),
    )
    op.create_index("ix_record_versions_created_by", "record_versions", ["created_by"])
    op.create_index("ix_record_versions_duplicate_of_id", "record_versions", ["duplicate_of_id"])
    op.create_index("ix_record_versions_file_sha256", "record_versions", ["file_sha256"])
    op.create_index("ix_record_versions_supersedes_id", "record_versions", ["supersedes_id"])
    op.create_index("ix_record_versions_text_sha256", "record_versions", ["text_sha256"])
    op.create_index("ix_record_versions_unit_id", "record_versions", ["unit_id"])
    op.create_table(
        "subject_identities",
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("position", sa.String(300), nullable=True),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_subject_identities_subject_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_identities"),
        sa.UniqueConstraint("subject_id", name="uq_subject_identities_subject_id"),
    )
    op.create_table(
        "original_files",
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_original_files_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_original_files"),
        sa.UniqueConstraint("version_id", name="uq_original_files_version_id"),
    )
    op.create_table(
        "record_annotations",
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("pipeline_version", sa.String(64), nullable=False),
        sa.Column("codebook_version", sa.String(64), nullable=False),
        sa.Column("finder", sa.String(64), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_record_annotations_record_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_record_annotations_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_record_annotations"),
    )
    op.create_index("ix_record_annotations_record_id", "record_annotations", ["record_id"])
    op.create_index("ix_record_annotations_version_id_current", "record_annotations", ["version_id", "current"])
    op.create_table(
        "subject_links",
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("relation", sa.String(16), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_subject_links_created_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_subject_links_decided_by"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_subject_links_record_id"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_subject_links_subject_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_subject_links_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_links"),
    )
    op.create_index("ix_subject_links_created_by", "subject_links", ["created_by"])
    op.create_index("ix_subject_links_decided_by", "subject_links", ["decided_by"])
    op.create_index("ix_subject_links_record_id", "subject_links", ["record_id"])
    op.create_index("ix_subject_links_subject_id_record_id", "subject_links", ["subject_id", "record_id"])
    op.create_index("ix_subject_links_version_id", "subject_links", ["version_id"])
    op.create_table(
        "tags",
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("version_id", _ID, nullable=False),
        sa.Column("annotation_id", _ID, nullable=True),
        sa.Column("replaces_id", _ID, nullable=True),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("group", sa.String(16), nullable=True),
        sa.Column("polarity", sa.String(1), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("cues", sa.Text(), nullable=False),
        sa.Column("speaker", sa.String(200), nullable=True),
        sa.Column("speaker_role", sa.String(16), nullable=True),
        sa.Column("uncertainty", sa.Float(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["record_annotations.id"], name="fk_tags_annotation_id"),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name="fk_tags_record_id"),
        sa.ForeignKeyConstraint(["replaces_id"], ["tags.id"], name="fk_tags_replaces_id"),
        sa.ForeignKeyConstraint(["version_id"], ["record_versions.id"], name="fk_tags_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
    )
    op.create_index("ix_tags_annotation_id", "tags", ["annotation_id"])
    op.create_index("ix_tags_label_polarity_state", "tags", ["label", "polarity", "state"])
    op.create_index("ix_tags_record_id", "tags", ["record_id"])
    op.create_index("ix_tags_replaces_id", "tags", ["replaces_id"])
    op.create_index("ix_tags_state_uncertainty_id", "tags", ["state", "uncertainty", "id"])
    op.create_index("ix_tags_version_id", "tags", ["version_id"])
    forbid("record_versions", "update", "delete")
    forbid("original_files", "update")
