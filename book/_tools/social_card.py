"""Take the picture that links to this book show, again: `python book/_tools/social_card.py [FILE]`.

It is a page with the first figure as it stands before any script, at SIZE pixels.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from browser import launch_options

from helpers import live
from live_figures import assets, page

__all__ = ["SIZE", "document", "take"]

SIZE = 1200, 630
FILE = Path(__file__).resolve().parents[1] / "_static" / "card.png"
TITLE = "Recurrent Neural Networks, Live"
STYLE = """
body { margin: 0; padding: 40px 56px 0; box-sizing: border-box; width: 1200px; height: 630px; overflow: hidden;
  background: #f4f5f7; color: var(--live-ink); font-family: system-ui, "Noto Sans", sans-serif; }
h1 { margin: 0 0 22px; font-size: 58px; line-height: 1.1; letter-spacing: -0.025em; }
.live { margin: 0; font-size: 20px; }
.live > figure { border: 0; padding: 0; }
.live .live-title { font-size: 25px; }
.live-tape { --lane: 44px; }
.tape-head, .tape-keys, .live-actions, .live-foot { display: none !important; }
.tape-sheet { font-size: 33px !important; }
.tape-name { font-size: 17px !important; }
.tape-next small { font-size: 17px !important; }
.live .tape-says { font-size: 21px; }
"""


def document() -> str:
    """The page that is photographed."""
    figure = page.figure_html(live.load("line_reader"))
    styles = "".join(assets.runtime(name) for name in assets.needed(figure, ".css"))
    return (f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{TITLE}</title>'
            f"<style>{styles}{STYLE}</style></head><body><h1>{TITLE}</h1>{figure}</body></html>")


def take(file: Path) -> None:
    """Write the picture into `file`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        tab = browser.new_page(viewport=dict(zip(("width", "height"), SIZE, strict=True)))
        tab.set_content(document())
        tab.screenshot(path=file)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    take(parser.parse_args().file)


if __name__ == "__main__":
    main()
