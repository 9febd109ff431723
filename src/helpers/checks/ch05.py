"""Exercises of chapter 05: the GRU."""

import math

import numpy as np

from live_figures.exercises import choice, controls, function, number, values

from .. import live
from ..bptt import gru_bptt
from ..cells import GRUParams, GRUStep, gru_step
from ..sequence import gru

__all__ = [
    "back_reset_before", "equal_size", "from_keras", "keep_and_write", "next_state", "reset_and_keep",
    "sample_and_hold", "slow_writing", "through_the_pulses", "weights_of_the_past",
]


@number(
    title="One step by hand", difficulty=1, minutes=2,
    question="A GRU unit holds $h_{t-1} = 0.6$. Its update gate, in this book's convention, stands at $z = 0.75$, and "
             "its candidate is $n = -0.4$. What is $h_t$?",
    hints=(r"$h_t = (1 - z) \odot n + z \odot h_{t-1}$.",),
    answer=0.35,
    mistakes={"This is the other convention, in which z says how much is replaced. Here z keeps.": -0.15,
              "The candidate is added whole. A GRU writes only as much as it forgets, a share of 1 − z.": 0.05,
              "This is what is kept of the old state. The candidate's share is missing.": 0.45,
              "This is what is written of the candidate. The share of the old state that is kept is missing.": -0.1,
              "The candidate is negative: its share is subtracted.": 0.55},
    praise="Right: three quarters of 0.6 and one quarter of −0.4.",
    nudge="The new state is a mixture: a share z of the old state, and the rest of the candidate.",
)
def next_state():
    r"""$0.25 \cdot (-0.4) + 0.75 \cdot 0.6 = -0.1 + 0.45$."""
    z, n, h = 0.75, -0.4, 0.6
    return (1 - z) * n + z * h


@choice(
    title="Two gates at their ends", difficulty=1, minutes=2,
    question="The reset gate of a unit stands at $r = 0$ and its update gate at $z = 1$. What is its next state?",
    hints=("Which of the two gates multiplies the old state in the last line, $h_t = (1 - z) n + z h_{t-1}$?",),
    choices={
        "kept": ("The old state, unchanged.",
                 "Right: r only decides what the candidate sees, and with z at 1 none of the candidate is written."),
        "zero": ("0: the unit has been reset.",
                 "Not that: r hides the old state from the candidate. Only z decides whether the old state is kept."),
        "input": ("A candidate that depends on the input and the biases alone.",
                  "Not that: this is what the candidate is, but with z at 1 nothing of the candidate is written."),
        "mixed": ("Half of the old state and half of the candidate.",
                  "Not that: the shares are z and 1 − z, and z is 1."),
    },
    answer="kept",
)
def reset_and_keep():
    """The name misleads: the reset gate resets nothing by itself. It says how much of the old state the *candidate* may
    see; whether the candidate replaces that state is up to the update gate."""
    return "kept"


@number(
    title="What keeps well is slow to write", difficulty=2, minutes=4,
    question="The update gate of a unit is fixed at $z = 0.9$. The unit starts from $h = 0$, and its candidate is 1 at "
             "every step. After how many steps is $h$ above 0.9 for the first time?",
    hints=("How far is the state from 1 before a step, and how far after it?",
           r"$1 - h_t = z\,(1 - h_{t-1})$, so what is missing after $k$ steps is $z^k$."),
    answer=22, unit="steps",
    mistakes={"Not yet: after 21 steps h is 0.891.": 21,
              "After 10 steps h is 1 − 0.9 to the power 10, which is 0.65.": 10,
              "The state does not gain 0.1 at every step. It gains a tenth of what is still missing.": 9,
              "Nearly. Steps are whole: after which is h above 0.9 for the first time?": math.log(0.1) / math.log(0.9),
              "After a single step the state is 0.1. Here z keeps, so a tenth is written.": 1},
    praise="Right: what is missing shrinks to 0.9 to the power 22, which is 0.098.",
    nudge="At every step a tenth of what is missing is written.",
)
def slow_writing():
    r"""What is missing is multiplied by $z$ at every step, so after $k$ steps it is $0.9^k$: 0.109 after 21
    steps, 0.098 after 22. The cell of an LSTM, where $i$ does not depend on $f$, could be there after one step."""
    missing = 0.9 ** np.arange(40)
    return np.argmax(missing < 0.1)


@number(
    title="The same number of parameters", difficulty=2, minutes=6,
    question="`nn.LSTM(40, 32)` learns 9,472 numbers. What is the largest hidden size at which an `nn.GRU` with 40 "
             "inputs learns no more than that?",
    hints=("Each of the GRU's three blocks has $H$ columns, each with a weight for every input and every hidden unit, "
           "and with torch's two biases.",
           r"The largest whole $H$ with $3 H (40 + H + 2) \le 9472$."),
    answer=38, unit="units",
    mistakes={"4/3 of the size would be right if the count grew with H. A part of it grows with the square of H.": 42,
              "4/3 of the size, rounded up, is too much: a part of the count grows with the square of H.": 43,
              "The square root of 4/3 is what the recurrent weights alone would ask for. One unit more still fits.": 37,
              "Rounded down, the square root of 4/3 gives this size. It is what the recurrent weights alone would ask "
              "for, and more units still fit.": 36,
              "With this size it learns a few numbers too many: 9,477.": 39,
              "At the same hidden size a GRU has three quarters of the numbers. How large may it be?": 32},
    praise="Right: 3 · 38 · (40 + 38 + 2) is 9,120, and with one unit more it would be 9,477.",
    nudge="Count three blocks of H columns, each with 40 inputs, H hidden units and two biases.",
)
def equal_size():
    r"""$3 H (40 + H + 2) \le 9472$ means $H^2 + 42 H \le 3157.3$, so $H \le -21 + \sqrt{441 + 3157.3} = 38.99$."""
    return int(-21 + np.sqrt(21**2 + 9472 / 3))


def _update_gates(rng):
    for shape in ((5, 2, 3), (1, 1, 1), (4, 1, 2), (3, 4, 1)):
        yield (rng.uniform(0.05, 0.95, shape),)
    yield (np.array([0.0, 1.0, 0.0, 1.0]).reshape(4, 1, 1),)  # gates at their ends: no division by z


@function(
    title="What a state is made of", difficulty=2, minutes=12,
    question=r"""
        Unroll $h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$ down to $h_0$: the last state is a weighted mean of
        everything that was offered,

        $$h_T = w_0 \odot h_0 + w_1 \odot n_1 + \dots + w_T \odot n_T.$$

        Write a function that takes the update gates `z`, an array $(T, B, H)$, and returns the weights
        $w_0, \dots, w_T$ as an array $(T + 1, B, H)$.
        """,
    hints=(r"$n_t$ enters with the share $1 - z_t$. What is it multiplied by at each later step?",
           r"$w_t = (1 - z_t) \odot z_{t+1} \odot \dots \odot z_T$, and $w_0$ is the product of all $z$. "
           "The weights add up to 1."),
    cases=_update_gates,
    returns=("the array of weights",),
    mistakes={
        "A candidate is not multiplied by its own z, only by those of the later steps.":
            ("later[1:] * (1 - z)", "later[:-1] * (1 - z)"),
        "The share with which a candidate is written, 1 − z at its own step, is missing.": (" * (1 - z)", ""),
        "The weight of h₀ is missing: there are T + 1 weights.": ("[later[:1], later[1:] * (1 - z)]",
                                                               "[later[1:] * (1 - z)]"),
        "The weight of h₀ comes first, then those of the candidates in the order of time.":
            ("[later[:1], later[1:] * (1 - z)]", "[later[1:] * (1 - z), later[:1]]"),
        "You multiply the gates before step t. What was written at t goes through the gates after t.":
            lambda z: np.concatenate([np.cumprod(z, axis=0)[-1:],
                                      (1 - z) * np.concatenate([np.ones_like(z[:1]), np.cumprod(z, axis=0)[:-1]])]),
        "This is the convention in which z replaces. Here it keeps.": lambda z: _weights_of_the_past(1 - z),
    },
    praise="Right. None is negative and they add up to 1, so a state cannot leave the range of h₀ and the candidates.",
    nudge="What was written at step t is multiplied by z at every later step.",
)
def weights_of_the_past(z):
    r"""$n_t$ is written with the share $1 - z_t$, and multiplied by $z_s$ at every later step $s$:

    $$w_t = (1 - z_t) \odot \prod_{s > t} z_s, \qquad w_0 = \prod_{s \ge 1} z_s.$$

    This holds for every GRU, whatever its gates look at. In a minGRU, whose $z$ and $n$ do not wait for $h$, it is also
    a way to compute all states at once.
    """
    backwards = np.concatenate([np.ones_like(z[:1]), z[::-1]])
    later = np.cumprod(backwards, axis=0)[::-1]
    return np.concatenate([later[:1], later[1:] * (1 - z)])


def _weights_of_the_past(z):
    return weights_of_the_past.solution(z)


def _gru_weights(rng, D, H):
    """Weights of a GRU with biases that are not zero."""
    return GRUParams(rng.normal(size=(D, 3 * H)), rng.normal(size=(H, 3 * H)), *rng.normal(size=(2, 3 * H)))


def _steps_reset_before(rng):
    for B, D, H in ((2, 3, 4), (1, 2, 5), (3, 5, 2), (1, 1, 1)):
        p, h_prev = _gru_weights(rng, D, H), rng.normal(size=(B, H))
        step = gru_step(p, rng.normal(size=(B, D)), h_prev, reset_after=False)
        yield p.W_h, rng.normal(size=(B, H)), h_prev, step.r, step.z, step.n


def _one_step_back(W_h, dh, h_prev, r, z, n):
    """The reference, by the package's backward pass over one step; its inputs and biases do not matter here."""
    H = W_h.shape[0]
    p = GRUParams(np.zeros((1, 3 * H)), W_h, np.zeros(3 * H), np.zeros(3 * H))
    trace = GRUStep(*(a[None] for a in (r, z, n, (r * h_prev) @ W_h[:, 2 * H :], (1 - z) * n + z * h_prev)))
    x = np.zeros((1, len(dh), 1))
    return gru_bptt(p, x, trace, dh[None], h0=h_prev, reset_after=False).h0


def _as_in_torch(W_h, dh, h_prev, r, z, n):
    """The backward pass of the chapter, for the reset after the product."""
    W_hr, W_hz, W_hn = np.split(W_h, 3, axis=1)
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_r = da_n * (h_prev @ W_hn) * r * (1 - r)
    return dh * z + da_r @ W_hr.T + da_z @ W_hz.T + (da_n * r) @ W_hn.T


@function(
    title="The other reset, backwards", difficulty=3, minutes=20,
    question=r"""
        In both papers of 2014, as published, the reset comes before the product,
        $n_t = \tanh(x_t W_{xn} + (r_t \odot h_{t-1}) W_{hn} + b_n)$. Let the rest be as in this chapter. Derive one
        step of the backward pass and write it as a function that takes $\delta h_t$ as `dh` and returns the part of
        $\delta h_{t-1}$ that comes back through step $t$. `W_h` holds the blocks $r, z, n$; `h_prev`, `r`, `z` and `n`
        are $h_{t-1}$, $r_t$, $z_t$ and $n_t$, arrays $(B, H)$.
        """,
    hints=(r"Give the argument of the product a name, $q_t = r_t \odot h_{t-1}$, and go back to it first: "
           r"$\delta q_t = \delta a^n W_{hn}^\top$.",
           r"From $q_t$ there are two paths on: to $h_{t-1}$, multiplied by $r_t$, and to $r_t$, multiplied by "
           r"$h_{t-1}$.",
           "Four terms come back in all: along z, through q, and through the two gates."),
    cases=_steps_reset_before,
    reference=_one_step_back,
    returns=("the gradient at the previous state",),
    mistakes={
        "This is the backward pass of torch's convention, with the reset after the product.": _as_in_torch,
        "The direct path, along z, is missing.": ("dh * z + ", ""),
        "The path from q to the old state has a factor r: q is r times that state.": ("dq * r + da_z", "dq + da_z"),
        "The path through the candidate is missing: the old state is one of the two factors of q.": (" + dq * r", ""),
        "The path through the reset gate is missing.": (" + da_r @ W_hr.T", ""),
        "The path through the update gate is missing.": (" + da_z @ W_hz.T", ""),
        "The sign at the update gate is turned: a larger z lets in more of the old state and less of the candidate.":
            ("(h_prev - n)", "(n - h_prev)"),
        "r is multiplied by the old state on its way into q: that factor is missing at the reset gate.":
            ("dq * h_prev * r", "dq * r"),
        "The candidate is written with the share 1 − z: that factor is missing.":
            ("dh * (1 - z) * (1 - n**2)", "dh * (1 - n**2)"),
        "The candidate goes through a tanh, whose slope 1 − n² is missing.": (" * (1 - n**2)", ""),
        "The slope of the update gate, z (1 − z), is missing.": ("(h_prev - n) * z * (1 - z)", "(h_prev - n)"),
        "The slope of the reset gate, r (1 − r), is missing.": ("dq * h_prev * r * (1 - r)", "dq * h_prev"),
    },
    praise="Right: with the reset before the product, the four terms are these.",
    nudge="Four terms: along z, through r ⊙ h, and through each of the two gates.",
)
def back_reset_before(W_h, dh, h_prev, r, z, n):
    r"""With $q_t = r_t \odot h_{t-1}$, and $a^n, a^r, a^z$ for what goes into the tanh and the two gates:

    $$\begin{aligned}
    \delta a^n &= \delta h_t (1 - z_t)(1 - n_t^2) \\
    \delta q_t &= \delta a^n W_{hn}^\top \\
    \delta a^r &= \delta q_t\, h_{t-1}\, r_t (1 - r_t) \\
    \delta a^z &= \delta h_t (h_{t-1} - n_t)\, z_t (1 - z_t)
    \end{aligned}$$

    where all products but those with a matrix are element by element. Then

    $$\begin{aligned}
    \delta h_{t-1} = {}& \delta h_t z_t + \delta q_t r_t \\
    & {} + \delta a^z W_{hz}^\top + \delta a^r W_{hr}^\top
    \end{aligned}$$
    """
    W_hr, W_hz, W_hn = np.split(W_h, 3, axis=1)
    da_n = dh * (1 - z) * (1 - n**2)
    dq = da_n @ W_hn.T
    da_r = dq * h_prev * r * (1 - r)
    da_z = dh * (h_prev - n) * z * (1 - z)
    return dh * z + dq * r + da_z @ W_hz.T + da_r @ W_hr.T


def _keras_weights(rng):
    """Weights in the layout of Keras, for sizes in which the number of inputs and units differ."""
    for D, H in ((3, 4), (2, 5), (5, 2), (1, 1)):
        yield rng.normal(size=(D, 3 * H)), rng.normal(size=(H, 3 * H)), rng.normal(size=(2, 3 * H))


def _states(convert, kernel, recurrent_kernel, bias):
    """The states that the converted weights give on a fixed sequence."""
    params = GRUParams(*(np.asarray(part, dtype=np.float64) for part in convert(kernel, recurrent_kernel, bias)))
    x = np.random.default_rng(7).normal(size=(6, 2, len(kernel)))
    return gru(params, x).h


def _blocks_as_they_are(kernel, recurrent_kernel, bias):
    return GRUParams(kernel, recurrent_kernel, bias.sum(axis=0), 0 * bias[1])


@function(
    title="Find the bugs: weights from Keras", difficulty=2, minutes=12,
    question="""
        You want to run a GRU here that was trained in Keras. Its layer computes what torch's does (`z` keeps, the reset
        comes after the product), but it stacks its blocks in the order z, r, candidate, and it keeps the biases in two
        rows: row 0 is added to the inputs' term, row 1 to the recurrent term. This code runs, and every shape fits:

        ```python
        def from_keras(kernel, recurrent_kernel, bias):
            return GRUParams(kernel, recurrent_kernel, bias.sum(0), 0 * bias[1])
        ```

        Yet the states come out wrong. Find the two bugs and correct the function, so that it returns
        `GRUParams(W_x, W_h, b, b_h)` with its blocks in the order r, z, n.
        """,
    hints=("Which block does our `gru` take for the reset gate?",
           "Does the recurrent bias of the candidate stand inside the reset or outside?",
           "`np.split(kernel, 3, axis=-1)` cuts out the blocks."),
    cases=_keras_weights,
    measure=_states,
    tolerance=1e-6,  # six steps of float32 lose more than one
    returns=("the state h on a test sequence",),
    mistakes={
        "Both bugs are still there.": _blocks_as_they_are,
        "The blocks are in order now. The two biases are still added: the candidate's recurrent bias belongs inside "
        "the reset, as b_h.": ("b, b_h = bias", "b, b_h = bias.sum(axis=0), 0 * bias[1]"),
        "The biases are kept apart now. The blocks still stand in Keras's order.":
            ("np.concatenate([r, z, n], axis=-1)", "np.concatenate([z, r, n], axis=-1)"),
        "W_x is in order. The columns of W_h have to be moved in the same way.":
            ("*map(ours, parts)", "ours(kernel), recurrent_kernel, ours(b), ours(b_h)"),
        "The matrices are in order. The biases have the same blocks, and have to be moved too.":
            ("*map(ours, parts)", "ours(kernel), ours(recurrent_kernel), b, b_h"),
        "The two rows of biases have changed places: row 0 goes with the inputs.": ("b, b_h = bias", "b_h, b = bias"),
        "The sign of the update gate need not be turned: z keeps in Keras as it does here.":
            ("[r, z, n]", "[r, -z, n]"),
    },
    praise="Right: the blocks are moved, the biases kept apart, and the states are those of the Keras layer.",
    nudge="Move the blocks of all four arrays, and keep the two biases apart.",
)
def from_keras(kernel, recurrent_kernel, bias):
    """Two bugs: the first block is Keras's update gate and was read as the reset gate; and adding the two biases moves
    the candidate's recurrent bias out of the reset. For r and z alone adding them would be harmless."""
    def ours(blocks):
        z, r, n = np.split(blocks, 3, axis=-1)
        return np.concatenate([r, z, n], axis=-1)

    b, b_h = bias
    parts = kernel, recurrent_kernel, b, b_h
    return GRUParams(*map(ours, parts))


_MARKS = (0, 50, 100, 150)


def _held(b_z, w_z, w_n):
    """How far a GRU unit with these weights is from the last marked value, when written and when last needed."""
    x = np.zeros((200, 1, 2))
    x[:, 0, 0] = np.random.default_rng(5).uniform(-0.5, 0.5, 200)
    x[_MARKS, 0, 0] = (0.5, -0.4, -0.5, 0.3)
    x[_MARKS, 0, 1] = 1.0
    W_x = np.array([[0.0, 0.0, w_n], [0.0, w_z, 0.0]])
    trace = gru(GRUParams(W_x, np.zeros((1, 3)), np.array([0.0, b_z, 0.0]), np.zeros(3)), x)
    wanted = np.repeat(x[_MARKS, 0, 0], 50)
    off = np.abs(trace.h[:, 0, 0] - wanted)
    return {"z_mark": trace.z[0, 0, 0], "z_rest": trace.z[1, 0, 0], "written": off[list(_MARKS)].max(),
            "off": off.max()}


@values(
    title="Sample and hold", difficulty=2, minutes=10,
    question=r"""
        A GRU unit reads two numbers at each step: a value between −0.5 and 0.5, different at every step, and a mark,
        which is 1 at the first of every fifty steps and 0 at the others. The unit should hold the last *marked* value,
        within 0.1, and take no notice of the others. Its recurrent weights are 0, its update gate is
        $z = \sigma(b_z + w_z \cdot \text{mark})$, and its candidate $n = \tanh(w_n \cdot \text{value})$. Choose `b_z`,
        `w_z` and `w_n`.
        """,
    hints=("Between the marks the gate must keep, at a mark it must let the candidate in.",
           r"How near to 1 must $z$ be for most of the value to be left after 49 steps?",
           r"For small arguments $\tanh(a) \approx a$."),
    fields={"b_z": None, "w_z": None, "w_n": None},
    measure=_held,
    met=lambda q: q["off"] <= 0.1,
    mistakes={
        "z is {z_mark:.3f} at a mark and {z_rest:.3f} elsewhere. Here z keeps, so a mark has to bring it down.":
            (dict(b_z=-8.0, w_z=16.0, w_n=1.0), lambda q: q["z_mark"] >= q["z_rest"]),
        "At a mark z is {z_mark:.3f}: that share of the old value is still kept.":
            (dict(b_z=8.0, w_z=-8.0, w_n=1.0), lambda q: q["written"] > 0.1 and q["z_mark"] > 0.1),
        "The gate opens at a mark, but what is written is off by up to {written:.2f}: the candidate is not the value.":
            (dict(b_z=8.0, w_z=-16.0, w_n=4.0), lambda q: q["written"] > 0.1),
        "What is written is right, but it does not last: between the marks z is {z_rest:.4f}, at each of 49 steps.":
            (dict(b_z=3.0, w_z=-16.0, w_n=1.0), lambda q: True),
    },
    praise="Right: four values, each held for 50 steps, and never off by more than {off:.3f}.",
    stub="sample_and_hold = dict(b_z=..., w_z=..., w_n=...)",
)
def sample_and_hold():
    r"""$\sigma(8) = 0.99966$, and to the power of 49 this is 0.98. At a mark the gate must shut, and $8 - 16 = -8$. The
    candidate with $w_n = 1$ is $\tanh(0.5) = 0.46$ at most, close enough.

    The plain unit of chapter 01 could not do this: it has no gate with which to take in one value and ignore the next.
    """
    return dict(b_z=8.0, w_z=-16.0, w_n=1.0)


@controls(
    title="Keep, but write first", difficulty=2, minutes=6,
    question="Experiment. In the figure `memory_race`, over all 60 steps, with a pulse of at most 1 and a noise of at "
             "least 0.8, let the pulse still move the GRU's hidden state by 0.02 or more at the end. Give the controls "
             "you found as a `dict`. Why is there a best keep bias, beyond which more is worse?",
    hints=("While you raise the keep bias, watch where the GRU's line begins and how it falls from there.",
           r"Of the pulse about $(1 - z)\, z^{59}$ is left. Where is this largest?"),
    figure="helpers.figures.memory_race", met="gru_keeps",
    mistakes={
        "Take all 60 steps; yours are {length:.0f}.": (dict(length=30, keep_bias=4.0, noise=0.8),
                                                   lambda q: q["length"] < 60),
        "The pulse may be 1 at most; yours is {pulse:.1f}.": (dict(length=60, keep_bias=4.0, noise=0.8, pulse=3.0),
                                                           lambda q: q["pulse"] > 1.0),
        "The noise should be 0.8 at least; yours is {noise:.2f}.": (dict(length=60, keep_bias=4.0, noise=0.3),
                                                                 lambda q: q["noise"] < 0.8),
        "The keep bias is near its best. A pulse of 1, a noise of 0.8 and a gain of 0.9 or more leave enough.":
            (dict(length=60, keep_bias=4.2, noise=1.0), lambda q: 3.8 <= q["keep_bias"] <= 4.7),
        "The GRU keeps what it has, but it wrote too little: at step 1 the pulse moved its state by {gru_written:.3f}. "
        "What z keeps is missing from what is written.":
            (dict(length=60, keep_bias=6.0, noise=0.8), lambda q: q["gru_written"] < 0.05),
        "The pulse was written, and faded: at the end it moves the state by {gru_left:.4f}. Let z keep more.":
            (dict(length=60, keep_bias=2.0, noise=0.8), lambda q: True),
    },
    praise="Right: enough is written at step 1, and enough of it is kept for 59 steps.",
)
def keep_and_write():
    r"""The share that is written is about $1 - z$, and after 59 more steps $z^{59}$ of it is left. The product
    $(1 - z)\, z^{59}$ is largest at $z = 59/60$, a bias of $\ln 59 \approx 4.1$. In an LSTM the input gate is free of
    the forget gate: its line begins at the same height at every keep bias.
    """
    found = dict(length=60, keep_bias=4.2, noise=0.8)
    arrays = live.load("memory_race").run(**found)
    print(f"step 1: {arrays['gru_written']:.3f}, step 60: {arrays['gru_left']:.3f}")
    return found


@controls(
    title="Run through the pulses", difficulty=1, minutes=4,
    question="Experiment. In the figure `gru_gates`, unit 4 is a clock, and every positive pulse restarts it. Leave "
             "the input alone and make the clock run on through all the pulses, so that it stands above 0.6 at step "
             "33. Give the controls you found as a `dict`.",
    hints=("Which gate shuts at a positive pulse, and what does that hide from the candidate?",
           "A pulse subtracts 12 from what goes into that gate. Add as much."),
    figure="helpers.figures.gru_gates", met="goes_on",
    mistakes={
        "The clock is unit 4; this is unit {unit:.0f}.":
            (dict(unit=3, step=33, reset_bias=12.0), lambda q: q["unit"] != 4),
        "Leave the input alone: its scale should be 1.":
            (dict(unit=4, step=33, input_scale=0.0), lambda q: abs(q["input_scale"] - 1.0) >= 0.01),
        "Go on to step 33: here the figure stands at step {step:.0f}.":
            (dict(unit=4, step=12, reset_bias=6.0), lambda q: q["step"] < 33),
        "With a smaller bias r is shut more, and the candidate sees less of the old state.":
            (dict(unit=4, step=33, reset_bias=-8.0), lambda q: q["reset_bias"] < 0),
        "z brings some of the old state past the candidate, but the pulses still hide it from the candidate: at step "
        "33 r is {r[32]:.2f}.":
            (dict(unit=4, step=33, update_bias=6.0), lambda q: q["update_bias"] > 0 and q["r"][32] < 0.5),
        "r stays open at the pulses, but now z keeps {z[32]:.2f} of the old state, and little of the candidate is "
        "written: the clock has come to {h[32]:.2f} only.":
            (dict(unit=4, step=33, reset_bias=12.0, update_bias=6.0),
             lambda q: q["r"][32] > 0.8 and q["z"][32] > 0.6),
        "The pulses still bring r down, to {r[32]:.2f} at step 33, and the clock stands at {h[32]:.2f}.":
            (dict(unit=4, step=33, reset_bias=6.0), lambda q: True),
    },
    praise="Right: r stays open at the pulses, and the candidate goes on from the old state.",
)
def through_the_pulses():
    """A positive pulse of size 1 brings −12 into the reset gate, whose bias is 4. With another 12 it stands at 0.98."""
    found = dict(unit=4, step=33, reset_bias=12.0)
    arrays = live.load("gru_gates").run(**found)
    print(f"step 33: r {arrays['r'][32]:.2f}, clock {arrays['h'][32]:.2f}")
    return found
