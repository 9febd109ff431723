"""Pictures of maps and coloured texts: what they show before any script, and what a declaration may not say."""

import base64
import dataclasses
import re
import struct
import zlib

import numpy as np
import pytest

from live_figures import ColoredText, page, palette, raster, words
from live_figures.figure import from_module
from tests.engine.fixtures import echo, reader, sketch, sorts

ECHO, READER, SKETCH, SORTS = (from_module(m, m.__name__.rpartition(".")[2]) for m in (echo, reader, sketch, sorts))


def view(**changed):
    return dataclasses.replace(READER, views=(dataclasses.replace(reader.views[0], **changed),))


@pytest.mark.parametrize(("fig", "says"), [
    (view(text="leak"), "'leak', which is not a text"),
    (view(row="leak"), "'leak', which is not an integer Slider"),
    (view(chooses="where"), "'where', which is not an integer Slider"),
    (view(tint="nothing"), "no array 'nothing'"),
    (view(row=""), "it needs 20000 values"),
    (dataclasses.replace(SKETCH, controls=(SKETCH.controls[0], dataclasses.replace(SKETCH.controls[1], rows=13),
                                           SKETCH.controls[2])), "has 13 rows and 14 columns"),
])  # fmt: skip
def test_a_view_that_names_what_is_not_there_is_refused(fig, says):
    with pytest.raises((ValueError, KeyError), match=says):
        page.figure_html(fig)


def test_a_long_text_is_all_there_and_only_its_first_part_is_coloured():
    html = page.figure_html(READER, text="<b>" * 2000)
    assert html.count('style="--t:') == 1000
    assert html.split('class="live-text"')[1].split("</div>")[0].count("&gt;") == 2000


def test_a_fixed_text_without_a_control_is_no_slider():
    fixed = ColoredText(label="Fixed", fixed="abc", tint="rows", row="shown", low=-1, high=1)
    html = page.figure_html(dataclasses.replace(READER, views=(fixed,)))
    assert "abc" in "".join(part[-1] for part in html.split("</span>")) and 'role="slider"' not in html


def test_a_text_that_the_figure_writes_ends_where_its_codes_are_0():
    html = page.figure_html(ECHO)
    marks = html.split('class="live-text"')[1].split("</div>")[0]
    assert [part[-1] for part in marks.split("</span>")[:-1]] == [*"bca\ndej"]
    assert '<span class="n" style="--t:100%">a</span>' in marks and '<span class="p" style="--t:100%">j</span>' in marks
    assert 'role="slider"' not in marks
    assert re.search(r'class="live-text" [^>]*></div>', page.figure_html(ECHO, text=""))


def test_a_text_of_codes_has_a_tint_for_each_of_them():
    longer = dataclasses.replace(echo.views[0], tint="length")
    with pytest.raises(ValueError, match="it needs 40 values"):
        page.figure_html(dataclasses.replace(ECHO, views=(longer,)))


def test_a_choice_that_is_an_index_has_one_program_and_its_own_name():
    assert len(ECHO.variants()) == 1 and ECHO.run(way="3")["way_number"] == 2
    html = page.figure_html(ECHO)
    assert '<option value="shifted" selected>one further</option>' in html
    assert '"kind":"index"' in html and "characters, one further." in html
    listed = words.words(ECHO)
    assert listed["echo.controls.way.options.whole"] == "as it is" and "echo.controls.way.options.3" not in listed


def test_a_text_of_classes_says_the_names_and_shows_the_looks():
    html = page.figure_html(SORTS)
    assert '<span class="k a0 italic">v</span><span class="k a1 bold underline at">o</span>' in html
    assert '<span class="k">,</span>' in html and '<span class="k end">\n</span>' in html
    assert '<span class="k a1 bold underline">vowel</span><span class="k a0 italic">consonant</span>' in html
    assert "<output>1: “o” vowel</output>" in html and "live-ramp" not in html
    again = dataclasses.replace(SORTS, views=(dataclasses.replace(SORTS.views[0], legend=False),))
    assert "live-classes" not in page.figure_html(again)


def test_the_names_of_classes_are_words():
    said = words.words(SORTS)
    assert said["sorts.views.0.classes.1"] == "vowel"
    assert "“o” 元音</output>" in page.figure_html(words.translated(SORTS, {"sorts.views.0.classes.1": "元音"}))


@pytest.mark.parametrize(("classes", "says"), [
    ((("a", "a0"), ("b", "a1")), "nothing but colour tells 'a' from 'b'"),
    ((("a", ""), ("b", "")), "nothing but colour tells 'a' from 'b'"),
    ((("a", "a0 blink"),), "the look of 'a' has the word 'blink'"),
    ((("a", "a7"),), "the look of 'a' has the word 'a7'"),
])  # fmt: skip
def test_classes_that_only_colour_tells_apart_are_refused(classes, says):
    with pytest.raises(ValueError, match=says):
        ColoredText(label="L", fixed="a", tint="t", classes=classes)


def test_a_value_without_a_class_is_refused():
    fewer = dataclasses.replace(SORTS.views[0], classes=sorts.CLASSES[:2])
    with pytest.raises(ValueError, match="values that are none of its 2 classes"):
        page.figure_html(dataclasses.replace(SORTS, views=(fewer,)))


def test_a_picture_holds_the_colours_of_its_array():
    array = np.array([[0.0, 0.5, 1.0], [2.0, -1.0, 0.25]])
    pixels = raster.colors(array, 0, 1, palette.SEQUENTIAL)
    data = base64.b64decode(raster.png(pixels).partition(",")[2])
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == (3, 2)
    size = struct.unpack(">I", data[33:37])[0]
    lines = np.frombuffer(zlib.decompress(data[41 : 41 + size]), dtype=np.uint8).reshape(2, 10)
    np.testing.assert_array_equal(lines[:, 1:].reshape(2, 3, 3), pixels)
    first, last = ([int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in
                   (palette.SEQUENTIAL[0][1], palette.SEQUENTIAL[-1][1]))
    assert pixels[0, 0].tolist() == first == pixels[1, 1].tolist() and pixels[0, 2].tolist() == last
