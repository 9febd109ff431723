"""Linear recurrences: scan against loop, memories against sums written out, reflections against permutations."""

import array_api_strict as strict
import numpy as np
import pytest
import torch
from equation_cases import LIBRARIES, QUICK, SEEDS, assert_same, to_library
from hypothesis import given
from hypothesis import strategies as st

from helpers import bptt, cells, linear, models, params, sequence

RNG = np.random.default_rng(0)
A, B, H0 = RNG.uniform(-1.2, 1.2, (13, 2, 3)), RNG.normal(size=(13, 2, 3)), RNG.normal(size=(2, 3))
Q, K, V = RNG.normal(size=(9, 2, 4)), RNG.normal(size=(9, 2, 4)), RNG.normal(size=(9, 2, 5))


@pytest.mark.parametrize("library", LIBRARIES)
@QUICK
@given(T=st.integers(1, 70), seed=SEEDS)
def test_the_parallel_scan_is_the_loop(library, T, seed):
    rng = np.random.default_rng(seed)
    a, b, h0 = rng.uniform(-1.1, 1.1, (T, 2)), rng.normal(size=(T, 2)), rng.normal(size=2)
    h, want = h0, []
    for t in range(T):
        h = a[t] * h + b[t]
        want.append(h)
    given_arrays = to_library(library, (a, b, h0))
    assert_same(linear.linear_recurrence(*given_arrays), np.stack(want))
    assert_same(linear.parallel_scan(*given_arrays), np.stack(want))


def test_the_rounds_of_the_scan_are_the_logarithm_of_its_length(monkeypatch):
    rounds, plain = [], linear._combine
    monkeypatch.setattr(linear, "_combine", lambda *steps: rounds.append(1) or plain(*steps))
    for T, expected in ((1, 0), (2, 1), (8, 3), (9, 4), (1000, 10)):
        rounds.clear()
        linear.parallel_scan(np.ones(T), np.ones(T))
        assert len(rounds) == expected


def test_combining_is_associative_and_is_two_steps():
    steps = list(zip(A[:3], B[:3], strict=True))
    left = linear.combine(linear.combine(*steps[:2]), steps[2])
    right = linear.combine(steps[0], linear.combine(*steps[1:]))
    np.testing.assert_allclose(left, right, atol=1e-14)
    np.testing.assert_allclose(left[0] * H0 + left[1], linear.linear_recurrence(A[:3], B[:3], H0)[-1], atol=1e-14)


def test_the_gradient_goes_through_the_scan_as_through_the_loop():
    grads = []
    for run in (linear.linear_recurrence, linear.parallel_scan):
        given_arrays = [torch.tensor(v, requires_grad=True) for v in (A, B, H0)]
        (run(*given_arrays) ** 2).sum().backward()
        grads.append([v.grad for v in given_arrays])
    for loop, scan in zip(*grads, strict=True):
        assert_same(scan, loop)


CELLS = {"mingru": (cells.mingru_step, sequence.mingru, params.mingru_params),
         "minlstm": (cells.minlstm_step, sequence.minlstm, params.minlstm_params)}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", CELLS)
def test_the_minimal_cells_step_by_step_and_in_parallel(name, library):
    step, unroll, draw = CELLS[name]
    weights = draw(3, 4, seed=1)
    weights = weights._replace(b=RNG.normal(size=weights.b.shape))
    weights, x, h0 = to_library(library, (weights, RNG.normal(size=(11, 2, 3)), RNG.normal(size=(2, 4))))
    loop, h = unroll(weights, x, h0), h0
    for t in range(11):
        new = step(weights, x[t], h)
        h = new.h
        for field, value in new._asdict().items():
            assert_same(getattr(loop, field)[t], value)
    for got, want in zip(unroll(weights, x, h0, parallel=True), loop, strict=True):
        assert_same(got, want)
    for got, want in zip(unroll(weights, x, parallel=True), unroll(weights, x), strict=True):
        assert_same(got, want)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_way_back_through_a_mingru_is_a_scan_too(library):
    x, up, h0 = RNG.normal(size=(11, 2, 3)), RNG.normal(size=(11, 2, 4)), RNG.normal(size=(2, 4))
    weights, x, up, h0 = to_library(library, (params.mingru_params(3, 4, seed=1), x, up, h0))
    trace = sequence.mingru(weights, x, h0, parallel=True)
    loop, together = (bptt.mingru_bptt(weights, x, trace, up, h0, parallel=parallel) for parallel in (False, True))
    for got, want in zip((*together.params, *together[1:]), (*loop.params, *loop[1:]), strict=True):
        assert_same(got, want)


def test_a_layer_of_torch_trains_through_the_scan():
    grads = []
    for parallel in (False, True):
        layer = models.Recurrent(params.mingru_params(3, 4, seed=1), parallel=parallel)
        layer(torch.ones(5, 2, 3)).pow(2).sum().backward()
        grads.append(layer.W_x.grad)
    assert_same(grads[1], grads[0], 1e-5)


def test_minlstm_is_the_papers_equation():
    """Feng et al. 2024: f and i from sigmoids, divided by their sum; and finite where both sigmoids are 0."""
    weights, x, h = params.minlstm_params(3, 4, seed=2), RNG.normal(size=(2, 3)), RNG.normal(size=(2, 4))
    i, f, g = np.split(x @ weights.W_x, 3, axis=1)
    i, f = (1 / (1 + np.exp(-gate)) for gate in (i, f))
    got = cells.minlstm_step(weights, x, h)
    assert_same(got.h, f / (f + i) * h + i / (f + i) * g)
    assert_same(got.i + got.f, np.ones((2, 4)))
    shut = cells.minlstm_step(weights._replace(b=np.full(12, -800.0)), 0 * x, h)
    assert_same(shut.f, np.full((2, 4), 0.5))


@pytest.mark.parametrize("library", LIBRARIES)
def test_linear_attention_is_attention_without_a_softmax(library):
    got = linear.linear_attention(*to_library(library, (Q, K, V)))
    scores = np.einsum("tbd,sbd->bts", Q, K) * np.tril(np.ones((9, 9)))
    assert_same(got.y, np.einsum("bts,sbm->tbm", scores, V))
    assert_same(got.S[-1], np.einsum("sbd,sbm->bdm", K, V))


@pytest.mark.parametrize("beta", [0.3, 1.0, 1.7])
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_delta_rule_is_a_step_of_gradient_descent(library, beta):
    """S - beta dL/dS with L = |v - k S|^2 / 2, by autograd."""
    S = torch.zeros(2, 4, 5, dtype=torch.float64)
    for k, v in zip(torch.tensor(K), torch.tensor(V), strict=True):
        S = S.detach().requires_grad_()
        (0.5 * ((v - torch.einsum("bd,bdm->bm", k, S)) ** 2).sum()).backward()
        S = S - beta * S.grad
    got = linear.delta_rule(*to_library(library, (Q, K, V)), beta)
    assert_same(got.S[-1], S)
    assert_same(got.y[-1], np.einsum("bd,bdm->bm", Q[-1], S.detach().numpy()))


def test_the_delta_rule_turns_the_memory_by_a_householder_matrix():
    """S_t = (I - beta k^T k) S_{t-1} + beta k^T v for a key of length 1 (Yang et al. 2024)."""
    keys = K / np.linalg.norm(K, axis=-1, keepdims=True)
    S = linear.delta_rule(Q, keys, V, 0.7).S
    turned = linear.householder(keys[3], 0.7) @ S[2] + 0.7 * keys[3][:, :, None] * V[3][:, None, :]
    assert_same(S[3], turned)


def test_a_rewritten_key_answers_with_the_new_value_only_under_the_delta_rule():
    keys = np.concatenate([np.eye(4), np.eye(4)])[:, None]
    values = RNG.normal(size=(8, 1, 5))
    assert_same(linear.delta_rule(keys, keys, values).y[4:], values[4:])
    assert_same(linear.linear_attention(keys, keys, values).y[4:], values[:4] + values[4:])


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("beta", [0.0, 1.0, 1.8, 2.0])
def test_states_are_the_product_of_the_matrices(library, beta):
    v, h0 = RNG.normal(size=(7, 2, 4)), RNG.normal(size=(2, 4))
    h, want = h0, []
    for row in v:
        unit = row / np.linalg.norm(row, axis=-1, keepdims=True)
        h = np.einsum("bi,bij->bj", h, np.eye(4) - beta * unit[:, :, None] * unit[:, None, :])
        want.append(h)
    h0, v = to_library(library, (h0, v))
    assert_same(linear.householder_states(h0, v, beta), np.stack(want))
    assert_same((h0[:, None, :] @ linear.householder(v[0], beta))[:, 0], want[0])


def test_reflections_of_swaps_are_permutations_exactly():
    cups, state, order = np.eye(5), np.eye(5), np.arange(5)
    for i, j in RNG.integers(5, size=(200, 2)):
        if i != j:
            state = state @ linear.householder(cups[i] - cups[j])
            order[[i, j]] = order[[j, i]]
    np.testing.assert_array_equal(state, np.eye(5)[:, order])


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_a_direction_of_any_length_will_do(scale):
    assert_same(linear.householder(scale * np.asarray([3.0, 4.0])), linear.householder([3.0, 4.0]))


def test_nothing_outside_the_standard():
    to = strict.asarray
    with strict.ArrayAPIStrictFlags(boolean_indexing=False, data_dependent_shapes=False):
        for call, arrays in ((linear.linear_recurrence, (A, B, H0)), (linear.parallel_scan, (A, B)),
                             (linear.householder_states, (H0, B)), (linear.householder, (H0,))):
            assert_same(np.asarray(call(*map(to, arrays))), call(*arrays), 1e-13)
        for call in (linear.linear_attention, linear.delta_rule):
            for got, want in zip(call(to(Q), to(K), to(V)), call(Q, K, V), strict=True):
                assert_same(np.asarray(got), want, 1e-13)
        for name, (_, unroll, draw) in CELLS.items():
            weights = draw(3, 4, seed=1)
            x = RNG.normal(size=(5, 2, 3))
            got = unroll(type(weights)(*map(to, weights)), to(x), parallel=True)
            assert_same(np.asarray(got.h), unroll(weights, x).h, 1e-13), name


@pytest.mark.parametrize(("call", "message"), [
    (lambda: linear.parallel_scan(A, B[:4]), r"b: expected shape \(13, 2, 3\), got \(4, 2, 3\)"),
    (lambda: linear.linear_recurrence(A, B, H0[0]), r"h0: expected shape \(2, 3\), got \(3,\)"),
    (lambda: linear.linear_recurrence(A[:0], B[:0]), r"a: expected at least one step, none empty; got shape \(0, 2, 3"),
    (lambda: linear.linear_attention(Q, K[:, :1], V), r"q: expected shape \(9, 1, 4\), got \(9, 2, 4\)"),
    (lambda: linear.delta_rule(Q, K, V * np.nan), "v: expected finite numbers, got NaN in 90 of its 90"),
    (lambda: linear.delta_rule(Q, K, V, np.inf), "beta: expected a finite number"),
    (lambda: linear.householder([0.0, 0.0]), "v: expected directions, got a vector that is all zero"),
    (lambda: linear.householder_states(H0, V), r"h0: expected shape \(2, 5\), got \(2, 3\)"),
    (lambda: linear.combine((1.0, 2.0), 3.0), r"second: expected a pair \(a, b\), got float"),
])
def test_a_wrong_argument_is_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_a_product_that_overflows_is_an_error_not_a_nan():
    message = "h overflows; a, b, v or the first state are too large"
    with pytest.raises(FloatingPointError, match=message), np.errstate(all="ignore"):
        linear.parallel_scan(np.full(8, 1e200), np.zeros(8))
