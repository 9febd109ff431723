"""Nothing outside the array API standard: every function on array_api_strict arrays, equal to NumPy's numbers.

Shapes that depend on data, and boolean masks as indices, are switched off, as a recorded live figure has neither.
"""

import array_api_strict as strict
import numpy as np
import pytest
from equation_cases import CASES, assert_same

from helpers import bptt, cells, encoder_decoder, params, sequence
from helpers.jacobians import log_norm_products, rnn_jacobians


@pytest.fixture(autouse=True)
def no_data_dependent_shapes():
    with strict.ArrayAPIStrictFlags(boolean_indexing=False, data_dependent_shapes=False):
        yield


def to_strict(value):
    """`value` (array, None, or a tuple of them) as array_api_strict arrays."""
    if isinstance(value, tuple):
        parts = [to_strict(v) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return None if value is None else strict.asarray(value)


def assert_all_same(got, want):
    """Every array of nested tuples `got`, a strict array, equals that of `want`."""
    if isinstance(want, tuple):
        assert type(got) is type(want)
        for g, w in zip(got, want, strict=True):
            assert_all_same(g, w)
    elif want is not None:
        assert isinstance(got, type(strict.asarray(0.0)))
        assert_same(np.asarray(got), want, 1e-13)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_step_unroll_and_backward(case):
    rng = np.random.default_rng(0)
    drawn, x, states = case.draw(rng, 3, 4), rng.normal(size=(5, 2, 3)), case.draw_states(rng, 2, 4)
    up = np.ones((5, 2, 4))
    for given_states in (states, ()):
        want = case.unroll(drawn, x, *given_states, **case.options)
        got = case.unroll(*to_strict((drawn, x, *given_states)), **case.options)
        assert_all_same(got, want)
        want = case.bptt(drawn, x, want, up, *given_states, **case.options)
        got = case.bptt(*to_strict((drawn, x)), got, *to_strict((up, *given_states)), **case.options)
        assert_all_same(got, want)
    got = case.step(*to_strict((drawn, x[0], *states)), **case.options)
    assert_all_same(got, case.step(drawn, x[0], *states, **case.options))


Z, TARGETS = np.random.default_rng(1).normal(size=(3, 2, 4)), np.asarray([[0, 1], [2, 3], [3, 0]])
JACOBIANS, LSTM = np.random.default_rng(2).normal(size=(6, 2, 3, 3)), params.lstm_params(2, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda to: cells.sigmoid(to(Z)),
        lambda to: cells.softmax(to(Z), axis=1),
        lambda to: cells.log_softmax(to(Z)),
        lambda to: sequence.pick(to(Z), to(np.asarray(2)), axis=-1),
        lambda to: bptt.cross_entropy(to(Z), to(TARGETS)),
        lambda to: log_norm_products(to(JACOBIANS)),
        lambda to: log_norm_products(to(JACOBIANS[:, 0]), norm="spectral"),
        lambda to: params.with_forget_bias(to(LSTM), to(np.asarray(2.0))),
        lambda to: params.with_chrono(to(LSTM), to(np.asarray(20.0)), seed=1),
        lambda to: params.with_chrono(to(params.gru_params(2, 3)), 20, seed=1),
        lambda to: params.with_chrono(to(params.mingru_params(2, 3)), 20, seed=1),
    ],
)
def test_function(call):
    assert_all_same(call(to_strict), call(lambda value: value))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
def test_jacobians(activation):
    drawn, x = params.rnn_params(2, 3), np.random.default_rng(3).normal(size=(5, 2, 2))

    def run(to):
        trace = sequence.rnn(to(drawn), to(x), activation=activation)
        return rnn_jacobians(to(drawn), trace, activation)

    assert_all_same(run(to_strict), run(lambda value: value))


@pytest.mark.parametrize("attention", [True, False])
def test_reading_and_one_step_of_writing(attention):
    rng = np.random.default_rng(3)
    gru = lambda D, H, seed: params.gru_params(D, H, seed)  # noqa: E731
    scores = {"W_q": (5, 2), "W_k": (8, 2), "v": (2,)} if attention else {}
    drawn = encoder_decoder.EncoderDecoderParams(
        gru(3, 4, 0), gru(3, 4, 1), rng.normal(size=(4, 5)), np.ones(5), gru(6 + 8, 5, 2), rng.normal(size=(5, 6)),
        np.ones(6), **{name: rng.normal(size=shape) for name, shape in scores.items()})
    x, y, mask = rng.normal(size=(3, 2, 3)), np.eye(6)[:2], np.asarray([[True, True], [True, True], [True, False]])
    want = encoder_decoder.remember(drawn, x, [3, 2])
    got = encoder_decoder.remember(to_strict(drawn), to_strict(x), [3, 2])
    assert_all_same(got, want)
    assert_all_same(encoder_decoder.write_step(to_strict(drawn), got, got.s, to_strict(y), to_strict(mask)),
                    encoder_decoder.write_step(drawn, want, want.s, y, mask))
