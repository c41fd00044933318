"""The traps of evaluation language, one case each.

``cases/*.yaml`` holds lists of cases::

    - id: neg-001
      trap: negated vice
      text: 该同志从不负面表现。
      expect:
        - {quote: 负面表现, polarity: "+", status: observed, subject: target}

``quote`` must lie inside the tag's evidence; ``polarity``, ``status``, ``subject``, ``kind``, ``label`` and ``cue`` (the
words of a cue that fired) are compared where given. ``expect: []`` means no tag at all; ``absent: [words]`` that no tag
covers these words. Placeholder words (正面表现, 负面表现, 某项能力 …) stand for lexicon words, so that context is tested
alone; ``lexicon: shipped`` runs the shipped data. ``doc_type`` presets the type. ``xfail: why`` marks a known failure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import nlp
from nlp.pipeline import Pipeline

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = [
    case
    for file in sorted((HERE / "cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]
COMPARED = ("polarity", "status", "subject", "kind", "label")


@pytest.fixture(scope="module")
def placeholder() -> Pipeline:
    return nlp.load(codebook=HERE / "placeholder" / "codebook.yaml")


@pytest.fixture(scope="module")
def shipped() -> Pipeline:
    # The traps are about rules: what the lexicon's words mean in their context.
    return nlp.load(finder="lexicon")


def _params() -> list[Any]:
    return [
        pytest.param(
            case,
            id=case["id"],
            marks=[pytest.mark.xfail(reason=case["xfail"], strict=True)] if "xfail" in case else [],
        )
        for case in CASES
    ]


@pytest.mark.parametrize("case", _params())
def test_trap(case: dict[str, Any], placeholder: Pipeline, shipped: Pipeline) -> None:
    pipeline = shipped if case.get("lexicon") == "shipped" else placeholder
    doc = pipeline.language.make_doc(case["text"])
    doc._.doc_type = case.get("doc_type")
    for _, component in pipeline.language.pipeline:
        doc = component(doc)
    tags = doc.spans["tags"].attrs["data"]
    shown = [{key: tag[key] for key in ("quote", *COMPARED)} for tag in tags]
    if case.get("expect") == []:
        assert not tags, shown
    for expected in case.get("expect") or []:
        assert any(_fits(tag, expected) for tag in tags), f"{expected} not among {shown}"
    for words in case.get("absent", []):
        assert not any(words in tag["quote"] for tag in tags), shown


def _fits(tag: dict[str, Any], expected: dict[str, Any]) -> bool:
    if expected["quote"] not in tag["quote"]:
        return False
    if "cue" in expected and not any(cue["quote"] == expected["cue"] for cue in tag["cues"]):
        return False
    return all(tag[key] == expected[key] for key in COMPARED if key in expected)


def test_cases_are_well_formed_and_many() -> None:
    ids = [case["id"] for case in CASES]
    assert len(ids) == len(set(ids))
    known = {"id", "trap", "text", "expect", "absent", "lexicon", "doc_type", "xfail"}
    for case in CASES:
        assert set(case) <= known, case["id"]
        assert "expect" in case or "absent" in case, case["id"]
        for expected in case.get("expect") or []:
            assert expected["quote"] in case["text"], case["id"]
            assert set(expected) <= {"quote", "cue", *COMPARED}, case["id"]
    assert len(CASES) >= 200
