"""The playground in a real browser: it trains what NumPy trains, pauses at once, and loses nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from firefox import Firefox, find_firefox
from rnn_book.playground import STYLES, write_files
from rnn_book.playground.page import playground_html
from rnn_book.playground.saved import STEPS, saved
from rnn_book.security import with_policy
from serve import serving

from helpers import playground
from live_figures import assets

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "_build" / ".playground"
USED = [("lstm", "adding", 16), ("rnn", "adding", 16), ("gru", "adding", 16), ("lstm", "text", 16), ("gru", "copy", 16)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATIENCE = 20_000  # ms, on a machine that does other things too
EXACT, NEAR = 1e-9, 1e-5  # of losses in float64 and in float32, over a hundred steps of a stable run


def _document(html: str) -> str:
    """A page as the book makes them, under its policy."""
    links = "".join(f'<link rel="stylesheet" href="_static/live/{name}">' for name in (*STYLES, "playground.css"))
    return with_policy(f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
{links}<script defer src="_static/live/playground.js"></script>
<style>body {{ margin: 0; padding: 0 var(--gutter) }}</style></head><body><h1>A page</h1>{html}</body></html>""")


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """A site of one page, the playground, with the programs of some networks."""
    folder = tmp_path_factory.mktemp("playground")
    live = folder / "_static" / "live"
    needed = {tuple(({**playground.DEFAULTS, **run})[name] for name in ("cell", "task", "hidden"))
              for story in playground.PRESETS.values() for run in story.runs}
    write_files(live, CACHE, sorted({*USED, *needed}))
    for name in STYLES:
        (live / name).write_text(assets.runtime(name), encoding="utf-8")
    (folder / "index.html").write_text(_document(playground_html(saved(CACHE))), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(folder):
    """Where the page is served."""
    with serving(folder) as address:
        yield f"{address}/index.html"


@pytest.fixture(scope="module")
def firefox():
    """A Firefox, where one is installed."""
    if (path := find_firefox()) is None:
        pytest.skip("no Firefox found")
    browser = Firefox(path)
    yield browser
    browser.close()


@pytest.fixture
def desk(open_page, site):
    """`desk(hash="", **context)`: the playground, once it answers."""
    def open_(state: str = "", address: str = site, **options):
        tab = open_page(address + state, **{"viewport": {"width": 1440, "height": 900}} | options)
        tab.locator("live-playground[ready]").wait_for()
        return tab.locator("live-playground")

    return open_


def press(desk, name: str) -> None:
    desk.get_by_role("button", name=name, exact=True).click()


def runs(desk) -> list[dict]:
    """Settings and curves of every run."""
    return desk.evaluate("""el => el.runs.map(run => ({ settings: run.settings, steps: run.steps, stop: run.stop,
        saved: run.saved ?? false, loss: [...run.loss.values], norm: [...run.norm.values] }))""")


def until(desk, condition: str) -> None:
    """Wait until `condition`, JavaScript of the element `el`, holds; asked again and again."""
    met = desk.evaluate(f"""el => new Promise(done => {{
        const end = performance.now() + {PATIENCE}, ask = () => {{
            const met = Boolean({condition});
            if (met || performance.now() > end) done(met); else setTimeout(ask, 20);
        }};
        ask();
    }})""")
    assert met, f"{condition}: {desk.evaluate('el => el.querySelector(`.play-count`).textContent')}"


def trained(desk, steps: int) -> None:
    until(desk, f"el.runs.every(run => !run.saved && (run.steps >= {steps} || run.stop))")


def numpy_losses(settings: dict, steps: int) -> np.ndarray:
    given = {name: int(value) if name == "hidden" else value for name, value in settings.items()}
    return playground.run(steps=steps, **given).loss


# ---------------------------------------------------------------- the first screen
def test_it_opens_with_a_finished_run_that_needs_no_script(open_page, site):
    tab = open_page(site, java_script_enabled=False, viewport={"width": 1440, "height": 900})
    line = tab.locator('[data-plot="loss"] [data-name="A"]').get_attribute("d")
    assert line.count("L") > 100
    assert tab.locator(".play-cells img.live-light").count() >= 7
    assert tab.locator("noscript p").count() or "<noscript>" in tab.content()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1100, 800)])
def test_controls_losses_and_the_look_inside_are_on_one_screen(desk, width, height):
    element = desk(viewport={"width": width, "height": height})
    for selector in (".play-go", '[name="seed"]', '[data-plot="loss"] .live-area', '[data-strip="output"]',
                     '[data-plot="lags"] .live-area', ".play-story-head"):
        box = element.locator(selector).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= height, selector
    assert element.evaluate("document.documentElement.scrollWidth") <= width


# ---------------------------------------------------------------- training
@pytest.mark.parametrize(("state", "bits", "tolerance"), [("", 32, NEAR), ("#playground?bits=64", 64, EXACT)])
def test_it_trains_what_numpy_trains(desk, state, bits, tolerance):
    element = desk(state)
    press(element, "Play")
    trained(element, 100)
    (run,) = runs(element)
    assert element.evaluate("el => el.bits") == bits
    np.testing.assert_allclose(run["loss"][:100], numpy_losses(run["settings"], 100), rtol=tolerance)


def test_pausing_is_immediate(desk):
    element = desk()
    press(element, "Play")
    trained(element, 3)
    press(element, "Pause")
    element.page.wait_for_timeout(60)  # a slice, and the message on its way
    steps = runs(element)[0]["steps"]
    element.page.wait_for_timeout(300)
    assert runs(element)[0]["steps"] == steps
    assert element.get_by_role("button", name="Play", exact=True).is_visible()


def test_one_step_and_reset(desk):
    element = desk()
    press(element, "One step")
    until(element, "!el.playing && el.runs[0].steps === 1")
    press(element, "One step")
    until(element, "!el.playing && el.runs[0].steps === 2")
    press(element, "Reset")
    until(element, "el.runs[0].steps === 0 && el.runs[0].look")
    assert "Not trained yet" in element.locator(".play-count").inner_text()


def test_a_slow_run_takes_its_time(desk):
    element = desk()
    element.get_by_label("Speed").select_option("10")
    press(element, "Play")
    element.page.wait_for_timeout(1500)
    assert 5 <= runs(element)[0]["steps"] <= 25


def test_the_page_keeps_its_frames_while_it_trains(desk):
    element = desk()
    press(element, "Play")
    trained(element, 5)
    times = element.evaluate("""el => new Promise(done => {
        const times = [], draw = el.draw;
        el.draw = () => { const start = performance.now(); draw.call(el); times.push(performance.now() - start); };
        setTimeout(() => done(times), 2000);
    })""")
    assert len(times) > 5 and np.median(times) < 10  # of the 20 ms that a frame has; `make bench` counts frames


def test_another_choice_begins_the_run_anew_and_leaves_the_old_curve(desk):
    element = desk()
    press(element, "Play")
    trained(element, 10)
    press(element, "Pause")
    element.get_by_role("combobox", name="Cell", exact=True).select_option("rnn")
    until(element, "el.runs[0].steps === 0 && el.runs[0].before")
    assert element.locator('[data-plot="loss"] path[opacity="0.35"]').first.get_attribute("d")
    press(element, "Play")
    trained(element, 5)
    (run,) = runs(element)
    np.testing.assert_allclose(run["loss"][:5], numpy_losses(run["settings"], 5), rtol=NEAR)


def test_a_text_of_the_readers_own(desk):
    element = desk()
    element.get_by_label("Task").select_option("text")
    box = element.get_by_label("Text to learn")
    box.fill("aaaa")
    assert "two different signs" in element.locator(".live-longtext .live-hint").inner_text()
    box.fill("Ab, ab, ÄB! 你好 ab ab")
    press(element, "Play")
    trained(element, 5)
    (run,) = runs(element)
    np.testing.assert_allclose(run["loss"][:5], numpy_losses(run["settings"], 5), rtol=NEAR)
    assert element.locator('[data-plot="loss"] .play-level').count() == 2
    read = "".join(element.locator('[data-strip="x"] p span').all_inner_texts()).replace("␣", " ")
    assert read in 3 * "ab, ab, Äb! 你好 ab ab"


def test_a_task_that_needs_more_steps_gets_them(desk):
    element = desk()
    element.evaluate("el => { el.controls = { length: 5, cell: 'gru' } }")
    element.get_by_label("Task").select_option("copy")
    assert element.evaluate("el => el.controls.length") == playground.TASKS["copy"].shortest


# ---------------------------------------------------------------- several runs
def test_runs_side_by_side(desk):
    element = desk()
    press(element, "Add a run")
    element.get_by_role("combobox", name="Cell", exact=True).select_option("rnn")
    tabs = [" ".join(tab.split()) for tab in element.locator(".play-tab").all_inner_texts()]
    assert tabs == ["A LSTM", "B RNN (tanh)"]
    press(element, "Play")
    trained(element, 20)
    press(element, "Pause")
    first, second = runs(element)
    assert abs(first["steps"] - second["steps"]) <= 1
    assert first["loss"][0] != second["loss"][0]
    looks = element.evaluate("""el => [...el.querySelectorAll('[data-plot="loss"] [data-name]')].slice(0, 2).map(line =>
        [line.getAttribute("d").length > 20, getComputedStyle(line).stroke, line.getAttribute("stroke-dasharray")])""")
    (drawn, color, dash), (also, other, dots) = looks
    assert drawn and also and color != other and dash != dots
    assert sorted(element.locator('[data-plot="loss"] .play-end').all_inner_texts()) == tabs
    press(element, "Remove this run")
    assert len(runs(element)) == 1


@pytest.mark.parametrize("width", [390, 1100, 1440])
@pytest.mark.parametrize(("state", "steps"), [
    ("?cell=rnn&optimiser=sgd&rate=10&clip=off", 3), ("?runs=2&b.cell=gru", 150),
    ("?runs=2&b.cell=gru&b.optimiser=momentum&b.rate=0.0123", 150)])
def test_names_of_lines_are_whole_or_only_a_letter(desk, state, steps, width):
    """Also beside a line that ends soon after it began, and where a long name has no room."""
    element = desk(f"#playground{state}", viewport={"width": width, "height": 900})
    press(element, "Play")
    trained(element, steps)
    element.evaluate("el => el.pause()")
    seen = element.evaluate("""el => [...el.querySelectorAll('[data-plot="loss"] .play-end')].map(tag => {
        const box = one => one.getBoundingClientRect(), bottom = box(tag).bottom - 2;
        return [...tag.children].filter(word => box(word).top < bottom).map(word => [word.textContent,
            word.scrollWidth <= word.clientWidth && box(word).left >= 0 && box(word).right <= innerWidth]);
    })""")
    assert all(words and all(whole for _, whole in words) for words in seen), seen
    assert sorted(words[0][0] for words in seen) == (["A", "B"] if "runs" in state else ["RNN (tanh)"])


def test_four_runs_are_enough(desk):
    element = desk()
    for _ in range(3):
        press(element, "Add a run")
    assert element.get_by_role("button", name="Add a run").is_disabled()


# ---------------------------------------------------------------- stories
@pytest.mark.parametrize("k", range(len(playground.PRESETS)))
def test_a_story_asks_runs_and_explains(desk, k):
    story = list(playground.PRESETS.values())[k]
    element = desk()
    element.locator('[name="story"]').select_option(str(k))
    card = element.locator(".play-stories li.at")
    assert card.locator(".play-ask").inner_text() == story.question
    card.locator(f'[data-guess="{story.right}"]').click()
    given = runs(element)
    assert len(given) == len(story.runs)
    for run, wanted in zip(given, story.runs, strict=True):
        asked = {name: str(value) if name == "hidden" else value for name, value in wanted.items()}
        assert {name: run["settings"][name] for name in wanted} == asked
    assert element.evaluate("el => el.playing")
    element.evaluate("el => { el.stories.stories[el.stories.at].steps = 6; el.until = 6; el.play(6) }")  # no more here
    card.locator(".play-why").wait_for()
    assert card.locator(".play-why").inner_text().startswith("✓ As you said.")


def test_a_story_can_be_skipped_and_left(desk):
    element = desk()
    titles = [story.title for story in playground.PRESETS.values()]
    press(element, "Next story")
    assert element.locator('[name="story"] option:checked').inner_text() == titles[1]
    element.locator(".play-stories li.at").get_by_role("button", name="Not sure, show me").click()
    element.get_by_label("Seed").press("ArrowRight")  # nothing is held back meanwhile
    press(element, "Next story")
    assert element.locator(".play-stories li.at .play-ask").is_visible()


# ---------------------------------------------------------------- the address, and what is taken away
def test_a_link_restores_runs_and_how_far_they_are(desk):
    element = desk()
    element.evaluate("el => { el.controls = { length: 12, rate: 0.02 } }")
    press(element, "Add a run")
    element.get_by_role("combobox", name="Cell", exact=True).select_option("rnn")
    press(element, "Play")
    trained(element, 15)
    press(element, "Pause")
    element.page.wait_for_timeout(400)
    before, state = runs(element), element.evaluate("location.hash")
    assert re.fullmatch(r"#playground\?.*length=12.*b\.cell=rnn.*", state)
    again = desk(state)
    until(again, f"!el.playing && el.steps === {max(run['steps'] for run in before)}")
    for one, other in zip(before, runs(again), strict=True):
        assert one["settings"] == other["settings"]
        np.testing.assert_array_equal(one["loss"], other["loss"][: len(one["loss"])])


def test_a_link_that_asks_for_the_impossible_says_so(desk):
    element = desk("#playground?length=1000&cell=gpt&nothing=1&rate=0.1")
    note = element.locator(".live-note").inner_text()
    assert "Length takes 5 to 100" in note and "Cell takes one of" in note and "nothing" in note
    assert element.evaluate("el => el.controls.rate") == 0.1


def saved_file(element, name: str) -> bytes:
    element.locator(".play-save summary").click()
    with element.page.expect_download() as download:
        press(element, name)
    return Path(download.value.path()).read_bytes()


def test_the_numbers_as_json(desk):
    element = desk()
    got = json.loads(saved_file(element, "Numbers (JSON)"))
    (run,) = got["runs"]
    assert run["settings"]["hidden"] == playground.DEFAULTS["hidden"] and len(run["loss"]) == run["steps"] == STEPS
    np.testing.assert_allclose(run["loss"], playground.run(steps=STEPS).loss, rtol=1e-3)
    assert "from helpers.playground import run" in got["python"]


def test_the_picture(desk):
    element = desk()
    svg = saved_file(element, "Picture (SVG)").decode()
    assert svg.startswith("<svg") and "LSTM" in svg and "var(" not in svg
    assert saved_file(desk(), "Picture (PNG)").startswith(b"\x89PNG")


def test_the_python_cell_gives_the_same_losses(desk):
    element = desk("#playground?length=10&bits=64")
    press(element, "Add a run")
    element.get_by_label("Optimiser").select_option("sgd")
    press(element, "Play")
    trained(element, 20)
    press(element, "Pause")
    element.locator(".play-save summary").click()
    press(element, "Python cell")
    code = element.locator("dialog pre").inner_text()
    press(element, "Close")
    found = []
    here = {"print": lambda *told: None}
    for part in code.split("\n\n", 1)[1].split("\n\n"):
        exec(code.split("\n\n", 1)[0] + "\n" + part, here)
        found.append(here["history"].loss)
    for run, losses in zip(runs(element), found, strict=True):
        np.testing.assert_allclose(run["loss"][:20], losses[:20], rtol=1e-4)


# ---------------------------------------------------------------- what goes wrong
DIVERGES = "#playground?optimiser=sgd&rate=10&clip=off&cell=rnn&start=identity&length=50"


def test_a_run_that_diverges_stops_and_says_what_to_try(desk):
    element = desk(DIVERGES)
    press(element, "Play")
    until(element, "el.runs[0].stop && !el.playing")
    note = element.locator(".live-note")
    assert "diverged" in note.inner_text() and "step" in note.inner_text()
    (run,) = runs(element)
    assert len(run["loss"]) == run["steps"] > 0
    assert element.evaluate("el => el.plots.arrays.loss_range[1]") > 1  # the axis has grown with the loss
    note.get_by_role("button", name="Clip the gradient").click()
    trained(element, 10)
    assert runs(element)[0]["settings"]["clip"] == "norm" and not runs(element)[0]["stop"]
    assert not note.is_visible()


def test_a_program_that_is_missing_is_named(open_page, site):
    tab = open_page(site, expect=("404", "playground:", "importScripts"))
    element = tab.locator("live-playground[ready]")
    element.wait_for()
    element.evaluate("el => { el.controls = { hidden: '32', cell: 'gru', task: 'sine' } }")
    tab.locator("live-playground[error]").wait_for()
    assert "gru-sine-32" in element.locator(".live-note").inner_text()


# ---------------------------------------------------------------- keys, phones, a disk
def test_keys_alone(desk):
    element = desk()
    element.get_by_role("button", name="Play", exact=True).focus()
    element.page.keyboard.press("Enter")
    trained(element, 3)
    element.page.keyboard.press("Enter")
    assert not element.evaluate("el => el.playing")
    element.page.keyboard.press("Tab")
    element.page.keyboard.press("Enter")  # one step
    until(element, "!el.playing")
    guess = element.locator(".play-stories li.at [data-guess]").first
    guess.focus()
    element.page.keyboard.press("Enter")
    until(element, "el.playing")
    assert element.evaluate("el => document.activeElement.matches('.play-wait')")  # not lost with the button


def test_on_a_phone_the_losses_stay_in_sight(desk):
    element = desk(**PHONE)
    assert element.evaluate("document.documentElement.scrollWidth") <= 390
    element.locator('[name="seed"]').scroll_into_view_if_needed()
    element.page.mouse.wheel(0, 300)
    element.page.wait_for_timeout(200)
    plot, play = (element.locator(part).bounding_box() for part in ('[data-plot="loss"]', ".play-go"))
    assert plot["y"] >= 0 and plot["y"] + plot["height"] < 422
    assert 700 < play["y"] < 844
    element.locator(".play-go").tap()
    trained(element, 3)


def test_from_a_disk_it_trains_in_the_page_and_says_so(desk, folder):
    element = desk(address=(folder / "index.html").as_uri())
    assert "opened from a disk" in element.locator(".live-note").inner_text()
    press(element, "Play")
    trained(element, 10)
    press(element, "Pause")
    np.testing.assert_allclose(runs(element)[0]["loss"][:10], numpy_losses(playground.DEFAULTS, 10), rtol=1e-5)


def test_a_browser_without_the_newest_instructions_loads_programs_that_do_without(desk, folder):
    """From a disk, where the trainer can be told that multiplying and adding at once is unknown."""
    element = desk(address=(folder / "index.html").as_uri())
    element.page.add_init_script("""const { validate } = WebAssembly;
        WebAssembly.validate = bytes => !bytes.join().includes("253,133,2") && validate(bytes);""")
    element.page.reload()
    element.page.locator("live-playground[ready]").wait_for()
    element.get_by_role("combobox", name="Cell", exact=True).select_option("gru")
    press(element, "Play")
    trained(element, 100)
    loaded = element.page.locator("script").evaluate_all("all => all.map(one => one.src.split('/').pop())")
    assert "gru-adding-16.js" in loaded and not any(name.endswith((".fused.js", ".twin.js")) for name in loaded)
    (run,) = runs(element)
    np.testing.assert_allclose(run["loss"][:100], numpy_losses(run["settings"], 100), rtol=NEAR)


def test_in_firefox(site, firefox):
    """It trains, in WebAssembly, and stops when it is told to."""
    firefox.open(site, 1440, 900)
    losses = firefox.run("""async () => {
        await customElements.whenDefined("live-playground");
        const desk = document.querySelector("live-playground"), wait = () => new Promise(done => setTimeout(done, 50));
        desk.querySelector("[data-act=play]").click();
        while (desk.runs[0].saved || desk.runs[0].steps < 100) await wait();
        desk.querySelector("[data-act=play]").click();
        const [{ loss }] = desk.runs;
        for (let k = 0; k < 4; k++) await wait();
        const steps = loss.length;
        for (let k = 0; k < 4; k++) await wait();
        return [desk.bits, loss.length - steps, ...loss.values.slice(0, 100)];
    }""")
    assert losses[:2] == [32, 0]
    np.testing.assert_allclose(losses[2:], playground.run(steps=100).loss, rtol=NEAR)
    assert firefox.problems(site.removesuffix("/index.html")) == []


def test_every_control_has_a_name_and_nothing_fails_axe(desk):
    element = desk()
    element.page.evaluate(f"() => {{ {(ROOT / 'node_modules/axe-core/axe.min.js').read_text('utf-8')} }}")
    found = element.page.evaluate("""async () => (await axe.run("live-playground")).violations
        .map(v => `${v.id}: ${v.nodes.map(n => n.target).join(" ")}`)""")
    assert not found, found
