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
from live_figures import Challenge, Choice, Claim, Slider, Try, short

title = "How much of a gradient is left after k steps back?"
caption = (
    "What is left of a gradient after k steps back through a net of twelve units on random input is the solid line in "
    "its best direction and the dash-dotted one in a typical direction; the dashed line is what the largest singular "
    "value allows, the dotted one what the largest eigenvalue suggests."
)
alt = (
    "Logarithmic plot against the number of steps back: the norm of the product of Jacobians in its best and in a "
    "typical direction, below the singular-value bound, beside a dotted line for the largest eigenvalue."
)

H, T = 12, 100
STARTS = ("normal", "orthogonal", "identity", "chain")
FLOOR, TOP = -16, 8
LN10 = math.log(10.0)

controls = [
    Slider(name="rho", label="Spectral radius ρ", min=0.3, max=1.6, step=0.01, value=0.9),
    Choice(name="activation", label="Activation", options=("tanh", "sigmoid", "relu", "linear"), value="tanh",
           labels=("tanh", "sigmoid", "ReLU", "linear")),
    Choice(name="start", label="Recurrent matrix W", options=STARTS, value="orthogonal",
           labels=("normal numbers", "orthogonal", "identity", "chain (non-normal)")),
    Slider(name="size", label="Input size", min=0.02, max=2, step=0.02, value=0.06),
    Slider(name="length", label="Sequence length", unit="steps", min=5, max=T, step=1, value=60, integer=True),
]


def _matrices() -> np.ndarray:
    """Each start, scaled to spectral radius 1, so that the slider's ρ is its spectral radius."""
    return np.stack([scaled_to_radius(normal((H, H), seed=3), 1.0), orthogonal(H, seed=3), identity(H),
                     chain(H, 1.0, 0.8)])


def consts():
    W = _matrices()
    return {"W": W, "sigma": np.linalg.norm(W, 2, axis=(1, 2)), "x": short(normal((T, 1, H), seed=4)),
            "eye": np.eye(H), "zero": np.zeros(H), "step": np.arange(1.0, T + 1), "lag": np.arange(T + 1.0)}


def compute(consts, rho, activation, start, size, length):
    xp = array_namespace(consts["W"])
    eye, lag, which = consts["eye"], consts["lag"], STARTS.index(start)
    params = RNNParams(W_x=eye, W_h=rho * consts["W"][which, ...], b=consts["zero"])
    trace = rnn(params, size * consts["x"], activation=activation)
    jacobians = rnn_jacobians(params, trace, activation)[:, 0, ...]
    length_here = xp.astype(length, rho.dtype)

    jacobians = xp.where((consts["step"] <= length_here)[:, None, None], jacobians, eye)  # nothing after the last step
    log_size, product = scaled_products(jacobians)
    log_size = log_size / LN10
    best = log_size + xp.log10(xp.maximum(largest_singular_value(product, squarings=6), 1e-200 * xp.ones_like(lag)))
    typical = log_size - 0.5 * math.log10(H)  # root mean square over all directions
    steps_back = lag - (T - length_here)
    steps_back = xp.maximum(steps_back, xp.zeros_like(steps_back))
    slope = MAX_SLOPE[activation]
    sigma = rho * slope * consts["sigma"][which]
    bound, guess = lag * xp.log10(sigma), lag * xp.log10(rho * slope)
    at_first = length_here * xp.log10(sigma)
    far = length >= 60
    kept = far & (best[T] > -1.0) & (best[T] < 1.0) & (size >= 0.5)
    fooled = far & (at_first > 4.0) & (best[T] < -4.0)
    return {
        "steps_back": steps_back, "best": _shown(xp, best), "typical": _shown(xp, typical),
        "bound": bound, "guess": guess, "length": length, "best_first": _shown(xp, best[T]),
        "best_left": _power(xp, best[T]), "typical_left": _power(xp, typical[T]), "bound_left": _power(xp, at_first),
        "kept": kept & (activation == "tanh"),
        "fooled": fooled & (start == "orthogonal"),
    }


def _shown(xp, log):
    return xp.maximum(log, xp.full_like(log, 2.0 * FLOOR))


def _power(xp, log):
    return xp.exp(LN10 * xp.maximum(log, xp.full_like(log, -300.0)))


def figure(arrays):
    blue, red, green, purple = plots.COLORS[:4]
    hover = {"hovertemplate": "10^%{y:.2f}"}
    lag = np.arange(T + 1)
    fig = plots.figure(x_title="steps back k", x_range=[0, T], y_title="left of the gradient", height=460)
    fig.add_scatter(name="bound (γ σ)ᵏ", x=lag, y=arrays["bound"], line={"color": red, "dash": "dash"}, **hover)
    fig.add_scatter(name="eigenvalues (γ ρ)ᵏ", x=lag, y=arrays["guess"], line={"color": green, "dash": "dot"}, **hover)
    fig.add_scatter(name="best direction", x=arrays["steps_back"], y=arrays["best"],
                    line={"color": blue, "width": 3}, **hover)
    fig.add_scatter(name="typical direction", x=arrays["steps_back"], y=arrays["typical"],
                    line={"color": purple, "dash": "dashdot"}, **hover)
    fig.add_scatter(name="first step", x=[arrays["length"]], y=[arrays["best_first"]], mode="markers", showlegend=False,
                    marker={"color": blue, "size": 11}, **hover)
    return fig.update_layout(yaxis=powers_of_ten(FLOOR, TOP, 4))


readout = ("From the last of {length:d} steps back to the start: {best_left:.1e} is left in the best direction, "
           "{typical_left:.1e} in a typical one; the bound allows {bound_left:.1e}.")
challenges = [
    Challenge("Tanh, input size at least 0.5, 60 steps or more: keep between a tenth and ten times the gradient.",
              met="kept"),
    Challenge("Fool the bound with an orthogonal W: over 60 steps it allows growth by 10 000, yet less than 1/10 000 "
              "is left.", met="fooled"),
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
        guesses=("The eigenvalues, whatever the matrix.", "The eigenvalues, but a chain climbs first.",
                 "The singular values."), right=1,
        do="Choose linear, and then the chain.",
        at=({"activation": "linear"}, {"activation": "linear", "start": "chain"}),
        says="The eigenvalues, but a chain climbs first. With an orthogonal W the two are one line. The chain climbs "
             "through all 60 steps, to more than ten billion times its eigenvalue line.",
        holds=lambda orthogonal, chain: np.allclose(orthogonal["best"][T - 60:], orthogonal["guess"][:61], atol=1e-6)
        and np.all(np.diff(chain["best"][T - 60:]) > 0) and chain["best"][T] - chain["guess"][60] > 10),
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
          holds=lambda *a: all(np.ptp(np.diff(x["best"][T - 60:])) < 0.02 for x in a)),
    Claim("With an orthogonal W and small input more is left the higher ρ is, up to 1.3, and from 1.1 on it is growth.",
          at=tuple({"rho": rho} for rho in (0.5, 0.7, 0.9, 1.1, 1.2, 1.3)),
          holds=lambda *a: all(x["best_left"] < y["best_left"] for x, y in itertools.pairwise(a))
          and a[2]["best_left"] < 1 < a[3]["best_left"]),
    Claim("With the other three matrices more ρ need not leave more: less is left at 1.3 than at 1.",
          at=tuple({"start": start, "rho": rho} for start in ("normal", "identity", "chain") for rho in (1, 1.3)),
          holds=lambda *a: all(at_1["best_left"] > more["best_left"] for at_1, more in zip(a[::2], a[1::2],
                                                                                          strict=True))),
    Claim("A linear network's W of normal numbers stays within a factor of three of its eigenvalue line.",
          at={"activation": "linear", "start": "normal"},
          holds=lambda a: np.abs(a["best"][T - 60:] - a["guess"][:61]).max() < math.log10(3)),
    Claim("None of the four matrices keeps the gradient of sigmoid units, at any size of the input: at ρ = 1.6 less "
          "than 10⁻²⁰ is left after 60 steps.",
          at=tuple({"activation": "sigmoid", "rho": 1.6, "start": start, "size": (0.02, 2)} for start in STARTS),
          holds=lambda *a: all(x["best_left"] < 1e-20 for x in a)),
    Claim("With tanh an orthogonal W of gain 1 keeps a gradient only where the units stay near zero: most of it with "
          "inputs of 0.02, a ten-millionth with inputs of 0.5.", at=({"rho": 1, "size": 0.02}, {"rho": 1, "size": 0.5}),
          holds=lambda near, far: near["best_left"] > 0.5 and far["best_left"] < 2e-7),
]
