"""Controls: what a reader or an author may type, and what they are told when it is wrong."""

import numpy as np
import pytest

from live_figures import Choice, ColoredText, LongText, Map, Pad, Slider, Text, Toggle

SLIDER = Slider(name="gain", label="Gain", min=0.0, max=2.0, step=0.1, value=1.0)
STEP = Slider(name="t", label="Step", min=1, max=9, step=1, value=3, integer=True)
CHOICE = Choice(name="act", label="Activation", options=("tanh", "relu"), value="tanh")
INDEX = Choice(name="act", label="Activation", options=("tanh", "relu", "linear"), value="relu", indexed=True)
TOGGLE = Toggle(name="on", label="On", value=True)
TEXT = Text(name="word", label="Word", alphabet="abc", max_length=4, value="ab")
LONG = LongText(name="text", label="Text", alphabet="abc\n", max_length=6, value="ab")
PAD = Pad(name="pad", label="Pad", rows=2, columns=3, value="0f8")
MAP = Map(name="cell", label="Cell", rows=2, columns=3, picture="h", low=0, high=1)


@pytest.mark.parametrize(
    ("control", "value", "error", "says"),
    [
        (SLIDER, 2.5, ValueError, "'gain' goes from 0 to 2"),
        (SLIDER, float("nan"), ValueError, "finite"),
        (SLIDER, "1", TypeError, "takes a number"),
        (SLIDER, True, TypeError, "takes a number"),
        (STEP, 2.5, ValueError, "whole number"),
        (CHOICE, "sigmoid", ValueError, "one of tanh, relu"),
        (TOGGLE, 1, TypeError, "True or False"),
        (TEXT, "", ValueError, "at least one character"),
        (TEXT, "abcab", ValueError, "at most 4"),
        (TEXT, "abz", ValueError, "'z'"),
        (TEXT, 3, TypeError, "takes text"),
        (LONG, "", ValueError, "takes 1 to 6 characters, got 0"),
        (LONG, "abcabca", ValueError, "got 7"),
        (LONG, 3, TypeError, "takes text"),
        (PAD, [[0, 1], [0, 1]], ValueError, "2 rows of 3 cells"),
        (PAD, [[0, 1, 2], [0, 1, 0]], ValueError, "from 0 to 1"),
        (PAD, [[0, 1, float("nan")], [0, 1, 0]], ValueError, "from 0 to 1"),
        (PAD, [["a"] * 3] * 2, TypeError, "rows of numbers"),
        (PAD, "0fg", ValueError, "not 'g'"),
        (PAD, "0" * 7, ValueError, "6 cells, got 7 digits"),
        (MAP, (2, 0), ValueError, "rows 0 to 1"),
        (MAP, "0-3", ValueError, "columns 0 to 2"),
        (MAP, "left", TypeError, "a row and a column"),
        (MAP, (0.5, 1), TypeError, "a row and a column"),
        (MAP, (True, 1), TypeError, "a row and a column"),
    ],
)
def test_a_bad_value_is_refused_with_the_control_and_the_fix(control, value, error, says):
    with pytest.raises(error, match=control.name) as caught:
        control.check(value)
    assert says in str(caught.value)


@pytest.mark.parametrize("control", [SLIDER, STEP, CHOICE, INDEX, TOGGLE, TEXT, LONG, PAD, MAP])
def test_every_end_is_a_legal_value(control):
    for value in control.ends():
        assert control.check(value) == value


def test_compute_receives_arrays_and_structural_controls_plain_values():
    assert SLIDER.array(1).dtype == np.float64 and SLIDER.array(1).shape == ()
    assert STEP.array(4).dtype == np.int64
    assert INDEX.array("linear") == 2 and INDEX.array("tanh").shape == () and INDEX.array("relu").dtype == np.int64
    assert CHOICE.array("relu") == "relu" and TOGGLE.array(False) is False
    np.testing.assert_array_equal(TEXT.array("cb"), [2, 1, -1, -1])
    np.testing.assert_array_equal(LONG.array("c\r\né"), [2, 3, 4, -1, -1, -1])
    np.testing.assert_array_equal(PAD.array("0f 8"), [[0, 1, 8 / 15], [0, 0, 0]])
    np.testing.assert_array_equal(MAP.array((1, 2)), [1, 2])
    assert LONG.array("a").dtype == MAP.array("1-2").dtype == np.int64 and PAD.array("").dtype == np.float64


def test_a_pad_and_a_map_are_written_as_they_are_read():
    drawn = PAD.check([[0.1, 0.2, 0.3], [1, 0, 0.5]])
    assert PAD.check(PAD.text(drawn)) == drawn and PAD.text(drawn) == "235\nf08"  # halves are rounded up
    assert PAD.check(np.array(drawn)) == drawn
    assert MAP.check(MAP.text((1, 2))) == [1, 2] == MAP.check(np.array([1, 2]))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Slider(name="g", label="G", min=2, max=1, step=1, value=1), "below max"),
        (lambda: Slider(name="g", label="G", min=0, max=1, step=0.1, value=0.5, log=True), "min > 0"),
        (lambda: Slider(name="g", label="G", min=0, max=1, step=0, value=0.5), "step must be positive"),
        (lambda: Slider(name="g", label="G", min=0, max=1, step=0.1, value=3), "goes from 0 to 1"),
        (lambda: Slider(name="g h", label="G", min=0, max=1, step=0.1, value=0), "Python name"),
        (lambda: Toggle(name="g", label=" ", value=True), "label"),
        (lambda: Choice(name="g", label="G", options=("a",), value="a"), "two or more"),
        (lambda: Text(name="g", label="G", alphabet="abcdefghijklm", value="a", max_length=3), "13 characters; say"),
        (lambda: LongText(name="g", label="G", alphabet="aa", value="a"), "different characters"),
        (lambda: LongText(name="g", label="G", alphabet="a", value="a", max_length=30_000), "from 0 to 20000"),
        (lambda: LongText(name="g", label="G", alphabet="a", value="a", unknown=2), "a code from 0 to 1"),
        (lambda: Pad(name="g", label="G", rows=40, columns=40), "1 to 1024 cells"),
        (lambda: Pad(name="g", label="G", rows=4, columns=4, pen=0), "pen"),
        (lambda: Map(name="g", label="G", rows=4, columns=4, picture="h", low=1, high=1), "below high"),
        (lambda: Map(name="g", label="G", rows=0, columns=4, picture="h", low=0, high=1), "one row"),
        (lambda: ColoredText(label="G", tint="h", low=0, high=1), "one of the three"),
        (lambda: ColoredText(label="G", tint="h", low=0, high=1, fixed="a", codes="h"), "one of the three"),
        (lambda: ColoredText(label=" ", tint="h", low=0, high=1, fixed="a"), "label"),
        (lambda: ColoredText(label="G", tint="h", low=0.5, high=1, fixed="a"), "at most 0"),
        (lambda: Choice(name="g", label="G", options=("a", "b"), value="a", labels=("A",)), "1 labels for 2"),
    ],
)
def test_a_wrong_declaration_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
