import pytest
import torch
from torch.nn import functional

from nlp.encoding import network as network_module
from nlp.encoding.network import UseNetwork
from nlp.encoding.weights import load_package

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network() -> UseNetwork:
    return load_package()[1]


@pytest.fixture(scope="module")
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    lengths = torch.tensor([3, 0, 40, 1, 0, 7, 1500, 2, 0])
    pieces = torch.randint(0, 4000, (int(lengths.sum()),), generator=torch.Generator().manual_seed(0))
    return pieces, lengths


@torch.inference_mode()
def test_neighbours_do_not_leak(network: UseNetwork, batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    pieces, lengths = batch
    together = network(pieces, lengths)
    alone = [network(part, torch.tensor([len(part)]))[0] for part in pieces.split(lengths.tolist())]
    torch.testing.assert_close(together, torch.stack(alone), atol=1e-5, rtol=0)


@torch.inference_mode()
@pytest.mark.parametrize("block", [1, 5, 32])
def test_block_borders_do_not_show(network: UseNetwork, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    lengths = torch.tensor([3, 0, 30, 1, 0, 7, 2, 0])
    pieces = torch.randint(0, 4000, (int(lengths.sum()),), generator=torch.Generator().manual_seed(1))
    whole = network(pieces, lengths)
    monkeypatch.setattr(network_module, "BLOCK", block)
    torch.testing.assert_close(network(pieces, lengths), whole, atol=1e-5, rtol=0)


@torch.inference_mode()
def test_no_pieces_give_zero_rows(network: UseNetwork) -> None:
    nothing = torch.zeros(0, dtype=torch.int64)
    assert network(nothing, torch.tensor([0, 0])).eq(0).all()
    assert network(nothing, torch.zeros(0, dtype=torch.int64)).shape == (0, 512)


@torch.inference_mode()
def test_bfloat16_is_close(batch: tuple[torch.Tensor, torch.Tensor], network: UseNetwork) -> None:
    half = load_package()[1]
    half.to_bfloat16()
    pieces, lengths = batch[0][:60], torch.tensor([20, 33, 7])
    near = functional.cosine_similarity(network(pieces, lengths), half(pieces, lengths))
    assert near.min() > 0.999
    assert near.max() < 1.0 - 1e-7  # it really ran in the other precision


def test_fingerprint_tells_weights_apart() -> None:
    from nlp.encoding.weights import fingerprint

    tokenizer, network = load_package()
    before = fingerprint(tokenizer, network)
    assert fingerprint(*load_package()) == before
    with torch.no_grad():
        network.pool[0, 0] += 1e-3
    assert fingerprint(tokenizer, network) != before
