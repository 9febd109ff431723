"""The figures of chapter 05 against what they were drawn from."""

import numpy as np
import pytest

from helpers.cells import RNNParams
from helpers.figures import gate_variants, memory_race
from helpers.live import load
from helpers.params import normal, orthogonal, with_forget_bias
from helpers.sequence import lstm, rnn

DRAWS = range(100, 140)
LATE = {"length": 60}
# The numbers that the figure's tries and claims speak of, each at its state.
RACE = [
    ({}, "rnn_left", "lstm_left"), ({}, "rnn_left", "gru_left"),
    (LATE, "lstm_left", "gru_left"), (LATE, "lstm_left", "rnn_left"), (LATE, "rnn_left", "rnn_written"),
    (LATE, "lstm_left", ""), (LATE, "gru_left", ""), (LATE, "lstm_first", ""), (LATE, "gru_first", ""),
    (LATE, "rnn_first", ""),
    (LATE | {"gain": 0}, "lstm_left", "lstm_written"), (LATE | {"gain": 0}, "gru_left", "gru_written"),
    (LATE | {"keep_bias": 4}, "gru_written", ""), (LATE | {"keep_bias": 4}, "gru_left", "gru_written"),
    (LATE | {"keep_bias": 4, "pulse": 3}, "gru_written", ""), (LATE | {"keep_bias": 4, "pulse": 3}, "z_lowest", ""),
    (LATE | {"keep_bias": 4, "noise": 0, "pulse": 0.1}, "lstm_left", "lstm_written"),
    (LATE | {"keep_bias": 4, "noise": 0, "pulse": 0.1}, "gru_left", ""),
    (LATE | {"keep_bias": 4, "noise": 0, "pulse": 3}, "lstm_left", ""),
    (LATE | {"keep_bias": 4, "noise": 0, "pulse": 3}, "gru_left", ""),
    (LATE | {"gain": 1, "noise": 0}, "rnn_left", ""), (LATE | {"gain": 1}, "rnn_left", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def draws():
    """For each draw, the arrays of `memory_race` at every state of RACE."""
    inputs = {repr(state): load("memory_race").inputs(**state) for state, _, _ in RACE}
    return [{key: memory_race.compute(consts, **given) for key, given in inputs.items()}
            for consts in map(memory_race.draw, DRAWS)]


@pytest.mark.parametrize(("state", "of", "over"), RACE)
def test_the_networks_of_memory_race_are_no_outliers(draws, state, of, over):
    """Each number that a reader is told lies among the middle four fifths of those of other draws."""
    number = lambda arrays: float(arrays[of] / arrays[over] if over else arrays[of])  # noqa: E731
    ours = number(load("memory_race").run(**state))
    assert 0.1 <= np.mean(np.less([number(states[repr(state)]) for states in draws], ours)) <= 0.9


def test_in_nearly_every_draw_the_lstm_of_memory_race_is_far_ahead(draws):
    late = [states[repr(LATE)] for states in draws]
    ahead = [a["lstm_left"] > 10 * max(a["gru_left"], a["rnn_left"]) for a in late]
    assert np.mean(ahead) >= 0.95


def test_a_tanh_rnn_with_as_many_parameters_as_the_lstm_keeps_no_more():
    """Its 33 units leave less of the pulse than a tenth of what the LSTM's sixteen do, in nearly every draw."""
    H, x = 33, np.zeros((60, 2, 1))
    ahead = []
    for seed in DRAWS:
        consts = memory_race.draw(seed)
        assert sum(part.size for part in consts["lstm"] if part is not None) == H * (1 + H + 1) - 3
        x[:] = 0.3 * consts["noise"]
        x[0, 0] = 1.0
        h = rnn(RNNParams(normal((1, H), 1.0, seed), orthogonal(H, 0.9, seed), np.zeros(H)), x).h
        ours = lstm(with_forget_bias(consts["lstm"]._replace(W_h=0.9 * consts["lstm"].W_h), 1.0), x).h
        ahead.append(np.linalg.norm(np.diff(ours[-1], axis=0)) > 10 * np.linalg.norm(np.diff(h[-1], axis=0)))
    assert np.mean(ahead) >= 0.95


def test_the_gradients_of_memory_race_agree_with_nudged_inputs():
    consts, nudge, step = memory_race.draw(memory_race.SEED), 1e-6, 5
    x = np.repeat(0.3 * consts["noise"], 2, axis=1)[:12]
    x[0], x[step] = 2.0, x[step] + [[nudge], [-nudge]]
    arrays = memory_race.compute(consts, **load("memory_race").inputs(length=12, keep_bias=2, pulse=2))
    for kind, params in memory_race.networks(np, consts["lstm"], 2.0, 0.9):
        moved = np.linalg.norm(np.diff(kind.forward(params, x).h[-1], axis=0)) / (2 * nudge)
        assert 10 ** arrays[f"grad_{kind.name}"][step] == pytest.approx(moved, rel=1e-6), kind.name


def test_each_variant_is_the_cell_that_it_is_called():
    """A missing forget gate is 1 exactly; where one gate keeps and writes, 1 minus it writes; a GRU hides nothing."""
    figure = load("gate_variants")
    for unit in (1, 2, 3):
        arrays = {v: figure.run(variant=v, unit=unit, step=48, share=0.3) for v in gate_variants.VARIANTS}
        assert np.all(arrays["no_forget"]["f"] == 1.0)
        for variant in gate_variants.ONE:
            np.testing.assert_allclose(arrays[variant]["i"], 1.0 - arrays[variant]["f"], atol=1e-15)
        for variant in gate_variants.GRUS:
            assert np.array_equal(arrays[variant]["h"], arrays[variant]["c"])
        for variant in gate_variants.LSTMS:
            np.testing.assert_allclose(arrays[variant]["h"], arrays[variant]["o"] * np.tanh(arrays[variant]["c"]))


def test_only_the_alarm_looks_at_its_cell():
    """On the other two tasks the cell with peepholes is the LSTM, to the last bit."""
    for unit in (1, 2):
        plain, peephole = (load("gate_variants").run(variant=v, unit=unit, step=48) for v in ("lstm", "peephole"))
        assert all(np.array_equal(plain[name], peephole[name]) for name in "ifoch")
