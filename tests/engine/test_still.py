"""Still pictures: where the marks stand, that they are small, and that the same figure gives the same bytes."""

import base64
import re
import struct
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import plotly.graph_objects as go
import pytest

from helpers import live, plots
from live_figures import drawing, palette
from live_figures.drawing.axes import make_axis
from live_figures.drawing.shapes import mix, path, png

MAX_BYTES = 30_000


def elements(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}" + tag))


def points(d: str) -> np.ndarray:
    return np.array(re.findall(r"-?[\d.]+", d), dtype=float).reshape(-1, 2)


def curve(svg: str) -> np.ndarray:
    return points(next(p.get("d") for p in elements(svg, "path") if p.get("stroke-width") == "2" and "L" in p.get("d")))


def test_a_line_stands_where_its_axes_say():
    fig = plots.figure(x_range=[0, 10], y_range=[-1, 1], height=300, margin={"l": 50, "r": 70, "t": 20, "b": 80})
    fig.add_scatter(x=[0, 5, 10], y=[-1, 1, 0], mode="lines")
    # 600 by 200 pixels of room: 720 - 50 - 70 and 300 - 20 - 80
    np.testing.assert_allclose(curve(drawing.svg(fig)), [[50, 220], [350, 20], [650, 120]])


def test_logarithmic_reversed_and_shared_axes():
    fig = plots.figure(height=300).update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0}, xaxis={"range": [10, 0]},
        yaxis={"type": "log", "range": [-2, 2], "domain": [0, 0.5]})
    fig.add_scatter(x=[0, 10], y=[0.01, 100], mode="lines")
    np.testing.assert_allclose(curve(drawing.svg(fig)), [[720, 300], [0, 150]])


def test_a_log_axis_breaks_the_line_where_a_value_has_no_place():
    assert path(np.array([0.0, 1, 2, 3]), np.array([0.0, np.nan, 2, 5]), "linear") == "M0 0M2 2L3 5"


@pytest.mark.parametrize("shape, expected", [("hv", "M0 0H4V6"), ("vh", "M0 0V6H4"), ("linear", "M0 0L4 6")])
def test_shapes_of_lines(shape, expected):
    assert path(np.array([0.0, 4]), np.array([0.0, 6]), shape) == expected


def test_points_that_a_line_does_not_need_are_left_out_and_no_other():
    x = np.linspace(0, 600, 2000)
    y = 100 + 80 * np.sin(x / 40)
    kept = points(path(x, y, "linear"))
    assert len(kept) < 400
    np.testing.assert_allclose(np.interp(x, kept[:, 0], kept[:, 1]), y, atol=0.6)
    assert len(points(path(x, 3 * x, "linear"))) == 2


def test_bars_stand_on_zero_side_by_side():
    fig = plots.bars({"a": [1, -1], "b": [2, 0]}, height=300, y_range=[-2, 2], x_range=[-0.5, 1.5])
    fig.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0})
    bars = [[float(r.get(k)) for k in ("x", "y", "width", "height")] for r in elements(drawing.svg(fig), "rect")]
    # a slot is 360 wide, three quarters of it bars: 135 each
    np.testing.assert_allclose(bars, [[45, 75, 135, 75], [405, 150, 135, 75], [180, 0, 135, 150], [540, 150, 135, 0]])


def decoded(address: str) -> np.ndarray:
    data = base64.b64decode(address.split(",")[1])
    width, height = struct.unpack(">II", data[16:24])
    at = data.index(b"IDAT")
    size = struct.unpack(">I", data[at - 4:at])[0]
    raw = np.frombuffer(zlib.decompress(data[at + 4:at + 4 + size]), np.uint8).reshape(height, 3 * width + 1)
    assert not raw[:, 0].any()
    return raw[:, 1:].reshape(height, width, 3)


def test_a_picture_survives_its_encoding():
    rgb = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    np.testing.assert_array_equal(decoded(png(rgb)), rgb)


def test_a_heatmap_has_its_first_row_on_top_and_both_themes_in_a_page():
    fig = plots.heatmap([[0.0, 0.0], [0.0, 1.0]], z_range=(0, 1))
    light, dark = (i.get("href") for i in elements(drawing.svg(fig), "image")[:2])
    low, high = mix(np.array([0.0, 1.0]), plots.SEQUENTIAL, "light")
    np.testing.assert_array_equal(decoded(light), [[low, low], [low, high]])
    low, high = mix(np.array([0.0, 1.0]), plots.SEQUENTIAL, "dark")
    np.testing.assert_array_equal(decoded(dark), [[low, low], [low, high]])


@pytest.mark.parametrize("settings, length, expected", [
    ({"range": [0, 40]}, 400, [(0, "0"), (100, "10"), (200, "20"), (300, "30"), (400, "40")]),
    ({"range": [-1, 1], "dtick": 0.5}, 400, [(0, "−1.0"), (100, "−0.5"), (200, "0.0"), (300, "0.5"), (400, "1.0")]),
    ({"range": [0, 1], "tickformat": ".0%", "dtick": 1}, 100, [(0, "0%"), (100, "100%")]),
    ({"type": "log", "range": [-6, 0]}, 600, [(100 * k, t) for k, t in enumerate(
        ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"])]),
    ({"range": [0, 2], "tickvals": [0.5, 9], "ticktext": ["half", "far"]}, 200, [(50, "half")]),
])  # fmt: skip
def test_ticks(settings, length, expected):
    axis = make_axis("x", settings, [], (0, length))
    assert [(round(float(at), 6), text) for at, text in axis.ticks()] == expected


def test_categories_have_their_names():
    axis = make_axis("x", {}, [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], (0, 200))
    assert [(float(at), text) for at, text in axis.ticks()] == [(50.0, "a"), (150.0, "b")]


def test_words_of_titles_legend_and_notes_are_there_once():
    fig = plots.lines({"left & right": [0, 1], "up": [1, 0]}, x_title="step <i>t</i>", y_title="value")
    fig.add_annotation(x=0, y=1, text="<b>note</b>", showarrow=False)
    words = [t.text for t in elements(drawing.svg(fig), "text")]
    for word in ("left & right", "up", "step t", "value", "note"):
        assert words.count(word) == 1, word


def test_themes_use_their_own_colours():
    fig = plots.lines({"a": [0, 1]})
    page, light, dark = (drawing.svg(fig, theme=t) for t in ("page", "light", "dark"))
    assert "stroke-c0" in page and plots.COLORS[0] not in page
    assert plots.COLORS[0] in light and "stroke-c0" not in light
    assert palette.DARK[plots.COLORS[0]] in dark and plots.COLORS[0] not in dark
    with pytest.raises(ValueError, match="'page', 'light' or 'dark', got 'sepia'"):
        drawing.svg(fig, theme="sepia")


def test_other_traces_are_refused():
    with pytest.raises(ValueError, match="cannot draw a 'pie' trace; it draws heatmap, bar, scatter"):
        drawing.svg(go.Figure(go.Pie(values=[1])))


@pytest.mark.parametrize("name", live.names())
def test_every_figure_of_the_book_is_small_and_the_same_twice(name, tmp_path):
    plot = live.load(name).plot()
    if plot is None:
        return  # its diagram is its own still picture
    first = {p.name: p.read_bytes() for p in drawing.write(plot, tmp_path, name)}
    again = {p.name: p.read_bytes() for p in drawing.write(live.load(name).plot(), tmp_path, name)}
    assert first == again and set(first) == {f"{name}-light.svg", f"{name}-dark.svg"}
    assert max(map(len, first.values())) < MAX_BYTES
    for data in first.values():
        for element in ET.fromstring(data).iter():
            numbers = " ".join(v for k, v in element.attrib.items() if k != "href")
            assert not re.search(r"\b(nan|inf)\b", numbers), numbers
