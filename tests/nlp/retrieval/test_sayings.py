"""The dictionary of sayings: what a phrase is understood as."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoding import Encoder
from nlp.errors import InvalidRecordError
from nlp.retrieval import Case, CaseIndex, Fusion, understanding
from nlp.retrieval.query import PHRASE_UP_TO
from nlp.retrieval.sayings import LEAST, Saying, Sayings, read_sayings, shipped_sayings
from nlp.retrieval.understanding import meanings_of

ROWS = (
    Saying(saying="新官不理旧账", variants=("后任不认前任的账",), means=("新到任的不认前任签下的协议。",), sense="-"),
    Saying(saying="和稀泥", means=("两边都不得罪，各打五十大板了事。",), sense="-"),
    Saying(saying="啃硬骨头", variants=("专挑难的干",), means=("别人躲着的难事他接过来办成了。",), sense="+"),
)


def test_a_saying_is_found_by_itself_its_variant_and_near_wording() -> None:
    sayings = Sayings(ROWS)
    assert sayings.find("新官不理旧账")[0].closeness == 1
    assert sayings.find("后任不认前任的账")[0].saying == "新官不理旧账"
    assert sayings.find("又一个“新官不理旧账”的")[0].closeness == 1  # it stands in the query as it is
    near = sayings.find("新官不认旧账")[0]
    assert near.saying == "新官不理旧账"
    assert LEAST <= near.closeness < 1


def test_what_is_no_saying_is_not_understood_as_one() -> None:
    sayings = Sayings(ROWS)
    for text in ("", "。。", "按期完成年度任务", "新任局长到职", "泥"):
        assert sayings.find(text) == []


def test_a_negated_saying_is_not_that_saying() -> None:
    sayings = Sayings(ROWS)
    assert sayings.find("从不和稀泥的老张") == []
    assert sayings.find("专门和稀泥的老张")[0].saying == "和稀泥"


def test_one_entry_is_named_once_and_the_closest_first() -> None:
    found = Sayings(ROWS).find("新官不理旧账，后任不认前任的账，啃硬骨头", most=5)
    assert [one.saying for one in found] == ["新官不理旧账", "啃硬骨头"]


def test_files_are_joined_and_a_broken_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(ROWS[0].model_dump_json() + "\n", encoding="utf-8")
    other = Saying(saying="新官不理旧账", variants=("换人不认账",), means=("另一种说法。",), sense="±")
    (tmp_path / "b.jsonl").write_text(other.model_dump_json() + "\n", encoding="utf-8")
    (joined,) = read_sayings(tmp_path)
    assert joined.variants == ("后任不认前任的账", "换人不认账")
    assert len(joined.means) == 2
    assert joined.sense == "±"
    (tmp_path / "c.jsonl").write_text('{"saying": "x"}\n', encoding="utf-8")
    with pytest.raises(InvalidRecordError, match=r"c\.jsonl"):
        read_sayings(tmp_path)


def test_every_entry_that_ships_finds_itself_and_only_phrases_are_looked_up() -> None:
    sayings = shipped_sayings()
    for row in sayings.rows:
        assert sayings.find(row.saying, most=3), row.saying
    assert meanings_of("他" * (PHRASE_UP_TO + 1)) == ()


@given(st.text(max_size=30))
def test_any_text_can_be_looked_up(text: str) -> None:
    for one in Sayings(ROWS).find(text, most=9):
        assert LEAST <= one.closeness <= 1


def test_the_words_of_a_meaning_find_cases_and_the_own_words_count_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: Encoder
) -> None:
    monkeypatch.setattr(understanding, "shipped_sayings", lambda: Sayings(ROWS))
    cases = [
        Case(id="told", text="他到任后说，前任签下的协议一概不认，几家企业白跑了半年。"),
        Case(id="said", text="群众说这是新官不理旧账。"),
        Case(id="other", text="值班室换锁，食堂照常开饭。"),
    ]
    index = CaseIndex.build(tmp_path / "index", cases, encoder=encoder)
    words = Fusion(weights={"bm25": 1.0}, understanding=0.4)
    assert [hit.id for hit in index.search("新官不理旧账", fusion=words, tags=())] == ["said", "told"]
    assert [hit.id for hit in index.search("新官不理旧账", fusion=words, tags=(), sayings=False)] == ["said"]
