"""Long texts and the view that colours them: typed, pasted and touched, in a real browser."""

import numpy as np
import pytest
from live_pages import arrays, load_fixture, ready, rgb

from live_figures import palette

pytestmark = pytest.mark.browser

PASTE = """(area, text) => {
    area.focus();
    document.execCommand("insertText", false, text);
}"""


def computed(element) -> None:
    """Wait until what is typed has been computed."""
    element.evaluate("el => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def assert_computes(element):
    """The page's arrays are Python's, for the controls as they stand."""
    expected, got = load_fixture("reader").run(**element.evaluate("el => el.controls")), arrays(element)
    for name, value in expected.items():
        np.testing.assert_allclose(got[name], np.ravel(value), rtol=1e-12, atol=1e-14, err_msg=name)


def test_what_is_typed_reaches_the_program_in_any_script(open_page):
    element = ready(open_page("reader.html"), "reader")
    area = element.get_by_role("textbox", name="Text")
    assert_computes(element)
    area.fill("")
    area.press_sequentially("a\nÀ\t日本 e\u0301 🙂")
    computed(element)
    assert element.evaluate("el => el.controls.text") == "a\nÀ\t日本 e\u0301 🙂"
    assert_computes(element)
    assert element.locator(".live-count").inner_text() == "11 of 20,000 characters"
    area.fill("")
    computed(element)
    assert element.evaluate("el => [el.controls.text, el.arrays.length[0]]") == ["", 0]


def test_a_paste_that_is_too_long_is_cut_and_that_is_said(open_page):
    element = ready(open_page("reader.html"), "reader")
    area = element.locator("textarea")
    area.fill("")
    area.evaluate(PASTE, "🙂é" * 10_000 + "xyz")
    computed(element)
    assert element.locator(".live-hint").inner_text() == "Only 20,000 characters fit: the last 3 were left out."
    assert element.locator(".live-count").inner_text() == "20,000 of 20,000 characters"
    assert element.evaluate("el => [...el.controls.text].length") == 20_000
    assert area.evaluate("area => area.value") == "🙂é" * 10_000
    assert_computes(element)
    area.press("Backspace")
    assert element.locator(".live-hint").inner_text() == ""


def test_twenty_thousand_characters_cost_a_screenful(open_page):
    element = ready(open_page("reader.html"), "reader")
    text = ("The quick brown fox jumps over the lazy dog.\n" * 500)[:20_000]
    element.evaluate("(el, text) => { el.controls = { text } }", text)
    computed(element)
    marks = "el => el.querySelectorAll('.live-text span span').length"
    assert 100 < element.evaluate(marks) < 3000
    assert element.locator(".live-text").evaluate("box => box.textContent") == text
    element.locator(".live-text").evaluate("box => { box.scrollTop = box.scrollHeight }")
    element.page.wait_for_timeout(100)
    assert 100 < element.evaluate(marks) < 3000
    last = element.locator(".live-text span span").last
    assert last.evaluate("mark => mark.at") == 19_999


def test_a_character_has_the_ground_of_its_value(open_page):
    element = ready(open_page("reader.html"), "reader")
    element.evaluate("el => { el.controls = { text: 'abcdefgh', shown: 1, leak: 1 } }")
    computed(element)
    values = load_fixture("reader").run(text="abcdefgh", shown=1, leak=1.0)["rows"][1][:8]
    marks = element.locator(".live-text span span")
    for k, value in enumerate(values):
        side, strength = marks.nth(k).evaluate("m => [m.classList[0], parseFloat(m.style.getPropertyValue('--t'))]")
        assert side == ("n" if value < 0 else "p") and abs(strength - 100 * abs(value)) <= 2.5 + 1e-9


def test_the_picture_before_any_script_is_the_one_after(open_page):
    spans = """[...document.querySelectorAll('.live-text :is(.p, .n)')]
        .map(s => [s.className, s.style.cssText, s.textContent])"""
    with_script = open_page("reader.html")
    ready(with_script, "reader")
    still = open_page("reader.html", java_script_enabled=False)
    count = still.locator(".live-text :is(.p, .n)").count()
    shown = [[s.get_attribute("class"), s.get_attribute("style"), s.text_content()]
             for s in still.locator(".live-text :is(.p, .n)").all()]
    moved = [[name, style.replace(" ", "").rstrip(";"), text] for name, style, text in with_script.evaluate(spans)]
    assert count > 100 and [[n, s.rstrip(";"), t] for n, s, t in shown] == moved


def test_a_text_of_classes_shows_their_looks_as_before_any_script(open_page):
    marks = "[...document.querySelectorAll('.live-text .k')].map(m => [m.className, m.textContent])"
    tab = open_page("sorts.html")
    element = ready(tab, "sorts")
    still = open_page("sorts.html", java_script_enabled=False)
    before = [[m.get_attribute("class"), m.text_content()] for m in still.locator(".live-text .k").all()]
    assert before == tab.evaluate(marks) and before[1] == ["k a1 bold underline at", "o"]
    look = "(m, name) => getComputedStyle(m)[name]"
    vowel, other = (element.locator(".live-text .k").nth(k) for k in (1, 6))
    assert vowel.evaluate(look, "fontWeight") == "700" and vowel.evaluate(look, "textDecorationLine") == "underline"
    assert vowel.evaluate(look, "backgroundColor") == rgb(palette.AREAS[1])
    assert other.evaluate(look, "textDecorationLine") == "none"
    assert element.locator(".live-colored output").inner_text() == "1: “o” vowel"
    element.locator("textarea").fill("")
    computed(element)
    assert element.locator(".live-colored output").inner_text() == "" and not tab.evaluate(marks)
    element.locator("textarea").fill("a, b")
    computed(element)
    assert [name for name, _ in tab.evaluate(marks)] == ["k a1 bold underline at", "k", "k", "k a0 italic"]
    assert element.locator(".live-colored output").inner_text() == "0: “a” vowel"


def test_touching_a_character_chooses_it_and_its_value_is_read(open_page):
    element = ready(open_page("reader.html"), "reader")
    mark = element.locator(".live-text span span").nth(20)
    mark.hover()
    reading = element.locator(".live-colored output")
    assert reading.inner_text().startswith("20: “")
    mark.click()
    computed(element)
    assert element.evaluate("el => el.controls.at") == 20
    assert element.locator(".live-text .at").evaluate("mark => mark.at") == 20
    assert element.locator('input[name="at"]').input_value() == "20"
    value = load_fixture("reader").run(at=20)["here"]
    assert reading.inner_text().endswith(f"{value:.2f}".replace("-", "−"))


def test_keys_walk_through_the_text(open_page):
    tab = open_page("reader.html")
    element = ready(tab, "reader")
    box = tab.get_by_role("slider", name="What it holds")
    box.focus()
    at = "document.querySelector('live-figure').controls.at"
    for key, expected in [("ArrowRight", 7), ("ArrowLeft", 6), ("End", 145), ("Home", 0)]:
        box.press(key)
        computed(element)
        assert tab.evaluate(at) == expected == int(box.get_attribute("aria-valuenow"))
    box.press("ArrowDown")
    computed(element)
    text = load_fixture("reader").values()["text"]
    below = tab.evaluate(at)
    assert 20 < below <= text.index("\n") + 1
    assert box.get_attribute("aria-valuetext").startswith(f"{below}: “")
    box.press("ArrowUp")
    computed(element)
    assert tab.evaluate(at) == 0


def test_keys_scroll_the_text_and_not_the_page(open_page):
    tab = open_page("reader.html")
    element = ready(tab, "reader")
    element.evaluate("el => { el.controls = { text: 'one line of text\\n'.repeat(1000) } }")
    computed(element)
    box = tab.get_by_role("slider", name="What it holds")
    box.focus()
    before = tab.evaluate("scrollY")
    for _ in range(5):
        box.press("PageDown")
        computed(element)
    assert element.evaluate("el => el.controls.at") == 6 + 17 * 40
    assert tab.evaluate("scrollY") == before
    assert box.evaluate("box => box.scrollTop") > 500


def test_a_text_that_the_figure_writes_follows_a_choice_that_is_an_index(open_page):
    element = ready(open_page("echo.html"), "echo")
    shown, choice = element.locator(".live-text"), element.get_by_role("combobox", name="Way")
    assert shown.evaluate("box => box.textContent") == "bca\ndej"
    for way, said in (("whole", "abj\ncdi"), ("3", "dec\nfgb")):
        choice.select_option(way)
        computed(element)
        assert element.evaluate("el => el.controls.way") == way
        assert shown.evaluate("box => box.textContent") == said
    element.locator("textarea").fill("")
    computed(element)
    assert shown.evaluate("box => box.textContent") == ""
    element.locator("textarea").fill("ab🙂")
    element.page.wait_for_function("location.hash === '#echo?text=ab%F0%9F%99%82&way=3'")
    element.page.reload()
    assert ready(element.page, "echo").locator(".live-readout").inner_text() == "It says 3 characters, 3."


def test_a_value_below_zero_is_underlined_as_strongly_as_it_is_coloured(open_page):
    element = ready(open_page("echo.html"), "echo")
    line = "m => [getComputedStyle(m).textDecorationLine, getComputedStyle(m).textDecorationColor]"
    low, faint, high = (element.locator(".live-text span span", has_text=c).evaluate(line) for c in "aej")
    assert (low[0], faint[0], high[0]) == ("underline", "underline", "none") and low[1] != faint[1]


def test_the_chosen_character_is_in_sight_from_the_beginning(open_page):
    tab = open_page("reader.html#reader?text=" + 100 * "%0A" + "&at=99")
    box = ready(tab, "reader").locator(".live-text")
    tab.wait_for_function("document.querySelector('.live-text').scrollTop > 500")
    mark, frame = (part.bounding_box() for part in (box.locator(".at"), box))
    assert frame["y"] <= mark["y"] and mark["y"] + mark["height"] <= frame["y"] + frame["height"] + 4


def test_the_chosen_character_stays_inside_a_shorter_text(open_page):
    element = ready(open_page("reader.html"), "reader")
    element.evaluate("el => { el.controls = { at: 100 } }")
    element.evaluate("el => { el.controls = { text: 'short' } }")
    element.page.wait_for_function("document.querySelector('live-figure').controls.at === 4")
    assert element.locator('input[name="at"]').get_attribute("max") == "4"


def test_the_address_keeps_a_short_text_and_says_that_a_long_one_is_left_out(open_page):
    tab = open_page("reader.html", permissions=["clipboard-read", "clipboard-write"])
    element = ready(tab, "reader")
    element.locator("textarea").fill("a 🙂")
    tab.wait_for_function("location.hash === '#reader?text=a%20%F0%9F%99%82&at=2'")
    tab.reload()
    element = ready(tab, "reader")
    assert element.evaluate("el => el.controls.text") == "a 🙂"
    element.locator("textarea").fill("long " * 100)
    element.locator("[data-act=link]").click()
    element.locator("[data-act=link]", has_text="Copied").wait_for()
    assert "text=" not in tab.evaluate("navigator.clipboard.readText()")
    assert element.locator(".live-note").inner_text() == "Too long for a link and left out: Text."


def test_it_fits_a_phone(open_page):
    tab = open_page("reader.html", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    element = ready(tab, "reader")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    element.locator(".live-text span span").nth(30).tap()
    computed(element)
    assert element.evaluate("el => el.controls.at") == 30


def test_weights_come_with_their_figure_and_their_absence_is_said(open_page):
    tab = open_page("reader.html", expect=("reader.weights.js", "404"))
    ready(tab, "reader")
    loaded = tab.evaluate("performance.getEntriesByType('resource').map(e => e.name.split('/').pop())")
    assert "reader.weights.js" in loaded
    lost = open_page("index.html", expect=("weights", "Failed"))
    lost.route("**/*.weights.js", lambda route: route.abort())
    lost.goto(tab.url)
    lost.wait_for_selector("live-figure[error]")
    assert "figures/reader.weights.js could not be loaded" in lost.locator(".live-note").inner_text()


def test_it_works_from_disk(open_page, site_folder):
    assert_computes(ready(open_page((site_folder / "reader.html").as_uri()), "reader"))
