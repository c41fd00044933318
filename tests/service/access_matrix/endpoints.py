"""Every endpoint of the API: which roles may ask at all, and with what.

Words that begin with ``$`` stand for the id (or name) of an object of that kind (``tests.service.access_matrix.scenery``);
``{id}`` of a path is one of ``about``, ``{number}`` is 1. Roles are written out here once more, so that the product's
table is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYBODY = frozenset({"admin", "analyst", "archivist", "auditor", "investigator", "reviewer"})
READERS = frozenset({"analyst", "archivist", "investigator", "reviewer"})
ASSESSORS = frozenset({"analyst", "investigator", "reviewer"})
ARCHIVISTS = frozenset({"archivist"})
REVIEWERS = frozenset({"analyst", "reviewer"})
JUDGES = frozenset({"reviewer"})
WRITERS = frozenset({"analyst"})
REGISTRARS = frozenset({"analyst", "archivist"})
AUDITORS = frozenset({"auditor"})
ADMINS = frozenset({"admin"})
# The caller knows of the object; what else is wrong with the request does not matter here.
KNOWN = frozenset({200, 201, 202, 204, 400, 409, 412, 422, 428})
OK = frozenset({200})
STALE = {"if-match": '"999"'}  # gets 412 from whoever sees the object, so that nothing changes


@dataclass(frozen=True)
class Endpoint:
    """One endpoint.

    Attributes:
        roles: who may ask. Everybody else gets 403, whatever they ask about.
        about: kind of the object whose id the path holds.
        body, params, form: of the request, with the kinds in place of ids.
        headers: beside those of the key.
        answers: what a caller gets who may ask, and sees all that the request names.
        anonymous: what somebody without a key gets.
    """

    roles: frozenset[str]
    about: str | None = None
    body: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    answers: frozenset[int] = KNOWN
    anonymous: frozenset[int] = frozenset({401})


_NOTE = {"summary": "概述", "findings": [{"statement": "敢于担责", "evidence": ["$tag"]}]}
_HIT = {"id": "$case", "score": 1, "rank": 1, "title": None, "doc_type": None, "unit": None, "date": None}
_CASE_HIT = {**_HIT, "outcome": None, "snippet": "", "channels": {}, "pairs": []}
_RECORD = {"text": "该同志从不推诿扯皮。", "unit_id": "$unit"}
_BATCH = {"unit_id": "$unit", "start": "false"}
_CLOSING = {"outcome": "按期整改"}
_OPEN = frozenset({200, 401, 404, 422})
_FORBIDDEN = frozenset({403})

ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", "/healthz"): Endpoint(EVERYBODY, answers=OK, anonymous=OK),
    # signing in, and the own account
    ("GET", "/v1/session"): Endpoint(EVERYBODY, answers=OK),
    ("POST", "/v1/session"): Endpoint(EVERYBODY, body={"login": "x", "password": "y"}, answers=_OPEN, anonymous=_OPEN),
    ("DELETE", "/v1/session"): Endpoint(EVERYBODY, answers=frozenset({204})),
    ("PUT", "/v1/session/password"): Endpoint(EVERYBODY, body={"old": "x", "new": "y"}, answers=_FORBIDDEN),
    ("GET", "/v1/session/oidc"): Endpoint(EVERYBODY, answers=_OPEN, anonymous=_OPEN),
    ("GET", "/v1/session/oidc/callback"): Endpoint(EVERYBODY, answers=_OPEN, anonymous=_OPEN),
    # texts and cases
    ("POST", "/v1/annotate"): Endpoint(READERS, body={"text": "从不推诿。"}, answers=OK),
    ("POST", "/v1/segment"): Endpoint(READERS, body={"text": "从不推诿。"}, answers=OK),
    ("GET", "/v1/codebook"): Endpoint(EVERYBODY, answers=OK),
    ("POST", "/v1/cases"): Endpoint(ARCHIVISTS, body={"cases": [{"id": "n", "text": "好", "unit": "$unit_name"}]}),
    ("POST", "/v1/cases/compare"): Endpoint(READERS, body={"first": "$case", "second": "$case"}, answers=KNOWN),
    ("GET", "/v1/cases/{id}"): Endpoint(READERS, "case", answers=OK),
    ("POST", "/v1/search"): Endpoint(READERS, body={"text": "刷墙", "filters": {"ids": ["$case"]}}, answers=OK),
    ("POST", "/v1/search/facets"): Endpoint(READERS, body={"filters": {"ids": ["$case"]}}, answers=OK),
    ("GET", "/v1/searches"): Endpoint(ASSESSORS, answers=OK),
    ("POST", "/v1/searches"): Endpoint(ASSESSORS, body={"name": "n", "text": "刷墙"}),
    ("GET", "/v1/searches/{id}"): Endpoint(ASSESSORS, "search", answers=OK),
    ("PATCH", "/v1/searches/{id}"): Endpoint(ASSESSORS, "search", body={"name": "m"}, headers=STALE),
    ("DELETE", "/v1/searches/{id}"): Endpoint(ASSESSORS, "search", headers=STALE),
    # the text of a saved search may be asked by whoever may search; to have one takes more
    ("POST", "/v1/searches/{id}/run"): Endpoint(READERS, "search", answers=OK),
    ("GET", "/v1/alerts"): Endpoint(ASSESSORS, params={"search": "$search"}, answers=OK),
    ("POST", "/v1/alerts/{id}/seen"): Endpoint(ASSESSORS, "alert", answers=OK),
    # units, users, keys, audit
    ("GET", "/v1/units"): Endpoint(EVERYBODY, answers=OK),
    ("POST", "/v1/units"): Endpoint(ADMINS, body={"code": "n-1", "name": "新镇", "parent_id": "$unit"}),
    ("GET", "/v1/units/{id}"): Endpoint(EVERYBODY, "unit", answers=OK),
    ("PATCH", "/v1/units/{id}"): Endpoint(ADMINS, "unit", body={"parent_id": "$unit"}, headers=STALE),
    ("GET", "/v1/units/{id}/observation"): Endpoint(READERS, "unit", answers=OK),
    ("GET", "/v1/units/{id}/observation.xlsx"): Endpoint(ASSESSORS, "unit", answers=OK),
    ("GET", "/v1/users"): Endpoint(ADMINS, answers=OK),
    ("POST", "/v1/users"): Endpoint(
        ADMINS, body={"login": "n", "display_name": "某", "unit_id": "$unit", "roles": ["analyst"]}
    ),
    ("GET", "/v1/users/{id}"): Endpoint(ADMINS, "user", answers=OK),
    ("PATCH", "/v1/users/{id}"): Endpoint(ADMINS, "user", body={"unit_id": "$unit"}, headers=STALE),
    ("POST", "/v1/users/{id}/password-reset"): Endpoint(ADMINS, "user", answers=OK),
    ("GET", "/v1/keys"): Endpoint(EVERYBODY, answers=OK),
    ("POST", "/v1/keys"): Endpoint(EVERYBODY, body={"name": "n", "unit_id": "$unit"}, answers=_FORBIDDEN),
    ("DELETE", "/v1/keys/{id}"): Endpoint(EVERYBODY, "spare_key", answers=OK),
    ("GET", "/v1/audit"): Endpoint(AUDITORS, answers=OK),
    ("GET", "/v1/audit/head"): Endpoint(AUDITORS, answers=OK),
    ("GET", "/v1/audit/verify"): Endpoint(AUDITORS, answers=OK),
    # background work
    ("GET", "/v1/jobs"): Endpoint(EVERYBODY, answers=OK),
    ("POST", "/v1/jobs/reannotate"): Endpoint(ARCHIVISTS, body={"record_ids": ["$record"]}),
    ("GET", "/v1/jobs/{id}"): Endpoint(EVERYBODY, "job", answers=OK),
    ("POST", "/v1/jobs/{id}/cancel"): Endpoint(EVERYBODY, "job", headers=STALE),
    ("POST", "/v1/jobs/{id}/retry"): Endpoint(EVERYBODY, "job", headers=STALE),
    ("GET", "/v1/jobs/{id}/events"): Endpoint(EVERYBODY, "job", answers=OK),
    ("GET", "/v1/batches"): Endpoint(ARCHIVISTS, answers=OK),
    ("POST", "/v1/batches"): Endpoint(ARCHIVISTS, form=_BATCH),
    ("GET", "/v1/batches/{id}"): Endpoint(ARCHIVISTS, "batch", answers=OK),
    ("GET", "/v1/batches/{id}/items"): Endpoint(ARCHIVISTS, "batch", answers=OK),
    ("POST", "/v1/batches/{id}/files"): Endpoint(ARCHIVISTS, "batch", form={}),
    ("POST", "/v1/batches/{id}/start"): Endpoint(ARCHIVISTS, "batch"),
    ("POST", "/v1/batches/{id}/retry"): Endpoint(ARCHIVISTS, "batch"),
    ("POST", "/v1/batches/{id}/cancel"): Endpoint(ARCHIVISTS, "batch"),
    ("GET", "/v1/exports"): Endpoint(ASSESSORS, answers=OK),
    ("POST", "/v1/exports"): Endpoint(
        ASSESSORS, body={"what": "records", "format": "jsonl", "record_ids": ["$record", "$second"]}
    ),
    ("GET", "/v1/exports/{id}"): Endpoint(ASSESSORS, "export", answers=OK),
    ("GET", "/v1/exports/{id}/file"): Endpoint(ASSESSORS, "export", answers=OK),
    # records
    ("GET", "/v1/records"): Endpoint(READERS, params={"unit_id": "$unit"}, answers=OK),
    ("POST", "/v1/records"): Endpoint(ARCHIVISTS, body=_RECORD),
    ("POST", "/v1/records/search"): Endpoint(READERS, body={"text": "敢于担责", "unit_id": "$unit"}, answers=OK),
    ("POST", "/v1/records/uploads"): Endpoint(ARCHIVISTS, form={"unit_id": "$unit"}),
    ("GET", "/v1/records/{id}"): Endpoint(READERS, "record", params={"version_id": "$earlier_version"}, answers=OK),
    ("GET", "/v1/records/{id}/versions"): Endpoint(READERS, "record", answers=OK),
    ("POST", "/v1/records/{id}/versions"): Endpoint(
        ARCHIVISTS, "record", body={"reason": "改", "title": "新"}, headers=STALE
    ),
    ("GET", "/v1/records/{id}/differences"): Endpoint(
        READERS, "record", params={"after": "$version", "before": "$earlier_version"}, answers=OK
    ),
    ("GET", "/v1/records/{id}/annotation"): Endpoint(READERS, "record", params={"version_id": "$version"}, answers=OK),
    ("POST", "/v1/records/{id}/annotation"): Endpoint(ARCHIVISTS, "record", headers=STALE),
    ("GET", "/v1/records/{id}/duplicates"): Endpoint(READERS, "record", answers=OK),
    ("GET", "/v1/records/{id}/original"): Endpoint(READERS, "uploaded", answers=OK),
    ("GET", "/v1/records/{id}/pages"): Endpoint(READERS, "uploaded", answers=OK),
    ("GET", "/v1/records/{id}/pages/{number}"): Endpoint(READERS, "uploaded", answers=OK),
    # subjects
    ("GET", "/v1/subjects"): Endpoint(READERS, params={"unit_id": "$unit", "record_id": "$record"}, answers=OK),
    ("POST", "/v1/subjects"): Endpoint(REGISTRARS, body={"unit_id": "$unit"}),
    ("POST", "/v1/subjects/lookup"): Endpoint(ASSESSORS, body={"name": "$name"}, answers=OK),
    ("GET", "/v1/subjects/{id}"): Endpoint(READERS, "subject", answers=OK),
    ("PATCH", "/v1/subjects/{id}"): Endpoint(REGISTRARS, "subject", body={"unit_id": "$unit"}, headers=STALE),
    ("GET", "/v1/subjects/{id}/identity"): Endpoint(ASSESSORS, "subject", answers=OK),
    ("PUT", "/v1/subjects/{id}/identity"): Endpoint(ASSESSORS, "subject", body={"name": "李某"}, headers=STALE),
    ("GET", "/v1/subjects/{id}/observation"): Endpoint(READERS, "subject", answers=OK),
    ("GET", "/v1/subjects/{id}/observation.xlsx"): Endpoint(ASSESSORS, "subject", answers=OK),
    ("GET", "/v1/subject-links"): Endpoint(
        READERS, params={"subject_id": "$subject", "record_id": "$record"}, answers=OK
    ),
    ("POST", "/v1/subject-links"): Endpoint(
        REGISTRARS, body={"subject_id": "$subject", "record_id": "$record", "reason": "标题"}
    ),
    ("POST", "/v1/subject-links/proposals"): Endpoint(
        REGISTRARS, body={"record_id": "$record", "subject_id": "$subject", "name": "李某"}
    ),
    ("GET", "/v1/subject-links/{id}"): Endpoint(READERS, "link", answers=OK),
    ("POST", "/v1/subject-links/{id}/confirm"): Endpoint(REGISTRARS, "proposed_link", body={}, headers=STALE),
    ("POST", "/v1/subject-links/{id}/reject"): Endpoint(REGISTRARS, "proposed_link", body={}, headers=STALE),
    # review
    ("GET", "/v1/reviews"): Endpoint(
        READERS,
        params={"record_id": "$record", "version_id": "$version", "tag_id": "$tag", "round_id": "$round"},
        answers=OK,
    ),
    ("POST", "/v1/reviews"): Endpoint(REVIEWERS, body={"action": "accept", "tag_id": "$proposed_tag"}, headers=STALE),
    ("GET", "/v1/reviews/{id}"): Endpoint(READERS, "review", answers=OK),
    # the decisions of others are seen, and taken back by nobody else
    ("POST", "/v1/reviews/{id}/undo"): Endpoint(REVIEWERS, "review", headers=STALE, answers=_FORBIDDEN),
    ("GET", "/v1/reviews/queue"): Endpoint(
        REVIEWERS, params={"record_id": "$record", "round_id": "$round", "unit_id": "$unit"}, answers=OK
    ),
    ("GET", "/v1/reviews/tags"): Endpoint(READERS, params={"version_id": "$version"}, answers=OK),
    ("GET", "/v1/reviews/tags/{id}"): Endpoint(READERS, "tag", answers=OK),
    ("GET", "/v1/reviews/gold"): Endpoint(ASSESSORS, params={"unit_id": "$unit"}, answers=OK),
    ("GET", "/v1/reviews/samples"): Endpoint(REVIEWERS, answers=OK),
    ("POST", "/v1/reviews/samples"): Endpoint(REVIEWERS, body={"size": 1, "scope": {"unit_id": "$unit"}}),
    ("POST", "/v1/reviews/samples/{id}"): Endpoint(REVIEWERS, "sample", body={"tags": []}, headers=STALE),
    ("GET", "/v1/reviews/missed"): Endpoint(READERS, params={"unit_id": "$unit"}, answers=OK),
    ("GET", "/v1/reviews/reviewers"): Endpoint(JUDGES, params={"record_id": "$record"}, answers=OK),
    ("GET", "/v1/reviews/agreement"): Endpoint(READERS, params={"reviewer_id": "$user"}, answers=OK),
    ("GET", "/v1/reviews/rounds"): Endpoint(READERS, params={"record_id": "$record"}, answers=OK),
    ("POST", "/v1/reviews/rounds"): Endpoint(
        JUDGES, body={"record_id": "$record", "reviewers": ["$user", "$colleague"]}
    ),
    ("GET", "/v1/reviews/rounds/{id}"): Endpoint(READERS, "round", answers=OK),
    # a round is seen, and finished by nobody who has no part in it
    ("POST", "/v1/reviews/rounds/{id}/finish"): Endpoint(REVIEWERS, "round", headers=STALE, answers=frozenset({404})),
    ("POST", "/v1/reviews/rounds/{id}/withdraw"): Endpoint(JUDGES, "round", headers=STALE),
    ("GET", "/v1/reviews/rounds/{id}/differences"): Endpoint(READERS, "ended_round", answers=OK),
    ("POST", "/v1/reviews/rounds/{id}/adjudications"): Endpoint(
        JUDGES, "ended_round", body={"matter": "$difference", "outcome": "reject"}
    ),
    ("GET", "/v1/reviews/rounds/{id}/agreement"): Endpoint(READERS, "ended_round", answers=OK),
    ("GET", "/v1/quality/models"): Endpoint(EVERYBODY, answers=OK),
    ("GET", "/v1/quality/drift"): Endpoint(READERS, answers=OK),
    # assess and apply
    ("GET", "/v1/assessments"): Endpoint(ASSESSORS, params={"subject_id": "$subject"}, answers=OK),
    ("POST", "/v1/assessments"): Endpoint(WRITERS, body={**_NOTE, "subject_id": "$subject", "occasion": "考核"}),
    ("GET", "/v1/assessments/circumstances"): Endpoint(WRITERS, params={"subject_id": "$subject"}, answers=OK),
    ("GET", "/v1/assessments/evidence"): Endpoint(WRITERS, params={"subject_id": "$subject"}, answers=OK),
    ("GET", "/v1/assessments/{id}"): Endpoint(ASSESSORS, "assessment", answers=OK),
    ("GET", "/v1/assessments/{id}/versions"): Endpoint(ASSESSORS, "assessment", answers=OK),
    ("POST", "/v1/assessments/{id}/versions"): Endpoint(
        WRITERS, "draft", body={**_NOTE, "cases": [{"hit": _CASE_HIT, "comment": None}]}, headers={"if-match": "*"}
    ),
    ("GET", "/v1/assessments/{id}/differences"): Endpoint(
        ASSESSORS, "assessment", params={"before": 1, "after": 1}, answers=OK
    ),
    ("POST", "/v1/assessments/{id}/submit"): Endpoint(WRITERS, "draft", headers=STALE),
    ("POST", "/v1/assessments/{id}/approve"): Endpoint(JUDGES, "draft", headers=STALE),
    ("POST", "/v1/assessments/{id}/return"): Endpoint(JUDGES, "draft", body={"reason": "缺"}, headers=STALE),
    ("GET", "/v1/assessments/{id}/dossier.docx"): Endpoint(ASSESSORS, "assessment", answers=OK),
    ("GET", "/v1/assessments/{id}/dossier.pdf"): Endpoint(ASSESSORS, "assessment", answers=OK),
    ("GET", "/v1/decisions"): Endpoint(
        ASSESSORS, params={"subject_id": "$subject", "assessment_id": "$assessment"}, answers=OK
    ),
    ("POST", "/v1/decisions"): Endpoint(
        REVIEWERS,
        body={"assessment_id": "$assessment", "measure": "remind", "decided_by": "某", "decided_on": "2024-05-20"},
    ),
    ("GET", "/v1/decisions/due"): Endpoint(ASSESSORS, params={"on": "2026-01-01"}, answers=OK),
    ("GET", "/v1/decisions/{id}"): Endpoint(ASSESSORS, "decision", answers=OK),
    ("PATCH", "/v1/decisions/{id}"): Endpoint(REVIEWERS, "decision", body={"note": "n"}, headers=STALE),
    ("POST", "/v1/decisions/{id}/case"): Endpoint(REVIEWERS, "decision", body=_CLOSING, answers=OK),
    ("POST", "/v1/decisions/{id}/close"): Endpoint(REVIEWERS, "decision", body=_CLOSING, headers=STALE),
}
