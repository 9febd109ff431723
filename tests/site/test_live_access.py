"""Everyone can use a figure: labels, keys, contrast, room for fingers, print, and questions answered in the page."""

import pytest
from live_pages import move, ready, rgb

from live_figures import palette

pytestmark = pytest.mark.browser

# The contrast (WCAG 2) of every piece of text on the page against the page's ground: [text, ratio].
CONTRAST = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const linear = v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const luminance = color => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const solid = (element) => {
        const color = getComputedStyle(element).backgroundColor;
        return /, 0\\)$/.test(color) && element.parentElement ? solid(element.parentElement) : color;
    };
    const out = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
        if (!text || element.closest("script, noscript, style, option") || !element.getClientRects().length) continue;
        const style = getComputedStyle(element), ground = luminance(solid(element));
        const ink = luminance(element.closest("svg") ? style.fill : style.color);
        out.push([text, (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05)]);
    }
    return out;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["everything.html", "exercises.html"])
def test_text_has_contrast(open_page, theme, name):
    tab = open_page(name, color_scheme=theme)
    tab.wait_for_selector("[ready]")
    faint = [(text, round(ratio, 2)) for text, ratio in tab.evaluate(CONTRAST) if ratio < 4.5]
    assert not faint, faint


def test_every_control_has_a_name_a_role_and_a_value(open_page):
    tab = open_page("everything.html")
    ready(tab)
    for label, value in [("Gain", "1.00"), ("Rate", "0.1 per step"), ("Step", "7")]:
        slider = tab.get_by_role("slider", name=label, exact=True)
        assert slider.get_attribute("aria-valuetext") == value
    assert tab.get_by_role("combobox", name="Shape").input_value() == "wave"
    assert not tab.get_by_role("checkbox", name="Mirror it").is_checked()
    assert tab.get_by_role("textbox", name="Word").input_value() == "abba"
    assert tab.get_by_role("button", name="Play Step").get_attribute("aria-pressed") == "false"
    assert tab.get_by_role("group", name="Controls").count() == 1
    assert tab.get_by_role("img", name="Two waves over forty steps, a map of their products").count() == 2
    assert tab.get_by_role("figure").count() == 1


def test_keys_reach_every_control_in_order(open_page):
    tab = open_page("everything.html")
    ready(tab)
    seen = []
    tab.locator("body").click(position={"x": 1, "y": 1})
    for _ in range(16):
        tab.keyboard.press("Tab")
        seen.append(tab.evaluate("""(({ name, localName, dataset: { act, play, guide, guess } }) =>
            name || play && "play" || act || guide || guess || localName)(document.activeElement)"""))
    guide, plot = ["next", "free", "unsure", "0", "1"], "div"  # which has a cross-hair
    assert seen == ["zoom", "reset", "link", *guide, "gain", "rate", "step", "play", "shape", "mirror", "word", plot]


def test_what_moves_nothing_is_disabled_and_says_why(open_page):
    tab = open_page("switch.html")
    element = ready(tab, "switch")
    power, why = tab.locator("[name=power]"), element.get_by_text("there is no current")
    assert power.is_enabled() and not why.is_visible()
    move(element, on=False)
    assert power.is_disabled() and why.is_visible()
    assert tab.get_by_role("slider", name="Power there is no current").count() == 1
    tab.locator("[name=on]").focus()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.name") == "lamps"
    move(element, on=True)
    assert power.is_enabled() and not why.is_visible()


def test_screen_readers_hear_the_readout_at_rest_only(open_page):
    element = ready(open_page("everything.html"))
    element.evaluate("""el => { window.heard = [];
        new MutationObserver(() => heard.push(el.say.textContent)).observe(el.say, { childList: true }) }""")
    # Moved by the page's own clock: between two calls from here a busy machine may let a control come to rest.
    assert element.evaluate("""async el => {
        const input = el.querySelector('[name="gain"]:not(live-figure)');
        for (const gain of [1.1, 1.2, 1.3, 1.4]) {
            input.value = gain;
            input.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(done => setTimeout(done, 20));
        }
        return heard;
    }""") == []
    element.page.wait_for_function("heard.length > 0")
    assert element.page.evaluate("heard") == ["At step 7 the A wave is at 0.90; at step 30 it is at 0.198."]


def test_a_phone_has_room_for_fingers_and_no_sideways_scroll(open_page):
    tab = open_page("everything.html", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    ready(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    small = tab.evaluate("""[...document.querySelectorAll(
        "live-figure :is(button, select, input[type=range], input[type=text], label.live-toggle)")]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 40).map(e => e.outerHTML)""")
    assert not small, small
    lefts = "[...document.querySelectorAll('.live-controls > *')].map(e => e.getBoundingClientRect().left)"
    assert len(set(tab.evaluate(lefts))) == 1


def test_print_shows_the_figure_and_the_value_of_every_control(open_page):
    tab = open_page("everything.html")
    element = ready(tab)
    move(element, gain=1.5, mirror=True)
    tab.emulate_media(media="print")
    assert not any(e.is_visible() for e in tab.locator("live-figure :is(button, input[type=range])").all())
    seen = tab.locator(".live-controls").inner_text()
    assert "Gain" in seen and "1.50" in seen and element.get_by_text("Mirror").is_visible()
    assert tab.locator("select").first.is_visible()
    assert tab.locator(".live-plot").is_visible()
    assert tab.locator("figcaption").is_visible()


def test_a_question_with_choices(open_page):
    tab = open_page("exercises.html")
    question = tab.locator('live-question[name="live_pages.gate"]')
    question.get_by_role("button", name="Check").click()
    assert question.locator(".verdict").inner_text() == "○ Pick one first."
    question.get_by_label("i", exact=True).check()
    question.get_by_role("button", name="Check").click()
    assert question.locator(".verdict").inner_text() == "✗ That one writes."
    question.get_by_label("f", exact=True).check()
    question.get_by_role("button", name="Check").click()
    assert question.locator(".verdict").inner_text() == "✓ Yes."
    tab.reload()
    assert tab.locator('live-question[name="live_pages.gate"] .verdict').inner_text() == "✓ Yes."
    assert tab.get_by_role("group", name="Which gate forgets?").count() == 1


@pytest.mark.parametrize("answer, verdict", [
    ("0.33", "✓ Right."), ("0,333", "✓ Right."), ("1/3", "✓ Right."), ("33.3 %", "✓ Right."),
    ("0.5", "✗ Not 0.5. Divide."), ("3", "✗ Upside down."), ("", "○ Type a number first."),
    ("third", "○ “third” cannot be read as a number. Write it like 1234, 0.5, 1/2, 50 % or 1e-3."),
    ("Infinity", "○ “Infinity” cannot be read as a number. Write it like 1234, 0.5, 1/2, 50 % or 1e-3."),
])  # fmt: skip
def test_a_question_with_a_number(open_page, answer, verdict):
    question = open_page("exercises.html").locator('live-question[name="live_pages.third"]')
    question.get_by_role("textbox").fill(answer)
    question.get_by_role("textbox").press("Enter")
    assert question.locator(".verdict").inner_text() == verdict


def test_questions_work_where_storage_is_forbidden(open_page):
    tab = open_page("exercises.html")
    tab.evaluate("Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden') } })")
    question = tab.locator('live-question[name="live_pages.gate"]')
    question.get_by_label("f", exact=True).check()
    question.get_by_role("button", name="Check").click()
    assert question.locator(".verdict").inner_text() == "✓ Yes."


def test_an_ordinary_plot_is_drawn_in_the_pages_theme(open_page):
    tab = open_page("index.html", color_scheme="dark")
    tab.wait_for_selector("live-plot[ready]")
    assert tab.get_by_role("img", name="Two lines that cross.").count() == 1
    stroke = tab.evaluate("getComputedStyle(document.querySelector('live-plot [data-part]')).stroke")
    assert stroke == rgb(palette.DARK[palette.COLORS[0]])
