"""How much of a gradient is left after k steps back, and what do eigenvalues and singular values say beforehand?"""

import itertools
import math

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.jacobians import (
    MAX_SLOPE,
    chain,
    largest_singular_value,
    rnn_jacobians,
    scaled_products,
    scaled_to_radius,
)
from helpers.params import identity, normal, orthogonal
from helpers.plots import powers_of_ten
from helpers.sequence import rnn
from live_figures import Challenge, Choice, Claim, Signal, Slider, Try, short

title = "How much of a gradient is left after k steps back?"
caption = (
    "A gradient goes back through a network of twelve units on random input: what is left of it after k steps, in the "
    "best direction and in a typical one, beside what the largest singular value allows and what the largest "
    "eigenvalue suggests."
)
alt = (
    "Logarithmic plot against the number of steps back: the norm of the product of Jacobians in its best and in a "
    "typical direction, below the singular-value bound, beside a dotted line for the largest eigenvalue."
)

H, T = 12, 60
STARTS = ("normal", "orthogonal", "identity", "chain")
FLOOR, TOP = -16, 8
LN10 = math.log(10.0)

controls = [
    Slider(name="rho", label="Spectral radius ρ", min=0.3, max=1.6, step=0.01, value=0.9),
    Choice(name="activation", label="Activation", options=("tanh", "sigmoid", "relu", "linear"), value="tanh",
           labels=("tanh", "sigmoid", "ReLU", "linear")),
    Choice(name="start", label="Recurrent matrix W", options=STARTS, value="orthogonal",
           labels=("Gaussian", "orthogonal", "identity", "non-normal chain")),
    Slider(name="size", label="Input size", min=0.02, max=2, step=0.02, value=0.06,
           idle=("straight", "a straight activation ignores it")),
]


def _matrices() -> np.ndarray:
    """Each kind of matrix, scaled to spectral radius 1, so that the slider's ρ is its spectral radius."""
    return np.stack([scaled_to_radius(normal((H, H), seed=3), 1.0), orthogonal(H, seed=3), identity(H),
                     chain(H, 1.0, 0.8)])


def consts():
    W = _matrices()
    return {"W": W, "s_max": np.linalg.norm(W, 2, axis=(1, 2)), "x": short(normal((T, 1, H), seed=4)),
            "eye": np.eye(H), "zero": np.zeros(H), "lag": np.arange(T + 1.0)}


def compute(consts, rho, activation, start, size):
    xp = array_namespace(consts["W"])
    lag, which = consts["lag"], STARTS.index(start)
    params = RNNParams(W_x=consts["eye"], W_h=rho * consts["W"][which, ...], b=consts["zero"])
    trace = rnn(params, size * consts["x"], activation=activation)
    log_size, product = scaled_products(rnn_jacobians(params, trace, activation)[:, 0, ...])
    log_size = log_size / LN10
    best = log_size + xp.log10(xp.maximum(largest_singular_value(product, squarings=6), 1e-200 * xp.ones_like(lag)))
    typical = log_size - 0.5 * math.log10(H)  # root mean square over all directions
    slope = MAX_SLOPE[activation]
    bound, guess = lag * xp.log10(rho * slope * consts["s_max"][which]), lag * xp.log10(rho * slope)
    kept = (best[T] > -1.0) & (best[T] < 1.0) & (size >= 0.5)
    fooled = (bound[T] > 4.0) & (best[T] < -4.0)
    return {
        "best": _shown(xp, best), "typical": _shown(xp, typical), "bound": bound, "guess": guess,
        "best_left": _power(xp, best[T]), "typical_left": _power(xp, typical[T]), "bound_left": _power(xp, bound[T]),
        "straight": xp.asarray(activation in ("relu", "linear")), "kept": kept & (activation == "tanh"),
        "fooled": fooled & (start == "orthogonal"),
    }


def _shown(xp, log):
    return xp.maximum(log, xp.full_like(log, 2.0 * FLOOR))


def _power(xp, log):
    return xp.exp(LN10 * xp.maximum(log, xp.full_like(log, -300.0)))


def figure(arrays):
    blue, red, green, purple = plots.COLORS[:4]
    fig = plots.figure(x_title="steps back k", x_range=[0, T], y_title="left of the gradient", height=460)
    for name, array, line in (
            ("bound (γ sₘₐₓ)ᵏ", "bound", {"color": red, "dash": "dash"}),
            ("eigenvalues (γ ρ)ᵏ", "guess", {"color": green, "dash": "dot"}),
            ("best direction", "best", {"color": blue, "width": 3}),
            ("typical direction", "typical", {"color": purple, "dash": "dashdot"})):
        fig.add_scatter(name=name, x=np.arange(T + 1), y=arrays[array], line=line, hovertemplate="10^%{y:.2f}")
    return fig.update_layout(yaxis=powers_of_ten(FLOOR, TOP, 4))


signals = {"bound": Signal(words=("bound",), line="bound (γ sₘₐₓ)ᵏ", color="c6")}
readout = ("Sixty steps back, {best_left:.1e} is left in the best direction and {typical_left:.1e} in a typical one; "
           "the bound allows {bound_left:.1e}.")
challenges = [
    Challenge("Tanh, input size at least 0.5: keep between a tenth and ten times the gradient over all 60 steps.",
              met="kept"),
    Challenge("Fool the bound with an orthogonal W: it allows growth by 10 000, yet less than 1/10 000 is left.",
              met="fooled"),
]
tries = [
    Try(ask="The units are near zero, where tanh is steep, and W is orthogonal. Which ρ keeps the gradient over 60 "
            "steps?",
        guesses=("exactly 1", "a little more", "1.5"), right=1,
        do="Move the spectral radius to 1, and then to 1.08.", at=({"rho": 1.0}, {"rho": (1.06, 1.1)}),
        says="A little more: even here the slopes are below 1, and at ρ = 1 only a quarter is left in the best "
             "direction.",
        holds=lambda one, more: 0.2 < one["best_left"] < 0.3 and 0.5 < more["typical_left"] < 2),
    Try(ask="Raise ρ to 1.5: the bound allows growth by more than 10¹⁰. Then raise the input size to 2. What is left?",
        guesses=("About as much as the bound allows.", "It still grows, a little less.", "Next to nothing."), right=2,
        do="Set the spectral radius to 1.5 and the input size to 2.",
        at=({"rho": 1.5}, {"rho": 1.5, "size": 2}),
        says="Next to nothing, about 10⁻¹²: large inputs saturate the units, and saturated units have small slopes. "
             "With the small input the same weights let the gradient grow.",
        holds=lambda small, large: small["best_left"] > 100 and 1e-12 < large["best_left"] < 2e-12
        and large["bound_left"] > 1e10),
    Try(ask="Without an activation, does the truth follow the eigenvalues (dotted) or the singular values (dashed)?",
        guesses=("The eigenvalues.", "The eigenvalues, but a chain climbs first.", "The singular values."), right=1,
        do="Choose linear and set the spectral radius to 0.6. Then choose the chain.",
        at=({"activation": "linear", "rho": 0.6}, {"activation": "linear", "rho": 0.6, "start": "chain"}),
        says="The eigenvalues, but a chain climbs first. With an orthogonal W all the lines are one. The chain climbs "
             "for 21 steps before it falls, and ends ten billion times above its eigenvalue line.",
        holds=lambda orthogonal, chain: np.allclose(orthogonal["best"], orthogonal["guess"], atol=1e-6)
        and chain["best"].argmax() == 21 and chain["best"][T] < chain["best"][0]
        and chain["best"][T] - chain["guess"][T] > 10),
    Try(ask="Is there a ρ on this slider at which a network of sigmoid units keeps its gradient?",
        guesses=("Yes, 1.6.", "No."), right=1,
        do="Choose sigmoid and set the spectral radius to 1.6.", at={"activation": "sigmoid", "rho": 1.6},
        says="No: a sigmoid's slope is at most 1/4, so an orthogonal W would need a ρ of 4 or more. At 1.6 less than "
             "10⁻²⁰ is left after 60 steps.",
        holds=lambda a: a["best_left"] < 1e-20),
]
claims = [
    Claim("With an orthogonal W, small input and ρ of at most 0.9 tanh falls along a straight line.",
          at=tuple({"rho": rho} for rho in (0.5, 0.7, 0.9)),
          holds=lambda *a: all(np.ptp(np.diff(x["best"])) < 0.02 for x in a)),
    Claim("With an orthogonal W and small input more is left the higher ρ is, up to 1.3, and from 1.1 on it is growth.",
          at=tuple({"rho": rho} for rho in (0.5, 0.7, 0.9, 1.1, 1.2, 1.3)),
          holds=lambda *a: all(x["best_left"] < y["best_left"] for x, y in itertools.pairwise(a))
          and a[2]["best_left"] < 1 < a[3]["best_left"]),
    Claim("With the other three matrices more ρ need not leave more: less is left at 1.3 than at 1.",
          at=tuple({"start": start, "rho": rho} for start in ("normal", "identity", "chain") for rho in (1, 1.3)),
          holds=lambda *a: all(at_1["best_left"] > more["best_left"] for at_1, more in zip(a[::2], a[1::2],
                                                                                          strict=True))),
    Claim("A linear network's Gaussian W stays within a factor of three of its eigenvalue line.",
          at={"activation": "linear", "start": "normal"},
          holds=lambda a: np.abs(a["best"] - a["guess"]).max() < math.log10(3)),
    Claim("None of the four matrices keeps the gradient of sigmoid units, at any size of the input: at ρ = 1.6 less "
          "than 10⁻²⁰ is left after 60 steps.",
          at=tuple({"activation": "sigmoid", "rho": 1.6, "start": start, "size": (0.02, 2)} for start in STARTS),
          holds=lambda *a: all(x["best_left"] < 1e-20 for x in a)),
    Claim("With tanh an orthogonal W of gain 1 keeps a gradient only where the units stay near zero: most of it with "
          "inputs of 0.02, a ten-millionth with inputs of 0.5.", at=({"rho": 1, "size": 0.02}, {"rho": 1, "size": 0.5}),
          holds=lambda near, far: near["best_left"] > 0.5 and far["best_left"] < 2e-7),
]
