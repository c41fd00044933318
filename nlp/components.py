"""The spaCy components of the pipeline and what they leave on a ``Doc``.

A ``Doc`` made by the tokenizer has one token a character, so that token offsets are code points and cues inside words
(从不, 不太敢) can be seen.

==================  =============================================  ==============================================
component           reads                                          leaves
==================  =============================================  ==============================================
yanpan_structure    text                                           ``doc.spans`` sections, turns, clauses;
                                                                   ``doc._.doc_type``, ``doc._.structure``
yanpan_lexicon      ``doc._.structure``                            ``doc._.candidates``, ``doc._.cue_hits``
yanpan_context      ``doc._.candidates``, ``doc._.cue_hits``       ``doc._.assertions``
yanpan_classifier   ``doc._.structure``, ``doc._.assertions``      ``doc._.assertions``, scored, with what only the
                                                                   learned tagger sees
yanpan_llm          ``doc._.structure``, ``doc._.assertions``      ``doc._.assertions``, confirmed or replaced by a
                                                                   configured language model (only if asked for)
yanpan_resolve      ``doc._.assertions``                           ``doc.spans["tags"]``; clears the working data
==================  =============================================  ==============================================

A component that adds ``Candidate`` objects to ``doc._.candidates`` between lexicon and context has them treated like
any other. Span data that JSON can hold lies in ``doc.spans[name].attrs["data"]``, one mapping a span, because two tags
may cover the same characters and span extensions cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from nlp.errors import ConfigurationError, ModelError, TooLargeError
from nlp.resources import corpora_path
from nlp.structure.normalise import normalise
from nlp.structure.parse import parse_structure
from nlp.tagging.context import assert_candidates
from nlp.tagging.finder import lexicon_candidates
from nlp.tagging.resolve import resolve
from nlp.tagging.rules import load_rules

MAX_CHARACTERS = 2_000_000
"""Longest text one ``Doc`` may hold; a book has half of that."""

_WORKING = ("structure", "candidates", "cue_hits", "assertions")


def register_extensions() -> None:
    """Declare the ``doc._`` attributes the components use; safe to call again."""
    for name in ("doc_type", "source_map", "peaks", *_WORKING):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


register_extensions()


class CharacterTokenizer:
    """Normalises a text and makes one token of each character."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The ``Doc`` of the normalised text; ``doc._.source_map`` leads back to the text as given.

        Raises:
            TooLargeError: the text is longer than ``MAX_CHARACTERS``.
        """
        if len(text) > MAX_CHARACTERS:
            raise TooLargeError(
                f"the text has {len(text):,} characters",
                expected=f"at most {MAX_CHARACTERS:,}",
                hint="split it into documents",
            )
        normalised = normalise(text)
        words = list(normalised.text)
        doc = Doc(self.vocab, words=words, spaces=[False] * len(words))
        doc._.source_map = None if normalised.source_map.is_identity else normalised.source_map.as_list()
        return doc

    # The tokenizer holds nothing of its own, so saving a pipeline to disk or bytes needs no data.
    def to_bytes(self, **_: Any) -> bytes:
        """Nothing to save."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> CharacterTokenizer:
        """Nothing to load."""
        return self

    def to_disk(self, _path: Any, **_: Any) -> None:
        """Nothing to save."""

    def from_disk(self, _path: Any, **_: Any) -> CharacterTokenizer:
        """Nothing to load."""
        return self


def set_spans(doc: Doc, name: str, spans: Sequence[tuple[int, int]], labels: Sequence[str], data: list[Any]) -> None:
    """Store ranges as ``doc.spans[name]`` with one mapping of data each."""
    group = SpanGroup(
        doc,
        name=name,
        spans=[Span(doc, start, end, label=label) for (start, end), label in zip(spans, labels, strict=True)],
        attrs={"data": data},
    )
    doc.spans[name] = group


@Language.factory("yanpan_structure")
def create_structure(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """Document type, sections, turns, clauses."""
    return parse_doc


def parse_doc(doc: Doc) -> Doc:
    """Fill ``doc._.structure`` and the structural span groups; a preset ``doc._.doc_type`` is kept."""
    structure = parse_structure(doc.text, doc_type=doc._.doc_type)
    doc._.structure = structure
    doc._.doc_type = structure.doc_type
    sections = structure.sections
    set_spans(
        doc,
        "sections",
        [(item.start, item.end) for item in sections],
        [str(item.level) for item in sections],
        [
            {"title": structure.text[slice(*item.title_span(structure.folded))], "level": item.level}
            for item in sections
        ],
    )
    turns = structure.turns
    set_spans(
        doc,
        "turns",
        [(item.start, item.end) for item in turns],
        [item.role or "" for item in turns],
        [{"speaker": item.speaker, "role": item.role} for item in turns],
    )
    clauses = structure.clauses
    set_spans(doc, "clauses", [(item.start, item.end) for item in clauses], [""] * len(clauses), [])
    return doc


@Language.factory("yanpan_lexicon", default_config={"codebook": None, "cues": None})
def create_lexicon(nlp: Language, name: str, codebook: str | None, cues: str | None) -> LexiconComponent:
    """Candidates and cues from the data files."""
    return LexiconComponent(codebook, cues)


class LexiconComponent:
    """One pass of the scanner over the folded text."""

    def __init__(self, codebook: str | None, cues: str | None) -> None:
        self.codebook, self.cues = codebook, cues
        load_rules(codebook, cues)  # a broken data file fails here, not at the first document

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``doc._.candidates`` and ``doc._.cue_hits``."""
        scan = load_rules(self.codebook, self.cues).scanner.scan(doc._.structure.folded)
        doc._.candidates = [*(doc._.candidates or []), *lexicon_candidates(scan, doc._.structure)]
        doc._.cue_hits = scan.cues
        return doc


@Language.factory("yanpan_context")
def create_context(nlp: Language, name: str) -> Callable[[Doc], Doc]:
    """Polarity, status, subject and hedges from the cues."""
    return assert_doc


def assert_doc(doc: Doc) -> Doc:
    """Fill ``doc._.assertions``."""
    doc._.assertions = assert_candidates(doc._.structure, doc._.candidates or [], doc._.cue_hits or [])
    return doc


@Language.factory(
    "yanpan_classifier", default_config={"model": None, "lexicon": True, "min_score": None, "codebook": None}
)
def create_classifier(
    nlp: Language, name: str, model: str | None, lexicon: bool, min_score: float | None, codebook: str | None
) -> ClassifierComponent:
    """Calibrated scores, and what the lexicon cannot see."""
    return ClassifierComponent(model, lexicon, min_score, codebook)


class ClassifierComponent:
    """Asks the learned tagger about every clause and merges its answers with the lexicon's.

    Args:
        model: folder of a trained tagger; None for the shipped one.
        lexicon: whether the lexicon's assertions count.
        min_score: least score of a tag, 0..1, in place of the model's own thresholds.
        codebook: path of the codebook whose labels the model must know; None for the shipped one.

    Raises:
        ModelError: the model cannot be read or has labels that the codebook lacks.
    """

    def __init__(self, model: str | None, lexicon: bool, min_score: float | None, codebook: str | None = None) -> None:
        # torch comes in here and not with this module: the rule tagger alone starts without it.
        from nlp.tagging.classifier import load_classifier
        from nlp.tagging.fusion import Finders

        folder = Path(model) if model else corpora_path("models", "tagger")
        self.classifier = load_classifier(folder)
        known = load_rules(codebook).codebook
        unknown = sorted({cell[:-1] for cell in self.classifier.card.cells if cell[:-1] not in known})
        if unknown:
            raise ModelError(
                f"the model has labels that the codebook lacks: {', '.join(unknown)}",
                path=str(folder),
                hint="train a model on this codebook, or use --finder lexicon",
            )
        self.finders = Finders(lexicon=lexicon, min_score=min_score)

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``doc._.assertions``, and ``doc._.peaks`` with the highest logit of every cell."""
        from nlp.tagging.fusion import fuse

        judgements = self.classifier.judge(doc._.structure)
        if judgements:
            highest = reduce(np.maximum, (judgement.logits for judgement in judgements.values()))
            doc._.peaks = dict(zip(self.classifier.card.cells, highest.tolist(), strict=True))
        doc._.assertions = fuse(doc._.structure, doc._.assertions or [], judgements, self.classifier.card, self.finders)
        return doc


@Language.factory("yanpan_llm", default_config={"codebook": None, "mode": "adjudicator"})
def create_language_model(nlp: Language, name: str, codebook: str | None, mode: str) -> LanguageModelComponent:
    """Tags checked or given by a language model."""
    return LanguageModelComponent(codebook, mode)


class LanguageModelComponent:
    """Asks the endpoint named in the environment (``YANPAN_LLM_URL`` and so on); what fails leaves the local result.

    Args:
        codebook: path of the codebook; None for the shipped one.
        mode: ``adjudicator`` for doubtful tags only, ``tagger`` for everything.

    Raises:
        ConfigurationError: no endpoint is configured, or a variable has a wrong value.
    """

    def __init__(self, codebook: str | None, mode: str) -> None:
        # The client library comes in here: nobody else needs it.
        from nlp.llm import LanguageModelSettings

        settings = LanguageModelSettings.from_environment()
        if not settings.configured:
            raise ConfigurationError(
                "no language model is configured",
                expected="YANPAN_LLM_URL and YANPAN_LLM_MODEL",
                hint="set both, or leave the language model out",
            )
        self.settings = replace(settings, mode="tagger" if mode == "tagger" else "adjudicator")
        self.codebook = codebook

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``doc._.assertions``."""
        from nlp.llm import apply_language_model

        codebook = load_rules(self.codebook).codebook
        result = apply_language_model(doc._.structure, doc._.assertions or [], self.settings, codebook)
        doc._.assertions = result.assertions
        return doc


@Language.factory(
    "yanpan_resolve",
    default_config={"codebook": None, "cues": None, "keep_normative": False, "min_score": 0.0},
)
def create_resolve(
    nlp: Language,
    name: str,
    codebook: str | None,
    cues: str | None,
    keep_normative: bool,
    min_score: float,
) -> ResolveComponent:
    """Tags from assertions."""
    return ResolveComponent(codebook, cues, keep_normative, min_score)


class ResolveComponent:
    """Merges assertions into tags and drops the working data, which cannot be serialised."""

    def __init__(self, codebook: str | None, cues: str | None, keep_normative: bool, min_score: float = 0.0) -> None:
        self.codebook, self.cues, self.keep_normative = codebook, cues, keep_normative
        self.min_score = min_score

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``doc.spans["tags"]``."""
        rules = load_rules(self.codebook, self.cues)
        tags = resolve(
            doc._.structure,
            doc._.assertions or [],
            rules.codebook,
            rules.kind_rule,
            keep_normative=self.keep_normative,
        )
        tags = [tag for tag in tags if tag.score >= self.min_score]
        set_spans(
            doc,
            "tags",
            [(tag.start, tag.end) for tag in tags],
            [f"{tag.label}{tag.polarity}" for tag in tags],
            [tag.model_dump(mode="json") for tag in tags],
        )
        for name in _WORKING:
            setattr(doc._, name, None)
        return doc
