"""Checks of array arguments: every message names the array, what was expected and what came."""

import math

from array_api_compat import array_namespace, is_numpy_array, is_torch_array

__all__ = ["expect_numbers", "expect_params", "expect_shape"]


def expect_shape(name, array, expected):
    """Raise unless `array` has the `expected` shape: an int is that size, a letter any size.

    Raises TypeError for something that is no array, ValueError for a wrong shape.
    """
    wanted = "(" + ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "") + ")"
    if not hasattr(array, "shape"):
        raise TypeError(f"{name}: expected an array of shape {wanted}, got {type(array).__name__}")
    got = tuple(array.shape)
    fits = len(got) == len(expected) and all(isinstance(e, str) or g == e for g, e in zip(got, expected, strict=True))
    if not fits:
        raise ValueError(f"{name}: expected shape {wanted}, got {got}")


def expect_numbers(**arrays):
    """Raise ValueError naming the first of `arrays` (None is skipped) that holds NaN.

    Looks at values only in NumPy and torch arrays: a traced array has none yet.
    """
    for name, array in arrays.items():
        if is_numpy_array(array) or is_torch_array(array):
            xp = array_namespace(array)
            bad = xp.isnan(array)
            if xp.any(bad):
                count, size = int(xp.sum(xp.astype(bad, xp.int64))), math.prod(array.shape)
                raise ValueError(f"{name}: expected numbers, got NaN in {count} of its {size} entries")


def expect_params(params, gates):
    """Raise unless `params` has matrices W_x (D, gates*H), W_h (H, gates*H) and vectors of gates*H; return (D, H)."""
    name = type(params).__name__
    if not (hasattr(params, "W_x") and hasattr(params, "W_h")):
        raise TypeError(f"params: expected RNNParams, LSTMParams or GRUParams, got {name}")
    expect_shape(f"{name}.W_h", params.W_h, ("H", f"{gates}*H" if gates > 1 else "H"))
    size = params.W_h.shape[0]
    expect_shape(f"{name}.W_h", params.W_h, (size, gates * size))
    expect_shape(f"{name}.W_x", params.W_x, ("D", gates * size))
    for bias in ("b", "b_h"):
        if hasattr(params, bias):
            expect_shape(f"{name}.{bias}", getattr(params, bias), (gates * size,))
    if getattr(params, "peephole", None) is not None:
        expect_shape(f"{name}.peephole", params.peephole, (3, size))
    return params.W_x.shape[0], size
