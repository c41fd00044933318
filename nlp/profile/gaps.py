"""Labels nobody spoke about: what an analyst may have to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from nlp.profile.evidence import Evidence
from nlp.profile.voices import VOICES, Voice


class Gap(BaseModel):
    """A label without evidence, or without evidence of some voices that were heard on other labels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    nobody: bool = Field(description="no evidence at all")
    silent: list[Voice] = Field(description="voices heard elsewhere that say nothing of this label")
    only_judgement: bool = Field(description="there is evidence, but no fact")


def gaps(evidence: Sequence[Evidence], labels: Iterable[str]) -> list[Gap]:
    """Labels with a gap, in the order given.

    Args:
        evidence: of the subject.
        labels: of the codebook.
    """
    heard = {item.voice for item in evidence} - {"unknown"}
    found = []
    for label in labels:
        said = [item for item in evidence if item.label == label]
        silent = [voice for voice in VOICES if voice in heard - {item.voice for item in said}]
        only_judgement = bool(said) and all(item.kind == "judgement" for item in said)
        if not said or silent or only_judgement:
            found.append(Gap(label=label, nobody=not said, silent=silent, only_judgement=only_judgement))
    return found
