"""The figures of chapter 01 against torch, plain arithmetic on the sixteen numbers, and their own claims."""

import numpy as np
import pytest
import torch

from helpers.data.make_io_patterns import PRIMES
from helpers.live import load
from helpers.text import VOCABULARY, encode

torch.set_num_threads(1)


def test_unroll_agrees_with_torch():
    arrays = load("unroll").run(at=3, pulse=-0.8, U=1.3, W=-0.9, V=0.4)
    cell = torch.nn.RNN(1, 1, bias=False).double()
    with torch.no_grad():
        cell.weight_ih_l0.fill_(1.3)
        cell.weight_hh_l0.fill_(-0.9)
        s = cell(torch.tensor(arrays["x"])[:, None])[0][:, 0].numpy()
    np.testing.assert_array_equal(np.flatnonzero(arrays["x"]), [2])
    np.testing.assert_allclose(arrays["s"], s, atol=1e-14)
    np.testing.assert_allclose(arrays["o"], 0.4 * s, atol=1e-14)


def test_a_pulse_above_three_tenths_does_not_meet_the_challenge():
    assert not load("unroll").run(U=2, W=1.5, pulse=0.35)["kept"]


def _right_answers(pattern, n):
    digits = [int(d) for d in f"{n:04b}"]
    changed = [int(a != b) for a, b in zip(digits, [0] + digits[:-1], strict=True)]
    return {"one_to_one": [int(n in PRIMES)], "one_to_many": digits, "many_to_one": [int(n in PRIMES)],
            "equal": changed, "unequal": [int(d) for d in f"{sum(digits):03b}"]}[pattern]


@pytest.mark.parametrize("pattern", ["one_to_one", "one_to_many", "many_to_one", "equal", "unequal"])
def test_every_pattern_solves_its_task_for_all_sixteen_numbers(pattern):
    assert set(PRIMES) == {n for n in range(2, 16) if all(n % k for k in range(2, n))}
    figure = load("io_patterns")
    for n in range(16):
        arrays = figure.run(pattern=pattern, number=n, step=7)
        asked = arrays["answered"]
        right = _right_answers(pattern, n)
        assert (arrays["o"][asked] > 0.5).astype(int).tolist() == right, n
        assert arrays["target"][asked].tolist() == right
        assert arrays["correct"] == arrays["asked"] == len(right)


def test_io_patterns_shows_only_what_has_been_computed():
    arrays = load("io_patterns").run(pattern="unequal", number=9, step=5)
    assert np.flatnonzero(arrays["plus"].any(axis=1) | arrays["minus"].any(axis=1)).tolist() == [0, 1, 2, 3, 4]
    assert arrays["answered"].tolist() == [0, 0, 0, 0, 1, 0, 0]
    assert (arrays["done"], arrays["total"]) == (5, 7)


def test_a_later_bit_leaves_earlier_states_alone():
    figure = load("io_patterns")
    even, odd = (figure.run(pattern="many_to_one", number=n, step=7) for n in (12, 13))
    np.testing.assert_array_equal(even["plus"][:3], odd["plus"][:3])
    assert not np.allclose(even["plus"][3], odd["plus"][3])


def _torch_scores(prompt, K):
    """The stored weights in torch's own modules, fed with a newline and the prompt."""
    cell, readout = torch.nn.RNN(96, 64).double(), torch.nn.Linear(64, 96).double()
    with torch.no_grad():
        cell.weight_ih_l0.copy_(torch.tensor(K["W_x"].T))
        cell.weight_hh_l0.copy_(torch.tensor(K["W_h"].T))
        cell.bias_ih_l0.copy_(torch.tensor(K["b"]))
        cell.bias_hh_l0.zero_()
        readout.weight.copy_(torch.tensor(K["W_y"].T))
        readout.bias.copy_(torch.tensor(K["b_y"]))
        x = torch.eye(96, dtype=torch.float64)[torch.tensor(encode("\n" + prompt))]
        return readout(cell(x)[0][-1]).numpy()


@pytest.mark.parametrize("prompt", ["def __in", " ", "for i in range(1"])
@pytest.mark.parametrize("temperature", [0.1, 1.0, 5.0])
def test_temperature_bars_agree_with_torch(prompt, temperature):
    figure = load("temperature")
    arrays = figure.run(prompt=prompt, temperature=temperature)
    scores = _torch_scores(prompt, figure.float_consts())
    p = torch.softmax(torch.tensor(scores) / temperature, dim=0).numpy()
    order = np.argsort(-scores)[:10]
    np.testing.assert_allclose(arrays["p"], p[order], atol=1e-9)
    expected = "".join(VOCABULARY[k] for k in order).replace("\n", "⏎").replace(" ", "␣")
    assert "".join(chr(int(c)) for c in arrays["label"]) == expected
    assert arrays["bits"] == pytest.approx(-np.sum(p * np.log2(np.maximum(p, 1e-300))), abs=1e-9)


def test_the_text_at_a_low_temperature_is_the_likeliest_one():
    figure, prompt, likeliest = load("temperature"), "import ", ""
    for _ in range(6):
        likeliest += VOCABULARY[int(np.argmax(_torch_scores(prompt + likeliest, figure.float_consts())))]
    p = figure.run(prompt=prompt, temperature=0.1)["p"]
    cold = {"".join(chr(int(c)) for c in figure.run(prompt=prompt, temperature=0.1, draw=d)["written"][:6])
            for d in range(1, 9)}
    assert p[0] < 0.9 and len(cold) > 1  # here even the cold text is not certain, so draws differ,
    assert likeliest in cold  # and the likeliest is among them


def test_the_random_sets_differ_and_one_set_repeats_itself():
    figure = load("temperature")
    texts = [tuple(figure.run(draw=d)["written"]) for d in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_the_first_characters_come_as_often_as_their_bars_say():
    figure = load("temperature")
    K = figure.float_consts() | {"noise": np.tile((np.arange(8)[:, None] + 0.5) / 8, (1, 136))}
    drawn = [chr(int(figure.compute(K, **figure.inputs(draw=d))["written"][0])) for d in range(1, 9)]
    arrays = figure.run()
    expected = dict(zip((chr(int(c)) for c in arrays["label"]), arrays["p"], strict=True))
    for character in set(drawn):  # eight evenly spaced numbers count a probability to 1/8
        assert abs(drawn.count(character) / 8 - expected.get(character, 0)) <= 1 / 8 + 1e-9
