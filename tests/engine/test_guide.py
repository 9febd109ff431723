"""The guide of a figure before any script has run: every try and challenge in the page, the answers folded."""

import dataclasses
import importlib

import pytest

from live_figures import figure, guide, values
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
