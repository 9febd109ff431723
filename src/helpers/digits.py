"""Handwritten digits as sequences: scikit-learn's images of 8 × 8 pixels, read pixel by pixel or row by row.

Each pixel counts how much of a block of 4 × 4 cells of a bitmap of 32 × 32 is ink, 0 to 16 (Alpaydin & Kaynak 1998);
here it is a share from 0 to 1. scikit-learn brings the 1,797 images of their test set, which 13 people wrote. Who wrote
which one is not said, so that the same hands wrote the training and the test images of `load`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._validate import as_floats, expect_flags, namespace

__all__ = ["SIZE", "TESTED", "Digits", "as_pixels", "as_rows", "load"]

SIZE = 8  # pixels on a side
TESTED = 450  # images that are held out


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
    return xp.reshape(xp.permute_dims(rows, (0, 2, 1)), (-1, rows.shape[1], 1))


def as_rows(images):
    """Images (n, rows, columns) as sequences (rows, n, columns): row by row, from the top.

    Raises TypeError for what is no array of real numbers, ValueError for another number of axes.

    >>> as_rows(np.zeros((5, 8, 8))).shape, as_pixels(np.zeros((5, 8, 8))).shape
    ((8, 5, 8), (64, 5, 1))
    """
    images = as_floats("images", images)
    if images.ndim != 3:
        raise ValueError(f"images: expected shape (n, rows, columns), got {tuple(images.shape)}")
    return namespace(images=images).permute_dims(images, (1, 0, 2))
