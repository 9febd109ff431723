import numpy as np
import pytest
import torch

from helpers.cells import RNNParams
from helpers.crowd import Crowd, evaluate_crowd, members, train_crowd
from helpers.sequence import rnn

torch.set_num_threads(1)  # more threads than free cores make tiny products slower, not faster


def squared(output, y):
    return (output - y).square().mean(-1)


def noise(batch, rng, scale=1.0):
    x = scale * torch.randn(7, batch, 3, generator=rng)
    return x, x.mean(0)[:, :2]


def test_forward_agrees_with_the_numpy_equations():
    made = members("normal", 3, 5, 2, range(4))
    for activation in ("tanh", "relu", "sigmoid"):
        x = torch.randn(7, 4, 6, 3, generator=torch.Generator().manual_seed(0))
        ours = Crowd(made, activation)(x).detach().numpy()
        for k, m in enumerate(made):
            params = RNNParams(m.inputs, m.recurrent, np.zeros(5))
            h = rnn(params, x[:, k].double().numpy(), activation=activation).h[-1]
            np.testing.assert_allclose(ours[k], h @ m.readout, rtol=1e-4, atol=1e-5)


def test_clipping_agrees_with_torch_for_each_net():
    crowd = Crowd(members("normal", 3, 5, 2, [0]) + members("normal", 3, 5, 2, [1], clip=0.01))
    crowd(torch.randn(7, 2, 6, 3, generator=torch.Generator().manual_seed(0))).square().sum().backward()
    grads = [p.grad.clone() for p in crowd.parameters()]
    norms = crowd.clip_()
    for k, limit in enumerate([float("inf"), 0.01]):
        alone = [torch.zeros_like(g[k]) for g in grads]
        for p, g in zip(alone, grads, strict=True):
            p.grad = g[k].clone()
        norm = torch.nn.utils.clip_grad_norm_(alone, limit)
        assert norms[k].item() == pytest.approx(norm.item(), rel=1e-5)
        for p, q in zip(alone, crowd.parameters(), strict=True):
            np.testing.assert_allclose(q.grad[k], p.grad, rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("adam", [False, True])
def test_a_diverging_net_leaves_the_others_alone(adam):
    healthy, other = members("orthogonal", 3, 5, 2, [0, 1])
    bad = other._replace(recurrent=1e30 * other.recurrent)
    results = []
    for second in (other, bad):
        crowd = Crowd([healthy, second], "relu")
        history = train_crowd(crowd, noise, 20, loss=squared, batch=4, lr=0.05, adam=adam, every=5)
        results.append((history, [p[0].detach().clone() for p in crowd.parameters()]))
    (good_run, good), (bad_run, with_bad) = results
    assert np.isnan(bad_run.loss[-1, 1]) and np.isfinite(good_run.loss).all()
    np.testing.assert_array_equal(good_run.loss[:, 0], bad_run.loss[:, 0])
    for a, b in zip(good, with_bad, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)


def test_training_learns_and_is_repeatable():
    runs = []
    for _ in range(2):
        crowd = Crowd(members("orthogonal", 3, 8, 2, range(3), clip=1.0))
        before = evaluate_crowd(crowd, noise, squared)
        history = train_crowd(crowd, noise, 300, loss=squared, lr=0.1, every=100)
        runs.append(evaluate_crowd(crowd, noise, squared))
    assert np.all(runs[0] < 0.5 * before) and history.loss.shape == (3, 3)
    np.testing.assert_array_equal(*runs)


def test_same_seed_same_start_and_refusals():
    free, clipped = members("orthogonal", 3, 5, 2, [7]), members("orthogonal", 3, 5, 2, [7], clip=1.0)
    np.testing.assert_array_equal(free[0].recurrent, clipped[0].recurrent)
    np.testing.assert_array_equal(free[0].inputs, clipped[0].inputs)
    with pytest.raises(ValueError, match="activation: expected one of"):
        Crowd(free, "swish")
    with pytest.raises(ValueError, match="members.1..recurrent: expected shape"):
        Crowd(free + members("orthogonal", 3, 6, 2, [0]))


def test_the_layer_of_one_net_is_what_the_crowd_computes_with():
    crowd = Crowd(members("normal", 3, 5, 2, range(2)))
    train_crowd(crowd, noise, 3, loss=squared)
    x = torch.randn(7, 2, 6, 3, generator=torch.Generator().manual_seed(0))
    h = rnn(crowd.params(1), x[:, 1].double().numpy()).h[-1]
    readout, bias = (p[1].detach().double().numpy() for p in (crowd.W_o, crowd.b_o))
    np.testing.assert_allclose(crowd(x)[1].detach(), h @ readout + bias, rtol=1e-4, atol=1e-5)
    with pytest.raises(IndexError, match="2 nets, got 2"):
        crowd.params(2)
