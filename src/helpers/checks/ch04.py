"""Exercises of chapter 04: the LSTM."""

import math

import numpy as np

from live_figures.exercises import choice, compare, controls, function, number

from .. import live
from ..bptt import lstm_bptt
from ..cells import LSTMParams, LSTMStep, sigmoid
from ..params import lstm_params
from ..sequence import lstm

__all__ = [
    "back_through_peepholes", "baseline", "bias_for_half_life", "endless_stream", "explode", "from_onnx",
    "gates_to_hide", "one_percent", "parameters", "set_forget_bias", "smallest_bias", "step_1997",
]


@number(
    title="Half, and half, and half", difficulty=1, minutes=2,
    question="A forget gate stands at 1/2 and nothing is written. After how many steps is less than 1 % of the cell "
             "left?",
    hints=("What is left after $k$ steps is $f^k$.",),
    answer=7, unit="steps",
    mistakes={"After 6 steps 1.6 % is left, which is still more than 1 %.": 6,
              "Nearly: there is no part of a step. After which whole one is it true?": math.log2(100),
              "The cell is halved at every step, so what is left is a power of 1/2, not 1/(2k).": 50},
    praise="Right: 1/2 to the power 6 is 1.6 %, to the power 7 it is 0.8 %.",
    nudge="What is left after k steps is the gate multiplied by itself k times.",
)
def one_percent():
    r"""Halve until it is below 0.01. After 6 steps $1/64 = 1.6\,\%$ is left, after 7 steps $1/128 = 0.8\,\%$."""
    left = 0.5 ** np.arange(10)
    return np.argmax(left < 0.01)


@choice(
    title="Keep it, and say nothing", difficulty=1, minutes=2,
    question="A cell should keep its number, whatever the input says, and show nothing of it. Where should the three "
             "gates stand?",
    hints=(r"Go through $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ and $h_t = o_t \odot \tanh(c_t)$ with each gate at 0 "
           "and at 1.",
           "Unit 4 of the first figure does it at step 20."),
    choices={
        "keep": ("f = 1, i = 0, o = 0", "Right: nothing erased, nothing written, nothing read."),
        "shut": ("f = 0, i = 0, o = 0",
                 "Not that: with f at 0 the old number is multiplied by 0, which erases it."),
        "write": ("f = 1, i = 1, o = 0",
                  "Not that: with i at 1 every candidate is added, so the input changes the number."),
        "show": ("f = 1, i = 0, o = 1", "Not that: with o at 1 the hidden state shows tanh of the cell."),
    },
    answer="keep",
)
def gates_to_hide():
    """Keep: $f = 1$. Write nothing: $i = 0$. Show nothing: $o = 0$. The figure agrees, nearly:"""
    at_20 = live.load("lstm_gates").run(unit=4, step=20)["now"]
    print("i, f, g, o:", at_20[3:7].round(2), " c, h:", at_20[[9, 11]].round(2))
    return "keep"


@number(
    title="Count the weights", difficulty=1, minutes=3,
    question="How many numbers does `nn.LSTM(3, 5)` learn? Count by hand before you ask torch.",
    hints=("Three gates and the candidate, all of the same shape: count one and multiply.",
           "Each has a weight for every input and every hidden unit, and torch's two biases, for each of its five "
           "units."),
    answer=200,
    mistakes={"One bias is missing: torch keeps two for each gate, and for the candidate.": 180,
              "These are the weights. The biases are missing.": 160,
              "That is one block of four: three gates and the candidate.": 50,
              "Three gates make 150. The candidate has weights too.": 150,
              "3 and 5 have changed places: the first number is that of the inputs.": 4 * 3 * (5 + 3 + 2),
              "The hidden units do not look at each other: 5 · 5 weights are missing in each block.": 100},
    praise="Right: 4 · 5 · (3 + 5 + 2); the 2 stands for torch's two biases.",
    nudge="Three gates and the candidate, each with a row for every input, every hidden unit, and torch's two biases.",
)
def parameters():
    r"""$4 \cdot 5 \cdot (3 + 5 + 2) = 200$. The length of the sequence does not enter."""
    import torch

    return sum(p.numel() for p in torch.nn.LSTM(3, 5).parameters())


@number(
    title="What does knowing nothing cost?", difficulty=2, minutes=5,
    question="In the later form of the adding problem, two numbers are drawn uniformly from $[0, 1]$, and you must "
             "give their sum. You always answer 1. Derive your mean squared error.",
    hints=("1 is the mean of the sum, so the error is the variance of the sum.",
           r"$\int_0^1 (u - \frac12)^2\, du = \frac1{12}$."),
    answer=1 / 6,
    mistakes={"That is the variance of one of the two numbers.": 1 / 12,
              "That is the standard deviation: the mean squared error is its square.": math.sqrt(1 / 6),
              "That is the mean of the absolute error. The error is squared first.": 1 / 3},
    praise="Right: the variance of the sum, 1/12 + 1/12.",
    nudge="The error is the variance of the sum; the variance of one uniform number on [0, 1] is 1/12.",
)
def baseline():
    r"""The two numbers are independent, so their variances add: $\frac1{12} + \frac1{12} = \frac16$."""
    sums = np.random.default_rng(1).uniform(size=(200_000, 2)).sum(axis=1)
    print(f"measured on 200,000 sums: {((sums - 1) ** 2).mean():.4f}")
    return 1 / 12 + 1 / 12


def _left_after(bias, k):
    """The share of the cell left after k steps with the bias that an answer gives for them."""
    b = bias(k)
    compare("the bias", b, 0.0, tolerance=math.inf)  # one finite number, whichever
    return float(sigmoid(np.asarray(b, dtype=np.float64).reshape(()))) ** k


@function(
    title="A memory of given length", difficulty=2, minutes=8,
    question=r"After $k$ steps with a forget gate that stands at $\sigma(b)$, a share $\sigma(b)^k$ of the cell is "
             "left. Write a function of $k$ that gives the bias $b$ with which half of the cell is left after $k$ "
             "steps.",
    hints=(r"Solve $\sigma(b)^k = \frac12$, with $\sigma(b) = 1 / (1 + e^{-b})$.",
           r"$\sigma(b)^k = \frac12$ means $1 + e^{-b} = 2^{1/k}$."),
    cases=lambda rng: [(k,) for k in (1, 2, 5, 50, 1000)],
    measure=_left_after,
    returns=("what is left after k steps with your bias",),
    tolerance=1e-3,  # a bias found by bisection, or in float32, is right too
    mistakes={
        "The sign is the wrong way round: your gate closes where it should open.": ("return -np", "return np"),
        "ln k is close for long memories, and wrong for short ones. Which bias keeps half for 1 step?":
            lambda k: np.log(k),
        "This is where the gate stands, not its bias. The bias goes into the sigmoid.": lambda k: 0.5 ** (1 / k),
        "A 1 is lost on the way: σ(b) is 1/(1 + exp(−b)), not 1/exp(−b).": (" - 1", ""),
        "ln k − ln ln 2 is what the formula tends to for large k. Short memories need the exact one.":
            lambda k: np.log(k) - np.log(np.log(2)),
    },
    praise="Right: after k steps exactly half is left, checked for k from 1 to 1000.",
    nudge="Solve σ(b)ᵏ = 1/2 for b, with σ(b) = 1 / (1 + exp(−b)).",
)
def bias_for_half_life(k):
    r"""From $1 + e^{-b} = 2^{1/k}$ follows $b = -\ln(2^{1/k} - 1)$."""
    return -np.log(2 ** (1 / k) - 1)


@number(
    title="Keep a bit alive", difficulty=2, minutes=5,
    question="Experiment. In the figure `forget_bias`, keep at least half of the bit for 50 steps using only the "
             "forget-gate bias. What is the smallest bias on the slider that does it?",
    hints=("The arrow keys move the slider by 0.1.", "The line under the controls says what is left after 50 steps."),
    answer=4.3,
    mistakes={"Close: with 4.2 a little less than half is left.": 4.2,
              "With 4.25 slightly less than half is left, and the slider moves in tenths.": 4.25,
              "That is the exact value. The slider moves in tenths: which is the first one that keeps half?":
                  round(-math.log(2 ** (1 / 50) - 1), 3)},
    praise="Right: the exact value is −log(2^(1/50) − 1), about 4.27.",
    nudge="Meet the challenge under the figure, then go back a tenth at a time until it is no longer met.",
)
def smallest_bias():
    r"""The exact value is $-\ln(2^{1/50} - 1)$. The slider moves in tenths, so the first one above it."""
    for b_f in (4.2, 4.3):
        print(f"bias {b_f}: {live.load('forget_bias').run(forget_bias=b_f)['left']:.1%} left")
    return np.ceil(-10 * np.log(2 ** (1 / 50) - 1)) / 10


@number(
    title="A stream without an end", difficulty=2, minutes=5,
    question="A unit without forget gate reads one string after another, and nobody resets it. Each string adds 0.5 to "
             r"its cell, which begins at 0, and the unit shows $\tanh(c)$. After how many strings does the next one "
             "change what is shown by less than 0.01?",
    hints=(r"After $k$ strings the cell holds $0.5\,k$.",
           r"For which $k$ is $\tanh(0.5\,(k + 1)) - \tanh(0.5\,k)$ below 0.01 for the first time?"),
    answer=5, unit="strings",
    mistakes={"Not yet: after 4 strings the fifth still changes what is shown by 0.023.": 4,
              "After 6 strings it is true, too, but it already was with one string fewer.": 6,
              "This is what the cell holds by then. How many strings is that?": 2.5,
              "The cell itself grows by 0.5 each time, for ever. What is shown is its tanh.": 0},
    praise="Right: the sixth string changes what is shown by 0.008. Of the twentieth nobody would notice anything.",
    nudge="Compare tanh of the cell before and after one more string.",
)
def endless_stream():
    r"""$\tanh(2.5) - \tanh(2) = 0.023$ is what the fifth string changes, $\tanh(3) - \tanh(2.5) = 0.008$ the sixth.

    The same slope of tanh stands on the way back, so the error of what is shown no longer reaches the cell either.
    """
    shown = np.tanh(0.5 * np.arange(20))
    return np.argmax(np.diff(shown) < 0.01)


def _onnx_weights(rng):
    """W, R and B of one direction of an ONNX LSTM, for sizes in which the numbers of inputs and units differ."""
    for D, H in ((3, 4), (2, 5), (5, 2), (1, 1)):
        yield rng.normal(size=(4 * H, D)), rng.normal(size=(4 * H, H)), rng.normal(size=8 * H)


def _states(convert, W, R, B):
    """The hidden states that the converted weights give on a fixed sequence."""
    parts = convert(W, R, B)
    params = LSTMParams(*(np.asarray(part, dtype=np.float64) for part in tuple(parts)[:3]))
    return lstm(params, np.random.default_rng(7).normal(size=(6, 2, W.shape[1]))).h


def _onnx_unrolled(W, R, B, x):
    """The reference, by the operator's own formulas: the states of an ONNX LSTM on x (T, B, D)."""
    H = R.shape[1]
    h, c, states = np.zeros((x.shape[1], H)), np.zeros((x.shape[1], H)), []
    for now in x:
        i, o, f, g = np.split(now @ W.T + h @ R.T + B[: 4 * H] + B[4 * H :], 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states)


def _rows_in(order, a):
    """The blocks of an ONNX array, whose rows stand in the order i, o, f, g, taken in another order."""
    blocks = dict(zip("iofg", np.split(a, 4), strict=True))
    return np.concatenate([blocks[gate] for gate in order])


def _as_stored(W, R, B):
    return LSTMParams(W.T, R.T, B[: len(W)] + B[len(W) :])


def _converted(order, biases=lambda first, second: first + second):
    """A conversion that takes the blocks in some order and makes one bias of two."""
    def from_onnx(W, R, B):
        return LSTMParams(*(_rows_in(order, a).T for a in (W, R, biases(*np.split(B, 2)))))
    return from_onnx


@function(
    title="Find the bugs: weights from ONNX", difficulty=2, minutes=12,
    question="""
        An LSTM arrives as an ONNX file. Its operator computes what ours does, but it keeps its weights in three arrays:
        `W`, (4H, D), and `R`, (4H, H), for the input and the state, with the blocks one *below* the other in the
        order i, o, f, c (its c is our candidate g); and `B`, of length 8H, the four biases that belong to `W` followed
        by the four that belong to `R`, which are added. This code runs, and every shape fits:

        ```python
        def from_onnx(W, R, B):
            return LSTMParams(W.T, R.T, B[: len(W)])
        ```

        Repair it.
        """,
    hints=("Two things are wrong: the order of the blocks, and what becomes of the biases.",
           "`i, o, f, g = np.split(W, 4)` cuts the rows. Put the blocks together again in the order $i, f, g, o$, and "
           "transpose."),
    stub="from helpers.cells import LSTMParams\n\n\ndef from_onnx(W, R, B):\n    ...",
    cases=_onnx_weights,
    measure=_states,
    returns=("the hidden states that your weights give",),
    tolerance=1e-5,  # weights kept in float32, as they are in the file, are right too
    mistakes={
        "The blocks still stand in the order of ONNX, i, o, f, g, and one half of B is missing.":
            lambda W, R, B: LSTMParams(W.T, R.T, B[: len(W)]),
        "The biases are right now. The blocks still stand in the order of ONNX, i, o, f, g.": _as_stored,
        "The order is right. B has two halves, for W and for R, and both are added; one is missing.":
            _converted("ifgo", lambda first, second: first),
        "The order is right. B has two halves, for W and for R, and both are added; the first is missing.":
            _converted("ifgo", lambda first, second: second),
        "The weights are in order. The biases have blocks too, in the order i, o, f, g.":
            lambda W, R, B: _converted("ifgo")(W, R, B)._replace(b=_as_stored(W, R, B).b),
        "This would be right if the file had the order i, f, o, g. It has i, o, f, g.": _converted("iogf"),
        "The candidate and the output gate have changed places: our order is i, f, g, o.": _converted("ifog"),
        "One of the two matrices still has its blocks in the order of ONNX: W and R both need it.":
            lambda W, R, B: _converted("ifgo")(W, R, B)._replace(W_h=R.T),
    },
    praise="Right: with its blocks in the order i, f, g, o and both biases added, the file gives the same states.",
    nudge="Cut the rows into i, o, f, g; put them together as i, f, g, o; add the two halves of B.",
)
def from_onnx(W, R, B):
    """Cut the rows of all three arrays into blocks, put them together in our order, and turn rows into columns.

    `W` and `R` have one row a gate and unit, as in torch, so they are transposed. The two halves of `B` are added, as
    torch's two biases are.
    """
    def in_our_order(a):
        i, o, f, g = np.split(a, 4)
        return np.concatenate([i, f, g, o]).T

    first, second = np.split(B, 2)
    return LSTMParams(in_our_order(W), in_our_order(R), in_our_order(first + second))


def _gates_with_peepholes(rng):
    """One step each: a batch of one and of more, an open, a shut and a saturated gate."""
    for B, H, shift in ((2, 3, 0.0), (1, 4, 2.0), (3, 1, -2.0), (1, 1, 30.0)):
        c_prev, dc = rng.normal(size=(2, B, H))
        i, f = sigmoid(rng.normal(size=(2, B, H)) + shift)
        yield dc, c_prev, i, f, np.tanh(rng.normal(size=(B, H))), *rng.normal(size=(2, H))


def _by_the_package(dc, c_prev, i, f, g, p_i, p_f):
    """The reference: one step of `lstm_bptt` without recurrent weights, its output gate open, no error but dc."""
    H = c_prev.shape[1]
    c = f * c_prev + i * g
    tanh_c = np.tanh(c)
    peephole = np.stack([p_i, p_f, np.zeros(H)])
    params = LSTMParams(np.zeros((1, 4 * H)), np.zeros((H, 4 * H)), np.zeros(4 * H), peephole)
    trace = LSTMStep(*(a[None] for a in (i, f, g, np.ones_like(c), c, tanh_c, tanh_c)))
    dh = dc / (1 - tanh_c**2)  # the error at h that reaches the cell as dc
    x = np.zeros((1, len(dc), 1))
    return lstm_bptt(params, x, trace, dh[None], h0=np.zeros_like(c_prev), c0=c_prev).c0


@function(
    title="Gates that look at the cell", difficulty=3, minutes=15,
    question=r"""
        In this chapter the gates see $h_{t-1}$ only. With *peepholes* two of them look at the cell itself:
        $p_i \odot c_{t-1}$ is added to $a^i_t$, and $p_f \odot c_{t-1}$ to $a^f_t$, with one weight for each unit.
        Derive what comes back from $\delta c_t$ to $c_{t-1}$ at one step, along the cell and through the two peepholes,
        and write it as a function. All arguments but `p_i` and `p_f`, $(H)$, are arrays $(B, H)$.
        """,
    hints=(r"$c_{t-1}$ now enters the formulas in three places: in $c_t = f_t \odot c_{t-1} + i_t \odot g_t$, in "
           r"$a^i_t$ and in $a^f_t$.",
           r"The last two give $\delta a^i_t \odot p_i$ and $\delta a^f_t \odot p_f$, with $\delta a^i_t$ and "
           r"$\delta a^f_t$ as in the chapter."),
    cases=_gates_with_peepholes,
    reference=_by_the_package,
    returns=("∂L/∂c at the step before",),
    mistakes={
        "The direct path, along the cell, is missing.": ("dc * f + ", ""),
        "This is the direct path alone. The two peepholes send their errors to the old cell as well.":
            (" + da_i * p_i + da_f * p_f", ""),
        "The peephole of the input gate is missing.": ("da_i * p_i + ", ""),
        "The peephole of the forget gate is missing.": (" + da_f * p_f", ""),
        "The gates are sigmoids: the slopes i (1 − i) and f (1 − f) are missing.":
            (" * i * (1 - i)", "", " * f * (1 - f)", ""),
        "The slope i (1 − i) of the input gate is missing.": (" * i * (1 - i)", ""),
        "The slope f (1 − f) of the forget gate is missing.": (" * f * (1 - f)", ""),
        "1 − i² and 1 − f² are slopes of tanh. The gates are sigmoids.":
            ("i * (1 - i)", "(1 - i**2)", "f * (1 - f)", "(1 - f**2)"),
        "The input gate multiplies the candidate, so its error has a factor g.": ("dc * g * i", "dc * i"),
        "The forget gate multiplies the old cell, so its error has that factor.": ("dc * c_prev * f", "dc * f"),
        "Your gates have changed places: i multiplies g, and f multiplies the old cell.":
            ("dc * g * i", "dc * c_prev * i", "dc * c_prev * f", "dc * g * f"),
        "The weights of the peepholes are missing in the errors that come back through them.":
            ("da_i * p_i + da_f * p_f", "da_i + da_f"),
        "p_i and p_f have changed places.": ("da_i * p_i + da_f * p_f", "da_i * p_f + da_f * p_i"),
    },
    praise="Right: the direct path, and one term more for each gate that looks at the cell.",
    nudge="Three terms: along f, and through each of the two gates that look at the old cell.",
)
def back_through_peepholes(dc, c_prev, i, f, g, p_i, p_f):
    r"""$c_{t-1}$ enters in three places, so three terms come back:

    $$\delta c_{t-1} \leftarrow \delta c_t \odot f_t + \delta a^i_t \odot p_i + \delta a^f_t \odot p_f,$$

    with $\delta a^i_t = \delta c_t \odot g_t \odot i_t \odot (1 - i_t)$ and
    $\delta a^f_t = \delta c_t \odot c_{t-1} \odot f_t \odot (1 - f_t)$. The direct path is no longer the only one that
    avoids the matrices.
    """
    da_i = dc * g * i * (1 - i)
    da_f = dc * c_prev * f * (1 - f)
    return dc * f + da_i * p_i + da_f * p_f


def _steps_1997(rng):
    for seed, (B, D, H) in enumerate([(2, 3, 4), (1, 2, 5), (3, 5, 2), (1, 1, 1)]):
        p = lstm_params(D, H, seed=seed)
        p = p._replace(b=rng.normal(size=4 * H))
        yield p, rng.normal(size=(B, D)), rng.normal(size=(B, H)), 2 * rng.normal(size=(B, H))


def _held_open(params, x, h, c):
    """The reference, from another road: an LSTM whose forget gate is held open whatever comes in."""
    H = params.W_h.shape[0]
    W_x, W_h, b = params.W_x.copy(), params.W_h.copy(), params.b.copy()
    W_x[:, H : 2 * H], W_h[:, H : 2 * H], b[H : 2 * H] = 0.0, 0.0, 100.0
    trace = lstm(LSTMParams(W_x, W_h, b), x[None], h0=h, c0=c)
    return trace.h[0], trace.c[0]


@function(
    title="The cell of 1997", difficulty=2, minutes=10,
    question=r"""
        Write one step of an LSTM without forget gate, $c_t = c_{t-1} + i_t \odot g_t$: a function that returns
        `h, c`. The weights come as usual, in the blocks $i, f, g, o$ of `params.W_x`, `params.W_h` and `params.b`;
        leave the second block unused.
        """,
    hints=("`np.split(a, 4, axis=-1)` cuts the stacked sums into the four blocks.", "The old cell is added whole."),
    cases=_steps_1997,
    reference=_held_open,
    returns=("the new hidden state h", "the new cell c"),
    mistakes={
        "The bias is missing in the sums.": (" + params.b", ""),
        "The bias is added twice.": ("params.b", "2 * params.b"),
        "This is the LSTM of 2000: its forget gate is still there. The old cell is added whole.":
            ("a_i, _, a_g", "a_i, a_f, a_g", "c = c +", "c = sigmoid(a_f) * c +"),
        "The cell is shown without its tanh.": ("np.tanh(c), c", "c, c"),
        "h and c have changed places: return h first.":
            ("return sigmoid(a_o) * np.tanh(c), c", "return c, sigmoid(a_o) * np.tanh(c)"),
        "The blocks stand in the order i, f, g, o.": ("a_i, _, a_g, a_o", "_, a_i, a_g, a_o"),
        "The candidate goes through tanh, not through a sigmoid.": ("np.tanh(a_g)", "sigmoid(a_g)"),
        "The candidate is added without its input gate.": ("sigmoid(a_i) * ", ""),
        "h shows the old cell. Update the cell first.":
            ("return sigmoid(a_o) * np.tanh(c), c",
             "return sigmoid(a_o) * np.tanh(c - sigmoid(a_i) * np.tanh(a_g)), c"),
        "The old hidden state does not reach the gates: h @ W_h is missing.": (" + h @ params.W_h", ""),
    },
    praise="Right: the same as an LSTM whose forget gate is held open.",
    nudge="The old cell is added whole; i, g and o stay as they are, in the blocks i, f, g, o of the weights.",
)
def step_1997(params, x, h, c):
    a = x @ params.W_x + h @ params.W_h + params.b
    a_i, _, a_g, a_o = np.split(a, 4, axis=-1)
    c = c + sigmoid(a_i) * np.tanh(a_g)
    return sigmoid(a_o) * np.tanh(c), c


def _lstm_modules(rng):
    """Modules of one and more layers and directions; torch's own random numbers stay where they are."""
    import torch

    shapes = [(3, 4, 2, True, 2.5), (2, 5, 1, False, -1.0), (1, 3, 3, False, 0.0), (4, 2, 1, True, 1.0)]
    with torch.random.fork_rng(devices=[]):
        for seed, (D, H, layers, both, value) in enumerate(shapes):
            torch.manual_seed(seed)
            yield torch.nn.LSTM(D, H, num_layers=layers, bidirectional=both), value


def _effective_biases(set_bias, module, value):
    """The module's parameters afterwards, its two biases of each kind as the sum that counts."""
    after = next(iter(set_bias(module, value).values()))
    biases = {name.replace("_ih", ""): after[name] + after[name.replace("_ih", "_hh")]
              for name in after if name.startswith("bias_ih")}
    return {name: array for name, array in after.items() if name.startswith("weight")} | biases


def _set_rows(start, end, other=0.0, which=lambda name: name.startswith("bias_"), units=None, always=None):
    """A way to set biases: rows `start` to `end` times H, of the names `which`, to the value (bias_hh to `other`).

    `units` stands in for H, `always` for the value, in answers that fit one module or one call only.
    """
    def set_forget_bias(module, value):
        import torch

        H, value = units or module.hidden_size, value if always is None else always
        with torch.no_grad():
            for name, bias in module.named_parameters():
                if which(name):
                    bias[start * H : end * H] = value if "_ih" in name or other is None else other
    return set_forget_bias


@function(
    title="Every layer, both directions", difficulty=3, minutes=12,
    question="Write a function that sets the effective forget-gate bias of any `nn.LSTM`, every layer and direction, "
             "in place, and changes nothing else.",
    hints=("`module.named_parameters()` gives `bias_ih_l0`, `bias_hh_l0`, `bias_ih_l0_reverse`, ...",
           "Work inside `torch.no_grad()`. The two biases add."),
    cases=_lstm_modules,
    in_place=("module",),
    returns=("the module afterwards",),
    measure=_effective_biases,
    tolerance=1e-6,
    mistakes={
        "torch adds bias_ih and bias_hh, and bias_hh still holds its random numbers.":
            _set_rows(1, 2, which=lambda name: name.startswith("bias_ih")),
        "torch adds bias_ih and bias_hh: with the value in both, it counts twice.": _set_rows(1, 2, other=None),
        "You set all four blocks. The forget gate has rows H to 2H only.": _set_rows(0, 4),
        "These are the rows of the input gate: torch's order is i, f, g, o.": _set_rows(0, 1),
        "These are the rows of the candidate: torch's order is i, f, g, o.": _set_rows(2, 3),
        "Only the first layer and direction is set.":
            _set_rows(1, 2, which=lambda name: name in ("bias_ih_l0", "bias_hh_l0")),
        "The second direction is left as it was: the names of its biases end in _reverse.":
            _set_rows(1, 2, which=lambda name: name.startswith("bias_") and not name.endswith("_reverse")),
        "Rows 4 to 8 are those of the forget gate in a module of 4 units only. Take them from module.hidden_size.":
            _set_rows(1, 2, units=4),
        "One value stands in your code. Set the one that is given.": _set_rows(1, 2, always=2.5),
        "Rows and value fit one module only: take the rows from module.hidden_size, and set the value that is given.":
            _set_rows(1, 2, other=None, units=4, always=2.5),
    },
    praise="Right: every layer and direction, and nothing but the forget gate.",
    nudge="torch adds bias_ih and bias_hh; rows H to 2H belong to the forget gate.",
)
def set_forget_bias(module, value):
    import torch

    rows = slice(module.hidden_size, 2 * module.hidden_size)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.startswith("bias_"):
                parameter[rows] = value if name.startswith("bias_ih") else 0.0


@controls(
    title="Make it explode", difficulty=3, minutes=8,
    question="Experiment. In the figure `cell_path`, over 60 steps or more, make the whole gradient at the first cell "
             "larger than 1000 while the direct path brings back less than 1/1000. Give the controls you found as a "
             "`dict`. Which of them could a training run reach by itself?",
    hints=("The direct path needs forget gates below 1.", "The rest must come through $h$, that is, through $W_h$."),
    figure="helpers.figures.cell_path", met="exploded",
    mistakes={
        "Take a length of 60 steps or more.":
            (dict(forget_bias=2.0, gain=5.0, length=30), lambda q: q["length"] < 60),
        "The whole gradient at the first cell is {cell_first:.1e}, not above 1000. The path through h grows with W_h, "
        "as long as no input saturates the units.":
            (dict(gain=0.0), lambda q: q["cell_first"] <= 1e3),
        "The direct path still brings {direct_first:.1e}, which is 1/1000 or more. It is the product of the forget "
        "gates.": (dict(forget_bias=8.0, gain=5.0, input_scale=0.0), lambda q: q["direct_first"] >= 1e-3),
    },
    praise="Right: the forget gates shrink the direct path, and the loop through h grows all the same.",
)
def explode():
    """A strong loop, a small forget bias, and little input, so that nothing saturates.

    Bias and loop are weights, so training can change them; a network that begins tame may become wild, which is why
    LSTMs are trained with clipping too. The input scale is not its own to choose, but the weights of the input are.
    """
    found = dict(forget_bias=0.0, gain=5.0, input_scale=0.0, length=100)
    arrays = live.load("cell_path").run(**found)
    print(f"direct path {arrays['direct_first']:.0e}, whole {arrays['cell_first']:.0e}")
    return found
