"""Attention: the four scores, the masked softmax and the weighted sum, against torch's own attention and by hand."""

import array_api_strict as strict
import numpy as np
import pytest
import torch
from equation_cases import LIBRARIES, QUICK, SEEDS, assert_same, to_library
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from helpers import attention as att

RNG = np.random.default_rng(0)
S, B, H, Q, A = 7, 2, 4, 3, 5
KEYS, QUERY, WIDE = RNG.normal(size=(S, B, H)), RNG.normal(size=(B, H)), RNG.normal(size=(B, Q))
W_Q, W_K, V, W = (RNG.normal(size=shape) for shape in ((Q, A), (H, A), (A,), (Q, H)))
MASK = np.arange(S)[:, None] < np.asarray([S, 4])
X, PROJECTIONS = RNG.normal(size=(6, B, H)), tuple(RNG.normal(size=(H, H)) for _ in range(3))

BY_HAND = {
    "additive": (att.additive_scores, (WIDE, KEYS, W_Q, W_K, V),
                 lambda s, b: V @ np.tanh(WIDE[b] @ W_Q + KEYS[s, b] @ W_K)),
    "dot": (att.dot_scores, (QUERY, KEYS), lambda s, b: QUERY[b] @ KEYS[s, b]),
    "general": (att.general_scores, (WIDE, KEYS, W), lambda s, b: WIDE[b] @ W @ KEYS[s, b]),
    "scaled": (att.scaled_dot_scores, (QUERY, KEYS), lambda s, b: QUERY[b] @ KEYS[s, b] / 2),
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", BY_HAND)
def test_scores_are_what_the_formula_says_for_each_key(name, library):
    score, arguments, one = BY_HAND[name]
    want = [[one(s, b) for b in range(B)] for s in range(S)]
    assert_same(score(*to_library(library, arguments)), np.asarray(want))


@pytest.mark.parametrize("name", BY_HAND)
def test_the_gradient_of_a_score_is_the_one_of_finite_differences(name):
    score, arguments, _ = BY_HAND[name]
    given_arrays = tuple(torch.tensor(a, requires_grad=True) for a in arguments)
    assert torch.autograd.gradcheck(score, given_arrays)


@pytest.mark.parametrize("masked", [False, True])
def test_scaled_dot_attention_is_torchs(masked):
    mask = MASK if masked else None
    got = att.attention(att.scaled_dot_scores(QUERY, KEYS), KEYS, mask)
    keys = torch.tensor(KEYS).permute(1, 0, 2)
    want = functional.scaled_dot_product_attention(
        torch.tensor(QUERY)[:, None], keys, keys, attn_mask=torch.tensor(MASK.T[:, None]) if masked else None)
    assert_same(got.context, want[:, 0])


@pytest.mark.parametrize("library", LIBRARIES)
@QUICK
@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4), seed=SEEDS)
def test_padding_gets_exactly_nothing_and_the_rest_what_it_gets_alone(library, lengths, seed):
    longest = max(lengths)
    scores, values = (np.random.default_rng(seed).normal(size=(longest, len(lengths), *more)) for more in ((), (3,)))
    mask = np.arange(longest)[:, None] < np.asarray(lengths)
    weights, context = to_library("numpy", att.attention(*to_library(library, (scores, values, mask))))[1:]
    for b, n in enumerate(lengths):
        assert bool((weights[n:, b] == 0.0).all())
        assert_same(weights[:n, b], functional.softmax(torch.tensor(scores[:n, b]), dim=0))
        assert_same(context[b], att.attend(att.attention_weights(scores[:n, b : b + 1]), values[:n, b : b + 1])[0])


def test_no_gradient_reaches_padding():
    scores, values = (torch.tensor(a, requires_grad=True) for a in (KEYS[:, :, 0], KEYS))
    (att.attention(scores, values, torch.tensor(MASK)).context ** 2).sum().backward()
    for grad in (scores.grad, values.grad):
        assert bool(grad.isfinite().all())
        assert bool((grad[4:, 1] == 0).all())
        assert bool((grad[:4, 1] != 0).any())


def test_scores_of_any_size_have_weights():
    weights = att.attention_weights([[8e307], [-8e307], [8e307]])
    np.testing.assert_array_equal(weights, [[0.5], [0.0], [0.5]])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("library", LIBRARIES)
def test_self_attention_is_torchs_with_one_head(library, causal):
    got = att.self_attention(*to_library(library, (X, *PROJECTIONS)), causal=causal)
    torchs = torch.nn.MultiheadAttention(H, 1, bias=False, dtype=torch.float64)
    with torch.no_grad():
        torchs.in_proj_weight.copy_(torch.tensor(np.concatenate([W.T for W in PROJECTIONS])))
        torchs.out_proj.weight.copy_(torch.eye(H))
        hidden = torch.ones(6, 6).triu(1).bool() if causal else None
        y, weights = torchs(*(3 * (torch.tensor(X),)), attn_mask=hidden)
    assert_same(got.y, y)
    assert_same(got.weights, weights.permute(1, 2, 0))


def test_causal_self_attention_sees_no_later_step():
    changed = np.concatenate([X[:4], RNG.normal(size=(2, B, H))])
    before, after = (att.self_attention(x, *PROJECTIONS, causal=True) for x in (X, changed))
    np.testing.assert_array_equal(before.y[:4], after.y[:4])
    assert np.all(before.weights[np.triu_indices(6, 1)] == 0.0)
    assert not np.allclose(before.y[4:], after.y[4:])


def test_self_attention_knows_no_order():
    order = RNG.permutation(6)
    assert_same(att.self_attention(X[order], *PROJECTIONS).y, att.self_attention(X, *PROJECTIONS).y[order])


def test_each_step_of_self_attention_is_attention_of_one_query():
    W_q, W_k, W_v = PROJECTIONS
    whole = att.self_attention(X, *PROJECTIONS)
    for t in range(6):
        one = att.attention(att.scaled_dot_scores(X[t] @ W_q, X @ W_k), X @ W_v)
        for got, want in zip(one, (whole.scores[t], whole.weights[t], whole.y[t]), strict=True):
            assert_same(got, want)


def test_nothing_outside_the_standard():
    to = strict.asarray
    with strict.ArrayAPIStrictFlags(boolean_indexing=False, data_dependent_shapes=False):
        for score, arguments, _ in BY_HAND.values():
            assert_same(np.asarray(score(*map(to, arguments))), score(*arguments), 1e-13)
        for got, want in zip(att.attention(to(KEYS[:, :, 0]), to(KEYS), to(MASK)),
                             att.attention(KEYS[:, :, 0], KEYS, MASK), strict=True):
            assert_same(np.asarray(got), want, 1e-13)
        for causal in (False, True):
            for got, want in zip(att.self_attention(*map(to, (X, *PROJECTIONS)), causal=causal),
                                 att.self_attention(X, *PROJECTIONS, causal=causal), strict=True):
                assert_same(np.asarray(got), want, 1e-13)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: att.dot_scores(WIDE, KEYS), r"query: expected shape \(2, 4\), got \(2, 3\)"),
    (lambda: att.dot_scores(QUERY, KEYS[:0]), r"keys: expected none empty, got shape \(0, 2, 4\)"),
    (lambda: att.general_scores(QUERY, KEYS, W), r"W: expected shape \(4, 4\), got \(3, 4\)"),
    (lambda: att.additive_scores(WIDE, KEYS, W_Q, W_K.T, V), r"W_k: expected shape \(4, 5\), got \(5, 4\)"),
    (lambda: att.attention_weights(KEYS[:, :, 0], MASK * 1.0), "mask: expected True and False, got dtype float64"),
    (lambda: att.attention_weights(KEYS[:, :, 0], MASK & False), "mask: expected a real symbol in every text"),
    (lambda: att.attention_weights(KEYS[:, :, 0], MASK.T), r"mask: expected shape \(7, 2\), got \(2, 7\)"),
    (lambda: att.attend(KEYS[:, :, 0].T, KEYS), r"values: expected shape \(2, 7, H\), got \(7, 2, 4\)"),
    (lambda: att.self_attention(X, *PROJECTIONS, causal=1), "causal: expected True or False, got 1"),
])
def test_a_wrong_argument_is_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_scores_too_large_are_an_error_not_an_infinity():
    with pytest.raises(FloatingPointError, match="scores overflows; query, keys"), np.errstate(all="ignore"):
        att.dot_scores(1e200 * QUERY, 1e200 * KEYS)
