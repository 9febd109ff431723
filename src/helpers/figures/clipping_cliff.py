"""What does one steep cliff in the loss do to gradient descent, and what does clipping change?"""

import math

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import sigmoid
from helpers.clipping import clip_by_norm, clip_by_value
from helpers.plots import powers_of_ten
from helpers.sequence import scan
from live_figures import Challenge, Choice, Claim, Signal, Slider, Try

title = "What does a cliff in the loss do to gradient descent, and what does clipping change?"
caption = (
    "One sigmoid unit with recurrent weight w, bias b and no input should stand at 0.7 after its last step: the "
    "stronger the blue, the farther it is from that; two runs of gradient descent begin at the grey dot, and below are "
    "the norms of their gradients."
)
alt = (
    "Above: over weight and bias, how far the state ends from its target, with a straight cliff that ends in a valley, "
    "and two paths of gradient descent: the free one leaps away from the cliff, the clipped one follows it into the "
    "valley. Below, on a logarithmic axis: the gradient norm at each step of both runs, and the threshold."
)

UNROLLED, CLIPS = ("5", "20", "50"), ("norm", "value")
TARGET, START = 0.7, 0.5  # of Pascanu, Mikolov & Bengio (2013), figure 6
W_RANGE, B_RANGE, GRID = (3.0, 6.5), (-3.6, -0.6), 81
STEPS = 150
FARTHEST = 0.7  # from the target, the darkest level of the picture

controls = [
    Choice(name="steps", label="Steps unrolled", options=UNROLLED, value="50"),
    Choice(name="clip", label="Clip", options=CLIPS, value="norm", labels=("by norm", "by value")),
    Slider(name="threshold", label="Threshold θ", min=0.01, max=100, step=0.01, value=0.5, log=True),
    Slider(name="rate", label="Learning rate", min=0.01, max=1, step=0.01, value=0.2, log=True),
    Slider(name="w", label="Start at w", min=3, max=6.5, step=0.05, value=5),
    Slider(name="b", label="Start at b", min=-3.6, max=-0.6, step=0.05, value=-1.8),
]


def loss_and_gradient(w, b, steps):
    """Loss (h_steps - 0.7)^2 of h_t = sigmoid(w h_{t-1} + b), h_0 = sigmoid(0.5), and its derivatives by w and b.

    Forward mode: the state's two derivatives are carried along with it, h' = s (direct part + w h'), s = h (1 - h).
    """
    xp = array_namespace(w)

    def step(carry, _):
        h, h_w, h_b = carry
        new = sigmoid(w * h + b)
        slope = new * (1.0 - new)
        return (new, slope * (h + w * h_w), slope * (1.0 + w * h_b)), (new[:1],)

    h = xp.full_like(w, 1.0 / (1.0 + math.exp(-START)))
    time = xp.zeros((steps,), dtype=w.dtype)
    (h, h_w, h_b), _ = scan(step, (h, xp.zeros_like(w), xp.zeros_like(w)), (time,))
    error = h - TARGET
    return error * error, 2.0 * error * h_w, 2.0 * error * h_b


def consts():
    w, b = np.meshgrid(np.linspace(*W_RANGE, GRID), np.linspace(*B_RANGE, GRID))
    losses = np.stack([loss_and_gradient(w.ravel(), b.ravel(), int(n))[0].reshape(w.shape) for n in UNROLLED])
    # one byte a cell: the picture's colours tell no more than 256 levels apart
    return {"surface": np.round(255 * np.sqrt(losses) / FARTHEST).astype(np.uint8), "time": np.zeros(STEPS)}


def compute(consts, steps, clip, threshold, rate, w, b):
    xp = array_namespace(threshold)
    level = consts["surface"][UNROLLED.index(steps), ...]
    cut = clip_by_norm if clip == "norm" else clip_by_value
    limits = xp.stack([xp.full_like(threshold, 1e30), threshold])[:, None]  # first run: no limit; second: the slider's

    def descend(carry, _):
        here = carry[0]  # (2 runs, w and b)
        loss, by_w, by_b = loss_and_gradient(here[:, 0], here[:, 1], int(steps))
        gradient = xp.stack([by_w, by_b], axis=-1)
        norm = xp.sqrt(xp.sum(gradient * gradient, axis=-1))
        # Descent along a cliff is chaotic: it would blow up the last bit in which two machines' tanh may differ. Kept
        # to six decimals, the path is the same in the notebook and on the page.
        there = xp.round(1e6 * (here - rate * cut(gradient, limits))) / 1e6
        return (there,), (here, loss, norm)

    begin = xp.stack([xp.stack([w, b]), xp.stack([w, b])])
    _, (path, loss, norm) = scan(descend, (begin,), (consts["time"],))
    log_norm = xp.log10(xp.maximum(norm, xp.full_like(norm, 1e-8)))
    path = xp.maximum(xp.minimum(path, xp.full_like(path, 40.0)), xp.full_like(path, -40.0))
    rescued = (w >= 5.5) & (loss[STEPS - 1, 1] < 1e-3) & (loss[STEPS - 1, 0] > 0.05)
    return {
        "distance": FARTHEST / 255.0 * xp.astype(level, rate.dtype),
        "free_w": path[:, 0, 0], "free_b": path[:, 0, 1], "clipped_w": path[:, 1, 0], "clipped_b": path[:, 1, 1],
        "start_w": w, "start_b": b, "free_norm": log_norm[:, 0], "clipped_norm": log_norm[:, 1],
        "limit": xp.log10(threshold) * xp.ones((2,), dtype=rate.dtype),
        "longest": xp.max(norm[:, 0]), "free_loss": loss[STEPS - 1, 0], "clipped_loss": loss[STEPS - 1, 1],
        "rescued": rescued,
    }


def figure(arrays):
    orange, purple = plots.COLORS[1], plots.COLORS[3]
    lower = {"xaxis": "x2", "yaxis": "y2", "hovertemplate": "10^%{y:.2f}", "showlegend": False}
    fig = plots.heatmap(arrays["distance"], x=np.linspace(*W_RANGE, GRID), y=np.linspace(*B_RANGE, GRID),
                        name="distance from 0.7", height=680,
                        z_range=(0, 2 * FARTHEST))  # the pale half of the colours: the paths must stand out
    fig.update_traces(showscale=False, selector={"type": "heatmap"})
    for name, run, color, dash in (("without clipping", "free", orange, "dash"),
                                   ("clipped", "clipped", purple, "solid")):
        fig.add_scatter(name=name, x=arrays[f"{run}_w"], y=arrays[f"{run}_b"], mode="lines+markers",
                        line={"color": color, "dash": dash, "width": 1.5}, marker={"color": color, "size": 4})
    fig.add_scatter(name="start", x=[arrays["start_w"]], y=[arrays["start_b"]], mode="markers", showlegend=False,
                    marker={"color": plots.COLORS[6], "size": 12})
    step = np.arange(STEPS)
    fig.add_scatter(name="norm, free", x=step, y=arrays["free_norm"], line={"color": orange, "dash": "dash"},
                    **lower)
    fig.add_scatter(name="norm, clipped run", x=step, y=arrays["clipped_norm"], line={"color": purple}, **lower)
    fig.add_scatter(name="threshold", x=[0, STEPS], y=arrays["limit"],
                    line={"color": plots.COLORS[6], "dash": "dot"}, **lower)
    return fig.update_layout(
        xaxis={"title": {"text": "recurrent weight w"}, "range": W_RANGE, "anchor": "y"},
        yaxis={"title": {"text": "bias b"}, "range": B_RANGE, "autorange": False, "domain": [0.4, 1]},
        xaxis2={"title": {"text": "step of gradient descent"}, "range": [0, STEPS], "anchor": "y2"},
        yaxis2={"title": {"text": "gradient norm"}, "domain": [0, 0.26], "anchor": "x2", **powers_of_ten(-4, 4, 2)},
    )


signals = {
    "free": Signal(words=("without clipping",), line=("without clipping", "norm, free"), color="c1"),
    "clipped": Signal(words=("clipping by norm",), line=("clipped", "norm, clipped run"), color="c0"),
    "threshold": Signal(words=("threshold", "$\\theta$"), line="threshold"),
    "start": Signal(words=("grey dot",), line="start", color="c6"),
}
readout = ("The longest gradient of the free run is {longest:.1f}; it ends with a loss of {free_loss:.1e}, "
           "the clipped run with {clipped_loss:.1e}.")
challenges = [
    Challenge("Start at w = 5.5 or more and rescue a run: the free one ends above a loss of 0.05, the clipped one "
              "below 0.001.", met="rescued"),
]
tries = [
    Try(ask="At the cliff the run without clipping is thrown out of the picture. What will happen if the unit runs for "
            "5 steps in place of 50?",
        guesses=("The same, a little later.", "Nothing: there is no cliff."), right=1,
        do="Choose 5 for “Steps unrolled”.", at={"steps": "5"},
        says="Nothing: a product of five slopes makes no cliff. No gradient is longer than 0.2, so none is clipped, "
             "and the two runs are one.",
        holds=lambda a: a["longest"] < 0.2 and np.allclose(a["free_w"], a["clipped_w"])
        and np.allclose(a["free_b"], a["clipped_b"]) and a["free_loss"] < 1e-6),
    Try(ask="With 50 steps the longest gradient of the free run is 51. Will a threshold of 30 save the clipped run?",
        guesses=("Yes, it cuts that gradient.", "No, it is thrown as well."), right=1,
        do="Choose 50 steps and set the threshold to 30.", at={"steps": "50", "threshold": (29.0, 31.0)},
        says="No, it is thrown as well: a step of 30 times the learning rate still leaves the picture.",
        holds=lambda a: a["clipped_w"][-1] > W_RANGE[1] and a["clipped_loss"] > 0.05),
    Try(ask="With a threshold of 0.5, clip by value in place of by norm. Will the clipped run take the same path?",
        guesses=("Yes: a limit is a limit.", "No, it ends higher.", "No, it ends deeper in the valley."), right=1,
        do="Set the threshold to 0.5, then choose to clip by value.",
        at=({"steps": "50", "threshold": 0.5, "clip": "norm"}, {"steps": "50", "threshold": 0.5, "clip": "value"}),
        says="No: where an entry is cut, the step no longer points along the gradient. Here the run ends with a loss "
             "of 0.02 in place of 0.0001. How much worse it is depends on the threshold; at 0.1 it even ends lower.",
        holds=lambda norm, value: f"{value['clipped_loss']:.2f} {norm['clipped_loss']:.4f}" == "0.02 0.0001"),
]
claims = [
    Claim("Clipping by value ends higher than by norm at seven thresholds between 0.2 and 5, and lower at 0.1.",
          at=tuple({"threshold": t, "clip": c} for t in (0.2, 0.3, 0.45, 0.5, 0.55, 1, 5, 0.1) for c in CLIPS),
          holds=lambda *a: [bool(norm["clipped_loss"] < value["clipped_loss"]) for norm, value in
                            zip(a[::2], a[1::2], strict=True)] == [True] * 7 + [False]),
    Claim("Without clipping one step at the cliff throws the run out of the picture; its gradient there is almost a "
          "hundred times longer than any other on the way.", at={},
          holds=lambda a: a["free_w"].max() > W_RANGE[1]
          and 90 < a["longest"] / 10 ** np.sort(a["free_norm"])[-2] < 100),
    Claim("The clipped run bounces along the cliff into the valley: its loss ends below 0.001.", at={},
          holds=lambda a: a["clipped_loss"] < 1e-3 and a["clipped_w"].max() <= 5 and a["clipped_norm"].max() > 1),
    Claim("On one side of the cliff the unit settles high, on the other low; at the border a change of w by 0.05 "
          "decides.",
          at={}, holds=lambda a: np.abs(np.diff(a["distance"], axis=1)).max() > 0.5),
]
