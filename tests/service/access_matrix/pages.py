"""Every page of the workbench: which roles may open it, about what, and what stands on it.

Read like the table of endpoints (``tests.service.access_matrix.endpoints``).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.service.access_matrix.endpoints import (
    ADMINS,
    ARCHIVISTS,
    ASSESSORS,
    AUDITORS,
    EVERYBODY,
    JUDGES,
    OK,
    READERS,
    REVIEWERS,
    WRITERS,
    Endpoint,
)


@dataclass(frozen=True, kw_only=True)
class Page(Endpoint):
    """One page.

    Attributes:
        shows: what has to be read on it of every cell within reach, ``{}`` being the name of the cell; of the cell asked
            about, where the page is about one object.
        tells_ids: ids of things beyond reach stand on it: the audit log names all that was done, and never what it was about.
    """

    answers: frozenset[int] = OK
    anonymous: frozenset[int] = frozenset({303})
    shows: str = ""
    tells_ids: bool = False


PAGES: dict[str, Page] = {
    "/": Page(EVERYBODY),
    "/sign-in": Page(EVERYBODY, anonymous=OK, answers=frozenset({200, 303})),
    "/account/signed-out": Page(EVERYBODY, answers=frozenset({303})),
    "/account/password": Page(EVERYBODY),
    "/codebook": Page(EVERYBODY),
    "/jobs": Page(EVERYBODY),
    # record
    "/records": Page(READERS, shows="{}更正"),
    "/records/{id}": Page(READERS, "record", params={"version_id": "$version"}, shows="李某{}同志"),
    "/records/{id}/versions": Page(READERS, "record", params={"after": "$version"}, shows="{}更正"),
    "/batches": Page(ARCHIVISTS, shows="{}批"),
    "/batches/{id}": Page(ARCHIVISTS, "batch", shows="{}批"),
    # observe
    "/subjects": Page(READERS, params={"unit_id": "$unit"}),
    "/subjects/{id}": Page(READERS, "subject"),
    "/units/{id}": Page(READERS, "unit"),
    # review
    "/review": Page(REVIEWERS),
    "/review/rounds/{id}": Page(JUDGES, "ended_round"),
    "/quality": Page(READERS),
    # similar cases
    "/cases": Page(READERS),
    "/cases/compare": Page(READERS, params={"a": "$case", "b": "case-own"}, answers=frozenset({200, 422})),
    "/cases/{id}": Page(READERS, "case", shows="{}背街"),
    "/searches": Page(ASSESSORS, params={"search": "$search"}),
    # assess and apply
    "/assessments": Page(ASSESSORS, params={"subject_id": "$subject"}),
    "/assessments/new": Page(WRITERS, params={"subject_id": "$subject"}),
    "/assessments/{id}": Page(ASSESSORS, "assessment", shows="{}概述"),
    "/assessments/{id}/edit": Page(WRITERS, "draft"),
    "/assessments/{id}/versions": Page(ASSESSORS, "assessment", shows="{}assessment"),
    "/assessments/{id}/dossier": Page(ASSESSORS, "assessment", shows="{}概述"),
    "/decisions": Page(ASSESSORS, params={"subject_id": "$subject"}),
    "/decisions/new": Page(REVIEWERS, params={"assessment_id": "$assessment"}),
    "/decisions/{id}": Page(ASSESSORS, "decision"),
    # administration
    "/admin": Page(ADMINS, answers=frozenset({303})),
    "/admin/users": Page(ADMINS),
    "/admin/users/{id}": Page(ADMINS, "user"),
    "/admin/units": Page(ADMINS),
    "/admin/keys": Page(EVERYBODY),
    "/audit": Page(AUDITORS, tells_ids=True),
}
