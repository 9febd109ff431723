"""The guide of a figure before any script has run: every try and challenge in the page, the answers folded."""

import dataclasses
import importlib

import pytest

from helpers.live import load, names
from live_figures import figure, guide, values
from live_figures.widget import FigureBox
from live_figures.widget_guide import GuideBox, _settable
from tests.engine.test_page import Parsed


@pytest.fixture(scope="module")
def everything():
    return figure.from_module(importlib.import_module("tests.engine.fixtures.everything"), "everything")


def test_every_try_can_be_read_and_its_explanation_is_folded(everything):
    html = Parsed(guide.guide_html(everything))
    guesses = [button["text"] for button in html.all("button") if "data-guess" in button]
    assert guesses[:2] == ["It doubles.", "It is four times as high."]
    assert len(html.all("details")) == len(everything.tries)
    assert not any("open" in details for details in html.all("details"))
    assert {e["text"] for e in html.all("summary")} == {"What happens, and why"}


def test_a_formula_stays_on_one_line_and_a_text_to_be_copied_stays_as_it_is():
    joined = values.unbroken("At 5 % add a b₁ + b₂ with v = (eᵢ − eⱼ)/√2 and type x = ',' + y.").replace("\xa0", "~")
    assert joined == "At 5~% add a b₁~+~b₂ with v~=~(eᵢ~−~eⱼ)/\u2060√2 and type x = ',' + y."


@pytest.mark.parametrize("left_out", ["tries", "challenges"])
def test_a_figure_may_have_no_tries_or_no_challenges(everything, left_out):
    fig = dataclasses.replace(everything, **{left_out: ()})
    assert Parsed(guide.guide_html(fig)).one("section", **{"class": "live-tries"})
    assert len(guide.guide_spec(fig)[0]["tries"]) == len(fig.tries)


def test_a_figure_without_both_has_no_guide(everything):
    fig = dataclasses.replace(everything, tries=(), challenges=())
    assert guide.guide_html(fig) == "" and guide.guide_spec(fig) == []


def test_what_it_says_is_said_in_the_words_of_the_figure(everything):
    fig = everything.translated({"engine.guide_skip": "跳过", "engine.guide_place": "第 {at} 步，共 {count} 步"})
    assert "跳过" in guide.guide_html(fig) and "第 1 步，共 3 步" in guide.guide_html(fig)
    assert guide.guide_spec(fig)[0]["words"]["skip"] == "跳过"


def pressed(box, text: str) -> None:
    """Press the button with this text, as a reader of a notebook does."""
    buttons = [box.guide.back, box.guide.next, box.guide.free, *box.guide.answers.children]
    next(button for button in buttons if button.description == text).click()


def test_a_notebook_guides_by_the_same_steps(everything):
    box = FigureBox(everything, {})
    pressed(box, "It doubles.")
    assert "→ Move the gain to 2." in box.guide.text.value
    box.set(gain=1.5)
    assert box.guide.phase == "do"
    box.set(gain=1.98)
    assert "✗ You said: It doubles." in box.guide.text.value and "square of the wave" in box.guide.text.value
    pressed(box, "Next")
    pressed(box, "No.")
    pressed(box, "Show me")
    assert "✓ As you said." in box.guide.text.value and box.controls["mirror"]
    box.set(mirror=False, step=16)
    pressed(box, "Explore freely")
    assert "✓ Bring the marked step above 1.5. (done)" in box.guide.text.value
    box.reset()
    assert "✓" in box.guide.text.value
    pressed(box, "Back")
    pressed(box, "Back")
    assert "the power is a square" in box.guide.text.value


@pytest.mark.parametrize("name", [name for name in names() if load(name).tries])
def test_every_try_is_completed_in_a_notebook_as_well(name):
    fig = load(name)
    guided, standing = GuideBox(fig, lambda **controls: None), (fig.values(), fig.arrays())
    guided.follow(*standing)
    for k, asked in enumerate(fig.tries):
        guided.take(None)
        for state in asked.states:
            state = {control: _settable(value) for control, value in state.items()}
            guided.follow(fig.values(**state), fig.arrays(**state))
        assert guided.met == set(range(k + 1))
        guided.go(k + 1)
        guided.follow(*standing)
