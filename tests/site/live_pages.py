"""A small site with live elements, as the book lays it out, and what a test does on its pages."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import numpy as np
from markdown_it import MarkdownIt

from helpers import plots
from live_figures import assets, exercises, figure, page
from live_figures.compile import compile_figure
from live_figures.exercises import card, progress

__all__ = ["arrays", "document", "load_fixture", "move", "ready", "rgb", "write_site"]

STATIC = Path(page.__file__).parent / "static"
BUNDLE = assets.BUILT / "plotly.min.js"
FIXTURES = ("everything", "walker", "reader", "sketch", "sorts", "pairs", "echo", "switch", "ledger", "tape")


def load_fixture(name: str) -> figure.LiveFigure:
    """The figure `tests/engine/fixtures/<name>.py`."""
    return figure.from_module(importlib.import_module(f"tests.engine.fixtures.{name}"), name)


def document(*body: str, theme: str = "") -> str:
    """A page as the book makes them: scripts where they belong; headings and room to scroll around the elements."""
    attribute, body = (f' data-theme="{theme}"' if theme else ""), "".join(body)
    links = "".join(f'<link rel="stylesheet" href="_static/live/{name}">' for name in assets.needed(body, ".css"))
    body, waiting = assets.behind_first(body, "_static/live/{}".format)
    scripts = "".join(f'<script defer src="_static/live/{name}"></script>' for name in waiting)
    return f"""<!doctype html><html lang="en"{attribute}><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
{links}{scripts}
<style>body {{ margin: 0 auto; max-width: 700px; padding: 0 16px; background: var(--live-paper);
color: var(--live-ink) }}</style></head>
<body><h1 id="top">A page</h1>{body}<div style="height:1500px"></div><h2 id="below">Below</h2>
<div style="height:1500px"></div></body></html>"""


def some_exercises() -> list[exercises.Exercise]:
    """A question of each kind that a page can ask, and a function."""
    same = {"difficulty": 1, "minutes": 1, "question": "Which, and how much?"}

    @exercises.choice(title="Which gate forgets?", **same, answer="f",
                      choices={"i": ("i", "That one writes."), "f": ("f", "Yes."), "o": ("o", "No.")})
    def gate():
        """The forget gate."""

    @exercises.number(title="What is 1/3 of 1?", **same, answer=1 / 3, nudge="Divide.", mistakes={"Upside down.": 3},
                      hints=("Cut it.", "In three.", "Take one."))
    def third():
        """1/3"""

    @exercises.function(title="Twice `x`", difficulty=2, minutes=5, question="Double it.", hints=("Add.",),
                        cases=lambda rng: [(1.0,), (2.0,)], mistakes={"Once.": lambda x: x})
    def double(x):
        """Twice."""
        return 2 * x

    return [gate, third, double]


def asks_a_figure() -> exercises.Exercise:
    """An exercise that asks for controls of a figure, which one of the figure's challenges meets."""
    @exercises.controls(title="High up", difficulty=1, minutes=1, question="Bring the step up.", mistakes={},
                        figure="tests.engine.fixtures.everything", met="high", praise="Right: {gain}.")
    def raised():
        """A large gain."""
        return {"gain": 2.0}

    return raised


def exercise_cards() -> str:
    """The cards of `some_exercises` as a page has them: Markdown, made HTML."""
    markdown = MarkdownIt("commonmark", {"html": True})
    return "".join(markdown.render(card.markdown(one)) for one in some_exercises())


def rgb(color: str) -> str:
    """The colour `#rrggbb` as a browser computes it."""
    return f"rgb({', '.join(str(int(color[k:k + 2], 16)) for k in (1, 3, 5))})"


def _expect_bundle() -> None:
    if not BUNDLE.exists():
        raise FileNotFoundError(f"{BUNDLE} is missing: run `make setup`, which builds it")


def write_exercises(folder: Path) -> None:
    """A page of exercises with its overview, in a site whose contents lead to it, and the page of the record."""
    listed = tuple(progress.Listed(one.key, one.title, f"4.{k}") for k, one in enumerate(some_exercises(), start=1))
    figure = progress.Shown("everything", "Everything", (("everything.high", "Go up."), ("everything.low", "Down.")), 2)
    chapter = progress.Page("exercises.html", "4. Exercises", "04", listed, (figure,))
    contents = ('<nav class="contents"><a href="exercises.html">Exercises</a> <a href="record.html">Record</a></nav>'
                '<p data-chapter="04">Chapter 4 <span class="live-done"></span></p>')
    pages = {"exercises": f"<h2>Exercises</h2>{progress.overview_html(listed)}{exercise_cards()}",
             "record": progress.record_html([chapter], "")}
    script = '<script defer src="_static/live/live-progress.js"></script>'
    for name, body in pages.items():
        text = document(contents, body).replace("<script", f"{script}<script", 1)
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    asks = MarkdownIt("commonmark", {"html": True}).render(card.markdown(asks_a_figure()))
    met = document(asks, page.figure_html(load_fixture("everything")))
    (folder / "asks.html").write_text(met, encoding="utf-8")
    code = progress.course_script([chapter], ".contents a")
    (folder / "_static" / "live" / "live-progress.js").write_text(code, encoding="utf-8")


def write_site(folder: Path) -> None:
    """Write the runtime, plotly.js, the fixtures' programs and one page for each into `folder`."""
    live = folder / "_static" / "live"
    (live / "figures").mkdir(parents=True)
    _expect_bundle()
    for name, text in ({name: assets.runtime(name) for name in assets.NEEDED} | assets.on_demand()).items():
        (live / name).write_text(text, encoding="utf-8")
    (live / "joined.js").write_text(assets.joined("live-figure.js"), encoding="utf-8")
    shutil.copytree(STATIC, folder / "modules", ignore=shutil.ignore_patterns("built"))
    html = {name: page.figure_html(load_fixture(name)) for name in FIXTURES}
    for name in FIXTURES:
        for file, code in compile_figure(load_fixture(name)).files.items():
            (live / "figures" / file).write_text(code, encoding="utf-8")
        (folder / f"{name}.html").write_text(document(html[name]), encoding="utf-8")
    whole = document(html["everything"]).replace("/live-figure.js", "/joined.js")
    (folder / "joined.html").write_text(whole, encoding="utf-8")
    plot = page.plot_html(plots.lines({"a": [1, 2], "b": [2, 1]}), alt="Two lines that cross.", caption="They cross.")
    (folder / "index.html").write_text(document(plot, html["everything"], html["walker"]), encoding="utf-8")
    words = "".join(f'<p>The <span class="live-word" data-word="ledger.{of}">{said}</span>.</p>' for of, said in (
        ("cost", "costs"), ("total", "sum"), ("cost", "cost")))
    (folder / "prose.html").write_text(document(words, html["ledger"]), encoding="utf-8")
    far = document('<div style="height:2000px"></div>', html["everything"])
    (folder / "far.html").write_text(far, encoding="utf-8")
    write_exercises(folder)
    lost = html["walker"].replace('name="walker"', 'name="lost"').replace('"name":"walker"', '"name":"lost"')
    (folder / "lost.html").write_text(document(lost, html["everything"]), encoding="utf-8")


def ready(tab, name: str = "everything"):
    """The figure `name` on the page, once it answers to input."""
    tab.wait_for_selector(f'live-figure[name="{name}"][ready]')
    return tab.locator(f'live-figure[name="{name}"]')


def arrays(element) -> dict[str, np.ndarray]:
    """The figure's arrays, flat."""
    got = element.evaluate("el => Object.fromEntries(Object.entries(el.arrays).map(([k, v]) => [k, [...v]]))")
    return {name: np.array(value) for name, value in got.items()}


# Runs `change` (JavaScript, with the element as `el`) and waits until what it caused has been put on screen.
PAINTED = """(el, change) => new Promise((done) => {
    el.addEventListener("live-figure:painted", () => done(), { once: true });
    new Function("el", change)(el);
})"""


def move(figure_element, **controls) -> None:
    """Move controls as a reader does, one input event for each, and wait for the frame."""
    for name, value in controls.items():
        figure_element.evaluate(PAINTED, f"""
            const input = el.querySelector('[name="{name}"]:not(live-figure)');
            if (input.type === "checkbox") input.checked = {str(bool(value)).lower()}; else input.value = {value!r};
            input.dispatchEvent(new Event("input", {{ bubbles: true }}));""")
