"""Every cell and variant as the page computes it: steps, unrolls, backward passes, Jacobians in node, as in NumPy."""

import numpy as np
import pytest
from equation_cases import CASES
from tracing import agree

from helpers import attention, bptt, cells, linear, params, sequence
from helpers.jacobians import log_norm_products, rnn_jacobians


def arrays_of(value):
    """The arrays of nested tuples, one after another."""
    if isinstance(value, tuple):
        return tuple(a for part in value for a in arrays_of(part))
    return () if value is None else (value,)


@pytest.mark.parametrize("given_states", [True, False])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_step_unroll_and_backward(node, case, given_states):
    rng = np.random.default_rng(0)
    drawn, x, up = case.draw(rng, 3, 4), rng.normal(size=(5, 2, 3)), rng.normal(size=(5, 2, 4))
    first = case.draw_states(rng, 2, 4)

    def run(xp, x, up, h0, c0, *parts):
        weights, states = case.params(*parts), (h0, c0)[: len(case.states)]
        new = case.step(weights, x[0, ...], *states, **case.options)
        trace = case.unroll(weights, x, *(states if given_states else ()), **case.options)
        grads = case.bptt(weights, x, trace, up, *(states if given_states else ()), **case.options)
        return arrays_of((new, trace, grads))

    agree(node, run, x, up, first[0], first[-1], *arrays_of(drawn))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
def test_jacobians_and_their_products(node, activation):
    def run(xp, x, *parts):
        weights = cells.RNNParams(*parts)
        jacobians = rnn_jacobians(weights, sequence.rnn(weights, x, activation=activation), activation)
        spectral = log_norm_products(jacobians, norm="spectral")
        return jacobians, log_norm_products(jacobians), spectral

    agree(node, run, np.random.default_rng(0).normal(size=(5, 2, 3)), *params.rnn_params(3, 4))


def test_loss_and_biases(node):
    rng = np.random.default_rng(0)
    lstm = params.lstm_params(2, 3)

    def run(xp, logits, targets, value, b):
        weights = lstm._replace(W_x=xp.asarray(lstm.W_x), W_h=xp.asarray(lstm.W_h), b=b)
        biased, slow = params.with_forget_bias(weights, value), params.with_chrono(weights, value)
        return *bptt.cross_entropy(logits, targets), cells.softmax(logits), cells.sigmoid(logits), biased.b, slow.b

    agree(node, run, rng.normal(size=(3, 2, 4)), rng.integers(4, size=(3, 2)), np.asarray(7.0), lstm.b)


def test_recurrences_that_are_linear_in_their_state(node):
    rng = np.random.default_rng(0)

    def run(xp, a, b, h0, k, v, W_x, x):
        loop, scan = linear.linear_recurrence(a, b, h0), linear.parallel_scan(a, b, h0)
        minimal = cells.MinLSTMParams(W_x, xp.zeros_like(W_x[0, :]))
        steps, together = (sequence.minlstm(minimal, x, parallel=parallel) for parallel in (False, True))
        turned = linear.householder(k[0, ...], 1.5)
        return (loop, scan, linear.householder_states(k[0, ...], k, 1.8), turned, *linear.linear_attention(k, k, v),
                *linear.delta_rule(k, k, v, 0.5), *steps, *together)

    a, b, k, v = (rng.normal(size=(7, 2, n)) for n in (3, 3, 4, 5))
    agree(node, run, a, b, b[0], k, v, rng.normal(size=(3, 12)), rng.normal(size=(5, 2, 3)))


@pytest.mark.parametrize("causal", [False, True])
def test_attention_of_a_padded_text_and_of_a_sequence_to_itself(node, causal):
    rng = np.random.default_rng(0)

    def run(xp, query, keys, mask, W_q, W_k, v, W_v):
        scores = [attention.additive_scores(query, keys, W_q, W_k, v), attention.dot_scores(query, keys),
                  attention.general_scores(query, keys, W_v), attention.scaled_dot_scores(query, keys)]
        read = [attention.attention(score, keys, mask) for score in scores]
        return *(a for step in read for a in step), *attention.self_attention(keys, W_q, W_k, W_v, causal=causal)

    W_q, W_k, W_v = (rng.normal(size=(4, n)) for n in (5, 5, 4))
    mask = np.arange(7)[:, None] < np.asarray([7, 3])
    agree(node, run, rng.normal(size=(2, 4)), rng.normal(size=(7, 2, 4)), mask, W_q, W_k, rng.normal(size=5), W_v)
