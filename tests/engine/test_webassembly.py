"""What WebAssembly adds to the tests of every language: lanes only where they are right, and exact to a few ulps."""

import numpy as np
import pytest
from tracing import WebAssembly, program_of

from live_figures.emit.webassembly import Module, assemble
from live_figures.program import (
    Affine,
    Assign,
    Buffer,
    IndexValue,
    Kernel,
    Let,
    Lit,
    Load,
    Loop,
    Op,
    Output,
    Program,
    Store,
    Use,
    Var,
)
from live_figures.stepper import module_script

COUNT = 11  # no multiple of the lanes


def loop(*statements, var, count=COUNT):
    return [Kernel([Loop(var, count, list(statements))])]


def program(body, x, out):
    return Program({"x": x}, {}, {"y": Output(out, 0, (out.size,), "float64")}, [], body)


def results(node, made, x, bits=64):
    script = module_script("case", {"one": made}, {"x": ("float64", x.shape)}, {}, (0, 0), bits, {"one"})
    return node.step(script, "case", 0, "one", [{"x": x}])[0]["y"]


def text_of(made, bits=64):
    module = Module(bits, {})
    module.add("one", made)
    return module.text()


@pytest.mark.parametrize("shift", [-3, -1, 0, 1, COUNT - 1, COUNT])
def test_a_buffer_that_is_read_elsewhere_is_not_written_by_lanes(node, shift):
    """y[i + 16] = y[i + 16 + shift] + x[i], one after the other: by lanes only where no turn reads what one writes."""
    i, x, y = Var(), Buffer(COUNT, "float64", "input", "x"), Buffer(48, "float64")
    read = Load(y, Affine.of(i) + 16 + shift)
    made = program(loop(Store(y, Affine.of(i) + 16, Op("add", (read, Load(x, Affine.of(i))), "float64")), var=i), x, y)
    given, want = np.arange(1.0, COUNT + 1), np.zeros(48)
    for k in range(COUNT):
        want[k + 16] = want[k + 16 + shift] + given[k]
    np.testing.assert_array_equal(results(node, made, given), want)
    assert ("f64x2.add" in text_of(made)) == (shift in (0, COUNT))


@pytest.mark.parametrize(("at", "lanes"), [(15, True), (16, False), (20, False), (16 + COUNT, True)])
def test_one_element_that_a_loop_reads_at_every_turn_may_be_one_that_it_writes(node, at, lanes):
    i, x, y = Var(), Buffer(COUNT, "float64", "input", "x"), Buffer(48, "float64")
    value = Op("add", (Load(y, Affine(at)), Load(x, Affine.of(i))), "float64")
    made = program(loop(Store(y, Affine.of(i) + 16, value), var=i), x, y)
    given, want = np.arange(1.0, COUNT + 1), np.zeros(48)
    for k in range(COUNT):
        want[k + 16] = want[at] + given[k]
    np.testing.assert_array_equal(results(node, made, given), want)
    assert ("f64x2.add" in text_of(made)) == lanes


@pytest.mark.parametrize("modulus", [2, 3])
def test_two_rows_in_turn_do_not_overlap_and_three_might(node, modulus):
    """A carry is read in row t % 2 and written in the other: never one row, where t % 3 could be."""
    i, x, y = Var(), Buffer(COUNT, "float64", "input", "x"), Buffer(64, "float64")
    step, row = Lit(5, "int64"), Var("index")
    rest = Op("remainder", (step, Lit(modulus, "int64")), "int64")
    here, there = Affine.of(row, 16) + Affine.of(i), Affine.of(row, -16) + Affine.of(i) + 16
    body = [Let(row, Op("to_index", (rest,), "index")),
            Loop(i, COUNT, [Store(y, there, Op("subtract", (Load(x, Affine.of(i)), Load(y, here)), "float64"))])]
    made = program([Kernel(body)], x, y)
    assert ("f64x2.sub" in text_of(made)) == (modulus == 2)
    if modulus == 2:
        np.testing.assert_array_equal(results(node, made, np.arange(11.0))[:11], np.arange(11.0))


def test_a_running_sum_is_not_taken_for_a_sum(node):
    i, x, y, total = Var(), Buffer(COUNT, "float64", "input", "x"), Buffer(COUNT, "float64"), Var("float64")
    grown = Assign(total, Op("add", (Use(total), Load(x, Affine.of(i))), "float64"))
    body = [Let(total, Lit(0.0, "float64")), Loop(i, COUNT, [grown, Store(y, Affine.of(i), Use(total))])]
    made = program([Kernel(body)], x, y)
    np.testing.assert_array_equal(results(node, made, np.arange(11.0)), np.cumsum(np.arange(11.0)))


@pytest.mark.parametrize("bits", [32, 64])
def test_whole_numbers_count_by_lanes(node, bits):
    i, x, y = Var(), Buffer(1, "float64", "input", "x"), Buffer(COUNT, "int64")
    made = program(loop(Store(y, Affine.of(i), IndexValue(Affine.of(i, -3) + 4)), var=i), x, y)
    assert "f64x2" in text_of(made, bits)
    np.testing.assert_array_equal(results(node, made, np.zeros(1), bits), 4 - 3 * np.arange(COUNT))


def test_a_text_that_is_no_module_is_refused():
    with pytest.raises(ValueError, match=r"cannot be assembled: [\s\S]*unexpected token"):
        assemble("(module (fun))")


@pytest.mark.parametrize("bits", [32, 64])
def test_products_and_sums_are_rounded_once_where_they_are_fused(node, bits):
    """[1, x] @ [-(1 + 2e), x] with x = 1 + e, whose square is 1 + 2e + e², and 1 + 2e when it is rounded."""
    e = 2.0 ** (-12 if bits == 32 else -27)
    made, _, _ = program_of(lambda xp, x, y: x @ y, [np.ones((1, 2)), np.ones((2, 4))])
    given = {"x0": np.array([[1.0, 1 + e]]), "x1": np.repeat([[-1 - 2 * e], [1 + e]], 4, axis=1)}
    for fused, want in ((False, 0.0), (True, e * e)):
        got, = WebAssembly(node, bits, fused=fused).run(made, [given], {})
        np.testing.assert_array_equal(got["y0"], want)


SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1000.0, -1000.0, 720.0, -720.0, 90.0, -90.0]
ULPS = {("tanh", 32): 4.5, ("tanh", 64): 4.5, ("exp", 32): 2, ("exp", 64): 2}  # measured: 4.1, 4.1, 1.6, 1.6


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize(("name", "bits"), ULPS)
def test_tanh_and_exp_are_right_to_a_few_units_in_the_last_place(node, name, bits, fused):
    """At 40,000 places against NumPy in a wider type; and at the numbers that are not like others."""
    real, wide = (np.float32, np.float64) if bits == 32 else (np.float64, np.longdouble)
    rng = np.random.default_rng(0)
    drawn = [rng.uniform(-12, 12, 20000), rng.normal(size=10000), 10.0 ** rng.uniform(-12, 0, 10000)]
    x = np.concatenate([SPECIAL, *drawn]).astype(real)
    made, _, _ = program_of(lambda xp, x: getattr(xp, name)(x), [x])
    got = WebAssembly(node, bits, fused=fused).run(made, [{"x0": x}], {})[0]["y0"].astype(real)
    with np.errstate(all="ignore"):
        want = getattr(np, name)(x.astype(wide))
        apart = np.abs(got.astype(wide) - want) / np.spacing(np.abs(want).astype(real)).astype(wide)
        expected = getattr(np, name)(x[: len(SPECIAL)])
    assert np.max(apart[len(SPECIAL):]) <= ULPS[name, bits]
    plain = (np.abs(expected) > np.finfo(real).tiny) | (expected == 0)  # what is smaller is taken as 0
    np.testing.assert_array_equal(np.signbit(got[:4]), np.signbit(expected[:4]))
    np.testing.assert_allclose(got[: len(SPECIAL)][plain], expected[plain], rtol=1e-5 if bits == 32 else 1e-14)
