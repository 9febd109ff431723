"""What axe finds on every page of the built book, in both themes, on a phone and on a desk.

    python tests/audit/axe.py [PAGE ...]

Every figure is alive, everything that folds is open, and all of the page is laid out. axe-core comes from npm, pinned
in package.json.
"""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

from browser import launch_options  # noqa: E402
from serve import serving  # noqa: E402

__all__ = ["findings", "main", "pages"]

HTML = ROOT / "_build" / "html"
OUTPUT = ROOT / "_build" / "audit" / "axe.json"
WIDTHS = (390, 1280)
THEMES = ("light", "dark")

_UNFOLD = """async () => {
    for (const section of document.querySelectorAll("section")) section.style.contentVisibility = "visible";
    await Promise.all([...document.querySelectorAll("live-figure")].map(figure => figure.load()));
    for (const folded of document.querySelectorAll("details")) folded.open = true;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
_RUN = """async () => {
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, impact, help, nodes }) =>
        nodes.map(({ target, html }) => ({ rule: id, impact, help, target: target.join(" "), html })));
}"""


def findings(page) -> list[dict]:
    """What axe has against an open page: rule, impact, what it asks for, and each element that breaks it."""
    page.evaluate(_UNFOLD)
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    return page.evaluate(_RUN)


def pages(folder: Path = HTML) -> list[str]:
    """Every page of the built book that a reader comes to, without `.html`."""
    written = (path.relative_to(folder) for path in folder.rglob("*.html"))
    return sorted(str(path.with_suffix("")) for path in written if "_static" not in path.parts and path.stem != "index")


def main(chosen: list[str] | None = None) -> int:
    """Print a table, a row a page, and write every finding to _build/audit; returns how many there are."""
    from playwright.sync_api import sync_playwright

    found: dict[str, list[dict]] = {}
    print(f"{'axe: findings at':34s}" + "".join(f"{f'{w} px, {t}':>16s}" for w, t in product(WIDTHS, THEMES)))
    with serving(HTML) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for name in chosen or pages():
            print(f"  {name:32s}", end="", flush=True)
            for width, theme in product(WIDTHS, THEMES):
                page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=theme)
                page.goto(f"{site}/{name}.html")
                found[f"{name}, {width} px, {theme}"] = here = findings(page)
                print(f"{len(here):16d}", end="", flush=True)
                page.close()
            print()
        browser.close()
    for place, here in found.items():
        for finding in here:
            print(f"{place}: {finding['rule']} ({finding['impact']}): {finding['target']}\n    {finding['html'][:160]}")
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return sum(map(len, found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
