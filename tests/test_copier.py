"""The networks that repeat a text: torch against the equations of the package, step by step."""

import numpy as np
import pytest
import torch
from equation_cases import assert_same

from helpers import attention, copier, sequence
from helpers.cells import gru_step
from helpers.data import make_bottleneck
from helpers.figures import bottleneck
from helpers.live import load
from helpers.params import from_torch

torch.set_num_threads(1)
CODES = copier.letters(7, 3, torch.Generator().manual_seed(0))


def by_hand(model, codes, given=None):
    """Scores (T, B, symbols) by the equations; the decoder is fed with `given`, or with its own output if None."""
    parts = make_bottleneck.arrays(model.double())
    W_y, b_y = parts["W_y"], parts["b_y"]
    encoder, decoder = (from_torch(getattr(model, part)) for part in ("encoder", "decoder"))
    keys = sequence.gru(encoder, np.eye(27)[codes]).h
    h, symbol, scores = keys[-1], np.full(codes.shape[1], copier.START), []
    for t in range(len(codes)):
        h = gru_step(decoder, np.eye(28)[symbol], h).h
        context = {"fixed vector": keys[-1], "average": keys.mean(0),
                   "attention": attention.attention(attention.dot_scores(h, keys), keys).context}[model.context]
        scores.append(np.concatenate([h, context], axis=1) @ W_y + b_y)
        symbol = scores[-1].argmax(-1) if given is None else given[t]
    return np.stack(scores)


@pytest.mark.parametrize("context", copier.CONTEXTS)
def test_the_scores_are_those_of_the_equations(context):
    model = copier.Copier(context, 5, seed=1).double()
    assert_same(model(CODES), by_hand(model, CODES.numpy(), CODES.numpy()))


@pytest.mark.parametrize("context", copier.CONTEXTS)
def test_what_it_writes_is_the_likeliest_symbol_given_its_own(context):
    model = copier.Copier(context, 5, seed=2).double()
    np.testing.assert_array_equal(copier.write(model, CODES), by_hand(model, CODES.numpy()).argmax(-1))


def test_all_contexts_have_the_same_parameters():
    nets = [copier.Copier(context, 48, seed=3) for context in copier.CONTEXTS]
    assert len({sum(p.numel() for p in net.parameters()) for net in nets}) == 1
    for name, weight in nets[0].state_dict().items():
        assert all(torch.equal(weight, net.state_dict()[name]) for net in nets)


@pytest.mark.parametrize("context", copier.CONTEXTS)
def test_gradients_by_lag_are_means_over_pairs_of_one_distance(context):
    model = copier.Copier(context, 5, seed=4).double()
    T, B = CODES.shape
    eye, lengths = torch.eye(27, dtype=torch.float64), {}
    for b in range(B):
        x = eye[CODES[:, b : b + 1]].requires_grad_()
        keys, last = model.encoder(x)
        scores = model.scores(model.states(CODES[:, b : b + 1], last)[0], keys)
        for t in range(T):
            grad, = torch.autograd.grad(scores[t, 0, CODES[t, b]], x, retain_graph=True)
            for s in range(T):
                lengths.setdefault((T - 1 - s) + (t + 1), []).append(float(grad[s].norm()))
    got = copier.gradients_by_lag(model, CODES)
    np.testing.assert_allclose(got, [np.mean(lengths[lag]) for lag in range(1, 2 * T)])


@pytest.mark.parametrize("net", copier.SHIPPED)
def test_the_figure_writes_what_the_shipped_network_writes(net):
    assert bottleneck.ALPHABET == copier.ALPHABET and bottleneck.TRAINED == make_bottleneck.LONGEST
    model, figure = copier.trained(net).double(), load("bottleneck")
    for text in ("a", "the quick brown fox", "zz zz zz zz zz zz zz zz zz zz "):
        codes = torch.tensor([[copier.ALPHABET.index(c)] for c in text])
        written = "".join(copier.ALPHABET[k] for k in copier.write(model, codes)[:, 0])
        shown = "".join(map(chr, figure.run(text=text)[f"{net}_glyphs"]))
        assert shown.rstrip() == written.replace(" ", "␣")


def test_batches_have_every_trained_length_and_no_other():
    rng = torch.Generator().manual_seed(0)
    lengths = {len(make_bottleneck.batch(rng)[0]) for _ in range(200)}
    assert lengths == set(range(1, make_bottleneck.LONGEST + 1))


def test_the_share_right_counts_symbols(monkeypatch):
    monkeypatch.setattr(make_bottleneck, "written", lambda model, codes: codes.where(codes > 0, codes + 1))
    right = make_bottleneck.right_by_length(None, (1, 9), texts=2000)
    np.testing.assert_allclose(right, 26 / 27, atol=0.02)
