"""Controls: what a reader or an author may type, and what they are told when it is wrong."""

import numpy as np
import pytest

from live_figures import Choice, Slider, Text, Toggle

SLIDER = Slider(name="gain", label="Gain", min=0.0, max=2.0, step=0.1, value=1.0)
STEP = Slider(name="t", label="Step", min=1, max=9, step=1, value=3, integer=True)
CHOICE = Choice(name="act", label="Activation", options=("tanh", "relu"), value="tanh")
TOGGLE = Toggle(name="on", label="On", value=True)
TEXT = Text(name="word", label="Word", alphabet="abc", max_length=4, value="ab")


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
    ],
)
def test_a_bad_value_is_refused_with_the_control_and_the_fix(control, value, error, says):
    with pytest.raises(error, match=control.name) as caught:
        control.check(value)
    assert says in str(caught.value)


@pytest.mark.parametrize("control", [SLIDER, STEP, CHOICE, TOGGLE, TEXT])
def test_every_end_is_a_legal_value(control):
    for value in control.ends():
        assert control.check(value) == value


def test_compute_receives_arrays_and_structural_controls_plain_values():
    assert SLIDER.array(1).dtype == np.float64 and SLIDER.array(1).shape == ()
    assert STEP.array(4).dtype == np.int64
    assert CHOICE.array("relu") == "relu" and TOGGLE.array(False) is False
    np.testing.assert_array_equal(TEXT.array("cb"), [2, 1, -1, -1])


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
        (lambda: Choice(name="g", label="G", options=("a", "b"), value="a", labels=("A",)), "1 labels for 2"),
    ],
)
def test_a_wrong_declaration_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
