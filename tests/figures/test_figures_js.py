"""Every live figure: the JavaScript of its module against NumPy, over its controls."""

import base64
import gzip
import json
from functools import cache

import numpy as np
import pytest

from helpers.live import load, names
from live_figures import Choice, LongText, Map, Pad, Text
from live_figures.compile import compile_figure, variant_key
from live_figures.figure import from_module
from tests.engine.fixtures import echo, everything, ledger, pairs, reader, sketch, sorts, walker

RANDOM_DRAWS = 3
STEPS = 6
TOLERANCE = 1e-10
CODE_BUDGET = 4096  # bytes of gzipped code a figure, constants not counted
FIXTURES = {f"fixture_{m.__name__.rpartition('.')[2]}": m for m in (echo, everything, ledger, pairs, reader, sketch,
                                                                    sorts, walker)}
ALL = [*names(), *FIXTURES]


@cache
def figure(name):
    return from_module(FIXTURES[name], name) if name in FIXTURES else load(name)


@cache
def module(name):
    return compile_figure(figure(name))


def draw(control, rng):
    """A random value of a control that is not structural."""
    if isinstance(control, Text):
        length = rng.integers(1, control.max_length + 1)
        return "".join(control.alphabet[k] for k in rng.integers(len(control.alphabet), size=length))
    if isinstance(control, LongText):
        characters = control.alphabet + "é日\N{GRINNING FACE}\u0301"
        length = rng.integers(control.min_length, control.max_length + 1)
        return "".join(characters[k] for k in rng.integers(len(characters), size=length))
    if isinstance(control, Choice):
        return control.options[rng.integers(len(control.options))]
    if isinstance(control, Pad):
        return rng.uniform(size=(control.rows, control.columns))
    if isinstance(control, Map):
        return [int(rng.integers(control.rows)), int(rng.integers(control.columns))]
    low, high = (np.log(v) if control.log else v for v in (control.min, control.max))
    value = rng.uniform(low, high)
    value = np.clip(np.exp(value) if control.log else value, control.min, control.max)
    return round(value) if control.integer else float(value)


def settings_of(fig, variant, rng):
    """Control values to try: the defaults, both ends of each control, all at one end, and random ones."""
    moving = [c for c in fig.controls if not c.structural]
    yield variant
    for control in moving:
        yield from (variant | {control.name: end} for end in control.ends())
    yield from (variant | {c.name: c.ends()[k] for c in moving} for k in (0, 1))
    yield from (variant | {c.name: draw(c, rng) for c in moving} for _ in range(RANDOM_DRAWS))


def arguments(fig, values):
    """The inputs of the JavaScript function."""
    return {name: v for name, v in fig.inputs(**values).items() if isinstance(v, np.ndarray)}


def assert_equal(got, want, values):
    """Every array equals NumPy's to 1e-10 of its size (of 1 where it is smaller).

    A figure that misses it is chaotic somewhere: no two correct programs agree there, and its picture says nothing.
    """
    assert got.keys() == want.keys()
    for name, expected in want.items():
        expected = np.asarray(expected, dtype=float)
        worst = np.max(np.abs(got[name].reshape(expected.shape) - expected), initial=0.0)
        allowed = TOLERANCE * np.max(np.abs(expected), initial=1.0)
        assert worst <= allowed, f"{name} at {values} is off by {worst:.2g}, allowed {allowed:.2g}"


@pytest.mark.parametrize("name", [n for n in ALL if figure(n).compute])
def test_figure_equals_numpy(node, name):
    fig, rng = figure(name), np.random.default_rng(0)
    node.load(name, module(name).js)
    for variant in fig.variants():
        key = variant_key(fig, variant)
        tries = list(settings_of(fig, variant, rng))
        for values, got in zip(tries, node.run(name, key, [arguments(fig, v) for v in tries]), strict=True):
            want = fig.run(**values)
            assert module(name).shapes[key] == {array: value.shape for array, value in want.items()}
            assert_equal(got, want, values)


@pytest.mark.parametrize("name", [n for n in ALL if figure(n).step])
def test_figure_with_memory_equals_numpy(node, name):
    """Several steps with moving controls; the JavaScript continues from its own state."""
    fig, rng = figure(name), np.random.default_rng(0)
    node.load(name, module(name).js)
    for variant in fig.variants():
        key = variant_key(fig, variant)
        for values in settings_of(fig, variant, rng):
            state, mine = None, node.initial(name, key)
            for _ in range(STEPS):
                state, want = fig.run(state, **values)
                want = want | {f"state.{k}": v for k, v in state.items()}
                got = node.run(name, key, [arguments(fig, values) | mine])[0]
                mine = {k: v for k, v in got.items() if k.startswith("state.")}
                assert_equal(got, want, values)


@pytest.mark.parametrize("name", names())
def test_the_code_of_a_figure_is_small(name):
    size = len(gzip.compress(module(name).code.encode(), 9))
    assert size <= CODE_BUDGET, f"{size} bytes of gzipped code; fewer variants, or one scan for repeated work, help"


@pytest.mark.parametrize("name", ["fixture_everything"])
def test_constants_are_stored_once_and_as_small_as_is_exact(name):
    """Every constant appears once, in the dtype stated, and decodes to the very numbers that NumPy computes with."""
    fig, text = figure(name), module(name).consts_js
    stored = json.loads(text)
    for key, (kind, shape, data) in stored.items():
        value = np.frombuffer(base64.b64decode(data), dtype=f"<{kind}" if kind != "u1" else "u1").reshape(shape)
        if key in fig.consts:
            np.testing.assert_array_equal(value, fig.consts[key])
    assert module(name).js.count(text) == 1
    assert text not in module(name).code
