"""A live figure as an anywidget in a real browser: drawn by the page's own runtime, tied to Python both ways."""

import dataclasses

import numpy as np
import pytest
from live_pages import arrays, load_fixture, move
from playwright.sync_api import expect
from widget_host import HOST, Kernel

from helpers import live
from tests.audit.axe import findings

NOTEBOOK = "notebook.html"
SETTLED = 250  # ms: a move is sent to the kernel within 60, a figure with memory rests after 150


@pytest.fixture
def notebook(open_page, site_folder):
    """`notebook(**options)` opens a page that hosts anywidgets."""
    (site_folder / NOTEBOOK).write_text(HOST, encoding="utf-8")
    return lambda **options: open_page(NOTEBOOK, **options)


def agree(figure, widget) -> None:
    """The page's arrays are those of NumPy, to the rounding of a few operations."""
    seen, wanted = arrays(figure), widget.arrays
    assert set(seen) == set(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(seen[name], np.ravel(value), rtol=1e-12, atol=1e-12, err_msg=name)


def tell(kernel: Kernel, **controls) -> None:
    """Set controls in Python, and give the page the time to follow."""
    kernel.widget.controls = controls
    kernel.flush()
    kernel.tab.wait_for_timeout(SETTLED)


def moved(kernel: Kernel, figure, **controls) -> None:
    """Move controls as a reader does, and give the kernel the time to hear of it."""
    move(figure, **controls)
    kernel.tab.wait_for_timeout(SETTLED)


@pytest.mark.parametrize("name", live.names())
def test_every_figure_is_drawn_with_the_numbers_of_numpy(notebook, name):
    """Tapes, pads, texts, maps, linked texts, guides and explanations are all among them."""
    kernel = Kernel(notebook(), live.load(name))
    figure = kernel.view()
    agree(figure, kernel.widget)
    expect(figure.locator(".live-note")).to_have_count(0)


def test_what_the_reader_moves_reaches_python_and_what_python_sets_moves_the_page(notebook):
    kernel = Kernel(notebook(), live.load("lstm_gates"), forget_bias=2)
    figure, heard = kernel.view(), []
    kernel.widget.observe(lambda change: heard.append(change["new"]["forget_bias"]), names="controls")
    bias = figure.locator('.live-slider:has([name="forget_bias"]) output')
    expect(bias).to_have_text("2.0")
    moved(kernel, figure, forget_bias=4)
    assert heard == [4.0] and kernel.widget.controls["forget_bias"] == 4.0
    agree(figure, kernel.widget)
    tell(kernel, forget_bias=3, step=20)
    expect(bias).to_have_text("3.0")
    agree(figure, kernel.widget)
    with pytest.raises(ValueError, match="from -2 to 8, got 99"):
        tell(kernel, forget_bias=99)
    expect(bias).to_have_text("3.0")


def test_all_views_of_a_widget_move_together(notebook):
    kernel = Kernel(notebook(), load_fixture("everything"))
    views = [kernel.view(), kernel.view()]
    moved(kernel, views[0], gain=1.5)
    tell(kernel, mirror=True)
    for view in views:
        assert view.evaluate("el => [el.controls.gain, el.controls.mirror]") == [1.5, True]
        agree(view, kernel.widget)
    kernel.tab.evaluate("Object.values(window.views)[0].remove()")
    moved(kernel, views[1], gain=1)
    assert kernel.widget.controls["gain"] == 1


def test_what_a_reader_moves_while_python_sets_something_else_stays(notebook):
    kernel = Kernel(notebook(), load_fixture("everything"))
    figure = kernel.view()
    kernel.widget.controls = {"mirror": True}
    move(figure, gain=1.5)  # not sent yet
    kernel.flush()
    kernel.tab.wait_for_timeout(SETTLED)
    assert figure.evaluate("el => [el.controls.gain, el.controls.mirror]") == [1.5, True]
    assert kernel.widget.controls["gain"] == 1.5 and kernel.widget.controls["mirror"]


def test_a_figure_shown_again_under_its_name_computes_its_new_program(notebook):
    """Another `compute` in a cell that is run again: each view shows the numbers of its own program."""
    figure = load_fixture("everything")
    halved = lambda consts, gain, **others: figure.compute(consts, gain=gain * 0.5, **others)  # noqa: E731
    changed = dataclasses.replace(figure, compute=halved)
    tab = notebook()
    kernels = [Kernel(tab, figure), Kernel(tab, changed)]
    views = [kernel.view() for kernel in kernels]
    for kernel, view in zip(kernels, views, strict=True):
        moved(kernel, view, gain=1.5)
        agree(view, kernel.widget)
    assert not np.array_equal(kernels[0].widget.arrays["wave"], kernels[1].widget.arrays["wave"])


def test_a_figure_with_memory_steps_and_its_arrays_are_those_at_which_the_page_rests(notebook):
    kernel = Kernel(notebook(), load_fixture("walker"))
    figure = kernel.view()
    kernel.tab.wait_for_timeout(SETTLED)
    figure.get_by_role("button", name="Step").click()
    kernel.tab.wait_for_timeout(2 * SETTLED)
    assert kernel.widget.arrays["count"] == 2
    kernel.widget.step(5)
    kernel.flush()
    kernel.tab.wait_for_timeout(2 * SETTLED)
    assert kernel.widget.arrays["count"] == 7
    agree(figure, kernel.widget)
    figure.locator('[name="lean"]').press("ArrowRight")
    kernel.tab.wait_for_timeout(SETTLED)
    assert kernel.widget.controls["lean"] == 0.1
    kernel.widget.restart()
    kernel.flush()
    kernel.tab.wait_for_timeout(2 * SETTLED)
    assert kernel.widget.arrays["count"] == 1


def test_a_cell_out_of_sight_is_drawn_when_it_comes_back_and_knows_what_was_set_meanwhile(notebook):
    kernel = Kernel(notebook(), load_fixture("everything"))
    figure = kernel.view(ready=False, detached=True)
    tell(kernel, gain=1.5)
    kernel.tab.evaluate("Object.values(window.views)[0].attach()")
    kernel.tab.wait_for_selector("live-figure[ready]")
    assert figure.evaluate("el => el.controls.gain") == 1.5
    for change in ("detach", "attach"):
        kernel.tab.evaluate(f"Object.values(window.views)[0].{change}()")
    moved(kernel, figure, gain=1)
    agree(figure, kernel.widget)


@pytest.mark.parametrize("shadow", [False, True])
def test_it_takes_the_theme_of_what_is_around_it(notebook, shadow):
    kernel = Kernel(notebook(), load_fixture("sketch"))
    figure = kernel.view(shadow=shadow)
    look = "el => [getComputedStyle(el).color, getComputedStyle(el.parentElement).backgroundColor]"
    assert figure.evaluate(look) == ["rgb(21, 23, 28)", "rgb(255, 255, 255)"]
    kernel.tab.evaluate("document.body.className = 'dark'")
    kernel.tab.wait_for_timeout(50)
    assert figure.evaluate(look) == ["rgb(236, 238, 242)", "rgb(18, 21, 27)"]
    kernel.tab.evaluate("document.body.dataset.jpThemeLight = 'true'")  # as JupyterLab says it
    kernel.tab.wait_for_timeout(50)
    assert figure.evaluate(look) == ["rgb(21, 23, 28)", "rgb(255, 255, 255)"]


def test_it_is_as_large_as_on_a_page_whatever_the_notebook_calls_a_root_size(notebook):
    kernel = Kernel(notebook(), load_fixture("everything"))
    assert kernel.view().evaluate("el => getComputedStyle(el).fontSize") == "15px"


def test_keys_move_the_figure_and_not_the_notebook_save_those_that_save_and_run(notebook):
    kernel = Kernel(notebook(), load_fixture("everything"))
    figure = kernel.view()
    kernel.tab.evaluate("window.heard = []; document.addEventListener('keydown', ({ key }) => window.heard.push(key))")
    figure.locator('[name="gain"]').focus()
    before = kernel.widget.controls["gain"]
    for key in ("ArrowRight", "a", "Control+s", "Shift+Enter"):
        kernel.tab.keyboard.press(key)
    kernel.tab.wait_for_timeout(SETTLED)
    assert kernel.widget.controls["gain"] > before
    heard = [key for key in kernel.tab.evaluate("window.heard") if key not in ("Control", "Shift")]
    assert heard == ["s", "Enter"]
    assert figure.locator('[name="gain"]').get_attribute("data-lm-suppress-shortcuts") is not None


def test_the_picture_before_it_is_hidden_while_it_lives(notebook):
    kernel = Kernel(notebook(), load_fixture("everything"))
    still = f'<div class="output"><div data-live-still="{kernel.widget.token}">A picture.</div></div>'
    kernel.view(before=f'<p class="mine">Printed before.</p>{still}')
    expect(kernel.tab.locator(".output")).to_be_hidden()
    expect(kernel.tab.locator(".mine")).to_be_visible()
    kernel.tab.evaluate("Object.values(window.views)[0].remove()")
    expect(kernel.tab.locator(".output")).to_be_visible()


def test_zoom_comes_from_the_kernel_when_asked_for_and_leaves_the_page_as_it_was(notebook):
    kernel = Kernel(notebook(), load_fixture("everything"))
    figure = kernel.view()
    kernel.tab.evaluate("window.Plotly = 'of the notebook'; window.define = Object.assign(() => {}, { amd: {} })")
    assert not figure.locator(".live-gd").count()
    figure.get_by_role("button", name="Zoom").click()
    expect(figure.locator(".live-gd .main-svg").first).to_be_visible(timeout=20_000)
    assert kernel.tab.evaluate("window.Plotly") == "of the notebook"
    moved(kernel, figure, gain=1.5)
    expect(figure.locator(".live-gd")).to_have_count(0)


def test_a_kernel_that_does_not_send_the_zoom_is_named(notebook):
    tab = notebook()
    kernel = Kernel(tab, load_fixture("everything"))
    tab.evaluate("for (const model of Object.values(window.models)) model.send = () => {}")
    figure = kernel.view()
    tab.clock.install()
    zoom = figure.get_by_role("button", name="Zoom")
    zoom.click()
    expect(zoom).to_have_attribute("aria-pressed", "true")
    tab.clock.fast_forward(10_000)
    expect(figure.locator(".live-note")).to_have_text("The kernel is busy or gone. Try later, or run the cell again.")
    expect(zoom).to_have_attribute("aria-pressed", "false")


def test_a_program_that_fails_is_said_in_the_figure(notebook):
    tab = notebook(expect=("live figure everything", "no such thing"))
    kernel = Kernel(tab, load_fixture("everything"))
    tab.evaluate("""() => {
        const model = Object.values(window.models).at(-1), own = model.get.bind(model);
        model.get = (name) => (name === "_figure" ? window.packed : own(name));
    }""")
    tab.evaluate("""async () => {
        const model = Object.values(window.models).at(-1), stream = new Blob([model.state._figure]).stream();
        const figure = await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).json();
        const broken = JSON.stringify({ ...figure, js: "throw new Error('no such thing');" });
        const packed = new Blob([broken]).stream().pipeThrough(new CompressionStream("gzip"));
        window.packed = await new Response(packed).arrayBuffer();
    }""")
    figure = kernel.view(ready=False)
    expect(figure.locator(".live-note")).to_contain_text("Stopped: no such thing.")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(notebook, dark):
    tab = notebook()
    if dark:
        tab.evaluate("document.body.className = 'dark'")
    for name in ("everything", "sketch", "tape"):
        Kernel(tab, load_fixture(name)).view(ready=False)
    assert [found for found in findings(tab) if found["target"].startswith("#view")] == []
