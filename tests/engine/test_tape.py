"""A tape before any script: its line, its lanes, its sentences, and what it refuses."""

import dataclasses
import re

import numpy as np
import pytest

from live_figures import page, words
from live_figures.figure import from_module
from live_figures.tape import tape_html
from tests.engine.fixtures import tape

TAPE = from_module(tape, "tape")
VIEW = TAPE.views[0]


def shown(**controls):
    """The view in one state of the figure."""
    return tape_html(TAPE, VIEW, TAPE.values(**controls), TAPE.arrays(**controls), "view0")


def view(**changed):
    return dataclasses.replace(TAPE, views=(dataclasses.replace(VIEW, **changed),))


@pytest.mark.parametrize(("fig", "says"), [
    (view(text="way"), "'way', which is not a LongText"),
    (view(picks="line"), "'line', which is not an indexed Choice"),
    (view(marked="nothing"), "no array 'nothing'"),
    (view(marked="shares"), r"'shares' has the shape \(41, 2\)"),
    (view(next="vowel"), r"'vowel' has the shape \(41,\); a tape needs 41 rows"),
    (view(types=("a" * 41,)), "takes 0 to 40 characters"),
])  # fmt: skip
def test_a_tape_that_names_what_is_not_there_is_refused(fig, says):
    with pytest.raises((ValueError, KeyError), match=says):
        page.figure_html(fig)


def test_each_character_has_its_step_in_every_lane():
    html = shown(line="az")
    edges = re.findall(r'<path class="edge" d="([^"]*)"', html)
    assert edges == ["M0 100.0H1V7.4H2", "M0 100.0H1V7.4H2"]
    areas = re.findall(r'<path class="area" d="([^"]*)"', html)
    assert areas == ["M0 100.0H1V7.4H2V50.0H0Z", "M0 100.0H1V7.4H2V100.0H0Z"]
    assert re.findall(r"<output>(.*?)</output>", html) == ["0.93", "93%"]  # of the character read last
    assert 'data-signal="c"' in html and html.count("data-signal") == 1


def test_marked_characters_have_one_ground_a_run():
    assert 'd="M0 0H1V1H0ZM3 0H7V1H3Z"' in shown(line="a queue")
    assert re.search(r'<label class="tape-line">.*?d=""', shown(line=""), re.S)


def test_the_sentence_is_that_of_the_last_character():
    says = lambda **at: re.search(r'<p class="tape-says">(.*?)</p>', shown(**at))[1]  # noqa: E731
    assert says(line="") == "Nothing yet, from the front."
    assert says(line="be") == "“e”, a vowel, is 15% down."
    assert says(line="b ", way="back") == "“␣” is 4% down from the &lt;back&gt;."


def test_next_characters_are_buttons_and_the_end_of_a_line_cannot_be_taken():
    html = shown(line="x")
    buttons = re.findall(r'<button type="button" tabindex="-1"( disabled)? style="--p:([\d.]+)%"><b>(.)</b>', html)
    assert buttons == [("", "100.0", "y"), ("", "60.0", "z"), (" disabled", "34.1", "↵")]


def test_the_tape_shows_its_controls_and_no_others_stand_above():
    html = page.figure_html(TAPE)
    assert html.count('name="line"') == html.count('name="way"') == 1 and "live-controls" not in html
    radios = re.findall(r'type="radio" name="view0" value="(\w+)"( checked)?', html)
    assert radios == [("front", " checked"), ("back", "")]
    assert "the &lt;back&gt;" in html and re.search(r"<label[^>]*><span class=\"live-hidden\">Your line</span>", html)


def test_every_word_of_a_tape_can_be_exchanged():
    mine = {key: text.upper() for key, text in words.words(TAPE).items() if ".views." in key and "{" not in text}
    assert set(mine.values()) >= {"SWING", "PLACE", "THEN COMES"}
    html = page.figure_html(TAPE.translated(mine | {"tape.views.0.says.0": "Leer, {way}."}), line="")
    assert "Leer, the front." in html and "SWING" in html and "Then comes" not in html


def test_rows_are_those_of_the_line():
    short = dataclasses.replace(TAPE, compute=lambda consts, **controls: {
        name: value[:5] for name, value in TAPE.compute(consts, **controls).items()})
    with pytest.raises(ValueError, match=r"a tape needs 41 rows"):
        page.figure_html(short)
    assert np.shape(TAPE.arrays()["down"]) == (41,)
