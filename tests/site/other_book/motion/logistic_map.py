"""Where does a population settle that grows and starves?"""

import numpy as np
import plotly.graph_objects as go
from array_api_compat import array_namespace

from live_figures import TEMPLATE, Challenge, Slider, scan

title = "Where does a population settle?"
caption = "Each dot is one year: the share of the land that is taken."
alt = "Dots that approach one height, or jump between two, or scatter."

YEARS = 60

controls = [
    Slider(name="growth", label="Growth", min=1, max=4, step=0.01, value=2.5),
    Slider(name="start", label="Share at first", min=0.05, max=0.95, step=0.05, value=0.2),
]


def consts():
    return {"year": np.arange(float(YEARS))}


def compute(consts, growth, start):
    xp = array_namespace(growth)

    def year(carry, _):
        x = carry[0]
        return (growth * x * (1.0 - x),), (x,)

    _, (x,) = scan(year, (start * xp.ones_like(growth),), (consts["year"],))
    return {"x": x, "last": x[YEARS - 1], "jumps": xp.abs(x[YEARS - 1] - x[YEARS - 2]) > 0.2}


def figure(arrays):
    fig = go.Figure(layout={"template": TEMPLATE, "height": 320})
    fig.add_scatter(x=np.arange(YEARS), y=arrays["x"], name="share", mode="markers")
    fig.update_xaxes(title_text="year", range=[-1, YEARS])
    fig.update_yaxes(title_text="share of the land", range=[0, 1])
    return fig


readout = "In the last year {last:.1%} is taken."
challenges = [Challenge("Make the population jump from year to year.", met="jumps")]
