"""The data files that steer document types, section effects and speaker marks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.schema import DocType
from nlp.yamlfile import load_yaml

SectionEffect = Literal["mute", "normative", "advised", "reported"]


@dataclass(frozen=True)
class TypeRule:
    """Words that speak for a document type when they stand in one zone of the text."""

    doc_type: DocType
    where: str
    words: tuple[str, ...]
    weight: int


@dataclass(frozen=True)
class SectionRule:
    """Words of a section title that decide how its body is read."""

    effect: SectionEffect
    words: tuple[str, ...]
    types: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class TurnRules:
    """Speaker marks and header fields of talk notes."""

    interviewer: frozenset[str]
    interviewee: frozenset[str]
    note_taker: frozenset[str]
    header_fields: frozenset[str]
    self_relation: tuple[str, ...]
    closing: tuple[str, ...]


@dataclass(frozen=True)
class StructureRules:
    """All of ``corpora/structure``."""

    type_threshold: int
    type_rules: tuple[TypeRule, ...]
    section_rules: tuple[SectionRule, ...]
    turns: TurnRules


@lru_cache(maxsize=1)
def structure_rules() -> StructureRules:
    """Load the shipped rules once.

    Raises:
        ConfigurationError: a file is missing or invalid.
    """
    folder = corpora_path("structure")
    types = load_yaml(folder / "doctypes.yaml", ConfigurationError)
    sections = load_yaml(folder / "sections.yaml", ConfigurationError)
    turns = load_yaml(folder / "turns.yaml", ConfigurationError)
    unknown = set(types["types"]) - set(get_args(DocType))
    if unknown:
        raise ConfigurationError(f"unknown document types {sorted(unknown)}", path=str(folder / "doctypes.yaml"))
    return StructureRules(
        type_threshold=int(types["threshold"]),
        type_rules=tuple(
            TypeRule(doc_type, rule["where"], tuple(rule["any"]), int(rule["weight"]))
            for doc_type, rules in types["types"].items()
            for rule in rules
        ),
        section_rules=tuple(
            SectionRule(
                rule["effect"], tuple(rule["words"]), tuple(rule.get("types", ())), tuple(rule.get("unless", ()))
            )
            for rule in sections
        ),
        turns=TurnRules(
            interviewer=frozenset(turns["interviewer"]),
            interviewee=frozenset(turns["interviewee"]),
            note_taker=frozenset(turns["note_taker"]),
            header_fields=frozenset(turns["header_fields"]),
            self_relation=tuple(turns["self_relation"]),
            closing=tuple(turns["closing"]),
        ),
    )
