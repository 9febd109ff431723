"""The declaration of a live figure: what is missing, contradictory or unknown is named."""

import types
from typing import NamedTuple

import numpy as np
import pytest

from helpers.live import load, names
from live_figures import Choice, Slider, Toggle
from live_figures.figure import from_module

GAIN = Slider(name="gain", label="Gain", min=0.0, max=2.0, step=0.1, value=1.0)


def declare(**parts):
    """A figure module with the least a figure needs, changed by `parts` (None removes one)."""
    whole = {
        "title": "How loud?",
        "caption": "Move it.",
        "alt": "A line.",
        "controls": [GAIN],
        "consts": lambda: {"x": np.arange(3.0)},
        "compute": lambda consts, gain: {"y": gain * consts["x"]},
        "diagram": "<svg/>",
    } | parts
    return types.SimpleNamespace(**{k: v for k, v in whole.items() if v is not None})


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"caption": None}, "no caption"),
        ({"alt": ""}, "no alt"),
        ({"compute": None}, "either compute or step"),
        ({"compute": None, "step": lambda c, s, gain: (s, {})}, "no initial"),
        ({"diagram": None}, "draws nothing"),
    ],
)
def test_a_part_that_is_missing_is_named(parts, says):
    with pytest.raises(ValueError, match=f"'loudness'.*{says}"):
        from_module(declare(**parts), "loudness")


def test_running_checks_the_controls_and_the_arrays():
    fig = from_module(declare(), "loudness")
    np.testing.assert_allclose(fig.run(gain=2)["y"], [0.0, 2.0, 4.0])
    with pytest.raises(ValueError, match="no control 'volume'; it has gain"):
        fig.run(volume=1)
    with pytest.raises(ValueError, match="from 0 to 2"):
        fig.run(gain=3)
    bad = from_module(declare(compute=lambda consts, gain: {"y": np.log(gain - gain)}), "loudness")
    with np.errstate(divide="ignore"), pytest.raises(ValueError, match="'y' holds NaN or infinity"):
        bad.run()


def test_constants_must_be_finite_numbers():
    with pytest.raises(ValueError, match="constant 'x' holds NaN"):
        from_module(declare(consts=lambda: {"x": [np.nan]}), "loudness").run()
    with pytest.raises(TypeError, match="constant 'x' has dtype"):
        from_module(declare(consts=lambda: {"x": ["a"]}), "loudness").run()


class Params(NamedTuple):
    W: np.ndarray
    b: np.ndarray | None = None


def test_named_tuples_of_arrays_are_constants():
    params = {"x": np.arange(3.0), "p": Params(np.ones((2, 2), dtype=np.float32))}
    compute = lambda consts, gain: {"y": gain * consts["p"].W}  # noqa: E731
    fig = from_module(declare(consts=lambda: params, compute=compute), "loudness")
    assert list(fig.consts) == ["x", "p.W"] and fig.consts["p.W"].dtype == np.float32
    built = fig.build_consts(fig.float_consts())
    assert isinstance(built["p"], Params) and built["p"].b is None and built["p"].W.dtype == np.float64
    np.testing.assert_allclose(fig.run(gain=2)["y"], 2 * np.ones((2, 2)))


@pytest.mark.parametrize(("value", "error"), [
    ([[1.0], [1.0, 2.0]], ValueError), (Params(np.ones(1), "a"), TypeError), ({"W": 1}, TypeError), (None, TypeError),
])  # fmt: skip
def test_a_constant_that_is_none_is_named(value, error):
    with pytest.raises(error, match="'loudness': constant 'p(.b)?'"):
        from_module(declare(consts=lambda: {"p": value}), "loudness").run()


def test_a_reference_names_an_array_or_a_row_of_it():
    fig = from_module(declare(), "loudness")
    arrays = {"h": np.arange(6.0).reshape(2, 3)}
    np.testing.assert_allclose(fig.resolve(arrays, "h[1]"), [3, 4, 5])
    assert fig.resolve(arrays, "h[1][2]") == 5
    for wrong in ("g", "h[2]", "h[0][0][0]", "h[-1]"):
        with pytest.raises(KeyError, match="loudness"):
            fig.resolve(arrays, wrong)


def test_structural_controls_give_one_variant_each_default_first_and_not_too_many():
    act = Choice(name="act", label="A", options=("relu", "tanh"), value="tanh")
    on = Toggle(name="on", label="On", value=True)
    fig = from_module(declare(controls=[GAIN, act, on]), "loudness")
    assert fig.variants()[0] == {"act": "tanh", "on": True} and len(fig.variants()) == 4
    many = [Toggle(name=f"t{k}", label="T", value=True) for k in range(5)]
    with pytest.raises(ValueError, match=r"32 programs.*Slider\(integer=True\)"):
        from_module(declare(controls=many), "loudness").variants()


def test_an_unknown_figure_is_refused_with_the_nearest_name():
    near = names()[0]
    with pytest.raises(ValueError, match=f"no live figure '{near}s'; did you mean '{near}'"):
        load(near + "s")
