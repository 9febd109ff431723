"""A live figure in the browser: it answers, it computes what Python computes, and it says what goes wrong."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from live_pages import arrays, load_fixture, move, ready
from playwright.sync_api import Error

pytestmark = pytest.mark.browser


def assert_same(got, expected):
    for name, value in expected.items():
        np.testing.assert_allclose(got[name], np.ravel(value), rtol=1e-12, atol=1e-14, err_msg=name)


MOVES = [{"gain": 1.9}, {"rate": -0.5}, {"step": 12}, {"shape": "ramp"}, {"mirror": True}, {"word": "cab"}]


def test_every_control_computes_what_python_computes(open_page):
    fig, element = load_fixture("everything"), ready(open_page("everything.html"))
    assert_same(arrays(element), fig.arrays())
    for change in MOVES:
        move(element, **change)
        given = element.evaluate("el => el.controls")
        assert_same(arrays(element), fig.run(**given))
    assert given == {"gain": 1.9, "rate": 0.32, "step": 12, "shape": "ramp", "mirror": True, "word": "cab"}


class Slow(SimpleHTTPRequestHandler):
    """Sends a page in two parts, the second when it is told to."""

    goes_on = Event()

    def do_GET(self):
        if not self.path.endswith("index.html"):
            super().do_GET()
            return
        page = (Path(self.directory) / "index.html").read_bytes()
        cut = page.index(b"</live-figure>") + 2000  # in the midst of the next figure
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page[:cut])
        self.goes_on.wait(60)
        self.wfile.write(page[cut:])

    def log_message(self, *args):
        """Stay silent."""


def test_the_first_figure_lives_while_the_rest_of_the_page_is_on_its_way(chromium, site_folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Slow, directory=str(site_folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    tab = chromium.new_page()
    tab.goto(f"http://127.0.0.1:{server.server_port}/index.html", wait_until="commit")
    element = ready(tab)
    move(element, gain=2.0)
    assert tab.evaluate("document.readyState") == "loading"
    assert_same(arrays(element), load_fixture("everything").run(gain=2.0))
    Slow.goes_on.set()
    tab.locator("live-figure[name=walker]").scroll_into_view_if_needed()
    assert arrays(ready(tab, "walker"))["count"] == 1
    tab.close()
    server.shutdown()
    server.server_close()


def test_words_and_diagram_follow(open_page):
    element = ready(open_page("everything.html"))
    readout = element.locator(".live-readout")
    assert readout.inner_text() == "At step 7 the A wave is at 0.64; at step 30 it is at 0.141."
    move(element, gain=2, step=16)
    assert readout.inner_text() == "At step 16 the A wave is at 2.00; at step 30 it is at 0.282."
    assert element.locator('[data-live="text=here:.2f"]').text_content() == "2.00"
    assert element.locator('[data-live="show=high"]').get_attribute("visibility") == "visible"
    thickness = float(element.locator(".live-drawing line").get_attribute("stroke-width"))
    assert thickness == pytest.approx(6 + 6 * 2 * np.sin(1.6), abs=1e-4)


def test_a_figure_with_memory_steps_restarts_and_keeps_its_state(open_page):
    fig, element = load_fixture("walker"), ready(open_page("walker.html"), "walker")
    state, expected = fig.run()
    assert_same(arrays(element), expected)
    element.evaluate("el => { el.controls = {lean: 0.5} }")
    for _ in range(70):  # once round the table of noise and further
        element.evaluate("el => new Promise(done => { el.addEventListener('live-figure:painted', done, {once: true});"
                         " el.querySelector('[data-act=step]').click() })")
        state, expected = fig.run(state, lean=0.5)
    assert_same(arrays(element), expected)
    element.locator("[data-act=restart]").click()
    element.page.wait_for_function("document.querySelector('live-figure').arrays.count[0] === 1")
    assert_same(arrays(element), fig.run(lean=0.5)[1])


def test_play_takes_every_step_and_stops(open_page):
    fig, element = load_fixture("walker"), ready(open_page("walker.html"), "walker")
    play = element.locator("[data-act=play]")
    play.click()
    assert play.get_attribute("aria-pressed") == "true"
    element.page.wait_for_function("document.querySelector('live-figure').arrays.count[0] > 20")
    play.click()
    assert play.get_attribute("aria-pressed") == "false"
    element.page.wait_for_timeout(200)
    got, state = arrays(element), None
    for _ in range(int(got["count"][0])):
        state, expected = fig.run(state)
    assert_same(got, expected)
    element.page.wait_for_timeout(200)
    assert arrays(element)["count"] == got["count"]


def test_a_control_of_a_figure_with_memory_counts_from_the_next_step_on(open_page):
    fig, element = load_fixture("walker"), ready(open_page("walker.html"), "walker")
    before = arrays(element)
    element.evaluate("el => { el.controls = { lean: 1 } }")
    element.page.wait_for_timeout(250)
    assert_same(arrays(element), before)
    state, _ = fig.run()
    element.locator("[data-act=step]").click()
    element.page.wait_for_function("document.querySelector('live-figure').arrays.count[0] === 2")
    assert_same(arrays(element), fig.run(state, lean=1.0)[1])


def test_a_slider_that_plays_walks_to_its_end(open_page):
    element = ready(open_page("everything.html"))
    move(element, step=35)
    element.locator("[data-play=step]").click()
    element.page.wait_for_function("document.querySelector('live-figure').controls.step === 39")
    element.page.wait_for_function("document.querySelector('[data-play]').getAttribute('aria-pressed') === 'false'")


def test_where_motion_is_unwelcome_play_is_one_step(open_page):
    element = ready(open_page("everything.html", reduced_motion="reduce"))
    element.locator("[data-play=step]").click()
    element.page.wait_for_timeout(400)
    assert element.evaluate("el => el.controls.step") == 8


def test_keys_move_a_logarithmic_slider_by_its_last_digit(open_page):
    element = ready(open_page("everything.html"))
    slider = element.locator('input[name="rate"]')
    slider.focus()
    seen = [0.1]
    for _ in range(6):
        slider.press("ArrowRight")
        seen.append(element.evaluate("el => el.controls.rate"))
    assert all(b > a for a, b in zip(seen, seen[1:], strict=False)), seen
    assert slider.get_attribute("aria-valuetext") == f"{seen[-1]:.3g} per step"
    slider.press("End")
    assert element.evaluate("el => el.controls.rate") == 1.0
    slider.press("Home")
    assert element.evaluate("el => el.controls.rate") == 0.01


def test_what_stands_below_the_sentence_stays_where_it_is_when_it_gets_shorter(open_page):
    element = ready(open_page("everything.html"))
    heights = []
    for gain, more in ((1.2, " and so on" * 30), (1.3, "")):
        element.evaluate("(el, more) => { el.spec.readout = '{here:.2f}' + more; }", more)
        move(element, gain=gain)
        element.page.wait_for_timeout(400)  # it is at rest
        heights.append(element.locator(".live-readout").evaluate("el => el.offsetHeight"))
    assert heights[0] == heights[1] > 40


@pytest.mark.parametrize("text, message", [
    ("", "Word needs at least this many characters: 1. The last text is still drawn."),
    ("abx", "Word does not know the character “x”. It knows a, b, c, ␣."),
])  # fmt: skip
def test_text_that_the_figure_does_not_know_is_said_and_not_computed(open_page, text, message):
    element = ready(open_page("everything.html"))
    element.locator('input[name="word"]').fill(text)
    assert element.locator(".live-hint").inner_text() == message
    assert element.get_by_role("textbox", name="Word", exact=True).get_attribute("aria-invalid") == "true"
    assert element.evaluate("el => el.controls.word") == "abba"
    element.locator('input[name="word"]').fill("a")
    assert element.locator(".live-hint").inner_text() == ""


BAD = [{"gain": 3}, {"step": 1.5}, {"shape": "square"}, {"mirror": 1}, {"word": ""}, {"nothing": 1}]


@pytest.mark.parametrize("bad", BAD)
def test_controls_refuse_what_python_refuses(open_page, bad):
    element = ready(open_page("everything.html"))
    with pytest.raises((ValueError, TypeError)):
        load_fixture("everything").values(**bad)
    with pytest.raises(Error, match="RangeError"):
        element.evaluate("(el, bad) => { el.controls = bad }", bad)
    assert element.evaluate("el => el.controls") == load_fixture("everything").values()


def test_a_figure_without_its_program_says_so_and_the_rest_works(open_page):
    tab = open_page("lost.html", expect=("lost", "404"))
    tab.wait_for_selector('live-figure[name="lost"][error]')
    lost = tab.locator('live-figure[name="lost"]')
    assert "figures/lost.js could not be loaded" in lost.get_attribute("error")
    assert "figures/lost.js could not be loaded" in lost.locator(".live-note").inner_text()
    assert lost.locator(".live-chart").is_visible()
    tab.evaluate("document.querySelector('live-figure[name=everything]').load()")
    move(ready(tab), gain=0.5)


def test_an_error_while_computing_is_said_and_passes(open_page):
    element = ready(open_page("everything.html", expect=("broken on purpose",)))
    element.evaluate("""el => {
        const [key, run] = Object.entries(el.program.runs)[0];
        el.program.runs[key] = (inputs) => {
            if (inputs.gain === 0) throw new Error("broken on purpose");
            return run(inputs);
        };
    }""")
    move(element, gain=0)
    assert "broken on purpose" in element.get_attribute("error")
    assert "broken on purpose" in element.locator(".live-note").inner_text()
    move(element, gain=0.5)
    assert element.get_attribute("error") is None
    assert element.locator(".live-note").count() == 0


def test_it_works_from_disk(open_page, site_folder):
    element = ready(open_page((site_folder / "everything.html").as_uri()))
    move(element, gain=0.25)
    assert_same(arrays(element), load_fixture("everything").run(gain=0.25))


def test_the_runtime_joined_without_a_bundler_does_the_same(open_page):
    fig, element = load_fixture("everything"), ready(open_page("joined.html"))
    move(element, gain=1.5, word="cab")
    assert_same(arrays(element), fig.run(gain=1.5, word="cab"))


def test_nothing_heavy_loads_before_a_figure_is_near(open_page, address):
    tab = open_page("far.html")
    tab.wait_for_function("!!customElements.get('live-figure')")
    tab.wait_for_timeout(300)
    names = "performance.getEntriesByType('resource').map(e => e.name.split('/').pop())"
    parts = ("figure", "text", "tries")
    files = {f"live-{part}.{kind}" for part in parts for kind in ("css", "js")} | {"live-shape.css"}
    assert set(tab.evaluate(names)) == files
    tab.evaluate("scrollTo(0, 1400)")
    ready(tab)
    loaded = set(tab.evaluate(names))
    assert "everything.js" in loaded and "plotly.min.js" not in loaded


def test_scripts_off_leave_picture_words_and_caption(open_page):
    tab = open_page("everything.html", java_script_enabled=False)
    figure = tab.locator("live-figure")
    assert figure.locator(".live-chart").is_visible()
    assert "shows its default state" in figure.locator("noscript").inner_text()
    assert "The dotted line" in figure.locator("figcaption").inner_text()
    assert not figure.locator("[data-act=reset]").is_visible()


def test_becoming_live_moves_nothing(open_page):
    tab = open_page("everything.html")
    ready(tab)
    shift = """() => new Promise(done => { let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { sum += e.value }))
            .observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 300) })"""
    assert tab.evaluate(shift) == 0
