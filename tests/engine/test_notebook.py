"""Live figures in a notebook: the widgets compute what the figure computes, and say what they cannot do."""

import sys

import numpy as np
import pytest

from helpers import live
from helpers.live import load, names
from live_figures import Choice, LongText, Map, Pad, Slider, Text, Toggle
from live_figures.bindings import part_of
from live_figures.host import widgets_work

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def no_book(monkeypatch):
    monkeypatch.delenv("LIVE_FIGURES_PAGE", raising=False)


def another_value(control):
    """A value of this control that is not its default."""
    return next(v for v in control.ends() if v != control.value)


@pytest.mark.parametrize("name", names())
def test_moving_every_widget_draws_what_the_figure_computes(name):
    fig = load(name)
    box = live.show(name).widgets
    for control in fig.controls:
        box.set(**{control.name: another_value(control)})
    assert box.say.value == ""
    if fig.compute is not None:
        for key, value in fig.run(**box.controls).items():
            np.testing.assert_allclose(box.arrays[key], value, rtol=1e-6, atol=1e-9, err_msg=key)
    for trace, attribute, reference in box.bindings:
        drawn = np.atleast_1d(np.asarray(part_of(box.plot, trace)[attribute], dtype=float))
        np.testing.assert_allclose(drawn, np.atleast_1d(fig.resolve(box.arrays, reference)), err_msg=reference)


def test_every_control_kind_has_its_widget():
    kinds = {type(c) for name in names() for c in load(name).controls}
    assert {Slider, Choice} <= kinds <= {Slider, Choice, Toggle, Text, LongText, Map, Pad}


def test_reset_goes_back_to_the_given_start():
    name = "forget_bias"
    slider = next(c for c in load(name).controls if isinstance(c, Slider))
    box = live.show(name, **{slider.name: slider.max}).widgets
    box.set(**{slider.name: slider.min})
    box.reset()
    assert box.controls[slider.name] == slider.max


def test_the_display_has_widgets_and_a_still_for_viewers_without_them():
    bundle = live.show("forget_bias")._repr_mimebundle_()
    assert bundle[WIDGET]["model_id"]
    assert "<svg" in bundle["text/html"] and 'mode=&quot;html&quot;' in bundle["text/html"]


def test_without_a_trusted_widget_manager_the_figure_needs_no_kernel(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    assert not widgets_work()
    bundle = live.show("forget_bias")._repr_mimebundle_()
    assert WIDGET not in bundle and "<live-figure" in bundle["text/html"].replace("&lt;", "<")


def test_in_the_book_there_is_html_alone(monkeypatch):
    monkeypatch.setenv("LIVE_FIGURES_PAGE", "1")
    bundle = live.show("forget_bias")._repr_mimebundle_()
    assert WIDGET not in bundle and bundle["text/html"].startswith("<live-figure")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: live.show("forget_bais"), "did you mean 'forget_bias'"),
        (lambda: live.show("forget_bias", volume=3), "no control 'volume'"),
        (lambda: live.show("forget_bias", mode="java"), "auto, widgets, html"),
        (lambda: live.show("forget_bias").widgets.set(volume=1), "no control 'volume'"),
    ],
)
def test_bad_input_is_named(call, says):
    with pytest.raises(ValueError, match=says):
        call()
