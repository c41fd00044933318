"""Quoted parts of a query, and where a text meets them."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp.retrieval.phrases import fold, meets, required_terms, settled_by_terms, spans
from nlp.retrieval.query import Condition, parse_query
from nlp.structure.words import default_words

TEXT = st.text(alphabet="新官不理旧账推诿群众，。“”ＡＢab…①㎡ \n\u3000e\u0301é𠀀😀", max_size=30)


@pytest.mark.parametrize(
    ("query", "text", "conditions"),
    [
        ('"新官不理旧账"', " 新官不理旧账 ", [("新官不理旧账",)]),
        ("「新官不理旧账」", " 新官不理旧账 ", [("新官不理旧账",)]),
        ("“拆迁” 推诿", "     推诿", [("拆迁",)]),
        ('"推诿 群众"~8', " 推诿 群众   ", [("推诿", "群众", 8)]),
        ("“推诿 群众”～12 债务", "           债务", [("推诿", "群众", 12)]),
        ('"推诿"~8', " 推诿   ", [("推诿",)]),
        ("『甲』 ＂乙＂", " 甲   乙 ", [("甲",), ("乙",)]),
        ('"新官 不理"', " 新官 不理 ", [("新官 不理",)]),
    ],
)
def test_quoted_parts_are_conditions(query, text, conditions):
    parsed = parse_query(query)
    assert parsed.text == text
    assert [
        (*one.words, one.within) if one.within is not None else one.words for one in parsed.conditions
    ] == conditions


@pytest.mark.parametrize(
    "query",
    [
        "新官不理旧账",
        '他说"不归我管"，一推了之',
        "群众说：“墙白了，路还是烂的。”",
        "“新官不理旧账”在某县成了常态",
        '"没有收尾',
        '""',
        '" "',
        "“前任的事”\n他一概不认。",
        'id:"flood"',
        "推诿~8",
        '"推诿 群众"~12345',
        "",
    ],
)
def test_all_else_is_text(query):
    parsed = parse_query(query)
    assert (parsed.text, parsed.conditions) == (query, ())


@given(TEXT)
@example('"甲"~3 "" “乙 丙”~0')
def test_a_query_keeps_its_length_and_its_characters_their_places(query):
    parsed = parse_query(query)
    assert len(parsed.text) == len(query)
    assert all(char in (" ", query[place]) for place, char in enumerate(parsed.text))


@pytest.mark.parametrize(
    ("phrase", "text", "quotes"),
    [
        ("新官不理旧账", "都说新官不理旧账，新官不理旧账。", ["新官不理旧账", "新官不理旧账"]),
        ("gdp增长", "ＧＤＰ增长3.5%", ["ＧＤＰ增长"]),
        ("白了,路", "墙白了，路还是烂的", ["白了，路"]),
        ("……", "等等……", ["……"]),
        ("一 二", "一\n  二", ["一\n  二"]),
        ("5m2", "住房5㎡", ["5㎡"]),
        ("𠀀某", "县长𠀀某", ["𠀀某"]),
        ("caf\u00e9", "Cafe\u0301", ["Cafe\u0301"]),
        ("旧帐", "旧账", []),
    ],
)
def test_a_phrase_is_the_exact_sequence(phrase, text, quotes):
    condition = Condition(phrase, (phrase,))
    found = spans(condition, text)
    assert [text[start:end] for start, end in found] == quotes
    assert meets([condition], None, text) == bool(quotes)


@pytest.mark.parametrize(
    ("words", "within", "text", "met"),
    [
        (("推诿", "群众"), 0, "推诿群众", True),
        (("群众", "推诿"), 0, "推诿群众", True),
        (("推诿", "群众"), 2, "推诿，群众", True),
        (("推诿", "群众"), 2, "推诿对待群众", True),
        (("推诿", "群众"), 2, "推诿地对待群众", False),
        (("推诿", "群众"), 3, "推诿了。后来又推诿地对待群众", True),
        (("群众", "群众"), 3, "群众工作", False),
        (("群众", "群众"), 3, "群众、群众", True),
        (("甲乙", "乙丙"), 5, "甲乙丙", False),
        (("甲", "乙", "丙"), 2, "甲-乙-丙", True),
        (("甲", "乙", "丙"), 2, "甲--乙-丙", False),
    ],
)
def test_proximity(words, within, text, met):
    condition = Condition(" ".join(words), words, within)
    assert meets([condition], None, text) == met
    assert bool(spans(condition, text)) == met


@given(text=TEXT, start=st.integers(0, 29), length=st.integers(1, 8))
def test_what_is_cut_out_of_a_text_is_found_in_it(text, start, length):
    phrase = " ".join(text[start : start + length].split())
    if not phrase or unicodedata.combining(phrase[0]):
        return
    condition = Condition(phrase, (phrase,))
    found = spans(condition, text)
    assert any(left <= start + length and right > start for left, right in found)
    for left, right in found:
        assert 0 <= left < right <= len(text)
        assert fold(phrase).split()[0] in fold(text[left:right])


@settings(deadline=None)
@given(text=TEXT, start=st.integers(0, 29), length=st.integers(1, 8))
def test_every_case_that_holds_a_phrase_holds_its_required_terms(text, start, length):
    phrase = " ".join(text[start : start + length].split())
    if not phrase:
        return
    terms = set(default_words().search_terms(text))
    condition = Condition(phrase, (phrase,))
    assert set(required_terms([condition])) <= terms
    if settled_by_terms([condition]):
        assert meets([condition], None, text)


def test_title_or_text():
    flood, levee = (Condition(word, (word,)) for word in ("抗洪", "大堤"))
    assert meets([flood, levee], "某镇长抗洪", "守在大堤上")
    assert not meets([flood, levee], None, "守在大堤上")
    assert not meets([Condition("抗洪 大堤", ("抗洪", "大堤"), 100)], "某镇长抗洪", "守在大堤上")
