"""A line on a tape, in a real browser: typed, guessed, pointed at, typing itself until somebody does."""

import re

import pytest
from live_pages import PAINTED, load_fixture, ready

from live_figures.tape import tape_html

pytestmark = pytest.mark.browser
STILL = {"reduced_motion": "reduce"}


@pytest.fixture
def element(open_page):
    return ready(open_page("tape.html", **STILL), "tape")


def line(element):
    return element.get_by_role("textbox", name="Your line")


def says(element):
    return element.locator(".tape-says").inner_text()


def after_paint(element):
    element.evaluate("el => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def parts(html):
    """What a reader sees of the tape: its steps, its ground, its numbers, its bars and its sentence."""
    return {
        "paths": re.findall(r' d="([^"]*)"', html), "numbers": re.findall(r"<output>(.*?)</output>", html),
        "bars": re.findall(r"--p: ?([\d.]+)%", html), "next": re.findall(r"<b>(.)</b>", html),
        "chances": re.findall(r"<small>(.*?)</small>", html), "said": re.findall(r'tape-says">(.*?)</p>', html),
        "disabled": html.count("disabled"),
    }


@pytest.mark.parametrize("controls", [
    {"line": "sequoia", "way": "back"}, {"line": "", "way": "front"}, {"line": "a b_c & <d>" * 3, "way": "front"},
    {"line": "x", "way": "back"},
])  # fmt: skip
def test_the_page_draws_what_python_draws(element, controls):
    """The same steps, ground, numbers, bars and sentence, for a state that was never built."""
    element.evaluate(PAINTED, f"el.controls = {controls!r}")
    fig, got = load_fixture("tape"), element.locator(".live-tape").evaluate("el => el.outerHTML")
    want = tape_html(fig, fig.views[0], fig.values(**controls), fig.arrays(**controls), "view0")
    assert parts(got) == parts(want)


def test_typing_is_followed_and_an_empty_line_too(element):
    line(element).fill("be")
    after_paint(element)
    assert says(element) == "“e”, a vowel, is 15% down."
    line(element).fill("")
    after_paint(element)
    assert says(element) == "Nothing yet, from the front." and element.evaluate("el => el.controls.line") == ""


def test_each_step_stands_under_its_character(element):
    """The width of a step is that of a character of the line, to a fortieth of a pixel."""
    line(element).fill("m" * 40)
    after_paint(element)
    step, letter = element.evaluate("""el => {
        const same = document.createElement("span"), width = (e) => e.getBoundingClientRect().width;
        same.textContent = "m".repeat(40);
        el.querySelector(".tape-line").append(same);
        return [width(el.querySelector(".tape-lane svg")), width(same)];
    }""")
    assert step == pytest.approx(letter, abs=1)


def test_a_wide_character_widens_its_step(element):
    line(element).fill("a日b")
    after_paint(element)
    ends = re.findall(r"H([\d.]+)", element.locator(".tape-lane .edge").first.get_attribute("d"))
    assert float(ends[0]) == 1 and float(ends[1]) > 2.2 and float(ends[2]) - float(ends[1]) == pytest.approx(1, abs=0.1)


def test_the_right_arrow_takes_the_likeliest_at_the_end_and_moves_elsewhere(element):
    box = line(element)
    box.fill("ab")
    after_paint(element)
    box.press("ArrowRight")
    after_paint(element)
    assert box.input_value() == "abc"
    box.press("Home")
    box.press("ArrowRight")
    assert box.input_value() == "abc" and box.evaluate("el => el.selectionStart") == 1
    assert says(element) == "“a”, a vowel, is 0% down."  # the row at the caret
    box.fill("y")
    after_paint(element)
    box.press("ArrowRight")
    after_paint(element)
    box.press("ArrowRight")
    after_paint(element)
    assert box.input_value() == "yza"  # after z the likeliest is the end of the line, which cannot be typed


def test_a_click_on_a_bar_takes_it_where_the_caret_stands_and_the_caret_stays_in_the_line(element):
    box = line(element)
    box.fill("aqc")
    after_paint(element)
    box.press("ArrowLeft")
    box.press("ArrowLeft")
    element.locator(".tape-next button").nth(1).click()
    after_paint(element)
    assert box.input_value() == "acqc"
    assert element.evaluate("el => document.activeElement.name") == "line"
    assert box.evaluate("el => el.selectionStart") == 2


def test_tab_leaves_the_line(element):
    line(element).focus()
    line(element).press("Tab")
    assert element.evaluate("el => document.activeElement.name") != "line"
    assert line(element).input_value() == "a queue"


def test_a_lane_is_read_under_the_pointer(element):
    box = element.locator(".tape-lane").nth(1).locator("svg").bounding_box()
    element.page.mouse.move(box["x"] + 2.5 * box["width"] / 40, box["y"] + 5)
    assert says(element) == "“q” is 59% down from the front."
    assert element.locator(".tape-lane output").all_inner_texts() == ["0.59", "59%"]
    element.page.mouse.move(0, 0)
    assert says(element) == "“e”, a vowel, is 15% down."


def test_the_options_are_radio_buttons(element):
    front = element.get_by_role("radio", name="the front")
    front.focus()
    front.press("ArrowRight")
    after_paint(element)
    assert element.evaluate("el => el.controls.way") == "back"
    element.evaluate(PAINTED, "el.controls = { way: 'front' }")
    assert front.is_checked()


def test_a_long_line_scrolls_to_its_caret_and_the_page_does_not(open_page):
    element = ready(open_page("tape.html", viewport={"width": 390, "height": 844}, **STILL), "tape")
    line(element).press_sequentially("abcdefghijklmnopqrstuvwxyzabcdefghijklm")
    after_paint(element)
    seen = element.evaluate("""el => {
        const [strip, at] = [".tape-strip", ".tape-at"].map((part) => el.querySelector(part).getBoundingClientRect());
        return at.left >= strip.left && at.right <= strip.right && strip.right <= innerWidth;
    }""")
    assert seen and element.page.evaluate("document.documentElement.scrollWidth") == 390
    play, pick = (element.locator(part).first.bounding_box() for part in (".live-play", ".tape-picks label"))
    assert play["y"] + play["height"] <= pick["y"]  # a thumb on a choice is not to start or stop it
    line(element).press("Home")
    after_paint(element)
    assert element.locator(".tape-strip").evaluate("el => el.scrollLeft") == 0


def test_what_is_too_long_is_said_and_none_of_it_moves_the_rest(element):
    line(element).fill("a" * 45)
    after_paint(element)
    assert line(element).input_value() == "a" * 40
    assert "Only 40 characters fit" in element.get_by_role("alert").inner_text()


def test_lines_type_themselves_until_somebody_does(open_page):
    """Nobody moved anything: the address stays as it is, and a screen reader hears nothing of it."""
    element = ready(open_page("tape.html"), "tape")
    box, page = line(element), element.page
    page.wait_for_function("() => document.querySelector('[name=line]').value.startsWith('sequ')")
    assert element.locator(".tape-says").inner_text().startswith("“")
    assert page.evaluate("location.hash") == "" and element.locator(".live-say").inner_text() == ""
    box.focus()
    left = box.input_value()
    assert "sequoia".startswith(left) and element.evaluate("el => el.controls.line") == left
    page.wait_for_timeout(600)
    assert box.input_value() == left
    box.press("End")
    box.press("!")
    after_paint(element)
    assert box.input_value() == left + "!"


def test_the_button_stops_and_starts_the_typing_and_a_link_has_the_last_word(open_page):
    element = ready(open_page("tape.html"), "tape")
    button = element.get_by_role("button", name="Let it type by itself")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert button.get_attribute("aria-pressed") == "false" and line(element).input_value() == "a queue"
    button.click()
    element.page.wait_for_function("() => document.querySelector('[name=line]').value.startsWith('seq')")
    button.click()
    assert line(element).input_value() == "sequoia"
    linked = ready(open_page("tape.html#tape?line=zoo"), "tape")
    assert linked.get_by_role("button", name="Let it type by itself").get_attribute("aria-pressed") == "false"
    assert line(linked).input_value() == "zoo"


def test_nothing_types_itself_for_those_who_want_less_motion(element):
    assert element.get_by_role("button", name="Let it type by itself").get_attribute("aria-pressed") == "false"
    element.page.wait_for_timeout(2000)
    assert line(element).input_value() == "a queue"


def test_paper_shows_the_line_and_what_may_come_next(element):
    element.page.emulate_media(media="print")
    assert line(element).is_visible() and element.locator(".tape-next button").first.is_visible()
    assert not element.locator(".tape-keys").is_visible()


def test_what_was_typed_is_heard_once_it_rests(element):
    line(element).fill("be")
    element.page.wait_for_function("() => document.querySelector('.live-say').textContent.includes('15% down')")
