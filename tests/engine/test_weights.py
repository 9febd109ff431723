"""Constants that are large are a file of their own; the code of a figure does not wait for them."""

import types

import numpy as np

from live_figures import Slider
from live_figures.compile import WEIGHTS, compile_figure
from live_figures.figure import from_module


def module_of(size: int):
    """The module of a figure with `size` constants."""
    declared = types.SimpleNamespace(
        title="?", caption="?", alt="?", diagram="<svg/>",
        controls=[Slider(name="gain", label="Gain", min=0.0, max=2.0, step=0.1, value=1.0)],
        consts=lambda: {"w": np.random.default_rng(0).normal(size=size)},
        compute=lambda consts, gain: {"y": gain * consts["w"]})  # fmt: skip
    return compile_figure(from_module(declared, "heavy"))


def test_small_constants_travel_with_the_code():
    module = module_of(10)
    assert module.weights_js == ""
    assert module.files == {"heavy.js": module.js}


def test_weights_are_a_file_of_their_own_and_a_whole_module_still_holds_them():
    module = module_of(3000)
    assert len(module.consts_js) > WEIGHTS
    assert list(module.files) == ["heavy.js", "heavy.weights.js"]
    assert module.consts_js in module.weights_js and module.consts_js in module.js
    assert len(module.files["heavy.js"]) < 2000
