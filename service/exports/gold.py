"""Annotators' work joined with the annotations it started from: reference documents for training and evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nlp.codebook import Codebook
from nlp.errors import InvalidRecordError
from nlp.schema import Annotation, Cue, Tag
from service.exports.human import HumanDocument, HumanSpan
from service.exports.vocabulary import ATTRIBUTES, label_names


def to_gold(
    document: HumanDocument, base: Annotation, codebook: Codebook, *, keep_source: bool = False
) -> dict[str, Any]:
    """The base annotation with the annotator's tags in place of its own, and ``annotator``.

    A tag of a person has the source ``human`` and the score 1. Where it stands on the span and label of a base tag, it
    keeps those cues that still explain it: cues of an attribute whose value the annotator changed are dropped.

    Args:
        document: verified against ``base.text``.
        base: the annotation that was exported.
        codebook: gives family and group.
        keep_source: tags the annotator left exactly as they were keep score and source of the base.

    Raises:
        InvalidRecordError: a label is not in the codebook.
    """
    names = {name: label for label, name in label_names(codebook).items()}
    spans = [(span, _label(span, codebook, names)) for span in document.spans]
    before = _matched(spans, base.tags)
    placed = []
    for number, (span, label) in enumerate(spans):
        index = before.get(number)
        old = None if index is None else base.tags[index]
        tag = _tag(span, label, base.text, codebook, old, keep_source)
        placed.append((span.start, span.end, len(base.tags) if index is None else index, number, tag))
    tags = [item[-1] for item in sorted(placed, key=lambda item: item[:-1])]
    return {**base.model_copy(update={"tags": tags}).model_dump(mode="json"), "annotator": document.annotator}


def _label(span: HumanSpan, codebook: Codebook, names: Mapping[str, str]) -> str:
    label = span.label if span.label in codebook else names.get(span.label)
    if label is None:
        raise InvalidRecordError(
            f"the span {span.start}-{span.end} has the label {span.label!r}",
            place=None,
            expected=f"a label of codebook {codebook.version}",
        )
    return label


def _matched(spans: Iterable[tuple[HumanSpan, str]], tags: list[Tag]) -> dict[int, int]:
    """Number of a span → number of the base tag it came from; each tag once, unchanged ones first."""
    numbered = list(enumerate(spans))
    free = dict.fromkeys(range(len(tags)))
    result: dict[int, int] = {}
    for exact in (True, False):
        by_key: dict[tuple[object, ...], list[int]] = {}
        for index in free:
            by_key.setdefault(_key(tags[index], tags[index].label, exact), []).append(index)
        for number, (span, label) in numbered:
            candidates = by_key.get(_key(span, label, exact))
            if number not in result and candidates:
                result[number] = candidates.pop(0)
                del free[result[number]]
    return result


def _key(item: Tag | HumanSpan, label: str, exact: bool) -> tuple[object, ...]:
    values = item.attributes.values() if isinstance(item, HumanSpan) else (getattr(item, name) for name in ATTRIBUTES)
    return (item.start, item.end, label, *(values if exact else ()))


def _tag(span: HumanSpan, label: str, text: str, codebook: Codebook, old: Tag | None, keep_source: bool) -> Tag:
    changed = [name for name in ATTRIBUTES if old is None or getattr(old, name) != span.attributes[name]]
    if old is not None and keep_source and not changed:
        return old
    entry = codebook.label(label)
    return Tag.model_validate(
        {
            "start": span.start,
            "end": span.end,
            "quote": text[span.start : span.end],
            "label": label,
            "family": entry.family,
            "group": entry.group,
            **span.attributes,
            "score": 1.0,
            "source": "human",
            "cues": [cue for cue in (old.cues if old else ()) if _still_holds(cue, changed)],
        }
    )


def _still_holds(cue: Cue, changed: list[str]) -> bool:
    attribute = cue.effect.partition("=")[0]
    return attribute not in changed if attribute in ATTRIBUTES else not changed
