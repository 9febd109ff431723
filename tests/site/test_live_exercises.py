"""Exercises are one card, without scripts too; what a reader does is kept, shown, saved, forgotten and brought back."""

import json

import pytest
from live_pages import move, ready, some_exercises
from playwright.sync_api import expect
from serve import serving

from live_figures.exercises.card import question_document
from live_figures.host import framed

CHOICE, NUMBER, CODE = "live_pages.gate", "live_pages.third", "live_pages.double"


def card(tab, key: str):
    """The card of one exercise, once its script runs."""
    tab.wait_for_selector(f'live-exercise[name="{key}"][ready]')
    return tab.locator(f'live-exercise[name="{key}"]')


def answer(tab, key: str, given: str):
    """Type or pick an answer, and check it."""
    one = card(tab, key)
    if key == NUMBER:
        one.get_by_role("textbox").fill(given)
    else:
        one.get_by_label(given, exact=True).check()
    one.get_by_role("button", name="Check").click()
    return one


def stored(tab) -> dict:
    """What the browser keeps."""
    return json.loads(tab.evaluate("localStorage.getItem('live-progress')") or "{}")


def open_hint(tab, key: str, name: str):
    """Open a hint, and wait until that is kept: the browser tells of what was opened a little later."""
    card(tab, key).get_by_text(name).click()
    kept = "key => JSON.parse(localStorage.getItem('live-progress'))?.exercises[key]?.hints > 0"
    tab.wait_for_function(kept, arg=key)


def seen(one, *names: str) -> list[bool]:
    return [one.get_by_text(name, exact=True).is_visible() for name in names]


HINTS = ("Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3")


@pytest.mark.parametrize("scripts", [True, False])
def test_hints_come_one_by_one_and_all_is_folded_without_scripts_too(open_page, scripts):
    tab = open_page("exercises.html", java_script_enabled=scripts)
    one = tab.locator(f'live-exercise[name="{NUMBER}"]')
    assert seen(one, *HINTS) == [True, False, False] and seen(one, "1/3", "Cut it.") == [False, False]
    one.get_by_text(HINTS[0]).click()
    assert seen(one, *HINTS) == [True, True, False] and seen(one, "Cut it.", "In three.") == [True, False]
    one.get_by_text(HINTS[1]).click()
    assert seen(one, *HINTS, "In three.", "Take one.") == [True, True, True, True, False]
    code = tab.locator(f'live-exercise[name="{CODE}"]')
    assert not code.get_by_text("return 2 * x").first.is_visible()
    if not scripts:
        assert not tab.locator("dialog").first.is_visible()
        one.get_by_text("Solution", exact=True).click()  # without scripts nothing can ask
        assert one.get_by_text("1/3", exact=True).is_visible()


def test_number_title_and_question_stand_once_with_difficulty_and_minutes_in_words(open_page):
    tab = open_page("exercises.html")
    one = card(tab, CODE)
    text = one.inner_text()
    assert text.count("Double it.") == 1 and tab.get_by_role("heading", name="Twice x").count() == 1
    assert "medium" in text and "5 min" in text
    bars = one.locator(".live-level i").evaluate_all("all => all.map(b => getComputedStyle(b).backgroundColor)")
    assert bars[0] == bars[1] != bars[2] == "rgba(0, 0, 0, 0)"
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_verdict_takes_no_room_until_there_is_one_and_is_announced(open_page):
    tab = open_page("exercises.html")
    one = card(tab, NUMBER)
    verdict = one.get_by_role("status")
    assert verdict.evaluate("e => e.getBoundingClientRect().height") == 0
    answer(tab, NUMBER, "0.5")
    assert verdict.inner_text() == "✗ Not 0.5. Divide." and verdict.evaluate("e => e.offsetHeight") > 10
    assert one.get_by_role("textbox").input_value() == "0.5"


def test_what_cannot_be_read_is_no_try(open_page):
    tab = open_page("exercises.html")
    one = answer(tab, NUMBER, "a third")
    assert one.get_by_role("textbox").input_value() == "a third" and "cannot be read" in one.inner_text()
    assert one.get_attribute("data-mark") == "new" and not stored(tab)["exercises"][NUMBER].get("tries")
    one.get_by_text("Solution", exact=True).click()
    assert tab.get_by_role("dialog").is_visible()


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_solution_asks_before_it_opens_untried(open_page, by):
    tab = open_page("exercises.html")
    one = card(tab, NUMBER)
    press = (lambda e: e.click()) if by == "mouse" else (lambda e: (e.focus(), tab.keyboard.press("Enter")))
    summary, solution = one.get_by_text("Solution", exact=True), one.get_by_text("1/3", exact=True)
    summary = one.locator(".live-solution > summary")
    press(summary)
    dialog = tab.get_by_role("dialog", name="Look before trying?")
    assert dialog.is_visible() and not solution.is_visible()
    assert tab.evaluate("document.activeElement.textContent") == "Try first"
    if by == "keyboard":
        tab.keyboard.press("Escape")
    else:
        dialog.get_by_role("button", name="Try first").click()
    assert not dialog.is_visible() and not solution.is_visible() and one.get_attribute("data-mark") == "new"
    press(summary)
    press(dialog.get_by_role("button", name="Show it"))
    solution.wait_for()
    one.get_by_text("solution seen", exact=True).wait_for()
    answer(tab, NUMBER, "1/3")
    assert one.get_by_text("solved", exact=True).is_visible()
    assert not one.get_by_text("solution seen", exact=True).is_visible()


def test_after_a_try_the_solution_opens_by_itself(open_page):
    tab = open_page("exercises.html")
    one = answer(tab, CHOICE, "i")
    assert one.get_by_text("tried", exact=True).is_visible()
    one.get_by_text("Solution", exact=True).click()
    assert one.get_by_text("The forget gate.").is_visible() and not tab.get_by_role("dialog").is_visible()


def test_code_is_written_in_the_notebook_and_said_to_be_solved(open_page):
    tab = open_page("exercises.html")
    one = card(tab, CODE)
    assert "in the cell that ends in check.double(double)" in one.inner_text()
    one.get_by_text("The cell to begin with").click()
    assert one.get_by_text("def double(x):").first.is_visible()
    one.get_by_label("Solved there").check()
    assert one.get_attribute("data-mark") == "solved"
    tab.reload()
    assert card(tab, CODE).get_by_label("Solved there").is_checked()
    card(tab, CODE).get_by_label("Solved there").uncheck()
    assert card(tab, CODE).get_attribute("data-mark") == "new"


def test_a_figure_that_does_what_is_asked_solves_its_exercise(open_page):
    tab = open_page("asks.html")
    one, figure = card(tab, "live_pages.raised"), ready(tab)
    assert one.get_by_role("link", name="What does a wave look like").get_attribute("href") == "#everything"
    assert one.get_attribute("data-mark") == "new" and one.locator(".verdict").inner_text() == ""
    move(figure, gain=2.0, step=10)
    assert one.locator(".verdict").inner_text() == "✓ Right." and one.get_attribute("data-mark") == "solved"
    tab.reload()
    assert card(tab, "live_pages.raised").get_attribute("data-mark") == "solved"


def test_a_reload_brings_back_answers_verdicts_and_marks(open_page):
    tab = open_page("exercises.html")
    answer(tab, NUMBER, "3")
    answer(tab, NUMBER, "33.3 %")
    answer(tab, CHOICE, "o")
    open_hint(tab, NUMBER, HINTS[0])
    kept = {"answer": "33.3 %", "checked": True, "tries": 2, "hints": 1, "solved": True}
    assert stored(tab)["exercises"][NUMBER] == kept
    tab.reload()
    number, choice = card(tab, NUMBER), card(tab, CHOICE)
    assert number.get_by_role("textbox").input_value() == "33.3 %" and choice.get_by_label("o", exact=True).is_checked()
    assert number.locator(".verdict").inner_text() == "✓ Right." and choice.locator(".verdict").inner_text() == "✗ No."
    assert [number.get_attribute("data-mark"), choice.get_attribute("data-mark")] == ["solved", "tried"]
    number.get_by_role("textbox").fill("not checked yet")
    tab.reload()
    assert card(tab, NUMBER).get_by_role("textbox").input_value() == "not checked yet"
    assert card(tab, NUMBER).locator(".verdict").inner_text() == ""


def test_the_overview_and_the_contents_say_how_far_and_nothing_moves(open_page):
    tab = open_page("exercises.html")
    overview = tab.get_by_role("navigation", name="Exercises of this page")
    assert overview.inner_text().strip() == "0 of 3 solved" and tab.locator(".live-share").inner_text() == ""
    assert [a.get_attribute("href") for a in overview.get_by_role("link").all()] == [
        "#ex-live-pages-gate", "#ex-live-pages-third", "#ex-live-pages-double"]
    answer(tab, NUMBER, "1/3")
    answer(tab, CHOICE, "i")
    assert overview.inner_text().strip() == "1 of 3 solved" and tab.locator(".live-share").inner_text() == "1/3"
    assert overview.get_by_role("link", name="4.1 Which gate forgets?: tried").count() == 1
    assert overview.get_by_role("link", name="4.2 What is 1/3 of 1?: solved").count() == 1
    assert tab.locator("[data-chapter='04']").inner_text() == "Chapter 4 1 of 3 done"


def test_another_tab_is_told(open_page):
    tab = open_page("exercises.html")
    other = tab.context.new_page()
    other.goto(tab.url)
    answer(other, NUMBER, "1/3")
    tab.locator(f'live-exercise[name="{NUMBER}"][data-mark="solved"]').wait_for()
    assert tab.locator(".live-total").inner_text() == "1 of 3 solved"


# ---------------------------------------------------------------- the record
def work(open_page):
    """A page of the record, after something was done."""
    tab = open_page("exercises.html")
    answer(tab, NUMBER, "3")
    answer(tab, NUMBER, "1/3")
    answer(tab, CHOICE, "i")
    open_hint(tab, CODE, "Hint 1 of 1")
    tab.evaluate("""() => { const all = JSON.parse(localStorage.getItem("live-progress"));
        localStorage.setItem("live-progress", JSON.stringify({ ...all, challenges: { "everything.high": true },
          tries: { "everything.1": true } })) }""")
    tab.get_by_role("link", name="Record").click()
    tab.locator(".live-detail").first.wait_for()
    return tab


def save(tab, folder):
    with tab.expect_download() as started:
        tab.get_by_role("button", name="Save a copy").click()
    path = folder / "copy.json"
    started.value.save_as(path)
    assert started.value.suggested_filename.endswith(".json")
    return path


def add(tab, path, says: str):
    with tab.expect_file_chooser() as chosen:
        tab.get_by_role("button", name="Add a saved copy").click()
    chosen.value.set_files(path)
    tab.get_by_role("status").filter(has_text=says).wait_for()


def test_the_record_lists_exercises_hints_tries_and_challenges(open_page):
    tab = work(open_page)
    lines = [line.inner_text().split("\n")[-1] for line in tab.locator(".live-record section > ol > li").all()]
    assert lines == ["tried · tries: 1", "solved · tries: 2", "not tried · hints: 1"]
    assert tab.locator(".live-record .live-total").inner_text() == "1 of 3 solved"
    folded = tab.locator(".live-record details")
    assert folded.locator("summary").inner_text() == "Figures challenges met: 1 of 2"
    folded.locator("summary").click()
    assert "guessed and tried: 1 of 2" in folded.inner_text() and "Go up. met" in folded.inner_text()
    link = tab.get_by_role("link", name="Which gate forgets?")
    assert link.get_attribute("href") == "exercises.html#ex-live-pages-gate"


def test_saved_forgotten_and_added_it_is_what_it_was(open_page, tmp_path):
    tab = work(open_page)
    before, copy = stored(tab), save(tab, tmp_path)
    tab.get_by_role("button", name="Forget everything").click()
    dialog = tab.get_by_role("dialog", name="Forget everything?")
    assert "Exercises: 3 (1 solved). Challenges met: 1. Tries of figures: 1." in dialog.inner_text()
    tab.keyboard.press("Escape")
    assert stored(tab) == before
    tab.get_by_role("button", name="Forget everything").click()
    dialog.get_by_role("button", name="Forget it").click()
    tab.get_by_text("Everything was forgotten.").wait_for()
    assert stored(tab) == {"version": 1} and "0 of 3 solved" in tab.locator(".live-record").inner_text()
    add(tab, copy, "Added.")
    assert stored(tab) == before and "1 of 3 solved" in tab.locator(".live-record").inner_text()


def test_adding_a_copy_loses_nothing_of_either(open_page, tmp_path):
    tab = work(open_page)
    theirs = {CHOICE: {"answer": "f", "checked": True, "tries": 5, "solved": True},
              NUMBER: {"answer": "9", "checked": True, "tries": 1, "hints": 3}, "old.one": {"seen": True}}
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps({"version": 1, "exercises": theirs, "challenges": {"other.far": True}, "tries": 7}))
    add(tab, path, "Added.")
    kept = stored(tab)
    assert kept["exercises"][CHOICE] == {"answer": "i", "checked": True, "tries": 5, "solved": True}
    assert kept["exercises"][NUMBER] == {"answer": "1/3", "checked": True, "tries": 2, "hints": 3, "solved": True}
    assert kept["exercises"]["old.one"] == {"seen": True} and kept["tries"] == {"everything.1": True}
    assert kept["challenges"] == {"everything.high": True, "other.far": True}


@pytest.mark.parametrize(("text", "says"), [
    ("no json", "cannot be read"), ("[]", "no saved copy"), ('{"version": 1}', "no saved copy"),
    ('{"cells": [], "nbformat": 4}', "no saved copy"), ('{"version": 2, "exercises": {}}', "later version"),
])  # fmt: skip
def test_a_wrong_file_is_refused_with_a_reason(open_page, tmp_path, text, says):
    tab = work(open_page)
    before, path = stored(tab), tmp_path / "wrong.json"
    path.write_text(text)
    add(tab, path, says)
    assert stored(tab) == before


def test_nothing_of_a_strange_copy_is_taken_over(open_page, tmp_path):
    tab = work(open_page)
    before, path = stored(tab), tmp_path / "strange.json"
    record = {"constructor": 1, "__proto__": {"solved": True}, "answer": {}, "tries": -1, "solved": "no"}
    strange = {"a": 7, CHOICE: record}
    path.write_text(json.dumps({"version": 1, "exercises": strange, "challenges": {"x": False}, "notes": {"more": 1}}))
    add(tab, path, "Added.")
    assert stored(tab) == before


def test_from_disk_the_record_says_what_it_cannot_see(open_page, site_folder):
    served, on_disk = open_page("record.html"), open_page(f"file://{site_folder}/record.html")
    for tab, visible in ((served, False), (on_disk, True)):
        tab.get_by_text("0 of 3 solved").wait_for()
        assert tab.get_by_text("opened as a file").is_visible() is visible
        assert not tab.get_by_text("keeps nothing").is_visible()


def test_it_runs_under_a_policy_that_allows_files_alone(open_page, site_folder):
    """As the book's pages do: no script or handler stands in the page itself."""
    with serving(site_folder) as address:
        for name in ("exercises", "record"):
            text = (site_folder / f"{name}.html").read_text("utf-8")
            policy = ("<meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
                      "content=\"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:\">")
            (site_folder / f"strict-{name}.html").write_text(text.replace('<meta charset="utf-8">', policy), "utf-8")
        tab = open_page(f"{address}/strict-exercises.html")
        assert answer(tab, NUMBER, "1/3").get_attribute("data-mark") == "solved"
        tab = open_page(f"{address}/strict-record.html")
        tab.get_by_text("of 3 solved").wait_for()


def test_the_frame_of_a_question_in_a_notebook_is_as_high_as_the_question(open_page, site_folder):
    question = framed(question_document(some_exercises()[0]), "Which gate forgets?", "60rem")
    page = f'<!doctype html><html lang="en"><link rel="icon" href="data:,">{question}'
    (site_folder / "framed.html").write_text(page, encoding="utf-8")
    tab = open_page("framed.html")
    one = tab.frame_locator("iframe").locator("live-question[ready]")
    frame, body = tab.locator("iframe"), one.locator("xpath=ancestor::body")
    for press in (None, "Check"):  # what is said after an answer makes it higher
        if press:
            one.get_by_label("i", exact=True).check()
            one.get_by_role("button", name=press).click()
            one.get_by_text("That one writes.").wait_for()
        expect(frame).to_have_css("height", f"{body.evaluate('e => e.scrollHeight')}px")
        assert abs(frame.bounding_box()["height"] - body.bounding_box()["height"]) < 1
