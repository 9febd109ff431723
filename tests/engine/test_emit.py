"""Every operation that a figure may use: recorded, printed, run in node, and compared with NumPy.

Each test runs six times: in JavaScript, and in WebAssembly in float64 and in float32, which is compared with NumPy's
own float32, with products and sums fused or not, and written for size as well.
"""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tracing import ELEMENTS, REALS, JavaScript, WebAssembly, agree, arrays, axes_of, program_of

from helpers import bptt, cells, sequence
from live_figures import scan
from live_figures.emit import javascript
from live_figures.emit.webassembly import operations
from live_figures.lower import PASSES
from live_figures.program import Repeat, Stage
from live_figures.record import TraceError, namespace
from live_figures.record.ops import FUNCTIONS, OPERATIONS, REDUCTIONS

ENGINES = {"javascript": JavaScript, "webassembly": lambda node: WebAssembly(node, 64),
           "webassembly, fused": lambda node: WebAssembly(node, 64, fused=True),
           "webassembly in float32": lambda node: WebAssembly(node, 32),
           "webassembly in float32, fused": lambda node: WebAssembly(node, 32, fused=True),
           "webassembly written for size": lambda node: WebAssembly(node, 32, often=False)}  # fmt: skip


@pytest.fixture(params=ENGINES)
def engine(request, node):
    """A way to run a recorded program."""
    return ENGINES[request.param](node)


few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
UNIT = st.integers(-63, 63).map(lambda k: k / 64)
# What whole numbers the second operand may be, where NumPy itself refuses others or says nothing of use.
NONZERO = st.integers(1, 9) | st.integers(-9, -1)
SECOND = {"floor_divide": NONZERO, "remainder": NONZERO, "pow": st.integers(0, 9)}


def pairs(dtype=np.float64, elements=None):
    """Two arrays whose shapes broadcast."""
    shapes = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4)
    return shapes.flatmap(lambda s: st.tuples(*(arrays(shape, dtype, elements) for shape in s.input_shapes)))


def with_axis(dtype=np.float64, elements=None):
    """An array and one of its axes."""
    shapes = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4)
    return shapes.flatmap(lambda s: st.tuples(arrays(s, dtype, elements), axes_of(s)))


# ---------------------------------------------------------------- elementwise
def operand(row, k, dtype):
    """The dtype and the elements of operand number `k` of an operation on arrays of a dtype."""
    if row.name == "where" and k == 0:
        return np.bool_, st.booleans()
    if dtype is np.float64:
        return dtype, REALS | UNIT
    if dtype is np.int64 and row.page[1] < math.inf:
        return dtype, st.integers(*row.page)
    return dtype, SECOND.get(row.name, ELEMENTS[dtype]) if dtype is np.int64 and k == 1 else ELEMENTS[dtype]


@pytest.mark.parametrize("divisor", [1, 2, 2**16, 2**32])
def test_whole_numbers_by_powers_of_two(engine, divisor):
    """What random numbers are made of has a text of its own, which needs no division."""
    numbers = np.asarray([0, 1, 2, divisor - 1, divisor, divisor + 1, 2**48 + 5, 2**53 - 1])
    agree(engine, lambda xp, x: (x // divisor, x % divisor), np.concat([numbers, -numbers]), tolerance=0)


# A loop over dtypes: hypothesis nests the settings of a parametrized test once a case, and stops a little below 1000.
@pytest.mark.parametrize("name", FUNCTIONS)
@few
@given(data=st.data())
def test_every_elementwise_operation(engine, name, data):
    """Each row of the table, on operands of each dtype and of shapes that broadcast."""
    row, count = OPERATIONS[name], OPERATIONS[name].operands
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=count, max_dims=3, max_side=4)).input_shapes
    for dtype in ELEMENTS:
        takes = row.of_bools if row.of_bools and dtype is np.bool_ else row.dtypes(*[np.dtype(dtype).name] * count)
        drawn = [data.draw(arrays(shape, *operand(row, k, dtype))) for k, shape in enumerate(shapes)]
        if takes is None:
            with pytest.raises(TraceError, match=f"{name} of "):
                program_of(lambda xp, *x: getattr(xp, name)(*x), drawn)
        elif dtype is not np.bool_ or "float64" not in takes:  # NumPy's functions of bools are float16
            agree(engine, lambda xp, *x: getattr(xp, name)(*x), *drawn)


def test_every_operation_is_spelled_in_every_language():
    conversions = {name for name in OPERATIONS if name.startswith("to_")}
    assert set(javascript.SPELLINGS) == set(OPERATIONS) == set(operations.SPELLINGS) | conversions


@few
@given(x=arrays())
def test_functions_made_of_others(engine, x):
    agree(engine, lambda xp, x: (xp.square(x), xp.positive(x)), x)


def test_an_operation_with_too_few_operands_is_refused():
    with pytest.raises(TypeError, match="xp.atan2 takes 2 arrays, it was given 1"):
        program_of(lambda xp, x: xp.atan2(x), [np.ones(3)])


def test_rounding_goes_to_the_even_neighbour(engine):
    halves = np.array(
        [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.49999999999999994, 2.4999999999999996, 1e16, -1e16]
    )
    agree(engine, lambda xp, x: xp.round(x), halves)


def test_numbers_beyond_all_bounds(engine):
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e308, -1e-308])
    names = ("isnan", "isfinite", "isinf", "abs", "tanh", "sqrt", "exp", "sign", "floor")
    agree(engine, lambda xp, x: tuple(getattr(xp, name)(x) for name in names), x)
    agree(
        engine, lambda xp, x: (xp.maximum(x, x[::-1]), xp.minimum(x, 0.0), x + xp.inf, xp.where(x > 0, -xp.inf, 1.0)), x
    )


@few
@given(pair=pairs(elements=st.integers(0, 300).map(lambda k: k / 64)))
def test_powers(engine, pair):
    agree(engine, lambda xp, x, y: ((x + 0.5) ** y, (x + 0.5) ** -1.0, x**2, x**0.5, x**3, 2.0**x, xp.pow(x, 1)), *pair)


@few
@given(x=arrays(dtype=np.int64))
def test_powers_of_whole_numbers(engine, x):
    agree(engine, lambda xp, x: (x**2, x**3, xp.abs(x) ** 5, 2 ** xp.abs(x), x**2.0), x)


@few
@given(pair=pairs(np.bool_))
def test_logic(engine, pair):
    agree(
        engine,
        lambda xp, p, q: (
            p & q,
            p | q,
            p ^ q,
            ~p,
            xp.logical_and(p, q),
            xp.logical_or(p, q),
            xp.logical_xor(p, q),
            xp.logical_not(p),
            p == q,
            p != q,
        ),
        *pair,
    )


@few
@given(data=st.data())
def test_where_broadcasts_all_three(engine, data):
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=4)).input_shapes
    c, x, y = (data.draw(arrays(s, t)) for s, t in zip(shapes, (np.bool_, np.float64, np.int64), strict=True))
    agree(engine, lambda xp, c, x, y: (xp.where(c, x, y), xp.where(c, y, 3), xp.where(x > y, c, ~c)), c, x, y)


@pytest.mark.parametrize("left", ELEMENTS)
@pytest.mark.parametrize("right", ELEMENTS)
def test_mixed_dtypes_promote_as_in_numpy(engine, left, right):
    x, y = np.array([1, 0, 1]).astype(left), np.array([[1], [0]]).astype(right)
    compare = lambda xp, x, y: (x < y, x == y, xp.where(x == y, x, y), xp.maximum(x, y))  # noqa: E731
    agree(engine, compare, x, y)
    if not (left is np.bool_ and right is np.bool_):
        agree(engine, lambda xp, x, y: (x + y, x * y, x - y, xp.stack([x, x * y[0, 0]])), x, y)


@few
@given(x=arrays(), k=arrays(dtype=np.int64), p=arrays(dtype=np.bool_))
def test_python_numbers_beside_arrays(engine, x, k, p):
    agree(
        engine,
        lambda xp, x, k, p: (
            x + 1,
            2 * x,
            x / 3,
            1 - x,
            k * 2,
            k + 0.5,
            1 / (k + 20),
            k // 4,
            -7 % (k * k + 1),
            p * 2.5,
            p + 1,
            0 + x,
            x * 1,
            x - 0,
            k * 1.0,
        ),
        x,
        k,
        p,
    )


@few
@given(x=arrays(), k=arrays(dtype=np.int64), p=arrays(dtype=np.bool_))
def test_astype(engine, x, k, p):
    kinds = lambda xp: (xp.float64, xp.int64, xp.bool)  # noqa: E731
    agree(engine, lambda xp, *arrays: tuple(xp.astype(a, kind) for a in arrays for kind in kinds(xp)), x, k, p)


@few
@given(x=arrays())
def test_clip(engine, x):
    agree(engine, lambda xp, x: (xp.clip(x, -1.0, 2.0), xp.clip(x, 0.0, None), xp.clip(x, None, 1.0)), x)


# ---------------------------------------------------------------- shapes
@few
@given(data=st.data())
def test_slices_of_every_kind(engine, data):
    x = data.draw(arrays(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=5)))
    key = data.draw(hnp.basic_indices(x.shape, allow_newaxis=True))
    agree(engine, lambda xp, x: (x[key], (x * 2.0)[key] + 1.0), x)


@few
@given(data=st.data())
def test_transposes(engine, data):
    x = data.draw(arrays(hnp.array_shapes(min_dims=2, max_dims=4, max_side=4)))
    axes = tuple(data.draw(st.permutations(range(x.ndim))))
    agree(engine, lambda xp, x: (xp.permute_dims(x, axes), xp.matrix_transpose(x), x.mT + 1.0), x)


@few
@given(data=st.data())
def test_reshapes(engine, data):
    x = data.draw(arrays(st.sampled_from([(4, 6), (2, 3, 4), (24,), (2, 2, 6), (1, 24, 1)])))
    shape = data.draw(st.sampled_from([(24,), (-1,), (6, 4), (3, 8), (2, -1, 2), (4, 1, 6), (2, 2, 3, 2)]))
    agree(
        engine,
        lambda xp, x: (
            xp.reshape(x, shape),
            xp.reshape(x * 2.0, shape) * 3.0,
            xp.reshape(x.mT, shape) if x.ndim > 1 else x,
            xp.reshape(xp.reshape(x, (24,))[::-1], shape),
        ),
        x,
    )


@few
@given(pair=with_axis())
def test_axes_of_length_one(engine, pair):
    x, axis = pair
    agree(engine, lambda xp, x: (xp.expand_dims(x, axis=axis), xp.squeeze(xp.expand_dims(x, axis=axis), axis=axis)), x)


@few
@given(pair=pairs())
def test_broadcast_views(engine, pair):
    shape = np.broadcast_shapes(*(p.shape for p in pair))
    agree(engine, lambda xp, x, y: (xp.broadcast_to(x, shape), xp.broadcast_to(y, shape) + 1.0), *pair)


@few
@given(data=st.data())
def test_joining(engine, data):
    x, axis = data.draw(with_axis())
    other = list(x.shape)
    other[axis] = data.draw(st.integers(0, 3))
    y = data.draw(arrays(tuple(other)))
    agree(
        engine,
        lambda xp, x, y: (
            xp.concat([x, y * 2.0, x], axis=axis),
            xp.concat([y, x + 0.0, y - 1.0], axis=axis),
            xp.concat([x, y], axis=None),
        ),
        x,
        y,
    )
    agree(
        engine, lambda xp, x, y: (xp.stack([x, 2.0 * x, xp.tanh(x)], axis=axis), xp.stack([x > 0, x < 0], axis=0)), x, y
    )


@few
@given(pair=with_axis(), shift=st.integers(-5, 5))
def test_flips_and_rolls(engine, pair, shift):
    x, axis = pair
    agree(engine, lambda xp, x: (xp.flip(x, axis=axis), xp.flip(x), xp.roll(x, shift, axis=axis), xp.roll(x, shift)), x)


@few
@given(pair=with_axis())
def test_repetitions(engine, pair):
    x, axis = pair
    agree(
        engine,
        lambda xp, x: (xp.repeat(x, 2, axis=axis), xp.repeat(x, 3), *xp.unstack(x, axis=axis)),
        x,
    )


def test_parts_of_parts(engine):
    """Joined arrays that are themselves parts, appear twice, or are wanted elsewhere as well."""

    def nested(xp, x):
        inner = xp.concat([x * 2.0, x + 1.0], axis=1)
        outer = xp.stack([inner, inner - 1.0, xp.concat([x, x], axis=1)])
        return (
            outer,
            inner,
            xp.stack([outer[0, ...], outer[2, ...]]),
            xp.sum(outer, axis=0),
            xp.concat([x, x * 2.0], axis=1),
        )

    agree(engine, nested, np.arange(6.0).reshape(2, 3))


# ---------------------------------------------------------------- indices from data
@few
@given(data=st.data())
def test_one_index_from_data(engine, data):
    x, axis = data.draw(with_axis())
    k = np.asarray(data.draw(st.integers(-x.shape[axis], x.shape[axis] - 1)))
    take = lambda xp, x, k: xp.take(x, xp.reshape(k, (1,)), axis=axis)  # noqa: E731
    agree(
        engine,
        lambda xp, x, k: (
            take(xp, x, k),
            take(xp, x * 2.0, k) + 1.0,
            take(xp, x, k) @ xp.ones((x.shape[-1],)) if axis % x.ndim != x.ndim - 1 else x,
        ),
        x,
        k,
    )
    agree(engine, lambda xp, x, k: (x[k], x[k, ..., None], x[-1, ...] + x[k]), x, np.asarray(k % x.shape[0]))


@few
@given(data=st.data())
def test_many_indices_from_data(engine, data):
    x, axis = data.draw(with_axis())
    n = x.shape[axis]
    k = data.draw(arrays(st.sampled_from([(2,), (3,), (2, 2)]), np.int64, st.integers(-n, n - 1)))
    agree(engine, lambda xp, x, k: (xp.take(x, k, axis=axis), xp.take(xp.exp(x), k, axis=axis) * 2.0), x, k.ravel())
    along = data.draw(arrays(x.shape, np.int64, st.integers(-n, n - 1)))
    rows = lambda xp, x, k: xp.take_along_axis(x, k, axis=axis)  # noqa: E731
    agree(engine, lambda xp, x, k: (rows(xp, x, k), rows(xp, x * x, k)), x, along)


def test_an_index_that_is_computed(engine):
    x = np.array([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0]])
    agree(engine, lambda xp, x: xp.take(x, xp.reshape(xp.argmax(xp.sum(x, axis=0)), (1,)), axis=1), x)
    agree(engine, lambda xp, x: xp.take_along_axis(x, xp.argmax(x, axis=1, keepdims=True), axis=1), x)
    agree(engine, lambda xp, x: xp.take(x, xp.astype(x[0, 1:], xp.int64), axis=1), x)


# ---------------------------------------------------------------- creation
def test_creation(engine):
    x = np.array([1.5, -2.0, 0.25])
    agree(
        engine,
        lambda xp, x: (
            xp.zeros((2, 3)) + x,
            xp.ones(3) * x,
            xp.full((2, 2), 7),
            xp.full((3,), x[0]),
            xp.zeros_like(x),
            xp.ones_like(x > 0),
            xp.full_like(x, 3),
            xp.zeros((2,), dtype=xp.int64),
        ),
        x,
    )
    agree(
        engine,
        lambda xp, x: (
            xp.arange(5),
            xp.arange(1.0, 3.0, 0.25) * x[0],
            xp.arange(9, 0, -2),
            xp.arange(3) * 1.0 + x,
            xp.eye(3),
            xp.eye(2, 4, k=1) * x[0],
            xp.tril(xp.ones((3, 3))),
            xp.triu(x[:, None] * x, k=1),
        ),
        x,
    )
    agree(
        engine,
        lambda xp, x: (
            xp.linspace(0, 1, 11),
            xp.linspace(-2.0, 3.0, 7, endpoint=False),
            xp.linspace(0.1, 0.7, 1),
            xp.asarray([1, 2, 3]),
            xp.asarray(2.5) * x,
            xp.asarray([[True, False]]),
        ),
        x,
    )
    agree(engine, lambda xp, x: tuple(xp.meshgrid(x, xp.arange(4.0))) + tuple(xp.meshgrid(x, x, indexing="ij")), x)
    agree(engine, lambda xp, x: (x * xp.pi, x * xp.e, x + xp.nan, xp.asarray(x, dtype=xp.float64)), x)


def test_numpy_arrays_become_constants(engine):
    table = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    x = np.array([0.5, -1.0, 2.0])
    agree(
        engine,
        lambda xp, x: (table * x, x - table, table[0] + x, np.float64(3) * x, x * np.int64(2), table @ x, x > table),
        x,
    )
    agree(engine, lambda xp, x: (xp.stack([x, table[1]]), xp.where(x > 0, table, 0.0), xp.concat([table, table])), x)
    agree(engine, lambda xp, x, c: (c * 2.0, c + x, c), x, constants=[table])


# ---------------------------------------------------------------- reductions
@pytest.mark.parametrize("dtype", ELEMENTS)
@pytest.mark.parametrize("name", REDUCTIONS)
@few
@given(data=st.data())
def test_every_reduction(engine, name, dtype, data):
    """Each row of the table, along one axis, several and all; equal elements are frequent, the first one counts."""
    signs = st.sampled_from([-1, 1, 1, 1])  # whole numbers are exact to 2**53, and 9**64 is far beyond
    x, axis = data.draw(with_axis(dtype, signs if (name, dtype) == ("prod", np.int64) else None))
    x = np.round(x) if dtype is np.float64 and REDUCTIONS[name].position else x
    f = lambda xp: getattr(xp, name)  # noqa: E731
    agree(engine, lambda xp, x: (f(xp)(x, axis=axis), f(xp)(x, axis=axis, keepdims=True), f(xp)(x)), x)
    if not REDUCTIONS[name].position:
        agree(engine, lambda xp, x: f(xp)(x, axis=(0, x.ndim - 1) if x.ndim > 1 else (0,)), x)


@pytest.mark.parametrize("name", ["mean", "var", "std"])
@few
@given(data=st.data())
def test_reductions_made_of_others(engine, name, data):
    x, axis = data.draw(with_axis())
    f = lambda xp: getattr(xp, name)  # noqa: E731
    agree(engine, lambda xp, x: (f(xp)(x, axis=axis), f(xp)(x * 0.5, axis=axis, keepdims=True), f(xp)(x)), x)
    agree(engine, lambda xp, x: (f(xp)(xp.astype(x, xp.int64), axis=axis), xp.max(-x, axis=axis), xp.argmin(-x)), x)


@few
@given(pair=with_axis())
def test_running_sums(engine, pair):
    x, axis = pair
    agree(
        engine,
        lambda xp, x: (
            xp.cumulative_sum(x, axis=axis),
            xp.cumulative_sum(x * 2.0, axis=axis, include_initial=True),
            xp.cumulative_prod(x, axis=axis),
        ),
        x,
    )


@few
@given(shape=st.sampled_from([(0,), (0, 3), (3, 0), (2, 0, 3)]))
def test_arrays_without_elements(engine, shape):
    x = np.zeros(shape)
    agree(
        engine,
        lambda xp, x: (
            x + 1.0,
            xp.sum(x),
            xp.prod(x),
            xp.sum(x, axis=0),
            xp.any(x > 0),
            xp.all(x > 0),
            xp.concat([x, x]),
            x.T,
        ),
        x,
    )


# ---------------------------------------------------------------- linear algebra
MATRICES = [
    ((3, 4), (4, 5)),
    ((1, 8), (8, 32)),
    ((5,), (5,)),
    ((3, 5), (5,)),
    ((5,), (5, 2)),
    ((2, 3, 4), (4, 6)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 1, 3, 4), (3, 4, 2)),
    ((3, 17), (17, 9)),
    ((4, 40), (40, 64)),
    ((2, 0), (0, 3)),
    ((1, 1), (1, 1)),
    ((7, 12), (12, 1)),
    ((20, 30, 4), (4, 4)),
    ((5, 300), (300, 7)),  # so long that it is computed in parts, and with columns that fill no vector
]


@pytest.mark.parametrize("shapes", MATRICES, ids=str)
def test_matrix_products(engine, shapes):
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=s) for s in shapes)
    agree(engine, lambda xp, a, b: (a @ b, xp.matmul(a * 2.0, b), a @ (b - 1.0)), a, b)


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("inner", [1, 4, 8, 11, 200])
@pytest.mark.parametrize("columns", [1, 3, 4, 6])
def test_matrix_products_of_views(engine, rows, inner, columns):
    """Transposed, reversed, strided and repeated operands."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(inner, rows)), rng.normal(size=(columns, inner))
    agree(
        engine,
        lambda xp, a, b: (
            a.T @ b.T,
            a.T[:, ::-1] @ b.T,
            a.T @ b[::-1, :].T,
            a.T[::2, :] @ b.T,
            xp.broadcast_to(a[:, :1], a.shape).T @ b.T,
            (a * b[0, :, None]).T @ b.T,
        ),
        a,
        b,
    )


def test_whole_number_products(engine):
    agree(engine, lambda xp, a, b: (a @ b, a @ (b * 1.0)), np.arange(6).reshape(2, 3), np.arange(6).reshape(3, 2))


@few
@given(pair=with_axis(), order=st.sampled_from([1, 2, math.inf]))
def test_norms_and_dots(engine, pair, order):
    x, axis = pair
    agree(
        engine,
        lambda xp, x: (
            xp.linalg.vector_norm(x, axis=axis, ord=order),
            xp.linalg.vector_norm(x),
            xp.vecdot(x, x + 1.0, axis=-1),
            xp.linalg.vector_norm(x, axis=axis, keepdims=True),
        ),
        x,
    )


# ---------------------------------------------------------------- recurrences
WEIGHT = np.random.default_rng(7).normal(size=(3, 3)) / 2


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [1, 2, 5, 6])
def test_a_recurrence(engine, length, reverse):
    """Carries that are outputs, carries that are not, carries that swap or stand still, unused results."""
    x = np.random.default_rng(length).normal(size=(length, 2, 3))

    def f(xp, x, w):
        def body(carry, inputs):
            h, c, k, fixed, left, right = carry
            h = xp.tanh(inputs[0] + h @ w)
            c = 0.5 * c + xp.sum(h)
            return (h, c, k + 1, fixed, right, left + h), (h, c * 2.0, xp.exp(h), k)

        start = (x[0, ...], xp.sum(x), xp.asarray(3), x[-1, :, 0], xp.zeros((2, 3)), x[0, ...])
        carry, ys = scan(body, start, (x,), reverse=reverse)
        return (*carry, *ys, ys[0][:, 0, :] * 2.0, ys[0])

    agree(engine, f, x, constants=[WEIGHT])


def test_a_recurrence_keeps_named_tuples(engine):
    from helpers.cells import RNNStep

    def f(xp, x):
        carry, ys = scan(lambda c, x: ((c[0] + x[0],), RNNStep(x[0] * 2.0, c[0])), (x[0],), (x,))
        assert isinstance(ys, RNNStep)
        return ys.a, ys.h, carry[0]

    agree(engine, f, np.arange(4.0))


def test_a_recurrence_without_outputs(engine):
    agree(engine, lambda xp, x: scan(lambda c, x: ((c[0] * 0.5 + x[0],), ()), (x[0],), (x,))[0][0], np.arange(4.0))


@pytest.mark.parametrize("reverse", [False, True])
def test_recurrences_inside_recurrences(engine, reverse):
    """The inner body reads the outer carry, the outer input, arrays from outside, and work done once for all."""
    x = np.random.default_rng(0).normal(size=(4, 3, 2))

    def f(xp, x, gain):
        scale = xp.exp(gain)  # outside both

        def outer(carry, rows):
            offset = carry[0] * scale

            def inner(total, row):
                new = total[0] * 0.5 + row[0] * scale + offset
                return (new,), (new, xp.tanh(new) + x[0, 0, :])

            last, ys = scan(inner, (offset * 0.1,), (rows[0] + 1.0,), reverse=reverse)
            return (last[0] + carry[0],), (*ys, last[0], xp.max(ys[0], axis=0))

        carry, ys = scan(outer, (xp.zeros((2,)),), (x,))
        return (*carry, *ys)

    agree(engine, f, x, np.asarray(0.3))


def test_a_recurrence_that_depends_on_nothing_outside_runs_once(engine):
    """An inner recurrence over constants leaves the outer loop."""
    table = np.arange(6.0).reshape(3, 2)

    def f(xp, x, table):
        def outer(carry, row):
            last, ys = scan(lambda c, r: ((c[0] + r[0],), (c[0],)), (table[0, :],), (table,))
            return (carry[0] + row[0] * last[0],), (ys[0] * row[0],)

        carry, ys = scan(outer, (table[1, :],), (x,))
        return carry[0], ys[0]

    agree(engine, f, np.array([1.0, -2.0, 0.5]), constants=[table])


def test_a_recurrence_indexed_by_its_own_state(engine):
    def f(xp, table):
        def body(carry, _):
            k = carry[0]
            row = xp.take(table, xp.reshape(k, (1,)), axis=0)[0, :]
            return (xp.argmax(row),), (k, row, xp.take(row, k))

        carry, ys = scan(body, (xp.asarray(1),), (xp.zeros((6,)),))
        return carry[0], *ys

    agree(engine, f, np.random.default_rng(3).normal(size=(4, 4)))


# ---------------------------------------------------------------- cells and their gradients
def parameters(kind, gates, inputs=2, hidden=3, **more):
    """Random parameters of a cell, as a list of arrays."""
    rng = np.random.default_rng(11)
    shapes = [(inputs, gates * hidden), (hidden, gates * hidden), (gates * hidden,), *more.values()]
    return [rng.normal(size=s) / 2 for s in shapes]


RUNS = {
    **{f"rnn {a}": (cells.RNNParams, 1, {}, sequence.rnn, bptt.rnn_bptt, {"activation": a})
       for a in ("tanh", "relu", "sigmoid", "linear")},
    "lstm": (cells.LSTMParams, 4, {}, sequence.lstm, bptt.lstm_bptt, {}),
    "lstm coupled": (cells.LSTMParams, 4, {}, sequence.lstm, bptt.lstm_bptt, {"coupled": True}),
    "lstm peephole": (cells.LSTMParams, 4, {"peephole": (3, 3)}, sequence.lstm, bptt.lstm_bptt, {}),
    "gru": (cells.GRUParams, 3, {"b_h": (9,)}, sequence.gru, bptt.gru_bptt, {}),
    "gru before": (cells.GRUParams, 3, {"b_h": (9,)}, sequence.gru, bptt.gru_bptt, {"reset_after": False}),
}  # fmt: skip


@pytest.mark.parametrize("given_as", ["inputs", "constants"])
@pytest.mark.parametrize("case", RUNS)
def test_a_cell_forwards_and_backwards_through_time(engine, case, given_as):
    kind, gates, more, forward, backward, options = RUNS[case]
    rng, weights = np.random.default_rng(5), parameters(kind, gates, **more)
    x, grad_h, h0 = rng.normal(size=(6, 4, 2)), rng.normal(size=(6, 4, 3)), rng.normal(size=(4, 3))

    def f(xp, x, grad_h, h0, *weights):
        trace = forward(kind(*weights), x, h0, **options)
        grads = backward(kind(*weights), x, trace, grad_h, h0, **options)
        return (*trace, *(g for g in grads[0] if g is not None), *grads[1:])

    if given_as == "inputs":
        agree(engine, f, x, grad_h, h0, *weights, tolerance=1e-11)
    else:
        agree(engine, f, x, grad_h, h0, constants=weights, tolerance=1e-11)


@pytest.mark.parametrize("without", [*((name,) for name in PASSES), PASSES], ids="+".join)
def test_every_pass_of_the_lowering_can_be_left_out(engine, without):
    rng, weights = np.random.default_rng(6), parameters("lstm", 4)
    x, grad_h = rng.normal(size=(5, 4, 2)), rng.normal(size=(5, 4, 3))

    def f(xp, x, grad_h, *weights):
        params = cells.LSTMParams(*weights)
        trace = sequence.lstm(params, x)
        grads = bptt.lstm_bptt(params, x, trace, grad_h)
        both = xp.concat([trace.h, xp.flip(trace.c, axis=0) + xp.max(grads.params.W_h)], axis=1)
        return (*trace, *grads.params[:3], both, xp.take(both, xp.argmax(both[0, :, 0]), axis=1))

    agree(engine, f, x, grad_h, constants=weights, tolerance=1e-11, without=without)


def test_a_pass_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="there is no pass polish; there are inline, "):
        program_of(lambda xp, x: x, [np.ones(3)], without=("polish",))


def test_a_loss_and_its_gradient(engine):
    targets = np.array([[0, 2], [1, 1], [2, 0]])
    logits = np.random.default_rng(2).normal(size=(3, 2, 3))
    agree(engine, lambda xp, z, k: bptt.cross_entropy(z, k), logits, targets)
    agree(engine, lambda xp, z: (cells.softmax(z), cells.log_softmax(z, axis=0), cells.sigmoid(100 * z)), logits)


# ---------------------------------------------------------------- everything mixed
def expressions():
    """Random programs: a list of steps, each on two earlier results."""
    unary = [
        "tanh",
        "negative",
        "mT",
        "flip",
        "sum0",
        "sum1",
        "max1",
        "row",
        "cumsum",
        "reshape",
        "half",
        "mask",
        "stack",
    ]
    step = st.tuples(
        st.sampled_from([*unary, "add", "multiply", "subtract", "matmul", "concat", "where"]),
        st.integers(0, 20),
        st.integers(0, 20),
    )
    return st.lists(step, min_size=3, max_size=14)


ODD = 0.1234567  # added where numbers are compared: those that are equal but for rounding would decide either way


def build(xp, steps, *arrays):
    """All results of a random program on (3, 3) arrays."""
    known = list(arrays)
    for name, i, j in steps:
        a, b = known[i % len(known)], known[j % len(known)]
        known.append(
            {
                "tanh": lambda a, b: xp.tanh(a),
                "negative": lambda a, b: -a,
                "mT": lambda a, b: a.mT,
                "flip": lambda a, b: xp.flip(a, axis=0),
                "sum0": lambda a, b: 0.3 * xp.sum(a, axis=0, keepdims=True) + b,
                "sum1": lambda a, b: 0.3 * xp.sum(a * b, axis=1)[:, None] + a,
                "row": lambda a, b: a[1, :] + b[:, :1],
                "max1": lambda a, b: xp.max(a, axis=1, keepdims=True) - b,
                "cumsum": lambda a, b: 0.3 * xp.cumulative_sum(a, axis=0),
                "reshape": lambda a, b: xp.reshape(xp.reshape(a.mT, (9,)), (3, 3)),
                "half": lambda a, b: 0.5 * a,
                "mask": lambda a, b: xp.astype(a > b + ODD, a.dtype),
                "stack": lambda a, b: xp.stack([a, b])[1, ...],
                "add": lambda a, b: a + b,
                "multiply": lambda a, b: xp.tanh(a) * b,
                "subtract": lambda a, b: a - b,
                "matmul": lambda a, b: 0.3 * (a @ b),
                "concat": lambda a, b: xp.concat([a[:1, :], b[1:, :]], axis=0),
                "where": lambda a, b: xp.where(a > ODD, a, b),
            }[name](a, b)
        )
    return known


@settings(few, max_examples=60)
@given(steps=expressions(), x=arrays((3, 3)), y=arrays((3, 3)), wanted=st.sets(st.integers(0, 15), min_size=1))
def test_random_programs(engine, steps, x, y, wanted):
    def f(xp, x, y):
        known = build(xp, steps, x, y)
        return tuple(known[w % len(known)] for w in sorted(wanted)) + (known[-1],)

    agree(engine, f, x, y + 0.3, tolerance=1e-11)


@settings(few, max_examples=30)
@given(steps=expressions(), x=arrays((4, 3, 3)), reverse=st.booleans(), inside=expressions())
def test_random_programs_in_a_recurrence(engine, steps, x, reverse, inside):
    def f(xp, x):
        table = build(xp, inside, x[0, ...], x[1, ...])[-1]

        def body(carry, inputs):
            known = build(xp, steps, carry[0], inputs[0], table)
            return (xp.tanh(known[-1]), known[len(known) // 2] * 0.5), (known[-2], xp.tanh(known[-1]))

        carry, ys = scan(body, (x[0, ...] * 0.1, x[1, ...]), (x,), reverse=reverse)
        return (*carry, *ys, xp.sum(ys[1], axis=0))

    agree(engine, f, x, tolerance=1e-9)


def test_the_list_of_operations_is_covered():
    """Every function of the namespace appears in this file, or in a table that it goes over."""
    text = Path(__file__).read_text()
    rest = set(namespace.__all__) - set(FUNCTIONS) - set(REDUCTIONS)
    missing = {name for name in rest if f'"{name}"' not in text and f"xp.{name}" not in text}
    assert missing <= {"isdtype", "result_type", "inf", "newaxis", "scan"}


def test_what_a_change_does_not_reach_is_not_computed_again(engine):
    """A recurrence over a text waits for the text: its result stays when the place changes, and only then."""
    def f(xp, text, place):
        _, (sums,) = scan(lambda c, x: ((0.5 * c[0] + x[0],), (c[0],)), (xp.zeros((8,), dtype=text.dtype),),
                          (xp.sin(text[:, None] + xp.arange(8)[None, :]),))
        return sums, xp.take(sums, place, axis=0), xp.sum(sums) * xp.astype(place[0], text.dtype)

    text, place = np.random.default_rng(0).normal(size=200), np.asarray([3])
    agree(engine, f, text, place)
    stage, = (step for step in program_of(f, [text, place])[0].body if isinstance(step, Stage))
    assert [buffer.name for buffer in stage.inputs] == ["x0"]
    assert not any(isinstance(step, Stage) for step in program_of(f, [text, place], without=("stages",))[0].body)


def test_a_recurrence_does_not_draw_what_it_starts_from_into_its_stage():
    """Two recurrences that start from one place of a third: the first waits for fewer inputs than the second."""
    def f(xp, text, place, gain):
        run = lambda first, x: scan(lambda s, x: ((xp.tanh(s[0] + x[0]),), (s[0],)), (first,), (x,))[1][0]  # noqa: E731
        wide = text[:, None] + xp.arange(40)[None, :]
        read = run(xp.zeros((40,), dtype=text.dtype), wide)
        here = xp.take(read, place, axis=0)[0, :]
        return run(here, wide), run(here, gain[0] * wide)

    program = program_of(f, [np.zeros(200), np.asarray([3]), np.ones(1)])[0]
    stages = [{buffer.name for buffer in step.inputs} for step in program.body if isinstance(step, Stage)]
    assert {"x0"} in stages and {"x0", "x1"} in stages
    assert sum(isinstance(step, Repeat) for step in program.body) == 1  # the second, which all inputs reach


def test_a_stage_leaves_what_others_read(engine):
    """Two recurrences in turn, each fed by one input and read by the next; nothing of one is lost when another runs."""
    def f(xp, a, b, c):
        run = lambda first, x: scan(lambda s, x: ((xp.tanh(0.9 * s[0] + x[0]),), (s[0],)), (first,), (x,))  # noqa: E731
        (one,), (h,) = run(xp.zeros((40,), dtype=a.dtype), a)
        (two,), (g,) = run(one, xp.cumulative_sum(b, axis=0))
        (three,), _ = run(c + two, h[::-1, :] + g)
        return xp.concat([h, g], axis=1), two, three, xp.max(h, axis=0) + c

    rng = np.random.default_rng(1)
    agree(engine, f, rng.normal(size=(60, 40)), rng.normal(size=(60, 40)), rng.normal(size=40))
