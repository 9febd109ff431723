"""The drawing of a plot: where parts stand in their panel, what is refused, and that a page and a picture agree."""

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
from live_figures.bindings import infer
from live_figures.drawing.axes import make_axis
from live_figures.drawing.shapes import line, thinned

MAX_BYTES = 40_000


def chart(fig) -> drawing.Chart:
    return drawing.Chart(fig)


def elements(html: str, tag: str) -> list[ET.Element]:
    wellformed = re.sub(r"<img ([^>]*)>", r"<img \1/>", html)
    return [e for e in ET.fromstring(wellformed).iter() if e.tag.rpartition("}")[2] == tag]


def part(fig, name: str) -> np.ndarray:
    """The numbers of a part's path, in pairs where it has them."""
    path = next(p for p in elements(drawing.html(chart(fig)), "path") if p.get("data-part") == name)
    return np.array(re.findall(r"-?\d+", path.get("d")), dtype=float)


def test_a_line_stands_where_its_axes_say():
    fig = plots.figure(x_range=[0, 10], y_range=[-1, 1]).add_scatter(x=[0, 5, 10], y=[-1, 1, 0], mode="lines")
    np.testing.assert_array_equal(part(fig, "0.line"), [0, 10000, 5000, 0, 10000, 5000])


def test_logarithmic_and_reversed_axes_and_the_room_of_a_panel():
    fig = plots.figure().update_layout(xaxis={"range": [10, 0]},
                                       yaxis={"type": "log", "range": [-2, 2], "domain": [0, 0.5]})
    fig.add_scatter(x=[0, 10], y=[1, 100], mode="lines")
    np.testing.assert_array_equal(part(fig, "0.line"), [10000, 5000, 0, 0])
    panel = next(e for e in elements(drawing.html(chart(fig)), "svg") if e.get("class") == "live-panel")
    assert [panel.get(k) for k in ("x", "y", "width", "height")] == ["0%", "50%", "100%", "50%"]
    assert panel.get("data-x") == "x linear 10 0" and panel.get("data-y") == "y log -2 2"


def test_what_lies_far_out_stays_a_number_and_what_has_no_place_is_a_gap():
    fig = plots.figure(x_range=[0, 1], y_range=[0, 1]).add_scatter(x=[0, 0.5, 1], y=[1e30, np.nan, 0], mode="lines")
    path = next(p for p in elements(drawing.html(chart(fig)), "path") if p.get("data-part") == "0.line")
    assert path.get("d") == "M0 -100000000M10000 10000"


@pytest.mark.parametrize("shape, expected", [
    ("hv", "M0 0H4V6"), ("vh", "M0 0V6H4"), ("hvh", "M0 0H2V6H4"), ("vhv", "M0 0V3H4V6"), ("linear", "M0 0L4 6")])
def test_shapes_of_lines(shape, expected):
    assert line(np.array([0.0, 4]), np.array([0.0, 6]), shape) == expected


def test_points_that_a_line_does_not_need_are_left_out_and_no_other():
    x = np.linspace(0, 10000, 2000)
    y = 1600 + 1300 * np.sin(x / 600)
    kept_x, kept_y = thinned(x, y)
    assert len(kept_x) < 400
    np.testing.assert_allclose(np.interp(x, kept_x, kept_y), y, atol=9)
    assert len(thinned(x, 3 * x)[0]) == 2


def test_bars_stand_on_zero_side_by_side():
    fig = plots.bars({"a": [1, -1], "b": [2, 0]}, y_range=[-2, 2], x_range=[-0.5, 1.5])
    # a slot is 5000 wide, three quarters of it bars: 1875 each
    np.testing.assert_array_equal(part(fig, "0.bar"), [625, 5000, 2500, 2500, 5000, 5625, 5000, 7500, 7500, 5000])
    np.testing.assert_array_equal(part(fig, "1.bar"), [2500, 5000, 0, 4375, 5000, 7500, 5000, 5000, 9375, 5000])


def test_stacked_bars_stand_on_one_another_and_lying_ones_lie():
    fig = plots.bars({"a": [1], "b": [2]}, barmode="stack", y_range=[0, 4], x_range=[-0.5, 0.5])
    assert part(fig, "1.bar")[1:3].tolist() == [7500, 2500]
    lying = plots.figure(x_range=[0, 4], y_range=[-0.5, 0.5]).add_bar(y=[0], x=[3], orientation="h")
    np.testing.assert_array_equal(part(lying, "0.bar"), [0, 1250, 8750, 7500, 1250])


def test_error_bars_reach_from_value_minus_to_value_plus():
    fig = plots.figure(x_range=[0, 2], y_range=[0, 4])
    fig.add_scatter(x=[1], y=[2], mode="markers", error_y={"array": [1], "arrayminus": [0.5]})
    np.testing.assert_array_equal(part(fig, "0.error"), [5000, 6250, 2500])


def test_a_band_lies_between_two_lines():
    fig = plots.figure(x_range=[0, 1], y_range=[0, 1]).add_scatter(x=[0, 1], y=[0.25, 0.25], mode="lines")
    fig.add_scatter(x=[0, 1], y=[0.75, 0.75], mode="lines", fill="tonexty")
    assert part(fig, "1.fill").tolist() == [0, 2500, 10000, 2500, 10000, 7500, 0, 7500]


def decoded(address: str) -> np.ndarray:
    data = base64.b64decode(address.split(",")[1])
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    channels = {2: 3, 6: 4}[kind]
    at = data.index(b"IDAT")
    size = struct.unpack(">I", data[at - 4:at])[0]
    raw = np.frombuffer(zlib.decompress(data[at + 4:at + 4 + size]), np.uint8).reshape(height, channels * width + 1)
    assert not raw[:, 0].any()
    return raw[:, 1:].reshape(height, width, channels)


def test_a_heatmap_has_its_first_row_on_top_both_themes_and_holes():
    fig = plots.heatmap([[0.0, np.nan], [0.0, 1.0]], z_range=(0, 1))
    light, dark = (decoded(i.get("src")) for i in elements(drawing.html(chart(fig)), "img")[:2])
    for pixels, theme in ((light, {}), (dark, palette.DARK)):
        ends = [plots.SEQUENTIAL[k][1] for k in (0, -1)]
        low, high = ([int(theme.get(c, c)[k:k + 2], 16) for k in (1, 3, 5)] for c in ends)
        np.testing.assert_array_equal(pixels[:, 0], [[*low, 255]] * 2)
        assert pixels[1, 1].tolist() == [*high, 255] and pixels[0, 1, 3] == 0


@pytest.mark.parametrize("settings, expected", [
    ({"range": [0, 40]}, [(k / 8, str(5 * k)) for k in range(9)]),
    ({"range": [0, 40], "nticks": 4}, [(0, "0"), (0.25, "10"), (0.5, "20"), (0.75, "30"), (1, "40")]),
    ({"range": [-1, 1], "dtick": 0.5}, [(0, "−1.0"), (0.25, "−0.5"), (0.5, "0.0"), (0.75, "0.5"), (1, "1.0")]),
    ({"range": [0, 1], "tickformat": ".0%", "dtick": 1}, [(0, "0%"), (1, "100%")]),
    ({"type": "log", "range": [-6, 0]}, [(k / 6, t) for k, t in enumerate(
        ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"])]),
    ({"type": "log", "range": [2, 4]}, [(0, "100"), (0.5, "1000"), (1, "10⁴")]),  # 10000 would leave a phone's screen
    ({"range": [0, 2], "tickvals": [0.5, 9], "ticktext": ["half", "far"]}, [(0.25, "half")]),
])  # fmt: skip
def test_ticks(settings, expected):
    axis = make_axis("x", settings, [], 300)
    assert [(round(share, 9), text) for share, text, _ in axis.ticks()] == [(round(s, 9), t) for s, t in expected]


def test_a_narrow_page_leaves_out_every_other_tick_of_many():
    many, few = (make_axis("x", {"range": [0, top], "dtick": 1}, [], 300).ticks() for top in (8, 4))
    assert [text for _, text, odd in many if not odd] == ["0", "2", "4", "6", "8"]
    assert not any(odd for _, _, odd in few)
    digits, levels = (make_axis("y", {"range": [top, -1], "tickvals": range(top)}, [], 300).ticks() for top in (10, 5))
    assert [text for _, text, odd in digits if not odd] == ["0", "2", "4", "6", "8"]
    assert not any(odd for _, _, odd in levels)


def test_categories_have_their_names():
    axis = make_axis("x", {}, [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], 300)
    assert [(share, text) for share, text, _ in axis.ticks()] == [(0.25, "a"), (0.75, "b")]


def test_words_of_titles_legend_and_notes_are_there_once():
    fig = plots.lines({"left & right": [0, 1], "up": [1, 0]}, x_title="step <i>t</i>", y_title="value")
    fig.add_annotation(x=0, y=1, text="<b>note</b>", showarrow=False)
    html = drawing.html(chart(fig))
    words = re.findall(r">([^<>]+)<", html)
    for word in ("left &amp; right", "up", "step t", "value", "note"):
        assert words.count(word) == 1, word


def test_lines_and_boxes_of_the_layout_stand_on_their_axes():
    fig = plots.figure(x_range=[0, 10], y_range=[0, 1]).add_scatter(x=[0, 10], y=[0, 1])
    fig.add_hline(y=0.25)
    fig.add_shape(type="rect", x0=2, x1=4, y0=0, y1=1, yref="paper")
    drawn = drawing.html(chart(fig))
    rule, box = elements(drawn, "line")[0], elements(drawn, "rect")[0]
    assert [rule.get(k) for k in ("x1", "y1", "x2", "y2")] == ["0%", "75%", "100%", "75%"]
    assert [box.get(k) for k in ("x", "y", "width", "height")] == ["20%", "0%", "20%", "100%"]


def test_themes_use_their_own_colours():
    fig = plots.lines({"a": [0, 1]})
    page, light, dark = drawing.html(chart(fig)), *(drawing.svg(chart(fig), t) for t in ("light", "dark"))
    assert "stroke-c0" in page and plots.COLORS[0] not in page
    assert plots.COLORS[0] in light and "stroke-c0" not in light
    assert palette.DARK[plots.COLORS[0]] in dark and plots.COLORS[0] not in dark
    with pytest.raises(ValueError, match="'light' or 'dark', got 'sepia'"):
        drawing.svg(chart(fig), "sepia")


@pytest.mark.parametrize("fig, message", [
    (go.Figure(go.Pie(values=[1])), "has no 'pie' trace; it has scatter, bar, heatmap"),
    (go.Figure(go.Scatter(y=[1, 2], line={"shape": "spline"})), "no line.shape 'spline'; it has linear, hv"),
    (go.Figure(go.Scatter(y=[1, 2], marker={"symbol": "star"})), "no marker.symbol 'star'; it has circle, diamond"),
    (go.Figure(go.Scatter(y=[1, 2], fill="toself")), "no fill 'toself'"),
    (go.Figure(go.Scatter(y=[1, 2], stackgroup="one")), "no stackgroup"),
])
def test_what_a_drawing_has_no_form_for_is_refused(fig, message):
    with pytest.raises(ValueError, match=message):
        chart(fig)


def test_words_that_are_values_follow_their_array_and_wear_the_colour_of_their_trace():
    def draw(arrays):
        looks = {"mode": "text", "texttemplate": "%{customdata:.2f}", "textfont": {"color": palette.COLORS[1]}}
        return plots.figure(x_range=[0, 3], y_range=[0, 1]).add_scatter(
            x=[2], y=[0.5], customdata=[arrays["now"][1]], **looks).add_scatter(
            x=[0, 1], y=[0.5, 0.5], customdata=arrays["row"], **looks)

    arrays = {"now": np.array([0.1, -0.256]), "row": np.array([3.0, 4.0])}
    said = drawing.told(infer("odd", draw, arrays))
    assert said == {0: "now[1]", 1: "row"}
    texts = [t for t in elements(drawing.html(chart(draw(arrays)), told=said), "text") if t.get("data-live")]
    assert [(t.get("data-live"), t.text) for t in texts] == [
        ("text=now[1]:.2f", "−0.26"), ("text=row[0]:.2f", "3.00"), ("text=row[1]:.2f", "4.00")]
    assert {t.get("class") for t in texts} == {"fill-c1"}
    bad = plots.figure().add_scatter(x=[0], y=[0], mode="text", texttemplate="%{y}")
    with pytest.raises(ValueError, match="no texttemplate '%{y}'; it has %{customdata:.2f}"):
        drawing.html(chart(bad))


def moved(draw, **arrays):
    """The moves of a drawing of `arrays`."""
    arrays = {name: np.asarray(value, float) for name, value in arrays.items()}
    return drawing.moves(chart(draw(arrays)), infer("odd", draw, arrays), "odd")


@pytest.mark.parametrize("draw, message", [
    (lambda a: go.Figure(go.Scatter(x=[0, 1], y=a["y"])), r"data\[0\].y moves on yaxis, which has no range"),
    (lambda a: go.Figure(go.Heatmap(z=a["z"])), "without a fixed colour scale; give the heatmap zmin and zmax"),
    (lambda a: go.Figure(go.Scatter(x=[0, 1], y=[0, 1]), layout={"xaxis": {"tickvals": a["y"]}}),
     "layout.xaxis.tickvals cannot move; of the layout only the range"),
    (lambda a: go.Figure(go.Scatter(x=[0, 1], y=[0, 1], marker={"opacity": a["y"]})),
     "marker.opacity cannot move; of a scatter trace x, y, marker.size, customdata can"),
    (lambda a: go.Figure([go.Bar(y=a["y"]), go.Bar(y=[1, 1])], {"barmode": "stack", "yaxis": {"range": [0, 3]}}),
     "stacked bars"),
])
def test_what_only_a_new_drawing_could_change_is_refused_by_name(draw, message):
    with pytest.raises(ValueError, match=message):
        moved(draw, y=[0.3, 0.6], z=[[0.1, 0.2], [0.3, 0.4]])


@pytest.mark.parametrize("name", live.names())
def test_every_figure_of_the_book_is_small_and_the_same_twice(name):
    plots_of = [live.load(name).plot() for _ in range(2)]
    if plots_of[0] is None:
        return  # its diagram is its own picture
    for make in (drawing.html, lambda c: drawing.svg(c, "light"), lambda c: drawing.svg(c, "dark")):
        first, again = (make(chart(plot)) for plot in plots_of)
        assert first == again and len(first) < MAX_BYTES
        for element in ET.fromstring(re.sub(r"<img ([^>]*)>", r"<img \1/>", first)).iter():
            numbers = " ".join(v for k, v in element.attrib.items() if k not in ("href", "src", "data-name"))
            assert not re.search(r"\b(nan|inf)\b", numbers), numbers


def test_long_names_beside_a_plot_have_their_room():
    fig = plots.spread({"error": {"a very long name of a row": [3.0, 1.0], "b": [2.0]}})
    html = drawing.html(chart(fig))
    room = float(re.search(r"--l:(\d+)px;--n:\1px", html)[1])
    assert 150 < room < 200
    given = fig.update_layout(margin={"l": 300})  # a wide page takes it; a narrow one what the names need
    assert re.search(r"--l:300px;--n:(\d+)px", drawing.html(chart(given)))[1] == f"{room:.0f}"
    assert html.count('data-part="') == 2  # the dots of two rows ...
    assert 'data-mark="1.0"' in html and 'data-mark="3.0"' in html  # ... and a bar at each median
