"""Chapter 07: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import torch

from helpers.checks import ch07 as check
from helpers.params import to_torch


def context_by_loop(scores, values, lengths):
    """One text after the other, cut to its true length."""
    return [torch.tensor(scores[:n, b]).softmax(0).numpy() @ values[:n, b] for b, n in enumerate(lengths)]


def context_by_torch(scores, values, lengths):
    real = torch.arange(len(scores))[:, None] < torch.tensor(lengths)
    weights = torch.tensor(scores).masked_fill(~real, -torch.inf).softmax(0)
    return torch.einsum("sb,sbh->bh", weights, torch.tensor(values))


def context_by_large_number(scores, values, lengths):
    real = np.arange(len(scores))[:, None] < lengths
    e = np.where(real, scores, -1e9)
    e = np.exp(e - e.max(axis=0))
    return (e[..., None] * values).sum(axis=0) / e.sum(axis=0)[:, None]


@pytest.mark.parametrize("answer", [
    context_by_loop, context_by_torch, context_by_large_number,
    lambda *given: np.array(context_by_loop(*given), dtype=np.float32),
    lambda *given: np.array(context_by_loop(*given)).tolist(),
])  # fmt: skip
def test_contexts_that_are_right(answer):
    assert check.masked_context(answer), check.masked_context(answer)


def without_the_largest_subtracted(scores, values, lengths):
    e = np.exp(scores) * (np.arange(len(scores))[:, None] < lengths)
    return (e[..., None] * values).sum(axis=0) / e.sum(axis=0)[:, None]


@pytest.mark.parametrize(("answer", "says"), [
    (lambda s, v, n: context_by_loop(s, v, np.full_like(n, len(s))), "nothing is masked"),
    (lambda s, v, n: context_by_loop(s * (np.arange(len(s))[:, None] < n), v, np.full_like(n, len(s))), "not a weight"),
    (lambda s, v, n: [v[:k, b].mean(axis=0) for b, k in enumerate(n)], "plain mean"),
    (lambda s, v, n: [v[:k, b].sum(axis=0) for b, k in enumerate(n)], "differs"),
    (lambda s, v, n: context_by_loop(-s, v, n), "differs"),
    (lambda s, v, n: context_by_loop(s, v, np.minimum(n + 1, len(s))), "too long"),
    (lambda s, v, n: context_by_loop(s, v, np.maximum(n - 1, 1)), "too short"),
    (lambda s, v, n: np.array(context_by_loop(s, v, n)).T, "should have shape"),
    (lambda s, v, n: context_by_loop(np.where(np.arange(len(s))[:, None] < n, s, -100), v, 0 * n + len(s)), "differs"),
    (lambda s, v, n: context_by_loop(s, v, np.full_like(n, n[0])), "differs"),
    (without_the_largest_subtracted, "NaN"),
])
def test_contexts_that_are_wrong(answer, says):
    verdict = check.masked_context(answer)
    assert verdict.state == "wrong" and says in verdict.message, verdict.message


def looks_by_torch(query, keys):
    q, k = torch.tensor(query)[:, None], torch.tensor(keys).movedim(0, 1)
    return torch.nn.functional.scaled_dot_product_attention(q, k, k, scale=1.0)[:, 0]


def looks_by_loop(query, keys):
    found = []
    for b, q in enumerate(query):
        e = np.exp([float(q @ k) for k in keys[:, b]])
        found.append(sum(w * k for w, k in zip(e / e.sum(), keys[:, b], strict=True)))
    return found


@pytest.mark.parametrize("answer", [looks_by_torch, looks_by_loop,
                                    lambda q, k: looks_by_torch(q, k).float()])  # fmt: skip
def test_looks_that_are_right(answer):
    assert check.which_axis(answer), check.which_axis(answer)


@pytest.mark.parametrize("answer", [
    lambda q, k: k.sum(axis=0), lambda q, k: k[0], lambda q, k: q, lambda q, k: looks_by_torch(-q, k),
    lambda q, k: k[(k * q).sum(-1).argmax(0), range(len(q))], lambda q, k: looks_by_torch(q, k)[:1],
    lambda q, k: looks_by_torch(q[:1] + 0 * q, k),
    lambda q, k: looks_by_torch(q, k) * np.nan, lambda q, k: looks_by_torch(q, k[::2]),
])  # fmt: skip
def test_looks_that_are_wrong(answer):
    assert check.which_axis(answer).state == "wrong"


def gradient_by_torch(weights, values, dc):
    """Scores whose softmax are these weights, differentiated; where a weight is 0, by the limit."""
    e = torch.tensor(np.log(np.maximum(weights, 1e-300)), requires_grad=True)
    context = (e.softmax(0)[..., None] * torch.tensor(values)).sum(0)
    (context * torch.tensor(dc)).sum().backward()
    return e.grad


def gradient_by_jacobian(weights, values, dc):
    found = np.zeros_like(weights)
    for b in range(weights.shape[1]):
        w = weights[:, b]
        found[:, b] = (np.diag(w) - np.outer(w, w)) @ (values[:, b] @ dc[b])
    return found


@pytest.mark.parametrize("answer", [gradient_by_torch, gradient_by_jacobian,
                                    lambda *given: gradient_by_jacobian(*given).astype(np.float32)])  # fmt: skip
def test_gradients_that_are_right(answer):
    assert check.score_gradient(answer), check.score_gradient(answer)


@pytest.mark.parametrize("answer", [
    lambda w, v, dc: -gradient_by_jacobian(w, v, dc), lambda w, v, dc: w * (v * dc).sum(-1), lambda w, v, dc: w,
    lambda w, v, dc: gradient_by_jacobian(w, v, dc).T, lambda w, v, dc: 0 * w, lambda w, v, dc: (v * dc).sum(-1),
    lambda w, v, dc: gradient_by_jacobian(w, v, dc).sum(axis=1), lambda w, v, dc: gradient_by_jacobian(w, v, dc**0),
    lambda w, v, dc: gradient_by_jacobian(w, v, dc) * np.nan,
])  # fmt: skip
def test_gradients_that_are_wrong(answer):
    assert check.score_gradient(answer).state == "wrong"


def step_by_torch(params, y, s, keys, W_q, W_k, v):
    y, s, keys, W_q, W_k, v = (torch.tensor(a) for a in (y, s, keys, W_q, W_k, v))
    weights = (torch.tanh(s @ W_q + keys @ W_k) @ v).softmax(0)
    context = torch.einsum("sb,sbk->bk", weights, keys)
    return to_torch(params)(torch.cat([y, context], -1)[None], s[None])[1][0].detach()


@pytest.mark.parametrize("answer", [step_by_torch, lambda *given: step_by_torch(*given).float(),
                                    lambda *given: step_by_torch(*given).tolist()])  # fmt: skip
def test_steps_that_are_right(answer):
    assert check.bahdanau_step(answer), check.bahdanau_step(answer)


def query_after_the_step(params, y, s, keys, W_q, W_k, v):
    """The state of a step without a context asks: neither paper's order."""
    s_new = step_by_torch(params, y, s, 0 * keys, W_q, W_k, v).numpy()
    context = s_new @ W_q + keys @ W_k
    weights = torch.tensor(np.tanh(context) @ v).softmax(0).numpy()
    seen = np.repeat((weights[..., None] * keys).sum(axis=0)[None], len(keys), axis=0)
    return step_by_torch(params, y, s, seen, W_q, W_k, v)


@pytest.mark.parametrize("answer", [
    query_after_the_step,
    lambda p, y, s, k, W_q, W_k, v: step_by_torch(p, y, s, k, W_q, W_k, -v),
    lambda p, y, s, k, W_q, W_k, v: step_by_torch(p, y, s, k, W_q, W_k, 0 * v),
    lambda p, y, s, k, W_q, W_k, v: step_by_torch(p, y, 0 * s, k, W_q, W_k, v),
    lambda p, y, s, k, W_q, W_k, v: step_by_torch(p, 0 * y, s, k, W_q, W_k, v),
    lambda p, y, s, k, W_q, W_k, v: step_by_torch(p, y, s, k, 0 * W_q, W_k, v),
    lambda p, y, s, k, W_q, W_k, v: step_by_torch(p, y, s, k[-1:], W_q, W_k, v),
    lambda p, y, s, k, W_q, W_k, v: s, lambda p, y, s, k, W_q, W_k, v: p,
])  # fmt: skip
def test_steps_that_are_wrong(answer):
    assert check.bahdanau_step(answer).state == "wrong"


def weights_by(scores):
    """A step whose weights are the softmax of these scores (s, keys, W_q, W_k, v)."""
    def step(params, y, s, keys, W_q, W_k, v):
        context = np.einsum("sb,sbk->bk", torch.tensor(scores(s, keys, W_q, W_k, v)).softmax(0).numpy(), keys)
        return to_torch(params)(torch.tensor(np.concatenate([y, context], -1))[None], torch.tensor(s)[None])[0][0]

    return step


def test_a_step_of_any_scores_is_judged_by_them():
    assert check.bahdanau_step(weights_by(lambda s, k, W_q, W_k, v: np.tanh(s @ W_q + k @ W_k) @ v))


@pytest.mark.parametrize(("scores", "says"), [
    (lambda s, k, W_q, W_k, v: np.tanh(k @ W_k) @ v, "does not change these weights"),
    (lambda s, k, W_q, W_k, v: (np.tanh(s @ W_q) + np.tanh(k @ W_k)) @ v, "does not change these weights"),
    (lambda s, k, W_q, W_k, v: (s @ W_q + k @ W_k) @ v, "tanh between"),
    (lambda s, k, W_q, W_k, v: np.tanh(s @ W_q) @ v + 0 * k[..., 0], "same weight"),
])
def test_scores_that_are_wrong(scores, says):
    verdict = check.bahdanau_step(weights_by(scores))
    assert verdict.state == "wrong" and says in verdict.message, verdict.message


def beam_by_arrays(first, after, steps, width):
    """Probabilities and not logarithms, every beginning a row of an array."""
    texts, p = np.arange(len(first))[:, None], np.asarray(first)
    for _ in range(steps - 1):
        keep = np.argsort(-p)[:width]
        joint = p[keep][:, None] * after[texts[keep, -1]]
        pairs = itertools.product(keep, range(len(first)))
        texts, p = np.array([[*texts[k], j] for k, j in pairs]), joint.ravel()
    return texts[p.argmax()]


@pytest.mark.parametrize("answer", [beam_by_arrays, lambda *given: tuple(int(k) for k in beam_by_arrays(*given)),
                                    lambda *given: torch.tensor(beam_by_arrays(*given))])  # fmt: skip
def test_beams_that_are_right(answer):
    assert check.beam(answer), check.beam(answer)


def beam_that_begins_with_every_symbol(first, after, steps, width):
    """One beam for each second symbol that a first one may have, cut from the second symbol on."""
    texts = sorted(itertools.product(range(len(first)), repeat=2), key=lambda text: -first[text[0]] * after[text])
    p = [first[j] * after[j, k] for j, k in texts]
    for _ in range(steps - 2):
        kept = list(zip(texts[:width], p, strict=False))
        longer = [((*text, k), q * after[text[-1], k]) for text, q in kept for k in range(len(first))]
        texts, p = zip(*sorted(longer, key=lambda one: -one[1]), strict=True)
    return texts[0]


@pytest.mark.parametrize(("answer", "says"), [
    (lambda first, after, steps, width: beam_by_arrays(first, after, steps, 1), "greedy"),
    (lambda first, after, steps, width: beam_by_arrays(first, after, steps, 10**6), "most probable text of all"),
    (lambda first, after, steps, width: beam_by_arrays(first, after, steps, width + 1), "too many"),
    (lambda first, after, steps, width: beam_by_arrays(first, after, steps, width)[::-1], "differs"),
    (lambda first, after, steps, width: beam_by_arrays(first, after, steps - 1, width), "list with 4 entries"),
    (lambda first, after, steps, width: (beam_by_arrays(first, after, steps, width), 0.1), "list with 4 entries"),
    (beam_that_begins_with_every_symbol, "after the first one"),
    (lambda first, after, steps, width: beam_by_arrays(first, after.T, steps, width), "differs"),
    (lambda first, after, steps, width: beam_by_arrays(0 * first + 1, after, steps, width), "differs"),
    (lambda first, after, steps, width: [0] * steps, "differs"),
])
def test_beams_that_are_wrong(answer, says):
    verdict = check.beam(answer)
    assert not verdict and says in verdict.message, verdict.message


def causal_by_torch(Q, K, V):
    return torch.nn.functional.scaled_dot_product_attention(*map(torch.tensor, (Q, K, V)), is_causal=True)


def causal_by_loop(Q, K, V):
    rows = []
    for t in range(len(Q)):
        e = np.exp([Q[t] @ K[s] / len(Q[t]) ** 0.5 for s in range(t + 1)])
        rows.append(e / e.sum() @ V[: t + 1])
    return rows


@pytest.mark.parametrize("answer", [causal_by_torch, causal_by_loop,
                                    lambda *given: causal_by_torch(*given).float()])  # fmt: skip
def test_self_attentions_that_are_right(answer):
    assert check.causal(answer), check.causal(answer)


@pytest.mark.parametrize("answer", [
    lambda Q, K, V: torch.nn.functional.scaled_dot_product_attention(*map(torch.tensor, (Q, K, V))),
    lambda Q, K, V: causal_by_torch(Q[::-1].copy(), K[::-1].copy(), V[::-1].copy()).flip(0),
    lambda Q, K, V: causal_by_torch(K, Q, V), lambda Q, K, V: V, lambda Q, K, V: np.cumsum(V, axis=0),
    lambda Q, K, V: np.cumsum(V, axis=0) / np.arange(1, len(V) + 1)[:, None],
    lambda Q, K, V: causal_by_torch(2 * Q, K, V),
    lambda Q, K, V: np.concatenate([V[:1], causal_by_torch(Q, K, V)[:-1]]), lambda Q, K, V: causal_by_torch(Q, K, V).T,
])  # fmt: skip
def test_self_attentions_that_are_wrong(answer):
    assert check.causal(answer).state == "wrong"


def masked_by_diagonal(diagonal, axis):
    def answer(Q, K, V):
        seen = torch.ones(len(Q), len(Q), dtype=torch.bool).tril(diagonal)
        scores = torch.tensor(Q @ K.T / Q.shape[1] ** 0.5).masked_fill(~seen, -torch.inf)
        return scores.softmax(axis) @ torch.tensor(V)

    return answer


@pytest.mark.parametrize(("diagonal", "axis", "says"), [
    (1, 1, "sees the next one"), (-1, 1, "NaN"), (0, 0, "runs over the queries")])
def test_masks_and_axes_that_are_wrong(diagonal, axis, says):
    assert check.causal(masked_by_diagonal(0, 1))
    verdict = check.causal(masked_by_diagonal(diagonal, axis))
    assert verdict.state == "wrong" and says in verdict.message, verdict.message


@pytest.mark.parametrize(("exercise", "right", "wrong"), [
    ("padding_share", [0.4, "0.4", "2/5", "40 %", Fraction(2, 5), np.float64(0.4)],
     [0, 2 / 3, 0.6, 0.05, 0.645, 0.5, 4]),
    ("path", [27, "27", "27 steps", 27.0, np.int64(27)], [23, 4, 28, 24, 34, 0, 26, 30, "27.5"]),
])
def test_numbers(exercise, right, wrong):
    for given in right:
        assert getattr(check, exercise)(given), given
    for given in wrong:
        assert getattr(check, exercise)(given).state == "wrong", given


@pytest.mark.parametrize("given", [
    {"a": 0.5, "x_after_a": 0.5, "x_after_b": 1.0}, (0.52, 0.5, 0.99), ["0.51", "1/2", "98 %"],
    {"a": 0.49, "x_after_a": 0.0, "x_after_b": 0.5}, (0.5, 0.5, 1), (0.5, 0.5, 0.9),
])  # fmt: skip
def test_chains_where_greedy_search_loses(given):
    assert check.greedy_loses(given), check.greedy_loses(given)


@pytest.mark.parametrize("given", [
    (0.55, 0.5, 0.9), (0.9, 0.9, 0.9), (1.0, 0.5, 1.0), (0.51, 0.5, 1.2), (-0.1, 0.5, 0.5), (0.3, 0.5, 1.0),
    {"a": 0.51, "x_after_a": 0.5}, 0.5,
])  # fmt: skip
def test_chains_where_it_does_not(given):
    assert check.greedy_loses(given).state == "wrong"


@pytest.mark.parametrize(("exercise", "given"), [
    ("past_the_training", {"text": "tick tock tick tock"}), ("torn", {"text": "1 Jan 20"}),
    ("torn", {"text": "1 Jan 20", "at": 4}),
])  # fmt: skip
def test_controls_that_do_what_was_asked(exercise, given):
    assert getattr(check, exercise)(given), getattr(check, exercise)(given)


@pytest.mark.parametrize(("exercise", "given"), [
    ("past_the_training", {"text": "quick fox"}), ("past_the_training", {"text": "the quick brown fox"}),
    ("past_the_training", {"text": ""}), ("past_the_training", {"text": 20 * "a"}), ("past_the_training", 15),
    ("past_the_training", {"word": "tick tock tick tock"}), ("past_the_training", {"text": "tick tock"}),
    ("torn", {"text": ""}), ("torn", {"text": "12 March 2005"}), ("torn", {"text": "31 February 2005"}),
    ("torn", {"text": "04/03/2005"}), ("torn", {"text": "03/04/05"}), ("torn", "1 Jan 20"), ("torn", {"at": 99}),
])  # fmt: skip
def test_controls_that_do_not(exercise, given):
    assert getattr(check, exercise)(given).state == "wrong"
