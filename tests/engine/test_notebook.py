"""Live figures in a notebook: what Python sees of them, and what stands in the notebook's file."""

import dataclasses
import importlib
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import nbformat
import numpy as np
import pytest
from array_api_compat import array_namespace
from nbclient import NotebookClient
from traitlets import TraitError

from helpers import live, plots
from helpers.live import load, names
from live_figures import LiveFigure, Slider
from live_figures.figure import from_module
from live_figures.host import widgets_work
from live_figures.notebook import Shown
from live_figures.palette import PAPER
from live_figures.widget import LiveWidget

ROOT = Path(__file__).parents[2]
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def no_book(monkeypatch):
    monkeypatch.delenv("LIVE_FIGURES_PAGE", raising=False)


def bundles(shown) -> list[dict]:
    """The forms of each output that a cell with this figure or plot as its last line has."""
    out = []

    class Display:
        def __call__(self, data, raw, metadata=None):
            out.append(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", Display())
        shown._ipython_display_()
    return out


@pytest.mark.parametrize("name", names())
def test_every_figure_is_a_widget_whose_arrays_follow_its_controls(name):
    fig = load(name)
    shown = live.show(name)
    for control in fig.controls:
        shown.controls = {control.name: next(v for v in control.ends() if v != control.value)}
    want = fig.arrays(**shown.controls)
    for key, value in shown.arrays.items():
        np.testing.assert_array_equal(value, want[key], err_msg=key)


@pytest.mark.parametrize("mode", ["widgets", "html"])
def test_a_part_of_the_controls_is_enough_and_an_observer_hears_all_of_them(mode):
    heard = []
    shown = live.show("lstm_gates", mode=mode, forget_bias=2)
    shown.observe(lambda change: heard.append((change["old"]["step"], change["new"])), names="controls")
    before = shown.arrays["c"]
    shown.controls = {"step": 20}
    shown.controls = {"step": 20}
    assert shown.controls["forget_bias"] == 2 and shown.controls["step"] == 20
    assert heard == [(13, shown.controls)]
    shown.controls = {"forget_bias": -2}
    assert not np.array_equal(before, shown.arrays["c"])


@pytest.mark.parametrize("mode", ["widgets", "html"])
@pytest.mark.parametrize(("part", "error", "says"), [
    ({"volume": 3}, ValueError, "no control 'volume'; it has step, unit"),
    ({"forget_bias": 99}, ValueError, "control 'forget_bias' goes from -2 to 8, got 99"),
    ({"forget_bias": "high"}, TypeError, "control 'forget_bias' takes a number, got 'high'"),
])  # fmt: skip
def test_what_a_control_does_not_take_is_said_and_changes_nothing(mode, part, error, says):
    shown = live.show("lstm_gates", mode=mode)
    before = dict(shown.controls)
    with pytest.raises(error, match=says):
        shown.controls = part
    assert shown.controls == before


@pytest.mark.parametrize("mode", ["widgets", "html"])
def test_what_would_not_reach_the_page_is_refused(mode):
    shown = live.show("lstm_gates", mode=mode)
    with pytest.raises(TypeError, match=r"figure.controls = \{'forget_bias': 3\}"):
        shown.controls["forget_bias"] = 3
    with pytest.raises(TypeError, match="by assignment"):
        shown.controls.update(forget_bias=3)
    with pytest.raises(AttributeError, match="forget_bias"):
        shown.forget_bias = 3
    with pytest.raises((TypeError, TraitError), match="controls.* dict"):
        shown.controls = 3


@pytest.mark.parametrize(("call", "says"), [
    (lambda: live.show("forget_bais"), "did you mean 'forget_bias'"),
    (lambda: live.show("forget_bias", volume=3), "no control 'volume'"),
    (lambda: live.show("forget_bias", mode="java"), "auto, widgets, html"),
    (lambda: live.show("forget_bias").step(), "'forget_bias' has no memory"),
])  # fmt: skip
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_closed_widget_says_so():
    shown = live.show("forget_bias", mode="widgets")
    shown.close()
    with pytest.raises(RuntimeError, match="'forget_bias' is closed: show the figure again"):
        LiveWidget._ipython_display_(shown)  # ipywidgets 7 takes it from the instance


def doubled(consts, gain):
    xp = array_namespace(gain)
    return {"twice": gain * xp.asarray(2.0)}


def test_a_figure_may_be_written_in_a_cell_and_one_of_the_course_changed():
    own = LiveFigure("own", "How much?", "Twice.", "A number.", (Slider(name="gain", label="Gain", min=0, max=4, step=1,
                     value=1),), compute=doubled, diagram='<svg viewBox="0 0 9 9"/>', readout="{twice:.0f}")
    assert live.show(own, gain=3).arrays["twice"] == 6
    fig = load("forget_bias")
    weaker = dataclasses.replace(fig, compute=lambda consts, pulse, **c: fig.compute(consts, pulse=pulse * 0.5, **c))
    np.testing.assert_array_equal(live.show(weaker).arrays["cell"], fig.run(pulse=0.5)["cell"])


@pytest.mark.parametrize(("part", "error", "says"), [
    ({"compute": lambda consts, **controls: None}, TypeError, "it computes a dict, name: array; .* is None"),
    ({"compute": lambda consts, **controls: {"keeps": 1.0}}, KeyError, "no array '.*'; it computes keeps"),
    ({"figure": lambda arrays: None}, TypeError, "returned no plotly figure but NoneType"),
])  # fmt: skip
def test_a_slip_in_a_readers_own_part_is_named(part, error, says):
    with pytest.raises(error, match=f"figure 'forget_bias': .*{says}"):
        live.show(dataclasses.replace(load("forget_bias"), **part))


@pytest.mark.parametrize("mode", ["widgets", "html"])
def test_what_is_no_figure_is_named(mode):
    with pytest.raises(TypeError, match=r'show takes a LiveFigure, or a name .* Figures\("package"\)'):
        live.show(3, mode=mode)


def test_a_cell_shows_a_picture_and_the_widget_that_takes_its_place():
    shown = live.show("forget_bias")
    still, widget = bundles(shown)
    assert widget[WIDGET]["model_id"] == shown.model_id and "text/html" not in widget
    assert f'data-live-still="{shown.token}"' in still["text/html"] and "run the cell" in still["text/html"]
    assert still["text/plain"].startswith("live figure 'forget_bias': ")


def test_a_plot_can_be_read_on_dark_paper_and_has_its_caption(monkeypatch):
    monkeypatch.setattr("plotly.io.renderers.default", "plotly_mimetype+notebook_connected")
    drawn = plots.lines({"loss": [2.0, 1.0]})
    plot, caption = bundles(plots.show(drawn, alt="A line that falls.", caption="Lower <is> better."))
    layout, config = (plot["application/vnd.plotly.v1+json"][part] for part in ("layout", "config"))
    assert config["showSendToCloud"] is False and '"showSendToCloud": false' in plot["text/html"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == PAPER
    assert plot["text/plain"] == "A line that falls." and "&lt;is&gt; better" in caption["text/html"]
    assert drawn.layout.paper_bgcolor is None
    monkeypatch.setenv("LIVE_FIGURES_PAGE", "1")
    assert [list(bundle) for bundle in bundles(plots.show(drawn, alt="A.", caption="B."))] == [["text/html"]]


def test_a_viewer_that_takes_one_form_finds_widget_and_picture_in_one():
    data, metadata = live.show("forget_bias")._repr_mimebundle_()
    assert set(data) == {WIDGET, "text/html", "text/plain"} and metadata == {}


@pytest.mark.parametrize("name", names())
def test_the_picture_for_where_nothing_runs_is_small_and_says_what_it_shows(name):
    html = bundles(live.show(name))[0]["text/html"]
    assert load(name).title.replace("'", "&#x27;") in html and len(html) < 60_000
    assert "<script" not in html and "<svg" not in html  # GitHub takes both out


def test_colab_and_hosts_without_anywidget_show_the_frame(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    assert not widgets_work()
    shown = live.show("forget_bias")
    bundle = shown._repr_mimebundle_()
    assert isinstance(shown, Shown) and "<live-figure" in bundle["text/html"].replace("&lt;", "<")


def test_on_colab_the_widget_that_is_asked_for_carries_what_shows_it_there(monkeypatch):
    output = types.SimpleNamespace(_widgets=types.SimpleNamespace(_installed_url="https://manager"),
                                   enable_custom_widget_manager=lambda: None)
    for name, module in {"google.colab": object(), "google.colab.output": output}.items():
        monkeypatch.setitem(sys.modules, name, module)
    data, metadata = live.show("forget_bias", mode="widgets")._repr_mimebundle_()
    assert data[WIDGET] and metadata[WIDGET]["colab"]["custom_widget_manager"]["url"] == "https://manager"


def test_without_anywidget_figures_are_shown_in_frames_and_the_widget_says_what_is_missing():
    code = """
import sys
sys.modules["anywidget"] = None
from helpers import live
shown = live.show("forget_bias")
assert "<iframe" in shown._repr_mimebundle_()["text/html"], shown
try: live.show("forget_bias", mode="widgets")
except ImportError as error: print(error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "needs the package anywidget" in run.stdout, run.stderr


def test_importing_the_figures_imports_no_widgets():
    code = "import sys; from helpers import live; print(*{m.partition('.')[0] for m in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"anywidget", "ipywidgets", "traitlets", "torch"} & set(run.stdout.split())


def test_in_the_book_there_is_html_alone(monkeypatch):
    monkeypatch.setenv("LIVE_FIGURES_PAGE", "1")
    bundle = live.show("forget_bias")._repr_mimebundle_()
    assert WIDGET not in bundle and bundle["text/html"].startswith("<live-figure")


def test_a_figure_with_memory_shows_the_arrays_at_which_a_page_rested():
    walker = from_module(importlib.import_module("tests.engine.fixtures.walker"), "walker")
    shown = live.show(walker)
    assert shown.arrays["count"] == 1
    walk = np.arange(30.0)
    message = {"content": {"data": {"method": "custom", "content": {"arrays": [["walk", [30]], ["count", []]]}}},
               "buffers": [walk.tobytes(), np.float64(7).tobytes()]}
    shown._handle_msg(message)
    np.testing.assert_array_equal(shown.arrays["walk"], walk)
    assert shown.arrays["count"] == 7 and shown.arrays["count"].shape == ()


def executed(code: str):
    """A notebook with this code in one cell, run in a kernel of its own."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    return NotebookClient(notebook, timeout=120).execute()


CHAPTER = re.findall(r'live\.show\(\\?"(\w+)', (ROOT / "chapters" / "04-lstm.ipynb").read_text("utf-8"))
FIVE = f"""
from IPython.display import display
from helpers import live
for name in {CHAPTER}:
    display(live.show(name))
"""
ON_COLAB = "import sys; sys.modules['google.colab'] = object()"


@pytest.mark.parametrize(("first", "most"), [("", 450_000), (ON_COLAB, 2_000_000)])
def test_the_figures_of_a_chapter_make_no_heavy_notebook(first, most):
    """The five of chapter 4 with the state of their widgets, which JupyterLab does not even save.

    The rest of that chapter weighs 650 kB once it has run; with it a notebook stays under 1 MB, on Colab under 5.
    """
    assert len(CHAPTER) == 5
    notebook = executed(f"{first}\n{FIVE}")
    assert len(json.dumps(notebook)) < most
    kept = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {"state": {}})
    figures = [part for part in kept["state"].values() if "controls" in part["state"]]
    assert len(figures) == (0 if first else 5)


def test_the_runtime_is_sent_once_a_kernel_and_again_where_a_reader_closed_it():
    first, second = live.show("forget_bias"), live.show("lstm_gates")
    assert first._runtime is second._runtime
    first._runtime.close()
    third = live.show("forget_bias")
    assert third._runtime is not first._runtime and third._runtime.comm is not None


def test_what_the_page_says_is_set_as_python_sets_it():
    shown = live.show("forget_bias")
    assert isinstance(shown, LiveWidget)
    name = load("forget_bias").controls[0].name
    value = load("forget_bias").controls[0].max
    shown._handle_msg({"content": {"data": {"method": "update", "buffer_paths": [],
                                            "state": {"controls": shown.controls | {name: value}}}}, "buffers": []})
    assert shown.controls[name] == value
