"""Steppers: one program for every length, in the page as in NumPy, over many steps of training."""

import functools
import subprocess

import numpy as np
import pytest
from array_api_compat import array_namespace
from bench.passes import _training_step as training_step
from node import STEPPER, node_binary

from live_figures import stepper
from live_figures.span import Span, least, most, rest
from live_figures.stepper import Part, compile_stepper

LENGTHS = (5, 100)
STATE = [f"{kind}{k}" for kind in "wmv" for k in range(5)]


def examples(length, batch=32, inputs=2, hidden=16):
    """One batch, and the state that a step of training starts from."""
    rng = np.random.default_rng(length)
    shapes = [(inputs, 4 * hidden), (hidden, 4 * hidden), (4 * hidden,), (hidden, 1), (1,)]
    weights = [rng.normal(size=shape) / 4 for shape in shapes]
    state = dict(zip(STATE, [*weights, *([0.1 * w * w for w in weights] * 2)], strict=True))
    data = {"x": rng.normal(size=(length, batch, inputs)), "y": rng.normal(size=(batch, 1)), "t": np.asarray(3.0)}
    return data | state


def run(arrays):
    xp = array_namespace(arrays["x"])
    return dict(zip(STATE, training_step(xp, *(arrays[n] for n in ("x", "y", "t", *STATE))), strict=True))


def numpy_steps(given, turns, real=np.float64):
    """The state after some steps in NumPy."""
    arrays = {name: value.astype(real) for name, value in given.items()}
    for _ in range(turns):
        arrays |= {name: np.asarray(value, real) for name, value in run(arrays).items()}
    return {name: arrays[name] for name in STATE}


# Script, bits of its numbers, NumPy's numbers beside it, and how far weights of about 1 may be apart after 120 steps.
SCRIPTS = {"javascript": ("{}.twin.js", 32, np.float64, 1e-11),
           "float64": ("{}.js", 64, np.float64, 1e-11), "float64, fused": ("{}.fused.js", 64, np.float64, 1e-11),
           "float32": ("{}.js", 32, np.float32, 1e-4), "float32, fused": ("{}.fused.js", 32, np.float32, 1e-4)}


@functools.cache
def files(name, bits, **sizes):
    """The files of a stepper that trains an LSTM."""
    return compile_stepper(name, {"step": Part(run, lambda length: examples(length, **sizes))}, LENGTHS, bits)


@pytest.mark.parametrize("kind", SCRIPTS)
@pytest.mark.parametrize("length", [5, 6, 8, 31, 32, 33, 100])
def test_every_length_trains_as_numpy_does(node, length, kind):
    """120 steps: a carry in the wrong one of its two rows shows only after several."""
    script, bits, real, allowed = SCRIPTS[kind]
    given = examples(length)
    got, = node.step(files("lstm", bits)[script.format("lstm")], "lstm", length, "step", [given], 120)
    for name, want in numpy_steps(given, 120, real).items():
        np.testing.assert_allclose(got[name], want, rtol=allowed, atol=allowed, err_msg=name)


def test_a_stepper_like_another_one_is_packed_as_what_it_adds(node, monkeypatch):
    parts, first = {"step": Part(run, lambda length: examples(length, hidden=8))}, files("lstm", 32)
    near, alone = (compile_stepper("near", parts, LENGTHS, like=like) for like in (("lstm", first), None))
    for ending in (".fused.js", ".js"):
        added, whole = near[f"near{ending}"], alone[f"near{ending}"]
        assert len(added) < 0.7 * len(whole)
        got, want = (node.step(script, "near", 9, "step", [examples(9, hidden=8)], 5)[0]
                     for script in (first[f"lstm{ending}"] + added, whole))  # fmt: skip
        for name in STATE:
            np.testing.assert_array_equal(got[name], want[name])
    monkeypatch.setattr(stepper, "FARTHEST", 1000)
    with pytest.raises(ValueError, match="a stepper is packed like one of at most 1000 bytes"):
        compile_stepper("near", parts, LENGTHS, like=("lstm", first))


@pytest.mark.parametrize("kind", SCRIPTS)
def test_odd_batches_and_sizes(node, kind):
    """Nothing about batches, inputs or layers needs to be a multiple of anything."""
    script, bits, real, allowed = SCRIPTS[kind]
    sizes = {"batch": 3, "inputs": 1, "hidden": 5}
    for length in (7, 10):
        given = examples(length, **sizes)
        got, = node.step(files("odd", bits, **sizes)[script.format("odd")], "odd", length, "step", [given], 100)
        for name, want in numpy_steps(given, 100, real).items():
            np.testing.assert_allclose(got[name], want, rtol=allowed, atol=allowed, err_msg=name)


MEANS = [lambda x, n: x / n, lambda x, n: x * (3 / (2 * n + 1)), lambda x, n: x * (0.3 * n - 1)]


@pytest.mark.parametrize("mean", MEANS)
def test_real_numbers_that_move_with_the_length(node, mean):
    part = Part(lambda a: {"mean": mean(a["x"] + 0.0, a["x"].shape[0])}, lambda length: {"x": np.arange(length) / 7})
    for script in compile_stepper("mean", {"one": part}, LENGTHS, 64).values():
        for length in (6, 9):
            got, = node.step(script, "mean", length, "one", [part.inputs(length)])
            np.testing.assert_allclose(got["mean"], mean(np.arange(length) / 7, length), rtol=1e-14)


def test_parts_share_what_has_one_name(node):
    """One part makes a state and the other takes it on; whole numbers and constants stay exact in float32."""
    table = np.array([2.0**30 + 1, 0.5, -3.0])
    first = Part(lambda a: {"w": a["seed"] * 1.0 + table}, lambda length: {"seed": np.asarray(7)})
    step = Part(lambda a: {"w": a["w"] * 0.5 + a["x"][0], "n": a["n"] * 3 % 65537},
                lambda length: {"w": np.zeros(3), "x": np.zeros(length), "n": np.asarray(1)})  # fmt: skip
    for script in compile_stepper("two", {"first": first, "step": step}, LENGTHS).values():
        node.step(script, "two", 5, "first", [{"seed": 7}])
        start = (7.0 + table).astype(np.float32)
        got, = node.step(script, "two", 5, "step", [{"w": start, "x": np.ones(5), "n": 65536 * 5 + 7}], 2)
        np.testing.assert_allclose(got["w"], start * 0.25 + 1.5, rtol=1e-6)
        assert got["n"] == (65536 * 5 + 7) * 9 % 65537


LACKS = {"nothing": ".fused.js", "multiplying and adding at once": ".js", "lanes": ".twin.js",
         "WebAssembly, by its policy": ".twin.js", "DecompressionStream": ".twin.js"}  # fmt: skip


@pytest.mark.parametrize(("lacks", "wanted"), LACKS.items())
def test_a_page_loads_the_fastest_script_that_runs_there(lacks, wanted):
    """Beside a browser of today those that refuse the instruction 0xfd 0x105, every one with lanes, or all modules."""
    refuse = {"multiplying and adding at once": "bytes => bytes.join().includes('253,133,2')",
              "lanes": "bytes => bytes.includes(253)"}.get(lacks, "() => false")
    code = f"""const {{ validate }} = WebAssembly, refused = {refuse};
    WebAssembly.validate = bytes => !refused(bytes) && validate(bytes);
    if ("{lacks}".startsWith("WebAssembly")) WebAssembly.Module = class {{ constructor() {{ throw new Error() }} }};
    if ("{lacks}" === "DecompressionStream") delete globalThis.DecompressionStream;
    const {{ ending }} = await import("{STEPPER.as_uri()}");
    console.log(ending());"""
    command = [node_binary(), "--no-warnings", "--input-type=module", "-e", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == wanted


@pytest.mark.parametrize("length", [4, 101, 7.5])
def test_a_length_that_it_is_not_made_for_is_refused(node, length):
    for script in files("lstm", 32).values():
        with pytest.raises(RuntimeError, match=f"a length is a whole number from 5 to 100, it was {length}"):
            node.step(script, "lstm", length, "step", [examples(5)])


def test_what_is_not_affine_in_the_length_is_refused():
    part = lambda f: {"one": Part(f, lambda length: {"x": np.zeros(length)})}  # noqa: E731
    with pytest.raises(ValueError, match="neither affine in the length nor one over such a number"):
        compile_stepper("root", part(lambda a: {"y": a["x"] * a["x"].shape[0] ** 0.5}), LENGTHS)
    with pytest.raises(ValueError, match="a whole number is not affine in the length"):
        compile_stepper("square", part(lambda a: {"y": a["x"][:, None] * a["x"]}), LENGTHS)
    with pytest.raises(ValueError, match="other variables or buffers"):
        compile_stepper("branch", part(lambda a: {"y": a["x"] if a["x"].shape[0] < 85 else a["x"] + 1.0}), LENGTHS)


def test_an_input_has_one_shape_in_all_parts():
    part = lambda *shape: Part(lambda a: {"y": a["x"] + 1.0}, lambda length: {"x": np.zeros(shape)})  # noqa: E731
    with pytest.raises(ValueError, match="two: input 'x' of 'b' is .*, another part takes "):
        compile_stepper("two", {"a": part(3), "b": part(4)}, LENGTHS)


def test_spans_calculate_as_the_numbers_that_they_stand_for():
    a, b = Span(3, 2, 5, (5, 10)), Span(-1, -2, 4, (5, 10))
    for n in range(5, 11):
        for got, want in ((a + b, a.at(n) + b.at(n)), (a - 7, a.at(n) - 7), (7 - a, 7 - a.at(n)),
                          (-3 * a, -3 * a.at(n)), ((a + a + 1) // 2, a.at(n)), (a + 4, a.at(n) + 4)):  # fmt: skip
            assert (got.at(n) if isinstance(got, Span) else got) == want
    assert a - a == 0
    assert rest(a * 4 + 3, 4) == 3 and rest(a, 2) is None and rest(a, 1) == 0 and rest(7, 4) == 3
    every = [[s.at(n) for n in range(5, 11)] for s in (a, b)]
    assert [least(a), least(b), least(4)] == [min(every[0]), min(every[1]), 4]
    assert [most(a), most(b), most(4)] == [max(every[0]), max(every[1]), 4]
    with pytest.raises(ValueError, match="divided by 2"):
        a // 2
