"""Words of the text that name what a figure shows are marked, and nothing else."""

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from live_figures import Signal
from live_figures.prose import Named, mark_words

SIGNALS = {
    "gates": {"f": Signal("f_t", "f", "forget gate", words=("forget gate", "gate", "$f$")),
              "c": Signal("c_t", "c", "cell", words=("cell", "cells")), "h": Signal("h_t", "h", "not named")},
    "scores": {"w": Signal(words=("weight", "权重"), line="w")},
}


def figure(name):
    return nodes.container("", nodes.raw("", f'<live-figure name="{name}" id="{name}" class="live">', format="html"))


def paragraph(text):
    return publish_doctree(text, settings_overrides={"report_level": 5}).children[0]


def marked(*children):
    """What is marked in a section of these children, as (signal, words)."""
    document = publish_doctree("")
    document += nodes.section("", *children)
    mark_words(document, SIGNALS.__getitem__)
    return [(node["of"], node.astext()) for node in document.findall(Named)]


@pytest.mark.parametrize(("text", "found"), [
    ("The forget gate keeps the cell; the cell stays.", [("gates.f", "forget gate"), ("gates.c", "cell")]),
    ("Cells, excellent *cells*.", [("gates.c", "Cells")]),
    ("A **Forget\ngate** and :math:`f`.", [("gates.f", "Forget\ngate")]),
    ("Here :math:`f_t` is near 1, and :math:`f = 1` is not a name.", [("gates.f", "f_t")]),
    ("Not in ``cell``, nor in `cell <https://a.b>`_, nor in excelled.", []),
    ("The hidden state :math:`h_t` declares no words.", []),
    ("A gate-wise product of multi-cell units, each cell-like; the cell's gate - it opens.",
     [("gates.c", "cell"), ("gates.f", "gate")]),
])  # fmt: skip
def test_the_first_word_for_each_signal_of_a_paragraph(text, found):
    assert marked(figure("gates"), paragraph(text)) == found


def test_a_paragraph_belongs_to_the_figure_above_it_and_the_first_ones_to_the_first():
    text = "A cell and a weight."
    got = marked(paragraph(text), figure("gates"), paragraph(text), figure("scores"), paragraph(text))
    assert got == [("gates.c", "cell"), ("gates.c", "cell"), ("scores.w", "weight")]


def test_another_section_is_left_alone():
    assert marked(nodes.section("", paragraph("A cell.")), nodes.section("", figure("gates"))) == []


def test_scripts_without_spaces_have_words_too():
    assert marked(figure("scores"), paragraph("这些权重相加为一。")) == [("scores.w", "权重")]


def test_the_text_itself_stays():
    document = publish_doctree("")
    document += nodes.section("", figure("gates"), paragraph("The forget gate, *a cell*, and :math:`f`."))
    before = document.astext()
    mark_words(document, SIGNALS.__getitem__)
    assert document.astext() == before
