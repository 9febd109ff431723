"""The figures of chapter 06 against torch, what their networks may not see, and the quality that is stated of them."""

from collections import Counter

import numpy as np
import pytest
import torch

from helpers import models, syntax
from helpers._in_bytes import from_bytes, to_bytes
from helpers.data import make_deep_states as deep
from helpers.data import make_fill_the_blank as blank
from helpers.data.make_prose import PATH as PROSE
from helpers.data.make_prose import SYMBOLS, sentences
from helpers.live import load
from helpers.text import encode

torch.set_num_threads(1)
SENTENCES = ("find the name of the user", "a", "it isn't one, or is it", "no. 42 of 日本 😀")


def test_bytes_keep_a_weight_to_half_a_step():
    weights = {"a": np.linspace(-3, 2, 50).reshape(5, 10), "b": np.array([0.0, 0.01])}
    stored = to_bytes(weights)
    assert stored["a"].dtype == stored["b"].dtype == np.uint8
    for name, array in weights.items():
        np.testing.assert_allclose(from_bytes(stored[name], stored["step"]), array, atol=0.51 * stored["step"])
    assert from_bytes(stored["b"], stored["step"])[0] == 0 and stored["step"] == 3 / 127


def test_the_frozen_sentences_are_prose_held_out_by_sentence_and_licensed():
    train, valid = sentences()
    assert len(train) > 8000 and len(valid) > 900 and not set(train) & set(valid)
    assert set("".join(train + valid)) <= set(SYMBOLS[1:])
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in PROSE.with_name("PSF-LICENSE.txt").read_text(encoding="utf-8")


def test_neither_network_has_read_the_sentence_that_the_figure_begins_with():
    shown = load("fill_the_blank").controls[0].value
    pieces = {shown[start:start + 20] for start in range(len(shown) - 19)}
    assert not any(piece in sentence for sentence in sentences()[0] for piece in pieces)


def test_the_two_networks_have_equally_many_parameters_within_half_a_percent():
    left, both = (sum(p.numel() for p in blank.FillIn(sides).parameters()) for sides in ("left", "both"))
    assert (left, both) == (53_121, 53_313)


@pytest.mark.parametrize("sides", ["left", "both"])
def test_the_shipped_weights_are_as_good_as_stated(sides):
    with np.load(blank.PATH) as stored:
        stated = float(stored[f"{sides}_bits"])
    assert blank.bits(blank.shipped(sides)) == pytest.approx(stated, abs=1e-4)
    assert stated == pytest.approx({"left": 1.97, "both": 0.82}[sides], abs=0.005)


@pytest.mark.parametrize("sides", ["left", "both"])
def test_a_hidden_character_is_never_seen(sides):
    """Another character in a place changes the scores of other places, and not one of its own."""
    model, (train, _) = blank.shipped(sides), sentences()
    codes = torch.tensor([blank.encode(train[7])]).T
    with torch.no_grad():
        scores = model(codes)
        for t in range(1, len(codes) - 1):
            other = codes.clone()
            other[t] = 1 + codes[t] % (len(SYMBOLS) - 1)
            new = model(other)
            assert torch.equal(new[t - 1], scores[t - 1])
            changed = (new != scores).any(dim=-1)[:, 0]
            assert bool(changed[t:].any()) == (t < len(changed))
            assert bool(changed[:t - 1].any()) == (sides == "both" and t > 1)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("sides", ["left", "both"])
def test_fill_the_blank_agrees_with_torch(text, sides):
    figure, kept = load("fill_the_blank"), [c if c in SYMBOLS[1:] else "·" for c in text]
    model = blank.shipped(sides).double()
    codes = torch.tensor([blank.encode("".join(kept))]).T
    with torch.no_grad():
        p = torch.softmax(model(codes)[:, 0], dim=-1).numpy()
    bits = -np.log2(p[np.arange(len(kept)), codes[1:-1, 0]])
    for place in range(len(kept)):
        arrays = figure.run(text=text, place=place)
        np.testing.assert_allclose(arrays[f"{sides}_line"][:len(kept)], bits, atol=1e-5)
        np.testing.assert_allclose(arrays[f"{sides}_p"], np.sort(p[place])[::-1][:6], atol=1e-6)
        assert arrays[f"{sides}_true"] == pytest.approx(p[place, codes[place + 1, 0]], abs=1e-6)
    assert arrays[f"{sides}_mean"] == pytest.approx(bits.mean(), abs=1e-5)


def test_counting_is_what_a_table_by_hand_gives():
    """The nearest neighbour on either side, with plain dictionaries."""
    train, valid = sentences()
    alone, beside, around = Counter(), Counter(), Counter()
    for text in train:
        for before, c, after in zip("\n" + text, text, text[1:] + "\n", strict=False):
            alone[c] += 1
            beside[before, c] += 1
            around[before, after, c] += 1
    totals = [Counter(), Counter()]
    for (before, _), n in beside.items():
        totals[0][before] += n
    for (before, after, _), n in around.items():
        totals[1][before, after] += n
    bits = []
    for text in valid:
        for before, c, after in zip("\n" + text, text, text[1:] + "\n", strict=False):
            p = (alone[c] + 5 / len(SYMBOLS)) / (len("".join(train)) + 5)
            p = (beside[before, c] + 5 * p) / (totals[0][before] + 5)
            p = (around[before, after, c] + 5 * p) / (totals[1][before, after] + 5)
            bits.append(-np.log2(p))
    assert blank.count_bits((-1, 1)) == pytest.approx(np.mean(bits), rel=1e-9)


def test_the_shipped_deep_network_is_as_good_as_stated():
    with np.load(deep.PATH) as stored:
        stated = float(stored["bits"])
    bits = models.bits_per_character(deep.shipped("trained"), syntax.corpus().test.codes)
    assert bits == pytest.approx(stated, abs=1e-4) and stated == pytest.approx(2.72, abs=0.005)


@pytest.mark.parametrize("network", ["trained", "untrained"])
def test_deep_states_agrees_with_torch(network):
    code, place = "import os\nprint(os.name)", 12
    with np.load(deep.PATH) as stored:
        usual, order = (stored[f"{network}_{name}"] for name in ("usual", "order"))
    codes = np.stack([encode(code), encode(f"{code[:place]}x{code[place + 1:]}")], axis=1)
    arrays = load("deep_states").run(text=code, place=place, network=network)
    for k, h in enumerate(deep.states(deep.shipped(network).double(), codes)):
        np.testing.assert_allclose(arrays["states"][54 * k:54 * k + 48, :len(code)], h[:, 0, order[k]].T, atol=1e-5)
        change = ((h[1:, 0] - h[:-1, 0]) ** 2).sum(-1) / usual[k]
        np.testing.assert_allclose(arrays[f"change_{k + 1}"][1:len(code)], change, atol=1e-4)
        effect = ((h[:, 1] - h[:, 0]) ** 2).sum(-1) / usual[k]
        np.testing.assert_allclose(arrays[f"effect_{k + 1}"][:len(code)], effect, atol=1e-4)
        assert arrays[f"moves_{k + 1}"] == pytest.approx(change[9:].mean(), abs=1e-4)
        assert arrays[f"left_{k + 1}"] == pytest.approx(effect[place + 5], abs=1e-4)


@pytest.mark.parametrize("network", ["trained", "untrained"])
def test_the_units_stand_from_the_slowest_to_the_fastest(network):
    codes = syntax.stretches(syntax.corpus().test, deep.LENGTH).codes
    with np.load(deep.PATH) as stored:
        order, usual = stored[f"{network}_order"], stored[f"{network}_usual"]
    for k, h in enumerate(deep.states(deep.shipped(network), codes)):
        h = h[deep.SKIPPED:]
        assert deep.distance(h).sum() == pytest.approx(usual[k], rel=0.02)
        speed = (deep.moves(h) / deep.distance(h))[order[k]]
        assert np.corrcoef(speed, np.arange(deep.HIDDEN))[0, 1] > 0.8
