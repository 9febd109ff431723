"""How often are live figures drawn on a slow, busy machine? `make lab-opens OPENS=20` opens each chapter so many times.

Each open has a fresh browser, a fresh kernel and a fresh copy of the chapter's figure cells; the page runs four times
slower than this machine would run it, beside two processes that keep it busy. Ends with status 1 if a figure was
missing or something went wrong.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
from browser import launch_options
from figure_cells import CHAPTERS, figures, of_chapters
from playwright.sync_api import Error, sync_playwright
from reader import Reader
from server import FRONT_ENDS, Server, serving

SLOWER, BUSY = 4, 2
PATIENCE = 300  # seconds until a figure that is not drawn counts as missing


@contextmanager
def busy(processes: int):
    """Keep so many processors busy while the block runs."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def open_once(playwright, server: Server, notebook, slower: int) -> tuple[list[str], float, list[str]]:
    """Open this notebook as a new reader: the figures that were not drawn, the seconds to the last, what went wrong."""
    asked = figures(notebook)
    nbformat.write(notebook, server.folder / "figures.ipynb")
    browser = playwright.chromium.launch(**launch_options())
    try:
        reader = Reader(browser, server, slower=slower)
        try:
            reader.open("figures.ipynb")
            begin = time.monotonic()
            reader.run_all()
            seen = reader.scroll_until_drawn(list(asked), PATIENCE)
        except Error as error:
            return list(asked.values()), time.monotonic() - begin, [str(error).splitlines()[0]]
        missing = [name for number, name in asked.items() if number not in seen]
        return missing, max(seen.values(), default=0.0), reader.problems
    finally:
        browser.close()
        server.end_kernels()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--opens", type=int, default=20)
    parser.add_argument("--front", choices=FRONT_ENDS, default=FRONT_ENDS[0])
    parser.add_argument("--slower", type=int, default=SLOWER, help="how many times slower the page runs")
    parser.add_argument("--busy", type=int, default=BUSY, help="how many processes keep the machine busy")
    parser.add_argument("--only", default="", help="part of a chapter's name")
    options = parser.parse_args()
    chapters = [chapter for chapter in CHAPTERS if options.only in chapter.stem]
    print(f"{options.front}, page {options.slower} times slower, {options.busy} busy processes beside it\n"
          f"{'chapter':32} opens  asked  drawn  seconds to the last, median and most", flush=True)
    wrong, all_asked, all_drawn = [], 0, 0
    with tempfile.TemporaryDirectory() as folder, busy(options.busy), sync_playwright() as playwright:
        notebooks = Path(folder, "notebooks")
        notebooks.mkdir()
        with serving(options.front, notebooks, Path(folder, "private")) as server:
            for chapter in chapters:
                notebook, times, asked, drawn = of_chapters(chapter), [], 0, 0
                for _ in range(options.opens):
                    missing, seconds, problems = open_once(playwright, server, notebook, options.slower)
                    count = len(figures(notebook))
                    times.append(seconds)
                    asked, drawn = asked + count, drawn + count - len(missing)
                    wrong += [f"{chapter.stem}: {name} was not drawn" for name in missing]
                    wrong += [f"{chapter.stem}: {problem}" for problem in problems]
                times.sort()
                print(f"{chapter.stem:32} {options.opens:5}  {asked:5}  {drawn:5}  {times[len(times) // 2]:6.1f} "
                      f"{times[-1]:6.1f}", flush=True)
                all_asked, all_drawn = all_asked + asked, all_drawn + drawn
    print(f"{'all':32} {options.opens * len(chapters):5}  {all_asked:5}  {all_drawn:5}")
    print("\n".join(wrong) or "Nothing went wrong.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
