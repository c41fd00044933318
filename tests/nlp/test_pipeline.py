"""The pipeline's promises, for any text."""

from __future__ import annotations

import pickle

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import nlp
from nlp.components import MAX_CHARACTERS
from nlp.errors import TooLargeError
from nlp.pipeline import Pipeline
from nlp.schema import Annotation, Source

ANY_TEXT = st.text(st.characters(), max_size=200)
TELLING = st.lists(
    st.sampled_from(
        "该同志 从不推诿扯皮 ， 。 、 ； \n 希望 虽然 但 没有 不够 执行力 大局意识 强 有待提高 据群众反映 经核实不属实 前任 他 班子 "
        "一、 问： 答： 述职报告 谈话记录 处事公道 弄虚作假 𠮷 😀 \ud800 ＡＢ 從不 推諿 （ ） “ ” 2023年 要 必须 如果 拍胸脯".split(
            " "
        )
    ),
    max_size=40,
).map("".join)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return nlp.load(keep_normative=True)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(ANY_TEXT, TELLING))
def test_every_offset_holds_and_nothing_raises(pipeline: Pipeline, text: str) -> None:
    annotation = pipeline.annotate(text)
    assert annotation == pipeline.annotate(text)
    assert Annotation.model_validate_json(annotation.model_dump_json()) == annotation
    for tag in annotation.tags:
        assert annotation.text[tag.start : tag.end] == tag.quote != ""
        assert tag.quote == tag.quote.strip()
        assert "\n" not in tag.quote
        for cue in tag.cues:
            assert annotation.text[cue.start : cue.end] == cue.quote != ""


@settings(max_examples=60, deadline=None)
@given(text=TELLING)
def test_the_source_map_leads_to_the_characters_given(pipeline: Pipeline, text: str) -> None:
    doc = pipeline.language(text)
    source_map = pipeline.source_map(doc, text)
    for span in doc.spans["tags"]:
        start, end = source_map.to_source_span(span.start, span.end)
        shown = text[start:end].translate(str.maketrans("ＡＢ２０３", "AB203"))
        assert [c for c in shown if not "\ud800" <= c <= "\udfff"] == [c for c in span.text if c != "\ufffd"]


def test_worker_processes_give_the_same_annotations() -> None:
    pipeline = nlp.load()
    texts = [f"谈话记录\n问：他怎么样？\n答：他从不推诿扯皮，第{n}次了。\ud800" for n in range(12)] + [
        "",
        "该同志处事公道。",
    ]
    items = [(f"d{n}", Source(path=f"p{n}"), text) for n, text in enumerate(texts)]
    alone = list(pipeline.pipe(items))
    together = list(pipeline.pipe(items, n_process=2, batch_size=3))
    assert together == alone
    assert any(annotation.tags for annotation in alone)
    assert [annotation.id for annotation in alone] == [item[0] for item in items]


def test_a_pickled_pipeline_works_alike() -> None:
    pipeline = nlp.load()
    copy: Pipeline = pickle.loads(pickle.dumps(pipeline))
    text = "该同志从不推诿扯皮，但大局意识不够强。"
    assert copy.annotate(text) == pipeline.annotate(text)
    assert copy.annotate(text).tags


def test_normative_statements_are_kept_only_on_request(pipeline: Pipeline) -> None:
    text = "领导干部必须处事公道，坚决反对弄虚作假。"
    assert nlp.load().annotate(text).tags == []
    kept = pipeline.annotate(text).tags
    assert kept
    assert {tag.status for tag in kept} == {"normative"}


def test_a_text_over_the_limit_is_refused_by_name(pipeline: Pipeline) -> None:
    with pytest.raises(TooLargeError, match="2,000,001 characters"):
        pipeline.annotate("某" * (MAX_CHARACTERS + 1))


def test_components_can_be_dropped_and_added() -> None:
    pipeline = nlp.load(finder="lexicon")
    pipeline.language.remove_pipe("yanpan_context")
    assert pipeline.annotate("该同志从不推诿扯皮。").tags == []
    assert pipeline.annotate("该同志从不推诿扯皮。").clauses


def test_a_spacy_user_can_assemble_the_pipeline() -> None:
    language = spacy.blank("zh")
    from nlp.components import CharacterTokenizer

    language.tokenizer = CharacterTokenizer(language.vocab)
    for name in ("yanpan_structure", "yanpan_lexicon", "yanpan_context", "yanpan_resolve"):
        language.add_pipe(name)
    doc = language("该同志从不推诿扯皮。")
    assert [span.text for span in doc.spans["clauses"]] == ["该同志从不推诿扯皮"]
    assert doc.spans["tags"].attrs["data"][0]["polarity"] == "+"


def test_the_export_list_is_what_can_be_imported() -> None:
    for name in nlp.__all__:
        assert getattr(nlp, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        nlp.nothing  # noqa: B018
