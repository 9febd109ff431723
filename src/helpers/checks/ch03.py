"""Checked exercises of chapter 03, vanishing and exploding gradients."""

from __future__ import annotations

import math

import numpy as np

from live_figures.exercises import Question, close, exercise, right, wrong

from ..jacobians import MAX_SLOPE, chain, spectral_radius
from ..live import load

__all__ = [
    "clip_all",
    "dead_by_then",
    "fate",
    "guaranteed",
    "keep_alive",
    "memory_jacobian",
    "peak",
    "small_gradient",
    "too_low",
]

fate = Question(
    "ch03.fate",
    "A linear recurrent net has spectral radius 0.9 and largest singular value 2. What does the norm of the gradient "
    "do as it goes back through more and more steps?",
    answer="It may grow for a while, and in the end it vanishes.",
    choices={
        "It explodes, because the largest singular value is above 1.":
            "A singular value above 1 says that one step can stretch some vector. It does not say that the next step "
            "stretches it again. Which number rules the powers of W in the long run?",
        "It shrinks at every step, because the spectral radius is below 1.":
            "In the long run, yes. But a spectral radius below 1 does not make each single step shrink every vector: "
            "look at one step with a largest singular value of 2.",
        "It may grow for a while, and in the end it vanishes.":
            "Yes. The singular value allows growth in the first steps, the spectral radius decides the end.",
    },
)

dead_by_then = Question(
    "ch03.dead_by_then",
    "One sigmoid unit with recurrent weight 1. After how many steps back is at most a millionth of the gradient left, "
    "however favourable the inputs are?",
    answer=10, unit="steps",
    right="Yes: a quarter to the power 10 is 9.5e-7, the first power below a millionth.",
    hint="At its steepest the sigmoid has slope 1/4. Which power of 1/4 is the first below 1e-6?",
)

small_gradient = Question(
    "ch03.small_gradient",
    "Gradients are clipped by norm at θ = 1. One gradient has norm 0.001. What is its norm after clipping?",
    answer=0.001, tolerance=1e-9,
    right="Yes. Clipping is a ceiling: what is below it stays as it is. It is no cure for vanishing.",
    hint="Put the numbers into g · min(1, θ/‖g‖).",
)

too_low = Question(
    "ch03.too_low",
    "Temporal order at length 30, SGD at rate 0.05, 600 steps, clipping by norm. With θ = 1 most networks learn, with "
    "θ = 100 and with θ = 0.01 none does. Why does θ = 0.01 fail?",
    answer="No step is longer than 0.0005, so in 600 steps the weights hardly move.",
    choices={
        "No step is longer than 0.0005, so in 600 steps the weights hardly move.":
            "Yes. A ceiling on the gradient is a ceiling on the step: rate times θ. Below the usual norms, it makes "
            "every step short, however far the cliff is.",
        "Clipping that hard changes the direction of the gradient.":
            "By value it would. By norm, all entries are multiplied by the same number: the direction stays.",
        "The gradient of the early steps is cut away, so nothing long is learned.":
            "Clipping comes after the sum over all lags, and multiplies the whole sum. What changes is the length of "
            "the step; the shares of the lags stay as they are.",
    },
)

peak = Question(
    "ch03.peak",
    "Two linear units: each keeps 0.9 of itself, and the first passes a share c on to the second. For large c, at "
    "which step t is the norm of Wᵗ largest?",
    answer=9.5, tolerance=0.5, unit="steps",
    right="Yes: t c ρᵗ⁻¹ is largest at t = -1/ln ρ = 9.5, so at step 9 or 10, whatever c is.",
    hint="The corner entry of Wᵗ is t c ρᵗ⁻¹. Set its derivative by t to zero, or list its values.",
)


def _jacobian(W_h, h):
    return W_h * (1 - h**2)


def _finite_difference(W_h, a):
    step = 1e-6
    moved = [(np.tanh(a + step * row) - np.tanh(a - step * row)) / (2 * step) for row in W_h]
    return np.stack(moved)


@exercise(solution=lambda: _jacobian, wrong=[
    lambda: lambda W_h, h: W_h.T * (1 - h**2),
    lambda: lambda W_h, h: W_h * (1 - h**2)[:, None],
    lambda: lambda W_h, h: W_h * (1 - np.tanh(h) ** 2),
    lambda: lambda W_h, h: W_h,
    lambda: lambda W_h, h: 1 - h**2,
])
def memory_jacobian(answer):
    """`answer(W_h, h)` is dh_t/dh_{t-1} of a tanh RNN from its weights and its new state h_t (row vectors)."""
    rng = np.random.default_rng(3)
    for n in (2, 5):
        W_h, before, rest = rng.normal(size=(n, n)), rng.normal(size=n), rng.normal(size=n)
        a = before @ W_h + rest
        bad = close("The Jacobian", answer(W_h, np.tanh(a)), _finite_difference(W_h, a), atol=1e-6,
                    hint="Row i, column j is how unit j of h_t moves when unit i of h_{t-1} does: first through W_h, "
                         "then through the slope of tanh at unit j, which its new value h_t gives you.")
        if bad is not None:
            return bad
    return right("Your Jacobian agrees with finite differences, for 2 and for 5 units.")


def _guaranteed(W, activation, share):
    factor = MAX_SLOPE[activation] * np.linalg.norm(W, 2)
    return math.ceil(math.log(share) / math.log(factor)) if factor < 1 else None


def _eigenvalue_guess(W, activation, share):
    factor = MAX_SLOPE[activation] * spectral_radius(W)
    return math.ceil(math.log(share) / math.log(factor)) if factor < 1 else None


def _no_slope(W, activation, share):
    return _guaranteed(W, "tanh", share)


def _always(W, activation, share):
    return abs(math.ceil(math.log(share) / math.log(MAX_SLOPE[activation] * np.linalg.norm(W, 2))))


def _one_early(W, activation, share):
    k = _guaranteed(W, activation, share)
    return None if k is None else k - 1


@exercise(solution=lambda: _guaranteed, wrong=[
    lambda: _eigenvalue_guess, lambda: _no_slope, lambda: _always, lambda: _one_early,
])
def guaranteed(answer):
    """`answer(W, activation, share)`: after how many steps the gradient is surely at most `share`, or None."""
    rng = np.random.default_rng(5)
    cases = [(0.5 * np.eye(3), "tanh", 1e-3), (chain(4, 0.5, 0.3), "tanh", 1e-2), (np.eye(2), "sigmoid", 1e-6),
             (3 * np.eye(2), "sigmoid", 1e-3), (0.3 * rng.normal(size=(4, 4)), "sigmoid", 1e-4),
             (chain(6, 0.9, 1.1), "tanh", 0.5), (chain(6, 0.9, 4.0), "sigmoid", 0.5)]
    for W, activation, share in cases:
        got, expected = answer(W, activation, share), _guaranteed(W, activation, share)
        sigma, rho = np.linalg.norm(W, 2), spectral_radius(W)
        case = f"{activation}, largest singular value {sigma:.3f}, spectral radius {rho:.3f}, share {share:g}"
        if expected is None and got is not None:
            return wrong(f"For {case} the bound guarantees nothing, so None is due, and you gave a number. Is the "
                         "factor per step below 1 there?")
        if expected is not None and (got is None or got != expected):
            said = "you gave None" if got is None else f"yours is {'too small' if got < expected else 'too large'}"
            return wrong(f"For {case} the bound does guarantee a step, and {said}. Which number bounds one step: "
                         "largest slope times which property of W?")
    return right("Right in all seven cases, two of which guarantee nothing.")


def _clip_all(gradients, threshold):
    norm = math.sqrt(sum(float(np.sum(g * g)) for g in gradients))
    return [g * min(1.0, threshold / norm) for g in gradients] if norm else list(gradients)


def _clip_raising(gradients, threshold):
    norm = math.sqrt(sum(float(np.sum(g * g)) for g in gradients))
    return [g * threshold / norm for g in gradients] if norm else list(gradients)


def _clip_each(gradients, threshold):
    return [g * min(1.0, threshold / max(np.linalg.norm(g), 1e-30)) for g in gradients]


def _clip_value(gradients, threshold):
    return [np.clip(g, -threshold, threshold) for g in gradients]


@exercise(solution=lambda: _clip_all, wrong=[
    lambda: _clip_raising, lambda: _clip_each, lambda: _clip_value, lambda: lambda gradients, threshold: gradients,
])
def clip_all(answer):
    """`answer(gradients, threshold)`: the list of arrays, clipped by the norm of all of them together."""
    rng = np.random.default_rng(7)
    shapes = [(3, 4), (4, 4), (4,)]
    large, small, zero = ([s * rng.normal(size=shape) for shape in shapes] for s in (5.0, 1e-3, 0.0))
    cases = {
        "long gradients": (large, 1.0, "Take one norm over all the arrays together, and scale all by the same factor."),
        "short gradients": (small, 1.0, "Clipping is a ceiling: what is below it must come back unchanged."),
        "zero gradients": (zero, 1.0, "A norm of zero must not be divided by."),
    }
    for name, (gradients, threshold, hint) in cases.items():
        got = answer([g.copy() for g in gradients], threshold)
        if got is None or len(got) != len(gradients):
            return wrong(f"For {name}, return a list of {len(gradients)} arrays, one for each given.")
        for k, (g, expected) in enumerate(zip(got, _clip_all(gradients, threshold), strict=True)):
            bad = close(f"Array {k} of {name}", g, expected, hint=hint, atol=1e-6)
            if bad is not None:
                return bad
    return right("Long gradients keep their direction and get length θ, short and zero ones come back as they were.")


@exercise(solution=lambda: {"start": "orthogonal", "activation": "tanh", "rho": 1.5, "size": 0.5, "length": 60}, wrong=[
    lambda: {"start": "orthogonal", "activation": "tanh", "rho": 1.0, "size": 0.5, "length": 60},
    lambda: {"start": "orthogonal", "activation": "linear", "rho": 1.0, "size": 0.5, "length": 60},
    lambda: {"start": "orthogonal", "activation": "tanh", "rho": 1.5, "size": 0.5, "length": 30},
    lambda: {"start": "orthogonal", "activation": "tanh", "rho": 1.5, "size": 0.1, "length": 60},
    lambda: {"spectral_radius": 1.5},
])
def keep_alive(answer):
    """`answer`: control values of the live figure `gradient_norms` that meet its first challenge."""
    figure = load("gradient_norms")
    values = figure.values(**answer)
    if values["activation"] != "tanh" or values["size"] < 0.5 or values["length"] < 60:
        return wrong("The challenge asks for tanh, an input size of at least 0.5 and at least 60 steps.")
    left = float(figure.run(**answer)["best_left"])
    if 0.1 < left < 10:
        return right(f"{left:.2f} of the gradient is left after {values['length']} steps.")
    return wrong(f"With these controls {left:.1e} is left after {values['length']} steps: it "
                 f"{'grows too much' if left >= 10 else 'vanishes'}. Which start has all its singular values equal, "
                 "and how large must ρ be to make up for the slopes of tanh?")
