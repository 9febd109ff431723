"""The address keeps the state of figures, gives it back, and leaves headings alone."""

import pytest
from live_pages import move, ready

pytestmark = pytest.mark.browser


def wait_for_hash(tab, expected: str):
    tab.wait_for_function("expected => location.hash === expected", arg=expected)


def test_state_is_written_at_rest_and_read_at_load(open_page):
    tab = open_page("everything.html")
    element = ready(tab)
    move(element, gain=1.5, word="a b")
    wait_for_hash(tab, "#everything?gain=1.5&word=a%20b")
    tab.reload()
    element = ready(tab)
    assert element.evaluate("el => [el.controls.gain, el.controls.word]") == [1.5, "a b"]
    assert element.locator('input[name="gain"]').input_value() == "1.5"
    assert element.locator(".live-slider output").first.inner_text() == "1.50"
    element.locator("[data-act=reset]").click()
    wait_for_hash(tab, "")
    assert element.evaluate("el => el.controls.gain") == 1


def test_two_figures_share_the_address(open_page):
    tab = open_page("index.html")
    tab.evaluate("document.querySelectorAll('live-figure').forEach(el => el.load())")
    ready(tab, "walker").evaluate("el => { el.controls = { lean: -0.5 } }")
    move(ready(tab), mirror=True)
    wait_for_hash(tab, "#everything?mirror=true;walker?lean=-0.5")
    tab.reload()
    tab.evaluate("document.querySelectorAll('live-figure').forEach(el => el.load())")
    assert ready(tab).evaluate("el => el.controls.mirror") is True
    assert ready(tab, "walker").evaluate("el => el.controls.lean") == -0.5


def test_a_link_in_the_prose_sets_the_figure_and_goes_to_it(open_page):
    tab = open_page("far.html")
    tab.evaluate("""() => { const a = document.createElement("a");
        a.href = "#everything?gain=0.5&shape=ramp"; a.textContent = "try"; document.querySelector("h1").after(a); }""")
    tab.get_by_text("try", exact=True).click()
    element = ready(tab)
    assert element.evaluate("el => [el.controls.gain, el.controls.shape]") == [0.5, "ramp"]
    tab.wait_for_function("Math.abs(document.querySelector('live-figure').getBoundingClientRect().top) < 200")


def test_a_state_in_the_address_is_scrolled_to_at_load(open_page):
    tab = open_page("far.html#everything?gain=0.5")
    ready(tab)
    assert abs(tab.evaluate("document.querySelector('live-figure').getBoundingClientRect().top")) < 200


def test_back_returns_to_the_reader_s_place_and_not_to_a_figure_that_was_moved(open_page):
    tab = open_page("far.html")
    tab.evaluate("""() => { const a = document.createElement("a"); a.href = "#top"; a.textContent = "up";
        a.style = "display: block; margin-block: 3000px 1500px"; document.querySelector("live-figure").after(a);
        document.querySelector("h1").id = "top"; }""")
    tab.evaluate("document.querySelector('live-figure').scrollIntoView()")
    move(ready(tab), gain=0.5)
    wait_for_hash(tab, "#everything?gain=0.5")
    link = tab.get_by_text("up", exact=True)
    link.scroll_into_view_if_needed()
    place = tab.evaluate("scrollY")
    link.click()
    tab.wait_for_function("scrollY < 50")
    tab.go_back()
    tab.wait_for_function("place => Math.abs(scrollY - place) < 50", arg=place)
    tab.wait_for_timeout(300)
    assert abs(tab.evaluate("scrollY") - place) < 50


def test_headings_keep_working(open_page):
    tab = open_page("everything.html#below")
    assert tab.evaluate("scrollY") > 300
    tab.evaluate("document.querySelector('live-figure').load()")
    ready(tab)
    assert tab.evaluate("location.hash") == "#below"
    element = ready(tab)
    element.evaluate("el => el.rest()")
    tab.wait_for_timeout(300)
    assert tab.evaluate("location.hash") == "#below"
    tab.evaluate("location.hash = '#top'")
    tab.wait_for_function("scrollY < 50")
    assert element.evaluate("el => el.controls.gain") == 1


@pytest.mark.parametrize("query, said", [
    ("gain=99", "Gain takes 0 to 2, not “99”."),
    ("gain=abc", "Gain takes 0 to 2, not “abc”."),
    ("gain=", "Gain takes 0 to 2, not “”."),
    ("shape=square", "Shape takes one of wave, ramp, not “square”"),
    ("mirror=maybe", "Mirror it is on or off."),
    ("word=xyz", "Word does not know the character “x”."),
    ("speed=3", "speed is not a control of this figure."),
])  # fmt: skip
def test_what_an_address_cannot_ask_for_is_said_and_left_out(open_page, query, said):
    element = ready(open_page(f"everything.html#everything?{query}&step=9"))
    assert said in element.locator(".live-note").inner_text()
    assert element.evaluate("el => el.controls") == {
        "gain": 1, "rate": 0.1, "step": 9, "shape": "wave", "mirror": False, "word": "abba"}  # fmt: skip


@pytest.mark.parametrize("query", ["x" * 20_000 + "=1", "shape=" + "y" * 20_000,
                                   "&".join(f"n{k}=1" for k in range(500))])
def test_a_refusal_is_short_however_long_the_link(open_page, query):
    said = ready(open_page(f"everything.html#everything?{query}")).locator(".live-note").inner_text()
    assert 40 < len(said) < 250, said


def test_a_note_goes_when_the_reader_moves_on_and_an_error_stays(open_page):
    element = ready(open_page("everything.html#everything?gain=99"))
    note = element.locator(".live-note")
    assert note.count() == 1
    element.locator('input[name="gain"]').press("ArrowRight")
    assert note.count() == 0
    stays = """el => { el.setAttribute("error", ""); el.note("Stopped."); el.controls = { gain: 1 };
        return el.querySelector(".live-note")?.textContent; }"""  # before the figure has computed again
    assert element.evaluate(stays) == "Stopped."


def test_an_address_that_cannot_be_read_breaks_nothing(open_page):
    tab = open_page("everything.html#%E0%A4%A?x;;?=&everything?gain=%ZZ")
    move(ready(tab), gain=0.5)


def test_copy_link_copies_this_figures_state(open_page, address):
    tab = open_page("everything.html", permissions=["clipboard-read", "clipboard-write"])
    element = ready(tab)
    move(element, gain=0.5)
    element.locator("[data-act=link]").click()
    element.locator("[data-act=link]", has_text="Copied").wait_for()
    assert tab.evaluate("navigator.clipboard.readText()") == f"{address}/everything.html#everything?gain=0.5"
