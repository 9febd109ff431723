"""Exercises of chapter 04: the LSTM."""

import math

import numpy as np

from live_figures.exercises import Question, close, exercise, right, wrong

from .. import live
from ..bptt import lstm_bptt
from ..cells import LSTMParams, sigmoid
from ..params import lstm_params, normal
from ..sequence import lstm

__all__ = [
    "baseline", "bias_for_half_life", "explode", "forget_gate_gradient", "gates_to_hide", "one_percent", "parameters",
    "set_forget_bias", "smallest_bias", "step_1997",
]

one_percent = Question(
    "ch04.one_percent",
    "A forget gate stands at 1/2 and nothing is written. After how many steps is less than 1 % of the cell left?",
    answer=7, unit="steps", right="Right: 1/2 to the power 6 is 1.6 %, to the power 7 it is 0.8 %.",
    hint="What is left after n steps is the gate multiplied by itself n times.")

gates_to_hide = Question(
    "ch04.gates_to_hide",
    "A cell should keep its number, whatever the input says, and show nothing of it. Where should the gates stand?",
    choices={
        "f = 1, i = 0, o = 0": "Right: nothing erased, nothing written, nothing read.",
        "f = 0, i = 0, o = 0": "Not that: with f at 0 the old number is multiplied by 0, which erases it.",
        "f = 1, i = 1, o = 0": "Not that: with i at 1 every candidate is added, so the input changes the number.",
        "f = 1, i = 0, o = 1": "Not that: with o at 1 the hidden state shows tanh of the cell.",
    },
    answer="f = 1, i = 0, o = 0")

baseline = Question(
    "ch04.baseline",
    "Two numbers are drawn uniformly from [0, 1]. You always answer 1 for their sum. What is your mean squared error?",
    answer=1 / 6, tolerance=0.001, right="Right: the variance of the sum, 1/12 + 1/12.",
    hint="The error is the variance of the sum; the variance of one uniform number on [0, 1] is 1/12.")

parameters = Question(
    "ch04.parameters", "How many numbers does nn.LSTM(3, 5) learn?",
    answer=200, right="Right: 4 · 5 · (3 + 5 + 2); the 2 stands for torch's two biases.",
    hint="Four gates, each with a row for every input, every hidden unit, and torch's two biases.")

smallest_bias = Question(
    "ch04.smallest_bias",
    "What is the smallest forget-gate bias on the slider (second bias 0) that keeps half of the bit for 50 steps?",
    answer=4.3, tolerance=0.05, right="Right: the exact value is −log(2^(1/50) − 1), about 4.27.",
    hint="Meet the challenge under the figure, then go back a tenth at a time until it is no longer met.")


def _unless(praise, *messages):
    """The first complaint among `messages`, or a right verdict; a wrong verdict is falsy, so `or` would skip it."""
    return next((m for m in messages if m is not None), right(praise))


@exercise(
    solution=lambda: lambda n: -math.log(2 ** (1 / n) - 1),
    wrong=[
        lambda: lambda n: math.log(2 ** (1 / n) - 1),
        lambda: lambda n: math.log(n),
        lambda: lambda n: 0.5 ** (1 / n),
        lambda: 4.3,
    ],
)
def bias_for_half_life(answer):
    """A function of the half-life n (steps) that gives the forget-gate bias."""
    if not callable(answer):
        return wrong("Give a function of n, not a number: bias_for_half_life(lambda n: ...).")
    steps = (1, 5, 50, 1000)
    left = [float(sigmoid(np.asarray(float(answer(n)))) ** n) for n in steps]
    return _unless(
        "Right: after n steps exactly half is left, checked for n = 1, 5, 50 and 1000.",
        close("what is left after n steps", left, [0.5] * len(steps), atol=1e-9,
              hint="Solve σ(b)ⁿ = 1/2 for b, with σ(b) = 1 / (1 + exp(−b))."))


def _gradient_case():
    params, x = lstm_params(3, 4, seed=11), normal((6, 2, 3), 1.0, seed=12)
    trace = lstm(params, x)
    grads = lstm_bptt(params, x, trace, normal((6, 2, 4), 1.0, seed=13))
    c_prev = np.concatenate([np.zeros((1, 2, 4)), trace.c[:-1]])
    return grads.c, c_prev, trace.f, grads.a[..., 4:8]


@exercise(
    solution=lambda: lambda dc, c_prev, f: dc * c_prev * f * (1 - f),
    wrong=[
        lambda: lambda dc, c_prev, f: dc * c_prev,
        lambda: lambda dc, c_prev, f: dc * f * (1 - f),
        lambda: lambda dc, c_prev, f: dc * c_prev * (1 - f**2),
    ],
)
def forget_gate_gradient(answer):
    """A function (dc, c_prev, f) -> dL/da_f."""
    dc, c_prev, f, expected = _gradient_case()
    return _unless(
        "Right: the same numbers as helpers.bptt, at every step.",
        close("dL/da_f", answer(dc, c_prev, f), expected, atol=1e-12,
              hint="c_t = f c_{t-1} + i g, and f = σ(a_f). You need the slope of σ too."))


def _step_1997(params, x, h, c):
    i, _, g, o = np.split(x @ params.W_x + h @ params.W_h + params.b, 4, axis=-1)
    c = c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def _step_2000(params, x, h, c):
    i, f, g, o = np.split(x @ params.W_x + h @ params.W_h + params.b, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def _step_without_tanh(params, x, h, c):
    i, _, g, o = np.split(x @ params.W_x + h @ params.W_h + params.b, 4, axis=-1)
    c = c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * c, c


@exercise(solution=lambda: _step_1997, wrong=[lambda: _step_2000, lambda: _step_without_tanh])
def step_1997(answer):
    """A function (params, x, h, c) -> (h, c): one step of an LSTM that cannot forget."""
    params = lstm_params(3, 4, seed=21, forget_bias=0.0)
    x, h, c = (normal(shape, 1.0, seed=22 + k) for k, shape in enumerate([(2, 3), (2, 4), (2, 4)]))
    open_gate = LSTMParams(  # a forget gate that is open whatever comes in: the reference, from another road
        np.concatenate([params.W_x[:, :4], 0 * params.W_x[:, 4:8], params.W_x[:, 8:]], axis=1),
        np.concatenate([params.W_h[:, :4], 0 * params.W_h[:, 4:8], params.W_h[:, 8:]], axis=1),
        np.concatenate([params.b[:4], np.full(4, 100.0), params.b[8:]]))
    expected = lstm(open_gate, x[None], h0=h, c0=c)
    got = answer(params, x, h, c)
    if not isinstance(got, tuple) or len(got) != 2:
        return wrong("Return two arrays: h, c.")
    hint = "The old cell is added whole; i, g and o stay as they are, in the blocks i, f, g, o of the weights."
    return _unless("Right: the same as an LSTM whose forget gate is held open.",
                   close("the new cell c", got[1], expected.c[0], hint=hint),
                   close("the new hidden state h", got[0], expected.h[0], hint=hint))


def _set_forget_bias(module, value):
    import torch

    H = module.hidden_size
    with torch.no_grad():
        for name, bias in module.named_parameters():
            if name.startswith("bias_"):
                bias[H : 2 * H] = value if name.startswith("bias_ih") else 0.0


def _set_one_bias(module, value):
    import torch

    with torch.no_grad():
        for name, bias in module.named_parameters():
            if name.startswith("bias_ih"):
                bias[module.hidden_size : 2 * module.hidden_size] = value


def _set_both_biases(module, value):
    import torch

    with torch.no_grad():
        for name, bias in module.named_parameters():
            if name.startswith("bias_"):
                bias[module.hidden_size : 2 * module.hidden_size] = value


def _set_every_gate(module, value):
    import torch

    with torch.no_grad():
        for name, bias in module.named_parameters():
            if name.startswith("bias_"):
                bias[:] = value if name.startswith("bias_ih") else 0.0


@exercise(solution=lambda: _set_forget_bias,
          wrong=[lambda: _set_one_bias, lambda: _set_both_biases, lambda: _set_every_gate])
def set_forget_bias(answer):
    """A function (module, value) that sets the effective forget-gate bias of every layer and direction in place."""
    import torch

    module = torch.nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    before = {name: p.detach().clone() for name, p in module.named_parameters()}
    answer(module, 2.5)
    for name, p in module.named_parameters():
        if name.startswith("bias_ih"):
            total = (p + getattr(module, name.replace("_ih", "_hh"))).detach()
            message = close(f"the effective forget-gate bias of {name[8:]}", total[4:8], np.full(4, 2.5), atol=1e-6,
                            hint="torch adds bias_ih and bias_hh; rows H to 2H belong to the forget gate.")
            if message is not None:
                return message
        rest = torch.cat([p[:4], p[8:]]) if name.startswith("bias_") else p
        old = torch.cat([before[name][:4], before[name][8:]]) if name.startswith("bias_") else before[name]
        if not torch.equal(rest, old):
            return wrong(f"{name} has changed outside of the forget gate: leave the other gates and the weights alone.")
    return right("Right: every layer and direction, and nothing but the forget gate.")


@exercise(
    solution=lambda: {"forget_bias": 2.0, "gain": 6.0, "input_scale": 0.5, "length": 100},
    wrong=[lambda: {"forget_bias": 6.0, "gain": 0.5}, lambda: {"gain": 0.0}, lambda: {"forget_bias": 100.0}],
)
def explode(answer):
    """Controls of the figure cell_path at which the whole gradient explodes while the direct path vanishes."""
    arrays = live.load("cell_path").run(**answer)
    if arrays["exploded"] > 0:
        return right("Right: the forget gates shrink the direct path, and the loop through h grows all the same.")
    if arrays["length"] < 60:
        return wrong("Take a length of 60 steps or more.")
    if arrays["cell_first"] <= 1e3:
        return wrong("The whole gradient at the first cell is not above 1000. The path through h grows with W_h.")
    return wrong("The direct path still brings 1/1000 or more. It is the product of the forget gates.")
