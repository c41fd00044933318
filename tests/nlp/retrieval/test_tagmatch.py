import pytest

from nlp.errors import CaseIndexError
from nlp.retrieval import Case, CaseIndex, CaseTag, Fusion
from nlp.retrieval.heads import head_of
from nlp.retrieval.tagmatch import TagIndex, compact, shown
from nlp.schema import Annotation, Source, Tag

TAGS = Fusion(weights={"tags": 1.0})


def tags(*pairs, **more):
    return [CaseTag(label=pair[:-1], polarity=pair[-1], **more) for pair in pairs]


def build(*rows):
    cases = [Case(id=str(number), text="", tags=row) for number, row in enumerate(rows)]
    return TagIndex([head_of(case, key=key, offset=0, length=0) for key, case in enumerate(cases)])


def scores(index, *pairs):
    return index.scores(shown(tags(*pairs))).tolist()


def test_the_same_labels_score_one():
    assert scores(build(tags("a+", "b-"), tags("c+")), "a+", "b-") == [1.0, 0.0]


def test_rarer_labels_weigh_more():
    index = build(tags("rare+"), tags("often+"), tags("often+"), tags("often+"))
    rare, often, *_ = scores(index, "rare+", "often+")
    assert rare > often > 0


def test_the_opposite_polarity_costs():
    same, opposite, neither = scores(build(tags("a+"), tags("a-"), tags("b+")), "a+")
    assert same > neither == 0 > opposite


def test_a_case_that_shows_both_sides_is_not_opposite():
    one, both, _ = scores(build(tags("a+"), tags("a+", "a-"), tags("c+")), "a+")
    assert one > both > 0


def test_a_case_with_many_labels_does_not_win_by_their_number():
    few, many = scores(build(tags("a+"), tags("a+", "b+", "c+", "d+", "e+")), "a+")
    assert few > many > 0


def test_others_and_norms_do_not_count():
    assert scores(build(tags("a+", subject="other"), tags("a+", status="normative"), tags("a+")), "a+")[:2] == [0, 0]


def test_a_query_label_no_case_shows():
    assert scores(build(tags("a+"), []), "z+") == [0, 0]


def full_tag(text, quote, label="responsibility", polarity="-", start=None, subject="target"):
    start = text.index(quote) if start is None else start
    return Tag(
        start=start,
        end=start + len(quote),
        quote=quote,
        label=label,
        family="trait",
        group="勤",
        polarity=polarity,
        status="observed",
        subject=subject,
        kind="judgement",
        score=1.0,
        source="lexicon",
    )


def annotation(text, found):
    return Annotation(
        id="x",
        source=Source(),
        doc_type=None,
        text=text,
        sections=[],
        turns=[],
        clauses=[],
        tags=found,
        codebook_version="1",
        pipeline_version="1",
    )


def annotate(text):
    """Tags 推诿 wherever it stands, in a text normalised by the loss of its white space."""
    normal = "".join(text.split())
    found = [full_tag(normal, "推诿", start=at) for at in range(len(normal)) if normal.startswith("推诿", at)]
    return annotation(normal, found)


def test_evidence_is_found_again_in_the_text_as_given():
    text = "他 从来 干脆，\n\n 从不 推诿，别人推诿。"
    first, second = compact(annotate(text).tags, text, annotate(text).text)
    assert text[first.start : first.end] == first.quote == "推诿"
    assert (first.start, second.start) == (text.index("推诿"), text.rindex("推诿"))


def test_evidence_that_is_nowhere_is_left_out_but_the_label_stays():
    assert compact([full_tag("推诿", "推诿")], "推 诿") == [CaseTag(label="responsibility", polarity="-")]


def test_cases_without_tags_are_annotated_and_others_left_alone(tmp_path, encoder):
    given = Case(id="given", text="推诿", tags=[])
    index = CaseIndex.build(tmp_path, [Case(id="new", text="遇事 推诿"), given], encoder=encoder, annotate=annotate)
    new = index.get("new")
    assert new.tags_by == "annotate"
    assert [tag.quote for tag in new.tags] == ["推诿"]
    assert index.get("given") == given
    assert [hit.id for hit in index.search("总是推诿", fusion=TAGS)] == ["new"]


def test_tags_count_in_the_ranking(index):
    text = "遇到拆迁难题"
    plus, minus = (
        [hit.id for hit in index.search(text, k=2, tags=tags(f"responsibility{side}"))] for side in ("+", "-")
    )
    assert plus == ["brave", "shirk"]
    assert minus == ["shirk", "brave"]


def test_tags_of_the_annotator_and_tags_given_say_the_same(index):
    text = "总是推诿"
    given = index.search(text, tags=annotate(text).tags)
    assert given == index.search(text, annotate=annotate)
    assert given != index.search(text, tags=[], annotate=annotate)


def test_an_annotator_s_failure_names_the_case(tmp_path, encoder):
    def fail(text):
        raise ZeroDivisionError("模型坏了")

    with pytest.raises(CaseIndexError, match="模型坏了") as caught:
        CaseIndex.build(tmp_path, [Case(id="c7", text="甲乙")], encoder=encoder, annotate=fail)
    assert caught.value.path == "c7"
    assert not (tmp_path / "CURRENT").exists()


def test_a_rebuild_annotates_anew_only_what_an_annotator_tagged(tmp_path, encoder):
    own = tags("integrity+")
    cases = [Case(id="own", text="推诿", tags=own), Case(id="found", text="推诿")]
    CaseIndex.build(tmp_path, cases, encoder=encoder, annotate=lambda text: annotation(text, []))
    index = CaseIndex.open(tmp_path, encoder=encoder, annotate=annotate)
    assert index.get("found").tags == []
    index.rebuild()
    assert [tag.quote for tag in index.get("found").tags] == ["推诿"]
    assert index.get("own").tags == own


def test_a_rebuild_without_annotator_keeps_the_tags(tmp_path, encoder):
    CaseIndex.build(tmp_path, [Case(id="found", text="推诿")], encoder=encoder, annotate=annotate)
    index = CaseIndex.open(tmp_path, encoder=encoder)
    before = index.get("found")
    index.rebuild()
    assert index.get("found") == before
