"""How steep is an activation, and what do k steps through it leave of a gradient?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.jacobians import MAX_SLOPE, rnn_jacobians
from helpers.sequence import rnn
from live_figures import Challenge, Choice, Claim, Signal, Slider, Try

title = "How steep is an activation, and what do k steps through it leave of a gradient?"
caption = (
    "One unit feeds itself through the weight w, so each step back multiplies the gradient by w · f′(a): above, the "
    "activation and its slope, below, on a logarithmic axis, the product of these factors."
)
alt = (
    "Above: the activation and its slope against the pre-activation a, with a marker at the chosen a. Below, on a "
    "logarithmic axis: the product of the factors w times slope over the steps, a straight line falling or rising, "
    "beside the largest product this activation allows."
)

VALUES = {"sigmoid": (-0.1, 1.2), "tanh": (-1.15, 1.2), "relu": (-0.4, 5.0)}  # what the upper panel shows
FLOOR, TOP = -20, 10  # the powers of ten that the lower panel shows
GRID, STEPS = np.linspace(-5, 5, 101), np.arange(51.0)

controls = [
    Choice(name="activation", label="Activation f", options=("sigmoid", "tanh", "relu"), value="sigmoid",
           labels=("sigmoid", "tanh", "ReLU")),
    Slider(name="a", label="Pre-activation a", min=-5, max=5, step=0.1, value=0),
    Slider(name="w", label="Weight w", min=0, max=6, step=0.05, value=1),
    Slider(name="k", label="Steps back k", min=1, max=50, step=1, value=2, integer=True, play=8),
]


def consts():
    return {"grid": GRID, "steps": STEPS, "unit": RNNParams(np.eye(1), np.eye(1), np.zeros(1))}


def compute(consts, activation, a, w, k):
    unit, steps = consts["unit"], consts["steps"]
    xp = array_namespace(steps)

    def value_and_slope(z):  # one step of the cell from h = 0, with z as its input; its Jacobian is 1 times the slope
        trace = rnn(unit, xp.reshape(z, (1, -1, 1)), activation=activation)
        return trace.h[0, :, 0], rnn_jacobians(unit, trace, activation)[0, :, 0, 0]

    def log10(product):  # a slope of zero has no logarithm: draw it below the lower edge
        return xp.log10(xp.maximum(product, xp.full_like(product, 10.0 ** (FLOOR - 5))))

    value, steepness = value_and_slope(consts["grid"])
    value_here, slope_here = value_and_slope(a)
    factor = w * slope_here
    ceiling = w * MAX_SLOPE[activation] * xp.ones_like(factor)
    kept = xp.pow(factor[0], xp.astype(k, a.dtype))
    holds = (k >= 30) & (kept > 0.5) & (kept < 2.0)
    return {
        "value": value, "slope": steepness, "a": a, "value_here": value_here, "slope_here": slope_here,
        "value_range": xp.asarray(VALUES[activation]), "k": k, "factor": factor[0], "kept": kept,
        "log_kept": log10(kept), "product": log10(xp.pow(factor, steps)), "ceiling": log10(xp.pow(ceiling, steps)),
        "held": holds & (activation == "sigmoid"),
        "held_off_centre": holds & (xp.abs(a) >= 1.0) & (activation == "tanh"),
    }


def figure(arrays):
    blue, red, green, purple = plots.COLORS[:4]
    lower = {"xaxis": "x2", "yaxis": "y2", "hovertemplate": "10^%{y:.1f}"}
    fig = plots.figure(height=560)
    for name, x, y, line in (
            ("f(a)", GRID, "value", {"color": blue}),
            ("slope f′(a)", GRID, "slope", {"color": red, "dash": "dash"}),
            ("largest product", STEPS, "ceiling", {"color": green, "dash": "dot"}),
            ("product at this a", STEPS, "product", {"color": purple})):
        fig.add_scatter(name=name, x=x, y=arrays[y], line=line, **(lower if x is STEPS else {}))
    for name, x, y, color in (("f here", "a", "value_here", blue), ("slope here", "a", "slope_here", red),
                              ("after k steps", "k", "log_kept", purple)):
        fig.add_scatter(name=name, x=[arrays[x]], y=np.atleast_1d(arrays[y]), marker={"color": color, "size": 11},
                        mode="markers", showlegend=False, **(lower if x == "k" else {}))
    return fig.update_layout(
        xaxis={"title": {"text": "pre-activation a"}, "range": [-5, 5], "anchor": "y"},
        yaxis={"title": {"text": "f(a), f′(a)"}, "range": arrays["value_range"], "domain": [0.58, 1]},
        xaxis2={"title": {"text": "steps back"}, "range": [0, 50], "anchor": "y2"},
        yaxis2={"title": {"text": "product"}, "domain": [0, 0.42], "anchor": "x2",
                **plots.powers_of_ten(FLOOR, TOP, 5)},
    )


signals = {
    "slope": Signal(words=("slope", "slopes"), line="slope f′(a)", color="c1"),
    "activation": Signal(words=("activation", "sigmoid", "tanh"), line="f(a)", color="c0"),
    "product": Signal(words=("product",), line=("largest product", "product at this a"), color="c1"),
}
readout = "Each step multiplies the gradient by {factor:.3f}. After {k:d} steps {kept:.2e} of it is left."
challenges = [
    Challenge("Sigmoid: keep the product between 1/2 and 2 for 30 steps or more.", met="held"),
    Challenge("Tanh: do the same with the unit at least 1 away from a = 0.", met="held_off_centre"),
]
tries = [
    Try(ask="With w = 1 the sigmoid passes a quarter of the gradient at its steepest point, a = 0. How much is left "
            "after five steps?",
        guesses=("A quarter.", "A twentieth.", "A thousandth."), right=2,
        do="Move the steps back to 5.", at={"k": 5},
        says="A thousandth: each step leaves a quarter of what came in, and 4⁵ is 1024. On the logarithmic axis the "
             "product is a straight line.",
        holds=lambda a: a["kept"] == 1 / 1024 and np.allclose(np.diff(a["product"][:30]), np.log10(1 / 4))),
    Try(ask="With w = 4 the sigmoid passes all of it, as long as the unit stays at a = 0. How much is left after ten "
            "steps at a = 1?",
        guesses=("Nearly all: the slope has hardly changed.", "A tenth.", "A millionth."), right=1,
        do="With the sigmoid and w = 4, go ten steps back, and move a from 0 to 1.",
        at=({"w": 4, "k": 10}, {"activation": "sigmoid", "w": 4, "k": 10, "a": 1}),
        says="About a tenth. The slope at a = 1 is 0.197, so each step multiplies by 0.79, and 0.79 to the power of "
             "ten is 0.09.",
        holds=lambda middle, off: middle["kept"] == 1
        and f"{off['slope_here'][0]:.3f} {off['factor']:.2f} {off['kept']:.2f}" == "0.197 0.79 0.09"),
    Try(ask="tanh is four times as steep as the sigmoid: its slope at a = 0 is 1. At a = 1, where tanh is 0.76: how "
            "much is left after ten steps, with w = 1?",
        guesses=("About three quarters.", "About a tenth.", "Less than a thousandth."), right=2,
        do="Choose tanh, w = 1 and ten steps back. Move a to 0.1, then to 1.",
        at=({"activation": "tanh", "w": 1, "k": 10, "a": 0.1}, {"activation": "tanh", "w": 1, "k": 10, "a": 1}),
        says="Less than a thousandth: the slope at a = 1 is only 0.42. At a = 0.1, where tanh is almost a straight "
             "line, nine tenths are left.",
        holds=lambda near, off: f"{near['kept']:.1f} {off['slope_here'][0]:.2f} {off['value_here'][0]:.2f}" ==
        "0.9 0.42 0.76" and off["kept"] < 1e-3),
]
claims = [
    Claim("The slope is at most 1/4 for the sigmoid and 1 for tanh, both at a = 0, and 0 or 1 for ReLU.",
          at=tuple({"activation": f} for f in VALUES),
          holds=lambda sigmoid, tanh, relu: [(b["slope"].max(), GRID[b["slope"].argmax()]) for b in (sigmoid, tanh)] ==
          [(0.25, 0), (1, 0)] and set(relu["slope"]) == {0, 1}),
    Claim("Where the sigmoid is nearly 0 or 1, its slope is nearly 0.", at=({"a": -5}, {"a": 5}),
          holds=lambda low, high: bool(low["value_here"][0] < 0.01 and high["value_here"][0] > 0.99
                                       and max(low["slope_here"][0], high["slope_here"][0]) < 0.01)),
    Claim("With a weight of 4 the sigmoid keeps the whole gradient over 30 steps at a = 0, and less than half of it at "
          "a = 0.5; a weight of 3.9 keeps less than half of it anywhere.",
          at=({"w": 4, "k": 30}, {"w": 4, "k": 30, "a": 0.5}, {"w": 3.9, "k": 30, "a": (-5, 5)}),
          holds=lambda middle, off, less: middle["kept"] == 1 and max(off["kept"], less["kept"]) < 0.5),
    Claim("With w = 1 ten steps of the sigmoid leave at most a millionth, wherever the unit stands; nine may leave "
          "more.", at=({"a": (-5, 5), "k": 10}, {"k": 9}),
          holds=lambda ten, nine: ten["kept"] <= 1e-6 < nine["kept"]
          and bool((ten["product"] <= ten["ceiling"]).all())),
    Claim("A ReLU unit with w = 1 passes everything or nothing.",
          at=({"activation": "relu", "a": 1, "k": 50}, {"activation": "relu", "a": -1}),
          holds=lambda on, off: (on["kept"], off["kept"]) == (1, 0)),
]
