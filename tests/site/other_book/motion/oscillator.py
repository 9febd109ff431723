"""How soon does a damped spring come to rest?"""

import numpy as np
import plotly.graph_objects as go
from array_api_compat import array_namespace

from live_figures import TEMPLATE, Slider, scan

title = "How soon does a damped spring come to rest?"
caption = "The line is the spring's elongation; the shaded dot marks where it last left the band of one tenth."
alt = "A wave whose swings get smaller from left to right."

STEPS, DT = 400, 0.05

controls = [
    Slider(name="damping", label="Damping", min=0, max=3, step=0.05, value=0.2),
    Slider(name="stiffness", label="Stiffness", min=0.5, max=4, step=0.1, value=1.0),
]


def consts():
    return {"time": DT * np.arange(STEPS)}


def compute(consts, damping, stiffness):
    xp = array_namespace(damping)

    def step(carry, _):
        x, v = carry
        v = v - DT * (stiffness * x + damping * v)
        return (x + DT * v, v), (x,)

    start = (xp.ones_like(damping), xp.zeros_like(damping))
    _, (x,) = scan(step, start, (consts["time"],))
    moving = xp.abs(x) > 0.1
    last = xp.max(xp.where(moving, consts["time"], xp.zeros_like(x)))
    return {"x": x, "last": last}


def figure(arrays):
    fig = go.Figure(layout={"template": TEMPLATE, "height": 320})
    fig.add_scatter(x=DT * np.arange(STEPS), y=arrays["x"], name="elongation", mode="lines")
    fig.update_xaxes(title_text="time", range=[0, DT * STEPS])
    fig.update_yaxes(title_text="elongation", range=[-1.05, 1.05])
    return fig


readout = "The spring last leaves the band of one tenth after {last:.1f}."
