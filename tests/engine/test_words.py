"""Every text a reader sees of a figure is listed under a stable key, and can be replaced."""

import html
import importlib
import json
import re

import pytest

from helpers import live
from live_figures.__main__ import main
from live_figures.bindings import infer
from live_figures.claims import broken
from live_figures.figure import from_module
from live_figures.page import figure_html
from live_figures.words import ENGINE, words

FIXTURES = ("everything", "walker", "pairs")
SEEN = re.compile(r">([^<>]+)<|\b(?:aria-label|aria-valuetext|title|placeholder)=\"([^\"]*)\"")


def load(name):
    if name in FIXTURES:
        return from_module(importlib.import_module(f"tests.engine.fixtures.{name}"), name)
    return live.load(name)


def outside(text):
    """What stands outside of all brackets; they may be nested, and a text may be cut by an element within it."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*(⟧|$)", "", text)) != text:
        text = shorter
    return text.rpartition("⟧")[2]


def marked(fig):
    return fig.translated({key: f"⟦{text}⟧" for key, text in (ENGINE | words(fig)).items()})


@pytest.mark.parametrize("name", [*live.names(), *FIXTURES])
def test_no_word_inside_a_figure_is_left_out(name):
    """With every listed text in brackets, no word stands outside of brackets anywhere on the page."""
    page = figure_html(marked(load(name)))
    typed = "<textarea.*?</textarea>|<option(?: selected)?>.*?</option>"  # the reader's own words, and examples of them
    data = '<script type="application/json".*?</script>'
    page = re.sub(f"{typed}|{data}", "", page, flags=re.S)
    for element, attribute in SEEN.findall(page.replace("</tspan><tspan", "")):
        assert not re.search(r"[^\W\d_]{2,}", outside(html.unescape(element + attribute))), (element, attribute)


@pytest.mark.parametrize("name", [*live.names(), *FIXTURES])
def test_in_other_words_a_figure_does_the_same(name):
    fig, other = load(name), marked(load(name))
    if fig.figure is not None:
        assert infer(name, other.figure, other.arrays()) == infer(name, fig.figure, fig.arrays())
    assert broken(other) == []
    assert [t.right for t in other.tries] == [t.right for t in fig.tries]


def test_keys_name_places():
    listed = words(load("everything"))
    assert listed["everything.title"].startswith("What does a wave look like")
    assert listed["everything.controls.rate.unit"] == "per step"
    assert listed["everything.controls.shape.options.ramp"] == "A ramp"
    assert listed["everything.tries.0.guesses.1"] == "It is four times as high."
    assert listed["everything.claims.1.says"] == "At gain 0 the wave is flat."
    assert listed["everything.plot.data.0.name"] == "wave" and listed["everything.plot.data.2.text.0"] == "here"
    assert listed["everything.plot.layout.yaxis3.title.text"] == "power"
    assert listed["everything.diagram.1"] == "above 1.5"


@pytest.mark.parametrize(("new", "says"), [
    ({"everything.readout": "Bei {step:d} ist {wav[3]:.2f}."}, r"no placeholder \{wav\[3\]\}; it has \{step\}, "),
    ({"everything.title": "{gain}"}, r"'everything.title' has no placeholder \{gain\}; it has none"),
    ({"everything.titel": "Wie?"}, "there is no text 'everything.titel'"),
    ({"engine.rest": "Zurück"}, "there is no text 'engine.rest'"),
])  # fmt: skip
def test_a_translation_that_does_not_fit_is_refused_by_name(new, says):
    with pytest.raises(ValueError, match=says):
        load("everything").translated(new)


def test_a_translation_may_reorder_and_leave_out_and_be_partial():
    fig = load("everything").translated({"everything.readout": "{here:.1f} bei {step:d}", "engine.reset": "Zurück",
                                         "another.title": "Anderswo"})
    page = figure_html(fig)
    assert ">0.6 bei 7<" in page and ">Zurück<" in page and fig.title == load("everything").title


def test_the_command_lists_them_as_json(capsys):
    main(["words", "helpers.figures"])
    listed = json.loads(capsys.readouterr().out)
    assert listed["engine.reset"] == "Reset"
    assert {key.partition(".")[0] for key in listed} == {"engine", *live.names()}


@pytest.mark.parametrize(("line", "said"), [
    ("preview helpers.figures lstm_gate", "did you mean 'lstm_gates'"),
    ("check helpers.figure", "there is no module 'helpers.figure'"),
    ("words figures.of.nobody", "there is no module 'figures.of.nobody'"),
    ("stubs nowhere.ipynb helpers.checks.ch01", "there is no file 'nowhere.ipynb'"),
])  # fmt: skip
def test_a_name_that_is_mistyped_is_told_in_a_line(line, said, capsys):
    with pytest.raises(SystemExit):
        main(line.split())
    assert said in capsys.readouterr().err
