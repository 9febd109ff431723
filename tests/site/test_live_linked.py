"""Two texts with lines between them, in a real browser: typed, touched, by keys; and texts taken from a list."""

import re

import pytest
from live_pages import PAINTED, load_fixture, ready

from live_figures.linked import linked_html

pytestmark = pytest.mark.browser


@pytest.fixture
def element(open_page):
    return ready(open_page("pairs.html"), "pairs")


def set_controls(element, **controls):
    element.evaluate(PAINTED, f"el.controls = {controls!r}")


def parts(html):
    """What a reader sees of the view: marks above, characters and bars below, lines, and what is said."""
    return {
        "above": re.findall(r'<span class="([^"]*)" style="--t: ?(\d+)%;?">(.*?)</span>', html),
        "below": re.findall(r'<span class="([^"]*)" style="--p: ?([\d.]+)%;?"><b>(.)</b>', html),
        "shares": re.findall(r"<small>(.*?)</small>", html),
        "lines": [(look, d) for look, d in re.findall(r'<path class="(\w\d)" d="([^"]*)"', html)],
        "said": re.findall(r"<output>(.*?)</output>", html), "spoken": re.findall(r'aria-valuetext="([^"]*)"', html),
        "columns": re.findall(r"--n: ?(\d+)", html),
    }


@pytest.mark.parametrize("controls", [
    {"text": "sequoia", "at": 3}, {"text": "a b\nc 日本 &e", "at": 1}, {"text": "", "at": 0},
    {"text": "an extraordinary quiet queue", "at": 4},
])  # fmt: skip
def test_the_page_draws_what_python_draws(element, controls):
    """The same marks, lines and words, for a state that was never built."""
    set_controls(element, **controls)
    fig, got = load_fixture("pairs"), element.locator(".live-linked").evaluate("el => el.outerHTML")
    want = linked_html(fig, fig.views[0], fig.values(**controls), fig.arrays(**controls), "view0")
    assert parts(got) == parts(want)


def test_a_touched_character_of_the_answer_is_chosen(element):
    element.locator(".live-below span").nth(3).click()
    assert element.evaluate("el => el.controls.at") == 3
    assert element.locator(".live-below .at b").inner_text() == "o"


def test_keys_choose_too_and_stop_at_the_ends(element):
    row = element.get_by_role("slider", name="Its vowels")
    row.focus()
    for key, at in (("ArrowLeft", 0), ("ArrowLeft", 0), ("ArrowRight", 1), ("End", 4), ("ArrowUp", 4), ("Home", 0)):
        row.press(key)
        element.evaluate("el => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        assert element.evaluate("el => el.controls.at") == at
        assert row.get_attribute("aria-valuenow") == str(at)


def test_a_character_above_says_its_own_link(element):
    element.locator(".live-above span").nth(6).hover()
    assert element.locator(".live-linked output").inner_text() == "1: “e” 29% ← “e” 50%"
    element.locator(".live-title").hover()
    assert element.locator(".live-linked output").inner_text() == "1: “e” 29% ← “e” 50%, “e” 50%"


def test_the_lines_end_at_their_characters(element):
    """At the width of a phone and of a desk: the first line of the chosen vowel, from its place to its vowel."""
    for width in (390, 1280):
        element.page.set_viewport_size({"width": width, "height": 900})
        ends = element.evaluate("""el => {
            const box = q => el.querySelector(q).getBoundingClientRect(), mid = ({ left, width }) => left + width / 2;
            const d = [...el.querySelectorAll('path[class^="s"]')].map(p => p.getAttribute("d")).join("");
            const [, x1, x2] = /^M([\\d.]+) [^M]* ([\\d.]+) 40/.exec(d);
            const svg = box("svg"), at = x => svg.left + svg.width * x / 100;
            return [at(x1) - mid(box(".live-above span:nth-child(5)")), at(x2) - mid(box(".live-below .at"))];
        }""")
        assert max(map(abs, ends)) < 1


def test_an_example_becomes_the_text_and_another_text_is_none(element):
    choose = element.get_by_role("combobox", name="Examples")
    choose.select_option("sequoia & <co>")
    element.evaluate("el => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert element.evaluate("el => el.controls.text") == "sequoia & <co>"
    assert "some are no letters" in element.locator(".live-readout").inner_text()
    element.locator("textarea").fill("b")
    assert choose.input_value() == ""
    element.locator("textarea").fill("a queue")
    assert choose.input_value() == "a queue"
    choose.select_option("")
    assert element.locator("textarea").input_value() == "a queue"


def test_the_first_sentence_whose_condition_holds_is_said_on_the_page(element):
    for text, says in (("sequoia", "All vowels in 7 characters."), ("", "Nothing."),
                       ("a 日", "Of 3 characters some are no letters.")):
        set_controls(element, text=text)
        assert element.locator(".live-readout").inner_text() == says
