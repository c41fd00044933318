"""What differs between two versions of a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from service.assessment.shapes import Difference, FindingOut, VersionOut

_SENTENCES = re.compile(r"[^。！？；\n]*[。！？；\n]?")


def differences(before: VersionOut, after: VersionOut) -> list[Difference]:
    """The changes from one version to another: sentences of the summary, findings, evidence, cases, circumstances.

    A finding keeps its identity while its statement or its evidence stays; one of both changed is a change.
    """
    found = list(_sentences(before.summary, after.summary))
    found += _findings(before.findings, after.findings)
    found += _items(
        "case",
        {case.case_id: f"{case.case_id}：{case.comment or ''}" for case in before.cases},
        {case.case_id: f"{case.case_id}：{case.comment or ''}" for case in after.cases},
    )
    mine, theirs = (
        {
            f"{item.version_id}/{item.start}/{item.end}/{item.distinction}": f"{item.zh}（{item.side}）：{item.quote}"
            + (f"——{item.comment}" if item.comment else "")
            for item in version.circumstances
        }
        for version in (before, after)
    )
    found += _items("circumstance", mine, theirs)
    return found


def _sentences(before: str, after: str) -> Iterator[Difference]:
    old, new = ([part for part in _SENTENCES.findall(text) if part] for text in (before, after))
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[i1:i2]), "".join(new[j1:j2])
        if kind == "replace":
            yield Difference(what="summary", change="changed", before=gone, after=come)
        elif kind == "delete":
            yield Difference(what="summary", change="removed", before=gone, after=None)
        elif kind == "insert":
            yield Difference(what="summary", change="added", before=None, after=come)


def _findings(before: list[FindingOut], after: list[FindingOut]) -> Iterator[Difference]:
    left = list(before)
    for new in after:
        old = next((one for one in left if one.statement == new.statement), None) or next(
            (one for one in left if _cited(one) & _cited(new) and not _has(after, one.statement)), None
        )
        if old is None:
            yield Difference(what="finding", change="added", before=None, after=_said(new))
            continue
        left.remove(old)
        if _said(old) != _said(new):
            yield Difference(what="finding", change="changed", before=_said(old), after=_said(new))
        yield from _items("evidence", _quotes(old), _quotes(new))
    for old in left:
        yield Difference(what="finding", change="removed", before=_said(old), after=None)


def _has(findings: list[FindingOut], statement: str) -> bool:
    return any(finding.statement == statement for finding in findings)


def _said(finding: FindingOut) -> str:
    about = f"［{finding.label}{finding.polarity or ''}］" if finding.label else ""
    return about + finding.statement


def _cited(finding: FindingOut) -> set[str]:
    return {piece.tag_id for piece in finding.evidence}


def _quotes(finding: FindingOut) -> dict[str, str]:
    return {piece.tag_id: piece.quote for piece in finding.evidence}


def _items(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for key, words in before.items():
        if key not in after:
            yield Difference.model_validate({"what": what, "change": "removed", "before": words, "after": None})
        elif after[key] != words:
            yield Difference.model_validate({"what": what, "change": "changed", "before": words, "after": after[key]})
    for key, words in after.items():
        if key not in before:
            yield Difference.model_validate({"what": what, "change": "added", "before": None, "after": words})
