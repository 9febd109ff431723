"""Can a gradient grow a million times before it vanishes, with every eigenvalue below 1?"""

import math

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.jacobians import chain, largest_singular_value, log_norm_products
from helpers.plots import powers_of_ten
from helpers.sequence import pick
from live_figures import Challenge, Slider

title = "Can a gradient grow a million times before it vanishes, with every eigenvalue below 1?"
caption = (
    "Unit i keeps the share ρ of itself and passes the share c on to unit i + 1. All eigenvalues equal ρ. "
    "Try n = 1: expect the straight line ρᵗ. Add units, one by one: expect a hump that gets ten times higher with "
    "nearly every unit, and then the same slope down as before. Then set c = 0 (a normal matrix): the hump is gone. "
    "Below, on axes of different scale, two neighbouring units alone: the unit circle is stretched before it shrinks; "
    "play t."
)
alt = (
    "Above, on a logarithmic axis: the norm of the matrix W to the power t rises a million times and then falls, "
    "between a straight falling line (spectral radius) and a straight rising one (largest singular value). Below: the "
    "ellipse that two of the units make of the unit circle after t steps."
)

N, T = 10, 160
ANGLES = 73
FLOOR, TOP = -6, 14  # the powers of ten that the upper panel shows

controls = [
    Slider(name="rho", label="Spectral radius ρ", min=0.5, max=1.1, step=0.01, value=0.9),
    Slider(name="c", label="Coupling c", min=0, max=2, step=0.01, value=1.15),
    Slider(name="n", label="Units in the chain n", unit="units", min=1, max=N, step=1, value=8, integer=True),
    Slider(name="t", label="Step t", unit="steps", min=0, max=T, step=1, value=4, integer=True, play=12),
]


def consts():
    angle = np.linspace(0, 2 * np.pi, ANGLES)
    return {"keep": chain(N, 1, 0), "feed": chain(N, 0, 1), "unit": np.arange(float(N)),
            "circle": np.stack([np.cos(angle), np.sin(angle)], axis=1), "time": np.arange(T + 1.0)}


def compute(consts, rho, c, n, t):
    xp = array_namespace(rho)
    keep, feed, time = consts["keep"], consts["feed"], consts["time"]
    linked = xp.where(consts["unit"] + 1.0 < xp.astype(n, rho.dtype), consts["unit"] * 0.0 + 1.0, 0.0 * consts["unit"])
    W = rho * keep + c * feed * linked[:, None]  # unlinked units only shrink like ρᵗ and never are the largest

    log_norm = log_norm_products(xp.broadcast_to(W, (T, N, N)), norm="spectral") / math.log(10.0)
    sigma = largest_singular_value(W)

    shear = xp.astype(t, rho.dtype) * c / rho  # two units: [[ρ, c], [0, ρ]]ᵗ = ρᵗ [[1, t c / ρ], [0, 1]]
    shrink = xp.pow(rho, xp.astype(t, rho.dtype))
    first, second = consts["circle"][:, 0], consts["circle"][:, 1]
    hump = xp.max(log_norm)
    return {
        "norm": log_norm, "radius": time * xp.log10(rho), "bound": time * xp.log10(sigma),
        "t": t, "norm_here": pick(log_norm, t), "rho": rho, "sigma": sigma,
        "peak": hump, "peak_times": xp.pow(10.0 + 0.0 * hump, hump), "peak_at": xp.argmax(log_norm),
        "ellipse_x": shrink * first, "ellipse_y": shrink * (shear * first + second),
        "million": (hump >= 6.0) & (rho <= 0.8),
    }


def figure(arrays):
    blue, red, green = plots.COLORS[:3]
    angle, time = np.linspace(0, 2 * np.pi, ANGLES), np.arange(T + 1)
    upper = {"hovertemplate": "10^%{y:.2f}"}
    lower = {"xaxis": "x2", "yaxis": "y2"}
    fig = plots.figure(height=640)
    fig.add_scatter(name="bound σᵗ", x=time, y=arrays["bound"], line={"color": red, "dash": "dash"}, **upper)
    fig.add_scatter(name="norm of Wᵗ", x=time, y=arrays["norm"], line={"color": blue, "width": 3}, **upper)
    fig.add_scatter(name="ρᵗ", x=time, y=arrays["radius"], line={"color": green, "dash": "dot"}, **upper)
    fig.add_scatter(name="at t", x=[arrays["t"]], y=[arrays["norm_here"]], mode="markers", showlegend=False,
                    marker={"color": blue, "size": 11}, **upper)
    fig.add_scatter(name="unit circle", x=np.cos(angle), y=np.sin(angle), showlegend=False,
                    line={"color": plots.COLORS[6], "dash": "dot"}, **lower)
    fig.add_scatter(name="after t steps", x=arrays["ellipse_x"], y=arrays["ellipse_y"], showlegend=False,
                    line={"color": blue}, **lower)
    return fig.update_layout(
        xaxis={"title": {"text": "step t"}, "range": [0, T], "anchor": "y"},
        yaxis={"title": {"text": "norm of Wᵗ"}, "domain": [0.54, 1], **powers_of_ten(FLOOR, TOP, 4)},
        xaxis2={"title": {"text": "unit 1"}, "range": [-1.5, 1.5], "anchor": "y2"},
        yaxis2={"title": {"text": "unit 2"}, "range": [-6, 6], "domain": [0, 0.38], "anchor": "x2"},
    )


readout = ("Spectral radius {rho:.2f}, largest singular value {sigma:.2f}. "
           "The norm is largest at step {peak_at:d}: {peak_times:.1e}.")
challenges = [Challenge("With ρ at most 0.8, make the norm pass a million before it falls.", met="million")]
