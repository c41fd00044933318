import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.structure.words import Words, cut, default_words, search_terms

TEXT = (
    "该同志任A镇党委书记以来，新官理旧账，不搞形象工程，从不推诿扯皮；但对上级部署搞一刀切，报喜不报忧。\n"
    "问：他的政绩观怎么样？答：2010.7.1到任，GDP增长3.5%，群众说“干活的时候不太敢担当”😀𠀀〇。"
)
PIECES = [
    "新官不理旧账",
    "一刀切",
    "政绩观",
    "群众",
    "的",
    "不太",
    "A镇",
    "b1",
    ".",
    "-",
    "3.5%",
    " ",
    "\r\n",
    "\n",
    "\u3000",
]
PIECES += ["，", "。", "😀", "𠀀", "〇", "Ａ", "①", "é", "考察", "材料", "迎检", "5+2", "_", "不", "了"]


@pytest.fixture(scope="module")
def plain() -> Words:
    return Words(engine="jieba")


def words_of(words: Words, text: str) -> list[str]:
    return [text[start:end] for start, end in words.cut(text)]


def test_the_pieces_tile_the_text():
    assert "".join(words_of(default_words(), TEXT)) == TEXT
    assert [end for _, end in cut(TEXT)][:-1] == [start for start, _ in cut(TEXT)][1:]


@pytest.mark.parametrize(
    "word", ["考察材料", "政绩观", "一刀切", "新官不理旧账", "形象工程", "民主测评", "三个区分开来"]
)
def test_domain_terms_come_out_whole(word):
    assert word in words_of(default_words(), f"有人说{word}的事")


def test_every_word_of_the_dictionary_comes_out_whole(plain):
    lines = corpora_path("dictionary.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.split(" ") for line in lines if line and not line.startswith("#")]
    assert len(entries) > 500
    assert all(len(entry) == 2 for entry in entries), "the engines could suggest frequencies that differ"
    assert [word for word, _ in entries if words_of(default_words(), word) != [word]] == []
    assert [word for word, _ in entries if words_of(plain, word) != [word]] == []


def test_rjieba_and_jieba_cut_alike_on_random_texts(plain):
    fast = Words(engine="rjieba")
    words = [line.split(" ")[0] for line in corpora_path("dictionary.txt").read_text(encoding="utf-8").splitlines()[5:]]
    draw = random.Random(7)
    for _ in range(3000):
        text = "".join(draw.choice(draw.choice([PIECES, words, list(TEXT)])) for _ in range(draw.randint(0, 25)))
        assert fast.cut(text) == plain.cut(text), text
        assert fast.search(text) == plain.search(text), text


@settings(deadline=None)
@given(text=st.text(max_size=80))
def test_the_engines_cut_any_text_alike(plain, text):
    assert default_words().cut(text) == plain.cut(text)
    assert default_words().search_terms(text) == plain.search_terms(text)


def test_the_result_is_jieba_s_own(plain):
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    text = "他在大会上讲话，群众听得认真，工作有思路。"  # no word of the project's dictionary
    assert words_of(default_words(), text) == tokenizer.lcut(text, HMM=False)


def test_half_a_surrogate_pair_does_no_harm(plain):
    text = "工作\ud83d\ude00扎实\udc00"
    assert default_words().cut(text) == plain.cut(text)
    assert default_words().cut(text)[-1][1] == len(text)


def test_search_terms_are_search_words_and_bigrams_without_punctuation():
    terms = search_terms("新官不理旧账，GDP！")
    assert {"新官不理旧账", "新官", "旧账", "官不", "不理", "理旧", "gdp"} <= set(terms)
    assert not {"，", "！", "账，"} & set(terms)


def test_two_character_words_weigh_double():
    assert search_terms("群众").count("群众") == 2


def test_width_and_case_make_no_difference():
    assert search_terms("ＧＤＰ增长") == search_terms("gdp增长")


def test_search_terms_of_nothing():
    assert search_terms("") == search_terms("，。 \n") == []


def test_words_survive_pickling(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("# 注释\n某某专词\n", encoding="utf-8")
    words = Words(file, engine="jieba")
    copy = pickle.loads(pickle.dumps(words))
    assert (copy.engine, copy.version) == ("jieba", words.version)
    assert words_of(copy, "这是某某专词") == words_of(words, "这是某某专词") == ["这", "是", "某某专词"]


def test_a_word_without_frequency_comes_out_whole_in_both_engines(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("的工作群\n", encoding="utf-8")
    assert words_of(Words(file, engine="rjieba"), "的工作群") == ["的工作群"]
    assert words_of(Words(file, engine="jieba"), "的工作群") == ["的工作群"]


def test_the_version_follows_the_dictionary(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("甲乙丙\n", encoding="utf-8")
    first = Words(file).version
    file.write_text("# 只加注释\n甲乙丙\n", encoding="utf-8")
    assert Words(file).version == first
    file.write_text("甲乙丙 7\n", encoding="utf-8")
    assert Words(file).version != first


@pytest.mark.parametrize("line", ["政绩观 多", "政绩观 0", "政绩观 3 n", "甲乙"])
def test_a_malformed_line_is_named(tmp_path, line):
    file = tmp_path / "words.txt"
    file.write_text(f"甲乙\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Words(file)
    assert caught.value.place == "line 2"
    assert caught.value.path == str(file)


def run(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[3],
        env={"PATH": "", "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )


def test_jieba_takes_over_where_rjieba_is_missing(tmp_path):
    script = (
        "import sys; sys.modules['rjieba'] = None\n"
        "from nlp.structure.words import Words\n"
        "words = Words(); assert words.engine == 'jieba'; assert words.cut('新官不理旧账') == [(0, 6)]"
    )
    done = run(script, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_jieba_is_silent_and_leaves_no_cache(tmp_path):
    done = run("from nlp.structure.words import Words; Words(engine='jieba').cut('群众')", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_module_loads_no_segmenter(tmp_path):
    script = "import sys, nlp.structure.words; assert not {'jieba', 'rjieba'} & set(sys.modules)"
    done = run(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
