"""The pipeline as a library user sees it: text in, ``Annotation`` out."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import nlp.components
from nlp.codebook import Codebook
from nlp.components import CharacterTokenizer
from nlp.errors import ConfigurationError
from nlp.schema import Annotation, Source
from nlp.structure.offsets import OffsetMap
from nlp.tagging.rules import load_rules
from nlp.version import PIPELINE_VERSION

Finder = Literal["lexicon", "classifier", "both"]
"""Who looks for evidence: the expressions of the lexicon, the learned tagger, or both (the default)."""


class Pipeline:
    """Annotates documents. Picklable and safe to share between threads.

    Args:
        language: a spaCy pipeline made of the components of ``nlp.components``, changed as one likes.
        codebook: the label set the components use.
    """

    def __init__(self, language: Language, codebook: Codebook) -> None:
        self.language = language
        self.codebook = codebook

    def annotate(self, text: str, *, id: str | None = None, source: Source | None = None) -> Annotation:
        """Annotate one text.

        Args:
            text: any string; it is normalised first, and all offsets refer to the normalised text.
            id: the document's id; by default a digest of the text.
            source: where the text came from.

        Raises:
            TooLargeError: the text is longer than ``nlp.components.MAX_CHARACTERS``.
        """
        return self.to_annotation(self.language(text), text=text, id=id, source=source)

    def pipe(
        self, texts: Iterable[str | tuple[str, Source | None, str]], *, n_process: int = 1, batch_size: int = 32
    ) -> Iterator[Annotation]:
        """Annotate many texts, in order.

        Args:
            texts: plain strings, or ``(id, source, text)``.
            n_process: worker processes; with 1 everything runs here.
            batch_size: documents handed to a worker at once.
        """
        items = (((item, (None, None, item)) if isinstance(item, str) else (item[2], item)) for item in texts)
        with one_thread_a_process(n_process):
            docs = self.language.pipe(items, as_tuples=True, n_process=n_process, batch_size=batch_size)
            for doc, (item_id, source, text) in docs:
                yield self.to_annotation(doc, text=text, id=item_id, source=source)

    def to_annotation(
        self,
        doc: Doc,
        *,
        text: str,
        id: str | None = None,
        source: Source | None = None,
    ) -> Annotation:
        """The annotation of a processed ``Doc``."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return Annotation.model_validate(
            {
                "id": id if id is not None else digest[:16],
                "source": source or Source(sha256=digest),
                "doc_type": doc._.doc_type,
                "text": doc.text,
                "sections": _spans(doc, "sections"),
                "turns": _spans(doc, "turns"),
                "clauses": [{"start": span.start, "end": span.end} for span in doc.spans.get("clauses", ())],
                "tags": doc.spans["tags"].attrs["data"] if "tags" in doc.spans else [],
                "codebook_version": self.codebook.version,
                "pipeline_version": PIPELINE_VERSION,
            }
        ).with_peaks(doc._.peaks)

    def source_map(self, doc: Doc, source_text: str) -> OffsetMap:
        """The map from ``doc.text`` back to the text the document was made of."""
        pairs: list[list[int]] | None = doc._.source_map
        if pairs is None:
            return OffsetMap.identity(len(doc))
        return OffsetMap(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), len(doc), len(source_text))


@contextmanager
def one_thread_a_process(n_process: int) -> Iterator[None]:
    """Have torch compute on one thread while worker processes run.

    The workers are forked: a child that asked for the thread pool of its parent, which the fork did not copy, would
    wait for ever. And workers times threads would be more than the machine has cores.
    """
    if n_process == 1 or "torch" not in sys.modules:
        yield
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _spans(doc: Doc, name: str) -> list[dict[str, Any]]:
    if name not in doc.spans:
        return []
    group = doc.spans[name]
    return [
        {"start": span.start, "end": span.end, **data} for span, data in zip(group, group.attrs["data"], strict=True)
    ]


def load(
    *,
    codebook: str | Path | None = None,
    cues: str | Path | None = None,
    keep_normative: bool = False,
    finder: Finder | None = None,
    model: str | Path | None = None,
    min_score: float | None = None,
    language_model: Literal["tagger", "adjudicator"] | None = None,
) -> Pipeline:
    """Load the pipeline.

    Args:
        codebook: another organisation's codebook file; its lexicon folder lies beside it or is named in it.
        cues: folder of cue files in place of the shipped ones.
        keep_normative: keep requirements, plans and hypotheses as tags with status ``normative``.
        finder: who looks for evidence. By default both, and with another codebook the lexicon alone, since the shipped
            model knows the labels of the shipped codebook only.
        model: folder of another trained tagger.
        min_score: least score of a tag, 0..1, in place of the thresholds chosen for each label.
        language_model: ask the endpoint configured in ``YANPAN_LLM_URL`` and ``YANPAN_LLM_MODEL`` about doubtful tags
            (adjudicator) or about everything (tagger). By default nothing is ever sent.

    Raises:
        ConfigurationError: a data file is invalid; the message names file and line. Or ``min_score`` lies outside 0..1.
        ModelError: the trained tagger cannot be read, or knows other labels than the codebook.
    """
    book = str(codebook) if codebook is not None else None
    cue_folder = str(cues) if cues is not None else None
    language = spacy.blank("zh")
    language.tokenizer = CharacterTokenizer(language.vocab)
    language.max_length = nlp.components.MAX_CHARACTERS + 1
    finder = finder or ("both" if codebook is None or model is not None else "lexicon")
    if min_score is not None and not 0 <= min_score <= 1:
        raise ConfigurationError(f"min_score is {min_score}", expected="a number from 0 to 1")
    data = {"codebook": book, "cues": cue_folder}
    language.add_pipe("yanpan_structure")
    language.add_pipe("yanpan_lexicon", config=data)
    language.add_pipe("yanpan_context")
    if finder != "lexicon":
        config = {
            "model": str(model) if model is not None else None,
            "lexicon": finder == "both",
            "min_score": min_score,
            "codebook": book,
        }
        language.add_pipe("yanpan_classifier", config=config)
    if language_model is not None:
        language.add_pipe("yanpan_llm", config={"codebook": book, "mode": language_model})
    language.add_pipe(
        "yanpan_resolve", config={**data, "keep_normative": keep_normative, "min_score": min_score or 0.0}
    )
    return Pipeline(language, load_rules(book, cue_folder).codebook)


@lru_cache(maxsize=1)
def default_pipeline() -> Pipeline:
    """The pipeline with the shipped data, loaded once."""
    return load()
