"""Handwritten digits as sequences: scikit-learn's images of 8 × 8 pixels, read pixel by pixel or row by row.

Each pixel counts how much of a block of 4 × 4 cells of a bitmap of 32 × 32 is ink, 0 to 16 (Alpaydin & Kaynak 1998);
here it is a share from 0 to 1. scikit-learn brings the 1,797 images of their test set, which 13 people wrote. Who wrote
which one is not said, so that the same hands wrote the training and the test images of `load`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._validate import (
    as_floats,
    expect_choice,
    expect_finite,
    expect_flags,
    expect_no_overflow,
    expect_shape,
    namespace,
)
from .cells import softmax
from .kinds import KINDS, kind_of

__all__ = ["CELLS", "ORDERS", "SIZE", "TESTED", "Digits", "Reader", "as_pixels", "as_rows", "blocks", "framed", "load",
           "read", "scores", "trained"]

SIZE = 8  # pixels on a side
TESTED = 450  # images that are held out
CELLS = {"tanh RNN, orthogonal": "rnn", "GRU": "gru", "LSTM": "lstm"}  # of the readers, and their kinds
ORDERS = ("pixels", "rows")
WIDTHS = 16, 22  # cells of 32: how wide most digits of the data set are; all of them are 32 high


class Digits(NamedTuple):
    """Images (n, 8, 8), shares of ink from 0 to 1, and labels (n,), 0 to 9, to train on and to test on."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load(as_filed: bool = False) -> Digits:
    """The digits, 1,347 to train on and 450 to test on: always the same split, with equal shares of each class.

    `as_filed`: the first 1,347 of the file and its last 450 instead. Raises ModuleNotFoundError, with what to install,
    where scikit-learn is missing, TypeError for an `as_filed` that is not True or False.

    >>> digits = load()
    >>> digits.train_images.shape, digits.test_images.shape
    ((1347, 8, 8), (450, 8, 8))
    """
    expect_flags(as_filed=as_filed)
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] != "sklearn":
            raise
        message = "the digits come with scikit-learn: pip install scikit-learn"
        raise ModuleNotFoundError(message, name=error.name) from None
    bunch = load_digits()
    images, labels = bunch.images / 16, bunch.target.astype(np.int64)
    train, test = np.split(np.arange(len(labels)), [-TESTED]) if as_filed else split(labels, TESTED)
    return Digits(images[train], labels[train], images[test], labels[test])


def split(labels: np.ndarray, held_out: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Where the labels to keep and the `held_out` ones stand, in ascending order: near equal shares of each class.

    The images of a class are drawn in random order and spread evenly over a line, of which every so many are held out.
    Written here, so that no version of another library changes what is tested.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]  # class by class, each in random order
    at = np.arange(held_out) * len(labels) // held_out
    return np.sort(np.delete(order, at)), np.sort(order[at])


def as_pixels(images):
    """Images (n, 8, 8) as sequences (64, n, 1): pixel by pixel, line by line from the top left. Raises as `as_rows`."""
    rows = as_rows(images)
    xp = namespace(images=rows)
    return xp.reshape(xp.permute_dims(rows, (0, 2, 1)), (rows.shape[0] * rows.shape[2], rows.shape[1], 1))


def as_rows(images):
    """Images (n, rows, columns) as sequences (rows, n, columns): row by row, from the top.

    NaN stays. Raises TypeError for what is no array of real numbers, ValueError for another number of axes.

    >>> as_rows(np.zeros((5, 8, 8))).shape, as_pixels(np.zeros((5, 8, 8))).shape
    ((8, 5, 8), (64, 5, 1))
    """
    images = as_floats("images", images)
    if images.ndim != 3:
        raise ValueError(f"images: expected shape (n, rows, columns), got {tuple(images.shape)}")
    return namespace(images=images).permute_dims(images, (1, 0, 2))


def blocks(bitmap):
    """A square bitmap of ones and zeros as the data set counts it: the share of ink (8, 8) of each block. Array API.

    Raises TypeError for what is no array of real numbers, ValueError unless it is (8 n, 8 n), for NaN and infinity,
    FloatingPointError for numbers too large to be added.

    >>> float(blocks(np.eye(32))[0, 0])
    0.25
    """
    bitmap = as_floats("bitmap", bitmap)
    side = _square("bitmap", bitmap) // SIZE
    xp = namespace(bitmap=bitmap)
    counted = xp.mean(xp.mean(xp.reshape(bitmap, (SIZE, side, SIZE, side)), axis=3), axis=1)
    expect_no_overflow("bitmap is too large", infinite=True, blocks=counted)
    return counted


def framed(bitmap):
    """The drawing of a square bitmap as large as the digits of the data set: cut out, and enlarged to full height.

    Its width grows by the same factor, but to no less and no more than that of most digits there (`WIDTHS`), and it
    comes to stand in the middle. An empty bitmap stays empty. Array API; raises as `blocks`.
    """
    bitmap = as_floats("bitmap", bitmap)
    n = _square("bitmap", bitmap)
    xp = namespace(bitmap=bitmap)
    (top, height), (left, width) = (_extent(xp.max(bitmap, axis=axis)) for axis in (1, 0))
    place = xp.arange(n, dtype=xp.float64) + 0.5
    across = xp.clip(n * width / height, *(n * w / 32 for w in WIDTHS))
    rows = xp.astype(xp.floor(top + place * height / n), xp.int64)
    columns = xp.floor(left + width / 2 + (place - n / 2) * width / across)
    inside = (columns >= left) & (columns < left + width)
    cut = xp.take(xp.take(bitmap, rows, axis=0), xp.astype(xp.clip(columns, 0.0, n - 1.0), xp.int64), axis=1)
    return xp.where(inside, cut, 0.0 * cut)


def _square(name: str, bitmap) -> int:
    """The side of a square bitmap of finite numbers; ValueError unless blocks divide it."""
    expect_shape(name, bitmap, ("n", "n"))
    expect_finite(**{name: bitmap})
    side = bitmap.shape[0]
    if side != bitmap.shape[1] or side == 0 or side % SIZE:
        raise ValueError(f"{name}: expected a square whose side {SIZE} divides, got shape {tuple(bitmap.shape)}")
    return side


def _extent(ink):
    """Where ink (n,) begins, and over how many places it reaches, as floats; all of them where there is none."""
    xp = namespace(ink=ink)
    some = xp.astype(ink > 0, xp.int64)
    first = xp.argmax(some)
    return xp.astype(first, xp.float64), xp.astype(ink.shape[0] - xp.argmax(xp.flip(some)) - first, xp.float64)


class Reader(NamedTuple):
    """A network that reads digits: the parameters of its cell, and the readout W_y (H, 10) and c (10,)."""

    params: NamedTuple
    W_y: np.ndarray
    c: np.ndarray


def trained(cell: str, order: str) -> Reader:
    """A reader that `python -m helpers.data.make_pixel_reader` trained: a cell of CELLS that reads in one of ORDERS.

    Raises ValueError for another cell or order.
    """
    expect_choice("cell", cell, CELLS)
    expect_choice("order", order, ORDERS)
    kind = KINDS[CELLS[cell]].params
    with np.load(Path(__file__).with_name("data") / "pixel_reader.npz") as stored:
        weights = {name.removeprefix(f"{cell} {order} "): stored[name].astype(np.float64) for name in stored.files
                   if name.startswith(f"{cell} {order} ")}
    return Reader(kind(**{name: weights[name] for name in kind._fields if name in weights}), weights["W_y"],
                  weights["c"])


def read(reader: Reader, x):
    """The probabilities (T, n, 10) of the ten digits after every step of the sequences x (T, n, D). Array API.

    Raises as `scores`.
    """
    return softmax(scores(reader, x))


def scores(reader: Reader, x):
    """The scores (T, n, 10) whose softmax `read` gives.

    Raises TypeError for anything but a Reader, ValueError for a readout that does not fit, NaN or infinity, else as
    `kind_of` and as `lstm`, the function of its cell in `sequence`.
    """
    if not isinstance(reader, Reader):
        raise TypeError(f"reader: expected a Reader, got {type(reader).__name__}")
    h = kind_of(reader.params).forward(reader.params, x).h
    W_y, c = as_floats("reader.W_y", reader.W_y), as_floats("reader.c", reader.c)
    namespace(x=h, **{"reader.W_y": W_y, "reader.c": c})
    expect_shape("reader.W_y", W_y, (h.shape[-1], "classes"))
    expect_shape("reader.c", c, (W_y.shape[1],))
    expect_finite(**{"reader.W_y": W_y, "reader.c": c})
    found = h @ W_y + c
    expect_no_overflow("reader is too large", infinite=True, scores=found)
    return found
