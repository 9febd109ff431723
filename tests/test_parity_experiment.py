"""The experiment on parity: its strings, its nets, and a hand-set linear recurrence that solves it."""

import pytest
import torch

from experiments import parity
from experiments.core import Run

torch.set_num_threads(1)


def test_the_target_is_the_parity_of_the_bits_so_far():
    bits, odd = parity.draw(30, 4, torch.Generator().manual_seed(0))
    for string, answers in zip(bits.T.tolist(), odd.T.tolist(), strict=True):
        assert answers == [sum(string[: t + 1]) % 2 for t in range(30)]
    lengths = {len(parity.batch(torch.Generator().manual_seed(seed))[0]) for seed in range(300)}
    assert lengths == set(range(parity.SHORTEST, parity.LONGEST + 1))


@pytest.mark.parametrize("net", parity.BODIES)
def test_no_net_sees_what_comes_later(net):
    model, (bits, _) = parity.Net(net, 0), parity.draw(12, 3, torch.Generator().manual_seed(1))
    changed = bits.clone()
    changed[8:] = 1 - changed[8:]
    with torch.no_grad():
        before, after = model(bits), model(changed)
    assert torch.allclose(before[:8], after[:8], atol=1e-6) and not torch.allclose(before[8:], after[8:], atol=1e-3)


@pytest.mark.parametrize("decay", [torch.sigmoid, torch.tanh])
def test_the_diagonal_recurrence_is_its_loop(decay):
    torch.manual_seed(0)
    layer, x = parity.Diagonal(decay), torch.randn(9, 2, 2)
    h = torch.zeros(2, parity.HIDDEN)
    for step, got in zip(x, layer(x), strict=True):
        h = decay(layer.a(step)) * h + layer.b(step)
        assert torch.allclose(got, h, atol=1e-5)


def test_the_two_diagonal_nets_differ_in_their_decays_only():
    positive, signed = (parity.Net(f"diagonal, decays in {ends}", 3) for ends in ("(0, 1)", "(−1, 1)"))
    for (name, a), (_, b) in zip(positive.named_parameters(), signed.named_parameters(), strict=True):
        assert torch.equal(a, b), name
    assert (positive.body.decay, signed.body.decay) == (torch.sigmoid, torch.tanh)


def test_a_diagonal_recurrence_set_by_hand_has_the_parity_for_its_state():
    layer = parity.Diagonal(torch.tanh)
    with torch.no_grad():
        for part in (layer.a, layer.b):
            part.bias.zero_()
        layer.a.weight[:] = torch.tensor([20.0, -20.0])  # a zero keeps the state, a one turns its sign
        layer.b.weight[:] = torch.tensor([0.0, 1.0])  # and adds 1: 0 becomes 1, 1 becomes 0
        bits, odd = parity.draw(256, 20, torch.Generator().manual_seed(2))
        h = layer(torch.nn.functional.one_hot(bits, 2).float())
    assert torch.allclose(h[..., 0], odd.float(), atol=1e-3)


def test_decays_in_0_1_can_do_length_40_set_by_hand_and_not_length_100():
    model, first = parity.Net("diagonal, decays in (0, 1)", 0), 4
    kinks = torch.arange(first, first + parity.READOUT)
    heights = torch.where(kinks % 2 == 1, -2.0, 2.0) - (kinks == first).float()  # a zigzag: 0 at even, 1 at odd counts
    with torch.no_grad():
        for part in model.parameters():
            part.zero_()
        model.body.a.bias[:], model.body.b.weight[0, 1] = 13.0, 1.0  # unit 0 counts the ones, and forgets next to none
        model.readout[0].weight[:, 0], model.readout[0].bias[:] = 1.0, -kinks.float()
        model.readout[2].weight[1], model.readout[2].bias[1] = heights, -0.5
    right = [parity.right(model, length, 0)[-1].float().mean().item() for length in (40, 100)]
    assert right[0] == 1 and 0.4 < right[1] < 0.6


def test_the_sizes_that_are_told_are_those_of_the_nets():
    sizes = {f"{sum(p.numel() for p in parity.Net(net, 0).parameters()):,}" for net in parity.BODIES}
    assert sizes == {"706", "930", "1,890", "26,642"} and all(size in parity.DEVIATIONS for size in sizes)


def test_a_row_has_the_best_rate_and_the_mean_and_range_of_its_seeds():
    runs = [Run(s, True, 1000, 0.3 + s["seed"] / 10 + (s["rate"] == 5e-3) / 5, "limit", 1.0) for s in parity.settings()]
    assert len(runs) == 5 * 5 * 3 * 3 and parity.best_rate(runs, "LSTM") == 5e-3
    assert "| LSTM | 0.005 | 70.0 (50.0 to 90.0) |" in " ".join(parity.table(runs).split())
    assert "1,000 strings" in parity.table(runs)


def test_every_net_is_smaller_than_the_bound_that_chapter_09_names():
    sizes = {net: sum(part.numel() for part in parity.Net(net, 0).parameters()) for net in parity.BODIES}
    assert max(sizes.values()) < 30_000, sizes
