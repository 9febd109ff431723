"""Scan and pick: against loops and indexing in every array library, and their errors."""

from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
import torch
from equation_cases import LIBRARIES, QUICK, assert_same, to_library, with_grad
from hypothesis import given
from hypothesis import strategies as st

from live_figures import pick, scan


class Row(NamedTuple):
    a: np.ndarray
    h: np.ndarray


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("reverse", [False, True])
@QUICK
@given(values=st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_scan_equals_a_loop(library, reverse, values):
    x = np.asarray(values)

    def f(carry, inputs):
        total = 0.5 * carry[0] + inputs[0] * inputs[1]
        return (total,), Row(a=total, h=inputs[0][None] + carry[0])

    carry, ys = scan(f, *to_library(library, ((np.asarray(1.0),), (x, x))), reverse=reverse)
    total, wanted = 1.0, {}
    for t in reversed(range(len(x))) if reverse else range(len(x)):
        total, before = 0.5 * total + x[t] ** 2, total
        wanted[t] = (total, [x[t] + before])
    assert_same(carry[0], total)
    assert isinstance(ys, Row)
    assert_same(ys.a, [wanted[t][0] for t in range(len(x))])
    assert_same(ys.h, [wanted[t][1] for t in range(len(x))])


def test_scan_keeps_its_inputs_and_torch_can_differentiate_through_it():
    x = np.arange(4.0)
    _, (ys,) = scan(lambda c, i: ((c[0] + i[0],), (i[0],)), (np.zeros(()),), (x,))
    ys[0] = 7.0
    assert x[0] == 0.0
    tensor = with_grad(np.asarray([1.0, 2.0, 3.0]))
    (last,), _ = scan(lambda c, i: ((c[0] * i[0],), c), (torch.ones((), dtype=torch.float64),), (tensor,))
    last.backward()
    assert_same(tensor.grad, [6.0, 3.0, 2.0])


def test_scan_leaves_the_loop_to_a_namespace_that_has_one():
    namespace = ModuleType("own")
    namespace.scan = lambda *arguments: ("own scan", *arguments)

    class Traced:
        shape, ndim = (3,), 1

        def __array_namespace__(self, api_version=None):
            return namespace

    x = Traced()
    assert scan(len, (1,), (x,), reverse=True) == ("own scan", len, (1,), (x,), True)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_pick_equals_indexing(library, axis):
    a = np.arange(24.0).reshape(2, 3, 4)
    for index in range(a.shape[axis]):
        want = np.take(a, index, axis=axis)
        assert_same(pick(*to_library(library, (a, np.asarray(index))), axis=axis), want, 0)
        assert_same(pick(to_library(library, a), index, axis=axis), want, 0)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("start", "step"), [(0, 0.5), (False, 1), (True, 0.5)])
def test_a_carry_that_turns_real_is_refused(library, start, step):
    init, x = to_library(library, ((np.asarray(start),), np.ones(3)))
    with pytest.raises(TypeError, match=r"scan: carry 0 starts as .* and f returned .*; give its start"):
        scan(lambda carry, inputs: ((carry[0] + step * inputs[0],), carry), init, (x,))


def test_results_of_two_precisions_keep_the_higher_one():
    x = np.asarray([1.0, 1.0, 1.0]) / 3
    _, (ys,) = scan(lambda carry, inputs: ((carry[0] + inputs[0],), carry), (np.zeros((), np.float32),), (x,))
    np.testing.assert_array_equal(ys, [0.0, 1 / 3, 2 / 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scan(len, (), ()), r"xs: expected arrays of one length T >= 1 along time, got lengths \[\]"),
        (lambda: scan(len, (), (np.ones(5), np.ones(2))), r"xs: .* got lengths \[5, 2\]"),
        (lambda: scan(lambda c, x: (c + c, ()), (np.ones(1),), (np.ones(2),)), "f returned 2 carries, it was given 1"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
