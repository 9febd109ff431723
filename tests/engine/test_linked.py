"""Linked texts before any script, readouts of several sentences, and texts to choose from."""

import dataclasses
import re

import numpy as np
import pytest

from live_figures import LinkedTexts, LongText, page, words
from live_figures.figure import from_module
from live_figures.linked import FAINTEST, LEVELS, linked_html
from tests.engine.fixtures import pairs

PAIRS = from_module(pairs, "pairs")


def shown(**controls):
    """The view in one state of the figure."""
    return linked_html(PAIRS, PAIRS.views[0], PAIRS.values(**controls), PAIRS.arrays(**controls), "view0")


def view(**changed):
    return dataclasses.replace(PAIRS, views=(dataclasses.replace(PAIRS.views[0], **changed),))


def with_slider(**changed):
    controls = (PAIRS.controls[0], dataclasses.replace(PAIRS.controls[1], **changed))
    return dataclasses.replace(PAIRS, controls=controls)


@pytest.mark.parametrize(("fig", "says"), [
    (view(text="at"), "'at', which is not a text"),
    (view(chooses="text"), "'text', which is not an integer Slider"),
    (view(links="nothing"), "no array 'nothing'"),
    (view(links="share"), r"links \(T, 30\), got \(5,\), \(5,\) and \(5,\)"),
    (view(sure="length"), r"sure \(T,\)"),
    (view(answer="links"), r"need answer \(T,\)"),
    (with_slider(max=5), "'at' goes from 0 to 4"),
    (with_slider(min=1), "got 1 to 4"),
])  # fmt: skip
def test_linked_texts_that_name_what_is_not_there_are_refused(fig, says):
    with pytest.raises((ValueError, KeyError), match=says):
        page.figure_html(fig)


def test_linked_texts_need_labels():
    with pytest.raises(ValueError, match="answer_label"):
        LinkedTexts(label="L", answer_label=" ", text="t", answer="a", links="l", sure="s", chooses="c")


def test_both_rows_are_there_with_their_values():
    html = shown()
    assert re.findall(r"<b>(.)</b>", html) == list("aeiou") and re.findall(r"<small>(.*?)</small>", html)[1] == "29%"
    assert re.findall(r'<span class="([^"]*)" style="--t:(\d+)%">', html)[:5] == [
        ("", "0"), ("sign", "0"), ("", "0"), ("", "0"), ("", "50")]
    assert '<span class="at" style="--p:28.6%"><b>e</b>' in html and html.count('class="later"') == 3
    said = "1: “e” 29% ← “e” 50%, “e” 50%"
    assert f'aria-valuetext="{said}"' in html and f"<output>{said}</output>" in html


def test_a_character_that_the_control_does_not_know_is_struck_through():
    html = shown(text="a <日")
    assert '<span class="strange" style="--t:0%">&lt;</span>' in html and html.count("strange") == 2
    assert 'class="live-linked wide"' in html and "wide" not in shown()


def test_an_empty_text_has_no_lines():
    html = shown(text="")
    assert '<div class="live-above" aria-hidden="true"></div>' in html and "M" not in html
    assert "<output>1: “·” 0%</output>" in html


def test_each_line_has_its_strength_and_the_chosen_ones_stand_last():
    paths = re.findall(r'<path class="(\w)(\d)" d="([^"]*)"', shown())
    assert [(kind, int(level)) for kind, level, _ in paths] == [(k, n + 1) for k in "os" for n in range(LEVELS)]
    lines = {(kind, int(level)): d.count("M") for kind, level, d in paths if d}
    assert lines == {("o", 8): 1, ("o", 4): 2, ("s", 4): 2}  # one a, two u, two e
    d = next(d for kind, level, d in paths if (kind, level) == ("o", "8"))
    assert d == "M35.00 0C35.00 20 10.00 20 10.00 40"  # the first of 7 in the middle of 20 places; the first of 5


def test_links_too_faint_to_see_are_not_drawn():
    arrays = PAIRS.arrays() | {"links": np.full((5, 30), FAINTEST / 2)}
    assert "M" not in linked_html(PAIRS, PAIRS.views[0], PAIRS.values(), arrays, "view0")


# ---------------------------------------------------------------- readouts
@pytest.mark.parametrize(("text", "says"), [
    ("a queue", "7 characters."), ("sequoia", "All vowels in 7 characters."), ("", "Nothing."),
    ("sequoia!", "Of 8 characters some are no letters."),
])  # fmt: skip
def test_of_several_sentences_the_first_whose_condition_holds_is_said(text, says):
    assert f'<p class="live-readout">{says}</p>' in page.figure_html(PAIRS, text=text)


@pytest.mark.parametrize("readout", [
    (("all", "Yes."),), (("", "No."), ("", "Yes.")), (("", "No."), ("all", "Yes.")), (),
])  # fmt: skip
def test_only_the_last_sentence_has_no_condition(readout):
    with pytest.raises(ValueError, match="each sentence of the readout but the last has a condition"):
        page.figure_html(dataclasses.replace(PAIRS, readout=readout))


def test_a_condition_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="'share' has shape"):
        page.figure_html(dataclasses.replace(PAIRS, readout=(("share", "Yes."), ("", "No."))))


def test_each_sentence_is_a_word_of_the_figure():
    said = words.words(PAIRS)
    assert said["pairs.readout.3"] == "Nothing." and said["pairs.views.0.answer_label"] == "Its vowels"
    other = words.translated(PAIRS, {"pairs.readout.2": "共 {length:d} 个字符。", "pairs.views.0.label": "文字"})
    html = page.figure_html(other)
    assert "共 7 个字符。" in html and ">文字</div>" in html


# ---------------------------------------------------------------- examples
def test_the_examples_of_a_text_are_a_list_to_choose_from():
    html = page.figure_html(PAIRS)
    assert '<option value="">Examples</option><option selected>a queue</option>' in html
    assert "<option>sequoia &amp; &lt;co&gt;</option>" in html
    assert "selected" not in page.figure_html(PAIRS, text="b")


def test_an_example_is_a_text_that_the_control_takes():
    with pytest.raises(ValueError, match="takes 1 to 3 characters, got 4"):
        LongText(name="t", label="T", value="a", alphabet="ab", max_length=3, examples=("ab", "abab"))
