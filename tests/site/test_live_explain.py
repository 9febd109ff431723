"""A number that is touched says what it comes from, in a real browser: by mouse, finger, keys, and as controls move."""

import re

import numpy as np
import pytest
from live_pages import load_fixture, move, ready

from live_figures.consistency import getter
from live_figures.explain import explained, shown_at
from live_figures.values import diagram_references

pytestmark = pytest.mark.browser
FIGURE = load_fixture("ledger")


@pytest.fixture
def element(open_page):
    return ready(open_page("ledger.html"), "ledger")


def number(element, reference):
    """The number of the drawing that follows this reference."""
    return element.locator(f'.live-number[data-live^="text={reference}:"]')


def arithmetic(element):
    """What stands in the explanation: symbol and lines as text, with _ before what is set low."""
    return element.locator(".live-sums").evaluate("""sums => {
        const set = { SUB: "_", SUP: "^" };
        const inside = node => node.childNodes.length ? [...node.childNodes].map(text).join("") : node.textContent;
        const text = node => set[node.nodeName] ? `${set[node.nodeName]}{${inside(node)}}` : inside(node);
        return [...sums.children].map(text).join(" ");
    }""")


def wanted(reference, **controls):
    """The same from Python, and what is heard."""
    name, places = shown_at(FIGURE.signals, reference)
    get = getter(FIGURE, FIGURE.arrays(**controls), FIGURE.values(**controls))
    said = explained(FIGURE, get, name, places)
    lines = "".join(f" {'≈' if line.about else '='} {line.text}" for line in said.lines)
    return re.sub(r"_(\w)", r"_{\1}", said.symbol + lines), said.spoken


def test_the_page_says_what_python_says(element):
    """Every number of the drawing, in states that were never built: the same lines, signs, and words heard."""
    rng, references = np.random.default_rng(0), [r for r in diagram_references(FIGURE.diagram) if r != "over"]
    for _ in range(3):
        controls = {"rate": round(float(rng.uniform(-0.5, 0.5)), 2), "purse": round(2 * float(rng.uniform(0, 40))) / 2}
        move(element, **controls)
        for reference in dict.fromkeys(references):
            number(element, reference).click()
            lines, spoken = wanted(reference, **controls)
            assert arithmetic(element) == lines
            assert element.locator(".live-explained .live-hidden").text_content() == spoken


def test_it_is_shown_beside_the_drawing_and_closed_again(element):
    """By the button, by a second touch, and by Escape; it never stands on the drawing."""
    shown, total = element.locator(".live-arithmetic"), number(element, "total")
    ways = (element.get_by_role("button", name="Close").click, total.click, lambda: total.page.keyboard.press("Escape"))
    for close in ways:
        assert not shown.is_visible()
        total.click()
        assert "All costs <together>." in shown.inner_text()
        below, drawing = shown.bounding_box(), element.locator(".live-drawing").bounding_box()
        apart = below["y"] >= drawing["y"] + drawing["height"] or below["x"] >= drawing["x"] + drawing["width"]
        assert apart
        element.locator('[name="purse"]').focus()
        close()
    assert not shown.is_visible() and element.locator(".live-ring").count() == 0


def test_it_follows_the_controls(element):
    number(element, "left").click()
    for purse in (3, 33):
        move(element, purse=purse)
        assert arithmetic(element) == wanted("left", purse=purse)[0]


def test_a_finger_beside_a_number_and_on_its_wire_is_enough(element):
    box = number(element, "share[2]").bounding_box()
    element.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] + 3)
    assert arithmetic(element).startswith("s_{3} =")
    element.locator("[data-signal=total] path").dispatch_event("click", {"clientX": 0, "clientY": 0})
    assert arithmetic(element).startswith("C =")


def test_keys_walk_from_number_to_number(element):
    """One stop for all numbers; the arrow goes to the neighbour, Enter explains, and then the arrows explain."""
    assert element.locator(".live-explained [tabindex='0']").count() == 1
    walk = element.get_by_role("slider", name="Numbers of the drawing")
    walk.focus()
    said = lambda: walk.get_attribute("aria-valuetext")  # noqa: E731
    assert said().startswith("cost 1.47") and element.locator(".live-ring.focused").count() == 1
    for key, name in (("ArrowRight", "cost 3.09"), ("ArrowDown", "share"), ("ArrowUp", "cost 3.09"),
                      ("ArrowUp", "cost 3.09")):
        walk.press(key)
        assert said().startswith(name)
        assert not element.locator(".live-arithmetic").is_visible()
    walk.press("Enter")
    assert arithmetic(element).startswith("c_{2} = p_{2} · (1 + r) = 2.600")
    walk.press("ArrowRight")
    assert arithmetic(element).startswith("c_{3} =") and said().startswith("cost −0.89")
    assert element.locator(".live-say").inner_text().startswith("cost equals price times 1 plus rate")
    walk.press("Escape")
    assert not element.locator(".live-arithmetic").is_visible() and walk.evaluate("el => el === document.activeElement")


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_keys_go_on_from_the_number_when_its_explanation_is_closed_from_the_cross(element, key):
    walk = element.get_by_role("slider", name="Numbers of the drawing")
    walk.focus()
    walk.press("Enter")
    element.page.keyboard.press("Tab")
    element.get_by_role("button", name="Close").press(key)
    assert not element.locator(".live-arithmetic").is_visible() and walk.evaluate("el => el === document.activeElement")


def test_a_number_that_is_not_drawn_is_not_walked_to(element):
    """`over` is hidden while the purse suffices; with less it is there, and no signal: it is not underlined."""
    assert element.locator('[data-live^="text=over:"]').get_attribute("class").find("live-number") < 0


def shade(element, selector):
    """How opaque a part of the drawing is filled."""
    return float(element.locator(selector).first.evaluate("el => getComputedStyle(el).fillOpacity"))


def test_a_word_of_the_text_lights_up_what_it_names(open_page):
    """By pointing, by keys, and for good by touch; the rest falls to a fifth, and comes back."""
    element = ready(open_page("prose.html"), "ledger")
    tab, cost, total = element.page, "[data-signal=cost] text", "[data-signal=total] path"
    word = tab.locator(".live-word", has_text="costs")
    assert (shade(element, cost), shade(element, total)) == (1, 1)
    word.hover()
    assert (shade(element, cost), shade(element, total)) == (1, 0.2)
    tab.mouse.move(0, 0)
    assert shade(element, total) == 1
    word.focus()
    assert shade(element, total) == 0.2
    word.press("Enter")
    assert word.get_attribute("aria-pressed") == "true"
    tab.get_by_role("button", name="sum").focus()
    assert (shade(element, cost), shade(element, total)) == (0.2, 1)
    tab.get_by_role("button", name="sum").blur()
    assert shade(element, cost) == 1 and shade(element, total) == 0.2
    word.press("Escape")
    word.blur()
    assert shade(element, total) == 1


def test_what_is_drawn_lights_up_its_words(open_page):
    element = ready(open_page("prose.html"), "ledger")
    lit = element.page.locator(".live-word.lit")
    number(element, "cost[0]").hover()
    assert lit.all_inner_texts() == ["costs", "cost"]
    element.locator(".live-title").hover()
    assert lit.count() == 0


def test_only_the_first_word_for_a_signal_is_a_stop_of_the_tab_key(open_page):
    element = ready(open_page("prose.html"), "ledger")
    assert element.page.locator(".live-word[tabindex='0']").all_inner_texts() == ["costs", "sum"]
