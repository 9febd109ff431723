"""While a control moves the runtime draws by itself; what it draws is what Plotly would have drawn."""

import numpy as np
import pytest
from live_pages import move, ready, rgb

from live_figures import palette

pytestmark = pytest.mark.browser

# Every vertex and mark of the plot, by trace: paths as numbers, shifts of markers and words, and the map's colours.
DRAWN = r"""async (el, plotlys) => {
    const gd = el.plot.gd, out = {};
    for (const cd of gd.calcdata) {
        const { name, uid, type } = cd[0].trace;
        const group = [...gd.querySelectorAll(".scatterlayer .trace, .barlayer .trace, .heatmaplayer .hm")]
            .find(g => g.__data__?.[0]?.trace?.uid === uid);
        if (!group) continue;
        const numbers = d => [...d.matchAll(/([MLHV])([^MLHVZA]*)/g)].reduce((points, [, command, rest]) => {
            const last = points.at(-1) ?? [0, 0], all = rest.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
            if (command === "H") points.push([all[0], last[1]]);
            else if (command === "V") points.push([last[0], all[0]]);
            else for (let k = 0; k < all.length; k += 2) points.push([all[k], all[k + 1]]);
            return points;
        }, []);
        out[name] = {};
        if (type === "heatmap") { out[name].colors = await colors(group); continue; }
        for (const [kind, selector] of [["line", "path.js-line"], ["bars", ".point > path"], ["sizes", "path.point"]])
            out[name][kind] = [...group.querySelectorAll(selector)].flatMap(p => numbers(p.getAttribute("d")));
        out[name].marks = [...group.querySelectorAll("path.point")]
            .map(p => p.getAttribute("transform").match(/-?[\d.]+/g).map(Number));
        out[name].words = [...group.querySelectorAll(".textpoint text")]
            .map(t => [+t.getAttribute("x"), +t.getAttribute("y")]);
    }
    return out;

    async function colors(group) {
        let canvas = plotlys ? null : group.querySelector("canvas");
        if (!canvas) {
            const image = new Image();
            image.src = group.querySelector("image").href.baseVal;
            await image.decode();
            canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
            canvas.getContext("2d").drawImage(image, 0, 0);
        }
        const { width, height } = canvas, pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
        return [width, height, ...pixels];
    }
}"""


def drawn(element) -> dict:
    return element.evaluate(DRAWN)


def redrawn(element) -> dict:
    """What Plotly draws by itself of the same state: everything computed and drawn again from the arrays."""
    element.evaluate("async el => { clearTimeout(el.resting); el.plot.sync(); await Plotly.redraw(el.plot.gd); }")
    return element.evaluate(DRAWN, True)


def assert_same_drawing(ours: dict, plotlys: dict):
    assert ours.keys() == plotlys.keys()
    for name, parts in plotlys.items():
        assert ours[name].keys() == parts.keys()
        for kind, expected in parts.items():
            tolerance = 1.0 if kind == "colors" else 0.5  # a shade of 255; half a pixel
            np.testing.assert_allclose(np.array(ours[name][kind], dtype=float), np.array(expected, dtype=float),
                                       atol=tolerance, err_msg=f"{name}: {kind}")


MOVES = [
    {"gain": 1.7, "rate": -0.4},
    {"step": 21},
    {"mirror": True},
    {"shape": "ramp", "gain": 0.6},
    {"word": "aabbcc", "gain": 0},
]


@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 360, "height": 740}}, {"color_scheme": "dark"}])
def test_our_drawing_is_plotlys(open_page, options):
    element = ready(open_page("everything.html", **options))
    for change in MOVES:
        move(element, **change)
        ours = drawn(element)
        assert element.evaluate("el => [...el.plot.slow]") == []
        assert_same_drawing(ours, redrawn(element))


def test_on_zoomed_axes_too(open_page):
    element = ready(open_page("everything.html"))
    box = element.locator(".xy .nsewdrag, .nsewdrag").first.bounding_box()
    mouse = element.page.mouse
    mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    mouse.up()
    ranges = "el => ['xaxis', 'yaxis'].map(axis => el.plot.gd._fullLayout[axis].range)"
    element.page.wait_for_function(f"({ranges})(document.querySelector('live-figure'))[0][0] > 5")
    zoomed = element.evaluate(ranges)
    for change in MOVES[:3]:
        move(element, **change)
        ours = drawn(element)
        assert_same_drawing(ours, redrawn(element))
    element.evaluate("document.documentElement.dataset.theme = 'dark'")
    element.page.wait_for_timeout(300)
    assert element.evaluate(ranges) == zoomed
    mouse.dblclick(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    element.page.wait_for_function(f"({ranges})(document.querySelector('live-figure'))[0][0] === -0.5")


def test_a_trace_hidden_in_the_legend_stays_hidden_and_comes_back_right(open_page):
    element = ready(open_page("everything.html"))
    element.evaluate("el => Plotly.restyle(el.plot.gd, { visible: 'legendonly' }, [0])")
    move(element, gain=1.8)
    assert "wave" not in drawn(element)
    assert_same_drawing(drawn(element), redrawn(element))
    assert "wave" not in drawn(element)
    move(element, gain=0.9)
    element.evaluate("el => Plotly.restyle(el.plot.gd, { visible: true }, [0])")  # before the control rests
    ours = drawn(element)
    assert len(ours["wave"]["line"]) == 40
    assert_same_drawing(ours, redrawn(element))


def test_zooming_while_a_control_still_moves_keeps_the_newest_values(open_page):
    element = ready(open_page("everything.html"))
    move(element, gain=1.3)
    element.evaluate("el => { clearTimeout(el.resting); return Plotly.relayout(el.plot.gd, {'yaxis.range': [-2, 2]}) }")
    assert_same_drawing(drawn(element), redrawn(element))


def test_at_rest_plotly_knows_the_values(open_page):
    element = ready(open_page("everything.html"))
    move(element, gain=2)
    element.page.wait_for_function("document.querySelector('live-figure').plot.dirty.size === 0")
    assert element.evaluate("el => el.plot.gd.calcdata[0][16].y") == pytest.approx(2 * np.sin(1.6))


def test_what_we_cannot_draw_plotly_draws_and_the_reason_is_said(open_page):
    element = ready(open_page("everything.html"))
    element.evaluate("el => Plotly.relayout(el.plot.gd, { 'yaxis.autorange': true })")
    move(element, gain=0.5)
    assert element.evaluate("el => [...el.plot.slow]") == ["wave: its yaxis has no fixed range"]
    assert element.evaluate("el => el.plot.gd.calcdata[0][16].y") == pytest.approx(0.5 * np.sin(1.6))


def test_the_plot_follows_the_room(open_page):
    element = ready(open_page("everything.html"))
    move(element, gain=1.5)
    element.page.set_viewport_size({"width": 420, "height": 800})
    element.page.wait_for_function("document.querySelector('live-figure').plot.gd._fullLayout.width < 420")
    move(element, step=30)
    assert_same_drawing(drawn(element), redrawn(element))


def test_the_map_shows_plotlys_own_picture_at_rest_and_in_a_new_theme(open_page):
    element = ready(open_page("everything.html", color_scheme="light"))
    move(element, gain=1.5)
    assert element.locator(".hm canvas").count() == 1
    element.locator(".hm canvas").wait_for(state="detached")
    move(element, gain=1.2)
    element.evaluate("document.documentElement.dataset.theme = 'dark'")
    element.locator(".hm canvas").wait_for(state="detached")


@pytest.mark.parametrize("first", ["light", "dark"])
def test_the_theme_changes_colours_and_nothing_else(open_page, first):
    second = {"light": "dark", "dark": "light"}[first]
    blue = {"light": rgb(palette.COLORS[0]), "dark": rgb(palette.DARK[palette.COLORS[0]])}
    element = ready(open_page("everything.html", color_scheme=first))
    stroke = "el => getComputedStyle(el.querySelector('.scatterlayer .js-line')).stroke"
    move(element, gain=1.5)
    before = drawn(element)
    assert element.evaluate(stroke) == blue[first]
    element.evaluate(f"document.documentElement.dataset.theme = '{second}'")
    element.page.wait_for_function(f"({stroke})(document.querySelector('live-figure')) === '{blue[second]}'")
    after = drawn(element)
    del before["map"], after["map"]  # its scale starts at the page's own colour
    assert_same_drawing(after, before)
    assert element.evaluate("el => el.controls.gain") == 1.5
