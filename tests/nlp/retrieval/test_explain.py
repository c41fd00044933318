import pytest

from nlp.retrieval import Case, CaseIndex, CaseTag, Fusion

QUERY = "某局刘某遇到拆迁难题，推诿扯皮，怕得罪人。\n迎检前连夜刷白墙，花了不少钱，群众意见大。他平时话少，按时上下班，没有别的爱好，也不参加应酬。"


def evidence(label, polarity, quote):
    start = QUERY.index(quote)
    return CaseTag(label=label, polarity=polarity, start=start, end=start + len(quote), quote=quote)


TAGS = [evidence("responsibility", "-", "推诿扯皮"), evidence("substance_over_show", "-", "迎检前连夜刷白墙")]


@pytest.fixture
def hits(index):
    return {hit.id: hit for hit in index.search(QUERY, k=5, tags=TAGS)}


def test_every_quote_is_the_text_at_its_place(hits, index):
    seen = 0
    for hit in hits.values():
        text = index.get(hit.id).text
        for pair in hit.pairs:
            assert QUERY[pair.query.start : pair.query.end] == pair.query.quote != ""
            assert text[pair.case.start : pair.case.end] == pair.case.quote != ""
            seen += 1
        for found in (*hit.shared_tags, *hit.differing_tags, *hit.opposite_tags):
            assert all(QUERY[quote.start : quote.end] == quote.quote for quote in found.query)
            assert all(text[quote.start : quote.end] == quote.quote for quote in found.case)
            assert found.query or found.case
            seen += 1
    assert seen > 10


def test_the_pair_shows_the_passages_that_match(hits):
    pair = hits["show"].pairs[0]
    assert "刷白墙" in pair.query.quote
    assert "刷白墙" in pair.case.quote
    assert "迎检" in pair.shared_words
    assert -1 <= pair.cosine <= 1
    assert hits["show"].snippet == pair.case.quote


def test_shared_words_are_in_both_passages(hits):
    pairs = [pair for hit in hits.values() for pair in hit.pairs]
    assert any(pair.shared_words for pair in pairs)
    assert all(word in pair.query.quote and word in pair.case.quote for pair in pairs for word in pair.shared_words)


def test_no_passage_stands_in_two_pairs(tmp_path, encoder):
    text = "".join(
        f"第{number}件事他都办成了，群众拍手叫好，上级通报表扬，成绩来之不易，全镇上下大家都很服气他。"
        for number in "一二三四五六七八九"
    )
    index = CaseIndex.build(tmp_path, [Case(id="long", text=text)], encoder=encoder)
    (hit,) = index.search(text)
    assert len(hit.pairs) == 3
    assert len({pair.query.start for pair in hit.pairs}) == len({pair.case.start for pair in hit.pairs}) == 3
    assert all(pair.cosine == pytest.approx(1, abs=1e-3) for pair in hit.pairs)


def test_shared_differing_and_opposite_labels_are_apart(hits):
    assert [(tag.label, tag.polarity) for tag in hits["shirk"].shared_tags] == [("responsibility", "-")]
    assert [tag.label for tag in hits["shirk"].differing_tags] == ["substance_over_show"]
    assert hits["shirk"].opposite_tags == []
    (opposite,) = hits["brave"].opposite_tags
    assert (opposite.label, opposite.polarity) == ("responsibility", "-")
    assert opposite.query[0].quote == "推诿扯皮"
    assert opposite.case[0].quote == "从不推诿扯皮"
    assert hits["brave"].shared_tags == []
    assert {(tag.label, bool(tag.query), bool(tag.case)) for tag in hits["show"].differing_tags} == {
        ("responsibility", True, False),
        ("work_style", False, True),
    }


@pytest.mark.parametrize(
    ("query", "case", "shared", "opposite"),
    [
        ("+", "+-", ["+"], ["+"]),
        ("+-", "+", ["+"], ["-"]),
        ("+-", "+-", ["+", "-"], []),
        ("-", "+", [], ["-"]),
    ],
)
def test_both_sides_of_one_label(tmp_path, encoder, query, case, shared, opposite):
    def both(sides):
        return [CaseTag(label="a", polarity=side) for side in sides]

    index = CaseIndex.build(tmp_path, [Case(id="1", text="工作情况", tags=both(case))], encoder=encoder)
    (hit,) = index.search("工作情况", tags=both(query))
    assert [tag.polarity for tag in hit.shared_tags] == shared
    assert [tag.polarity for tag in hit.opposite_tags] == opposite
    assert hit.differing_tags == []


def test_without_explanation_a_hit_is_bare_but_the_same(index):
    full, bare = (index.search(QUERY, tags=TAGS, explain=explain) for explain in (True, False))
    assert [(hit.id, hit.score, hit.channels) for hit in full] == [(hit.id, hit.score, hit.channels) for hit in bare]
    assert not any(hit.pairs or hit.shared_tags or hit.differing_tags or hit.opposite_tags for hit in bare)
    assert all(hit.snippet for hit in bare)


def test_pairs_without_the_encoder_rest_on_words(index):
    (first, *_) = index.search(QUERY, fusion=Fusion(weights={"bm25": 1}))
    assert first.pairs[0].cosine is None
    assert first.pairs[0].shared_words
    assert set(first.channels) == {"bm25"}


def test_ranks_and_raw_scores_of_every_channel(index):
    hits = index.search(QUERY, k=5, tags=TAGS)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    for name in ("bm25", "dense", "tags"):
        placed = sorted(
            (hit.channels[name].rank, -hit.channels[name].score) for hit in hits if hit.channels[name].rank is not None
        )
        assert [rank for rank, _ in placed] == list(range(1, len(placed) + 1))
        assert [score for _, score in placed] == sorted(score for _, score in placed)
    brave = next(hit for hit in hits if hit.id == "brave")
    assert brave.channels["tags"].score < 0
    assert brave.channels["tags"].rank is None


def test_hits_survive_json(index):
    from nlp.retrieval import Hit

    for hit in index.search(QUERY, tags=TAGS):
        assert Hit.model_validate_json(hit.model_dump_json()) == hit
