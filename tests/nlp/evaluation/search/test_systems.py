"""The systems that an evaluation compares."""

from __future__ import annotations

from typing import Any, cast

from nlp.evaluation.search.judgements import SearchQuery
from nlp.evaluation.search.systems import engine_systems
from nlp.retrieval.protocol import CaseSearch
from nlp.schema import Annotation


class Asked:
    """An index that finds nothing and remembers how it was asked."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def search(self, text: str, k: int, **options: Any) -> list[Any]:
        options["annotate"](text)
        self.calls.append(options)
        return []


def test_the_fused_system_is_what_a_user_gets() -> None:
    """Measured must be the fusion that was learned for the encoder, which is what leaving it out means."""
    index, annotated = Asked(), []

    def annotate(text: str) -> Annotation:
        annotated.append(text)
        return cast(Annotation, None)

    systems = {system.name: system for system in engine_systems(cast(CaseSearch, index), annotate)}
    asked = [SearchQuery(id="q", text="新官不理旧账", kind="phrase")]
    systems["fused"].answer(asked)
    assert index.calls[-1]["fusion"] is None
    systems["leaning"].answer(asked)
    assert dict(index.calls[-1]["fusion"].weights) == {"leaning": 1.0}
    assert annotated == ["新官不理旧账"]  # once for all systems
