"""Exercises of chapter 04: the LSTM."""

import math

import numpy as np

from live_figures.exercises import choice, compare, controls, function, number

from .. import live
from ..bptt import lstm_bptt
from ..cells import LSTMParams, sigmoid
from ..params import lstm_params, normal
from ..sequence import lstm

__all__ = [
    "baseline", "bias_for_half_life", "explode", "forget_gate_gradient", "gates_to_hide", "one_percent", "parameters",
    "set_forget_bias", "smallest_bias", "step_1997",
]


@number(
    title="Half, and half, and half", difficulty=1, minutes=2,
    question="A forget gate stands at 1/2 and nothing is written. After how many steps is less than 1 % of the cell "
             "left?",
    hints=("What is left after $n$ steps is $f^n$.",),
    answer=7, unit="steps",
    mistakes={"After 6 steps 1.6 % is left, which is still more than 1 %.": 6,
              "Nearly: there is no part of a step. After which whole one is it true?": math.log2(100),
              "The cell is halved at every step, so what is left is a power of 1/2, not 1/(2n).": 50},
    praise="Right: 1/2 to the power 6 is 1.6 %, to the power 7 it is 0.8 %.",
    nudge="What is left after n steps is the gate multiplied by itself n times.",
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


def _left_after(bias, n):
    """The share of the cell left after n steps with the bias that an answer gives for them."""
    b = bias(n)
    compare("the bias", b, 0.0, tolerance=math.inf)  # one finite number, whichever
    return float(sigmoid(np.asarray(b, dtype=np.float64).reshape(()))) ** n


@function(
    title="A memory of given length", difficulty=2, minutes=8,
    question=r"After $n$ steps with a forget gate that stands at $\sigma(b)$, a share $\sigma(b)^n$ of the cell is "
             "left. Write a function of $n$ that gives the bias $b$ with which half of the cell is left after $n$ "
             "steps.",
    hints=(r"Solve $\sigma(b)^n = \frac12$, with $\sigma(b) = 1 / (1 + e^{-b})$.",
           r"$\sigma(b)^n = \frac12$ means $1 + e^{-b} = 2^{1/n}$."),
    cases=lambda rng: [(n,) for n in (1, 2, 5, 50, 1000)],
    measure=_left_after,
    returns=("what is left after n steps with your bias",),
    tolerance=1e-3,  # a bias found by bisection, or in float32, is right too
    mistakes={
        "The sign is the wrong way round: your gate closes where it should open.": ("return -np", "return np"),
        "ln n is close for long memories, and wrong for short ones. What is half of 1 step?": lambda n: np.log(n),
        "This is where the gate stands, not its bias. The bias goes into the sigmoid.": lambda n: 0.5 ** (1 / n),
        "A 1 is lost on the way: σ(b) is 1/(1 + exp(−b)), not 1/exp(−b).": (" - 1", ""),
        "ln n − ln ln 2 is what the formula tends to for large n. Short memories need the exact one.":
            lambda n: np.log(n) - np.log(np.log(2)),
    },
    praise="Right: after n steps exactly half is left, checked for n from 1 to 1000.",
    nudge="Solve σ(b)ⁿ = 1/2 for b, with σ(b) = 1 / (1 + exp(−b)).",
)
def bias_for_half_life(n):
    r"""From $1 + e^{-b} = 2^{1/n}$ follows $b = -\ln(2^{1/n} - 1)$."""
    return -np.log(2 ** (1 / n) - 1)


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


def _gradients(rng):
    """Signals at the forget gate in whole LSTMs: a batch of one and of three, an open, a shut and a saturated gate."""
    for seed, (T, B, D, H, bias) in enumerate([(6, 2, 3, 4, 1.0), (1, 1, 2, 5, 0.0), (4, 3, 5, 2, -30.0),
                                               (3, 1, 1, 3, 6.0)]):
        p = lstm_params(D, H, seed=seed, forget_bias=bias)
        x, c0 = normal((T, B, D), 1.0, seed=seed + 10), normal((B, H), 1.0, seed=seed + 30)
        trace = lstm(p, x, c0=c0)
        grads = lstm_bptt(p, x, trace, normal((T, B, H), 1.0, seed=seed + 20), c0=c0)
        yield grads.c, np.concatenate([c0[None], trace.c[:-1]]), trace.f


@function(
    title="How the forget gate learns", difficulty=2, minutes=10,
    question=r"""
        Let $a_f$ be what goes into the sigmoid of the forget gate, $f = \sigma(a_f)$. Derive
        $\partial L / \partial a_f$ at one step from $\delta c_t = \partial L / \partial c_t$, $c_{t-1}$ and $f_t$,
        and write it as a function. When does the forget gate learn nothing?
        """,
    hints=(r"Chain rule through $c_t = f_t \odot c_{t-1} + i_t \odot g_t$: $\partial c_t / \partial f_t = c_{t-1}$.",
           r"$\sigma' = \sigma (1 - \sigma)$."),
    cases=_gradients,
    returns=("∂L/∂a_f",),
    mistakes={
        "This is the gradient with respect to f. What goes into the sigmoid still has its slope before it.":
            (" * f * (1 - f)", ""),
        "The old cell is missing: f is multiplied by it.": (" * c_prev", ""),
        "1 − f² is the slope of tanh. The forget gate is a sigmoid.": ("f * (1 - f)", "(1 - f**2)"),
        "The error that arrives at the cell is missing: the chain rule begins with dc.": ("dc * ", ""),
        "The sign is turned: f multiplies the old cell with a plus.": ("return dc", "return -dc"),
        "The slope of the sigmoid is f (1 − f): both factors.": ("f * (1 - f)", "(1 - f)"),
    },
    praise="Right: the product of what arrives, what is stored and the slope of the gate, at every step.",
    nudge="c_t = f c_{t−1} + i g, and f = σ(a_f). You need the slope of σ too.",
)
def forget_gate_gradient(dc, c_prev, f):
    r"""$\dfrac{\partial L}{\partial a_f} = \delta c_t \odot c_{t-1} \odot f_t \odot (1 - f_t)$.

    The gate learns nothing where nothing is stored ($c_{t-1} = 0$), where the cell does not matter ($\delta c_t = 0$),
    and where it is saturated.
    """
    return dc * c_prev * f * (1 - f)


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


def _set_rows(start, end, other=0.0, which=lambda name: name.startswith("bias_")):
    """A way to set biases: rows `start` to `end` times H, of the names `which`, to the value (bias_hh to `other`)."""
    def set_forget_bias(module, value):
        import torch

        H = module.hidden_size
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
            (dict(forget_bias=2.0, gain=6.0, length=30), lambda q: q["length"] < 60),
        "The whole gradient at the first cell is {cell_first:.1e}, not above 1000. The path through h grows with W_h.":
            (dict(gain=0.0), lambda q: q["cell_first"] <= 1e3),
        "The direct path still brings {direct_first:.1e}, which is 1/1000 or more. It is the product of the forget "
        "gates.": (dict(forget_bias=8.0, gain=6.0, length=100), lambda q: q["direct_first"] >= 1e-3),
    },
    praise="Right: the forget gates shrink the direct path, and the loop through h grows all the same.",
)
def explode():
    """A strong loop and a small forget bias.

    Both are weights, so training can change them; a network that starts tame may become wild, which is why LSTMs are
    trained with clipping too.
    """
    found = dict(forget_bias=0.0, gain=6.0, input_scale=0.5, length=100)
    arrays = live.load("cell_path").run(**found)
    print(f"direct path {arrays['direct_first']:.0e}, whole {arrays['cell_first']:.0e}")
    return found
