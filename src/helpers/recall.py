"""What of a text can be read from the states of a network by a linear map, and what can be guessed from its end.

Both measures name the character k steps back: they are fitted on the first half of the steps and score the second half.
"""

from __future__ import annotations

import numpy as np

from ._validate import as_array, as_floats, expect_counts, expect_finite, expect_shape
from .text import expect_codes, look_up

__all__ = ["linear_recall", "table_recall"]

_PENALTY = 1.0  # of the squared weights, beside the sum of squared errors over thousands of places


def linear_recall(features, codes, k: int, asked) -> float:
    """The share of the characters k steps back that a linear map of `features` (T, B, F) names.

    `codes` (T, B) is the text that was read, `asked` (T, B) says which of its characters count. The map is fitted to
    one-hot targets by least squares, with a constant, and names the character of the highest score. Raises TypeError
    for what are no numbers, whole numbers and bools, ValueError for shapes that do not fit, a k out of range, features
    that are not finite, or where one half has no character that counts.
    """
    codes, fitted, tested = _places(codes, k, asked, first=k)
    features = as_floats("features", features)
    features = np.asarray(features.detach().cpu().double() if hasattr(features, "detach") else features, dtype=float)
    expect_shape("features", features, (*codes.shape, "F"))
    expect_finite(features=features)
    features = np.concatenate([features, np.ones((*codes.shape, 1))], axis=2)
    A, Y = features[fitted], np.eye(codes.max() + 1)[_back(codes, fitted, k)]
    reader = np.linalg.solve(A.T @ A + _PENALTY * np.eye(A.shape[1]), A.T @ Y)
    return float(np.mean((features[tested] @ reader).argmax(axis=1) == _back(codes, tested, k)))


def table_recall(codes, k: int, asked, n: int = 3) -> float:
    """The share of the characters k steps back that a table of the last n characters names.

    For each run of n it names the character that stood most often k steps back, and for a run that it never saw the one
    that is the most frequent of all. Shapes and errors as `linear_recall`; n is at least 1, and at most what int64 can
    number.
    """
    expect_counts(1, 8, n=n)
    codes, fitted, tested = _places(codes, k, asked, first=max(k, n - 1) if isinstance(k, int) else k)
    size = int(codes.max()) + 1
    run = sum(np.roll(codes, j, axis=0) * size**j for j in range(n))
    letters = _back(codes, fitted, k)
    pairs, counts = np.unique(run[fitted] * size + letters, return_counts=True)
    last = np.lexsort((counts, pairs // size))  # within a run, the most frequent letter comes last
    runs, ends = np.unique(pairs[last][::-1] // size, return_index=True)
    named = pairs[last][::-1][ends] % size
    said = look_up(runs, named, run[tested], missing=np.bincount(letters).argmax())
    return float(np.mean(said == _back(codes, tested, k)))


def _back(codes: np.ndarray, places: tuple, k: int) -> np.ndarray:
    """The characters k steps before these places."""
    t, b = places
    return codes[t - k, b]


def _places(codes, k: int, asked, first: int):
    """Checked codes (T, B), and the places from `first` on, in each half, whose character k steps back counts."""
    codes = as_array("codes", codes)
    expect_shape("codes", codes, ("T", "B"))
    shape = tuple(codes.shape)
    codes = expect_codes("codes", codes, vocabulary=96, axes=2).reshape(shape)
    expect_counts(0, max(shape[0] - 1, 0), k=k)
    asked = as_array("asked", asked)
    asked = np.asarray(asked.detach().cpu() if hasattr(asked, "detach") else asked)
    expect_shape("asked", asked, shape)
    if asked.dtype != bool:
        raise TypeError(f"asked: expected bools, got {asked.dtype}")
    t, b = np.nonzero(asked[first - k:shape[0] - k])
    t, late = t + first, t + first >= shape[0] // 2
    if late.all() or not late.any():
        raise ValueError(f"asked: expected characters that count in both halves, {k} steps back; got none in one half")
    return codes, (t[~late], b[~late]), (t[late], b[late])
