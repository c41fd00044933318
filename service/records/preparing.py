"""From a document to all that is stored of it. It takes seconds for a long text, so no transaction is open meanwhile."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp.reading import RawDocument
from nlp.schema import Annotation, DocType, Source, Tag
from nlp.structure.normalise import normalise

if TYPE_CHECKING:
    from nlp.pipeline import Pipeline


@dataclass(frozen=True)
class Prepared:
    """A document, read and annotated, not yet stored.

    Attributes:
        document: as it was read.
        annotation: of its normalised text.
        uncertainty: of each tag, in their order, 0 to 1.
        finder: who looked for evidence.
        anchors: places of the file as ranges of the normalised text.
        source_map: runs of characters ``[offset in the normalised text, offset in the text as read]``.
    """

    document: RawDocument
    annotation: Annotation
    uncertainty: tuple[float, ...]
    finder: str
    anchors: tuple[dict[str, Any], ...]
    source_map: list[list[int]]

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.annotation.text


def prepare(pipeline: Pipeline, document: RawDocument, doc_type: DocType | None = None) -> Prepared:
    """Normalise and annotate a document.

    Args:
        pipeline: the annotator.
        document: as it was read.
        doc_type: where the archivist knows it; told from the text by default.

    Raises:
        TooLargeError: the text is too long for one document.
    """
    source_map = normalise(document.text).source_map
    source = Source(path=document.path, sha256=document.sha256, media_type=document.media_type)
    annotation = annotated(pipeline, document.text, doc_type=doc_type, id=document.id, source=source)
    anchors = tuple(
        {
            "start": source_map.from_source(anchor.start),
            "end": source_map.from_source(anchor.end),
            "kind": anchor.kind,
            "number": anchor.number,
            "label": anchor.label,
            "recognised": anchor.recognised,
        }
        for anchor in document.anchors
    )
    return Prepared(
        document=document,
        annotation=annotation,
        uncertainty=uncertainties(pipeline, annotation.tags),
        finder=finder_of(pipeline),
        anchors=anchors,
        source_map=source_map.as_list(),
    )


def annotated(
    pipeline: Pipeline,
    text: str,
    *,
    doc_type: DocType | None = None,
    id: str | None = None,
    source: Source | None = None,
) -> Annotation:
    """Annotate a text of a kind that is known already, or is told from the text."""
    doc = pipeline.language.make_doc(text)
    doc._.doc_type = doc_type
    return pipeline.to_annotation(pipeline.language(doc), text=text, id=id, source=source)


def typed_document(text: str, id: str) -> RawDocument:
    """A text that came without a file."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return RawDocument(id=id, text=text, path=None, sha256=digest, media_type=None, anchors=())


def text_sha256(text: str) -> str:
    """What tells a normalised text from all others."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def uncertainties(pipeline: Pipeline, tags: list[Tag]) -> tuple[float, ...]:
    """How unsure the annotator is of each tag, 0 to 1: 1 for a calibrated score of one half.

    A score in the abstain band of the learned tagger (below the threshold of its label, kept because the lexicon says the
    same) is 1 as well: there the tagger itself does not decide.
    """
    bands: dict[str, tuple[float, float]] = {}
    if "yanpan_classifier" in pipeline.language.pipe_names:
        card = pipeline.language.get_pipe("yanpan_classifier").classifier.card  # type: ignore[attr-defined]  # a callable to spaCy
        for cell, threshold in zip(card.cells, card.thresholds, strict=True):
            bands[cell] = (card.abstain * threshold, threshold)

    def of(tag: Tag) -> float:
        low, high = bands.get(tag.label + tag.polarity, (0.0, 0.0))
        return 1.0 if low <= tag.score < high else round(1 - abs(2 * tag.score - 1), 6)

    return tuple(map(of, tags))


def finder_of(pipeline: Pipeline) -> str:
    """Who looks for evidence in a pipeline: lexicon, classifier or both; with ``+llm`` where a language model is asked."""
    names = pipeline.language.pipe_names
    finder = "lexicon"
    if "yanpan_classifier" in names:
        both = pipeline.language.get_pipe("yanpan_classifier").finders.lexicon  # type: ignore[attr-defined]  # a callable to spaCy
        finder = "both" if both else "classifier"
    return f"{finder}+llm" if "yanpan_llm" in names else finder
