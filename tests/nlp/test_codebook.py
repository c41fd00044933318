"""The codebook: the shipped one is whole, a wrong one is refused with its line, another one is followed."""

from __future__ import annotations

from pathlib import Path

import pytest

import nlp
from nlp.codebook import Codebook
from nlp.errors import CodebookError, LexiconError

IDS = (
    "political_stance overall_interest moral_character fairness learning planning_decision innovation execution "
    "coordination mass_work crisis_response rule_of_law professional team_building diligence responsibility work_style "
    "democracy_unity results integrity discipline self_reflection people_first truthfulness respects_reality long_term "
    "substance_over_show continuity quality_development bottom_line"
).split()


def test_the_shipped_codebook_has_every_label_with_definition_boundaries_and_examples() -> None:
    book = Codebook.load()
    assert list(book.ids) == IDS
    assert {label.group for label in book.labels if label.family == "trait"} == set("德能勤绩廉")
    assert [label.id for label in book.labels if label.family == "performance_view"] == IDS[22:]
    for label in book.labels:
        assert len(label.definition) >= 15, label.id
        assert label.boundaries, label.id
        for sign in ("+", "-"):
            assert len(label.examples[sign]) >= 3, label.id


GOOD = """\
version: v1
traits:
  - {id: alpha, zh: 甲, group: 德, pos: 好, neg: 坏}
  - {id: beta, zh: 乙, group: 能, pos: 好, neg: 坏}
"""


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (GOOD.replace("beta", "alpha"), 4, "'alpha' stands already on line 3"),
        (GOOD.replace("zh: 乙", "zn: 乙"), 4, "unknown key 'zn'"),
        (GOOD.replace("pos: 好, neg: 坏}\n  - {id: beta", "neg: 坏}\n  - {id: beta"), 3, "no pos"),
        (GOOD.replace("id: beta", "id: 乙"), 4, "label id '乙'"),
        (
            GOOD.replace("neg: 坏}\n  - {id: beta", "neg: 坏, boundaries: [{label: gamma, rule: x}]}\n  - {id: beta"),
            3,
            "gamma",
        ),
        (GOOD.replace("version: v1", "versions: v1"), 1, "unknown key 'versions'"),
        (GOOD.replace("version: v1\n", ""), 1, "no version"),
        ("version: v1\ntraits:\n  - {id: a, zh: [\n", 4, "invalid YAML"),
        (GOOD.replace("zh: 乙", "zh: 乙, zh: 丙"), 4, "stands twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "codebook.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError, match=message) as caught:
        Codebook.load(path)
    assert caught.value.path == str(path)
    assert caught.value.place == f"line {line}"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"- 1\n", b"version: 1\n"])
def test_files_that_are_no_codebook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "codebook.yaml"
    path.write_bytes(content)
    with pytest.raises(CodebookError, match=str(path)):
        Codebook.load(path)
    with pytest.raises(CodebookError, match="does not exist"):
        Codebook.load(tmp_path / "none.yaml")


def test_another_organisations_model_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(
        "version: 某企业胜任力 3\nlexicon: words\ntraits:\n  - {id: customer, zh: 客户导向, group: 价值观, pos: 好, neg: 坏}\n",
        encoding="utf-8",
    )
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "customer.yaml").write_text(
        'label: customer\nheads: [客户意识]\n"+": [把客户当家人]\n"-": [怠慢客户]\n', encoding="utf-8"
    )
    annotation = nlp.load(codebook=path).annotate("他从不怠慢客户，但客户意识不够强。处事公道。")
    assert annotation.codebook_version == "某企业胜任力 3"
    assert [(tag.label, tag.group, tag.polarity) for tag in annotation.tags] == [
        ("customer", "价值观", "+"),
        ("customer", "价值观", "-"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('label: beta\n"+": [好]\n', "label is 'beta'"),
        ('label: alpha\n"+": [好, 好]\n', "stands already"),
        ('label: alpha\n"+": [好]\n"-": [好]\n', "stands already"),
        ('label: alpha\n"+": ["好…"]\n', "starts or ends with a gap"),
        ('label: alpha\n"+": ["好…坏"]\n', "has no example"),
        ('label: alpha\n"+": [{p: 好…坏, e: 好人}]\n', "does not match its example"),
        ('label: alpha\n"+": ["(好|坏"]\n', "unbalanced"),
        ("label: alpha\nplus: [好]\n", "unknown key 'plus'"),
    ],
)
def test_a_broken_lexicon_file_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "codebook.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "alpha.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=r"alpha\.yaml, line") as caught:
        nlp.load(codebook=tmp_path / "codebook.yaml")
    assert message in str(caught.value)
