"""All tables. Importing this package fills ``Base.metadata``."""

from service.store.models.assessing import (
    Assessment,
    AssessmentCase,
    AssessmentReturn,
    AssessmentVersion,
    Decision,
    Finding,
    FindingEvidence,
)
from service.store.models.auditing import AuditEntry, AuditHead
from service.store.models.people import ApiKey, Unit, UnitClosure, User, WebSession
from service.store.models.records import OriginalFile, Record, RecordAnnotation, RecordVersion, TagRow
from service.store.models.reviewing import Adjudication, Review, ReviewAssignment, ReviewRound
from service.store.models.searching import AlertHit, SavedSearch
from service.store.models.subjects import Subject, SubjectIdentity, SubjectLink
from service.store.models.working import Batch, BatchItem, IdempotencyKey, Instance, Job, OutboxEntry

__all__ = [
    "Adjudication",
    "AlertHit",
    "ApiKey",
    "Assessment",
    "AssessmentCase",
    "AssessmentReturn",
    "AssessmentVersion",
    "AuditEntry",
    "AuditHead",
    "Batch",
    "BatchItem",
    "Decision",
    "Finding",
    "FindingEvidence",
    "IdempotencyKey",
    "Instance",
    "Job",
    "OriginalFile",
    "OutboxEntry",
    "Record",
    "RecordAnnotation",
    "RecordVersion",
    "Review",
    "ReviewAssignment",
    "ReviewRound",
    "SavedSearch",
    "Subject",
    "SubjectIdentity",
    "SubjectLink",
    "TagRow",
    "Unit",
    "UnitClosure",
    "User",
    "WebSession",
]
