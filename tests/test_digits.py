"""The digits as sequences: the split, the two orders of reading, and what a drawing becomes."""

import sys

import array_api_strict as strict
import numpy as np
import pytest
import torch

from helpers import digits

LABELS, INK = [4, 1, 4, 6, 5, 6, 5, 9, 9, 4, 3, 5], [258.0, 338.0, 259.0, 378.0]


def test_the_split_is_frozen_and_even():
    """The first labels and the ink of their images are written here: no version of a library moves them unseen."""
    data = digits.load()
    assert data.train_images.shape == (1347, 8, 8) and data.test_images.shape == (450, 8, 8)
    for labels in (data.train_labels, data.test_labels):
        share = np.bincount(labels) / len(labels)
        assert labels.dtype == np.int64 and len(share) == 10 and share.max() - share.min() < 0.01
    counts = np.concatenate([data.train_images, data.test_images]) * 16
    assert counts.min() == 0 and counts.max() == 16 and not (counts % 1).any()
    assert data.test_labels[:12].tolist() == LABELS and (data.test_images[:4].sum(axis=(1, 2)) * 16).tolist() == INK
    again = digits.load()
    assert all(np.array_equal(a, b) for a, b in zip(data, again, strict=True))


def test_no_image_is_in_both_parts_and_all_are_in_one():
    from sklearn.datasets import load_digits

    every = {image.tobytes() for image in load_digits().images / 16}
    for data in (digits.load(), digits.load(as_filed=True)):
        train, test = ({image.tobytes() for image in part} for part in (data.train_images, data.test_images))
        assert not train & test and train | test == every
    np.testing.assert_array_equal(data.test_images, load_digits().images[-450:] / 16)


def test_pixels_come_line_by_line_and_rows_from_the_top():
    images = digits.load().test_images[:7]
    np.testing.assert_array_equal(digits.as_pixels(images)[:, 3, 0], images[3].ravel())
    np.testing.assert_array_equal(digits.as_rows(images)[:, 3], images[3])
    assert torch.equal(digits.as_pixels(torch.as_tensor(images)), torch.as_tensor(digits.as_pixels(images)))
    with pytest.raises(ValueError, match=r"images: expected shape \(n, rows, columns\), got \(8, 8\)"):
        digits.as_rows(images[0])


def test_without_scikit_learn_the_error_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
        digits.load()
    with pytest.raises(TypeError, match="as_filed: expected True or False"):
        digits.load("filed")


def test_what_is_no_reader_is_refused():
    with pytest.raises(ValueError, match="cell: expected one of tanh RNN, orthogonal, GRU, LSTM; got 'lstm'"):
        digits.trained("lstm", "rows")
    with pytest.raises(ValueError, match="order: expected one of pixels, rows"):
        digits.trained("LSTM", "columns")
    with pytest.raises(TypeError, match="reader: expected a Reader, got ndarray"):
        digits.read(np.zeros(3), np.zeros((8, 1, 8)))


def test_probabilities_add_up_after_every_step():
    p = digits.read(digits.trained("GRU", "rows"), digits.as_rows(digits.load().test_images[:5]))
    assert p.shape == (8, 5, 10)
    np.testing.assert_allclose(p.sum(axis=-1), 1)


def test_sequences_and_drawings_need_nothing_outside_the_array_api():
    rng = np.random.default_rng(0)
    bitmap, images = (rng.random((32, 32)) < 0.1) * 1.0, rng.random((3, 8, 8))
    bitmap[:5] = bitmap[:, 20:] = 0
    with strict.ArrayAPIStrictFlags(boolean_indexing=False, data_dependent_shapes=False):
        for function, value in ((digits.blocks, bitmap), (digits.framed, bitmap), (digits.as_pixels, images),
                                (digits.as_rows, images)):
            np.testing.assert_allclose(np.asarray(function(strict.asarray(value))), function(value), atol=1e-15)
