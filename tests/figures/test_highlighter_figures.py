"""The figures highlighter and context_reach: against torch and autograd, and the quality that is stated of them."""

import numpy as np
import pytest
import torch

from helpers import sequence, syntax
from helpers.data import make_highlighter as highlighter
from helpers.figures import _taggers
from helpers.live import load
from helpers.models import Tagger
from helpers.text import VOCABULARY

torch.set_num_threads(1)
CODES = ("def f(x):\n\treturn x", "x", "# 日本 😀\nprint('é')", 'value = compare(first, "second")  # third')


def read_codes(text_typed):
    """What the taggers read for a text: a tab is a space, what they do not know has one code."""
    places = {c: k for k, c in enumerate(VOCABULARY)} | {"\t": VOCABULARY.index(" ")}
    return torch.tensor([places.get(c, syntax.UNKNOWN) for c in text_typed])


@pytest.mark.parametrize(("net", "parameters"), [("one-way", 30_310), ("two-way", 30_286)])
def test_the_two_taggers_have_equally_many_parameters(net, parameters):
    with torch.random.fork_rng():
        model = Tagger("lstm", vocabulary=syntax.VOCABULARY, classes=len(syntax.CLASSES), **highlighter.NETS[net])
    assert sum(p.numel() for p in model.parameters()) == parameters


@pytest.mark.parametrize(("net", "right"), [("one-way", 0.943), ("two-way", 0.989)])
def test_the_shipped_taggers_are_as_good_as_stated(net, right):
    """With the weights of the page, of 8 bits a number, and the course's equations."""
    with np.load(highlighter.PATH) as stored:
        stated = float(stored[f"{net} accuracy"])
    consts, (codes, labels) = _taggers.weights(), syntax.stretches(syntax.corpus().test, highlighter.LENGTH)
    x = np.eye(syntax.VOCABULARY)[codes]
    if net == "one-way":
        h, readout = sequence.lstm(consts["one"], x).h, "one"
    else:
        ahead, back = sequence.lstm(consts["forward"], x).h, sequence.lstm(consts["backward"], x[::-1]).h[::-1]
        h, readout = np.concatenate([ahead, back], axis=-1), "two"
    answers = (h @ consts[f"{readout}_V"] + consts[f"{readout}_c"]).argmax(axis=-1)
    assert highlighter.measured(answers, labels).accuracy == pytest.approx(stated, abs=1e-4)
    assert stated == pytest.approx(right, abs=5e-4)


@pytest.mark.parametrize("code", CODES)
def test_the_colours_are_those_of_the_trained_taggers(code):
    got = load("highlighter").run(code=code, at=len(code) - 1)
    for net, name in (("one-way", "one"), ("two-way", "two")):
        with torch.no_grad():
            scores = syntax.trained(net).double()(read_codes(code)[:, None])[:, 0]
        assert got[name][:len(code)].tolist() == scores.argmax(dim=-1).tolist()
        np.testing.assert_allclose(got[f"p_{name}"], scores[-1].softmax(dim=-1), atol=1e-6)
    assert got["length"] == len(code)


@pytest.mark.parametrize("code", CODES)
def test_the_reach_of_a_label_is_the_gradient_of_autograd(code):
    at = len(code) // 2
    got = load("context_reach").run(code=code, at=at)
    for k, net in enumerate(("one-way", "two-way")):
        model = syntax.trained(net).double()
        x = torch.nn.functional.one_hot(read_codes(code)[:, None], syntax.VOCABULARY).double().requires_grad_()
        scores = model.readout(model.recurrent(x)[0])[at, 0]
        best, second = scores.topk(2).values
        (best - second).backward()
        sizes = x.grad[:, 0].norm(dim=-1)
        np.testing.assert_allclose(got["shares"][k, :len(code)], sizes / sizes.sum(), atol=1e-6)
        assert got["said"][k].argmax() == scores.argmax() and not got["shares"][k, len(code):].any()


@pytest.mark.parametrize("name", ["highlighter", "context_reach"])
def test_a_code_of_strange_characters_is_read(name):
    for code in ("😀" * 20, "\t\t", "日本" * 40):
        assert all(np.isfinite(np.asarray(a, dtype=float)).all() for a in load(name).run(code=code).values())
