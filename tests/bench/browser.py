"""How long a reader waits for a live figure: from the slider's event to the frame on screen, for every figure.

    python tests/bench/browser.py [figure ...]

Each slider of each figure is moved MOVES times to random places, 20 to 37 ms apart, in headless Chromium with software
rendering; the clock runs from the input event until the frame that answers it has been painted. A frame's own wait is
about 8 ms of that. Beside it, what the machine itself takes to paint an empty frame (`frame`): on a busy machine
compare the two.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

from browser import launch_options  # noqa: E402

__all__ = ["SLOWER", "figures", "measure", "throttle"]

SLOWER = 4  # a phone of the middle class beside a desktop
MOVES, FIRST = 120, 5  # the largest of many medians needs steady ones; the first moves warm the program up

_MEASURE = """async ([moves, first]) => {
    const el = document.querySelector("live-figure"), out = {};
    await el.load();
    const painted = () => new Promise(done =>
        el.addEventListener("live-figure:painted", () => done(performance.now()), { once: true }));
    const pause = () => new Promise(done => setTimeout(done, 20 + 17 * Math.random()));
    const channel = new MessageChannel();
    const frame = () => new Promise(done => requestAnimationFrame(() => {
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
    }));
    const times = async act => {
        const all = [];
        for (let k = 0; k < moves + first; k++) { await pause(); all.push(await act()); }
        return all.slice(first);
    };
    for (const input of el.querySelectorAll('input[type="range"]')) {
        const steps = Math.round((input.max - input.min) / input.step);
        out[input.name] = await times(async () => {
            input.value = +input.min + Math.floor(Math.random() * (steps + 1)) * input.step;
            const start = performance.now(), end = painted();
            input.dispatchEvent(new Event("input", { bubbles: true }));
            if (el.spec.memory) el.querySelector('[data-act="step"]').click();
            return await end - start;
        });
    }
    out.frame = await times(async () => { const start = performance.now(); return await frame() - start; });
    return out;
}"""


def _percentile(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def throttle(page, factor: float) -> None:
    """Make the page's processor `factor` times slower, as Chromium's developer tools do."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": factor})


def figures(names: list[str] | None = None, *, slower: float = 1, moves: int = MOVES) -> dict[str, dict]:
    """For each figure: control -> (p50, p95) in ms, `frame` the same of an empty frame.

    `slower` is how many times slower the processor is made.
    """
    from playwright.sync_api import sync_playwright

    from helpers import live
    from live_figures.page import standalone_html

    out = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(**launch_options())
        for name in names or live.names():
            path = Path(folder) / f"{name}.html"
            path.write_text(standalone_html(live.load(name)), encoding="utf-8")
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(path.as_uri())
            throttle(page, slower)
            times = page.evaluate(_MEASURE, [moves, FIRST])
            out[name] = {key: (_percentile(t, 0.5), _percentile(t, 0.95)) for key, t in times.items()}
            page.close()
        browser.close()
    return out


def _all_sliders(**how) -> tuple[list, list]:
    """(p50, p95) of every slider of every figure, and of the empty frames beside them."""
    sliders, frames = [], []
    for measured in figures(**how).values():
        frames.append(measured.pop("frame"))
        sliders.extend(measured.values())
    return sliders, frames


def measure() -> dict[str, float]:
    """The slowest slider's median and 95th percentile in ms, an empty frame's, and the median on a slow processor."""
    sliders, frames = _all_sliders()
    throttled, _ = _all_sliders(slower=SLOWER, moves=MOVES // 4)
    return {
        "slider_p50_ms_max": max(p50 for p50, _ in sliders),
        "slider_p95_ms_max": max(p95 for _, p95 in sliders),
        "frame_p50_ms_max": max(p50 for p50, _ in frames),
        "frame_p95_ms_max": max(p95 for _, p95 in frames),
        "slider_p50_ms_max_4x_slower": max(p50 for p50, _ in throttled),
    }


if __name__ == "__main__":
    for name, measured in figures(sys.argv[1:] or None).items():
        for control, (p50, p95) in measured.items():
            print(f"{name:20s} {control:16s} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms", flush=True)
