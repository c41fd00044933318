"""What every index of similar cases must do, asked of the embedded one and of Milvus."""

import inspect

import pytest

from nlp.errors import CaseIndexError, DuplicateCaseError, EncoderError
from nlp.retrieval import NARRATIVE, Access, Case, CaseIndex, CaseTag, Filters, Fusion
from nlp.retrieval.leaning import read_scale
from nlp.retrieval.milvus import MilvusCaseIndex
from nlp.retrieval.neighbours import Neighbours
from nlp.retrieval.protocol import CaseSearch
from nlp.schema import Annotation, Source

QUERY = "遇到拆迁难题，推诿扯皮"
LONG = "某局刘某遇到拆迁难题，推诿扯皮，怕得罪人。\n迎检前连夜刷白墙，花了不少钱，群众意见大。他平时话少，按时上下班，没有别的爱好，也不参加应酬。"
ONLY = [Fusion(weights={name: 1}) for name in ("bm25", "dense", "tags")]
SENTENCES = [
    "他新官理旧账，三年化解债务，没有新增隐性债务。",
    "遇到拆迁难题推诿扯皮，怕得罪人，矛盾上交。",
    "从不推诿扯皮，主动揽下烫手山芋，群众拍手叫好。",
    "迎检前连夜刷白墙，花了不少钱，群众意见很大。",
    "汛期守在大堤上，处置果断，群众全部转移。",
    "工作踏实。",
    "村集体经济从无到有，群众收入也提高了不少。",
]
SHIRKS = [CaseTag(label="responsibility", polarity="-")]


def ids(index, text="群众", **more):
    return {hit.id for hit in index.search(text, **{"k": 10, "explain": False, **more})}


@pytest.mark.parametrize("kind", [CaseIndex, MilvusCaseIndex])
def test_both_have_the_methods_of_the_protocol(kind):
    for name, method in inspect.getmembers(CaseSearch, inspect.isfunction):
        if name in vars(CaseSearch) and not name.startswith("_"):
            wanted = inspect.signature(method).parameters
            there = inspect.signature(getattr(kind, name)).parameters
            assert {key: value.default for key, value in wanted.items()}.items() <= {
                key: value.default for key, value in there.items()
            }.items()


def test_cases_come_back_as_given(index, cases):
    assert [index.get(case.id) for case in cases] == cases
    assert {case.id: case for case in index.cases()} == {case.id: case for case in cases}
    assert index.get("nobody") is None
    assert "flood" in index
    assert "nobody" not in index
    assert 3 not in index
    assert len(index) == 5


def test_info(index):
    info = index.info()
    assert (info.cases, info.tagged_cases, info.passages) == (5, 5, 5)
    assert (info.encoder, info.encoder_version, info.dimension) == ("bigrams", "1", 64)
    assert info.dense.lower() == "flat"


@pytest.mark.parametrize("fusion", ONLY)
def test_adding(own, fusion):
    assert own.add([Case(id="new", text="春耕时节推诿扯皮，不送农技上门。", tags=SHIRKS)]) == 1
    assert len(own) == 6
    assert "new" in ids(own, QUERY, tags=SHIRKS, fusion=fusion)
    assert own.add([]) == 0


def test_replacing(own):
    assert own.add([Case(id="shirk", text="春耕时节，他在田间送农技上门。", unit="D镇")]) == 1
    assert len(own) == own.info().passages == 5
    assert own.get("shirk").tags is None
    (hit,) = own.search("春耕农技", k=1)
    assert (hit.id, hit.unit) == ("shirk", "D镇")
    assert "shirk" not in ids(own, "矛盾上交", fusion=ONLY[0])
    assert "shirk" not in ids(own, "怕得罪人", fusion=ONLY[2], tags=SHIRKS)
    assert ids(own, filters={"unit": "D镇"}) == {"shirk"}
    assert ids(own, filters={"labels": "responsibility-"}) == set()


def test_replacing_with_the_same_changes_nothing(own, cases):
    before = own.search(QUERY, k=10)
    assert own.add(cases) == 5
    assert (len(own), own.search(QUERY, k=10)) == (5, before)


def test_removing(own):
    assert own.remove(["shirk", "nobody", "shirk"]) == 1
    assert (len(own), own.info().passages, own.get("shirk")) == (4, 4, None)
    for fusion in ONLY:
        assert "shirk" not in ids(own, QUERY, fusion=fusion, tags=SHIRKS)
    assert own.remove([]) == own.remove(["nobody"]) == 0


def test_removing_everything(own, cases):
    assert own.remove([case.id for case in cases]) == 5
    assert (len(own), own.search(QUERY)) == (0, [])
    own.add(cases[:1])
    assert [hit.id for hit in own.search("汛期")] == ["flood"]


def test_an_empty_index(build):
    index = build([])
    assert (len(index), index.search(QUERY), index.info().passages) == (0, [], 0)
    index.add([Case(id="1", text="推诿扯皮")])
    assert ids(index, QUERY) == {"1"}


def test_an_id_twice_in_a_batch_is_an_error_and_changes_nothing(own, build):
    twice = [Case(id="new", text="一"), Case(id="new", text="二")]
    before = own.search(QUERY)
    with pytest.raises(DuplicateCaseError, match="new"):
        own.add(twice)
    with pytest.raises(DuplicateCaseError, match="new"):
        build(twice)
    assert own.search(QUERY) == before


def test_a_faulty_encoder_changes_nothing(own, encoder, monkeypatch):
    sound = encoder.encode
    monkeypatch.setattr(encoder, "encode", lambda texts: sound(texts)[:, :-1])
    with pytest.raises(EncoderError):
        own.add([Case(id="new", text="新案例")])
    monkeypatch.undo()
    assert (len(own), own.info().passages) == (5, 5)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"flood", "show", "debt", "shirk", "brave"}),
        ({"unit": "A镇"}, {"flood", "debt"}),
        ({"unit": ["A镇", "C镇"]}, {"flood", "debt", "brave"}),
        ({"unit": "A镇", "date_from": "2022"}, {"debt"}),
        ({"unit": ""}, set()),
        ({"doc_type": "inspection"}, {"flood", "debt"}),
        ({"outcome": "约谈"}, {"show"}),
        ({"source": "某处"}, set()),
        ({"ids": ["flood", "nobody"]}, {"flood"}),
        ({"exclude_ids": "flood", "unit": "A镇"}, {"debt"}),
        ({"exclude_ids": []}, {"flood", "show", "debt", "shirk", "brave"}),
        ({"meta": {"clearance": "internal"}}, {"show"}),
        ({"meta": {"topics": ["经费", "别的"]}}, {"show"}),
        ({"meta": {"topics": "经费", "clearance": "internal"}}, {"show"}),
        ({"meta": {"clearance": "secret"}}, set()),
        ({"meta": {"经费": "topics"}}, set()),
        ({"ids": []}, set()),
        ({"meta": {"topics": []}}, set()),
        ({"date_from": "2020-06"}, {"flood", "show", "debt"}),
        ({"date_from": "2021", "date_to": "2021-12"}, {"flood"}),
        ({"date_to": "2021-07-01"}, {"flood", "show"}),
        ({"date_to": "2021-06-30"}, {"show"}),
        ({"date_from": "2022年3月6日"}, set()),
        ({"labels": "responsibility-"}, {"shirk"}),
        ({"labels": ["substance_over_show-", "work_style-"]}, {"show"}),
        ({"labels": ["responsibility+", "responsibility-"]}, set()),
        ({"labels": "nonsense+"}, set()),
    ],
)
def test_filters(index, filters, expected):
    assert ids(index, filters=filters) == expected
    for fusion in ONLY:
        some = ids(index, QUERY, filters=Filters.of(filters), fusion=fusion, tags=SHIRKS)
        assert some <= expected


@pytest.mark.parametrize(
    "filters", [{"colour": "red"}, {"date_from": "近期"}, {"unit": 3}, {"labels": "responsibility"}]
)
def test_a_wrong_filter_is_an_error(index, filters):
    with pytest.raises(CaseIndexError, match=next(iter(filters))):
        index.search("群众", filters=filters)


NASTY = [
    'say "yes"',
    "it's",
    "back\\slash\\",
    '\\" or 1 == 1 or unit == "',
    "行\n制表\t回车\r",
    "某局“引号”、（括号）",
    "𠀀𪚥",
    "😀🏽",
    "%",
    "_",
    "{x}",
    " ",
    "",
    "nul\x01",
]


def test_any_value_can_be_filtered_by(build):
    cases = [
        Case(
            id=value or "empty",
            text=f"第{place}号案件办理完毕。",
            unit=value,
            source=value,
            meta={"k": value, value: "v"},
        )
        for place, value in enumerate(NASTY)
    ]
    index = build(cases)
    for value in NASTY:
        (expected,) = [case.id for case in cases if case.unit == value]
        assert ids(index, "案件办理", filters={"unit": value}, k=50) == {expected}, value
        for filters in ({"source": [value, "别的"]}, {"meta": {"k": value}}, {"meta": {value: "v"}}):
            assert ids(index, "案件办理", filters=filters, k=50, fusion=ONLY[1]) == {expected}, (value, filters)
        if value:
            assert ids(index, "案件办理", filters={"ids": value}, k=50, fusion=ONLY[1]) == {value}
            assert value not in ids(index, "案件办理", filters={"exclude_ids": value}, k=50, fusion=ONLY[1])


def test_a_filter_decides_before_ranks_are_given(index):
    assert [hit.id for hit in index.search(QUERY, k=10)][:2] == ["shirk", "brave"]
    (only,) = index.search(QUERY, k=1, filters={"unit": "C镇"})
    assert only.id == "brave"
    assert only.channels["bm25"].rank == only.channels["dense"].rank == 1


def test_a_rare_filter_finds_its_cases_among_many(build):
    filler = [
        Case(id=f"{number:04}", text=f"遇到拆迁难题推诿扯皮，第{number}号案件。", unit="甲") for number in range(600)
    ]
    index = build([*filler, Case(id="rare", text="春耕时节，他在田间送农技上门。", unit="乙")])
    (hit,) = index.search(QUERY, k=3, filters={"unit": "乙"}, collapse=False)
    assert hit.id == "rare"


def test_labels_show_their_subject_only(build):
    index = build(
        [
            Case(id="mine", text="甲推诿扯皮。", tags=SHIRKS),
            Case(id="other", text="乙推诿扯皮。", tags=[SHIRKS[0].model_copy(update={"subject": "other"})]),
            Case(id="norm", text="不得推诿扯皮。", tags=[SHIRKS[0].model_copy(update={"status": "normative"})]),
            Case(id="none", text="丙推诿扯皮。"),
        ]
    )
    assert ids(index, "推诿扯皮", filters={"labels": "responsibility-"}) == {"mine"}
    assert ids(index, "推诿扯皮", tags=SHIRKS, fusion=ONLY[2]) == {"mine"}


@pytest.mark.parametrize("k", [0, 1, 3, 5, 6, 10_000])
def test_k_is_honoured(index, k):
    hits = index.search(QUERY, k=k)
    assert len(hits) == min(k, 5)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert hits == index.search(QUERY, k=10_000)[:k]


def test_k_below_zero_is_an_error(index):
    with pytest.raises(CaseIndexError, match="-1"):
        index.search(QUERY, k=-1)


def test_deep_k(build):
    cases = [Case(id=f"{number:05}", text=f"第{number}号案件，办理完毕。") for number in range(330)]
    index = build(cases)
    more = {"explain": False, "collapse": False}
    hits = index.search("第7号案件办理完毕", k=330, **more)
    assert {hit.id for hit in hits} == {case.id for case in cases}
    assert [(-hit.score, hit.id) for hit in hits] == sorted((-hit.score, hit.id) for hit in hits)
    assert [hit.id for hit in index.search("第7号案件办理完毕", k=150, **more)] == [hit.id for hit in hits][:150]


def test_ties_are_settled_by_id(build):
    index = build([Case(id=id_, text="工作踏实，群众认可。") for id_ in ("乙", "b", "10", "9", "甲", "a")])
    hits = index.search("群众认可", k=4, collapse=False)
    assert [hit.id for hit in hits] == ["10", "9", "a", "b"]
    assert len({hit.score for hit in hits}) == 1


def test_near_duplicates_and_sources(build):
    text = "遇到拆迁难题，张某推诿扯皮，怕得罪人，矛盾上交。两年没有拆下一户，群众多次反映，镇里也没有人过问。"
    index = build(
        [
            Case(id="one", text=text, source="甲"),
            Case(id="two", text=text + "完", source="乙"),
            Case(id="three", text="推诿扯皮的另一件事，发生在别的地方。", source="甲"),
        ]
    )
    hits = {hit.id: hit for hit in index.search(QUERY, k=3)}
    assert {one: hit.near_duplicates for one, hit in hits.items()} == {"one": ["two"], "three": []}
    assert [hit.id for hit in index.search(QUERY, k=3, per_source=1, collapse=False)] == ["one", "two"]


@pytest.mark.parametrize("text", ["", "  \n", "，。！？", "*", "\x00", "😀", "x", "Q" * 3000, '" or "', "\ud83d"])
def test_a_query_that_says_nothing_is_answered(index, text):
    for fusion in (Fusion(), NARRATIVE, *ONLY):
        assert all("bm25" not in hit.channels for hit in index.search(text, fusion=fusion))
    assert index.search("") == []


@pytest.mark.parametrize("text", ["拆迁 AND NOT 张某", "terms:*", "(((", "拆迁^9", "a\\", "/x/", "-拆迁", "\ud83d拆迁"])
def test_a_query_is_never_syntax(index, text):
    hits = index.search(text, k=10)
    if "拆迁" in text:
        assert {hit.id for hit in hits[:2]} == {"shirk", "brave"}


def test_unicode_and_empty_texts(build):
    cases = [
        Case(id="a/b\\c:*?\n\"'", text="换行\r\n制表\t零宽\u200b😀𠀀𪚥"),
        Case(id="１", text="全角"),
        Case(id="1", text="半角", meta={"嵌套": {"列表": [1, None, 2.5, "\u2028"]}}),
        Case(id="x" * 5000, text="长" * 5000),
        Case(id="empty", text=""),
        Case(id="blank", text=" \n"),
        Case(id="emoji", text="😀🏽😀"),
    ]
    index = build(cases)
    assert [index.get(case.id) for case in cases] == cases
    assert len(index) == 7
    assert index.search("𠀀𪚥", k=1)[0].id == cases[0].id
    assert index.search("😀🏽😀", k=1)[0].id == "emoji"
    assert index.search("全角", k=1, fusion=ONLY[0])[0].id == "１"
    assert "empty" not in ids(index, "全角")
    assert index.remove(["１", "empty"]) == 2
    assert {case.id for case in index.cases()} == {case.id for case in cases} - {"１", "empty"}


def test_a_very_long_case_is_whole_and_found_by_its_end(build, short_rows):
    text = (
        "".join(f"第{number}项工作按期完成，{'材料翔实' * (number % 5)}。" for number in range(400))
        + "末尾提到了屯垦戍边。"
    )
    index = build([Case(id="long", text=text), Case(id="short", text="第7项工作按期完成。")])
    assert index.get("long").text == text
    assert len(index) == 2
    (hit,) = index.search("屯垦戍边", k=5, fusion=ONLY[0])
    assert hit.id == "long"
    assert "屯垦戍边" in hit.pairs[0].case.quote
    for phrase, expected in (("屯垦戍边", {"long"}), ("第399项", {"long"}), ("按期完成", {"long", "short"})):
        assert ids(index, f'"{phrase}"', fusion=ONLY[1]) == expected
    index.add([Case(id="long", text="短了。")])
    assert (len(index), index.get("long").text) == (2, "短了。")
    assert index.search("屯垦戍边", k=5, fusion=ONLY[0]) == []


def test_every_quote_is_the_text_at_its_place(index):
    def evidence(label, polarity, quote):
        start = LONG.index(quote)
        return CaseTag(label=label, polarity=polarity, start=start, end=start + len(quote), quote=quote)

    tags = [evidence("responsibility", "-", "推诿扯皮"), evidence("substance_over_show", "-", "迎检前连夜刷白墙")]
    seen = 0
    for hit in index.search(LONG, k=5, tags=tags):
        text = index.get(hit.id).text
        assert sum(one.contribution for one in hit.channels.values()) == pytest.approx(hit.score, abs=1e-5)
        for pair in hit.pairs:
            assert LONG[pair.query.start : pair.query.end] == pair.query.quote != ""
            assert text[pair.case.start : pair.case.end] == pair.case.quote != ""
            assert all(word in pair.query.quote and word in pair.case.quote for word in pair.shared_words)
            assert -1.0001 <= pair.cosine <= 1.0001
            seen += 1
        for found in (*hit.shared_tags, *hit.differing_tags, *hit.opposite_tags):
            assert all(LONG[quote.start : quote.end] == quote.quote for quote in found.query)
            assert all(text[quote.start : quote.end] == quote.quote for quote in found.case)
            seen += 1
    assert seen > 10


def test_opposite_behaviour_counts_against(index):
    hits = {hit.id: hit for hit in index.search(QUERY, k=5, tags=SHIRKS)}
    assert hits["shirk"].channels["tags"].score > 0 > hits["brave"].channels["tags"].score
    assert [found.label for found in hits["brave"].opposite_tags] == ["responsibility"]


SHADOW = [
    Case(
        id=f"c{number}",
        text="".join(SENTENCES[at % len(SENTENCES)] for at in (number, number * 3 + 1, number * number)),
        title="迎检情况" if number % 5 == 0 else None,
        unit=(None, "A镇", "B镇", "C县")[number % 4],
        confidentiality=number % 3,
        source=f"来源{number % 2}",
        tags=[CaseTag(label=("responsibility", "results")[number % 2], polarity="+-"[number % 3 == 0])],
    )
    for number in range(24)
]


def test_what_is_hidden_takes_no_part(build, backend, settings_of, tmp_path, encoder):
    index = build(SHADOW)
    tags = [*SHIRKS, CaseTag(label="results", polarity="+")]
    for place, access in enumerate((Access(units="A镇"), Access(units=["B镇", "C县"], clearance=1), Access(units=[]))):
        seen = [case for case in SHADOW if access.permits(case)]
        if backend == "embedded":
            shadow = CaseIndex.build(tmp_path / f"shadow{place}", seen, encoder=encoder)
        else:
            shadow = MilvusCaseIndex.build(settings_of(), seen, encoder=encoder)
        assert index.count(access=access) == len(shadow) == len(seen)
        assert index.count({"source": "来源1"}, access) == shadow.count({"source": "来源1"})
        for text in (QUERY, '"推诿扯皮" 群众', '"迎检 群众"~20'):
            for more in ({}, {"filters": {"source": "来源1"}, "collapse": False, "diverse": 0.5}):
                mine = index.search(text, k=30, tags=tags, access=access, **more)
                # In Milvus a reader whom something is kept from does without BM25, whatever there is to keep.
                as_reader = {"access": access} if backend == "milvus" else {}
                theirs = shadow.search(text, k=30, tags=tags, **more, **as_reader)
                assert plain(mine) == plain(theirs), (access, text, more)


def plain(hits):
    """Everything but the last digits, in which sums of 32-bit numbers may differ."""
    return [
        hit.model_dump(exclude={"score", "channels", "pairs"})
        | {"score": pytest.approx(hit.score, abs=2e-4)}
        | {"pairs": [(pair.query, pair.case, pair.shared_words) for pair in hit.pairs]}
        | {name: (pytest.approx(one.score, abs=2e-4), one.rank) for name, one in hit.channels.items()}
        for hit in hits
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"推诿扯皮"', {"shirk", "brave"}),
        ("「从不推诿」", {"brave"}),
        ("“拆迁” 债务", {"shirk", "brave"}),
        ('"推诿" "矛盾上交"', {"shirk"}),
        ('"拆迁 矛盾"~20', {"shirk"}),
        ('"矛盾 拆迁"~20', {"shirk"}),
        ('"拆迁 矛盾"~3', set()),
        ('"拆迁 难题"~0', {"shirk", "brave"}),
        ('"诿"', {"shirk", "brave"}),
        ('"抗洪"', {"flood"}),
        ('"白了，路"', {"show"}),
        ('"白了,路"', {"show"}),
        ('"没有这样的话"', set()),
        ('"两年没有"', {"shirk"}),
        ('他说"推诿扯皮"了', {"flood", "show", "debt", "shirk", "brave"}),
    ],
)
def test_phrases_and_proximity(index, text, expected):
    assert ids(index, text) == expected
    if not text.startswith("他说"):
        # No channel of its own finds every one of them.
        assert ids(index, text, fusion=ONLY[2], tags=SHIRKS) == expected


def test_a_phrase_is_shown_at_its_places(index):
    (hit,) = index.search('"拆迁 矛盾"~20', k=5)
    (match,) = hit.phrases
    text = index.get(hit.id).text
    assert match.phrase == "拆迁 矛盾"
    assert [quote.quote for quote in match.text] == ["拆迁", "矛盾"]
    assert all(text[quote.start : quote.end] == quote.quote for quote in match.text)
    (hit,) = index.search('"抗洪" 汛期', k=5)
    assert [quote.quote for quote in hit.phrases[0].title] == ["抗洪"]
    assert hit.phrases[0].text == []


def test_diverse_hits(build):
    many = [Case(id=f"same{number}", text=f"遇到拆迁难题，推诿扯皮，第{number}回。") for number in range(8)]
    index = build([*many, Case(id="other", text="拆迁时他主动揽下，逐户上门。")])
    plainly = [hit.id for hit in index.search(QUERY, k=3, collapse=False)]
    assert "other" not in plainly
    diverse = index.search(QUERY, k=3, collapse=False, diverse=0.3)
    assert [hit.rank for hit in diverse] == [1, 2, 3]
    assert diverse[0].id == plainly[0]
    assert "other" in [hit.id for hit in diverse]
    assert [hit.id for hit in index.search(QUERY, k=3, collapse=False, diverse=1)] == plainly
    for wrong in (0, -1, 1.1):
        with pytest.raises(CaseIndexError, match="diverse"):
            index.search(QUERY, diverse=wrong)


def test_without_explanation(index):
    for hit in index.search(QUERY, k=5, explain=False):
        assert (hit.pairs, hit.shared_tags, hit.circumstances) == ([], [], [])
        assert hit.channels


def test_an_annotator_tags_queries_and_cases(build):
    def annotate(text):
        record = {"id": "x", "source": {}, "doc_type": None, "text": text, "sections": [], "turns": [], "clauses": []}
        tag = {"label": "responsibility", "family": "trait", "group": "德", "polarity": "-", "status": "observed"}
        tag |= {"subject": "target", "kind": "fact", "score": 1, "source": "lexicon", "quote": "推诿"}
        start = text.find("推诿")
        tags = [tag | {"start": start, "end": start + 2}] if start >= 0 else []
        versions = {"codebook_version": "1", "pipeline_version": "1"}
        return Annotation.model_validate(record | versions | {"tags": tags})

    index = build([Case(id="1", text="他推诿。"), Case(id="2", text="他踏实。")], annotate=annotate)
    assert index.get("1").tags_by == "annotate"
    assert ids(index, "遇事推诿", fusion=ONLY[2]) == {"1"}
    assert ids(index, "踏实", fusion=ONLY[2]) == set()

    def broken(text):
        raise ValueError("no")

    with pytest.raises(CaseIndexError, match="annotator"):
        index.search("推诿", annotate=broken)


def peaked(text):
    """Leans towards what the first character says, and shows no tag."""
    peaks = dict.fromkeys(read_scale().cells, -9.0) | {{"廉": "integrity-", "勤": "diligence+"}[text[0]]: 4.0}
    made = Annotation(
        id="x", source=Source(sha256="0" * 64), doc_type=None, text="", sections=[], turns=[], clauses=[], tags=[],
        codebook_version="1", pipeline_version="1",
    )  # fmt: skip
    return made.with_peaks(peaks)


def test_leanings_order_what_other_channels_find(build):
    cases = [Case(id="idle", text="勤值班记录交接清楚。"), Case(id="gift", text="廉值班记录交接清楚。")]
    index = build(cases, annotate=peaked)
    fusion = Fusion(weights={"dense": 0.2, "leaning": 0.8})
    for first, other in (("勤", "idle"), ("廉", "gift")):
        hits = index.search(f"{first}值班交接", fusion=fusion)
        assert hits[0].id == other
        assert hits[0].channels["leaning"].score == 1
        assert hits[0].channels["leaning"].contribution > 0


def test_like_cases_lift_each_other(build):
    told = ["检查组来之前连夜粉刷外墙", "门面统一换了招牌", "路面坑洼一直没人填", "八十万元花在看得见的地方"]
    fill = ["会议在周三召开", "食堂换了菜单", "院子里种了两排树", "值班表贴在门口", "雨天路滑注意安全", "窗户朝南"]
    cases = [
        Case(id=f"wall-{at}", text="。".join([told[at % 4], told[(at + 1) % 4], told[(at + 2) % 4], fill[at % 6]]))
        for at in range(8)
    ]
    cases += [
        Case(id=f"none-{at}", text="。".join([fill[at % 6], fill[(at + 2) % 6], f"第{at}号", fill[(at + 3) % 6]]))
        for at in range(16)
    ]
    index = build(cases)
    weights = {"bm25": 0.5, "dense": 0.5}
    near = Neighbours(share=0.6, cases=24, sources=4, nearest=6, depth=10)
    hits = index.search("粉刷外墙", 8, fusion=Fusion(weights=weights, neighbours=near), collapse=False)
    assert {hit.id for hit in hits} == {f"wall-{at}" for at in range(8)}
    assert any(hit.resembles for hit in hits)
    for hit in hits:
        assert sum(part.contribution for part in hit.channels.values()) == pytest.approx(hit.score, abs=1e-5)
        assert hit.channels["neighbours"].contribution > 0
        assert set(hit.resembles) <= {case.id for case in cases} - {hit.id}
