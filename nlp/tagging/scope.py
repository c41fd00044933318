"""Whether a cue reaches a candidate."""

from __future__ import annotations

import re

from nlp.structure.parse import Structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.cues import CueGroup
from nlp.tagging.scanner import CueHit

_NUMBERING = r"(?:[（(]?[一二三四五六七八九十\d]+[)）、.．]\s*|[①-⑳]|[一二三四五六七八九十]是|首先|其次|再次|最后|另外|此外|再者|再就是)"
_LINKS = (
    r"(?:但是|但|可是|可|不过|只是|就是|而且|而|且|并且|并|虽然|虽说|虽|尽管|即使|即便|因为|因|由于|所以|因此|于是|然而|却|同时|其实|当然|"
    r"总的来说|总体上|总的看|应该说|说实话|说句实话|说句公道话|老实说|平心而论|客观讲|客观地说|客观说|坦率讲|据我所知|据我了解|我觉得|"
    r"我认为|我感觉|我看|觉得|认为|感觉|原来|后来|如今|现在|目前|过去|以前|从前|平时|平常|平日里|近年来|近几年|近年|这几年|这些年|去年|"
    r"今年|前年|当时|那时|那年|起初|刚开始|一开始|有一次|有一回|有次|有回|那次|那回|每次|每回|每当|一到|凡|还有|特别是|尤其是|比如|例如|"
    r"譬如|像|连|就连|就|也|都|还|又|，)"
)
_TIME = r"(?:[^，。；：]{0,14}?(?:以来|期间|时候|时|后|前|中|以后|之后|之前|以前|年|月|日|天|里|上|下|当口|关头))"
_HEAD_ZONE = re.compile(rf"[\s“”’（(【\[]*(?:{_NUMBERING}|{_LINKS}|[\s“’])*{_TIME}?(?:{_LINKS})*$")
_MAX_HEAD_ZONE = 22
_NEGATOR = re.compile("[不没未无非]")
_OWN_NEGATOR = re.compile("(?:也|更|又|还|从|决|绝|毫|并)?[不没未无]")
_LEADING = ("status", "subject")


def opens_clause(folded: str, clause_start: int, cue_start: int) -> bool:
    """Whether only numbering, connectives and time words stand between the clause start and the cue."""
    if cue_start - clause_start > _MAX_HEAD_ZONE:
        return False
    return bool(_HEAD_ZONE.fullmatch(folded, clause_start, cue_start))


def is_live(hit: CueHit, group: CueGroup, structure: Structure) -> bool:
    """Whether the cue may act at all where it stands: position, neighbours, document type."""
    folded = structure.folded
    if group.types and structure.doc_type not in group.types:
        return False
    if group.not_before and folded.startswith(group.not_before, hit.end):
        return False
    if group.not_after and folded.endswith(group.not_after, 0, hit.start):
        return False
    if group.position == "head":
        index = structure.clause_at(hit.start)
        if index is None:
            return False
        return opens_clause(folded, structure.clauses[index].start, hit.start)
    return True


def distance(hit: CueHit, group: CueGroup, candidate: Candidate, structure: Structure) -> int | None:
    """Characters between cue and candidate when the cue reaches it, else None."""
    if group.direction == "forward":
        left, right = hit.end, candidate.start
    else:
        left, right = candidate.end, hit.start
    gap = right - left
    if gap < 0 and group.direction == "forward" and group.attribute in _LEADING and hit.start <= candidate.start:
        # An expression may itself begin with the cue (多听几句反对话, 下属造假).
        return 0
    if gap < 0 and group.effect == "flip" and _denies_start(hit, candidate, structure.folded):
        return 0
    if gap < 0 or gap > group.window:
        return None
    between = structure.folded[left:right]
    if any(word in between for word in group.terminators):
        return None
    if group.effect == "flip" and "、" in between and _is_parallel(hit, candidate, structure.folded):
        return None
    edge = candidate.start if group.direction == "forward" else candidate.end - 1
    return gap if _within_scope(group, structure.clause_at(hit.start), structure.clause_at(edge), structure) else None


def _denies_start(hit: CueHit, candidate: Candidate, folded: str) -> bool:
    """Whether the cue runs into the expression (没有发现 in 没有发现违规收礼, where 发现违规 is one) and denies it."""
    runs_in = hit.start < candidate.start < hit.end <= candidate.end
    return runs_in and not _NEGATOR.search(folded, candidate.start, hit.end)


def _is_parallel(hit: CueHit, candidate: Candidate, folded: str) -> bool:
    """Whether the candidate's item of the list has a negator of its own: 从不推诿、不拖延, but not 没有不作为、不担当."""
    item = folded.rfind("、", hit.end, candidate.start) + 1
    return bool(_OWN_NEGATOR.match(folded, item, candidate.end)) and not _OWN_NEGATOR.match(folded, hit.end)


def _within_scope(group: CueGroup, cue: int | None, evidence: int | None, structure: Structure) -> bool:
    if cue is None or evidence is None:
        return False
    if group.scope == "clause":
        return cue == evidence
    first, last = sorted((cue, evidence))
    one, other = structure.clauses[first], structure.clauses[last]
    if one.line != other.line:
        return False
    return other.sentence - one.sentence <= (0 if group.scope == "sentence" else 1)
