"""How long a reader with a slow phone waits for the first figure of a page, from the click to its first answer.

    python tests/bench/readiness.py

The introduction and each chapter of the built book are opened RUNS times, at 390 pixels with a processor four times
slower, and scrolled to the first figure as soon as that stands there; the clock stops when the figure answers to input.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from bench.browser import SLOWER, throttle

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

from browser import launch_options  # noqa: E402
from serve import serving  # noqa: E402

__all__ = ["measure", "seconds_to_the_first_figure"]

HTML, RUNS = ROOT / "_build" / "html", 3
_WAIT = """() => new Promise(done => {
    const look = () => {
        const figure = document.querySelector("live-figure");
        if (figure?.hasAttribute("ready")) return done(performance.now());
        figure?.scrollIntoView();
        setTimeout(look, 20);
    };
    look();
})"""


def seconds_to_the_first_figure(folder: Path = HTML) -> dict[str, float]:
    """The median over RUNS of the introduction and each chapter, in seconds."""
    from playwright.sync_api import sync_playwright

    pages, out = [folder / "book" / "intro.html", *sorted((folder / "chapters").glob("*.html"))], {}
    with serving(folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for path in pages:
            times = []
            for _ in range(RUNS):
                page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
                throttle(page, SLOWER)
                page.goto(f"{site}/{path.relative_to(folder)}", wait_until="commit")
                times.append(page.evaluate(_WAIT) / 1000)
                page.context.close()
            out[path.stem] = median(times)
        browser.close()
    return out


def measure() -> dict[str, float]:
    """The slowest page's first figure on a slow phone, in seconds."""
    return {"first_figure_seconds_4x_slower": max(seconds_to_the_first_figure().values())}


if __name__ == "__main__":
    for name, seconds in seconds_to_the_first_figure().items():
        print(f"{name:30s} {seconds:6.2f} s")
