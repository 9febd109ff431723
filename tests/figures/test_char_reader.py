"""The figure char_reader: against torch and autograd, a plain loop that writes, and what is computed again when."""

import gzip
import importlib

import numpy as np
import pytest
import torch

from helpers import char_lstm, syntax
from helpers.cells import lstm_step, softmax
from helpers.figures import char_reader
from helpers.live import load
from helpers.text import VOCABULARY
from live_figures.compile import compile_figure, record
from live_figures.program import Stage

torch.set_num_threads(1)
TEXTS = (char_reader.CODE, "x", "# 日本 😀\n\tprint('é')", "(" * char_reader.LONGEST)


def read_codes(typed):
    """What the network reads for a text: a tab is a space, what it does not know has one code."""
    return char_lstm.encode(typed.replace("\t", " "))


def recurrent():
    """The network's LSTM as torch's, in float64."""
    params = char_lstm.trained().params
    model = torch.nn.LSTM(*params.W_x.shape[:1], params.W_h.shape[0]).double()
    new = {"weight_ih_l0": params.W_x.T, "weight_hh_l0": params.W_h.T, "bias_ih_l0": params.b,
           "bias_hh_l0": 0 * params.b}
    model.load_state_dict({name: torch.as_tensor(np.array(value)) for name, value in new.items()})
    return model


def readout(h):
    model = char_lstm.trained()
    return h @ torch.as_tensor(model.V) + torch.as_tensor(model.c)


def steps_of_torch(codes):
    """Gates, candidate, cell and hidden state (T, H) by torch: its products, and its LSTM for the state."""
    model, x = recurrent(), torch.nn.functional.one_hot(torch.as_tensor(codes), syntax.VOCABULARY).double()
    state, rows = None, []
    with torch.no_grad():
        for row in x:
            h = torch.zeros(1, model.hidden_size).double() if state is None else state[0]
            a = row @ model.weight_ih_l0.T + model.bias_ih_l0 + h @ model.weight_hh_l0.T
            i, f, g, o = a.chunk(4, dim=-1)
            _, state = model(row[None], state)
            rows.append({"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid(), "h": state[0],
                         "tanh_c": state[1].tanh()})
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def gradient(text, at):
    """The log-probabilities of what follows character `at`, and the sizes of the gradient of the largest one."""
    x = torch.nn.functional.one_hot(torch.as_tensor(read_codes(text)), syntax.VOCABULARY).double().requires_grad_()
    log_p = readout(recurrent()(x)[0][at]).log_softmax(dim=-1)
    log_p.max().backward()
    return log_p.detach(), x.grad.norm(dim=-1).numpy()


@pytest.mark.parametrize("text", TEXTS[:3])
def test_every_quantity_of_a_unit_is_that_of_torch(text):
    want = steps_of_torch(read_codes(text))
    for unit, quantity in zip((0, 17, 57, 90, 126, 127), char_reader.QUANTITIES, strict=True):
        got = load("char_reader").run(text=text, at=len(text) - 1, unit=str(unit), quantity=quantity)
        np.testing.assert_allclose(got["tint"][:len(text)], want[quantity][:, unit], atol=1e-12, err_msg=quantity)
        last = [want[name][len(text) - 1, unit] for name in char_reader.QUANTITIES]
        np.testing.assert_allclose(got["gates"], last, atol=1e-12)
        assert got["number"] == unit


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_what_the_likeliest_next_character_depends_on_is_the_gradient_of_autograd(text, share):
    at = round(share * (len(text) - 1))
    got, (log_p, sizes) = load("char_reader").run(text=text, at=at), gradient(text, at)
    sizes[:max(at - char_reader.REACH + 1, 0)] = 0
    np.testing.assert_allclose(got["shares"][:len(text)], sizes / sizes.sum(), atol=1e-10)
    assert not got["shares"][at + 1:].any()
    best = log_p.topk(char_reader.BARS)
    np.testing.assert_allclose(got["p"], best.values.exp(), atol=1e-12)
    sign = {"\n": "⏎", " ": "␣"}
    assert [chr(c) for c in got["label"]] == [sign.get(VOCABULARY[k], VOCABULARY[k]) for k in best.indices]


def test_little_of_the_gradient_lies_further_back_than_it_is_followed():
    sizes = [(at, gradient(char_reader.CODE, at)[1]) for at in range(100, len(char_reader.CODE), 30)]
    beyond = [size[:at - char_reader.REACH + 1].sum() / size.sum() for at, size in sizes]
    assert np.median(beyond) < 0.02 and max(beyond) < 0.2


@pytest.mark.parametrize(("temperature", "draw"), [(1.0, 1), (0.3, 8), (2.0, 4)])
def test_it_writes_what_a_plain_loop_writes(temperature, draw):
    fig, model, text, at = load("char_reader"), char_lstm.trained(), char_reader.CODE, 200
    got = fig.run(at=at, temperature=temperature, draw=draw)
    trace = char_lstm.read(model, read_codes(text)[:at + 1])
    h, c, written, bits = trace.h[-1:], trace.c[-1:], "", []
    for u in fig.consts["noise"][draw - 1].astype(float):
        p = softmax((h @ model.V + model.c) / temperature)[0]
        code = int(np.flatnonzero(np.cumsum(p) > u)[0])
        written, bits = written + VOCABULARY[code], [*bits, -np.log2(p[code])]
        h, c = (lambda new: (new.h, new.c))(lstm_step(model.params, np.eye(syntax.VOCABULARY)[[code]], h, c))
    assert "".join(map(chr, got["written"])) == written
    np.testing.assert_allclose(got["bits"], bits, atol=1e-9)


def test_its_random_numbers_are_below_1():
    assert load("char_reader").consts["noise"].max() < 1  # no sum of probabilities exceeds 1


def test_another_unit_computes_neither_the_text_nor_the_gradient_nor_the_writing_again():
    stages = importlib.import_module("live_figures.lower.stages")
    program = record(load("char_reader"), {})
    waiting = [{buffer.name for buffer in step.inputs} for step in program.body if isinstance(step, Stage)]
    assert waiting == [{"text"}, {"text", "at"}, {"text", "at", "temperature", "draw"}]
    always = [stages._cost(step) for step in program.body if not isinstance(step, Stage)]
    assert sum(always) < stages.COSTLY


def test_its_weights_are_a_file_of_less_than_150_kB():
    assert len(gzip.compress(compile_figure(load("char_reader")).weights_js.encode(), 9)) < 150_000


@pytest.mark.parametrize("text", ["😀" * 20, "\t\t", "日本" * 40, "\n"])
def test_a_text_of_strange_characters_is_read(text):
    assert all(np.isfinite(np.asarray(a, dtype=float)).all() for a in load("char_reader").run(text=text).values())
