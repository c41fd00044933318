"""Whether a reader sees everything that a version of a note rests on."""

from __future__ import annotations

from service.access import Repository
from service.assessment.shapes import VersionOut
from service.assessment.views import version_out
from service.store.models import AssessmentVersion


def amount(version: VersionOut) -> int:
    """How many pieces of evidence, cases and circumstances a version shows."""
    return sum(len(finding.evidence) for finding in version.findings) + len(version.cases) + len(version.circumstances)


def withheld(repository: Repository, shown: VersionOut) -> bool:
    """Whether something of a version was left out because it lies beyond the reader's reach.

    Args:
        repository: to look at all of it.
        shown: the version as the reader sees it.
    """
    with repository.system_read("assessment") as session:
        whole = version_out(session, session.get_one(AssessmentVersion, shown.id))
    return amount(whole) > amount(shown)
