"""The figure `pixel_reader` against torch, what a drawing becomes, and the quality that is stated of its networks."""

import numpy as np
import pytest
import torch

from helpers import digits, params
from helpers.data import make_pixel_reader as made
from helpers.live import load

torch.set_num_threads(1)
NETS = load("pixel_reader").controls[3].options


def bitmap(image):
    """A bitmap (32, 32) with as much ink in each block as the image says, where the smoothed image has most of it."""
    smooth = np.kron(image, np.ones((4, 4)))
    for axis in (0, 1):
        smooth = sum(np.roll(smooth, shift, axis) for shift in range(-3, 4)) / 7
    found = np.zeros((digits.SIZE, digits.SIZE, 16))
    ranks = np.argsort(np.argsort(-smooth.reshape(8, 4, 8, 4).swapaxes(1, 2).reshape(8, 8, 16), kind="stable"))
    found[ranks < np.round(16 * image)[..., None]] = 1
    return found.reshape(8, 8, 4, 4).swapaxes(1, 2).reshape(32, 32)


@pytest.fixture(scope="module")
def test_set():
    data = digits.load()
    return np.array([bitmap(image) for image in data.test_images]), data.test_images, data.test_labels


def half_as_large(bitmaps):
    """In the top left corner."""
    small = np.zeros_like(bitmaps)
    small[:, :16, :16] = bitmaps[:, ::2, ::2]
    return small


def thicker(bitmaps):
    wide = np.pad(bitmaps, ((0, 0), (1, 1), (1, 1)))
    return np.maximum.reduce([wide[:, r:32 + r, c:32 + c] for r, c in ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))])


def thinner(bitmaps):
    return 1 - thicker(1 - bitmaps)


def right(net, order, bitmaps, labels, frame=True):
    """The share of drawings that a network gets right, which the figure frames."""
    images = np.array([digits.blocks(digits.framed(b) if frame else b) for b in bitmaps])
    p = digits.read(digits.trained(net, order), made.ORDERS[order](images))
    return float((p[-1].argmax(-1) == labels).mean())


def test_a_bitmap_is_counted_as_the_data_set_counts_it(test_set):
    for drawn, image in zip(*test_set[:2], strict=True):
        np.testing.assert_allclose(digits.blocks(drawn), image, atol=1e-12)


def test_a_drawing_is_cut_out_and_enlarged():
    """Against plain loops over the cells of the frame."""
    rng = np.random.default_rng(0)
    for _ in range(40):
        top, left = rng.integers(0, 28, 2)
        bottom, end = rng.integers(top, 32) + 1, rng.integers(left, 32) + 1
        drawn = np.zeros((32, 32))
        drawn[top:bottom, left:end] = rng.random((bottom - top, end - left)) < 0.5
        drawn[top, left] = drawn[bottom - 1, end - 1] = 1
        height, width = bottom - top, end - left
        across = min(max(32 * width / height, 16), 22)
        want = np.zeros((32, 32))
        for r in range(32):
            for c in range(32):
                column = int(np.floor(left + width / 2 + (c + 0.5 - 16) * width / across))
                if left <= column < end:
                    want[r, c] = drawn[int(top + (r + 0.5) * height / 32), column]
        np.testing.assert_array_equal(digits.framed(drawn), want)
    assert not digits.framed(np.zeros((32, 32))).any()


@pytest.mark.parametrize("function", [digits.blocks, digits.framed])
def test_what_is_no_square_of_blocks_is_refused(function):
    for shape in ((32, 24), (30, 30), (0, 0)):
        with pytest.raises(ValueError, match="bitmap: expected a square whose side 8 divides"):
            function(np.zeros(shape))
    with pytest.raises(TypeError, match="bitmap"):
        function("ink")
    assert torch.equal(function(torch.eye(32)), torch.as_tensor(function(np.eye(32))).float())


def test_digits_of_the_data_set_are_as_high_as_the_frame_and_mostly_as_wide_as_a_drawing_becomes(test_set):
    rows, columns = (test_set[0].max(axis=axis) for axis in (2, 1))
    assert rows[:, [0, -1]].all(axis=1).mean() > 0.98
    widths = 32 - columns.argmax(axis=1) - columns[:, ::-1].argmax(axis=1)
    low, high = digits.WIDTHS
    assert 0.75 < ((widths >= low) & (widths <= high)).mean() < 0.95


@pytest.mark.parametrize("order", digits.ORDERS)
@pytest.mark.parametrize("net", NETS)
def test_the_figure_agrees_with_torch(net, order):
    reader, data = digits.trained(net, order), digits.load()
    module = params.to_torch(reader.params)
    for k in (0, 7, 29):
        x = torch.as_tensor(made.ORDERS[order](data.test_images[k:k + 1]))
        with torch.no_grad():
            scores = module(x)[0][:, 0] @ torch.as_tensor(reader.W_y) + torch.as_tensor(reader.c)
        arrays = load("pixel_reader").run(image=k + 1, net=net, read=64)
        np.testing.assert_allclose(arrays[order].T, torch.softmax(scores, dim=-1), atol=1e-9)
        np.testing.assert_array_equal(arrays["picture"], data.test_images[k])
        assert arrays["label"] == data.test_labels[k]


def test_what_is_drawn_is_framed_and_then_read(test_set):
    for drawn, label in zip(test_set[0][:20], test_set[2], strict=False):
        small = half_as_large(drawn[None])[0]
        arrays = load("pixel_reader").run(ink=small, read=64, net="LSTM")
        np.testing.assert_allclose(arrays["picture"], digits.blocks(digits.framed(small)), atol=1e-12)
        assert arrays["label"] == -1 and label in range(10)


@pytest.mark.parametrize("order", digits.ORDERS)
@pytest.mark.parametrize("net", NETS)
def test_the_shipped_networks_are_as_good_as_stated(net, order):
    with np.load(made.PATH) as stored:
        stated = float(stored[f"{net} {order} right"])
    assert made.share_right(net, order) == pytest.approx(stated, abs=1e-9) and stated > 0.88


@pytest.mark.parametrize("order", digits.ORDERS)
@pytest.mark.parametrize("net", NETS)
def test_how_a_drawing_is_read(test_set, net, order):
    """The test images as drawings: small in a corner they are lost, and found in the frame; lines of another width."""
    bitmaps, _, labels = test_set
    framed = right(net, order, bitmaps, labels)
    small = half_as_large(bitmaps)
    assert right(net, order, small, labels, frame=False) < 0.2
    assert right(net, order, small, labels) > 0.87 and framed > 0.89
    assert right(net, order, thinner(bitmaps), labels) < framed - 0.1
    assert right(net, order, thicker(bitmaps), labels) < framed - 0.04
