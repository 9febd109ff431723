"""What the playground weighs, how soon it answers on a slow phone, and what is left of the frames while it trains.

    python tests/bench/playground.py

Weighed is all that the page loads but what it has of the theme: the element in its HTML, the styles and scripts of live
figures and of the playground, and the programs of the first run; then what a further choice adds, for each network and
each task, in the larger of its two files for WebAssembly.
"""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path
from statistics import mean, median
from urllib.parse import urlparse

from bench.browser import SLOWER, throttle
from bench.pages import _kb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

from browser import launch_options  # noqa: E402
from serve import serving  # noqa: E402

__all__ = ["measure"]

HTML, PAGE, RUNS, SECONDS = ROOT / "_build" / "html", "book/playground.html", 3, 5
_READY = """() => new Promise(done => {
    const look = () => {
        if (document.querySelector("live-playground[ready]")) done(performance.now()); else setTimeout(look, 10);
    };
    look();
})"""
# Frames a second, and steps a second, while the run that stands there at first is trained.
_TRAINING = """seconds => new Promise(done => {
    const desk = document.querySelector("live-playground");
    desk.querySelector("[data-act=play]").click();
    let frames = 0, start = 0, from = 0;
    const tick = () => {
        const now = performance.now();
        if (!start) { if (desk.steps > 100 && !desk.runs[0].saved) { start = now; from = desk.steps; } }
        else frames += 1;
        if (start && now - start > 1000 * seconds)
            done([1000 * frames / (now - start), 1000 * (desk.steps - from) / (now - start)]);
        else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
})"""


def _weight(browser, site: str) -> float:
    """What the page loads until its first run trains, without the files of the theme."""
    page, asked = browser.new_page(), set()
    page.on("response", lambda response: asked.add(urlparse(response.url).path.lstrip("/")) if response.ok else None)
    page.goto(f"{site}/{PAGE}", wait_until="networkidle")
    page.locator("[data-act=play]").click()
    page.wait_for_timeout(1000)
    page.close()
    element = re.search("<live-playground.*</live-playground>", (HTML / PAGE).read_text("utf-8"), re.DOTALL)[0]
    files = (_kb(HTML / path) for path in asked if path.startswith("_static/live/"))
    return len(gzip.compress(element.encode(), 9)) / 1000 + sum(files)


def _ready(browser, site: str) -> float:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    throttle(page, SLOWER)
    page.goto(f"{site}/{PAGE}", wait_until="commit")
    seconds = page.evaluate(_READY) / 1000
    page.context.close()
    return seconds


def _training(browser, site: str) -> tuple[float, float]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{site}/{PAGE}")
    page.locator("live-playground[ready]").wait_for()
    frames, steps = page.evaluate(_TRAINING, SECONDS)
    page.close()
    return frames, steps


def measure() -> dict[str, float]:
    """Weights in gzipped kB, seconds until it answers, frames and steps a second."""
    from playwright.sync_api import sync_playwright

    programs = HTML / "_static" / "live" / "playground"
    wasm = [path for path in programs.glob("*.js") if not path.stem.endswith(".twin")]
    tasks = [_kb(path) for path in wasm if path.stem.startswith("task-")]
    networks = [_kb(path) for path in wasm if ",like:" in path.read_text("utf-8")]  # all but the first run's
    with serving(HTML) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        frames, steps = _training(browser, site)
        out = {
            "playground_first_run_gzip_kb": _weight(browser, site),
            "playground_ready_seconds_4x_slower": median(_ready(browser, site) for _ in range(RUNS)),
            "playground_frames_a_second": frames,
            "playground_steps_a_second": steps,
        }
        browser.close()
    return out | {"playground_further_network_gzip_kb_mean": mean(networks),
                  "playground_further_network_gzip_kb_max": max(networks),
                  "playground_further_task_gzip_kb_max": max(tasks)}


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:44s} {value:10.2f}")
