"""A plot of what seeds measured along a length: the median, the range, the baselines, and the same in words."""

import numpy as np
import pytest

from helpers.curves import Curves

WORDS = {"title": "How far?", "caption": "Here.", "x_title": "length", "y_title": "error"}


def test_a_line_goes_through_the_medians_and_strokes_reach_to_the_ends():
    plot = Curves(**WORDS, x=[10, 20], rows={"a": [[1.0, 5.0, 2.0], [4.0, 4.0, 8.0]], "b": [[3.0], []]},
                  baselines={"guess": 7, "ramp": [1, 2]})
    fig = plot.figure()
    guess, ramp, a, b = fig.data
    assert list(guess.y) == [7, 7] and list(ramp.y) == [1, 2] and guess.line.dash != ramp.line.dash
    assert list(a.y) == [2, 4] and list(a.error_y.array) == [3, 4] and list(a.error_y.arrayminus) == [1, 0]
    assert b.y[0] == 3 and np.isnan(b.y[1]) and b.error_y.array is None
    assert len({(t.line.color, t.line.dash, t.marker.symbol) for t in (a, b)}) == 2
    assert a.line.dash != b.line.dash and a.marker.symbol != b.marker.symbol
    assert plot.alt == "How far? Error over length, 10 to 20. Medians: a from 2 to 4; b 3."
    assert plot.note == "Here. Lines: the median of 3 seeds; strokes: from the lowest to the highest."


def test_labels_stand_at_equal_distances_and_strokes_side_by_side():
    rows = {"a": [[1.0, 2.0]] * 3, "b": [[1.0, 2.0]] * 3}
    labelled = Curves(**WORDS, x=["1 to 6", "7 to 9", "10"], rows=rows).figure()
    assert list(labelled.layout.xaxis.ticktext) == ["1 to 6", "7 to 9", "10"]
    assert np.mean([t.x for t in labelled.data], axis=0) == pytest.approx([0, 1, 2])
    assert (np.array(labelled.data[0].x) < labelled.data[1].x).all()
    log = Curves(**WORDS, x=[5, 50, 5000], rows=rows, log_x=True, log_y=True).figure()
    assert (log.layout.xaxis.type, log.layout.yaxis.type) == ("log", "log") and log.layout.xaxis.ticktext[2] == "5,000"
    wide = Curves(**WORDS, x=[1, 2], rows={"a": [[0.003, 0.02], [40.0]]}, baselines={"b": 0.1}, log_y=True).figure()
    assert list(wide.layout.yaxis.ticktext) == ["10⁻³", "0.01", "0.1", "1", "10", "100"]
    near = Curves(**WORDS, x=[1, 2], rows=rows | {"a": [[1.0]] * 2, "b": [[2.0]] * 2}, log_y=True, y_range=(0.1, 1))
    assert list(near.figure().layout.yaxis.range) == [-1, 0] and list(near.figure().layout.yaxis.tickvals) == [0.1, 1]
    assert np.prod([t.x for t in log.data], axis=0) == pytest.approx(np.square([5.0, 50.0, 5000.0]))


@pytest.mark.parametrize(("wrong", "message"), [
    ({"rows": {"a": [[1.0]]}}, r"rows\['a'\]: expected 2 places as in x, at least one, got 1"),
    ({"rows": {"a": [[1.0], [0.0]]}, "log_y": True}, r"rows\['a'\]\[1\]\[0\]: expected a finite number above 0"),
    ({"y_range": (1, 0)}, "y_range: expected the lower and the upper end"),
    ({"rows": {}}, "expected rows, a title, and the names of both axes"),
    ({"title": " "}, "expected rows, a title"),
    ({"rows": {str(k): [[1.0]] * 2 for k in range(8)}}, "at most 7 and 4, got 8 and 0"),
])
def test_what_cannot_be_drawn_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        Curves(**WORDS | {"x": [1, 2], "rows": {"a": [[1.0]] * 2}} | wrong)
