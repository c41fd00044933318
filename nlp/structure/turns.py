"""Who says what in a talk note: header, speakers, turns, roles."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from nlp.schema import Role
from nlp.structure.rules import structure_rules

_LABEL = r"[\w·\u3400-\u9fff\U00020000-\U0003ffff]{1,10}(?:[（(][^）)\n]{1,30}[）)])?"
_MARKED = re.compile(rf"[ \t]*(?:[【\[〔]({_LABEL})[】\]〕][ \t]*[：:]?|({_LABEL})[ \t]*[：:])")
_INLINE = re.compile(r"(?<=[。？！])[ \t]*(问|答)[：:]")
_FIELD = re.compile(r"[ \t]*([^\n：:，。；]{1,16}?)[ \t]*[：:][ \t]*(\S.*)?$")
_SENTENCE = re.compile("[。？！]")
_SIGNED = re.compile("[（(]签[字名][）)]$|签[字名](?:[：:]|$)")
_SPACES = re.compile(r"[ \t\u3000]+")
_QUESTION_END = re.compile(r"[？?][”’）)]*\s*$")
_QUALIFIER = re.compile("[（(].*$")


@dataclass(frozen=True)
class TurnSpan:
    """One turn: its speaker's mark, what follows it, and who speaks in which role.

    Attributes:
        start, end: range with the mark.
        body: where the speech itself starts.
        speaker: the mark as written, None for unmarked prose.
        role: interviewer, interviewee, note_taker, or None when unknown.
    """

    start: int
    end: int
    body: int
    speaker: str | None
    role: Role | None


@dataclass(frozen=True)
class TalkHeader:
    """Header fields of a talk note: normalised key to value, and the ranges of their lines."""

    fields: dict[str, str]
    ranges: tuple[tuple[int, int], ...]

    @property
    def interviewee_is_target(self) -> bool:
        """Whether the header says that the person evaluated speaks about themselves."""
        relation = self.fields.get("与考察对象关系") or self.fields.get("关系") or ""
        if any(word in relation for word in structure_rules().turns.self_relation):
            return True
        target = self.fields.get("考察对象") or self.fields.get("被考察人")
        speaker = self.fields.get("谈话对象") or self.fields.get("被谈话人")
        if speaker and any(f"（{word}）" in speaker for word in structure_rules().turns.self_relation):
            return True
        return bool(target and speaker and _first_name(target) == _first_name(speaker))


def _first_name(value: str) -> str:
    return re.split("[，、；（( ]", value.strip(), maxsplit=1)[0]


def read_header(folded: str) -> TalkHeader:
    """Key-value lines at the top and elsewhere whose key is a known header field."""
    rules = structure_rules().turns
    speakers = rules.interviewer | rules.interviewee | rules.note_taker
    fields: dict[str, str] = {}
    ranges: list[tuple[int, int]] = []
    position = 0
    for line in folded.split("\n"):
        found = _FIELD.match(line)
        if found:
            key = _SPACES.sub("", found.group(1))
            value = (found.group(2) or "").strip()
            # 谈话人：王某 heads the note; 谈话人：他怎么样？ is a turn.
            is_speech = key in speakers and (key in fields or bool(_SENTENCE.search(value)))
            if key in rules.header_fields and not is_speech:
                fields.setdefault(key, value)
                ranges.append((position, position + len(line)))
        position += len(line) + 1
    return TalkHeader(fields, tuple(ranges))


def find_turns(folded: str, header: TalkHeader, *, is_talk_note: bool) -> list[TurnSpan]:
    """The turns of a text.

    Args:
        folded: folded text.
        header: what ``read_header`` found.
        is_talk_note: then unmarked prose is a note-taker's; otherwise a text without marks has no turns.

    Returns:
        Turns in order; a paragraph without a mark belongs to the turn before it.
    """
    marks = _marks(folded, header)
    if not _is_dialogue(marks, folded):
        return _prose_turn(folded, header) if is_talk_note else []
    roles = _roles(marks, folded, header)
    closing = _closing_start(folded)
    turns: list[TurnSpan] = []
    for index, (start, body, speaker) in enumerate(marks):
        end = marks[index + 1][0] if index + 1 < len(marks) else len(folded)
        if closing is not None and start < closing < end:
            end = closing
        while end > body and folded[end - 1].isspace():
            end -= 1
        turns.append(TurnSpan(start, end, body, speaker, roles.get(speaker)))
    return turns


def _marks(folded: str, header: TalkHeader) -> list[tuple[int, int, str]]:
    """(start, start of speech, speaker) of every speaker mark outside the header."""
    in_header = {start for start, _ in header.ranges}
    marks: list[tuple[int, int, str]] = []
    position = 0
    for line in folded.split("\n"):
        found = _MARKED.match(line)
        if found and (position not in in_header):
            speaker = (found.group(1) or found.group(2)).strip()
            marks.append((position + len(line) - len(line.lstrip()), position + found.end(), speaker))
        for inline in _INLINE.finditer(line):
            marks.append((position + inline.start(1), position + inline.end(), inline.group(1)))
        position += len(line) + 1
    return _only_repeated(marks)


def _only_repeated(marks: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Drop labels that are no speakers: those used once, unless their word says who speaks (问, 答, 谈话人)."""
    rules = structure_rules().turns
    known = rules.interviewer | rules.interviewee | rules.note_taker
    counts = Counter(speaker for _, _, speaker in marks)
    return [mark for mark in marks if counts[mark[2]] >= 2 or _QUALIFIER.sub("", mark[2]).strip() in known]


def _is_dialogue(marks: list[tuple[int, int, str]], folded: str) -> bool:
    speakers = {speaker for _, _, speaker in marks}
    if len(speakers) < 2 or len(marks) < 2:
        return False
    rules = structure_rules().turns
    known = rules.interviewer | rules.interviewee
    if any(_QUALIFIER.sub("", speaker) in known for speaker in speakers):
        return True
    asked = sum(bool(_QUESTION_END.search(text)) for text in _speeches(marks, folded))
    return len(marks) >= 4 and asked >= 1


def _speeches(marks: list[tuple[int, int, str]], folded: str) -> list[str]:
    ends = [start for start, _, _ in marks[1:]] + [len(folded)]
    return [folded[body:end] for (_, body, _), end in zip(marks, ends, strict=True)]


def _roles(marks: list[tuple[int, int, str]], folded: str, header: TalkHeader) -> dict[str, Role | None]:
    rules = structure_rules().turns
    roles: dict[str, Role | None] = {}
    asked: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for (_, _, speaker), speech in zip(marks, _speeches(marks, folded), strict=True):
        said[speaker] += 1
        asked[speaker] += bool(_QUESTION_END.search(speech))
    interviewers = header.fields.get("谈话人", "") + header.fields.get("访谈人", "") + header.fields.get("考察人", "")
    interviewee = header.fields.get("谈话对象", "") or header.fields.get("被谈话人", "")
    for speaker in said:
        word = _QUALIFIER.sub("", speaker).strip()
        surname = word.removeprefix("老").removeprefix("小")[:1]
        if word in rules.note_taker:
            roles[speaker] = "note_taker"
        elif word in rules.interviewee or (interviewee and interviewee.startswith(surname)):
            roles[speaker] = "interviewee"
        elif word in rules.interviewer or (surname and surname in interviewers):
            roles[speaker] = "interviewer"
        else:
            roles[speaker] = None
    _roles_by_questions(roles, asked, said)
    return roles


def _roles_by_questions(roles: dict[str, Role | None], asked: Counter[str], said: Counter[str]) -> None:
    """Where words and header do not tell, the one who asks most is the interviewer and the others answer."""
    if any(role == "interviewer" for role in roles.values()):
        for speaker, role in roles.items():
            if role is None:
                # A second interviewer asks too; who never asks answers.
                roles[speaker] = "interviewer" if asked[speaker] > 0.5 * said[speaker] else "interviewee"
        return
    unknown = [speaker for speaker, role in roles.items() if role is None]
    if not unknown:
        return
    best = max(unknown, key=lambda speaker: asked[speaker] / said[speaker])
    asks = asked[best] / said[best]
    for speaker in unknown:
        roles[speaker] = "interviewer" if speaker == best and asks >= 0.3 else "interviewee"


def _prose_turn(folded: str, header: TalkHeader) -> list[TurnSpan]:
    start = max((end for _, end in header.ranges), default=0)
    closing = _closing_start(folded)
    end = closing if closing is not None and closing > start else len(folded)
    while start < end and folded[start].isspace():
        start += 1
    while end > start and folded[end - 1].isspace():
        end -= 1
    return [TurnSpan(start, end, start, None, "note_taker")] if end > start else []


def _closing_start(folded: str) -> int | None:
    """Where the closing formula (以上记录属实 …) starts, as the start of its line."""
    position = 0
    for line in folded.split("\n"):
        if position > 0.5 * len(folded) and is_closing_line(line):
            return position
        position += len(line) + 1
    return None


def is_closing_line(line: str) -> bool:
    """Whether a line is a closing formula or a signature, not a sentence that speaks of signing (单子他不签字)."""
    stripped = line.strip()
    if any(stripped.startswith(word) for word in structure_rules().turns.closing):
        return True
    return bool(_SIGNED.search(stripped)) and not _SENTENCE.search(stripped)
