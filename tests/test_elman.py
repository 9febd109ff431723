"""The temporal XOR stream: what is random, what follows, and that a trained net finds exactly that."""

import pytest
import torch

from helpers import elman, training

torch.set_num_threads(1)


def test_every_third_bit_is_the_xor_of_the_two_before_it_and_no_other_is():
    x, y = elman.xor_batch(triples=50, B=40)(torch.Generator().manual_seed(0))
    assert x.shape == y.shape == (149, 40, 1)
    assert torch.equal(x[1:], y[:-1])
    bits = torch.cat([x[:1], y])[..., 0].int().reshape(50, 3, 40)
    assert torch.equal(bits[:, 2], bits[:, 0] ^ bits[:, 1])
    ones = bits.float().mean(dim=(0, 2))
    assert torch.all((ones - 0.5).abs() < 0.05)
    assert (bits[1:, 0] == bits[:-1, 1] ^ bits[:-1, 2]).float().mean() == pytest.approx(0.5, abs=0.05)


def test_a_trained_net_beats_a_coin_on_every_third_bit_only():
    torch.manual_seed(1)
    net = elman.ElmanNet(8)
    training.fit(net, elman.xor_batch(5, 32), 500, loss=torch.nn.functional.mse_loss, lr=0.02, seed=1)
    x, y = elman.xor_batch(5, 2000)(torch.Generator().manual_seed(99))
    with torch.no_grad():
        error = ((net(x) - y) ** 2).mean(dim=(1, 2))
    assert torch.all(error[1::3] < 0.05)
    assert torch.all(error[0::3] > 0.23) and torch.all(error[2::3] > 0.23)


def test_counts_below_one_are_refused():
    with pytest.raises(ValueError, match="got 0 and 3"):
        elman.xor_batch(0, 3)
