"""Attention: scores of a query against keys, a softmax over the source, and a weighted sum of values.

    additive_scores      e_s = tanh(q W_q + k_s W_k) v      Bahdanau, Cho & Bengio 2015: q is the state before the step
    dot_scores           e_s = q k_s^T                      Luong, Pham & Manning 2015: q is the state after the step
    general_scores       e_s = q W k_s^T                    the same
    scaled_dot_scores    e_s = q k_s^T / sqrt(H)            Vaswani et al. 2017
    attention_weights    w_s = exp(e_s) / sum_r exp(e_r)    over the real symbols of the source
    attend               c = sum_s w_s v_s                  the context: in an encoder-decoder the v_s are the keys

Array API only; vectors are rows. Shapes: query (batch, query size), keys and values (source, batch, hidden), scores and
weights (source, batch), context (batch, hidden).
"""

import math
from typing import Any, NamedTuple

from array_api_compat import array_namespace

from ._validate import (
    as_array,
    as_floats,
    expect_finite,
    expect_flags,
    expect_no_overflow,
    expect_shape,
    has_values,
    namespace,
)
from .cells import softmax

__all__ = ["Attention", "SelfAttention", "additive_scores", "attend", "attention", "attention_weights", "dot_scores",
           "general_scores", "scaled_dot_scores", "self_attention"]

Array = Any


class Attention(NamedTuple):
    """Where a context comes from: scores (S, B), weights (S, B), which add to 1 over the source, context (B, H)."""

    scores: Array
    weights: Array
    context: Array


class SelfAttention(NamedTuple):
    """What every step took from the others: scores and weights (T, T, B), `[t, s]` of step t for step s; y (T, B, H).

    The scores of steps that `causal` hides stand here too; their weights are 0.
    """

    scores: Array
    weights: Array
    y: Array


def additive_scores(query, keys, W_q, W_k, v):
    """A small network with one hidden layer scores each key: e_s = tanh(query W_q + key_s W_k) v.

    Shapes: query (B, Q), keys (S, B, H), W_q (Q, A), W_k (H, A), v (A,) -> scores (S, B). Query and keys may differ in
    size. Raises TypeError for what is no array of real numbers, ValueError for shapes that do not fit, an empty array,
    NaN or infinity, FloatingPointError where numbers too large overflow.
    Source: Bahdanau, Cho & Bengio 2015 (appendix A.1.2), without biases as there.

    >>> additive_scores([[0.0]], [[[0.0]], [[100.0]]], [[1.0]], [[1.0]], [2.0]).tolist()
    [[0.0], [2.0]]
    """
    W_q, W_k, v = (as_floats(name, value) for name, value in (("W_q", W_q), ("W_k", W_k), ("v", v)))
    query, keys = _query_and_keys(query, keys, W_q=W_q, W_k=W_k, v=v)
    expect_shape("W_q", W_q, (query.shape[1], "A"))
    expect_shape("W_k", W_k, (keys.shape[2], W_q.shape[1]))
    expect_shape("v", v, (W_q.shape[1],))
    xp = array_namespace(query)
    a = query @ W_q + keys @ W_k
    expect_no_overflow("query, keys, W_q or W_k are too large", infinite=True, a=a)
    return _scores(xp.sum(xp.tanh(a) * v, axis=-1))


def dot_scores(query, keys):
    """The scalar product with each key: e_s = query . key_s, so that query and keys must have one size.

    Shapes: query (B, H), keys (S, B, H) -> scores (S, B). Raises as `additive_scores`.
    Source: Luong, Pham & Manning 2015, "dot".

    >>> dot_scores([[1.0, 2.0]], [[[1.0, 0.0]], [[0.0, 1.0]]]).tolist()
    [[1.0], [2.0]]
    """
    query, keys = _query_and_keys(query, keys)
    return _dot(query, keys)


def general_scores(query, keys, W):
    """The scalar product after a matrix: e_s = query W . key_s. With W = I it is `dot_scores`.

    Shapes: query (B, Q), keys (S, B, H), W (Q, H) -> scores (S, B). Raises as `additive_scores`.
    Source: Luong, Pham & Manning 2015, "general".

    >>> general_scores([[1.0, 2.0]], [[[1.0, 0.0]], [[0.0, 1.0]]], [[0.0, 1.0], [1.0, 0.0]]).tolist()
    [[2.0], [1.0]]
    """
    W = as_floats("W", W)
    query, keys = _query_and_keys(query, keys, W=W)
    expect_shape("W", W, (query.shape[1], keys.shape[2]))
    query = query @ W
    expect_no_overflow("query or W is too large", infinite=True, **{"query @ W": query})
    return _dot(query, keys)


def scaled_dot_scores(query, keys):
    """`dot_scores` / sqrt(H): independent entries of mean 0 and variance 1 give scores of variance 1 at every H.

    Shapes: query (B, H), keys (S, B, H) -> scores (S, B). Raises as `additive_scores`.
    Source: Vaswani et al. 2017, section 3.2.1.

    >>> scaled_dot_scores([[1.0, 1.0, 1.0, 1.0]], [[[1.0, 1.0, 1.0, 1.0]]]).tolist()
    [[2.0]]
    """
    query, keys = _query_and_keys(query, keys)
    return _dot(query, keys) / math.sqrt(keys.shape[2])


def attention_weights(scores, mask=None):
    """The softmax of `scores` over the source; places where `mask` is False get exactly 0.

    Shapes: scores (S, B), mask (S, B), True where a real symbol stands and False on padding, or None: all are real.
    Raises TypeError for scores that are no array of real numbers or a mask that is not of bools, ValueError for shapes
    that do not fit, no source, NaN, infinity, or a text of padding alone.

    >>> attention_weights([[0.0], [0.0], [5.0]], [[True], [True], [False]]).tolist()
    [[0.5], [0.5], [0.0]]
    """
    scores = as_floats("scores", scores)
    expect_shape("scores", scores, ("S", "B"))
    xp = namespace(scores=scores)
    _expect_none_empty(scores=scores)
    expect_finite(scores=scores)
    return softmax(scores if mask is None else _only(xp, scores, mask), axis=0)


def attend(weights, values):
    """The context: the sum of `values`, each times its weight.

    Shapes: weights (S, B), values (S, B, H) -> context (B, H). Raises as `additive_scores`.

    >>> attend([[0.25], [0.75]], [[[4.0, 0.0]], [[0.0, 4.0]]]).tolist()
    [[1.0, 3.0]]
    """
    weights, values = as_floats("weights", weights), as_floats("values", values)
    expect_shape("weights", weights, ("S", "B"))
    expect_shape("values", values, (*weights.shape, "H"))
    xp = namespace(weights=weights, values=values)
    _expect_none_empty(values=values)
    expect_finite(weights=weights, values=values)
    context = xp.sum(weights[..., None] * values, axis=0)
    expect_no_overflow("weights or values are too large", infinite=True, context=context)
    return context


def attention(scores, values, mask=None):
    """Scores, their softmax and the context together, for whoever asks where a weight or a context comes from.

    Shapes as of `attention_weights` and `attend` -> Attention. Raises as `attention_weights`, and as `attend`.

    >>> attention([[0.0], [0.0]], [[[2.0]], [[4.0]]]).context.tolist()
    [[3.0]]
    """
    weights = attention_weights(scores, mask)
    return Attention(as_floats("scores", scores), weights, attend(weights, values))


def self_attention(x, W_q, W_k, W_v, causal=False):
    """Every step of x asks all steps of x, by scaled dot products; with `causal` only itself and those before it.

        q = x W_q      k = x W_k      v = x W_v
        y_t = sum_s w_ts v_s          w_t = softmax over s of q_t k_s^T / sqrt(A)

    Shapes: x (T, B, D), W_q and W_k (D, A), W_v (D, H) -> SelfAttention. One head; no output matrix, no biases, which
    torch.nn.MultiheadAttention has; no places either, so that without `causal` shuffled steps give y shuffled alike.
    Raises as `additive_scores`, and TypeError for a `causal` that is not True or False. Source: Vaswani et al. 2017.

    >>> self_attention([[[2.0]], [[4.0]]], [[0.0]], [[1.0]], [[1.0]], causal=True).y.tolist()
    [[[2.0]], [[3.0]]]
    """
    xp, query, keys, values = _projected(x, W_q, W_k, W_v)
    expect_flags(causal=causal)
    T = query.shape[1]
    scores = query @ xp.matrix_transpose(keys) / math.sqrt(keys.shape[2])
    expect_no_overflow("x, W_q or W_k is too large", infinite=True, scores=scores)
    visible = xp.tril(xp.ones_like(scores)) > 0.0
    weights = softmax(xp.where(visible, scores, xp.full_like(scores, -math.inf)) if causal and T > 1 else scores)
    y = weights @ values
    expect_no_overflow("x or W_v is too large", infinite=True, y=y)
    return SelfAttention(*(xp.permute_dims(a, axes) for a, axes in (
        (scores, (1, 2, 0)), (weights, (1, 2, 0)), (y, (1, 0, 2)))))


def _projected(x, W_q, W_k, W_v):
    """The namespace, and queries, keys and values of every step, (B, T, features)."""
    x = as_floats("x", x)
    matrices = {name: as_floats(name, W) for name, W in (("W_q", W_q), ("W_k", W_k), ("W_v", W_v))}
    expect_shape("x", x, ("T", "B", "D"))
    for name, W in matrices.items():
        expect_shape(name, W, (x.shape[2], matrices["W_q"].shape[1] if name == "W_k" else "H"))
    xp = namespace(x=x, **matrices)
    _expect_none_empty(x=x, **matrices)
    expect_finite(x=x, **matrices)
    rows = xp.permute_dims(x, (1, 0, 2))
    products = {f"x @ {name}": rows @ W for name, W in matrices.items()}
    expect_no_overflow("x, W_q, W_k or W_v is too large", infinite=True, **products)
    return xp, *products.values()


def _query_and_keys(query, keys, **weights):
    """Both as arrays of floats that fit the batch, checked together with the weights."""
    query, keys = as_floats("query", query), as_floats("keys", keys)
    expect_shape("keys", keys, ("S", "B", "H"))
    expect_shape("query", query, (keys.shape[1], "Q" if weights else keys.shape[2]))
    namespace(query=query, keys=keys, **weights)
    _expect_none_empty(query=query, keys=keys, **weights)
    expect_finite(query=query, keys=keys, **weights)
    return query, keys


def _dot(query, keys):
    return _scores(array_namespace(query).sum(query * keys, axis=-1))


def _scores(scores):
    expect_no_overflow("query, keys or weights are too large", infinite=True, scores=scores)
    return scores


def _only(xp, scores, mask):
    """`scores` with -inf where `mask` is False, so that their softmax is exactly 0 there."""
    mask = as_array("mask", mask)
    expect_shape("mask", mask, tuple(scores.shape))
    namespace(scores=scores, mask=mask)
    if not xp.isdtype(mask.dtype, "bool"):
        raise TypeError(f"mask: expected True and False, got dtype {mask.dtype}")
    if has_values(mask) and not xp.all(xp.any(mask, axis=0)):
        raise ValueError("mask: expected a real symbol in every text, got one of padding alone")
    return xp.where(mask, scores, xp.full_like(scores, -math.inf))


def _expect_none_empty(**arrays):
    for name, array in arrays.items():
        if 0 in array.shape:
            raise ValueError(f"{name}: expected none empty, got shape {tuple(array.shape)}")
