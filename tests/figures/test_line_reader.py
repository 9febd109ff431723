"""The first screen's network: what its cells tell is measured again, and turning a cell over changes nothing."""

import gzip

import numpy as np
import pytest

from helpers import char_lstm
from helpers.data import make_line_cells
from helpers.figures import line_reader
from helpers.live import load
from helpers.measured import measured
from live_figures.compile import compile_figure

SMALL = char_lstm.trained("small")


def test_the_network_travels_in_less_than_sixty_kilobytes():
    assert len(gzip.compress(compile_figure(load("line_reader")).weights_js.encode(), 9)) < 60_000


def test_what_the_cells_tell_measured_again():
    found = make_line_cells.measure()
    for cell, saved in zip(found, measured("line_cells")["cells"], strict=True):
        assert {key: cell[key] for key in ("name", "unit", "up")} == {key: saved[key] for key in ("name", "unit", "up")}
        assert [cell[key] for key in ("right", "control", "top")] == pytest.approx(
            [saved[key] for key in ("right", "control", "top")], abs=2e-3)


def test_each_cell_tells_far_more_than_any_does_of_labels_moved_elsewhere():
    for cell in line_reader.CELLS:
        assert cell["right"] - 0.5 > 2.5 * (cell["control"] - 0.5)


def test_right_is_the_mean_over_both_answers():
    c, yes = np.array([[1.0, -1], [2, 1], [-1, 1], [-3, -2]]), np.array([True, True, False, False])
    np.testing.assert_allclose(make_line_cells.right(c, yes), [1, 0.5])
    np.testing.assert_allclose(make_line_cells.right(c[:3], yes[:3]), [1, 0.25])


def test_a_cell_turned_over_is_the_same_network():
    """The figure shows some cells with the other sign; the weights that lead into and out of one can be turned too."""
    unit, units = next(c["unit"] for c in line_reader.CELLS if c["up"] < 0), char_lstm.SIZES["small"]
    W_x, W_h, b, V = (np.array(a) for a in (*SMALL.params[:3], SMALL.V))
    candidate = 2 * units + unit  # gates in the order i, f, g, o
    W_h[unit], V[unit] = -W_h[unit], -V[unit]
    for weights in (W_x, W_h, b):
        weights[..., candidate] *= -1
    turned = SMALL._replace(params=SMALL.params._replace(W_x=W_x, W_h=W_h, b=b), V=V)
    codes = char_lstm.encode("\n" + line_reader.LINE)
    trace, other = (char_lstm.read(model, codes) for model in (SMALL, turned))
    np.testing.assert_allclose(char_lstm.log_chances(turned, other.h), char_lstm.log_chances(SMALL, trace.h), atol=1e-9)
    np.testing.assert_allclose(other.c[:, unit], -trace.c[:, unit], atol=1e-9)
    shown = load("line_reader").run(cell=next(c["name"] for c in line_reader.CELLS if c["unit"] == unit))
    np.testing.assert_allclose(shown["held"][:len(codes)], other.c[:, unit], atol=1e-9)


@pytest.mark.parametrize("line", ["", "x", line_reader.LINES[1], "日本 & é" * 3])
def test_the_next_characters_are_those_of_the_network(line):
    arrays, codes = load("line_reader").run(line=line), char_lstm.encode("\n" + line)
    chances = np.exp(char_lstm.log_chances(SMALL, char_lstm.read(SMALL, codes).h[-1]))
    best = np.argsort(-chances)[:line_reader.BARS]
    np.testing.assert_allclose(arrays["chance"][len(line)], chances[best], atol=1e-9)
    assert "".join(map(chr, arrays["next"][len(line)])) == "".join(line_reader.VOCABULARY[k] for k in best)
