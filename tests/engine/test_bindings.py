"""What feeds what in a drawing is found out by drawing; mathematics in a drawing is refused by name."""

import numpy as np
import plotly.graph_objects as go
import pytest

from live_figures.bindings import infer

ARRAYS = {"h": np.zeros((3, 4)), "t": np.array(2), "pair": np.zeros(2), "one": np.zeros(1), "flag": np.array(True)}


def drawn(**attributes):
    return lambda arrays: go.Figure(go.Scatter(**{k: draw(arrays) for k, draw in attributes.items()}))


@pytest.mark.parametrize(("draw", "found"), [
    (lambda a: go.Figure(go.Heatmap(z=a["h"])), [(0, "z", "h")]),
    (drawn(x=lambda a: np.arange(4), y=lambda a: a["h"][2]), [(0, "y", "h[2]")]),
    (drawn(x=lambda a: [a["t"]], y=lambda a: [a["h"][1, 3]]), [(0, "x", "t"), (0, "y", "h[1][3]")]),
    (drawn(x=lambda a: a["one"], y=lambda a: [0.0, 1.0]), [(0, "x", "one")]),
    (drawn(marker=lambda a: {"size": a["pair"]}, name=lambda a: "same name"), [(0, "marker.size", "pair")]),
    (lambda a: go.Figure(layout={"yaxis": {"range": a["pair"]}}), [(-1, "yaxis.range", "pair")]),
    (lambda a: go.Figure([go.Bar(name="b", y=a["h"][k]) for k in (1, 0)]), [(0, "y", "h[1]"), (1, "y", "h[0]")]),
    (lambda a: go.Figure(go.Scatter(y=[1, 2])), []),
])  # fmt: skip
def test_what_is_drawn_as_it_is_is_found(draw, found):
    assert infer("waves", draw, ARRAYS) == found


@pytest.mark.parametrize(("draw", "says"), [
    (drawn(y=lambda a: 2 * a["pair"]), r"data\[0\].y is computed from 'pair'"),
    (drawn(y=lambda a: a["h"].T[0]), r"data\[0\].y is computed from 'h'"),
    (drawn(y=lambda a: [a["t"], a["t"]]), r"data\[0\].y is computed from 't'"),
    (drawn(y=lambda a: [0, a["t"]]), r"data\[0\].y is computed from 't'"),
    (drawn(y=lambda a: [a["t"], a["pair"][0]]), r"data\[0\].y is computed from 't' and 'pair'"),
    (drawn(name=lambda a: f"{a['t']:.2f}"), r"data\[0\].name is computed from 't'"),
    (lambda a: go.Figure(go.Heatmap(z=a["h"], zmin=a["h"].min())), r"data\[0\].zmin is computed from 'h'"),
    (lambda a: go.Figure(layout={"xaxis": {"range": [a["pair"].min(), a["pair"].max()]}}), "layout.xaxis.range"),
    (lambda a: go.Figure(layout={"xaxis": {"range": [0, np.sort(a["h"][0])[0]]}}), "layout.xaxis.range"),
])  # fmt: skip
def test_what_is_computed_while_drawing_is_refused_by_name(draw, says):
    with pytest.raises(ValueError, match=f"figure 'waves': {says}"):
        infer("waves", draw, ARRAYS)
