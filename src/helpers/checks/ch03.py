"""Exercises of chapter 03: vanishing and exploding gradients."""

import math

import numpy as np

from live_figures.exercises import choice, controls, function, number

from .. import live
from ..jacobians import MAX_SLOPE, chain, spectral_radius

__all__ = [
    "clip_all", "dead_by_then", "fate", "guaranteed", "keep_alive", "memory_jacobian", "peak", "small_gradient",
    "too_low",
]


@choice(
    title="Two numbers, one fate", difficulty=1, minutes=2,
    question="A linear recurrent net has spectral radius 0.9 and largest singular value 2. What does the norm of the "
             "gradient do as it goes back through more and more steps?",
    hints=("Which of the two numbers speaks about one step, and which about very many?",),
    choices={
        "explodes": (
            "It explodes, because the largest singular value is above 1.",
            "A singular value above 1 says that one step can stretch some vector. It does not say that the next step "
            "stretches it again. Which number rules the powers of W in the long run?"),
        "shrinks": (
            "It shrinks at every step, because the spectral radius is below 1.",
            "In the long run, yes. But a spectral radius below 1 does not make each single step shrink every vector: "
            "look at one step with a largest singular value of 2."),
        "hump": (
            "It may grow for a while, and in the end it vanishes.",
            "Yes. The singular value allows growth in the first steps, the spectral radius decides the end."),
    },
    answer="hump",
)
def fate():
    r"""$\rho(W)^k \le \lVert W^k \rVert \le s_{\max}(W)^k$: the bound above is $2^k$, and late, the factor of each
    step is $\rho = 0.9$. In between, the norm may climb."""


@number(
    title="How soon is it gone?", difficulty=1, minutes=3,
    question="One sigmoid unit with recurrent weight 1. After how many steps back is at most a millionth of the "
             "gradient left, however favourable the inputs are?",
    hints=("At its steepest the sigmoid has slope 1/4. The figure `activation_slopes` shows the product.",),
    answer=10, unit="steps",
    mistakes={"After 9 steps, 3.8e-6 may still be left.": 9,
              "Nearly: there is no part of a step. After which whole one is it true?": math.log(1e-6) / math.log(0.25),
              "That takes the slope 1/2. What is the slope of the sigmoid at 0?": 20},
    praise="Yes: a quarter to the power 10 is 9.5e-7, the first power below a millionth.",
    nudge="At its steepest the sigmoid has slope 1/4. Which power of 1/4 is the first below 1e-6?",
)
def dead_by_then():
    """The best case is slope 1/4 at every step. The first power of 1/4 below a millionth:"""
    k = 0
    while 0.25**k > 1e-6:
        k += 1
    return k


@number(
    title="The small gradient", difficulty=1, minutes=1,
    question="Gradients are clipped by norm at 1. One gradient has norm 0.001. What is its norm after clipping?",
    hints=(r"Put the numbers into $g \cdot \min(1, \theta / \lVert g \rVert)$.",),
    answer=0.001,
    mistakes={"That would raise it. Clipping is a ceiling: what is below it is not touched.": 1,
              "Nothing is cut away from a gradient below the threshold.": 0},
    praise="Yes. Clipping is a ceiling: what is below it stays as it is. It is no cure for vanishing.",
    nudge="Put the numbers into g · min(1, θ/‖g‖).",
)
def small_gradient():
    r"""$\min(1, 1/0.001) = 1$: the gradient comes back as it is."""
    return 0.001 * min(1, 1 / 0.001)


def _weights_and_states(rng):
    for n in (2, 5, 1, 3):
        yield rng.normal(size=(n, n)), np.tanh(rng.normal(size=n))
    yield rng.normal(size=(4, 4)), np.tanh(np.array([-4.0, 0.0, 0.1, 3.0]))  # shut at one end, steep in the middle


def _complex_step(W_h, h):
    """The reference, from another road: the derivative by a complex step, which has no rounding error to speak of."""
    return np.tanh(np.arctanh(h) + 1e-200j * W_h).imag / 1e-200


@function(
    title="One step back", difficulty=2, minutes=8,
    question=r"""
        Write the matrix $\partial h_t / \partial h_{t-1}$ of a tanh RNN, from its weights and its *new* state $h_t$. As
        everywhere in the code, states are rows: the step is `h_new = tanh(x @ W_x + h @ W_h + b)`, and row $i$, column
        $j$ of your matrix says how unit $j$ of $h_t$ moves with unit $i$ of $h_{t-1}$.
        """,
    hints=(r"$\tanh'(a) = 1 - \tanh(a)^2 = 1 - h^2$.",
           r"In columns the matrix is $\mathrm{diag}(f'(a_t))\, W_h$; in rows it is the transpose, and a diagonal "
           "matrix on the right scales columns."),
    cases=_weights_and_states,
    reference=_complex_step,
    returns=("the Jacobian",),
    tolerance=1e-6,  # finite differences are right too
    mistakes={
        "This is the Jacobian with W_h transposed: row i is the unit at t−1, column j the one at t.":
            ("W_h *", "W_h.T *"),
        "The slopes scale the rows. They belong to the units of h_t, which are the columns.":
            ("(1 - h**2)", "(1 - h**2)[:, None]"),
        "h is the state already, after tanh: its slope is 1 − h², without a second tanh.":
            ("h**2", "np.tanh(h)**2"),
        "The slope of tanh is missing: these are the weights alone.": lambda W_h, h: W_h,
        "These are the slopes alone. Each still meets a weight.": lambda W_h, h: 1 - h**2,
        "This is the slope of a sigmoid. The network uses tanh.": ("(1 - h**2)", "(h * (1 - h))"),
        "The slope of tanh is 1 − h², with the square.": ("h**2", "h"),
        "The sign is wrong: 1 − h² is the slope, and it is never negative.": ("(1 - h**2)", "(h**2 - 1)"),
        "The whole matrix is zero: were the weights overwritten before they were used?": ("W_h *", "0 * W_h *"),
        "The slopes are averaged over the units. Each column has its own.": ("h**2", "np.mean(h**2)"),
        "This is the gradient of a sum over units, a vector. The Jacobian keeps a row and a column for each.":
            ("W_h * (1 - h**2)", "W_h @ (1 - h**2)"),
    },
    praise="Your Jacobian agrees with a derivative computed from the step itself, from one to five units.",
    nudge="Row i, column j is how unit j of h_t moves when unit i of h_{t−1} does: first through W_h, then through the "
          "slope of tanh at unit j, which its new value h_t gives you.",
)
def memory_jacobian(W_h, h):
    return W_h * (1 - h**2)  # column j scaled by the slope of unit j


def _promises(rng):
    yield chain(4, 0.5, 0.3), "tanh", 0.01
    yield np.diag([0.5, 0.2]), "tanh", 0.25  # met exactly, by two steps
    yield rng.normal(size=(3, 3)), "sigmoid", 1e-6
    yield np.eye(2), "tanh", 0.1  # a factor of exactly 1 promises nothing
    yield np.diag([2.0, 0.1]), "tanh", 0.5
    yield np.diag([2.0, 0.1]), "sigmoid", 0.5
    yield np.array([[0.5, 0.7], [0.0, 0.5]]), "tanh", 1e-3
    yield 0.9 * np.linalg.qr(rng.normal(size=(6, 6)))[0], "tanh", 1e-3
    yield np.array([[0.3]]), "tanh", 0.5
    yield np.array([[0.3]]), "tanh", 0.05  # 2.49 steps: nearer to 2, and 3 it takes


def _by_counting(W, activation, share):
    """The reference, from another road: multiply until the share is reached."""
    factor = MAX_SLOPE[activation] * np.linalg.svd(W, compute_uv=False)[0]
    if factor >= 1:
        return None
    left, k = 1.0, 0
    while left > share * (1 + 1e-12):
        left, k = left * factor, k + 1
    return k


def _by_eigenvalues(W, activation, share):
    factor = MAX_SLOPE[activation] * spectral_radius(W)
    return int(np.ceil(np.log(share) / np.log(factor))) if factor < 1 else None


@function(
    title="What can be promised", difficulty=2, minutes=10,
    question=r"""
        Write the smallest number of steps $k$ after which the gradient is *surely* at most `share` of what it was, by
        the bound $(\gamma\, s_{\max}(W))^k$, or `None` where the bound promises nothing. `activation` is `"tanh"`
        (steepest slope $\gamma = 1$) or `"sigmoid"` ($\gamma = \frac14$).
        """,
    hints=(r"Solve $(\gamma\, s_{\max})^k \le \text{share}$ for $k$. `np.linalg.norm(W, 2)` is $s_{\max}$.",
           "When is there no such $k$?"),
    cases=_promises,
    reference=_by_counting,
    returns=("the number of steps",),
    mistakes={
        "This uses the eigenvalues. They say what happens in the end; what is sure at each step is the largest "
        "singular value.": _by_eigenvalues,
        "This uses the Frobenius norm. The sharpest bound is the largest singular value.": ("(W, 2)", "(W)"),
        "The steepest slope of the sigmoid is 1/4, and the bound may use it.": ('"sigmoid": 0.25', '"sigmoid": 1.0'),
        "Where the factor is 1 or more, the bound promises nothing: return None.": (" if factor < 1 else None", ""),
        "Where the bound promises nothing, no number is right, not even 0: return None.": ("None", "0"),
        "Where the bound promises nothing, return None, not infinity.": ("None", "np.inf"),
        "The largest entry of W is not its largest singular value. What can one step do to a vector?":
            ("np.linalg.norm(W, 2)", "np.abs(W).max()"),
        "A factor of exactly 1 shrinks nothing: it promises nothing either.": ("factor < 1", "factor <= 1"),
        "One step too early: round up, as at the step before more than the share may be left.": ("np.ceil", "np.floor"),
        "The nearest whole number may be too small: round up, always.": ("np.ceil", "np.round"),
        "Where the bound meets the share exactly, one more step is not needed: “at most” is met. Round up, and do not "
        "add 1.": ("int(np.ceil(np.log(share) / np.log(factor)))", "int(np.floor(np.log(share) / np.log(factor))) + 1"),
        "The number of steps is whole: round up.": ("int(np.ceil(np.log(share) / np.log(factor)))",
                                                    "np.log(share) / np.log(factor)"),
        "The fraction stands on its head: log share is divided by log factor.":
            ("np.log(share) / np.log(factor)", "np.log(factor) / np.log(share)"),
    },
    praise="Right in all cases, two of which promise nothing.",
    nudge="The bound multiplies by the same factor at each step: the steepest slope times which property of W?",
)
def guaranteed(W, activation, share):
    factor = {"tanh": 1.0, "sigmoid": 0.25}[activation] * np.linalg.norm(W, 2)
    return int(np.ceil(np.log(share) / np.log(factor))) if factor < 1 else None


@number(
    title="The top of the hump", difficulty=2, minutes=8,
    question=r"Two linear units keep $\rho = 0.9$ of themselves, and the first passes a share $c$ on to the second: "
             r"$W = \begin{pmatrix} \rho & c \\ 0 & \rho \end{pmatrix}$. For large $c$, at which step is "
             r"$\lVert W^k \rVert$ largest?",
    hints=("Multiply out $W^2$ and $W^3$.", r"The corner entry has a pattern: $k\, c\, \rho^{k-1}$."),
    answer=9.5, tolerance=0.5, unit="steps",
    mistakes={"At the first step only c counts. Then it is passed on again and again: multiply out W².": 1,
              "That is 1 over the logarithm to base 10. The derivative of ρᵏ brings in the natural one.": 22},
    praise="Yes: k c ρᵏ⁻¹ is largest at k = −1/ln ρ, so at step 9 or 10, however large c is.",
    nudge="The corner entry of Wᵏ is k c ρᵏ⁻¹. Set its derivative with respect to k to zero, or list its values.",
)
def peak():
    r"""The corner entry is $k\,c\,\rho^{k-1}$. Its derivative with respect to $k$ is zero where
    $1 + k \ln \rho = 0$."""
    powers = [np.linalg.matrix_power(chain(2, 0.9, 50.0), k) for k in range(30)]
    norms = np.linalg.norm(powers, 2, axis=(1, 2))
    print(f"largest at step {norms.argmax()}; -1 / ln 0.9 = {-1 / np.log(0.9):.2f}")
    return -1 / np.log(0.9)


def _gradients(rng):
    for size, threshold in ((5.0, 1.0), (5.0, 0.3), (1e-3, 1.0), (1.0, 40.0), (0.0, 0.5)):
        yield [size * rng.normal(size=shape) for shape in ((3, 4), (4, 4), (4,))], threshold
    yield [np.array([0.6]), np.array([0.0, 0.53])], 0.7  # norm 0.8: its square is below the threshold
    yield [np.array([[1.0]])], 2.0
    yield [np.array([1.5, 2.0])], 4.0  # norm 2.5: its square is above the threshold


def _clip_each(gradients, threshold):
    return [g * min(1.0, threshold / max(np.linalg.norm(g), 1e-30)) for g in gradients]


def _clip_by_square(gradients, threshold):
    square = sum(np.sum(g**2) for g in gradients)
    return [g * min(1.0, threshold / max(square, 1e-30)) for g in gradients]


def _if_square_is_larger(gradients, threshold):
    square = sum(np.sum(g**2) for g in gradients)
    return [g * threshold / np.sqrt(square) if square > threshold else g for g in gradients]


def _sum_of_norms(gradients, threshold):
    norm = sum(np.linalg.norm(g) for g in gradients)
    return [g * threshold / max(norm, threshold) for g in gradients]


@function(
    title="Clip a whole network", difficulty=2, minutes=10,
    question="Write clipping by norm for a list of arrays, as a network has them: one norm over all of them together, "
             "one common factor. Short gradients come back as they are, and a gradient of zero must not fail.",
    hints=("The squared norm of all is the sum of the squared norms of each.", "Be careful not to divide by zero."),
    cases=_gradients,
    returns=("the list of clipped gradients",),
    tolerance=3e-6,  # torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm
    mistakes={
        "Short gradients are raised to the threshold. Clipping is a ceiling: what is below it comes back unchanged.":
            ("max(norm, threshold)", "max(norm, 1e-30)"),
        "Each array is clipped by its own norm, which turns the whole gradient. Take one norm over all of them.":
            _clip_each,
        "This clips by value: every entry for itself, which turns the gradient. Use one common factor.":
            lambda gradients, threshold: [np.clip(g, -threshold, threshold) for g in gradients],
        "Nothing is clipped.": lambda gradients, threshold: gradients,
        "Everything is scaled to length 1, whatever its length and the threshold.":
            ("threshold / max(norm, threshold)", "1 / max(norm, 1e-30)"),
        "All gradients come back as zero.": ("scale * g", "0 * g"),
        "Everything is multiplied by the threshold. It is a limit, not a factor.": ("scale * g", "threshold * g"),
        "This limits large entries only from above, and each for itself. Use one common factor.":
            lambda gradients, threshold: [np.minimum(g, threshold) for g in gradients],
        "The threshold is fixed at 1: use the one that is given.":
            ("threshold / max(norm, threshold)", "1 / max(norm, 1)"),
        "Long gradients get length 1, not the threshold's.": ("threshold / max(norm, threshold)",
                                                              "(1 / norm if norm > threshold else 1)"),
        "Long gradients get the square of the threshold as their length.": (
            "threshold / max(norm, threshold)", "(threshold**2 / norm if norm > threshold else 1)"),
        "This divides by the squared norm: the square root is missing.": _clip_by_square,
        "The squared norm is compared with the threshold. Take its square root first.": _if_square_is_larger,
        "The norms of the arrays are added. Their squares add, then comes the root.": _sum_of_norms,
        "The largest entry is taken for the norm.": (
            "np.sqrt(sum(np.sum(g**2) for g in gradients))", "max(np.abs(g).max() for g in gradients)"),
        "A gradient of zero must not be divided by its norm.": (
            "threshold / max(norm, threshold)", "min(norm, threshold) / norm"),
    },
    praise="Long gradients keep their direction and get length θ, short and zero ones come back as they were.",
    nudge="Take one norm over all the arrays together, and scale all by the same factor, which is never above 1.",
)
def clip_all(gradients, threshold):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    scale = threshold / max(norm, threshold)  # never divides by zero
    return [scale * g for g in gradients]


@choice(
    title="Too high, too low", difficulty=2, minutes=6,
    question=r"Take the temporal order task at length 30, SGD at rate 0.05, clipping by norm, 600 steps. With "
             r"$\theta = 1$ most networks learn. With $\theta = 100$ none does: that is as good as no clipping. With "
             r"$\theta = 0.01$ none does either. Why?",
    hints=("How long is a step of SGD at most?", "How far can 600 of them go?"),
    choices={
        "short": (
            "No step is longer than 0.0005, so in 600 steps the weights hardly move.",
            "Yes. A ceiling on the gradient is a ceiling on the step: rate times θ. Below the usual norms, it makes "
            "every step short, however far the cliff is."),
        "turned": (
            "Clipping that hard changes the direction of the gradient.",
            "By value it would. By norm, all entries are multiplied by the same number: the direction stays."),
        "cut": (
            "The gradient of the early steps is cut away, so nothing long is learned.",
            "Clipping comes after the sum over all lags, and multiplies the whole sum. What changes is the length of "
            "the step; the shares of the lags stay as they are."),
    },
    answer="short",
)
def too_low():
    r"""Run all three, five seeds each, and measure how far the recurrent weights have moved: by 0.05 with
    $\theta = 0.01$, by 1.13 with $\theta = 1$ and by 1.29 with $\theta = 100$. A matrix of 32 × 32 with singular
    values of 1 has a norm of $\sqrt{32} = 5.7$."""
    from functools import partial

    import torch

    from helpers.crowd import Crowd, members, train_crowd
    from helpers.tasks import temporal_order

    each = partial(torch.nn.functional.cross_entropy, reduction="none")
    thresholds = (0.01, 1.0, 100.0)
    crowd = Crowd([member for clip in thresholds
                   for member in members("orthogonal", 8, 32, 4, range(5), clip=clip)])
    before = crowd.W_h.detach().clone()
    train_crowd(crowd, partial(temporal_order, 30), 600, loss=each, lr=0.05)
    moved = (crowd.W_h.detach() - before).flatten(1).norm(dim=1).reshape(3, 5).mean(1)
    for threshold, distance in zip(thresholds, moved, strict=True):
        print(f"threshold {threshold}: weights moved by {distance:.2f}")
    return "short"


@controls(
    title="Keep it alive", difficulty=3, minutes=10,
    question="In the figure `gradient_norms`, meet the first challenge: tanh, an input size of at least 0.5, and "
             "between a tenth of the gradient and ten times as much left after sixty steps. Then write down the "
             "controls, as a `dict`. What do you have to pay for it: what would the bound allow with these weights?",
    hints=("Take a matrix whose singular values are all equal.",
           r"Make up for the slopes of tanh with $\rho$. The line in the figure is steep in $\rho$: use the arrow "
           "keys."),
    figure="helpers.figures.gradient_norms", met="kept",
    mistakes={
        "The challenge asks for tanh.": (
            dict(start="orthogonal", activation="linear", rho=1.0, size=0.5), lambda q: q["activation"] != "tanh"),
        "The challenge asks for an input size of at least 0.5.": (
            dict(start="orthogonal", rho=1.5, size=0.1), lambda q: q["size"] < 0.5),
        "With these controls {best_left:.1e} is left: it grows too much.": (
            dict(start="orthogonal", rho=1.6, size=0.5), lambda q: q["best_left"] >= 10),
        "With these controls {best_left:.1e} is left: it vanishes. Which matrix has all its singular values equal, and "
        "how large must ρ be to make up for the slopes of tanh?": (
            dict(start="orthogonal", rho=1.0, size=0.5), lambda q: q["best_left"] <= 0.1),
    },
    praise="{best_left:.2f} of the gradient is left after sixty steps.",
)
def keep_alive():
    r"""An orthogonal matrix takes nothing away in any direction. What the slopes of tanh take away, $\rho = 1.5$
    makes up for in the best direction; in a typical one less than a quarter is left.

    The price: the slopes of tanh now hold the gradient down, and nothing else does. Move the input size to 0.02: over
    the same sixty steps the gradient grows more than a thousandfold. The units do not even come back to zero, where
    tanh is steepest; with $\rho = 1.5$ that point is unstable, and the states stay away from it, at 0.56 in the mean.
    """
    found = dict(start="orthogonal", activation="tanh", rho=1.5, size=0.5)
    arrays = live.load("gradient_norms").run(**found)
    print(f"left {arrays['best_left']:.2f}; the bound allows {arrays['bound_left']:.1e}")
    return found
