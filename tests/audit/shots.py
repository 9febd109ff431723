"""Pictures of live figures and of pages, at three widths and in both themes, side by side on one sheet.

    python tests/audit/shots.py [FIGURE ...]                            figures, each alone in a document
    python tests/audit/shots.py --site _build/html [FIGURE ...]         figures on the pages of a built book
    python tests/audit/shots.py --site _build/html --pages [PAGE ...]   whole pages, such as chapters/04-lstm

Without names, every figure or page. The pictures, and `index.html` which shows them, go into _build/audit/shots, or
where `--out` says. A dashed line marks the end of the first screen: what stands above it is seen together.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

from browser import launch_options  # noqa: E402
from serve import serving  # noqa: E402

__all__ = ["SCREENS", "THEMES", "take_figures", "take_pages"]

SCREENS = ((390, 844), (1100, 800), (1440, 900))
THEMES = ("light", "dark")
OUTPUT = ROOT / "_build" / "audit" / "shots"
# A document of one figure gets about the width that a page has for it, beside the theme's columns or without them.
_COLUMN = "body { max-width: 1080px !important } @media (width < 1200px) { body { max-width: 848px !important } }"
_DEADLINE = 20_000  # ms until a figure answers


class Shot(NamedTuple):
    """One picture: of what, on which screen, in which theme, its file, and how tall what it shows is."""

    name: str
    screen: tuple[int, int]
    theme: str
    path: Path
    height: int


def _dress(page, screen: tuple[int, int], theme: str) -> None:
    """Show the page on this screen in this theme: by the system's wish, and by its own switch where it has one."""
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate("""theme => {
        const root = document.documentElement;
        if (root.dataset.theme) root.dataset.theme = root.dataset.mode = theme;
    }""", theme)


def _settle(page) -> None:
    """Two frames: what a change of size or theme causes has been painted."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _shoot(page, name: str, target, out: Path) -> Iterator[Shot]:
    """`target` of an open page (a locator, or None for the whole page) on every screen in both themes."""
    for screen in SCREENS:
        for theme in THEMES:
            _dress(page, screen, theme)
            if target is not None:
                target.evaluate("el => el.scrollIntoView()")
            _settle(page)
            path = out / f"{name.replace('/', '-')}-{screen[0]}-{theme}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            if target is None:
                page.screenshot(path=path, full_page=True)
            else:
                target.screenshot(path=path)
            measure = "el => Math.round(el.getBoundingClientRect().height)"
            yield Shot(name, screen, theme, path, (target or page.locator("body")).evaluate(measure))


def _live(page, name: str):
    """The figure `name` of an open page, once it answers."""
    figure = page.locator(f'live-figure[name="{name}"]').first
    figure.evaluate("el => el.load()")
    page.locator(f'live-figure[name="{name}"]:is([ready], [error])').first.wait_for(timeout=_DEADLINE)
    return figure


def _documents(names: Iterable[str], folder: Path) -> dict[str, str]:
    """Each figure alone in a document: figure -> address."""
    from helpers import live
    from live_figures.page import standalone_html

    paths = {name: folder / f"{name}.html" for name in names or live.names()}
    for name, path in paths.items():
        text = standalone_html(live.load(name)).replace("</head>", f"<style>{_COLUMN}</style></head>", 1)
        path.write_text(text, encoding="utf-8")
    return {name: path.as_uri() for name, path in paths.items()}


def _standing(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The first page of a built book on which each figure stands: figure -> path."""
    found: dict[str, str] = {}
    for path in sorted(p for part in ("chapters", "book") for p in (folder / part).glob("*.html")):
        for name in re.findall(r'<live-figure name="(\w+)"', path.read_text(encoding="utf-8")):
            found.setdefault(name, str(path.relative_to(folder)))
    return {name: found[name] for name in names or sorted(found)}


def take_figures(browser, names: Iterable[str] = (), site: Path | None = None, out: Path = OUTPUT) -> list[Shot]:
    """Pictures of these figures (none named: all), alone, or on the pages of the built book in the folder `site`."""
    shots = []
    if site:
        with serving(site) as address:
            for name, path in _standing(site, names).items():
                shots += _visit(browser, f"{address}/{path}", name, out)
    else:
        with tempfile.TemporaryDirectory() as folder:
            for name, address in _documents(names, Path(folder)).items():
                shots += _visit(browser, address, name, out)
    return shots


def _visit(browser, address: str, name: str, out: Path) -> list[Shot]:
    page = browser.new_page()
    page.goto(address)
    shots = list(_shoot(page, name, _live(page, name), out))
    page.close()
    print(f"{name}: " + ", ".join(f"{s.screen[0]} px: {s.height}" for s in shots if s.theme == "light"), flush=True)
    return shots


def take_pages(browser, names: Iterable[str], site: Path, out: Path = OUTPUT) -> list[Shot]:
    """Pictures of whole pages (none named: all) of the built book in the folder `site`, every figure on them alive."""
    every = (p for part in ("book", "chapters") for p in sorted((site / part).glob("*.html")))
    shots = []
    with serving(site) as address:
        for name in names or [str(p.relative_to(site).with_suffix("")) for p in every]:
            page = browser.new_page()
            page.goto(f"{address}/{name}.html")
            for figure in page.locator("live-figure").all():
                _live(page, figure.get_attribute("name"))
            shots += _shoot(page, name, None, out)
            page.close()
            print(name, flush=True)
    return shots


_SHEET = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pictures</title><style>
body { margin: 1rem; font: 14px system-ui, sans-serif; color: #1f2430; background: #d9dce3 }
nav { columns: 14rem; margin-bottom: 2rem }
nav a { display: block }
h2 { position: sticky; top: 0; margin: 2rem 0 0.5rem; background: inherit; z-index: 1 }
.row { display: flex; gap: 1rem; align-items: flex-start; overflow-x: auto; padding-bottom: 1rem }
figure { position: relative; flex: none; margin: 0 }
.fold { position: absolute; left: 0; right: 0; border-top: 2px dashed #c2255c; pointer-events: none }
img { display: block }
</style></head><body>
"""


def _write_sheet(shots: list[Shot], out: Path) -> Path:
    names = list(dict.fromkeys(shot.name for shot in shots))
    parts = [_SHEET, "<nav>", *(f'<a href="#{html.escape(n)}">{html.escape(n)}</a>' for n in names), "</nav>\n"]
    for name in names:
        parts.append(f'<h2 id="{html.escape(name)}">{html.escape(name)}</h2>\n')
        for theme in THEMES:
            parts.append('<div class="row">')
            for shot in (s for s in shots if (s.name, s.theme) == (name, theme)):
                width, height = shot.screen
                fold = f'<div class="fold" style="top: {height}px"></div>' if shot.height > height else ""
                parts.append(f"<figure><figcaption>{width}×{height}, {theme}: {shot.height} px tall</figcaption>"
                             f'<div style="position: relative"><img src="{shot.path.name}" loading="lazy" '
                             f'alt="{html.escape(name)}, {width} pixels, {theme}">{fold}</div></figure>')
            parts.append("</div>\n")
    path = out / "index.html"
    path.write_text("".join(parts) + "</body></html>\n", encoding="utf-8")
    return path


def main(argv: list[str] | None = None) -> None:
    """Take the pictures that the command line asks for, or `argv`."""
    from playwright.sync_api import sync_playwright

    about = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=about)
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures, or pages with --pages; none: all")
    parser.add_argument("--site", type=Path, help="the folder of a built book")
    parser.add_argument("--pages", action="store_true", help="whole pages of the built book")
    parser.add_argument("--out", type=Path, default=OUTPUT, help="where the pictures go")
    given = parser.parse_args(argv)
    if given.pages and not given.site:
        parser.error("--pages needs --site")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        take = take_pages if given.pages else take_figures
        shots = take(browser, given.names, given.site, given.out)
        browser.close()
    print(f"Look at {_write_sheet(shots, given.out)}")


if __name__ == "__main__":
    main()
