"""The drawing in the page: moved, it is what would have been drawn afresh, and what plotly.js would draw."""

import re

import numpy as np
import pytest
from live_pages import arrays, load_fixture, move, ready, rgb

from helpers import live
from live_figures import Choice, Slider, Toggle, drawing, palette
from live_figures.bindings import infer
from live_figures.page import standalone_html
from tests.engine.test_palette import contrast

pytestmark = pytest.mark.browser

# Every part and mark of a drawing by name, and the labels of its axes.
PARTS = """root => Object.fromEntries([
    ...[...root.querySelectorAll("[data-part]")].map(e =>
        [e.dataset.part, e.getAttribute("d") + "|" + e.getAttribute("stroke-width")]),
    ...[...root.querySelectorAll("[data-mark]")].map(e =>
        [`${e.dataset.mark} ${e.tagName}`, [e.getAttribute("x"), e.getAttribute("y"), e.textContent].join()]),
    ...[...root.querySelectorAll("[data-ticks]")].map(e => ["ticks " + e.dataset.ticks, [...e.children].map(t =>
        [t.textContent, t.getAttribute("x"), t.getAttribute("y"), t.getAttribute("class")].join()).join(" ")]),
    ...[...root.querySelectorAll("[data-grid]")].map(e => ["grid " + e.dataset.grid, e.getAttribute("d")])])"""
AFRESH = f"(html) => {{ const box = document.createElement('div'); box.innerHTML = html; return ({PARTS})(box); }}"
COLORS = """el => [...el.querySelectorAll("[data-map] canvas")].map(canvas =>
    [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data])"""


def afresh(fig, values) -> str:
    """The drawing of `fig` at these values of its arrays, by Python."""
    shaped = {name: np.asarray(values[name]).reshape(np.shape(array)) for name, array in fig.arrays().items()}
    chart, bindings = drawing.Chart(fig.plot(shaped)), infer(fig.name, fig.figure, fig.arrays())
    return drawing.html(chart, drawing.moving(bindings, chart), drawing.told(bindings))


def random_state(fig, rng) -> dict:
    """A value for every slider, choice and toggle."""
    state = {}
    for c in fig.controls:
        if isinstance(c, Slider):
            steps = round((c.max - c.min) / c.step)
            value = c.min + c.step * int(rng.integers(steps + 1))
            value = c.min * (c.max / c.min) ** rng.random() if c.log else value
            state[c.name] = round(value) if c.integer else float(min(max(value, c.min), c.max))
        elif isinstance(c, Choice):
            state[c.name] = str(rng.choice(c.options))
        elif isinstance(c, Toggle):
            state[c.name] = bool(rng.integers(2))
    return state


# Where the pointer meets the third point of the first trace in plotly's plot.
A_POINT = """el => {
    const gd = el.querySelector(".live-gd"), { xaxis, yaxis } = gd._fullLayout, [, , at] = gd.calcdata[0];
    gd.scrollIntoView({ block: "center" });
    const box = gd.getBoundingClientRect();
    return [box.x + xaxis._offset + xaxis.c2p(at.x), box.y + yaxis._offset + yaxis.c2p(at.y)]; }"""
SET = """(el, state) => new Promise(done => {
    el.addEventListener("live-figure:painted", () => done(), { once: true }); el.controls = state; })"""


@pytest.mark.parametrize("name", [name for name in live.names() if live.load(name).figure])
def test_moved_is_drawn_afresh(open_page, tmp_path, name):
    """At random states of every figure of the book, each path, mark, tick and grid line."""
    fig, rng = live.load(name), np.random.default_rng(0)
    (tmp_path / "figure.html").write_text(standalone_html(fig), encoding="utf-8")
    element = ready(open_page((tmp_path / "figure.html").as_uri()), name)
    for _ in range(4):
        element.evaluate(SET, random_state(fig, rng))
        assert element.get_attribute("error") is None
        ours, fresh = element.evaluate(PARTS), element.page.evaluate(AFRESH, afresh(fig, arrays(element)))
        assert ours == fresh


MOVES = [{"gain": 1.7, "rate": -0.4}, {"step": 21}, {"mirror": True}, {"shape": "ramp", "gain": 0.6},
         {"word": "aabbcc", "gain": 0}]
# What plotly.js drew, as shares of its panels: the corners of lines and bars, and the places of marks.
PLOTLYS = r"""async el => {
    const gd = el.querySelector(".live-gd"), out = {};
    await Plotly.restyle(gd, { "line.simplify": false });
    const numbers = d => [...d.matchAll(/([MLHV])([^MLHVZA]*)/g)].reduce((points, [, command, rest]) => {
        const last = points.at(-1) ?? [0, 0], all = rest.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
        if (command === "H") points.push([all[0], last[1]]);
        else if (command === "V") points.push([last[0], all[0]]);
        else for (let k = 0; k < all.length; k += 2) points.push([all[k], all[k + 1]]);
        return points;
    }, []);
    for (const [k, full] of gd._fullData.entries()) {
        const group = [...gd.querySelectorAll(".scatterlayer .trace, .barlayer .trace")]
            .find(g => g.__data__?.[0]?.trace?.uid === full.uid);
        if (!group) continue;
        const axis = letter => gd._fullLayout[full[letter + "axis"].replace(letter, letter + "axis")];
        const part = ([x, y]) => [x / axis("x")._length, y / axis("y")._length];
        const line = [...group.querySelectorAll("path.js-line")].flatMap(p => numbers(p.getAttribute("d"))).map(part);
        if (line.length) out[k + ".line"] = line;
        const bars = [...group.querySelectorAll(".point > path")].flatMap(p => numbers(p.getAttribute("d"))).map(part);
        if (bars.length) out[k + ".bar"] = bars;
        const marks = [...group.querySelectorAll("path.point")]
            .map(p => part(p.getAttribute("transform").match(/-?[\d.]+/g).map(Number)));
        if (marks.length) out[k + ".dots"] = marks;
    }
    return out;
}"""


def corners(d: str) -> np.ndarray:
    """The corners of one of our paths, as shares of its panel."""
    points = []
    for command, rest in re.findall(r"([MLHV])([^MLHVhZ|]*)", d):
        numbers = [float(v) / 10_000 for v in rest.split()]
        last = points[-1] if points else (0.0, 0.0)
        points.append((numbers[0], last[1]) if command == "H" else (last[0], numbers[0]) if command == "V" else numbers)
    return np.array(points)


def zoom(element):
    element.locator('[data-act="zoom"]').click()
    element.locator(".live-plot.zoomed").wait_for()


@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 360, "height": 740}}])
def test_our_drawing_is_plotlys(open_page, options):
    element = ready(open_page("everything.html", **options))
    for change in MOVES:
        move(element, **change)
        ours = element.evaluate(PARTS)
        zoom(element)
        plotlys = element.evaluate(PLOTLYS)
        assert {"0.line", "2.dots", "3.dots", "4.line", "6.bar"} <= set(plotlys)
        for part, theirs in plotlys.items():
            np.testing.assert_allclose(corners(ours[part]), theirs, atol=0.012, err_msg=part)  # plotly rounds to pixels


def test_a_heatmap_has_the_colours_of_its_scale_in_both_themes(open_page):
    fig, element = load_fixture("everything"), ready(open_page("everything.html", color_scheme="light"))
    for theme in ("light", "dark"):
        element.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        move(element, gain=1.5 if theme == "light" else 1.2)
        pixels = np.array(element.evaluate(COLORS)[0]).reshape(6, 40, 4)[..., :3]
        scale = [(at, palette.DARK.get(c, c) if theme == "dark" else c) for at, c in palette.DIVERGING]
        level = (fig.run(gain=1.5 if theme == "light" else 1.2)["map"][::-1] + 2) / 4  # row 0 stands at the bottom
        stops = np.array([[int(c[k:k + 2], 16) for k in (1, 3, 5)] for _, c in scale])
        want = np.stack([np.interp(level, [at for at, _ in scale], stops[:, k]) for k in range(3)], axis=-1)
        np.testing.assert_allclose(pixels, want, atol=1.5)
    element.evaluate("document.documentElement.dataset.theme = 'light'")
    element.page.wait_for_timeout(50)
    assert np.abs(np.array(element.evaluate(COLORS)[0]).reshape(6, 40, 4)[..., :3] - want).max() > 20


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tools_of_zoom_are_seen_in_both_themes(open_page, theme):
    element = ready(open_page("everything.html", color_scheme=theme))
    zoom(element)
    style = "(el, name) => getComputedStyle(el)[name]"
    tools = element.locator(".modebar-group").first
    offered = element.locator(".modebar-btn").evaluate_all("tools => tools.map((tool) => tool.dataset.title)")
    assert offered and not [tool for tool in offered if "Share" in tool]  # with another host
    ground = hexadecimal(tools.evaluate(style, "backgroundColor"))
    for tool in tools.locator("path").all():
        assert contrast(hexadecimal(tool.evaluate(style, "fill")), ground) > 4.5
    element.page.mouse.move(*element.evaluate(A_POINT))
    label = element.locator(".hovertext").first
    name, box = (label.locator(part).evaluate(style, "fill") for part in ("text.name", "rect"))
    assert contrast(hexadecimal(name), hexadecimal(re.sub(r"rgba(.*), [\d.]+\)", r"rgb\1)", box))) > 4.5


def hexadecimal(color: str) -> str:
    """The opaque colour `rgb(1, 2, 3)` as #010203."""
    shares = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", color)
    assert shares, f"{color} lets through what is behind it"
    return "#" + "".join(f"{int(share):02x}" for share in shares.groups())


def test_zoom_shows_the_state_and_makes_way_when_a_control_moves(open_page):
    element = ready(open_page("everything.html"))
    assert element.evaluate("() => window.Plotly") is None  # nobody asked for it yet
    move(element, gain=1.5)
    zoom(element)
    assert element.locator('[data-act="zoom"]').get_attribute("aria-pressed") == "true"
    assert element.evaluate("el => el.querySelector('.live-gd').calcdata[0][16].y") == pytest.approx(1.5 * np.sin(1.6))
    move(element, gain=0.5)
    assert element.locator(".live-gd").count() == 0 and element.locator(".live-chart").is_visible()
    zoom(element)
    element.locator('[data-act="zoom"]').click()
    assert element.locator(".live-gd").count() == 0
    assert element.locator('[data-act="zoom"]').get_attribute("aria-pressed") == "false"
    zoom(element)
    element.evaluate("document.documentElement.dataset.theme = 'dark'")
    element.locator(".live-gd").wait_for(state="detached")  # its colours are those of the old theme


def test_a_move_while_zoom_still_loads_leaves_the_drawing(open_page):
    element = ready(open_page("everything.html"))
    element.evaluate("el => { el.querySelector('[data-act=zoom]').click(); }")
    move(element, gain=1.5)
    assert element.locator('[data-act="zoom"]').get_attribute("aria-pressed") == "false"
    element.page.wait_for_function("() => window.Plotly && self.LiveZoom")
    element.page.wait_for_timeout(500)
    assert element.locator(".live-gd").count() == 0 and element.locator(".live-chart").is_visible()


def test_an_ordinary_plot_zooms_too(open_page):
    tab = open_page("index.html")
    plot = tab.locator("live-plot[ready]")
    zoom(plot)
    assert plot.evaluate("el => el.querySelector('.live-gd').calcdata[1].map(p => p.y)") == [2, 1]


def test_the_cross_hair_tells_the_values_at_the_pointer(open_page):
    element = ready(open_page("everything.html"))
    panel = element.locator('[data-y^="y "] > svg >> nth=0').bounding_box()
    x_of = lambda step: panel["x"] + (step + 0.5) / 40 * panel["width"]  # noqa: E731
    element.page.mouse.move(x_of(20), panel["y"] + 0.5 * panel["height"])
    told = element.locator(".live-tip")
    told.wait_for()
    lines = dict(line.split(": ") for line in told.text_content().split("\n"))
    assert float(lines["step"]) == pytest.approx(20, abs=0.2)  # its axis, titled under the lowest panel
    assert float(lines["wave"]) == pytest.approx(np.sin(2.0), abs=0.03)
    assert "every tenth" in lines and "cursor" not in told.text_content().replace("cursor: ", "cursor")
    element.page.mouse.move(x_of(20), 5)
    told.wait_for(state="detached")


def test_the_cross_hair_tells_the_value_of_a_cell_of_a_map(open_page):
    element = ready(open_page("everything.html"))
    move(element, gain=1.5)
    values = np.reshape(element.evaluate("el => [...el.arrays.map]"), (6, 40))
    box = element.locator("[data-map] canvas").bounding_box()
    tip, (rows, columns) = element.locator(".live-tip"), values.shape
    for row, column in ((0, 0), (2, 7), (5, 39)):  # rows count upwards in the drawing
        element.page.mouse.move(box["x"] + (column + 0.3) / columns * box["width"],
                                box["y"] + box["height"] * (1 - (row + 0.6) / rows))
        tip.get_by_text(f"step: {column}").wait_for()
        lines = dict(line.split(": ") for line in tip.text_content().replace("−", "-").split("\n"))
        assert (lines["step"], lines["row"]) == (str(column), str(row))
        assert float(lines["map"]) == pytest.approx(values[row, column], rel=6e-3, abs=1e-9)


def test_the_cross_hair_walks_over_the_cells_of_a_map_by_keys(open_page):
    element = ready(open_page("everything.html"))
    move(element, gain=1.5)
    element.locator(".live-plot").focus()
    said, press, heard = element.locator(".live-say"), element.page.keyboard.press, []
    for _ in range(8):  # down through every panel, and from the middle of the map through its lower rows
        press("ArrowDown")
        element.page.wait_for_timeout(100)  # in all past the time after which the figure says its own sentence
        heard.append(said.text_content())
    assert [text.split(", ")[1] for text in heard if "map: " in text] == ["row: 2", "row: 1", "row: 0"]
    assert any("wave: " in text for text in heard)
    assert not [text for text in heard if not text.startswith(("step: ", "x: "))], "another voice"


def test_the_cross_hair_walks_by_keys_and_is_heard(open_page):
    element = ready(open_page("everything.html"))
    element.locator(".live-plot").focus()
    element.page.keyboard.press("ArrowRight")
    assert "wave: " in element.locator(".live-tip").text_content()
    assert "wave: " in element.locator(".live-say").text_content()
    element.page.keyboard.press("ArrowDown")
    assert "wave: " not in element.locator(".live-tip").text_content()
    element.page.keyboard.press("Escape")
    assert element.locator(".live-tip").count() == 0


def test_the_drawing_follows_the_room_without_being_drawn_again(open_page):
    element = ready(open_page("everything.html"))
    move(element, gain=1.5)
    before = element.evaluate(PARTS)
    element.page.set_viewport_size({"width": 420, "height": 800})
    assert element.evaluate(PARTS) == before
    assert element.locator(".live-area").bounding_box()["width"] < 380
    assert element.page.evaluate("document.documentElement.scrollWidth") <= 420


@pytest.mark.parametrize("first", ["light", "dark"])
def test_the_theme_changes_colours_and_nothing_else(open_page, first):
    second = {"light": "dark", "dark": "light"}[first]
    blue = {"light": rgb(palette.COLORS[0]), "dark": rgb(palette.DARK[palette.COLORS[0]])}
    element = ready(open_page("everything.html", color_scheme=first))
    stroke = "el => getComputedStyle(el.querySelector('[data-part=\"0.line\"]')).stroke"
    move(element, gain=1.5)
    before = element.evaluate(PARTS)
    assert element.evaluate(stroke) == blue[first]
    element.evaluate(f"document.documentElement.dataset.theme = '{second}'")
    assert element.evaluate(stroke) == blue[second]
    assert element.evaluate(PARTS) == before
    assert element.evaluate("el => el.controls.gain") == 1.5
