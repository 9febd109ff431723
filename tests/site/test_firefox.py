"""The introduction and every chapter in Firefox, where one is installed: figures live and move, exercises answer."""

from pathlib import Path

import pytest
import yaml
from firefox import Firefox, find_firefox

TOC = yaml.safe_load((Path(__file__).resolve().parents[2] / "_toc.yml").read_text())
CHAPTERS = [entry["file"] for part in TOC["parts"] for entry in part["chapters"] if "chapters/" in entry["file"]]
pytestmark = [pytest.mark.browser, pytest.mark.book]

# Moves every slider of every figure by some steps; which of them the figure did not answer.
MOVE = """async () => {
    await customElements.whenDefined("live-figure");
    const still = [];
    for (const figure of document.querySelectorAll("live-figure")) {
        figure.scrollIntoView();
        await figure.load();
        if (!figure.hasAttribute("ready")) still.push(`${figure.getAttribute("name")} is not ready`);
        for (const slider of figure.querySelectorAll("input[type=range]")) {
            const painted = new Promise(done => {
                figure.addEventListener("live-figure:painted", () => done(true), { once: true });
                setTimeout(() => done(false), 5000);
            });
            const next = +slider.value + 3 * slider.step;
            slider.value = next <= +slider.max ? next : slider.min;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            if (!await painted) still.push(`${figure.getAttribute("name")}: ${slider.name}`);
        }
    }
    return still;
}"""
# Answers the first question that asks for a number, wrongly; what it says.
ANSWER = """async () => {
    await customElements.whenDefined("live-question");
    const question = [...document.querySelectorAll("live-question")].find(q => q.querySelector("input[type=text]"));
    question.querySelector("input[type=text]").value = "-123456";
    question.querySelector("button").click();
    return question.querySelector(".verdict").textContent;
}"""


@pytest.fixture(scope="module")
def firefox():
    """One Firefox for the pages."""
    path = find_firefox()
    if path is None:
        pytest.skip("no Firefox found (Debian: apt-get install firefox-esr; or set FIREFOX_PATH to one)")
    browser = Firefox(path)
    yield browser
    browser.close()


@pytest.mark.parametrize("page", [TOC["root"], *CHAPTERS])
def test_figures_live_and_move(firefox, site_url, page):
    firefox.open(f"{site_url}/{page}.html", 1280, 900)
    assert firefox.run(MOVE) == []
    assert firefox.problems(site_url) == []


@pytest.mark.parametrize("page", CHAPTERS[:1])
def test_a_question_answers(firefox, site_url, page):
    firefox.open(f"{site_url}/{page}.html", 390, 844)
    assert firefox.run(ANSWER).startswith("✗")
    assert firefox.problems(site_url) == []
