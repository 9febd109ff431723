"""How steep is an activation, and what do k steps through it leave of a gradient?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.jacobians import MAX_SLOPE, rnn_jacobians
from helpers.plots import powers_of_ten
from helpers.sequence import rnn
from live_figures import Challenge, Choice, Slider

title = "How steep is an activation, and what do k steps through it leave of a gradient?"
caption = (
    "One unit feeds itself through the weight w, so each step back multiplies the gradient by w · f′(a). "
    "Try the sigmoid at a = 0, its steepest point: expect a quarter a step, a millionth after ten. "
    "Then raise w to 4: the product stays at 1, but only at a = 0; now move a. "
    "Last, take tanh with w = 1: the gradient survives only near a = 0, where tanh is almost a straight line."
)
alt = (
    "Above: the activation and its slope against the pre-activation a, with a marker at the chosen a. Below, on a "
    "logarithmic axis: the product of the factors w times slope over the steps, a straight line falling or rising, "
    "beside the largest product this activation allows."
)

controls = [
    Choice(name="activation", label="Activation f", options=("sigmoid", "tanh", "relu"), value="sigmoid",
           labels=("sigmoid", "tanh", "ReLU")),
    Slider(name="a", label="Pre-activation a", min=-5, max=5, step=0.1, value=0),
    Slider(name="w", label="Recurrent weight w", min=0, max=6, step=0.05, value=1),
    Slider(name="k", label="Steps back k", unit="steps", min=1, max=50, step=1, value=10, integer=True, play=8),
]

VALUES = {"sigmoid": (-0.1, 1.2), "tanh": (-1.15, 1.2), "relu": (-0.4, 5.0)}  # what the upper panel shows
FLOOR, TOP = -20, 10  # the powers of ten that the lower panel shows


def consts():
    return {"grid": np.linspace(-5, 5, 101), "steps": np.arange(51.0), "one": np.eye(1)}


def compute(consts, activation, a, w, k):
    xp = array_namespace(consts["grid"])
    one = consts["one"]
    unit = RNNParams(W_x=one, W_h=one, b=xp.zeros_like(one[0, :]))

    def value_and_slope(z):  # one step of the cell from h = 0, with z as its input; its Jacobian is 1 times the slope
        trace = rnn(unit, xp.reshape(z, (1, -1, 1)), activation=activation)
        return trace.h[0, :, 0], rnn_jacobians(unit, trace, activation)[0, :, 0, 0]

    def log10(product):  # a slope of zero has no logarithm: draw it below the lower edge
        return xp.log10(xp.maximum(product, xp.full_like(product, 10.0 ** (FLOOR - 5))))

    value, steepness = value_and_slope(consts["grid"])
    value_here, slope_here = value_and_slope(a)
    factor, steps = w * slope_here, consts["steps"]
    ceiling = w * MAX_SLOPE[activation] * xp.ones_like(factor)
    kept = xp.pow(factor[0], xp.astype(k, a.dtype))
    holds = (k >= 30) & (kept > 0.5) & (kept < 2.0)
    off_centre = holds & (xp.abs(a) >= 1.0)
    return {
        "value": value, "slope": steepness, "a": a, "value_here": value_here, "slope_here": slope_here,
        "value_range": xp.asarray(VALUES[activation]),
        "k": k, "factor": factor[0], "kept": kept, "log_kept": log10(kept),
        "product": log10(xp.pow(factor, steps)), "ceiling": log10(xp.pow(ceiling, steps)),
        "held": holds & (activation == "sigmoid"),
        "held_off_centre": off_centre & (activation == "tanh"),
    }


def figure(arrays):
    blue, red, green, purple = plots.COLORS[:4]
    grid, steps = np.linspace(-5, 5, 101), np.arange(51)
    lower = {"xaxis": "x2", "yaxis": "y2", "hovertemplate": "10^%{y:.1f}"}
    dot = {"mode": "markers", "showlegend": False}
    blue_dot, red_dot, purple_dot = ({"color": color, "size": 11} for color in (blue, red, purple))
    fig = plots.figure(height=560)
    fig.add_scatter(name="f(a)", x=grid, y=arrays["value"], line={"color": blue})
    fig.add_scatter(name="slope f′(a)", x=grid, y=arrays["slope"], line={"color": red, "dash": "dash"})
    fig.add_scatter(name="f here", x=[arrays["a"]], y=arrays["value_here"], marker=blue_dot, **dot)
    fig.add_scatter(name="slope here", x=[arrays["a"]], y=arrays["slope_here"], marker=red_dot, **dot)
    fig.add_scatter(name="largest product", x=steps, y=arrays["ceiling"], line={"color": green, "dash": "dot"}, **lower)
    fig.add_scatter(name="product at this a", x=steps, y=arrays["product"], line={"color": purple}, **lower)
    fig.add_scatter(name="after k steps", x=[arrays["k"]], y=[arrays["log_kept"]],
                    marker=purple_dot, **lower, **dot)
    return fig.update_layout(
        xaxis={"title": {"text": "pre-activation a"}, "range": [-5, 5], "anchor": "y"},
        yaxis={"title": {"text": "f(a), f′(a)"}, "range": arrays["value_range"], "domain": [0.58, 1]},
        xaxis2={"title": {"text": "steps back"}, "range": [0, 50], "anchor": "y2"},
        yaxis2={"title": {"text": "product"}, "domain": [0, 0.42], "anchor": "x2",
                **powers_of_ten(FLOOR, TOP, 5)},
    )


readout = "Each step multiplies the gradient by {factor:.3f}. After {k:d} steps {kept:.2e} of it is left."
challenges = [
    Challenge("Sigmoid: keep the product between 1/2 and 2 for 30 steps or more.", met="held"),
    Challenge("Tanh: do the same with the unit at least 1 away from a = 0.", met="held_off_centre"),
]
