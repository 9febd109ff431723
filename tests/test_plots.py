"""The plots draw what they are given, in the colours of what they name."""


import numpy as np
import pytest

from helpers import plots


def test_lines():
    fig = plots.lines({"a": [1.0, 2.0], "b": [3.0, 4.0]}, x=[10, 20], x_title="t", y_range=[0, 5])
    assert [(t.name, list(t.x), list(t.y)) for t in fig.data] == [("a", [10, 20], [1, 2]), ("b", [10, 20], [3, 4])]
    assert list(fig.layout.yaxis.range) == [0, 5] and fig.layout.showlegend
    assert [t.line.dash for t in fig.data] == ["solid", "dash"]  # to be told apart without colour
    with pytest.raises(ValueError, match="x: expected 2 positions .* of 'a'; got shape"):
        plots.lines({"a": [1, 2]}, x=[0, 1, 2])


def test_stacked_panels_share_x_and_fill_the_height():
    fig = plots.stacked({"top": [1.0], "low": {"a": [2.0], "b": [3.0]}}, y_ranges={"low": (0, 9)}, x_title="t")
    assert [(t.name, t.yaxis) for t in fig.data] == [("top", "y"), ("a", "y2"), ("b", "y2")]
    assert fig.layout.yaxis.domain[1] == 1 and fig.layout.yaxis2.domain[0] == 0
    assert fig.layout.yaxis.domain[0] > fig.layout.yaxis2.domain[1]
    assert list(fig.layout.yaxis2.range) == [0, 9] and fig.layout.xaxis.anchor == "y2"
    assert len({t.line.color for t in fig.data}) == 3
    assert [t.line.dash for t in fig.data] == ["solid", "solid", "dash"]  # a panel's only line needs none


def test_heatmap():
    fig = plots.heatmap([[0, -2.0], [1, 0]], diverging=True)
    assert (fig.data[0].zmin, fig.data[0].zmax) == (-2, 2)
    assert list(fig.layout.yaxis.range) == [1.5, -0.5] and list(fig.layout.xaxis.range) == [-0.5, 1.5]
    assert list(plots.heatmap(np.eye(2), y=[0.0, 0.1]).layout.yaxis.range) == pytest.approx([0.15, -0.05])
    assert list(plots.heatmap(np.eye(2), y=["a", "b"], y_range=[0, 1]).layout.yaxis.range) == [0, 1]
    with pytest.raises(ValueError, match=r"a matrix \(rows, columns\), got an array of shape \(3,\)"):
        plots.heatmap([1, 2, 3])


def test_spread_has_a_dot_a_seed_and_a_bar_at_the_median():
    fig = plots.spread({"error": {"a": [3.0, 1.0, 10.0], "b": [2.0]}, "steps": {"a": [5, 6]}}, log=["error"])
    assert [list(t.x) for t in fig.data] == [[3, 1, 10], [3], [2], [2], [5, 6], [5.5]]
    assert [t.yaxis for t in fig.data] == ["y"] * 4 + ["y2"] * 2 and set(fig.data[0].y) == {"a"}
    assert (fig.layout.xaxis.type, fig.layout.xaxis2.type) == ("log", "linear")
    assert fig.layout.yaxis.domain[1] == 1 and fig.layout.yaxis2.domain[0] == 0
    with pytest.raises(ValueError, match="error.*'a'.*: expected at least one number, all above 0"):
        plots.spread({"error": {"a": [0.0]}}, log=["error"])


def test_bars_and_cursor():
    fig = plots.bars({"a": [1, 2]}, x=["u", "v"])
    assert list(fig.data[0].x) == ["u", "v"] and not fig.layout.showlegend
    plots.cursor(fig, 0.5, low=-1, high=2)
    assert (list(fig.data[1].x), list(fig.data[1].y)) == ([0.5, 0.5], [-1, 2])


def test_a_signal_and_a_network_have_one_colour_each():
    assert plots.color("forget") == plots.COLORS[plots.SIGNALS["forget"]]
    assert len(set(plots.SIGNALS.values()) | {6}) == 7 and len(set(plots.NETWORKS.values())) == len(plots.NETWORKS)
    with pytest.raises(ValueError, match="name: expected one of .*forget.*; got 'forgot'"):
        plots.color("forgot")
