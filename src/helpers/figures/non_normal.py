"""Can a gradient grow a thousandfold before it vanishes, with every eigenvalue below 1?"""

import itertools
import math

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.jacobians import chain, largest_singular_value, scaled_products
from helpers.plots import powers_of_ten
from helpers.sequence import pick
from live_figures import Challenge, Claim, Signal, Slider, Try

title = "Can a gradient grow a thousandfold before it vanishes, with every eigenvalue below 1?"
caption = (
    "At each step unit i keeps ρ times its value and passes c times its value on to unit i + 1: above is the norm of "
    "Wᵏ, between the powers of the spectral radius and of the largest singular value; below, on axes of different "
    "scale, is what two such units make of the unit circle in k steps."
)
alt = (
    "Above, on a logarithmic axis: the norm of the matrix W to the power k rises more than a thousandfold and then "
    "falls far below 1, between a straight falling line (spectral radius) and a straight rising one (largest singular "
    "value). Below: the ellipse that two of the units make of the unit circle after k steps."
)

N, T = 8, 200
ANGLES = 73
FLOOR, TOP = -12, 8  # the powers of ten that the upper panel shows

controls = [
    Slider(name="rho", label="Spectral radius ρ", min=0.5, max=1.1, step=0.01, value=0.8),
    Slider(name="c", label="Coupling c", min=0, max=2, step=0.01, value=1.25),
    Slider(name="n", label="Units n in the chain", min=1, max=N, step=1, value=6, integer=True,
           idle=("loose", "no unit feeds the next")),
    Slider(name="k", label="Step k", unit="steps", min=1, max=T, step=1, value=4, integer=True, play=20),
]


def consts():
    angle = np.linspace(0, 2 * np.pi, ANGLES)
    return {"keep": chain(N, 1, 0), "feed": chain(N, 0, 1), "unit": np.arange(float(N)),
            "circle": np.stack([np.cos(angle), np.sin(angle)], axis=1), "time": np.arange(T + 1.0)}


def compute(consts, rho, c, n, k):
    xp = array_namespace(rho)
    time, unit = consts["time"], consts["unit"]
    # units beyond the n-th only shrink like ρᵏ and never are the largest
    linked = xp.where(unit + 1.0 < xp.astype(n, rho.dtype), c, 0.0 * unit)
    W = rho * consts["keep"] + linked[:, None] * consts["feed"]
    log_size, product = scaled_products(xp.broadcast_to(W, (T, N, N)))
    log_norm = log_size / math.log(10.0) + xp.log10(largest_singular_value(product, squarings=5))
    s_max = largest_singular_value(W)

    shear = xp.astype(k, rho.dtype) * c / rho  # two units: [[ρ, c], [0, ρ]]ᵏ = ρᵏ [[1, k c / ρ], [0, 1]]
    shrink = xp.pow(rho, xp.astype(k, rho.dtype))
    first, second = consts["circle"][:, 0], consts["circle"][:, 1]
    hump, here = xp.max(log_norm), pick(log_norm, k)
    return {
        "norm": log_norm, "radius": time * xp.log10(rho), "bound": time * xp.log10(s_max),
        "k": k, "norm_here": here, "factor": xp.pow(10.0 + 0.0 * here, here - pick(log_norm, k - 1)),
        "rho": rho, "s_max": s_max,
        "peak": hump, "peak_times": xp.pow(10.0 + 0.0 * hump, hump), "peak_at": xp.argmax(log_norm),
        "ellipse_x": shrink * first, "ellipse_y": shrink * (shear * first + second),
        "loose": c == 0.0, "million": (hump >= 6.0) & (rho <= 0.8),
    }


def figure(arrays):
    blue, red, green = plots.COLORS[:3]
    angle, time = np.linspace(0, 2 * np.pi, ANGLES), np.arange(T + 1)
    upper = {"hovertemplate": "10^%{y:.2f}"}
    lower = {"xaxis": "x2", "yaxis": "y2"}
    fig = plots.figure(height=640)
    fig.add_scatter(name="bound sₘₐₓᵏ", x=time, y=arrays["bound"], line={"color": red, "dash": "dash"}, **upper)
    fig.add_scatter(name="norm of Wᵏ", x=time, y=arrays["norm"], line={"color": blue, "width": 3}, **upper)
    fig.add_scatter(name="ρᵏ", x=time, y=arrays["radius"], line={"color": green, "dash": "dot"}, **upper)
    fig.add_scatter(name="at k", x=[arrays["k"]], y=[arrays["norm_here"]], mode="markers", showlegend=False,
                    marker={"color": blue, "size": 11}, **upper)
    fig.add_scatter(name="unit circle", x=np.cos(angle), y=np.sin(angle), showlegend=False,
                    line={"color": plots.COLORS[6], "dash": "dot"}, **lower)
    fig.add_scatter(name="after k steps", x=arrays["ellipse_x"], y=arrays["ellipse_y"], showlegend=False,
                    line={"color": blue}, **lower)
    return fig.update_layout(
        xaxis={"title": {"text": "step k"}, "range": [0, T], "anchor": "y"},
        yaxis={"title": {"text": "norm of Wᵏ"}, "domain": [0.54, 1], **powers_of_ten(FLOOR, TOP, 4)},
        xaxis2={"title": {"text": "unit 1"}, "range": [-1.5, 1.5], "anchor": "y2"},
        yaxis2={"title": {"text": "unit 2"}, "range": [-4, 4], "domain": [0, 0.38], "anchor": "x2"},
    )


signals = {
    "norm": Signal(words=("$W^k$",), line="norm of Wᵏ", color="c0"),
    "radius": Signal(words=("spectral radius", "$\\rho$"), line="ρᵏ", color="c2"),
    "bound": Signal(words=("singular value", "largest singular value", "$s_{\\max}$"), line="bound sₘₐₓᵏ", color="c6"),
}
readout = ("Spectral radius {rho:.2f}, largest singular value {s_max:.2f}. "
           "Step {k:d} multiplies the norm by {factor:.3f}. It is largest after {peak_at:d} steps: {peak_times:.1e}.")
challenges = [Challenge("With ρ at most 0.8, make the norm pass a million before it falls.", met="million")]


def _longest(arrays):
    """How far the ellipse reaches from its middle."""
    return float(np.hypot(arrays["ellipse_x"], arrays["ellipse_y"]).max())


tries = [
    Try(ask="One unit alone keeps 0.8 of its value at each step. What will the norm of Wᵏ look like on this "
            "logarithmic axis?",
        guesses=("A straight line down.", "A hump, and then a fall."), right=0,
        do="Set the number of units to 1.", at={"n": 1},
        says="A straight line: ρᵏ and nothing else, and all three lines are one.",
        holds=lambda a: np.allclose(a["norm"], a["radius"]) and np.allclose(a["norm"], a["bound"])),
    Try(ask="Add a unit to a chain of three. How much higher does the hump get?",
        guesses=("By a third.", "Twice as high.", "About five times as high."), right=2,
        do="Set the number of units to 3, and then to 4.", at=({"n": 3}, {"n": 4}),
        says="About five times: the new unit amplifies once more what the others pass on to it.",
        holds=lambda three, four: 4.5 < four["peak_times"] / three["peak_times"] < 5.5),
    Try(ask="Cut the chain of six: with c = 0 every unit keeps to itself, and W is a normal matrix. What is left of "
            "the hump?",
        guesses=("A lower hump.", "Nothing."), right=1, do="Set the number of units to 6 and the coupling to 0.",
        at={"n": 6, "c": 0},
        says="Nothing: the norm falls like ρᵏ from the first step on. The eigenvalues are what they were.",
        holds=lambda a: np.allclose(a["norm"], a["radius"])),
    Try(ask="With the coupling back, which number multiplies the norm in step 1, and which in step 200?",
        guesses=("The spectral radius, in both.", "The largest singular value, then almost the radius.",
                 "The largest singular value, in both."), right=1,
        do="Set the coupling to 1.25 and the units to 6. Move k to 1, then to 200, and read the factor of the step.",
        at=({"n": 6, "c": 1.25, "k": 1}, {"n": 6, "c": 1.25, "k": T}),
        says="First the largest singular value, 1.99; in step 200 it is 0.82, nearly the spectral radius. It comes "
             "closer slowly, like ρ (1 + 5/k), where 5 is the number of couplings.",
        holds=lambda first, last: f"{first['factor']:.2f} {first['s_max']:.2f} {last['factor']:.2f}" == "1.99 1.99 0.82"
        and abs(last["factor"] - 0.8 * (1 + 5 / T)) < 0.001),
    Try(ask="All eigenvalues are 0.8. Can the image of the unit circle, below, ever reach beyond the circle?",
        guesses=("No, every step shrinks it.", "Yes, it is stretched before it shrinks."), right=1,
        do="Press play, or move k to 4 and on to 30, with a coupling of 1.25.",
        at=({"c": 1.25, "k": 4}, {"c": 1.25, "k": (30, T)}),
        says="It is stretched before it shrinks: at step 4 it reaches 2.6 times as far as the circle, and from step 14 "
             "on it lies inside it.",
        holds=lambda early, late: round(_longest(early), 1) == 2.6 and _longest(late) < 1),
]
claims = [
    Claim("With every eigenvalue at 0.8 the norm climbs to almost two thousand, at step 24, and then falls: below 1 "
          "from step 89 on, to a billionth at step 200.", at={},
          holds=lambda a: 1.9e3 < a["peak_times"] < 2e3 and a["peak_at"] == 24
          and np.flatnonzero(a["norm"] >= 0)[-1] == 88 and abs(a["norm"][T] + 9) < 0.05),
    Claim("Each unit more, from the fourth on, makes the hump between 5 and 6 times as high.",
          at=tuple({"n": n} for n in range(3, N + 1)),
          holds=lambda *a: all(5 < y["peak_times"] / x["peak_times"] < 6 for x, y in itertools.pairwise(a))),
    Claim("The two-unit ellipse reaches farthest at step 4, and from step 14 on it lies inside the circle.",
          at=({"k": 3}, {"k": 4}, {"k": 5}, {"k": 13}, {"k": (14, T)}),
          holds=lambda a, farthest, b, last, inside: max(_longest(a), _longest(b)) < _longest(farthest)
          and _longest(inside) < 1 < _longest(last)),
    Claim("The spectral radius is 0.8 and the largest singular value 2.0.", at={},
          holds=lambda a: a["rho"] == 0.8 and round(float(a["s_max"]), 1) == 2.0),
]
