import subprocess
import sys
from pathlib import Path

import pytest

from nlp.errors import (
    CaseIndexError,
    DuplicateCaseError,
    EncoderError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
)
from nlp.retrieval import Case, CaseIndex, Fusion
from nlp.retrieval import index as index_module
from nlp.retrieval.store import write_lock
from nlp.structure.words import Words

QUERY = "遇到拆迁难题，推诿扯皮"


def found(index, text=QUERY, **more):
    return [(hit.id, hit.score) for hit in index.search(text, **more)]


@pytest.mark.parametrize("word", ["拆迁", "债务", "汛期", "迎检", "老百姓"])
def test_words_of_two_or_three_characters_are_found(index, word, cases):
    expected = {case.id for case in cases if word in case.text}
    hits = index.search(word, k=10, fusion=Fusion(weights={"bm25": 1}))
    assert {hit.id for hit in hits} == expected != set()


def test_words_of_the_title_are_found(index):
    assert index.search("抗洪", fusion=Fusion(weights={"bm25": 1}))[0].id == "flood"


def test_reopening_gives_the_same_answers(index, tmp_path, encoder):
    again = CaseIndex.open(tmp_path / "index", encoder=encoder)
    assert again.search(QUERY) == index.search(QUERY)
    assert again.info() == index.info()


def test_info(index):
    info = index.info()
    assert (info.cases, info.tagged_cases, info.generation, info.dense) == (5, 5, 1, "flat")
    assert (info.encoder, info.encoder_version, info.dimension) == ("bigrams", "1", 64)
    assert info.passages >= 5
    assert info.size > 1000


def test_cases_come_back_as_given(index, cases):
    assert list(index.cases()) == cases
    assert [index.get(case.id) for case in cases] == cases
    assert index.get("nobody") is None
    assert "flood" in index
    assert "nobody" not in index
    assert len(index) == 5


@pytest.mark.parametrize("k", [0, 1, 3, 5, 6, 10_000])
def test_k_is_honoured(index, k):
    hits = index.search(QUERY, k=k)
    assert len(hits) == min(k, 5)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert hits == index.search(QUERY, k=10_000)[:k]


def test_k_below_zero_is_an_error(index):
    with pytest.raises(CaseIndexError, match="-1"):
        index.search(QUERY, k=-1)


def test_k_has_no_ceiling(tmp_path, encoder):
    cases = [Case(id=f"{number:05}", text=f"第{number}号案件，办理完毕。") for number in range(1200)]
    index = CaseIndex.build(tmp_path, cases, encoder=encoder)
    hits = index.search("第7号案件办理完毕", k=1200, explain=False)
    assert {hit.id for hit in hits} == {case.id for case in cases}
    assert [(-hit.score, hit.id) for hit in hits] == sorted((-hit.score, hit.id) for hit in hits)
    assert [hit.id for hit in index.search("第7号案件办理完毕", k=150, explain=False)] == [hit.id for hit in hits][:150]


def test_ties_are_settled_by_id(tmp_path, encoder):
    cases = [Case(id=id_, text="工作踏实，群众认可。") for id_ in ("乙", "b", "10", "9", "甲", "a")]
    index = CaseIndex.build(tmp_path, cases, encoder=encoder)
    hits = index.search("群众认可", k=4, collapse=False)
    assert [hit.id for hit in hits] == ["10", "9", "a", "b"]
    assert len({hit.score for hit in hits}) == 1
    (hit,) = index.search("群众认可", k=4)
    assert [hit.id, *hit.near_duplicates] == ["10", "9", "a", "b", "乙", "甲"]


@pytest.mark.parametrize("text", ["", "  \n", "，。！？", "*", "\x00", "😀", "x", "Q" * 3000])
def test_a_query_that_says_nothing_is_answered(index, text):
    for fusion in (Fusion(), Fusion(weights={"bm25": 1})):
        hits = index.search(text, fusion=fusion)
        assert all("bm25" not in hit.channels for hit in hits)
    assert index.search("", fusion=Fusion()) == []


@pytest.mark.parametrize(
    "text", ['id:"flood"', "拆迁 AND NOT 张某", "terms:*", "(((", "拆迁^9", "a\\", "/x/", "-拆迁", "\ud83d拆迁"]
)
def test_a_query_is_never_syntax(index, text):
    hits = index.search(text, k=10)
    if "拆迁" in text:
        assert {hit.id for hit in hits[:2]} == {"shirk", "brave"}
    for hit in hits:
        hit.model_dump_json()


def test_a_query_of_unknown_words_is_answered_by_the_other_channels(index):
    hits = index.search("魑魅魍魉", k=5)
    assert all(set(hit.channels) == {"dense"} for hit in hits)


def test_a_whole_narrative_is_a_query(index, cases):
    text = "\n\n".join(case.text for case in cases) * 20
    hits = index.search(text, k=5)
    assert len(hits) == 5
    assert all(text[pair.query.start : pair.query.end] == pair.query.quote for hit in hits for pair in hit.pairs)


def test_removal_removes_from_every_channel_and_every_file(index, tmp_path):
    before = len(index)
    assert index.remove(["shirk", "nobody", "shirk"]) == 1
    assert len(index) == before - 1
    assert index.get("shirk") is None
    for fusion in (Fusion(weights={name: 1}) for name in ("bm25", "dense", "tags")):
        hits = index.search(QUERY, k=10, fusion=fusion, tags=[])
        assert "shirk" not in {hit.id for hit in hits}
    for file in (tmp_path / "index").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert "矛盾上交".encode() not in content, file
            assert b"shirk" not in content, file
    from nlp.retrieval.lexical import LexicalIndex

    (lexical,) = (tmp_path / "index").glob("gen-*/lexical")
    assert LexicalIndex(lexical).document_frequency("推诿扯皮") == 1


def test_removing_nothing_changes_nothing(index):
    assert index.remove([]) == index.remove(["nobody"]) == 0
    assert index.info().generation == 1


def test_everything_can_be_removed(index, cases):
    assert index.remove([case.id for case in cases]) == 5
    assert (len(index), index.search(QUERY)) == (0, [])
    index.add(cases[:1])
    assert [hit.id for hit in index.search("汛期")] == ["flood"]


def test_an_empty_index(tmp_path, encoder):
    index = CaseIndex.build(tmp_path, [], encoder=encoder)
    assert (len(index), index.search(QUERY), index.info().passages) == (0, [], 0)
    again = CaseIndex.open(tmp_path, encoder=encoder)
    again.add([Case(id="1", text="推诿扯皮")])
    assert [hit.id for hit in again.search(QUERY)] == ["1"]


def test_a_case_with_a_known_id_replaces_the_old_one(index):
    assert index.add([Case(id="shirk", text="春耕时节，他在田间送农技上门。")]) == 1
    assert len(index) == 5
    assert index.get("shirk").tags is None
    assert index.search("春耕农技", k=1)[0].id == "shirk"
    assert "shirk" not in {hit.id for hit in index.search("矛盾上交", fusion=Fusion(weights={"bm25": 1}))}


def test_an_id_twice_in_a_batch_is_an_error_and_changes_nothing(index, tmp_path, encoder):
    twice = [Case(id="new", text="一"), Case(id="new", text="二")]
    before = found(index)
    with pytest.raises(DuplicateCaseError, match="new"):
        index.add(twice)
    with pytest.raises(DuplicateCaseError):
        CaseIndex.build(tmp_path / "index", twice, encoder=encoder)
    assert found(index) == found(CaseIndex.open(tmp_path / "index", encoder=encoder)) == before
    assert {path.name for path in (tmp_path / "index").iterdir()} == {"CURRENT", "LOCK", "gen-00000001"}


def test_adding_encodes_only_what_is_new(index, encoder):
    before = encoder.encoded
    index.add([Case(id="new", text="新来的案例，讲的是修路。")])
    assert encoder.encoded == before + 1
    index.remove(["flood"])
    assert encoder.encoded == before + 1


def test_old_generations_are_removed(index, tmp_path):
    for number in range(3):
        index.add([Case(id=str(number), text="新案例")])
    assert {path.name for path in (tmp_path / "index").iterdir()} == {"CURRENT", "LOCK", "gen-00000004"}


def test_building_again_replaces_the_index(index, tmp_path, encoder):
    other = CaseIndex.build(tmp_path / "index", [Case(id="1", text="推诿扯皮")], encoder=encoder)
    assert [hit.id for hit in other.search(QUERY)] == ["1"]
    assert len(index.search(QUERY)) == 5
    assert index.refresh()
    assert [hit.id for hit in index.search(QUERY)] == ["1"]
    assert not index.refresh()


def test_a_writer_takes_up_what_another_has_written(index, tmp_path, encoder):
    other = CaseIndex.open(tmp_path / "index", encoder=encoder)
    other.remove(["flood"])
    index.add([Case(id="new", text="新案例")])
    assert {case.id for case in index.cases()} == {"show", "debt", "shirk", "brave", "new"}


def test_a_foreign_file_in_the_folder_is_left_alone(tmp_path, cases, encoder):
    (tmp_path / "notes.txt").write_text("我的笔记", encoding="utf-8")
    index = CaseIndex.build(tmp_path, cases, encoder=encoder)
    index.remove(["flood"])
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "我的笔记"


def test_no_index(tmp_path, encoder):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexMissingError, match=folder.name):
            CaseIndex.open(folder, encoder=encoder)


def test_two_writers_exclude_each_other(index, tmp_path, monkeypatch):
    monkeypatch.setattr(index_module, "LOCK_TIMEOUT", 0.1)
    with write_lock(tmp_path / "index", 1), pytest.raises(IndexLockedError):
        index.remove(["flood"])
    assert index.remove(["flood"]) == 1


@pytest.mark.parametrize("change", [{"version": "2"}, {"name": "other"}, {"dimension": 32}])
def test_another_encoder_is_refused_or_leads_to_a_rebuild(index, tmp_path, make_encoder, change):
    other = make_encoder(**change)
    with pytest.raises(IndexMismatchError):
        CaseIndex.open(tmp_path / "index", encoder=other, rebuild=False)
    assert CaseIndex.open(tmp_path / "index", encoder=make_encoder(), rebuild=False).info() == index.info()
    rebuilt = CaseIndex.open(tmp_path / "index", encoder=other)
    assert other.encoded >= 5
    info = rebuilt.info()
    assert (info.encoder, info.encoder_version, info.dimension) == (other.name, other.version, other.dimension)
    assert [hit.id for hit in rebuilt.search(QUERY, k=2)] == ["shirk", "brave"]


def test_another_dictionary_is_refused_or_leads_to_new_terms(index, tmp_path, encoder):
    file = tmp_path / "words.txt"
    file.write_text("刷白墙花钱 5\n", encoding="utf-8")
    words = Words(file)
    with pytest.raises(IndexMismatchError, match="tokenizer"):
        CaseIndex.open(tmp_path / "index", encoder=encoder, rebuild=False, words=words)
    before = encoder.encoded
    rebuilt = CaseIndex.open(tmp_path / "index", encoder=encoder, words=words)
    assert rebuilt.info().tokenizer == words.version
    assert encoder.encoded == before
    assert found(rebuilt)[0][0] == "shirk"
    assert CaseIndex.open(tmp_path / "index", words=words, rebuild=False).info() == rebuilt.info()


def test_an_encoder_that_turns_out_different_is_an_error_at_the_query(
    tmp_path, cases, encoder, make_encoder, monkeypatch
):
    CaseIndex.build(tmp_path, cases, encoder=encoder)
    monkeypatch.setattr("nlp.retrieval.embedder.load_encoder", lambda name: make_encoder(version="2"))
    index = CaseIndex.open(tmp_path)
    assert index.search(QUERY, fusion=Fusion(weights={"bm25": 1}))
    with pytest.raises(IndexMismatchError, match="bigrams 2"):
        index.search(QUERY)
    with pytest.raises(IndexMismatchError):
        index.add([Case(id="new", text="新案例")])
    assert len(index) == 5
    index.rebuild()
    assert index.info().encoder_version == "2"
    assert index.search(QUERY, k=1)[0].id == "shirk"


@pytest.mark.parametrize("fault", ["shape", "nan"])
def test_a_faulty_encoder_leaves_the_index_as_it_was(index, encoder, monkeypatch, fault):
    sound = encoder.encode
    wrong = (lambda texts: sound(texts)[:, :-1]) if fault == "shape" else (lambda texts: sound(texts) * float("nan"))
    monkeypatch.setattr(encoder, "encode", wrong)
    with pytest.raises(EncoderError):
        index.add([Case(id="new", text="新案例")])
    monkeypatch.undo()
    assert len(index) == 5
    assert index.search(QUERY, k=1)[0].id == "shirk"


def test_a_failing_batch_leaves_nothing_behind(index, tmp_path):
    def cases():
        yield Case(id="new", text="新案例")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CaseIndex.build(tmp_path / "index", cases(), encoder="bigrams")
    assert {path.name for path in (tmp_path / "index").iterdir()} == {"CURRENT", "LOCK", "gen-00000001"}
    assert len(CaseIndex.open(tmp_path / "index")) == 5


def test_progress_is_told(tmp_path, cases, encoder):
    stages = []
    CaseIndex.build(tmp_path, cases, encoder=encoder, progress=lambda *step: stages.append(step))
    assert ("cases", 5, 0) in stages
    assert ("lexical", 5, 5) in stages
    assert ("dense", 5, 5) in stages
    assert [stage for stage, _, _ in stages][-3:] == ["sealed", "switched", "cleaned"]


def test_ids_and_texts_of_any_kind_survive(tmp_path, encoder):
    cases = [
        Case(id="a/b\\c:*?\n", text="换行\r\n制表\t零宽\u200b😀𠀀"),
        Case(id="１", text="全角"),
        Case(id="1", text="半角", meta={"嵌套": {"列表": [1, None, 2.5, "\u2028"]}}),
        Case(id="x" * 5000, text="长" * 5000),
    ]
    CaseIndex.build(tmp_path, cases, encoder=encoder)
    index = CaseIndex.open(tmp_path, encoder=encoder)
    assert list(index.cases()) == cases
    assert index.remove(["１"]) == 1
    assert list(index.cases()) == [cases[0], *cases[2:]]


def test_opening_and_lexical_search_load_neither_torch_nor_faiss(index, tmp_path):
    script = (
        "import sys\n"
        "from nlp.retrieval import CaseIndex, Fusion\n"
        f"index = CaseIndex.open({str(tmp_path / 'index')!r})\n"
        "hits = index.search('推诿扯皮', k=2, fusion=Fusion(weights={'bm25': 1, 'tags': 1}))\n"
        "assert [hit.id for hit in hits] == ['brave', 'shirk'] or [hit.id for hit in hits] == ['shirk', 'brave']\n"
        "assert index.remove(['flood']) == 1\n"
        "assert not {'torch', 'faiss', 'sentence_transformers', 'jieba'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
