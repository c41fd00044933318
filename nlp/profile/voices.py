"""Who says a piece of evidence: superior, peer, subordinate, the public, the person, or an office's own finding.

Told from the header of a talk note (与考察对象关系, 谈话对象), from the speaker's mark, from the document type, and from the
words an office begins its conclusion with. The expressions lie in ``corpora/profile/sources.yaml``. What fits none stays
unknown: nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.schema import Annotation, Tag, Turn
from nlp.structure.folding import fold
from nlp.structure.turns import TalkHeader, read_header
from nlp.yamlfile import load_yaml

Voice = Literal["superior", "peer", "subordinate", "public", "self", "finding", "evaluators", "unknown"]
VOICES: tuple[Voice, ...] = get_args(Voice)

_RELATION = ("与考察对象关系", "关系")
_INTERVIEWEE = ("谈话对象", "被谈话人", "受访人")


@dataclass(frozen=True)
class VoiceRule:
    """How one voice is recognised."""

    voice: Voice
    zh: str
    doc_types: frozenset[str]
    relation: tuple[str, ...]
    conclusion: tuple[str, ...]


@lru_cache(maxsize=2)
def load_voices(path: Path | None = None) -> tuple[VoiceRule, ...]:
    """Read the rules.

    Raises:
        ConfigurationError: the file is missing or a rule is invalid.
    """
    path = path or corpora_path("profile", "sources.yaml")
    try:
        rules = tuple(
            VoiceRule(
                voice=item["voice"],
                zh=str(item["zh"]),
                doc_types=frozenset(item["doc_types"]),
                relation=tuple(item["relation"]),
                conclusion=tuple(item.get("conclusion", ())),
            )
            for item in load_yaml(path, ConfigurationError)
        )
    except (KeyError, TypeError) as error:
        raise ConfigurationError(
            f"the voices are invalid: {error!r}", path=str(path), expected="voice, zh, doc_types and relation"
        ) from error
    wrong = sorted({rule.voice for rule in rules} - set(VOICES))
    if wrong:
        raise ConfigurationError(f"unknown voices {wrong}", path=str(path), expected=", ".join(VOICES))
    return rules


@dataclass(frozen=True)
class Speaking:
    """Who says something.

    Attributes:
        voice: in relation to the person evaluated.
        speaker: as the document marks or names them; None where nobody is named.
    """

    voice: Voice
    speaker: str | None


class DocumentVoices:
    """The voices of one document.

    Args:
        annotation: the document.
    """

    def __init__(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self._folded = fold(annotation.text)
        self._header = read_header(self._folded)

    def of(self, tag: Tag) -> Speaking:
        """Who says the words of a tag."""
        turn = next((turn for turn in self._annotation.turns if turn.start <= tag.start < turn.end), None)
        named = _first(self._header, _INTERVIEWEE)
        if turn is None or turn.role in (None, "note_taker"):
            # Prose of a note-taker tells what the interviewee said; elsewhere the document itself speaks.
            in_note = self._annotation.doc_type == "talk_note"
            voice = self._of_header() if in_note else self._of_document(tag)
            return Speaking(voice, named if in_note else (turn.speaker if turn else None))
        if turn.role == "interviewer":
            return Speaking("unknown", turn.speaker)
        return Speaking(self._of_turn(turn), _name(turn, named))

    def _of_turn(self, turn: Turn) -> Voice:
        said = self._of_header()
        return said if said != "unknown" else _by_words(turn.speaker or "")

    def _of_header(self) -> Voice:
        if self._header.interviewee_is_target:
            return "self"
        relation = _by_words(_first(self._header, _RELATION) or "")
        return relation if relation != "unknown" else _by_words(_first(self._header, _INTERVIEWEE) or "")

    def _of_document(self, tag: Tag) -> Voice:
        rules = load_voices()
        if self._annotation.doc_type == "verification":
            # The finding stands in the same paragraph as the words that announce it, or under them.
            before = self._folded[: tag.start]
            for rule in rules:
                if any(word in before for word in rule.conclusion):
                    return rule.voice
        for rule in rules:
            if self._annotation.doc_type in rule.doc_types:
                return rule.voice
        return "public" if self._annotation.doc_type == "poll" else "unknown"


def voice_name(voice: Voice) -> str:
    """For people, in Chinese."""
    return next((rule.zh for rule in load_voices() if rule.voice == voice), "来源不明")


def _by_words(words: str) -> Voice:
    return next((rule.voice for rule in load_voices() if any(word in words for word in rule.relation)), "unknown")


def _first(header: TalkHeader, keys: tuple[str, ...]) -> str | None:
    return next((header.fields[key] for key in keys if header.fields.get(key)), None)


def _name(turn: Turn, named: str | None) -> str | None:
    # 答 and 被谈话人 are marks of a role, the header has the name.
    return named or turn.speaker
