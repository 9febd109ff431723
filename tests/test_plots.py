"""The palette can be told apart and read in both themes, and the plots draw what they are given."""

import itertools
import re

import numpy as np
import pytest

from helpers import plots
from live_figures import assets, palette

PAPER = {"light": "#ffffff", "dark": "#14181e"}
# How colours look without the cones for long, medium or short waves, in linear RGB
# (Machado, Oliveira, Fernandes 2009, severity 1.0).
CONES = {
    "all": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
COLORS = {"light": palette.COLORS, "dark": tuple(palette.DARK[c] for c in palette.COLORS)}


def linear(color: str) -> np.ndarray:
    v = np.array([int(color[k:k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    lights = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                    [0.0193339, 0.1191920, 0.9503041]]) @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]  # fmt: skip
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", COLORS)
def test_every_colour_can_be_read_as_text(theme):
    ink = palette.INK if theme == "light" else palette.DARK[palette.INK]
    assert min(contrast(c, PAPER[theme]) for c in (*COLORS[theme], ink)) >= 4.5


def test_the_style_sheet_has_the_same_colours():
    css = assets.text("live-figure.css")
    named = re.findall(r"--live-(c\d|grid): (#\w+);", css)
    light, dark = (dict(named[k:k + 8]) for k in range(0, len(named), 8))
    grid = {"light": palette.GRID, "dark": palette.DARK[palette.GRID]}
    expected = {t: {f"c{k}": c for k, c in enumerate(COLORS[t])} | {"grid": grid[t]} for t in COLORS}
    assert light == expected["light"] and dark == expected["dark"]


@pytest.mark.parametrize("theme", COLORS)
@pytest.mark.parametrize("cones", CONES)
def test_the_palette_can_be_told_apart(theme, cones):
    seen = [lab(np.asarray(CONES[cones]) @ linear(c)) for c in COLORS[theme]]
    apart = {(i, j): np.linalg.norm(seen[i] - seen[j]) for i, j in itertools.combinations(range(7), 2)}
    assert min(apart.values()) > 13, min(apart, key=apart.get)


def test_every_colour_has_its_dark_form():
    scales = [c for scale in (plots.SEQUENTIAL, plots.DIVERGING) for _, c in scale]
    assert {*palette.COLORS, palette.INK, palette.GRID, *scales} == set(palette.DARK)


def test_lines():
    fig = plots.lines({"a": [1.0, 2.0], "b": [3.0, 4.0]}, x=[10, 20], x_title="t", y_range=[0, 5])
    assert [(t.name, list(t.x), list(t.y)) for t in fig.data] == [("a", [10, 20], [1, 2]), ("b", [10, 20], [3, 4])]
    assert list(fig.layout.yaxis.range) == [0, 5] and fig.layout.showlegend
    with pytest.raises(ValueError, match="'a' has 2 values for 3 positions on x"):
        plots.lines({"a": [1, 2]}, x=[0, 1, 2])


def test_stacked_panels_share_x_and_fill_the_height():
    fig = plots.stacked({"top": [1.0], "low": {"a": [2.0], "b": [3.0]}}, y_ranges={"low": (0, 9)}, x_title="t")
    assert [(t.name, t.yaxis) for t in fig.data] == [("top", "y"), ("a", "y2"), ("b", "y2")]
    assert fig.layout.yaxis.domain[1] == 1 and fig.layout.yaxis2.domain[0] == 0
    assert fig.layout.yaxis.domain[0] > fig.layout.yaxis2.domain[1]
    assert list(fig.layout.yaxis2.range) == [0, 9] and fig.layout.xaxis.anchor == "y2"
    assert len({t.line.color for t in fig.data}) == 3


def test_heatmap():
    fig = plots.heatmap([[0, -2.0], [1, 0]], diverging=True)
    assert (fig.data[0].zmin, fig.data[0].zmax) == (-2, 2)
    assert list(fig.layout.yaxis.range) == [1.5, -0.5] and list(fig.layout.xaxis.range) == [-0.5, 1.5]
    assert list(plots.heatmap(np.eye(2), y=[0.0, 0.1]).layout.yaxis.range) == pytest.approx([0.15, -0.05])
    assert list(plots.heatmap(np.eye(2), y=["a", "b"], y_range=[0, 1]).layout.yaxis.range) == [0, 1]
    with pytest.raises(ValueError, match=r"a matrix \(rows, columns\), got an array of shape \(3,\)"):
        plots.heatmap([1, 2, 3])


def test_bars_and_cursor():
    fig = plots.bars({"a": [1, 2]}, x=["u", "v"])
    assert list(fig.data[0].x) == ["u", "v"] and not fig.layout.showlegend
    plots.cursor(fig, 0.5, low=-1, high=2)
    assert (list(fig.data[1].x), list(fig.data[1].y)) == ([0.5, 0.5], [-1, 2])
