"""What pages of the built book weigh, gzipped, before a figure comes into sight and in all; and the code of figures.

    python tests/bench/pages.py
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from urllib.parse import urlparse

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

from browser import launch_options  # noqa: E402
from serve import serving  # noqa: E402

__all__ = ["measure", "page_weights"]

HTML = ROOT / "_build" / "html"
# What a figure fetches when it comes near the visible part of the page, which on the first page it may at once.
_WITH_A_FIGURE = ("/_static/live/figures/",)
_WEIGHTS = ".weights.js"  # weighed a figure, not a page
# Already compressed: gzip would not make these smaller.
_PACKED = (".woff2", ".png", ".jpg", ".webp")


def _kb(path: Path) -> float:
    data = path.read_bytes()
    return len(data if path.suffix in _PACKED else gzip.compress(data, 9)) / 1000


def _scroll_to_end(page) -> None:
    page.evaluate("""async () => {
        for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
            scrollTo(0, y);
            await new Promise((done) => setTimeout(done, 60));
        }
    }""")
    page.wait_for_load_state("networkidle")


def _weigh(browser, folder: Path, address: str) -> tuple[dict[str, float], dict[str, float]]:
    """What one page asks for before a figure comes into sight, and until its end has been scrolled to: path -> kB."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: dict[str, float] = {}

    def note(response) -> None:
        path = urlparse(response.url).path
        if response.ok and (folder / path.lstrip("/")).is_file() and not path.endswith(_WEIGHTS):
            asked[path] = _kb(folder / path.lstrip("/"))

    page.on("response", note)
    page.goto(address, wait_until="networkidle")
    before = {path: size for path, size in asked.items() if not path.startswith(_WITH_A_FIGURE)}
    _scroll_to_end(page)
    page.close()
    return before, asked


def page_weights(folder: Path = HTML) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    """For each page of the book, what it loads before a figure comes into sight, and in all: path -> gzipped kB."""
    from playwright.sync_api import sync_playwright

    pages = [p for part in ("book", "chapters") for p in sorted((folder / part).glob("*.html"))]
    with serving(folder) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        weights = {p.stem: _weigh(browser, folder, f"{site}/{p.relative_to(folder)}") for p in pages}
        browser.close()
    return weights


def measure() -> dict[str, float]:
    """The heaviest page before a figure and in all, the runtime, and the longest figure's code, in gzipped kB."""
    from helpers import live
    from live_figures.compile import compile_figure
    from live_figures.sphinx import figures_on

    weights = page_weights()
    modules = [compile_figure(live.load(name)) for name in live.names()]
    packed = {m.name: len(gzip.compress(m.weights_js.encode(), 9)) / 1000 for m in modules}
    opening = figures_on((HTML / "book" / "intro.html").read_text(encoding="utf-8"))
    return {
        # the introduction opens on a live figure: it has no moment before one scrolls in
        "page_first_gzip_kb_max": max(sum(before.values()) for name, (before, _) in weights.items() if name != "intro"),
        "page_gzip_kb_max": max(sum(after.values()) for _, after in weights.values()),
        "runtime_gzip_kb": sum(_kb(HTML / "_static" / "live" / f"live-figure.{kind}") for kind in ("js", "css")),
        "figure_code_gzip_kb_max": max(len(gzip.compress(m.code.encode(), 9)) for m in modules) / 1000,
        "weights_gzip_kb_max": max(packed.values()),
        "first_screen_weights_gzip_kb": sum(packed[name] for name in opening),
    }


if __name__ == "__main__":
    for name, (before, after) in page_weights().items():
        print(f"{name:24s} {sum(before.values()):7.1f} kB, after scrolling {sum(after.values()):7.1f} kB")
        for path, size in sorted(after.items(), key=lambda item: -item[1])[:12]:
            print(f"    {size:7.1f} {'' if path in before else '(later) '}{path}")
