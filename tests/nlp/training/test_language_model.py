"""Pre-training on a toy text: it learns, it is reproducible, and its inputs are checked."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import TrainingError
from nlp.tagging.characters import BREAK, UNKNOWN, Alphabet
from nlp.training.language_model import Options, Source, pretrain
from nlp.training.masking import whole_word_mask
from nlp.training.pretrain_text import read_lines, to_row

TEXT = "他天天在村里转悠，谁家有事他都知道。\n开会他最认真，散会就忘得一干二净。\n" * 60
OPTIONS = Options(steps=60, batch=8, length=24, rate=5e-3, warmup=5, save_every=20)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt.xz"
    path.write_bytes(lzma.compress(TEXT.encode()))
    return path


def test_it_learns_and_the_same_seed_gives_the_same_weights(text: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        pretrain([Source(text, 1.0)], tmp_path / name, OPTIONS, layers=1, width=32, report=lambda _: None)
    (log,) = [json.loads(line) for line in (tmp_path / "one" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    characters = len((tmp_path / "one" / "alphabet.txt").read_text(encoding="utf-8"))
    assert log["loss"] < np.log(characters)
    first, second = ((tmp_path / name / "reader.safetensors").read_bytes() for name in ("one", "two"))
    assert first == second
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["sources"][0]["name"] == "text.txt.xz"
    assert len(manifest["sources"][0]["sha256"]) == 64


def test_words_are_hidden_whole_and_marks_never() -> None:
    row = to_row(read_lines_of("他天天在村里转悠，谁家有事他都知道。"), Alphabet.from_texts([TEXT], least=1))
    starts, fixed = row.starts[None, :], (row.ids == BREAK)[None, :] | (row.ids == UNKNOWN)[None, :]
    random = np.random.default_rng(3)
    seen = np.zeros_like(starts)
    for _ in range(200):
        guessed, hidden = whole_word_mask(starts, fixed, random)
        assert not (guessed & fixed).any()
        assert not (hidden & ~guessed).any()
        inner = ~starts[0] & ~fixed[0]
        places = np.flatnonzero(inner)
        assert (guessed[0, places] == guessed[0, places - 1]).all()
        seen |= guessed
    assert (seen | fixed).all()


def read_lines_of(*lines: str) -> list[str]:
    return list(lines)


def test_page_furniture_is_left_out_and_broken_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("(视频编辑：某某)\n<!-- INFO END -->\n短\n他在村里住了三年，谁家有事都知道。\n", encoding="utf-8")
    assert list(read_lines(path)) == ["他在村里住了三年，谁家有事都知道。"]
    path.write_bytes(b"\xff\xfe\x00broken")
    with pytest.raises(TrainingError, match=r"page\.txt"):
        list(read_lines(path))
    with pytest.raises(TrainingError, match="no text"):
        to_row([], Alphabet("他"))


def test_a_text_shorter_than_a_window_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_text("他天天在村里转悠。\n", encoding="utf-8")
    with pytest.raises(TrainingError, match="shorter than one window"):
        pretrain([Source(path, 1.0)], tmp_path / "out", OPTIONS, layers=1, width=32, report=lambda _: None)


def test_the_alphabet_folds_width_case_and_digits() -> None:
    alphabet = Alphabet("ab0他")
    assert alphabet.ids("ＡB７他\n𠮷").tolist() == [4, 5, 6, 7, BREAK, UNKNOWN]
