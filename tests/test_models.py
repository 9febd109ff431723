"""The models that the chapters train: what they learn, and their numbers against the course's own equations."""

import numpy as np
import pytest
import torch
from equation_cases import CASES, assert_same, with_grad

from helpers import models, params, sequence, tasks, training

torch.set_num_threads(1)


def test_every_third_bit_is_the_xor_of_the_two_before_it_and_no_other_is():
    x, y = tasks.xor_batch(triples=50, B=40)(torch.Generator().manual_seed(0))
    assert x.shape == y.shape == (149, 40, 1)
    assert torch.equal(x[1:], y[:-1])
    bits = torch.cat([x[:1], y])[..., 0].int().reshape(50, 3, 40)
    assert torch.equal(bits[:, 2], bits[:, 0] ^ bits[:, 1])
    ones = bits.float().mean(dim=(0, 2))
    assert torch.all((ones - 0.5).abs() < 0.05)
    assert (bits[1:, 0] == bits[:-1, 1] ^ bits[:-1, 2]).float().mean() == pytest.approx(0.5, abs=0.05)


def test_a_trained_net_beats_a_coin_on_every_third_bit_only():
    torch.manual_seed(1)
    net = models.ElmanNet(8)
    training.fit(net, tasks.xor_batch(5, 32), 500, loss=torch.nn.functional.mse_loss, lr=0.02, seed=1)
    x, y = tasks.xor_batch(5, 2000)(torch.Generator().manual_seed(99))
    with torch.no_grad():
        error = ((net(x) - y) ** 2).mean(dim=(1, 2))
    assert torch.all(error[1::3] < 0.05)
    assert torch.all(error[0::3] > 0.23) and torch.all(error[2::3] > 0.23)


def test_counts_below_one_are_refused():
    with pytest.raises(ValueError, match="triples: .* got 0"):
        tasks.xor_batch(0, 3)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_stateful_model_reads_two_halves_like_one_text(cell):
    torch.manual_seed(0)
    model = models.CharModel(cell, hidden=6, vocabulary=5, stateful=True)
    codes = torch.randint(5, (12, 3))
    whole, _ = model(codes)
    model.state = None
    halves = torch.cat([model(codes[:5])[0], model(codes[5:])[0]])
    assert torch.allclose(whole, halves, atol=1e-6)
    model.stateful, model.state = False, None
    fresh = torch.cat([model(codes[:5])[0], model(codes[5:])[0]])
    assert not torch.allclose(whole, fresh, atol=1e-3)


def test_a_deep_character_model_reads_each_layer_with_the_next():
    torch.manual_seed(0)
    model = models.CharModel("gru", hidden=4, vocabulary=5, layers=3).double()
    codes = torch.randint(5, (9, 2))
    h = np.eye(5)[codes.numpy()]
    for layer in range(3):
        h = sequence.gru(params.from_torch(model.recurrent, layer=layer), h).h
    expected = h @ model.readout.weight.detach().numpy().T + model.readout.bias.detach().numpy()
    np.testing.assert_allclose(model(codes)[0].detach().numpy(), expected, atol=1e-12)
    with pytest.raises(ValueError, match="layers: expected .* got 0"):
        models.CharModel("gru", layers=0)


def test_the_character_model_equals_the_course_equations():
    torch.manual_seed(0)
    model = models.CharModel("rnn", hidden=7, vocabulary=5).double()
    codes = torch.randint(5, (9, 2))
    scores, _ = model(codes)
    h = sequence.rnn(params.from_torch(model.recurrent), np.eye(5)[codes.numpy()]).h
    expected = h @ model.readout.weight.detach().numpy().T + model.readout.bias.detach().numpy()
    assert np.allclose(scores.detach().numpy(), expected, atol=1e-12)
    y = torch.randint(5, (9, 2))
    p = np.exp(expected) / np.exp(expected).sum(axis=-1, keepdims=True)
    by_hand = -np.mean(np.log(np.take_along_axis(p, y.numpy()[..., None], axis=-1)))
    assert models.next_character_loss((scores, None), y).item() == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_tagger_equals_the_course_equations(bidirectional):
    torch.manual_seed(0)
    model = models.Tagger("lstm", hidden=4, vocabulary=5, classes=3, bidirectional=bidirectional).double()
    codes = torch.randint(5, (9, 2))
    x = np.eye(5)[codes.numpy()]
    h = sequence.lstm(params.from_torch(model.recurrent), x).h
    if bidirectional:
        back = sequence.lstm(params.from_torch(model.recurrent, reverse=True), x[::-1]).h[::-1]
        h = np.concatenate([h, back], axis=-1)
    expected = h @ model.readout.weight.detach().numpy().T + model.readout.bias.detach().numpy()
    assert np.allclose(model(codes).detach().numpy(), expected, atol=1e-12)


def test_an_unknown_cell_is_named():
    with pytest.raises(ValueError, match="rnn, lstm, gru; got 'elman'"):
        models.CharModel("elman")
    with pytest.raises(ValueError, match="rnn, lstm, gru; got 'elman'"):
        models.Tagger("elman")


def test_bits_per_character_of_a_uniform_model_and_of_a_sure_one():
    codes = np.tile([0, 1, 2], 200)
    model = models.CharModel("rnn", hidden=4, vocabulary=8)
    with torch.no_grad():
        model.readout.weight.zero_()
        model.readout.bias.zero_()
    assert models.bits_per_character(model, codes, rows=3) == pytest.approx(3)
    with torch.no_grad():
        model.readout.bias[:3] = 50
    assert models.bits_per_character(model, codes, rows=3) == pytest.approx(np.log2(3), abs=1e-6)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_recurrent_layer_trains_with_the_gradients_of_autograd(case):
    rng = np.random.default_rng(4)
    drawn, x, weight = case.draw(rng, 3, 4), rng.normal(size=(5, 2, 3)), torch.tensor(rng.normal(size=(5, 2, 4)))
    layer, ours = models.Recurrent(drawn, **case.options).double(), torch.tensor(x, requires_grad=True)
    with torch.no_grad():
        for name, value in drawn._asdict().items():
            if value is not None:
                getattr(layer, name).copy_(torch.tensor(value))
    leaves, theirs, steps = with_grad(drawn), torch.tensor(x, requires_grad=True), []
    state = tuple(torch.zeros(2, 4, dtype=torch.float64) for _ in case.states)
    for x_t in theirs:
        steps.append(case.step(leaves, x_t, *state, **case.options))
        state = tuple(getattr(steps[-1], name) for name in case.states)
    h, want = layer(ours), torch.stack([step.h for step in steps])
    assert_same(h, want)
    for states in (h, want):
        (weight * states**2).sum().backward()
    assert_same(ours.grad, theirs.grad)
    for name, parameter in layer.named_parameters():
        leaf = getattr(leaves, name)
        assert_same(parameter.grad, torch.zeros_like(leaf) if leaf.grad is None else leaf.grad)


def test_a_recurrent_layer_is_torchs_own_where_torch_has_it():
    module = torch.nn.GRU(3, 4)
    layer, x = models.Recurrent(params.from_torch(module)), torch.randn(5, 2, 3)
    assert sum(p.numel() for p in layer.parameters()) == sum(p.numel() for p in module.parameters())
    assert layer(x).dtype == torch.float32
    assert torch.allclose(layer(x), module(x)[0], atol=1e-6)


def test_a_recurrent_layer_does_not_go_back_through_weights_that_have_changed():
    layer = models.Recurrent(params.mingru_params(3, 4))
    h = layer(torch.ones(5, 2, 3))
    with torch.no_grad():
        layer.W_x.add_(1.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        h.sum().backward()


@pytest.mark.parametrize(("call", "error", "says"), [
    (lambda: models.Recurrent(torch.nn.GRU(3, 4)), TypeError, "params: expected one of RNNParams, .*; got GRU"),
    (lambda: models.Recurrent(params.gru_params(3, 4), coupled=True), TypeError,
     r"options: expected none but \['reset_after'\] for gru, got 'coupled'"),
    (lambda: models.Recurrent(params.lstm_params(3, 4), coupled=2), TypeError, "coupled: expected True or False"),
    (lambda: models.Recurrent(params.mingru_params(3, 4))(torch.ones(5, 2, 2)), ValueError, r"x: expected shape"),
])
def test_what_a_recurrent_layer_cannot_be_is_said(call, error, says):
    with pytest.raises(error, match=says):
        call()
