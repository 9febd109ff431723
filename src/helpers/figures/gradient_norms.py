"""How much of a gradient is left after k steps back, and what do eigenvalues and singular values say beforehand?"""

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
from live_figures import Challenge, Choice, Slider, short

title = "How much of a gradient is left after k steps back?"
caption = (
    "A net of twelve units on random input. Begin with an orthogonal W, tanh and input size 0.06, and move ρ from 0.5 "
    "to 1.5: expect straight falls that get flatter and become growth a little above 1. Raise the input size to 2: "
    "saturated units have small slopes, and the gradient vanishes even at ρ = 1.5, far below its bound. Linear: expect "
    "the truth on the eigenvalue line, except for the chain, which climbs first. Sigmoid: no ρ here is large enough."
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
    Choice(name="start", label="Recurrent matrix W", options=STARTS, value="normal",
           labels=("normal", "orthogonal", "identity", "chain (non-normal)")),
    Slider(name="size", label="Input size", min=0.02, max=2, step=0.02, value=0.5),
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
