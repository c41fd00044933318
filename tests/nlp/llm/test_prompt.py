"""What the model is told."""

from __future__ import annotations

import json

from nlp.codebook import Codebook
from nlp.llm.prompt import adjudication_prompt, answer_schema, system_prompt, tagging_prompt
from nlp.structure.parse import Structure, parse_structure


def test_the_system_part_holds_rules_and_every_label_with_definition_and_boundaries(codebook: Codebook) -> None:
    prompt = system_prompt(codebook)
    assert "从不推诿扯皮" in prompt
    assert '{"tags": []}' in prompt
    for label in codebook.labels:
        assert f"## {label.id}({label.zh}" in prompt
        for text in (label.positive, label.negative, label.definition, *(item.rule for item in label.boundaries)):
            assert text in prompt


def test_the_schema_is_closed_over_the_codebook(codebook: Codebook) -> None:
    schema = answer_schema(codebook)
    item = schema["properties"]["tags"]["items"]
    assert item["properties"]["label"]["enum"] == list(codebook.ids)
    assert "normative" not in item["properties"]["status"]["enum"]
    assert item["required"] == ["quote", "label", "polarity", "status", "subject", "kind"]
    assert item["additionalProperties"] is schema["additionalProperties"] is False
    json.dumps(schema)


def test_clauses_are_numbered_and_those_that_may_not_be_tagged_are_marked(talk: Structure) -> None:
    prompt = tagging_prompt(talk, range(len(talk.clauses)))
    assert "⟦5×⟧李某是不是敢于担当?\n⟦6×⟧答:⟦7⟧他敢于担当,⟦8⟧揽下了拆迁难题。⟦9⟧学习刻苦、作风扎实。\n" in prompt
    assert "文种:谈话记录" in prompt
    assert "文中的“我”:别人" in prompt


def test_plans_are_marked_like_questions() -> None:
    structure = parse_structure(
        "述职报告\n一、主要工作\n学习刻苦。\n二、下一步打算\n加强学习。\n", doc_type="self_report"
    )
    prompt = tagging_prompt(structure, range(len(structure.clauses)))
    assert "×⟧加强学习" in prompt
    assert "×⟧学习刻苦" not in prompt


def test_only_the_clauses_asked_for_are_in_the_text(talk: Structure) -> None:
    prompt = tagging_prompt(talk, range(6, 8))
    assert prompt.endswith("<材料>\n⟦7⟧他敢于担当,⟦8⟧揽下了拆迁难题。\n</材料>")


def test_doubtful_tags_are_listed_by_their_clause(talk: Structure, local) -> None:
    item = local(talk, "听不进不同意见", "self_reflection", 0.3, "-")
    prompt = adjudication_prompt(talk, [range(6, 7), range(12, 14)], [item])
    assert "⟦7⟧他敢于担当,\n……\n⟦13⟧有时急躁,⟦14⟧听不进不同意见。\n</材料>" in prompt
    assert prompt.endswith("- ⟦14⟧ “听不进不同意见” self_reflection - observed target")
