"""The attributes of a tag with their values, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nlp.codebook import Codebook
from nlp.errors import InvalidRecordError
from nlp.schema import Annotation
from service.render import KIND_ZH, STATUS_ZH, SUBJECT_ZH

POLARITY_ZH: Final = {"+": "正面", "-": "负面"}
SOURCE_ZH: Final = {"lexicon": "词典", "classifier": "分类模型", "both": "词典和分类模型", "human": "人工"}

ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "polarity": POLARITY_ZH,
    "status": STATUS_ZH,
    "subject": SUBJECT_ZH,
    "kind": KIND_ZH,
}
"""Attribute to its values, each with its Chinese name."""

ATTRIBUTE_ZH: Final = {"polarity": "极性", "status": "状态", "subject": "对象", "kind": "性质"}

DEFAULTS: Final = {"status": "observed", "subject": "target", "kind": "judgement"}
"""What an annotator who chose nothing means, as in ``nlp.evaluation.gold``. A polarity must be chosen."""


def label_names(codebook: Codebook) -> dict[str, str]:
    """Label ids with Chinese names; a name that two labels share is followed by the id."""
    names = [label.zh for label in codebook.labels]
    return {
        label.id: label.zh if names.count(label.zh) == 1 else f"{label.zh}({label.id})" for label in codebook.labels
    }


def require_known_labels(annotation: Annotation, codebook: Codebook) -> None:
    """Refuse tags that the other tool would have no label for.

    Raises:
        InvalidRecordError: a tag's label is not in the codebook.
    """
    for tag in annotation.tags:
        if tag.label not in codebook:
            raise InvalidRecordError(
                f"the tag at {tag.start}-{tag.end} has the label {tag.label!r}",
                expected=f"a label of codebook {codebook.version}",
                hint="name the codebook it was annotated with (--codebook)",
            )
