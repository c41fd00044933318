"""The pipeline as a library user sees it: text in, ``Annotation`` out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import nlp.components
from nlp.codebook import Codebook
from nlp.components import CharacterTokenizer
from nlp.schema import Annotation, Source
from nlp.structure.offsets import OffsetMap
from nlp.tagging.rules import load_rules
from nlp.version import PIPELINE_VERSION

_COMPONENTS = ("yanpan_structure", "yanpan_lexicon", "yanpan_context", "yanpan_resolve")


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
        )

    def source_map(self, doc: Doc, source_text: str) -> OffsetMap:
        """The map from ``doc.text`` back to the text the document was made of."""
        pairs: list[list[int]] | None = doc._.source_map
        if pairs is None:
            return OffsetMap.identity(len(doc))
        return OffsetMap(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs), len(doc), len(source_text))


def _spans(doc: Doc, name: str) -> list[dict[str, Any]]:
    if name not in doc.spans:
        return []
    group = doc.spans[name]
    return [
        {"start": span.start, "end": span.end, **data} for span, data in zip(group, group.attrs["data"], strict=True)
    ]


def load(
    *, codebook: str | Path | None = None, cues: str | Path | None = None, keep_normative: bool = False
) -> Pipeline:
    """Load the pipeline.

    Args:
        codebook: another organisation's codebook file; its lexicon folder lies beside it or is named in it.
        cues: folder of cue files in place of the shipped ones.
        keep_normative: keep requirements, plans and hypotheses as tags with status ``normative``.

    Raises:
        ConfigurationError: a data file is invalid; the message names file and line.
    """
    book = str(codebook) if codebook is not None else None
    cue_folder = str(cues) if cues is not None else None
    language = spacy.blank("zh")
    language.tokenizer = CharacterTokenizer(language.vocab)
    language.max_length = nlp.components.MAX_CHARACTERS + 1
    configs: dict[str, dict[str, Any]] = {
        "yanpan_lexicon": {"codebook": book, "cues": cue_folder},
        "yanpan_resolve": {"codebook": book, "cues": cue_folder, "keep_normative": keep_normative},
    }
    for name in _COMPONENTS:
        language.add_pipe(name, config=configs.get(name, {}))
    return Pipeline(language, load_rules(book, cue_folder).codebook)


@lru_cache(maxsize=1)
def default_pipeline() -> Pipeline:
    """The pipeline with the shipped data, loaded once."""
    return load()
