"""The cards of the chapters: each chapter has one, which says what it holds; a figure of its own draws the picture."""

import re
import xml.etree.ElementTree as ET

import pytest
import yaml
from minibook import ROOT, notebook
from rnn_book.chapter_cards import Chapter, card, chapter
from rnn_book.pictures import picture

from helpers import live

INTRO = (ROOT / "book" / "intro.md").read_text("utf-8")
CARDS = yaml.safe_load(re.search(r"```\{chapter-cards\}\n(.*?)```", INTRO, re.S)[1])
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
FILES = [entry["file"] for part in TOC["parts"] for entry in part["chapters"]]
CHAPTERS = [file for file in FILES if file.startswith("chapters/")]
WORDS = "word " * 1000
BOOK = notebook(f"# A title: with a colon\n\n{WORDS}", "live.show('unroll')", "live.show('unroll', gain=1)\nx = 1",
                "x = live.show", "check.first", "check.second", "check.first(1)", "\n".join(["y = 2"] * 100))


def source(name):
    return (ROOT / f"{name}.ipynb").read_text("utf-8")


def test_each_chapter_has_its_card_in_the_order_of_the_contents():
    assert [f"chapters/{name}" for name in CARDS] == CHAPTERS


def test_a_chapter_is_counted():
    assert chapter(BOOK) == Chapter("A title: with a colon", 10, 2, 2)


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_card_says_what_the_chapter_holds(name):
    """Counted again in another way: the names that its figures and exercises have."""
    text, said = source(name), CARDS[name.removeprefix("chapters/")]
    html = card(name, "there.html", said, text)
    shown, asked = re.findall(r'"live\.show\(', text), set(re.findall(r'"check\.(\w+)\\n"|"check\.(\w+)"', text))
    assert f"{len(shown)} live figures · {len(asked)} exercises" in html
    assert said["question"] in html.replace("&#x27;", "'") and 'href="there.html"' in html
    assert f'data-chapter="{name[9:11]}"' in html and "live-done" in html
    assert 'aria-hidden="true"' in html


@pytest.mark.parametrize("name", CARDS)
def test_a_picture_is_drawn_by_a_figure_of_its_chapter_in_colours_of_both_themes(name):
    said = CARDS[name]
    assert f'live.show(\\"{said["figure"]}\\"' in source(f"chapters/{name}")
    drawn = picture(said["figure"], said.get("part", "plot"), **said.get("at", {}))
    root = ET.fromstring(drawn)
    shapes = [e for e in root.iter() if e.tag in ("path", "rect", "circle", "line", "polygon")]
    assert len(shapes) >= 4 and not [e for e in root.iter() if e.tag in ("text", "title")]
    assert not re.search(r"#[0-9a-f]{6}|rgb\(|style=|data-", drawn)  # the theme has the colours
    assert len(drawn) < 10_000


def test_a_picture_follows_the_computation():
    assert picture("unroll", "diagram", W=0.1) != picture("unroll", "diagram", W=1.5)


@pytest.mark.parametrize(("name", "part", "at", "says"), [
    ("unrol", "plot", {}, "no live figure 'unrol'"),
    ("unroll", "links", {}, "'unroll' has no links"),
    ("unroll", "photo", {}, "there is no part 'photo'"),
    ("unroll", "plot", {"W": 99}, "goes from"),
    ("alignment", "plot", {}, "'alignment' has no plot"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_named(name, part, at, says):
    with pytest.raises(ValueError, match=says):
        picture(name, part, **at)


def test_an_entry_with_an_unknown_word_is_refused():
    with pytest.raises(ValueError, match="has no 'asks'"):
        card("chapters/01-rnn", "x", {"asks": "What?", "figure": "unroll"}, BOOK)


def test_every_figure_that_is_a_plot_or_a_diagram_can_be_a_picture():
    for name in live.names():
        fig = live.load(name)
        for part in ["plot"] * bool(fig.figure) + ["diagram"] * bool(fig.diagram):
            ET.fromstring(picture(name, part))
