"""How long a reader with a slow phone waits for the first figure of a page, and how long it is deaf meanwhile.

    python tests/bench/readiness.py

The introduction and each chapter of the built book are opened RUNS times, at 390 pixels with a processor four times
slower, and scrolled to the first figure as soon as that stands there; the clock stops when the figure answers to input.
What tasks of the page took beyond 50 ms each, from its first words to then, is the time in which it did not answer.
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

__all__ = ["first_figures", "measure"]

HTML, RUNS = ROOT / "_build" / "html", 3
_LISTEN = """self.longTasks = [];
new PerformanceObserver(list => longTasks.push(...list.getEntries())).observe({ type: "longtask", buffered: true });"""
_WAIT = """() => new Promise(done => {
    const blocked = () => {
        const shown = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
        const late = longTasks.filter(({ startTime, duration }) => startTime + duration > shown);
        return late.reduce((sum, { duration }) => sum + duration - 50, 0);
    };
    const look = () => {
        const figure = document.querySelector("live-figure");
        if (figure?.hasAttribute("ready")) return done([performance.now(), blocked()]);
        figure?.scrollIntoView();
        setTimeout(look, 20);
    };
    look();
})"""


def first_figures(folder: Path = HTML) -> dict[str, tuple[float, float]]:
    """For the introduction and each chapter, medians over RUNS: seconds until its figure is ready, and blocked."""
    from playwright.sync_api import sync_playwright

    pages, out = [folder / "book" / "intro.html", *sorted((folder / "chapters").glob("*.html"))], {}
    with serving(folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for path in pages:
            waits = []
            for _ in range(RUNS):
                page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
                page.add_init_script(_LISTEN)
                throttle(page, SLOWER)
                page.goto(f"{site}/{path.relative_to(folder)}", wait_until="commit")
                waits.append(page.evaluate(_WAIT))
                page.context.close()
            out[path.stem] = tuple(median(times) / 1000 for times in zip(*waits, strict=True))
        browser.close()
    return out


def measure() -> dict[str, float]:
    """The slowest page's first figure on a slow phone, and the longest time a page is deaf, in seconds."""
    ready, blocked = zip(*first_figures().values(), strict=True)
    return {"first_figure_seconds_4x_slower": max(ready), "blocked_seconds_4x_slower": max(blocked)}


if __name__ == "__main__":
    for name, (ready, blocked) in first_figures().items():
        print(f"{name:30s} ready {ready:6.2f} s   blocked {blocked:6.2f} s")
